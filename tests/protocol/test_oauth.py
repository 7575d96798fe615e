"""Tokens for operators' machines over real HTTP, asked for by an independent client."""

import asyncio
import hmac
import json
import logging
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from starlette.applications import Starlette

from finder.errors import BadInput, StoreUnavailable
from finder.identity.buckets import MemoryBuckets
from finder.identity.oauth.clients import MAX_KEYS, MAX_KID, OAuthClient, read_public_keys
from finder.identity.oauth.server import TokenServer
from finder.identity.oauth.tokens import LIFETIME_S, TOKEN, Tokens
from finder.kernel.clock import system_clock
from finder.logs import clean, set_up_logs
from finder.storage.database import Database
from finder.web.oauth import FORM, MAX_FIELDS, MAX_FORM_BYTES, TOKENS, OAuthEndpoints
from tests.protocol.oauth_peer import ASSERTION_TYPE, Machine
from tests.protocol.serving import serving

ONE, TWO, OTHER = Machine(), Machine("op-two", rsa=True), Machine()


def b64(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class Clients:
    """What the register does in the finder."""

    def __init__(self) -> None:
        self.known = {
            "op-one": OAuthClient("op-one", ONE.keys(), frozenset({"operator.read", "operator.write"})),
            "op-two": OAuthClient("op-two", TWO.keys(), frozenset({"operator.read"})),
            "op-none": OAuthClient("op-none", ONE.keys(), frozenset()),
        }
        self.away = False

    async def client(self, client_id: str) -> OAuthClient | None:
        if self.away:
            raise StoreUnavailable("数据库无应答", "the database does not answer")
        return self.known.get(client_id)


@dataclass
class Served:
    url: str
    clients: Clients
    tokens: Tokens
    server: TokenServer
    http: httpx.AsyncClient
    database: Database

    @property
    def token_url(self) -> str:
        return f"{self.url}/oauth/token"

    async def ask(self, form: dict[str, str], endpoint: str = "token") -> httpx.Response:
        return await self.http.post(f"/oauth/{endpoint}", data=form)

    async def refused(self, assertion: str, machine: Machine = ONE, **more: str) -> str:
        answer = await self.ask(machine.form(assertion, **more))
        assert answer.status_code == 400, answer.text
        told = answer.json()
        assert told["code"] == told["error"].upper()
        assert told["zh"]
        assert told["en"]
        return str(told.get("error_description", told["error"]))


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    database = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    clients, tokens = Clients(), Tokens(database, system_clock)
    app = Starlette()
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        server = TokenServer(url, clients, tokens, system_clock, ["operator.read", "operator.write"])
        app.router.routes[:] = OAuthEndpoints(server, MemoryBuckets()).routes()
        yield Served(url, clients, tokens, server, http, database)
    await database.close()


@pytest.mark.parametrize("machine", [ONE, TWO], ids=["ES256", "RS256"])
async def test_authlibs_own_client_gets_a_token(served: Served, machine: Machine) -> None:
    async with AsyncOAuth2Client(
        machine.client_id, machine.key, token_endpoint_auth_method="private_key_jwt", scope="operator.read"
    ) as client:
        header = {"kid": machine.kid}
        client.register_client_auth_method(PrivateKeyJWT(served.token_url, alg=machine.alg, headers=header))
        token = await client.fetch_token(served.token_url, grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", LIFETIME_S, "operator.read")
    held = await served.tokens.find(token["access_token"])
    assert held is not None
    assert (held.client_id, set(held.scopes)) == (machine.client_id, {"operator.read"})


async def test_the_metadata_say_where_everything_is(served: Served) -> None:
    told = (await served.http.get("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == served.url
    assert told["token_endpoint"] == served.token_url
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["RS256", "ES256"]
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["scopes_supported"] == ["operator.read", "operator.write"]


async def test_a_token_is_kept_as_a_hash_alone_and_not_in_any_cache(served: Served) -> None:
    answer = await served.ask(ONE.form(ONE.assertion(served.url)))
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["access_token"]
    assert answer.json()["scope"] == "operator.read operator.write"
    async with served.database.read() as connection:
        rows = (await connection.execute(sa.select(TOKEN))).all()
    assert len(rows) == 1
    assert token.encode() not in rows[0].digest
    assert token not in str(rows)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "https://another.example/oauth/token"}, "aud"),
        ({"aud": None}, "aud"),
        ({"iss": "op-two"}, "iss and sub"),
        ({"iss": None}, "iss"),
        ({"sub": None}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "op-three"}, "No such client"),
        ({"exp": None}, "exp"),
        ({"exp": 1}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"iat": None}, "iat"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "x" * 256}, "jti"),
    ],
)
async def test_a_statement_that_is_not_ours_or_not_of_now_is_refused(
    served: Served, changes: dict[str, Any], why: str
) -> None:
    assert why in await served.refused(ONE.assertion(served.token_url, **changes))


