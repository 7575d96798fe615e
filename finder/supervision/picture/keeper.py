"""Keeps the picture: a station is counted anew only where the board says something else of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from finder.kernel.clock import Clock
from finder.kernel.geo import Point
from finder.live.board import LiveBoard
from finder.live.lately import Lately, StationNow
from finder.stations.merge import source_of
from finder.stations.model import Access, EvseId, SourceId, Station
from finder.supervision.alarms.model import Alarm
from finder.supervision.coverage.plan import County
from finder.supervision.picture.model import (
    Count,
    CountyTotal,
    Line,
    OperatorTotal,
    Picture,
    changes,
    count_of,
    total,
)

EVERY_S = 1.0
LISTED_FOR = timedelta(seconds=10)  # a new station is counted after so long
POWER_FOR = timedelta(seconds=15)
ALARMS_FOR = timedelta(seconds=2)
AGES_AFTER = timedelta(seconds=15)  # ages alone are told anew so often
Key = tuple[str, SourceId]  # county, operator


class JudgedQuality(Protocol):
    """See finder.federation.quality."""

    @property
    def score(self) -> int | None:
        """0 … 100."""

    @property
    def freshness(self) -> float | None:
        """EVSEs whose status is believed."""

    @property
    def completeness(self) -> float | None:
        """Facts that are known."""

    @property
    def consistency(self) -> float | None:
        """Stations and EVSEs in which nothing was found."""

    @property
    def findings(self) -> Sequence[object]:
        """What does not fit."""


class NamedFeed(Protocol):
    """A feed by name."""

    @property
    def source(self) -> SourceId:
        """The feed."""

    @property
    def name(self) -> str:
        """As people call it."""

    @property
    def practice(self) -> bool:
        """Made for practice."""


class Troubled(Protocol):
    """Trouble of a feed."""

    @property
    def source(self) -> SourceId:
        """The feed."""


class Judge(Protocol):
    """How each feed is, read from memory."""

    def feeds(self) -> Sequence[NamedFeed]:
        """Every feed."""

    def failures(self) -> Sequence[Troubled]:
        """What is in trouble now."""

    def quality(self, source: SourceId) -> JudgedQuality:
        """How good its data is."""


Powers = Callable[[], Awaitable[Mapping[EvseId, float]]]  # kW by EVSE, as sessions tell it
Waiting = Callable[[], Awaitable[Sequence[Alarm]]]  # alarms


async def no_alarms() -> Sequence[Alarm]:
    """Where nobody raises any."""
    return ()


async def no_powers() -> Mapping[EvseId, float]:
    """Where nobody tells of sessions."""
    return {}


class LivePicture:
    """The network as the board of this process has it. Piles at somebody's home are left out."""

    def __init__(
        self,
        stations: Callable[[], Iterable[Station]],
        board: LiveBoard,
        judge: Judge,
        counties: Sequence[County],
        clock: Clock,
        powers: Powers = no_powers,
        alarms: Waiting = no_alarms,
    ) -> None:
        self._ask_stations, self._judge, self._clock = stations, judge, clock
        self._ask_powers, self._ask_alarms = powers, alarms
        self._alarms: Sequence[Alarm] = ()
        self._alarms_at: datetime | None = None
        self._counties = {county.code: county for county in counties}
        self._lately = Lately(board)
        self._stations: Sequence[Station] = ()
        self._listed_at: datetime | None = None
        self._seen: list[StationNow | None] = []
        self._counts: list[Count] = []
        self._of_key: dict[Key, list[int]] = {}
        self._lines: dict[Key, Count] = {}
        self._key_of_evse: dict[EvseId, Key] = {}
        self._powers: Mapping[EvseId, float] = {}
        self._powers_at: datetime | None = None
        self._picture: Picture | None = None
        self._one_at_a_time = asyncio.Lock()

    async def picture(self) -> Picture:
        """At most EVERY_S old. Raises StoreUnavailable."""
        async with self._one_at_a_time:
            now = self._clock()
            if self._picture is not None and now - self._picture.at < timedelta(seconds=EVERY_S):
                return self._picture
            if self._powers_at is None or now - self._powers_at >= POWER_FOR:
                self._powers, self._powers_at = await self._ask_powers(), now
            if self._alarms_at is None or now - self._alarms_at >= ALARMS_FOR:
                self._alarms, self._alarms_at = await self._ask_alarms(), now
            self._picture = self.count(self._clock())
            return self._picture

    async def follow(self, every_s: float = EVERY_S) -> AsyncIterator[Picture]:
        """The whole picture, then what changes: at most one in so many seconds, and none where nothing did."""
        told, ages_at = await self.picture(), self._clock()
        yield told
        while True:
            await asyncio.sleep(every_s)
            now = await self.picture()
            changed = changes(told, now)
            if changed is None and now.at - ages_at >= AGES_AFTER and _ages(told) != _ages(now):
                changed = now
            if changed is not None:
                told = now
                ages_at = now.at if changed.whole else ages_at
                yield changed

    def where(self, evse_id: EvseId) -> Key | None:
        """The county and operator of an EVSE that is counted."""
        self._list(self._clock())
        return self._key_of_evse.get(evse_id)

    def count(self, now: datetime) -> Picture:
        """The picture at that moment, which is the clock's."""
        self._list(now)
        lately, seen = self._lately, self._seen
        stale: set[Key] = set()
        for n, station in enumerate(self._stations):
            each = lately.station(station, now)
            if each is not seen[n]:
                seen[n] = each
                self._counts[n] = count_of(station.evses, each.readings)
                stale.add(self._key_of_evse[station.evses[0].id])
        for key in stale:
            self._lines[key] = total(self._counts[n] for n in self._of_key[key])
        return self._drawn(now, self._with_power())

    def _list(self, now: datetime) -> None:
        if self._listed_at is not None and now - self._listed_at < LISTED_FOR:
            return
        self._listed_at = now
        known = {id(station): n for n, station in enumerate(self._stations)}
        before, counts_before = self._seen, self._counts
        stations = [station for station in self._ask_stations() if station.access is not Access.PRIVATE]
        if len(stations) == len(known) and all(id(station) in known for station in stations):
            return
        old = self._stations  # held until the new ones are told apart from them by id()
        places = [known.get(id(station)) for station in stations]
        self._stations = stations
        self._seen = [None if n is None else before[n] for n in places]
        self._counts = [Count() if n is None else counts_before[n] for n in places]
        del old
        of_key: defaultdict[Key, list[int]] = defaultdict(list)
        self._key_of_evse = {}
        for n, station in enumerate(stations):
            key = self._key(station)
            of_key[key].append(n)
            self._key_of_evse.update(dict.fromkeys([evse.id for evse in station.evses], key))
        self._of_key = dict(sorted(of_key.items()))
        self._lines = {key: total(self._counts[n] for n in ns) for key, ns in self._of_key.items()}

    def _key(self, station: Station) -> Key:
        county = (station.area_code or "")[:6]
        known = not self._counties or county in self._counties
        return (county if known else "", source_of(station.evses[0].id))

    def _with_power(self) -> dict[Key, Count]:
        kw: defaultdict[Key, list[float]] = defaultdict(list)
        for evse_id, power in self._powers.items():
            if (key := self._key_of_evse.get(evse_id)) is not None:
                kw[key].append(power)
        return {
            key: replace(count, kw=round(sum(kw[key]), 1), kw_evses=len(kw[key])) if key in kw else count
            for key, count in self._lines.items()
        }

    def _drawn(self, now: datetime, lines: Mapping[Key, Count]) -> Picture:
        counties: defaultdict[str, list[Count]] = defaultdict(list)
        operators: defaultdict[SourceId, list[Count]] = defaultdict(list)
        for (county, operator), count in lines.items():
            counties[county].append(count)
            operators[operator].append(count)
        codes = [*self._counties, *sorted(counties.keys() - self._counties.keys())]
        totals = [CountyTotal(code, *self._called(code), total(counties.get(code, ()))) for code in codes]
        return Picture(
            now,
            True,
            [Line(*key, count) for key, count in lines.items()],
            totals,
            self._judged(operators),
            total(lines.values()),
            self._alarms,
        )

    def _called(self, code: str) -> tuple[str, Point | None]:
        county = self._counties.get(code)
        if county is None:
            return code, None
        return county.name, None if county.seat is None else Point(*county.seat)

    def _judged(self, operators: Mapping[SourceId, Sequence[Count]]) -> list[OperatorTotal]:
        failing = {failure.source for failure in self._judge.failures()}
        told = []
        for feed in self._judge.feeds():
            if feed.source not in operators and feed.source not in failing:
                continue
            good = self._judge.quality(feed.source)
            shares = (good.score, good.freshness, good.completeness, good.consistency, len(good.findings))
            summed = total(operators.get(feed.source, ()))
            told.append(OperatorTotal(feed.source, feed.name, feed.practice, *shares, feed.source in failing, summed))
        return sorted(told, key=lambda each: each.id)


def _ages(picture: Picture) -> list[datetime | None]:
    return [line.count.oldest_at for line in picture.lines]
