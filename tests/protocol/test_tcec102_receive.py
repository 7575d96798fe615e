"""What operators push to us: every wrong envelope gets an answer and teaches nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finder.connectors.tcec102.receive import MAX_STATUSES
from finder.connectors.tcec102.tokens import LIFETIME
from finder.connectors.tcec102.wire import Request
from finder.live.model import Status
from tests.protocol.tcec102_peer import BUSY, FREE, KEYS, NOTIFY, OLD_KEYS, PEER, Hand, Peer


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def peer(clock: Hand) -> AsyncIterator[Peer]:
    peer = Peer(clock)
    await peer.log_in()
    yield peer
    await peer.connector.close()


async def test_a_push_is_accepted_and_observed_at_the_time_in_its_envelope(peer: Peer, clock: Hand) -> None:
    ret, data, answer = await peer.notify(FREE, at=clock() - timedelta(seconds=7), seq="0003")
    assert (ret, data) == (0, {"Status": 0})
    (seen,) = answer.observations
    assert (seen.evse_id, seen.status, seen.source) == ("op/G1", Status.AVAILABLE, "op")
    assert seen.observed_at == clock() - timedelta(seconds=7) + timedelta(microseconds=3)


async def test_two_pushes_within_a_second_keep_their_order(peer: Peer) -> None:
    _, _, first = await peer.notify(FREE)
    _, _, second = await peer.notify(BUSY)
    assert first.observations[0].observed_at < second.observations[0].observed_at


async def test_an_array_is_taken_and_a_bad_record_in_it_is_named(peer: Peer) -> None:
    ret, data, answer = await peer.notify(FREE, {"ConnectorID": "", "Status": 1}, {"ConnectorID": "G2", "Status": 9})
    assert (ret, data) == (0, {"Status": 0})
    assert [(o.evse_id, o.status) for o in answer.observations] == [
        ("op/G1", Status.AVAILABLE),
        ("op/G2", Status.UNKNOWN),
    ]
    assert [r.code for r in answer.refused] == ["BAD_ID"]


async def test_nothing_but_bad_records_is_discarded(peer: Peer) -> None:
    ret, data, answer = await peer.notify({"ConnectorID": None, "Status": 1})
    assert (ret, data) == (0, {"Status": 1})
    assert not answer.observations


async def test_a_thousand_records_are_taken_and_one_more_is_not(peer: Peer) -> None:
    many = [{"ConnectorID": f"G{n}", "Status": 1} for n in range(MAX_STATUSES + 1)]
    ret, _, answer = await peer.notify(*many[:-1])
    assert (ret, len(answer.observations)) == (0, MAX_STATUSES)
    ret, _, answer = await peer.notify(*many)
    assert (ret, len(answer.observations)) == (4004, 0)


@pytest.mark.parametrize(("skew", "ret"), [(299, 0), (-299, 0), (300, 0), (301, 4003), (-301, 4003)])
async def test_the_window_of_five_minutes(peer: Peer, clock: Hand, skew: int, ret: int) -> None:
    got, _, answer = await peer.notify(FREE, at=clock() + timedelta(seconds=skew))
    assert got == ret
    assert bool(answer.observations) is (ret == 0)


async def test_a_replay_is_discarded_and_teaches_nothing(peer: Peer, clock: Hand) -> None:
    sealed = peer.seal({"ConnectorStatusInfo": FREE})
    assert (await peer.post(NOTIFY, sealed))[:2] == (0, {"Status": 0})
    # Within the window, with the signature in the other case, and at the window's end.
    lower = Request(sealed.operator_id, sealed.data, sealed.timestamp, sealed.seq, sealed.sig.lower())
    for again, wait_s in ((sealed, 0), (lower, 10), (sealed, 289)):
        clock.move(seconds=wait_s)
        ret, data, answer = await peer.post(NOTIFY, again)
        assert (ret, data) == (0, {"Status": 1})
        assert not answer.observations
    clock.move(seconds=2)
    assert (await peer.post(NOTIFY, sealed))[0] == 4003


async def test_a_replayed_log_in_gives_no_token(peer: Peer) -> None:
    sealed = peer.seal({"OperatorID": PEER, "OperatorSecret": KEYS.operator_secret})
    assert (await peer.post("query_token", sealed, {}))[0] == 0
    assert (await peer.post("query_token", sealed, {}))[:2] == (4003, None)


async def test_a_log_in_is_no_push(peer: Peer) -> None:
    sealed = peer.seal({"OperatorID": PEER, "OperatorSecret": KEYS.operator_secret})
    assert (await peer.post("query_token", sealed, {}))[0] == 0
    ret, _, answer = await peer.post(NOTIFY, sealed)
    assert ret == 4004
    assert not answer.observations


async def test_a_full_table_says_busy_and_recovers(clock: Hand) -> None:
    peer = Peer(clock, capacity=3)
    await peer.log_in()
    assert [(await peer.notify(FREE))[0] for _ in range(3)] == [0, 0, -1]
    clock.move(minutes=10, seconds=1)
    assert (await peer.notify(FREE))[0] == 0
    await peer.connector.close()


async def test_both_keys_hold_while_they_rotate(clock: Hand) -> None:
    peer = Peer(clock, keys=OLD_KEYS)
    await peer.log_in()
    assert (await peer.notify(FREE))[0] == 0
    await peer.connector.close()
    late = Peer(clock, keys=OLD_KEYS, called=(KEYS,))
    assert (await late.post("query_token", late.seal({}), {}))[0] == 4001
    await late.connector.close()


async def test_a_wrong_signature_is_answered_before_anything_is_decrypted(peer: Peer) -> None:
    sealed = peer.seal({"ConnectorStatusInfo": FREE})
    flipped = ("0" if sealed.sig[0] != "0" else "1") + sealed.sig[1:]
    forged = Request(sealed.operator_id, "not base64!", sealed.timestamp, sealed.seq, sealed.sig)
    for wrong in (Request(sealed.operator_id, sealed.data, sealed.timestamp, sealed.seq, flipped), forged):
        ret, _, answer = await peer.post(NOTIFY, wrong)
        assert ret == 4001
        assert not answer.observations


async def test_another_operators_id_is_refused_even_when_signed(peer: Peer) -> None:
    assert (await peer.notify(FREE, peer="987654321"))[0] == 4001


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}, {"authorization": "x"}]
)
async def test_a_push_without_a_token_is_refused(peer: Peer, header: dict[str, str]) -> None:
    ret, _, answer = await peer.post(NOTIFY, peer.seal({"ConnectorStatusInfo": FREE}), header)
    assert ret == 4002
    assert not answer.observations


async def test_a_token_ends_and_belongs_to_one_operator(peer: Peer, clock: Hand) -> None:
    clock.move(seconds=LIFETIME.total_seconds() - 1)
    assert (await peer.notify(FREE))[0] == 0
    clock.move(seconds=1)
    assert (await peer.notify(FREE))[0] == 4002
    await peer.log_in()
    other = Peer(clock, peer_id="987654321")
    other.token = peer.token
    assert (await other.notify(FREE, peer="987654321"))[0] == 4002
    await other.connector.close()


async def test_a_token_survives_a_restart(peer: Peer, clock: Hand) -> None:
    restarted = Peer(clock)
    restarted.token = peer.token
    assert (await restarted.notify(FREE))[0] == 0
    await restarted.connector.close()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"OperatorID": "987654321", "OperatorSecret": KEYS.operator_secret}, 1),
        ({"OperatorID": PEER, "OperatorSecret": "wrong"}, 2),
        ({"OperatorID": PEER}, 2),
        ({"OperatorID": PEER, "OperatorSecret": "\ud800"}, 2),
    ],
)
async def test_a_wrong_log_in_is_told_why(peer: Peer, body: dict[str, str], reason: int) -> None:
    ret, data, _ = await peer.post("query_token", peer.seal(body), {})
    assert (ret, data["SuccStat"], data["FailReason"], data["AccessToken"]) == (0, 1, reason, "")


@pytest.mark.parametrize("interface", ["query_stations_info", "", "notification_stationStatus2", "../query_token2"])
async def test_an_interface_that_we_do_not_serve_is_named(peer: Peer, interface: str) -> None:
    assert (await peer.post(interface, peer.seal({})))[0] == 4003


@pytest.mark.parametrize("body", [[], 3, None, "x", {}, {"ConnectorStatusInfo": 3}, {"ConnectorStatusInfo": []}])
async def test_a_signed_body_of_another_form_is_a_business_error(peer: Peer, body: Any) -> None:
    ret, _, answer = await peer.post(NOTIFY, peer.seal(body))
    assert ret == 4004
    assert not answer.observations


async def test_a_body_of_a_megabyte_is_the_most(peer: Peer) -> None:
    sealed = peer.seal({"ConnectorStatusInfo": FREE}).to_json()
    assert (await peer.post(NOTIFY, sealed.ljust(1024 * 1024)))[0] == 0
    assert (await peer.post(NOTIFY, sealed.ljust(1024 * 1024 + 1)))[0] == 4003


async def test_an_operator_that_never_pushes_has_no_keys_to_push_with(clock: Hand) -> None:
    peer = Peer(clock, called=())
    assert (await peer.post("query_token", peer.seal({}), {}))[0] == 4001
    await peer.connector.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
fields = {
    "OperatorID": st.just(PEER) | st.text(max_size=12) | json_values,
    "Data": st.text(max_size=64) | json_values,
    "TimeStamp": st.sampled_from(["20261124120000", "99999999999999", "20260230250000"]) | json_values,
    "Seq": st.sampled_from(["0001", "９９９９"]) | json_values,
    "Sig": st.text(alphabet="0123456789ABCDEF", min_size=32, max_size=32) | json_values,
}
hostile = (
    st.binary(max_size=200)
    | json_values.map(lambda v: json.dumps(v).encode())
    | st.fixed_dictionaries({}, optional=fields).map(lambda v: json.dumps(v).encode())
)
signed = (
    st.dictionaries(st.sampled_from(["ConnectorStatusInfo", "OperatorID", "x"]), json_values, max_size=3) | json_values
)


async def attack(bodies: list[bytes], inner: list[Any]) -> None:
    peer = Peer(Hand(), capacity=100_000)
    await peer.log_in()
    for interface in (NOTIFY, "query_token"):
        for body in bodies:
            ret, _, answer = await peer.post(interface, body)
            assert ret != 0
            assert not answer.observations
        for body in inner:
            _, _, answer = await peer.post(interface, peer.seal(body))
            assert all(seen.status is Status.UNKNOWN or seen.evse_id.startswith("op/") for seen in answer.observations)
    await peer.connector.close()


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(hostile, min_size=10, max_size=30), st.lists(signed, min_size=5, max_size=20))
def test_some_hostile_envelopes_are_answered_and_teach_nothing(bodies: list[bytes], inner: list[Any]) -> None:
    asyncio.run(attack(bodies, inner))


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(hostile, min_size=30, max_size=60), st.lists(signed, min_size=10, max_size=30))
def test_thousands_of_hostile_envelopes_are_answered_and_teach_nothing(bodies: list[bytes], inner: list[Any]) -> None:
    asyncio.run(attack(bodies, inner))