async def test_ages_at_their_limits_and_one_past(served: Served) -> None:
    # A second may pass between signing and judging; it moves every age by one, so limits are tried with two to spare.
    now = int(time.time())
    fine: list[dict[str, Any]] = [
        {"exp": now - 28},
        {"exp": now + 3_628},
        {"iat": now + 28},
        {"iat": now - 3_626, "exp": now + 1},
        {"nbf": now + 28},
        {"jti": "x" * 255},
    ]
    for changes in fine:
        answer = await served.ask(ONE.form(ONE.assertion(served.token_url, **changes)))
        assert answer.status_code == 200, (changes, answer.text)
    over: list[dict[str, Any]] = [{"exp": now - 31}, {"exp": now + 3_634}, {"iat": now + 34}, {"nbf": now + 34}]
    for wrong in [*over, {"iat": now - 3_631}]:
        assert await served.refused(ONE.assertion(served.token_url, **wrong)), wrong


async def test_our_issuer_or_our_endpoint_alone_is_the_audience(served: Served) -> None:
    audience: Any
    for audience in (served.url, served.token_url, [served.url]):
        assert (await served.ask(ONE.form(ONE.assertion(audience)))).status_code == 200
    for audience in ([served.url, "https://another.example"], [], "", {"a": 1}, [served.url, served.token_url]):
        assert "aud" in await served.refused(ONE.assertion(audience))


async def test_a_statement_is_good_once_though_it_comes_from_many_at_once(served: Served) -> None:
    form = ONE.form(ONE.assertion(served.token_url))
    answers = await asyncio.gather(*(served.ask(form) for _ in range(6)))
    assert sorted(a.status_code for a in answers) == [200, *[400] * 5]
    assert "used before" in next(a for a in answers if a.status_code == 400).json()["error_description"]
    other = TWO.assertion(served.token_url, jti=None)
    assert await served.refused(other, TWO)
    assert (await served.ask(TWO.form(TWO.assertion(served.token_url, jti="same")))).status_code == 200
    assert (await served.ask(ONE.form(ONE.assertion(served.token_url, jti="same")))).status_code == 200  # another's


async def test_another_key_another_algorithm_or_none_is_refused(served: Served) -> None:
    url = served.token_url
    assert "signature" in await served.refused(OTHER.assertion(url))  # same kid, another key
    assert "signature" in await served.refused(ONE.assertion(url, header={"kid": "k2"}))
    assert "typ" in await served.refused(ONE.assertion(url, header={"typ": "at+jwt"}))
    now = int(time.time())
    claims = {"iss": "op-one", "sub": "op-one", "aud": url, "iat": now, "exp": now + 60, "jti": "1"}
    # HS256 with the public key as its secret: the oldest trick.
    signed = f"{b64({'alg': 'HS256', 'kid': 'k1'})}.{b64(claims)}"
    mac = hmac.digest(ONE.key.as_pem(private=False), signed.encode(), "sha256")
    assert "signature" in await served.refused(f"{signed}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}")
    assert await served.refused(f"{b64({'alg': 'none'})}.{b64(claims)}.")
    theirs = claims | {"iss": "op-two", "sub": "op-two"}
    stronger = jwt.encode({"alg": "RS512", "kid": "k1"}, theirs, TWO.key, ["RS512"])
    assert "signature" in await served.refused(stronger, TWO)


