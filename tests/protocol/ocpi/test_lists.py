"""Stations, prices and live status of a practice OCPI operator over real HTTP, listed and pushed."""

import asyncio
import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from finder.connectors.ocpi import connect
from finder.connectors.sdk.control import BillSource, PriceSource, RemoteControl, SessionSource
from finder.connectors.sdk.ports import PushReceiver, StationSource, StatusSource
from finder.errors import OperatorLied, OperatorUnavailable
from finder.live.model import Status
from finder.sandbox.ocpi import OcpiFaults, PracticeCpo, start_practice_cpo
from finder.sandbox.ocpi.objects import at, tariff
from finder.stations.model import Station
from tests.protocol.ocpi.conftest import ALL, BOTH, EVSE
from tests.protocol.ocpi_world import House, config, house, ids, now
from tests.protocol.tcec102_peer import Hand


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


async def test_what_a_connector_can_do_is_seen_by_its_ports(cpo: PracticeCpo) -> None:
    polled = connect(config(cpo.versions_url))
    pushed = connect(dataclasses.replace(config(cpo.versions_url), status_by="push"))
    ports = (StationSource, PushReceiver, PriceSource, RemoteControl, SessionSource, BillSource)
    for connector in (polled, pushed):
        assert all(isinstance(connector, port) for port in ports)
        await connector.close()
    assert isinstance(polled, StatusSource)
    assert not isinstance(pushed, StatusSource)


async def test_a_price_brings_no_station_back_that_the_list_does_not_name_any_more(
    cpo: PracticeCpo, ours: House
) -> None:
    await ours.crawl()
    cpo.locations.pop(0)
    await ours.crawl()
    dearer = {**cpo.tariffs[0], "last_updated": at(now())}
    await cpo.caller.send("PUT", f"tariffs/CN/PRA/{dearer['id']}", dearer)
    assert ids(ours.taught[-1].stations) == sorted(ALL[1:])


async def test_what_an_operator_whose_clock_is_behind_changes_is_found(tmp_path: Path) -> None:
    cpo = await start_practice_cpo(lambda: now() - timedelta(minutes=2), versions=("2.3.0",))
    clock = Hand(now())
    async with house(tmp_path, cpo, clock=clock) as ours:
        stations = await ours.crawl()
        await ours.connector.status(stations)
        clock.move(seconds=61)
        await cpo.set_status("LOC3", "E3-2", "CHARGING", push=False)
        page = await ours.connector.status(stations)
        assert {o.evse_id: o.status for o in page.observations}[EVSE] is Status.CHARGING


async def test_a_quote_sees_a_price_that_changed_a_minute_ago(cpo: PracticeCpo, tmp_path: Path) -> None:
    clock = Hand(now())
    async with house(tmp_path, cpo, clock=clock) as ours:
        await ours.crawl()
        cpo.tariffs = [tariff("1.5", clock(), cpo.version)]
        for moved_s, e4 in ((59, 12_000), (1, 15_000)):
            clock.move(seconds=moved_s)
            told = await ours.connector.price(EVSE, "1")
            assert told is not None
            assert [p.electricity.e4 for p in told.periods] == [e4]
        assert await ours.connector.price(EVSE, "2") is None
        assert await ours.connector.price("op/LOC99/E1") is None
        assert await ours.connector.price("other/LOC3/E3-2") is None
