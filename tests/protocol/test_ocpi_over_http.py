"""A practice OCPI operator and our connector over real HTTP: registration, lists, pushes, a charge and its bill."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finder.connectors.ocpi import connect
from finder.connectors.sdk.control import (
    BillSource,
    Outcome,
    PriceSource,
    Reason,
    RemoteControl,
    SessionRef,
    SessionSource,
    StartRequest,
)
from finder.connectors.sdk.desk import Authorization, Heard, Permission, TokenKind
from finder.connectors.sdk.ports import PushReceiver, StationSource, StatusSource
from finder.connectors.sdk.sessions import SessionState
from finder.errors import OperatorLied, OperatorRefused, OperatorUnavailable
from finder.kernel.money import Money, UnitPrice
from finder.live.model import Status
from finder.sandbox.ocpi import OcpiFaults, PracticeCpo, start_practice_cpo
from finder.stations.model import Station
from tests.protocol.ocpi_world import House, config, house, ids, now

ALL = [f"op/LOC{n}" for n in range(1, 11)]
EVSE, ORDER = "op/LOC3/E3-2", "FD202611240001"


BOTH = pytest.mark.parametrize("cpo", ["2.3.0", "2.2.1"], indirect=True)


@pytest.fixture
async def cpo(request: pytest.FixtureRequest) -> AsyncIterator[PracticeCpo]:
    cpo = await start_practice_cpo(versions=(getattr(request, "param", "2.3.0"),))
    yield cpo
    await cpo.close()


@pytest.fixture
async def ours(cpo: PracticeCpo, tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, cpo) as ours:
        yield ours


def start(order: str = ORDER) -> StartRequest:
    return StartRequest(order=order, evse_id=EVSE, connector_id="1")


def ref(order: str = ORDER) -> SessionRef:
    return SessionRef(order=order, evse_id=EVSE)


@BOTH
async def test_we_register_with_the_token_that_we_were_given_and_read_every_site_and_price(
    cpo: PracticeCpo, ours: House
) -> None:
    stations = await ours.crawl()
    assert ids(stations) == sorted(ALL)
    assert cpo.token_a is None
    one = next(s for s in stations if s.id == "op/LOC3")
    assert [e.id for e in one.evses] == ["op/LOC3/E3-1", EVSE]
    assert one.evses[1].connectors[0].power_kw == 120.0
    tariff = await ours.connector.price(EVSE)
    assert tariff is not None
    assert [p.electricity for p in tariff.periods] == [UnitPrice(12_000)]


async def test_a_restart_finds_the_registration_as_it_was(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    asked = len(cpo.asked)
    assert len(await ours.crawl()) == 10
    assert not [path for path in cpo.asked[asked:] if "credentials" in path or "versions" in path]


@BOTH
async def test_the_operator_registers_with_the_token_that_we_gave(cpo: PracticeCpo, tmp_path: Path) -> None:
    async with house(tmp_path, cpo, token_a=None, given_token="given-to-them") as ours:
        with pytest.raises(OperatorRefused) as early:
            await ours.crawl()
        assert early.value.code == "NOT_REGISTERED"
        await cpo.caller.begin(ours.versions_url, "given-to-them", cpo.version)
        assert ids(await ours.crawl()) == sorted(ALL)
        # The token that it began with opens nothing any more.
        answer = await cpo.caller.call("GET", ours.versions_url, None, token="given-to-them")
        assert answer.status_code == 401
        assert (await cpo.set_status("LOC1", "E1-1", "CHARGING")) is not None
        assert cpo.caller.answers[-1][2] == 200


@BOTH
async def test_we_rotate_and_our_old_token_opens_for_a_while(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    old_ours, old_theirs = cpo.caller.token, cpo.ours[-1]
    await ours.connector.handshake.rotate()
    assert cpo.caller.token != old_ours
    assert cpo.ours[-1] != old_theirs
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=old_ours)).status_code == 200
    assert (await cpo.caller.call("GET", ours.versions_url, None)).status_code == 200
    assert len(await ours.crawl()) == 10


async def test_the_operator_rotates_and_we_call_with_its_new_token(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    old_ours = cpo.caller.token
    await cpo.caller.rotate()
    assert cpo.caller.token != old_ours
    assert len(await ours.crawl()) == 10
    assert (await cpo.caller.call("GET", ours.versions_url, None, token=old_ours)).status_code == 200


async def test_a_registration_that_the_operator_ends_is_over(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    assert (await cpo.caller.call("DELETE", cpo.caller.endpoints["credentials"], None)).status_code == 200
    assert (await cpo.caller.call("GET", ours.versions_url, None)).status_code == 401
    with pytest.raises(OperatorRefused) as refused:
        await ours.crawl()
    assert refused.value.code == "TOKEN_A_SPENT"


async def test_tokens_are_taken_raw_as_well_as_in_base64(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    for raw in (True, False):
        cpo.faults = OcpiFaults(raw_tokens=raw)
        answer = await cpo.set_status("LOC1", "E1-1", "CHARGING")
        assert answer is not None
        assert answer.status_code == 200


async def test_a_list_that_shifts_while_it_is_read_loses_nothing(cpo: PracticeCpo, ours: House) -> None:
    cpo.faults = OcpiFaults(page_shift=True)
    found = ids(await ours.crawl())
    assert set(found) >= set(ALL) - {"op/LOC1"}
    assert len(found) == len(set(found))


async def test_stations_come_without_prices_where_those_cannot_be_read(cpo: PracticeCpo, ours: House) -> None:
    cpo.faults = OcpiFaults(no_tariffs=True)
    stations: list[Station] = []

    async def read() -> None:
        async for page in ours.connector.stations(None):
            stations.extend(page.stations)

    with pytest.raises(OperatorUnavailable):
        await read()
    assert ids(stations) == sorted(ALL)
    assert not any(station.tariffs for station in stations)
    cpo.faults = OcpiFaults()
    assert all(station.tariffs for station in await ours.crawl())


@pytest.mark.parametrize(
    ("faults", "codes"),
    [
        (OcpiFaults(repeated_link=True), {"LINK_REPEATED", "PAGE_REPEATED"}),
        (OcpiFaults(foreign_link=True), {"LINK_ELSEWHERE"}),
    ],
)
async def test_a_link_in_a_circle_or_elsewhere_is_not_followed(
    cpo: PracticeCpo, ours: House, faults: OcpiFaults, codes: set[str]
) -> None:
    cpo.faults = faults
    with pytest.raises(OperatorLied) as lied:
        await ours.crawl()
    assert lied.value.code in codes


@BOTH
async def test_a_status_is_pushed_and_what_was_not_pushed_is_found_in_the_changes(
    cpo: PracticeCpo, ours: House
) -> None:
    stations = await ours.crawl()
    await cpo.set_status("LOC3", "E3-2", "CHARGING")
    (seen,) = ours.taught[-1].observations
    assert (seen.evse_id, seen.status) == (EVSE, Status.CHARGING)
    assert not ours.taught[-1].stations
    await cpo.set_status("LOC4", "E4-1", "OUTOFORDER", push=False)
    page = await ours.connector.status(stations)
    told = {o.evse_id: o.status for o in page.observations}
    assert len(told) == 20
    assert (told[EVSE], told["op/LOC4/E4-1"], told["op/LOC5/E5-1"]) == (
        Status.CHARGING,
        Status.FAULTED,
        Status.AVAILABLE,
    )


async def test_one_question_for_changes_serves_all_batches_of_a_round(cpo: PracticeCpo, ours: House) -> None:
    stations = await ours.crawl()
    asked = len(cpo.asked)
    for station in stations:
        assert len((await ours.connector.status([station])).observations) == 2
    first_pages = [path for path in cpo.asked[asked:] if "/locations?" in path and "offset=0" in path]
    assert len(first_pages) == 1


async def test_the_status_of_single_locations_is_asked_where_the_operator_wants_it(
    cpo: PracticeCpo, tmp_path: Path
) -> None:
    async with house(tmp_path, cpo, status_by="locations") as ours:
        stations = await ours.crawl()
        cpo.locations = [each for each in cpo.locations if each["id"] != "LOC2"]
        page = await ours.connector.status(stations)
        assert len(page.observations) == 18


async def test_a_patch_for_an_evse_that_nobody_knows_is_answered_2003(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    for location, uid in (("LOC3", "E3-9"), ("LOC99", "E1-1")):
        answer = await cpo.set_status(location, uid, "CHARGING")
        assert answer is not None
        assert (answer.status_code, answer.json()["status_code"]) == (404, 2003)
        assert not ours.taught[-1].observations


async def test_a_removed_evse_goes_and_a_site_goes_with_its_last_one(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    await cpo.set_status("LOC3", "E3-1", "REMOVED")
    (station,) = ours.taught[-1].stations
    assert [e.id for e in station.evses] == [EVSE]
    await cpo.set_status("LOC3", "E3-2", "REMOVED")
    assert list(ours.taught[-1].removed) == ["LOC3"]


@pytest.mark.slow
async def test_what_changed_since_a_moment_is_asked_for_alone(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    await asyncio.sleep(1.01)  # OCPI's times here have whole seconds
    since = now().replace(microsecond=0)
    await cpo.set_status("LOC7", "E7-1", "CHARGING", push=False)
    assert ids(await ours.crawl(since)) == ["op/LOC7"]


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


async def test_the_token_of_a_start_is_allowed_until_its_session_is_over(cpo: PracticeCpo, ours: House) -> None:
    await ours.crawl()
    await ours.connector.start(start())
    await cpo.settle()
    uid = cpo.commands[0][1]["token"]["uid"]
    assert (await cpo.caller.authorize(uid, "APP_USER"))["data"]["allowed"] == "ALLOWED"
    await ours.connector.stop(ref())
    await cpo.settle()
    assert (await cpo.caller.authorize(uid, "APP_USER"))["status_code"] == 2004
    assert len(ours.desk.asks) == 1


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


async def test_what_a_connector_can_do_is_seen_by_its_ports(cpo: PracticeCpo) -> None:
    polled = connect(config(cpo.versions_url))
    pushed = connect(dataclasses.replace(config(cpo.versions_url), status_by="push"))
    ports = (StationSource, PushReceiver, PriceSource, RemoteControl, SessionSource, BillSource)
    for connector in (polled, pushed):
        assert all(isinstance(connector, port) for port in ports)
        await connector.close()
    assert isinstance(polled, StatusSource)
    assert not isinstance(pushed, StatusSource)