async def test_while_keys_rotate_both_are_good_and_then_the_new_one_alone(served: Served) -> None:
    fresh, url = Machine("op-one", "k2", rsa=True), served.token_url
    scopes = frozenset({"operator.read"})
    assert "signature" in await served.refused(fresh.assertion(url))  # not registered yet
    served.clients.known["op-one"] = OAuthClient("op-one", ONE.keys(fresh), scopes)
    for machine in (ONE, fresh):
        assert (await served.ask(machine.form(machine.assertion(url)))).status_code == 200
    assert "signature" in await served.refused(
        fresh.assertion(url, header={"kid": "k1", "alg": "RS256"})
    )  # the other's
    served.clients.known["op-one"] = OAuthClient("op-one", fresh.keys(), scopes)
    assert "signature" in await served.refused(ONE.assertion(url))
    assert (await served.ask(fresh.form(fresh.assertion(url)))).status_code == 200


async def test_a_client_that_is_not_there_and_a_wrong_signature_sound_alike(served: Served) -> None:
    unknown, wrong = Machine("op-nobody"), OTHER
    url = served.token_url
    assert await served.refused(unknown.assertion(url)) == await served.refused(wrong.assertion(url))


async def test_scopes_are_those_of_the_client_and_no_more(served: Served) -> None:
    url = served.token_url
    answer = await served.ask(TWO.form(TWO.assertion(url), scope="operator.read"))
    assert answer.json()["scope"] == "operator.read"
    for scope in ("operator.write", "operator.read operator.write", "admin"):
        assert "scope" in await served.refused(TWO.assertion(url), TWO, scope=scope)
    assert "scope" in await served.refused(ONE.assertion(url, iss="op-none", sub="op-none"))


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_type": "password", "username": "a", "password": "b"},
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"},
        {"grant_type": ""},
        {"client_assertion_type": "urn:x"},
        {"client_assertion": ""},
        {"client_assertion": "a.b.c"},
        {"client_assertion": "a"},
    ],
)
async def test_there_is_no_other_way_to_a_token(served: Served, changes: dict[str, str]) -> None:
    answer = await served.ask(ONE.form(ONE.assertion(served.token_url)) | changes)
    assert answer.status_code == 400
    secret = {"grant_type": "client_credentials", "client_id": "op-one", "client_secret": "x"}
    basic = {"authorization": "Basic b3Atb25lOng="}
    for headers in ({}, basic):
        answer = await served.http.post("/oauth/token", data=secret, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


async def test_a_client_sees_and_ends_its_own_tokens_and_no_others(served: Served) -> None:
    tokens = {}
    for machine in (ONE, TWO):
        answer = await served.ask(machine.form(machine.assertion(served.url)))
        tokens[machine.client_id] = answer.json()["access_token"]

    async def look(machine: Machine, token: str, endpoint: str = "introspect") -> dict[str, Any]:
        form = machine.form(machine.assertion(served.url), token=token)
        return dict((await served.ask(form, endpoint)).json())

    told = await look(ONE, tokens["op-one"])
    assert (told["active"], told["client_id"], told["scope"]) == (True, "op-one", "operator.read operator.write")
    assert told["exp"] - told["iat"] == LIFETIME_S
    assert await look(TWO, tokens["op-one"]) == {"active": False}
    assert await look(ONE, "fndr_" + "x" * 43) == {"active": False}
    assert (await look(TWO, tokens["op-one"], "revoke"))["code"] == "INVALID_GRANT"
    assert (await look(ONE, tokens["op-one"]))["active"]
    assert await look(ONE, tokens["op-one"], "revoke") == {}
    assert await look(ONE, tokens["op-one"]) == {"active": False}
    assert await look(ONE, tokens["op-one"], "revoke") == {}
    await served.tokens.revoke_all("op-two")
    assert await look(TWO, tokens["op-two"]) == {"active": False}
    for endpoint in ("introspect", "revoke"):
        answer = await served.ask({"token": tokens["op-one"]}, endpoint)
        assert answer.json()["error"] == "invalid_client"
        answer = await served.ask(ONE.form(ONE.assertion(served.url)), endpoint)
        assert answer.json()["error"] == "invalid_request"
        answer = await served.ask(ONE.form(ONE.assertion(served.url), token="x", token_type_hint="x"), endpoint)
        assert "token_type" in answer.json()["error"]


async def test_a_token_ends(tmp_path: Path) -> None:
    now = system_clock()
    database = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    tokens = Tokens(database, lambda: now)
    token = await tokens.issue("op-one", "operator.read")
    now += timedelta(seconds=LIFETIME_S - 1)
    assert await tokens.find(token) is not None
    now += timedelta(seconds=1)
    assert await tokens.find(token) is None
    await tokens.spend("op-one", "1", int(now.timestamp()) + 5)
    now += timedelta(minutes=2)
    await tokens.issue("op-one", "")  # sweeps
    async with database.read() as connection:
        for table in ("oauth_token", "oauth_assertion"):
            count = (await connection.execute(sa.text(f"SELECT count(*) FROM {table}"))).scalar()
            assert count == (table == "oauth_token")
    assert await tokens.find("x" * 300) is None
    await database.close()


async def test_a_store_that_is_away_is_said_and_gives_nothing(served: Served) -> None:
    served.clients.away = True
    answer = await served.ask(ONE.form(ONE.assertion(served.url)))
    assert (answer.status_code, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert answer.json()["error"] == "temporarily_unavailable"


async def test_tokens_are_not_given_over_plain_http_elsewhere(served: Served) -> None:
    plain = TokenServer("http://finder.example", served.clients, served.tokens, system_clock, [])
    answer = await plain.token(ONE.form(ONE.assertion("http://finder.example")))
    assert (answer.status, answer.body["error"]) == (400, "insecure_transport")


async def test_limits_of_the_form_at_each_and_one_past(served: Served) -> None:
    form = ONE.form(ONE.assertion(served.url))
    full = form | {f"x{n}": "y" for n in range(MAX_FIELDS - len(form))}
    assert (await served.ask(full)).status_code == 200
    over = ONE.form(ONE.assertion(served.url)) | {f"x{n}": "y" for n in range(MAX_FIELDS - len(form) + 1)}
    assert (await served.ask(over)).json()["code"] == "INVALID_REQUEST"
    for size, status in ((MAX_FORM_BYTES, 400), (MAX_FORM_BYTES + 1, 413)):
        answer = await served.http.post("/oauth/token", content=b"a" * size, headers={"content-type": FORM})
        assert answer.status_code == status
    for body, kind in ((b"{}", "application/json"), (b"grant_type=%ff", FORM), (b"a=1&a=2", FORM), (b"\xff=1", FORM)):
        answer = await served.http.post("/oauth/token", content=body, headers={"content-type": kind})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await served.http.get("/oauth/token")).status_code == 405


async def test_who_asks_too_often_is_told_when_to_come_again(served: Served) -> None:
    answers = [await served.ask({"grant_type": "x"}) for _ in range(TOKENS.burst + 1)]
    assert [a.status_code for a in answers] == [*[400] * TOKENS.burst, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].json()["code"] == "TOO_OFTEN"


class Unlimited(MemoryBuckets):
    async def take(self, name: str, rate: object) -> float:
        return 0.0


hostile = st.dictionaries(
    st.sampled_from(["grant_type", "client_assertion_type", "client_assertion", "scope", "token", "client_id"]),
    st.one_of(
        st.text(max_size=50),
        st.sampled_from(["client_credentials", ASSERTION_TYPE]),
        st.builds(
            lambda parts: ".".join(urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts),
            st.lists(
                st.one_of(
                    st.binary(max_size=40),
                    st.recursive(
                        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=9), st.integers()),
                        lambda inner: st.dictionaries(
                            st.sampled_from(["alg", "kid", "sub", "iss", "aud", "exp", "jti", "crit", "b64"]), inner
                        ),
                        max_leaves=6,
                    ).map(lambda value: json.dumps(value).encode()),
                ),
                min_size=1,
                max_size=5,
            ),
        ),
    ),
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=hostile)
async def test_a_hostile_form_gets_an_answer_and_nothing_else(served: Served, form: dict[str, str]) -> None:
    for endpoint in (served.server.token, served.server.introspect, served.server.revoke):
        answer = await endpoint(form)
        assert answer.status == 400
        assert "access_token" not in answer.body


