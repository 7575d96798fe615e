"""Wrong and hostile messages of an OCPI platform: each gets an envelope, and teaches nothing."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finder.errors import OperatorRefused
from finder.sandbox.ocpi import OcpiFaults, PracticeCpo
from tests.protocol.ocpi.peer import LOC, Peer, at, teaches, told
from tests.protocol.ocpi_world import House
from tests.unit.test_ocpi_sessions import cdr, session
from tests.unit.test_ocpi_stations import evse, tariff


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (LOC, {**told(), "last_updated": None}, 2001),
        (LOC, {**told(), "last_updated": "soon"}, 2001),
        (LOC, {**told(), "last_updated": at(seconds=301)}, 2001),
        (LOC, {**told(), "last_updated": at(seconds=300)}, 1000),
        (LOC, {**told(), "id": "LOC2"}, 2001),
        (LOC, {**told(), "party_id": "XXX"}, 2001),
        (LOC, {**told(), "coordinates": None}, 2001),
        (LOC, [], 2001),
        (LOC, b"\xff", 2001),
        (LOC, b"[" * 100_000, 2001),
        (f"{LOC}/E1", evse("E1", last_updated=at()), 2003),
        ("ocpi/2.2.1/tariffs/CN/PRA/T1", {"id": "T1", "last_updated": at()}, 2001),
        ("ocpi/2.2.1/sessions/CN/PRA/S1", session(kwh=-1), 2001),
        ("ocpi/2.2.1/sessions/CN/PRA/S2", session(), 2001),
    ],
)
async def test_an_object_that_cannot_be_taken_is_answered_with_its_code(
    peer: Peer, path: str, body: object, code: int
) -> None:
    _, read, answer = await peer.call("PUT", path, body)
    assert read["status_code"] == code
    assert teaches(answer) is (code == 1000)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {2001}),
        ({"token": "x y", "url": "https://cpo.example/v", "roles": []}, {2001}),
        ({"token": "x", "url": "https://cpo.example/v", "roles": []}, {2001}),
        (
            {
                "token": "x",
                "url": "http://169.254.169.254/",
                "roles": [{"role": "CPO", "country_code": "CN", "party_id": "A"}],
            },
            {3001},
        ),
        (
            {
                "token": "x",
                "url": "file:///etc/passwd",
                "roles": [{"role": "CPO", "country_code": "CN", "party_id": "A"}],
            },
            {3001},
        ),
    ],
)
async def test_credentials_that_cannot_be_used_are_refused_and_nothing_is_called(
    body: dict[str, Any], codes: set[int]
) -> None:
    peer = Peer(fixed_token=None, fixed_push_token=None, given_token="given")
    _, read, _ = await peer.call("POST", "ocpi/2.2.1/credentials", body, header="Token given")
    assert read["status_code"] in codes
    assert (await peer.call("GET", "ocpi/versions", header="Token given"))[0] == 200
    assert (await peer.call("PUT", "ocpi/2.2.1/credentials", body, header="Token given"))[0] == 405
    assert (await peer.call("PUT", LOC, told(), header="Token given"))[0] == 401
    await peer.connector.close()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
OBJECTS: dict[str, dict[str, Any]] = {
    "locations/CN/PRA/LOC1": told(),
    "locations/CN/PRA/LOC1/E1": evse("E1", last_updated=at()),
    "tariffs/CN/PRA/T1": tariff(last_updated=at()),
    "sessions/CN/PRA/S1": session(),
    "cdrs": cdr(),
    "tokens/CARD/authorize": {"location_id": "LOC1", "evse_uids": ["E1"]},
    "credentials": {"token": "x", "url": "https://cpo.example/v", "roles": []},
    "commands/START_SESSION/abc": {"result": "ACCEPTED"},
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_comes_is_answered_and_only_what_is_taken_teaches(peer: Peer, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([*OBJECTS, "locations/%2e/../x/y"]))
    body = dict(OBJECTS.get(path, {}))
    for name in data.draw(st.lists(st.sampled_from([*body, "extra"]), max_size=3)):
        body[name] = data.draw(values)
    method = data.draw(st.sampled_from(["PUT", "PATCH", "POST", "GET", "DELETE"]))
    raw = data.draw(st.sampled_from([json.dumps(body, default=float).encode(), b"{", b""]))
    version = data.draw(st.sampled_from(["2.2.1", "2.3.0"]))
    status, read, answer = await peer.call(
        method, f"ocpi/{version}/{path}", raw, query={"type": data.draw(st.text(max_size=5))}
    )
    assert status < 500
    assert read["status_code"] in (1000, 2000, 2001, 2002, 2003, 2004, 3001, 3002, 3003)
    datetime.fromisoformat(read["timestamp"])
    if read["status_code"] != 1000:
        assert not teaches(answer)


async def test_a_platform_that_repeats_our_token_puts_it_into_no_error(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    cpo.faults = OcpiFaults(tells_tokens=True)
    with pytest.raises(OperatorRefused) as refused:
        await ours.crawl()
    assert refused.value.code == "OCPI_2000"
    assert cpo.ours[-1] not in str(refused.value) + repr(refused.value)
    assert "…" in str(refused.value)
