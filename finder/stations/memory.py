"""The station index in this process: everything in memory, for one city or a few hundred thousand stations."""

import asyncio
import heapq
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence

import numpy as np

from finder.kernel.geo import Box, Point
from finder.kernel.line import Line
from finder.stations.along import LineHit, Marks, NoReferences, References, RoadHit, Span
from finder.stations.columns import Columns, Slots
from finder.stations.filter import Filter, unique
from finder.stations.index import Cluster, Hit, TextHit, check_limit, check_radius, check_zoom
from finder.stations.marks import RoadMarks
from finder.stations.model import Station, StationId
from finder.stations.nearby import Nearby
from finder.stations.postings import Postings
from finder.stations.words import StationWords, query_words, station_words

_AT_ONCE = 200  # stations taken before others in this process get their turn
_MEASURED_AT_ONCE = 2_000  # places measured against a line before others get theirs
_READ_AT_ONCE = 5_000  # stations whose words are read before others get theirs


class _Contents:
    """One state of the index. A slot belongs to an id for good, so that a station which comes back finds its own."""

    def __init__(self) -> None:
        self.slots: dict[StationId, int] = {}
        self.ids: list[StationId] = [""]  # slots begin at 1
        self.at: list[Station | None] = [None]  # by slot
        self.stations: dict[StationId, Station] = {}
        self.aliases: dict[StationId, set[StationId]] = {}
        self.words: list[StationWords | None] = [None]
        self.places = Nearby()
        self.columns = Columns()
        self.postings = Postings()
        self.marks = RoadMarks()

    def take(self, stations: Sequence[Station], references: References) -> None:
        """Puts stations, and marks those that are new or have moved."""
        moved = [s for s in stations if (before := self.stations.get(s.id)) is None or before.place != s.place]
        marks = references.of([station.place for station in moved])
        for station in stations:
            self.put(station)
        for station, told in zip(moved, marks, strict=True):
            self.marks.put(self.slots[station.id], told)

    def refer(self, marks: Sequence[tuple[int, Marks]]) -> int:
        """Takes these slots' marks; how many changed."""
        return sum([self.marks.put(slot, told) for slot, told in marks if self.at[slot] is not None])

    def put(self, station: Station) -> None:
        before = self.stations.get(station.id)
        if before == station:
            return
        slot = self.slots.setdefault(station.id, len(self.ids))
        if slot == len(self.ids):
            self.ids.append(station.id)
            self.at.append(None)
            self.words.append(None)
        self._unalias(before)
        for alias in station.aliases:
            self.aliases.setdefault(alias, set()).add(station.id)
        self.stations[station.id] = self.at[slot] = station
        self.places.put(slot, station.place)
        self.columns.put(slot, station)
        words = station_words(station)
        if words != self.words[slot]:
            self.postings.put(slot, words, self.words[slot])
            self.words[slot] = words

    def remove(self, station_id: StationId) -> None:
        station = self.stations.pop(station_id, None)
        if station is not None:
            self._unalias(station)
            slot = self.slots[station_id]
            self.at[slot] = None
            self.places.remove(slot)
            self.marks.put(slot, ())

    async def settle(self) -> None:
        """Where many places are new, takes them into a new tree; nothing may be put meanwhile."""
        if self.places.due:
            self.places.plant(await asyncio.to_thread(self.places.grown))

    def find(self, station_id: StationId) -> Station | None:
        station = self.stations.get(station_id)
        if station is None and station_id in self.aliases:
            station = self.stations[min(self.aliases[station_id])]
        return station

    def inside(self, box: Box, want: Filter) -> Slots:
        slots = self.places.inside(box)
        test = self.columns.test(want)
        return slots if test is None else slots[test(slots)]

    def _unalias(self, station: Station | None) -> None:
        for alias in station.aliases if station is not None else ():
            self.aliases[alias].discard(station.id if station is not None else "")
            if not self.aliases[alias]:
                del self.aliases[alias]


