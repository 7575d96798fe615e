"""A charge at a practice OCPI operator over real HTTP, from start to bill, and all that can go wrong with one."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finder.connectors.sdk.control import (
    Outcome,
    Reason,
    SessionRef,
    StartRequest,
)
from finder.connectors.sdk.desk import Authorization, Heard, Permission, TokenKind
from finder.connectors.sdk.sessions import SessionState
from finder.errors import OperatorUnavailable
from finder.kernel.money import Money
from finder.live.model import Status
from finder.sandbox.ocpi import OcpiFaults, PracticeCpo
from tests.protocol.ocpi.conftest import BOTH, EVSE, ORDER, ref, start
from tests.protocol.ocpi_world import House, house, now
from tests.protocol.tcec102_peer import Hand


@BOTH
async def test_a_charge_from_start_to_bill(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    done = await ours.connector.start(start())
    assert done.outcome is Outcome.ACCEPTED
    await cpo.settle()
    command, sent = cpo.commands[0]
    assert (command, sent["location_id"], sent["evse_uid"]) == ("START_SESSION", "LOC3", "E3-2")
    assert sent["token"]["whitelist"] == "NEVER"
    running = await ours.desk.running("op")
    assert running[EVSE].order == ORDER
    seen = await ours.connector.session(ref())
    assert seen is not None
    assert (seen.state, seen.native_id) == (SessionState.CHARGING, "S1")
    stopped = await ours.connector.stop(ref())
    assert (stopped.outcome, stopped.native_id) == (Outcome.ACCEPTED, "S1")
    await cpo.settle()
    seen = await ours.connector.session(ref())
    assert seen is not None
    assert (seen.state, seen.kwh, seen.total) == (SessionState.ENDED, Decimal("10.5"), Money(1260))
    ((bill, heard),) = await ours.desk.bills("op", now() - timedelta(hours=1), now() + timedelta(hours=1))
    assert heard is Heard.ACCEPTED
    assert (bill.order, bill.session_id, bill.total, bill.kwh, bill.evse_id) == (
        ORDER,
        "S1",
        Money(1260),
        Decimal("10.5"),
        EVSE,
    )
    assert cpo.caller.answers[-1][2] == 201
    # The bill can be fetched too, and is the same one.
    fetched = [
        b async for batch in ours.connector.bills(now() - timedelta(hours=1), now() + timedelta(hours=1)) for b in batch
    ]
    assert fetched == [bill]


@BOTH
async def test_a_bay_is_charging_while_a_session_runs_and_free_afterwards(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    taught = len(ours.taught)
    await ours.connector.start(start())
    await cpo.settle()
    found = cpo.find_evse("LOC3", "E3-2")
    assert found is not None
    assert found[1]["status"] == "CHARGING"
    await ours.connector.stop(ref())
    await cpo.settle()
    assert found[1]["status"] == "AVAILABLE"
    pushed = [(o.evse_id, o.status) for told in ours.taught[taught:] for o in told.observations]
    assert pushed == [(EVSE, Status.CHARGING), (EVSE, Status.AVAILABLE)]


async def test_a_bay_that_broke_during_a_session_is_not_free_after_it(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    await ours.connector.start(start())
    await cpo.settle()
    await cpo.set_status("LOC3", "E3-2", "OUTOFORDER")
    await cpo.finish("S1")
    found = cpo.find_evse("LOC3", "E3-2")
    assert found is not None
    assert found[1]["status"] == "OUTOFORDER"


async def test_a_bay_with_two_sessions_is_free_after_the_second(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    token = {"country_code": "CN", "party_id": "FND", "uid": "u", "type": "OTHER", "contract_id": "c"}
    one, other = [await cpo.plugged("LOC3", "E3-2", token, None) for _ in range(2)]
    found = cpo.find_evse("LOC3", "E3-2")
    assert found is not None
    await cpo.finish(one)
    assert found[1]["status"] == "CHARGING"
    await cpo.finish(other)
    assert found[1]["status"] == "AVAILABLE"


async def test_the_same_order_starts_nothing_twice(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    first, second = await asyncio.gather(ours.connector.start(start()), ours.connector.start(start()))
    await cpo.settle()
    assert first.outcome is second.outcome is Outcome.ACCEPTED
    assert len(cpo.commands) == len(cpo.sessions) == 1


async def test_a_command_without_a_result_is_unknown(cpo: PracticeCpo, tmp_path: Path) -> None:
    async with house(tmp_path, cpo, result_wait_s=0.1) as ours:
        await ours.crawl()
        cpo.faults = OcpiFaults(never_answers=True)
        done = await ours.connector.start(start())
        assert (done.outcome, done.reason) == (Outcome.UNKNOWN, Reason.TIMEOUT)
        assert await ours.connector.session(ref()) is None


async def test_a_charge_that_begins_after_timeout_is_found(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    cpo.faults = OcpiFaults(timeout_then_starts=True, silent_sessions=True)
    done = await ours.connector.start(start())
    await cpo.settle()
    assert (done.outcome, done.reason) == (Outcome.UNKNOWN, Reason.TIMEOUT)
    seen = await ours.connector.session(ref())
    assert seen is not None
    assert (seen.state, seen.order) == (SessionState.CHARGING, ORDER)
    assert (await ours.connector.stop(ref())).outcome is Outcome.ACCEPTED


async def test_a_session_that_stays_pending_is_not_charging(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    cpo.faults = OcpiFaults(stays_pending=True)
    await ours.connector.start(start())
    await cpo.settle()
    seen = await ours.connector.session(ref())
    assert seen is not None
    assert seen.state is SessionState.STARTING
    assert not await ours.desk.running("op")
    found = cpo.find_evse("LOC3", "E3-2")
    assert found is not None
    assert found[1]["status"] == "AVAILABLE"


async def test_a_rejected_command_says_why(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    cpo.faults = OcpiFaults(evse_occupied=True)
    done = await ours.connector.start(start())
    assert (done.outcome, done.reason) == (Outcome.REJECTED, Reason.OCCUPIED)
    gone = await ours.connector.start(StartRequest(order="FD-other-one", evse_id="op/LOC3/E3-9"))
    assert (gone.outcome, gone.reason) == (Outcome.REJECTED, Reason.OTHER)
    foreign = await ours.connector.start(StartRequest(order="FD-other-two", evse_id="other/LOC3/E3-9"))
    assert (foreign.outcome, foreign.reason) == (Outcome.REJECTED, Reason.NO_SUCH_EVSE)
    unknown = await ours.connector.stop(SessionRef(order="FD-none-such", evse_id=EVSE))
    assert (unknown.outcome, unknown.reason) == (Outcome.REJECTED, Reason.UNKNOWN_SESSION)
    theirs = await ours.connector.stop(SessionRef(order="FD-none-such", evse_id=EVSE, native_id="S99"))
    assert (theirs.outcome, theirs.reason) == (Outcome.REJECTED, Reason.UNKNOWN_SESSION)


@BOTH
async def test_another_bill_under_the_same_number_is_disputed_and_refused(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    cpo.faults = OcpiFaults(cdr_differs=True)
    await ours.connector.start(start())
    await cpo.settle()
    await ours.connector.stop(ref())
    await cpo.settle()
    bills = await ours.desk.bills("op", now() - timedelta(hours=1), now() + timedelta(hours=1))
    assert [(b.total, heard) for b, heard in bills] == [(Money(1260), Heard.ACCEPTED), (Money(2520), Heard.DISPUTED)]
    assert cpo.caller.answers[-1][3]["status_code"] == 2001


@BOTH
async def test_a_card_is_authorised_in_real_time_and_its_session_is_our_orders(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    ours.desk.grants["CARD1"] = Authorization(Permission.ALLOWED, order="FD202611240099")
    ours.desk.grants["CARD2"] = Authorization(Permission.IN_ARREARS)
    place = {"location_id": "LOC3", "evse_uids": ["E3-2"]}
    allowed = (await cpo.caller.authorize("CARD1", "RFID", place))["data"]
    assert (allowed["allowed"], allowed["location"]) == ("ALLOWED", place)
    assert ours.desk.asks[-1].evse_id == EVSE
    assert ours.desk.asks[-1].kind is TokenKind.CARD
    assert (await cpo.caller.authorize("CARD2", "RFID"))["data"]["allowed"] == "NO_CREDIT"
    unknown = await cpo.caller.authorize("CARD3", "RFID")
    assert (unknown["status_code"], "data" in unknown) == (2004, False)
    await cpo.plugged("LOC3", "E3-2", allowed["token"], allowed["authorization_reference"])
    assert (await ours.desk.running("op"))[EVSE].order == "FD202611240099"


async def test_the_token_of_a_start_is_allowed_where_it_was_meant_until_its_session_is_over(
    cpo: PracticeCpo, ours: House
) -> None:
    await ours.crawl()
    await ours.connector.start(start())
    await cpo.settle()
    uid = cpo.commands[0][1]["token"]["uid"]
    here, elsewhere = ({"location_id": "LOC3", "evse_uids": [each]} for each in ("E3-2", "E3-1"))
    for place in (None, here):
        allowed = (await cpo.caller.authorize(uid, "APP_USER", place))["data"]
        assert (allowed["allowed"], allowed["authorization_reference"]) == ("ALLOWED", uid)
    refused = (await cpo.caller.authorize(uid, "APP_USER", elsewhere))["data"]
    assert (refused["allowed"], "authorization_reference" in refused) == ("NOT_ALLOWED", False)
    assert not ours.desk.asks
    # A card with that number on it is somebody else's.
    assert (await cpo.caller.authorize(uid, "RFID", here))["status_code"] == 2004
    await ours.connector.stop(ref())
    await cpo.settle()
    assert (await cpo.caller.authorize(uid, "APP_USER"))["status_code"] == 2004
    assert len(ours.desk.asks) == 2


async def test_an_operator_that_is_away_is_unavailable_and_nothing_was_started(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    cpo.faults = OcpiFaults(unavailable=True)
    with pytest.raises(OperatorUnavailable):
        await ours.crawl()
    done = await ours.connector.start(start())
    assert done.outcome is Outcome.UNKNOWN
    await cpo.close()
    with pytest.raises(OperatorUnavailable):
        await ours.connector.start(start("FD-not-sent-1"))
    cpo.faults = OcpiFaults()


async def test_one_question_for_sessions_serves_all_who_want_to_know(cpo: PracticeCpo, tmp_path: Path) -> None:
    clock = Hand(now())
    async with house(tmp_path, cpo, clock=clock) as ours:
        await ours.crawl()
        cpo.faults = OcpiFaults(silent_sessions=True)
        orders = [f"FD20261124000{n}" for n in range(3)]
        for order in orders:
            await ours.connector.start(start(order))
        await cpo.settle()

        async def look() -> int:
            before = len(cpo.asked)
            found = await asyncio.gather(*(ours.connector.session(ref(order)) for order in orders))
            assert [seen.order for seen in found if seen is not None] == orders
            return sum("/sessions?" in path for path in cpo.asked[before:])

        assert await look() == 1
        clock.move(seconds=4.9)
        assert await look() == 0
        clock.move(seconds=0.1)
        assert await look() == 1