async def test_json_as_deep_as_a_form_may_hold_is_refused(served: Served) -> None:
    deep = [urlsafe_b64encode(b).rstrip(b"=").decode() for b in (b'{"alg":"ES256"}', b"[" * 11_000, b"x")]
    assert await served.refused(".".join(deep))
    deep = [urlsafe_b64encode(b).rstrip(b"=").decode() for b in (b"[" * 11_000, b"{}", b"x")]
    assert await served.refused(".".join(deep))


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("authlib").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("logging_as_it_was")
async def test_no_token_and_no_statement_reaches_a_log(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("DEBUG")
    form = ONE.form(ONE.assertion(served.url))
    token = (await served.ask(form)).json()["access_token"]
    await served.ask(form)
    logging.getLogger("elsewhere").warning("left lying about: %s", token)
    told = capsys.readouterr().err
    assert "left lying about" in told
    assert token not in told
    assert form["client_assertion"] not in told
    assert token not in clean(f"got {token} from them")


def rsa_of(bits: int) -> dict[str, Any]:
    """Only its size matters: nobody signs with it."""
    n = (secrets.randbits(bits) | 1 << (bits - 1) | 1).to_bytes((bits + 7) // 8)
    return {"kty": "RSA", "kid": f"r{bits}", "e": "AQAB", "n": urlsafe_b64encode(n).rstrip(b"=").decode()}


def test_public_keys_at_their_limits_and_one_past() -> None:
    keys = [Machine(kid=f"k{n}").public for n in range(MAX_KEYS + 1)]
    assert len(read_public_keys(keys[:MAX_KEYS]).keys) == MAX_KEYS
    assert read_public_keys([Machine(kid="k" * MAX_KID).public])
    assert read_public_keys([rsa_of(4_096) | {"use": "enc", "x5c": ["ignored"]}])
    small, large = rsa_of(2_047), rsa_of(4_097)
    p384 = dict(ECKey.generate_key("P-384", {"kid": "p"}).as_dict(private=False))
    good = keys[0]
    wrong: list[Any] = [
        [],
        keys,
        None,
        "keys",
        [7],
        [{}],
        [good, good],
        [good | {"kid": ""}],
        [good | {"kid": "k" * (MAX_KID + 1)}],
        [good | {"kid": "中"}],
        [good | {"kid": 7}],
        [{n: v for n, v in good.items() if n != "kid"}],
        [small],
        [large],
        [rsa_of(2_048) | {"e": "Aw"}],
        [p384],
        [good | {"crv": "P-384"}],
        [good | {"x": "AAAA"}],
        [good | {"x": 7}],
        [good | {"kty": "OKP"}],
        [{"kty": "oct", "kid": "a"}],
    ]
    for each in wrong:
        with pytest.raises(BadInput) as refused:
            read_public_keys(each)
        assert refused.value.code == "PUBLIC_KEYS"


@pytest.mark.parametrize("machine", [ONE, TWO], ids=["EC", "RSA"])
def test_a_private_key_that_was_sent_is_spoilt_and_not_shown(machine: Machine) -> None:
    private = dict(machine.key.as_dict(private=True))
    with pytest.raises(BadInput) as refused:
        read_public_keys([private])
    assert refused.value.code == "PRIVATE_KEY"
    assert str(private["d"]) not in str(refused.value)
    with pytest.raises(BadInput):
        read_public_keys([dict(OctKey.generate_key(256, {"kid": "a"}).as_dict(private=True))])
