"""The first look: what it passes, and what it finds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import Refused, StationPage
from finder.errors import OperatorUnavailable
from finder.federation.register import kit as kit_module
from finder.federation.register.kit import FirstLook, Kit
from tests.journeys.federation_world import Catalogue, Feed, seen, station

NORTH = "north"


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


async def codes(feed: Any) -> set[str]:
    verdict = await FirstLook().run(Feeds(feed).build, Workbench())
    found = verdict.report["findings"]
    assert verdict.passed == (not found)
    assert verdict.report["errors"] == len(found)
    assert all(each["zh"] and each["en"] for each in found)
    return {each["code"] for each in found}


async def test_stations_with_their_statuses_pass_and_the_connector_is_let_go() -> None:
    feeds, kit = Feeds(good()), FirstLook()
    port: Kit = kit
    bench = Workbench()
    verdict = await port.run(feeds.build, bench)
    assert verdict.passed
    assert (verdict.report["stations"], verdict.report["evses"], verdict.report["source"]) == (3, 3, NORTH)
    assert feeds.feed.closed
    assert feeds.benches == [bench]
    assert await codes(Catalogue(NORTH, [StationPage([station(NORTH, 1)])])) == set()  # no live status to look at


async def test_each_thing_that_is_wrong_is_found() -> None:
    empty, foreign, silent, odd, unsaid = good(), good(), good(), good(), good()
    empty.pages = [StationPage([])]
    foreign.pages = [StationPage([station("south", 1)])]
    silent.seen = []
    odd.seen.append(seen(f"{NORTH}/9-1", source=NORTH))
    unsaid.pages.append(StationPage([], refused=[Refused("7", "NO_PLACE", "没有位置", "no place")]))
    assert await codes(empty) == {"NO_STATIONS"}
    assert await codes(foreign) == {"NOT_OWNED", "NO_STATUS", "STATUS_UNKNOWN_EVSE"}
    assert await codes(silent) == {"NO_STATUS"}
    assert await codes(odd) == {"STATUS_UNKNOWN_EVSE"}
    assert await codes(unsaid) == {"NO_PLACE"}


async def test_a_platform_that_does_not_answer_is_a_finding() -> None:
    feed = good()
    feed.fault = OperatorUnavailable("平台无应答", "the platform does not answer")
    assert await codes(feed) == {"OPERATOR_UNAVAILABLE"}
    assert feed.closed


async def test_a_catalogue_without_an_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_module, "MAX_PAGES", 3)
    read = 0

    class Endless(Feed):
        async def stations(self, since: datetime | None) -> Any:
            nonlocal read
            while True:
                read += 1
                yield StationPage([station(NORTH, 1)])

    assert await codes(Endless(NORTH, seen=[seen(f"{NORTH}/1-1", source=NORTH)])) == {"CATALOGUE_ENDLESS"}
    assert read == 3