class MemoryIndex:
    """`StationIndex`, `NearWalk` and `RoadIndex` in this process's memory; never unavailable, empty at first."""

    def __init__(self) -> None:
        self._contents = _Contents()
        self._writing = asyncio.Lock()
        self._rebuilding: dict[_Contents, set[StationId]] = {}  # with the ids that were put or removed meanwhile
        self._references: References = NoReferences()

    async def put(self, stations: Iterable[Station]) -> None:
        """See StationIndex."""
        async with self._writing:
            batch = unique(stations)
            for begin in range(0, len(batch), _AT_ONCE):
                if begin:
                    await asyncio.sleep(0)
                part = batch[begin : begin + _AT_ONCE]
                self._contents.take(part, self._references)
                for contents, touched in self._rebuilding.items():
                    contents.take(part, self._references)
                    touched.update(station.id for station in part)
            await self._contents.settle()

    async def remove(self, ids: Iterable[StationId]) -> None:
        """See StationIndex."""
        async with self._writing:
            for station_id in ids:
                self._contents.remove(station_id)
                for contents, touched in self._rebuilding.items():
                    contents.remove(station_id)
                    touched.add(station_id)

    async def rebuild(self, stations: AsyncIterable[Sequence[Station]]) -> int:
        """See StationIndex. The old contents answer until the new ones are whole."""
        contents = _Contents()
        touched: set[StationId] = set()
        references = self._references
        async with self._writing:  # a put that has begun ends in the old contents before the new ones listen
            self._rebuilding[contents] = touched
        try:
            async for batch in stations:
                for begin in range(0, len(batch), _AT_ONCE):
                    fresh = [s for s in batch[begin : begin + _AT_ONCE] if s.id not in touched]
                    contents.take(fresh, self._references)
                    await asyncio.sleep(0)
            async with self._writing:
                await contents.settle()
                if references is not self._references:  # roads changed meanwhile
                    await self._mark(contents)
                self._contents = contents
        finally:
            del self._rebuilding[contents]
        return len(contents.stations)

    def begin(self, references: References) -> None:
        """See RoadIndex."""
        self._references = references

    async def refer(self, references: References) -> int:
        """See RoadIndex. What is being rebuilt is marked at its end."""
        async with self._writing:
            self._references = references
            return await self._mark(self._contents)

    async def _mark(self, contents: _Contents) -> int:
        """Nothing may be put meanwhile; questions are answered by the old marks until all are new."""
        slots = [contents.slots[station_id] for station_id in contents.stations]
        places = [station.place for station in contents.stations.values()]
        marks = await asyncio.to_thread(self._references.of, places)
        return contents.refer(list(zip(slots, marks, strict=True)))

    async def along(
        self, span: Span, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[RoadHit]:
        """See RoadIndex."""
        check_limit(limit)
        contents = self._contents
        return contents.marks.along(span, contents.columns.test(want), contents.ids, limit, after)

    async def beside(
        self, line: Line, reach_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[LineHit]:
        """See RoadIndex."""
        check_limit(limit)
        contents = self._contents
        centres, radii = line.balls()
        slots = contents.places.around(centres, radii + reach_m)
        test = contents.columns.test(want)
        slots = slots if test is None else slots[test(slots)]
        lats, lons = contents.places.lat[slots], contents.places.lon[slots]  # copies
        if len(slots) > _MEASURED_AT_ONCE:
            feet = await asyncio.to_thread(line.feet, lats, lons, reach_m)
        else:
            feet = line.feet(lats, lons, reach_m)
        ids = [contents.ids[slot] for slot in slots[feet.place].tolist()]
        found = zip(feet.metres.tolist(), ids, feet.offset_m.tolist(), strict=True)
        best = heapq.nsmallest(limit, (f for f in found if after is None or f[:2] > after))
        return [LineHit(station_id, metres, offset_m) for metres, station_id, offset_m in best]

    async def near(
        self, centre: Point, radius_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[Hit]:
        """See StationIndex."""
        check_radius(radius_m)
        check_limit(limit)
        hits: list[Hit] = []
        for batch in self._walk(centre, radius_m, want, limit, after[0] if after else 0.0):
            hits += [Hit(s.id, metres) for metres, s in batch if after is None or (metres, s.id) > after]
            if len(hits) >= limit:
                break
        return hits[:limit]

    def walk(
        self, centre: Point, radius_m: float, want: Filter, expect: int = 64
    ) -> Iterator[Sequence[tuple[float, Station]]]:
        """See NearWalk."""
        check_radius(radius_m)
        return self._walk(centre, radius_m, want, max(1, expect), 0.0)

    def _walk(
        self, centre: Point, radius_m: float, want: Filter, expect: int, beyond_m: float
    ) -> Iterator[list[tuple[float, Station]]]:
        contents = self._contents
        at = contents.at
        for metres, slots in contents.places.nearest(centre, radius_m, contents.columns.test(want), expect, beyond_m):
            ways = metres.tolist()
            found = [(way, s) for way, slot in zip(ways, slots.tolist(), strict=True) if (s := at[slot]) is not None]
            if len(set(ways)) < len(ways):
                found.sort(key=lambda each: (each[0], each[1].id))
            yield found

    async def box(self, box: Box, want: Filter, limit: int, after: StationId | None = None) -> list[StationId]:
        """See StationIndex."""
        check_limit(limit)
        ids = self._contents.ids
        found = (ids[slot] for slot in self._contents.inside(box, want).tolist())
        return heapq.nsmallest(limit, found if after is None else (i for i in found if i > after))

    async def clusters(self, box: Box, zoom: int, want: Filter) -> list[Cluster]:
        """See StationIndex."""
        check_zoom(zoom)
        slots = self._contents.inside(box, want)
        x, y = self._contents.columns.tiles(slots, zoom)
        keys, tile, counts = np.unique((x << 32) | y, return_inverse=True, return_counts=True)
        places = self._contents.places
        lats = np.clip(np.bincount(tile, places.lat[slots], len(keys)) / counts, -90, 90)  # rounding may pass the edge
        lons = np.clip(np.bincount(tile, places.lon[slots], len(keys)) / counts, -180, 180)
        rows = zip(keys.tolist(), counts.tolist(), lats.tolist(), lons.tolist(), strict=True)
        return [Cluster((zoom, k >> 32, k & 0xFFFFFFFF), count, Point(lat, lon)) for k, count, lat, lon in rows]

    async def text(
        self, words: str, want: Filter, limit: int, after: tuple[int, StationId] | None = None
    ) -> list[TextHit]:
        """See StationIndex."""
        check_limit(limit)
        wanted, contents = query_words(words), self._contents
        slots = contents.postings.candidates(wanted, len(contents.ids))
        slots = slots[~np.isnan(contents.places.lat[slots])]  # a station that is gone has no place
        test = contents.columns.test(want)
        found: list[tuple[int, StationId]] = []
        for n, slot in enumerate((slots if test is None else slots[test(slots)]).tolist(), 1):
            if n % _READ_AT_ONCE == 0:
                await asyncio.sleep(0)
            known = contents.words[slot]
            rank = None if known is None else known.rank(wanted)
            if rank is not None:
                found.append((rank, contents.ids[slot]))
        best = heapq.nsmallest(limit, found if after is None else (f for f in found if f > after))
        return [TextHit(station_id, rank) for rank, station_id in best]

    async def get(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """See StationIndex."""
        find = self._contents.find
        return {i: station for i in ids if (station := find(i)) is not None}

    async def count(self) -> int:
        """See StationIndex."""
        return len(self._contents.stations)

    async def ready(self) -> None:
        """See StationIndex."""

    async def close(self) -> None:
        """See StationIndex."""
