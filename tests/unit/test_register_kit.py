"""The gate before an operator goes live: what passes, and what does not."""

from dataclasses import dataclass, field
from typing import Any

from finder.connectors.sdk.check import Plan
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import StationPage
from finder.errors import OperatorUnavailable
from finder.federation.register.kit import Conformance, Kit
from tests.journeys.federation_world import Catalogue, Feed, seen, station

NORTH = "north"
QUICK = Plan(step_s=0.5)


@dataclass
class Feeds:
    """Counts how often it was asked to build."""

    feed: Any
    benches: list[Workbench] = field(default_factory=list)

    def build(self, bench: Workbench) -> Any:
        self.benches.append(bench)
        return self.feed


def good() -> Feed:
    stations = [station(NORTH, n) for n in range(3)]
    statuses = [seen(f"{NORTH}/{n}-1", source=NORTH) for n in range(3)]
    return Feed(NORTH, pages=[StationPage(stations[:2]), StationPage(stations[2:])], seen=statuses)


async def errors(feed: Any) -> set[str]:
    verdict = await Conformance(plan=QUICK).run(Feeds(feed).build, Workbench())
    found = [each for each in verdict.report["findings"] if each["severity"] == "ERROR"]
    assert verdict.passed == (not found)
    assert verdict.report["errors"] == len(found)
    assert all(each[part][tongue] for each in found for part in ("what", "mend") for tongue in ("zh", "en"))
    return {each["code"] for each in found}


async def test_stations_with_their_statuses_pass_and_the_connector_is_let_go() -> None:
    feeds = Feeds(good())
    port: Kit = Conformance(plan=QUICK)
    verdict = await port.run(feeds.build, Workbench())
    assert verdict.passed
    assert (verdict.report["stations"], verdict.report["evses"], verdict.report["source"]) == (3, 3, NORTH)
    assert feeds.feed.closed
    assert len(feeds.benches) == 1
    assert await errors(Catalogue(NORTH, [StationPage([station(NORTH, 1)])])) == set()  # no live status to look at


async def test_what_would_mislead_a_driver_does_not_pass() -> None:
    empty, twice, odd = good(), good(), good()
    empty.pages = [StationPage([])]
    twice.pages = [*twice.pages, StationPage([station(NORTH, 1, name="另一站", east=9_000)])]
    odd.seen.append(seen(f"{NORTH}/9-1", source=NORTH))
    assert "NO_STATIONS" in await errors(empty)
    assert await errors(twice)
    assert await errors(odd)


async def test_a_platform_that_does_not_answer_has_not_passed() -> None:
    feed = good()
    feed.fault = OperatorUnavailable("平台无应答", "the platform does not answer")
    assert "NO_STATIONS" in await errors(feed)
    assert feed.closed
