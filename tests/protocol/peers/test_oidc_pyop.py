"""Signing in at pyop, an OpenID Connect provider that is not ours, as a real server over TLS on loopback."""

import json
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from starlette.applications import Starlette

from finder.errors import BadInput, Conflict, Denied, NotFound
from finder.graphql.routes import graphql_routes
from finder.identity.accounts import Accounts
from finder.identity.keyring import Keyring
from finder.identity.oidc import GOOD_FOR, MAX_TEXT, Begun, Oidc, Provider, ProviderRefused, ProviderUnavailable
from finder.identity.passkeys import Passkeys, site_of
from finder.identity.privacy import Privacy
from finder.storage.database import Database
from tests.contract.people_world import HERE, OTHER_PHONE, PeopleWorld, people_world
from tests.protocol.peers.environment import peer_python
from tests.unit.naive import world

pytestmark = [pytest.mark.peer, pytest.mark.slow]
CLIENT, SECRET, BASE_URL = "finder", "a-secret-of-the-test", "https://finder.example"
START_WITHIN_S = 30.0


@dataclass(frozen=True)
class Peer:
    """The provider that runs, and how its certificate is trusted."""

    provider: Provider
    trust: ssl.SSLContext

    def comes_back(self, begun: Begun, name: str) -> tuple[str, str, str]:
        """What the browser has after this person signed in there: ticket, code and state."""
        with httpx.Client(verify=self.trust, trust_env=False) as browser:
            answer = browser.get(f"{begun.url}&as={name}")
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(f"{BASE_URL}/signed-in?")
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return begun.ticket, query["code"][0], query["state"][0]


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    cert, key = certificate(tmp_path_factory.mktemp("tls"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    script = Path(__file__).with_name("pyop_provider.py")
    arguments = [str(port), CLIENT, SECRET, f"{BASE_URL}/signed-in", str(cert), str(key)]
    process = subprocess.Popen([str(peer_python("pyop")), "-W", "ignore", str(script), *arguments])
    trust = ssl.create_default_context(cafile=str(cert))
    issuer = f"https://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START_WITHIN_S
        while True:
            try:
                httpx.get(f"{issuer}/jwks", verify=trust, trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the provider ended"
                assert time.monotonic() < until, "the provider does not answer"
                time.sleep(0.1)
        yield Peer(Provider("pyop", "演示", issuer, CLIENT, SecretStr(SECRET)), trust)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[PeopleWorld]:
    database = Database(f"sqlite:///{tmp_path / 'finder.sqlite3'}")
    world = people_world(database)
    world.clock.now = datetime.now(UTC)  # the provider has the machine's clock
    yield world
    await database.close()


@pytest.fixture
async def oidc(w: PeopleWorld, peer: Peer) -> AsyncIterator[Oidc]:
    made = Oidc(w.people, [peer.provider], BASE_URL, lambda: datetime.now(UTC), verify=peer.trust)
    yield made
    await made.close()


async def test_a_person_links_an_account_there_and_signs_in_by_it(w: PeopleWorld, oidc: Oidc, peer: Peer) -> None:
    caller = await w.caller()
    with pytest.raises(Denied) as stranger:
        await oidc.sign_in(*peer.comes_back(await oidc.begin("pyop", HERE), "zhang"), "", HERE)
    assert stranger.value.code == "NOT_LINKED"
    await oidc.link(caller, *peer.comes_back(await oidc.begin("pyop", HERE, caller), "zhang"))
    assert await oidc.of(caller) == ["pyop"]
    tokens = await oidc.sign_in(*peer.comes_back(await oidc.begin("pyop", HERE), "zhang"), "小米 14", HERE)
    again = await w.people.caller(tokens.access)
    assert (again.person, again.strong) == (caller.person, False)
    with pytest.raises(Denied):
        await oidc.sign_in(*peer.comes_back(await oidc.begin("pyop", HERE), "li"), "", HERE)
    assert await oidc.subject(caller, "pyop", *peer.comes_back(await oidc.begin("pyop", HERE, caller), "zhang"))
    for name, provider in (("li", "pyop"), ("zhang", "wechat")):  # who is not linked; another provider's word
        with pytest.raises(ProviderRefused):
            await oidc.subject(caller, provider, *peer.comes_back(await oidc.begin("pyop", HERE, caller), name))
    with pytest.raises(ProviderRefused):  # begun without a session
        await oidc.subject(caller, "pyop", *peer.comes_back(await oidc.begin("pyop", HERE), "zhang"))
    another = await w.caller(OTHER_PHONE)
    with pytest.raises(ProviderRefused):  # linked to somebody else
        await oidc.subject(another, "pyop", *peer.comes_back(await oidc.begin("pyop", HERE, another), "zhang"))
    await oidc.unlink(caller, "pyop")
    with pytest.raises(NotFound):
        await oidc.unlink(caller, "pyop")
    assert await oidc.of(caller) == []


async def test_an_account_there_is_one_persons_and_a_person_has_one_there(
    w: PeopleWorld, oidc: Oidc, peer: Peer
) -> None:
    mine, theirs = await w.caller(), await w.caller(OTHER_PHONE)
    await oidc.link(mine, *peer.comes_back(await oidc.begin("pyop", HERE, mine), "zhang"))
    for caller, name in ((theirs, "zhang"), (mine, "li")):
        with pytest.raises(Conflict):
            await oidc.link(caller, *peer.comes_back(await oidc.begin("pyop", HERE, caller), name))


async def test_what_comes_back_is_good_once_in_the_browser_that_began_and_for_its_purpose(
    w: PeopleWorld, oidc: Oidc, peer: Peer
) -> None:
    caller = await w.caller()
    await oidc.link(caller, *peer.comes_back(await oidc.begin("pyop", HERE, caller), "zhang"))
    mine, another = await oidc.begin("pyop", HERE), await oidc.begin("pyop", HERE)
    ticket, code, state = peer.comes_back(mine, "zhang")
    wrong = [
        (another.ticket, code, state),  # a code that was planted in another browser
        (ticket, code, state + "x"),
        ("never", code, state),
        (ticket, "x" * (MAX_TEXT + 1), state),
    ]
    for each in wrong:
        with pytest.raises(ProviderRefused):
            await oidc.sign_in(*each, "", HERE)
    good = peer.comes_back(await oidc.begin("pyop", HERE), "zhang")
    with pytest.raises(ProviderRefused):
        await oidc.link(caller, *good)
    await oidc.sign_in(*good, "", HERE)
    with pytest.raises(ProviderRefused):
        await oidc.sign_in(*good, "", HERE)


async def test_a_code_that_the_provider_does_not_know_or_of_another_flow_is_refused(oidc: Oidc, peer: Peer) -> None:
    ticket, _, state = peer.comes_back(await oidc.begin("pyop", HERE), "zhang")
    with pytest.raises(ProviderRefused):
        await oidc.sign_in(ticket, "never", state, "", HERE)
    _, theirs, _ = peer.comes_back(await oidc.begin("pyop", HERE), "li")
    ticket, _, state = peer.comes_back(await oidc.begin("pyop", HERE), "zhang")
    with pytest.raises(ProviderRefused):  # the verifier is another one
        await oidc.sign_in(ticket, theirs, state, "", HERE)


async def test_a_token_that_was_made_for_another_flow_is_refused(oidc: Oidc, peer: Peer) -> None:
    begun = await oidc.begin("pyop", HERE)
    given = parse_qs(urlsplit(begun.url).query)["nonce"][0]
    back = peer.comes_back(replace(begun, url=begun.url.replace(f"nonce={given}", "nonce=another")), "zhang")
    with pytest.raises(ProviderRefused):
        await oidc.sign_in(*back, "", HERE)


async def test_a_flow_and_a_token_grow_old(w: PeopleWorld, oidc: Oidc, peer: Peer) -> None:
    ahead = [timedelta(0)]
    later = Oidc(w.people, [peer.provider], BASE_URL, lambda: datetime.now(UTC) + ahead[0], verify=peer.trust)
    for past in (GOOD_FOR + timedelta(seconds=1), -timedelta(minutes=5)):  # the flow; a token from the future
        ahead[0] = timedelta(0)
        back = peer.comes_back(await later.begin("pyop", HERE), "zhang")
        ahead[0] = past
        with pytest.raises(ProviderRefused):
            await later.sign_in(*back, "", HERE)
    await later.close()


async def test_another_secret_audience_or_issuer_is_refused(w: PeopleWorld, peer: Peer) -> None:
    wrong = replace(peer.provider, client_secret=SecretStr("another"))
    oidc = Oidc(w.people, [wrong], BASE_URL, lambda: datetime.now(UTC), verify=peer.trust)
    with pytest.raises(ProviderRefused):
        await oidc.sign_in(*peer.comes_back(await oidc.begin("pyop", HERE), "zhang"), "", HERE)
    await oidc.close()
    for issuer in (f"{peer.provider.issuer}/", "https://127.0.0.1:1", "nonsense"):
        oidc = Oidc(w.people, [replace(peer.provider, issuer=issuer)], BASE_URL, w.clock, verify=peer.trust)
        with pytest.raises(ProviderUnavailable):
            await oidc.begin("pyop", HERE)
        with pytest.raises(BadInput):
            await oidc.begin("nobody", HERE)
        await oidc.close()


async def test_neither_the_name_there_nor_the_ticket_stands_in_the_database(
    w: PeopleWorld, oidc: Oidc, peer: Peer
) -> None:
    caller = await w.caller()
    begun = await oidc.begin("pyop", HERE, caller)
    ticket, code, state = peer.comes_back(begun, "zhang")
    kept = await w.dump()
    for secret in (ticket, state, code):
        assert secret.encode() not in kept
        assert secret not in repr(begun)
    assert SECRET not in repr(peer.provider)
    await oidc.link(caller, ticket, code, state)
    told = json.loads(await Privacy(w.people).export(caller))
    assert [each["provider"] for each in told["providers"]] == ["pyop"]


async def test_through_the_gateway_an_account_is_linked_signs_in_and_is_unlinked(
    w: PeopleWorld, oidc: Oidc, peer: Peer
) -> None:
    keyring = Keyring(w.people, Passkeys(w.people.store, w.clock, site_of(BASE_URL, "充电")))
    gateway = replace(world().gateway, accounts=Accounts(w.people, Privacy(w.people), keyring, oidc))
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(gateway)))
    access = (await w.sign_in()).access
    async with httpx.AsyncClient(transport=transport, base_url="http://finder") as client:

        async def ask(query: str, **variables: str) -> dict[str, Any]:
            headers = {"authorization": f"Bearer {access}"} if access else {}
            answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
            return dict(answer.json()["data"])

        async def flow(field: str) -> dict[str, str]:
            begun = (await ask(f'mutation{{{field}(provider:"pyop"){{url ticket}}}}'))[field]
            back = peer.comes_back(Begun(begun["url"], begun["ticket"]), "zhang")
            return dict(zip(("ticket", "code", "state"), back, strict=True))

        head = "mutation($ticket:String!,$code:String!,$state:String!)"
        given = "ticket:$ticket,code:$code,state:$state"
        assert await ask("{signInProviders{id name}}") == {"signInProviders": [{"id": "pyop", "name": "演示"}]}
        linked = await ask(f"{head}{{linkProvider({given})}}", **await flow("beginLink"))
        assert linked == {"linkProvider": True}
        assert await ask("{me{providers}}") == {"me": {"providers": ["pyop"]}}
        mine, access = access, ""
        back = await flow("beginAtProvider")
        told = await ask(f"{head}{{signInAtProvider({given}){{accessToken}}}}", **back)
        assert told["signInAtProvider"]["accessToken"]
        access = mine
        assert await ask('mutation{unlinkProvider(provider:"pyop")}') == {"unlinkProvider": True}
