"""The probe's steps with a connector that is played: what it asks, and that nothing a connector raises ends it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from finder.connectors.sdk.check import Hints, Plan, check, check_built
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import StationPage, StatusPage
from finder.connectors.sdk.sessions import SessionState
from finder.errors import OperatorUnavailable
from finder.stations.model import Station
from tests.protocol.tcec102_peer import Hand
from tests.unit.played import QUICK, Played


async def report_on(played: Played, plan: Plan = QUICK) -> set[str]:
    built = await check_built(lambda _: played, Workbench(clock=played.clock), plan=plan)
    assert played.closed
    return built.codes - {"TARIFF_MISSING"}


async def test_a_session_that_is_begun_and_ended_well_raises_nothing() -> None:
    played = Played(Hand())
    report = await check_built(lambda _: played, Workbench(clock=played.clock), plan=QUICK)
    assert report.codes == {"TARIFF_MISSING"}
    wanted = {"START_CHARGING_AT_ONCE", "STOP_AFTER_END", "STATUS_CONTRADICTS_SESSION", "BILL_TOTAL"}
    assert wanted <= set(report.kept)
    assert played.state is SessionState.ENDED
    assert set(report.capabilities) == {"stations", "status", "control", "session", "bills", "plug"}


async def test_a_session_that_charges_at_once_is_found() -> None:
    assert await report_on(Played(Hand(), at_once=True)) == {"START_CHARGING_AT_ONCE"}


async def test_a_stop_of_an_ended_session_that_is_accepted_is_found() -> None:
    assert await report_on(Played(Hand(), stops_twice=True)) == {"STOP_AFTER_END"}


async def test_a_bay_that_is_free_while_its_session_charges_is_found() -> None:
    assert await report_on(Played(Hand(), free=True)) == {"STATUS_CONTRADICTS_SESSION"}


async def test_nothing_is_started_unless_it_is_asked_for() -> None:
    played = Played(Hand())
    await report_on(played, Plan())
    assert played.order == ""


async def test_what_a_connector_may_not_raise_is_a_finding_and_the_rest_goes_on() -> None:
    class Clumsy(Played):
        async def status(self, stations: Sequence[Station]) -> StatusPage:
            raise KeyError("Status")

    clock = Hand()
    report = await check(Clumsy(clock), clock=clock)
    assert "CONNECTOR_FAULT" in report.codes
    assert report.stations == 2
    assert "CATALOGUE_SHRINKS" in report.kept


async def test_an_operator_that_is_away_is_a_failed_step() -> None:
    class Away(Played):
        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            yield StationPage([])
            raise OperatorUnavailable("不在", "away")

    clock = Hand()
    assert (await check(Away(clock), clock=clock)).codes == {"STEP_FAILED"}


async def test_a_step_that_does_not_end_is_cut_and_the_rest_goes_on() -> None:
    class Hanging(Played):
        async def status(self, stations: Sequence[Station]) -> StatusPage:
            await asyncio.Event().wait()
            return StatusPage([])

    clock = Hand()
    report = await check(Hanging(clock), plan=Plan(step_s=0.05), clock=clock)
    (failed,) = [finding for finding in report.findings if finding.rule.code == "STEP_FAILED"]
    assert "STEP_ENDLESS" in failed.places[0].seen.en
    assert "CATALOGUE_SHRINKS" in report.kept


async def test_a_catalogue_without_end_is_cut() -> None:
    class Endless(Played):
        async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
            while True:
                yield StationPage([])

    clock = Hand()
    report = await check(Endless(clock), plan=Plan(reads=1, changes=False), clock=clock, hints=Hints())
    assert report.stations == 0
