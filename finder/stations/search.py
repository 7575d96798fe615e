"""What a driver asks of the index: near here, on this map, by these words; paged, and free now where asked."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from msgspec import Struct

from finder.errors import BadInput
from finder.kernel.clock import Clock, minute_of_week
from finder.kernel.geo import Box, Point, distances_m, tile_of
from finder.kernel.paging import decode_cursor, encode_cursor, fingerprint
from finder.stations.filter import ANY, Filter
from finder.stations.index import MAX_LIMIT, MAX_RADIUS_M, Cluster, NearWalk, StationIndex
from finder.stations.model import EvseId, Station, StationId

MAX_FIRST = 100
MAX_FIRST_IN_BOX = 500
MAX_ZOOM = 22
MAX_TEXT = 64
STATIONS_FROM_ZOOM = 13  # from here on a screen shows stations, however many there are
FREE_NOW_CANDIDATES = 5_000  # what one page of 'free now' looks at before it hands back a cursor to go on from
COUNTED_IN_BOX = 20_000  # up to here the stations of a box are looked at one by one
RANKED_BY_DISTANCE = 1_000  # the best matches of a text that are put in order of distance
_FINER = 2  # a cluster is a tile of 64 pixels on the client's map
_CLUSTERS_ACROSS = 32

P = TypeVar("P", tuple[float, StationId], tuple[int, StationId])
Candidate: TypeAlias = tuple[StationId, float | None, P]
Ask: TypeAlias = Callable[[int, P | None], Awaitable[list[Candidate[P]]]]
Position: TypeAlias = tuple[float, StationId] | tuple[int, StationId] | tuple[int, float, StationId] | StationId


def _position(seen: tuple[float, Station]) -> Position:
    return seen[0], seen[1].id


class FreeNow(Protocol):
    """The part of the live board that a search asks."""

    def available(self, evse_id: EvseId) -> bool:
        """Whether the EVSE is free this moment, as far as may be believed."""


@runtime_checkable
class FreeByStation(Protocol):
    """A live board that remembers stations."""

    def tester(self, now: datetime, want: Filter) -> Callable[[Station], bool]:
        """Tells of a station whether an EVSE that suits is free at that moment."""


class Cursors:
    """Makes the cursors of one query, which is known by its arguments."""

    def __init__(self, *parts: object) -> None:
        self._parts = parts

    @cached_property
    def mark(self) -> str:
        """The query's fingerprint; made only where a cursor is asked for."""
        return fingerprint(*self._parts)

    def at(self, position: Position) -> str:
        """The cursor after that position."""
        return encode_cursor(self.mark, position)


class Found(Struct, frozen=True, gc=False):
    """A station on a page; distance in metres along the ellipsoid, None where no place was asked."""

    station: Station
    distance_m: float | None
    position: Position
    cursors: Cursors

    @property
    def cursor(self) -> str:
        """Where a page that starts after this station begins."""
        return encode_cursor(self.cursors.mark, self.position)


class Page(Struct, frozen=True):
    """Stations in the query's order. `end` is where the next page goes on: not the last station's position
    where 'free now' gave up looking, after FREE_NOW_CANDIDATES, before the page was full."""

    found: Sequence[Found]
    has_next: bool
    end: Position | None
    cursors: Cursors

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the next page's beginning; None where nothing was found."""
        return None if self.end is None else self.cursors.at(self.end)


@dataclass(frozen=True, slots=True)
class Counted:
    """A cluster, and how many of its stations have a suitable EVSE free; None where that was not counted."""

    cluster: Cluster
    free: int | None


@dataclass(frozen=True, slots=True)
class BoxPage:
    """What to draw on a map: clusters or a page of stations, and how many stations match in all."""

    clusters: Sequence[Counted]
    page: Page
    total: int


def _refuse(code: str, zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code=code)


def check_first(first: int, most: int) -> None:
    """How long a page may be. Raises BadInput."""
    if not 1 <= first <= most:
        raise _refuse("FIRST_OUT_OF_RANGE", f"first 应在 1 至 {most} 之间", f"first must be 1 to {most}")


def _check_radius(radius_m: float) -> None:
    if not 0 < radius_m <= MAX_RADIUS_M:  # also refuses NaN
        raise _refuse(
            "RADIUS_OUT_OF_RANGE",
            f"搜索半径应大于 0 且不超过 {MAX_RADIUS_M:.0f} 米",
            f"the radius must be above 0 and at most {MAX_RADIUS_M:.0f} metres",
        )


@lru_cache(1_024)
def wishes_mark(want: Filter, open_now: bool) -> str:  # noqa: FBT001
    """A mark of what is wished for, for the cursors of a query."""
    # open_at is left out on purpose: it moves each minute, and a page's cursor must outlive the minute.
    return fingerprint(
        want.min_power_kw,
        sorted(want.connector_types),
        sorted(want.operators),
        sorted(want.attributes),
        want.free_parking,
        want.public_only,
        want.free_now,
        want.include_practice,
        open_now,
    )


class Search:
    """The questions of a driver, over any index and any board. Raises BadInput, BadCursor, IndexUnavailable.

    `want.open_at` is set here, from the clock, where `open_now` is asked.
    """

    def __init__(self, index: StationIndex, board: FreeNow, clock: Clock) -> None:
        self._index = index
        self._walkable = index if isinstance(index, NearWalk) else None
        self._board = board
        self._by_station = board if isinstance(board, FreeByStation) else None
        self._clock = clock

    def at_this_minute(self, want: Filter, open_now: bool) -> Filter:  # noqa: FBT001
        """The filter, with this minute of the week where it must be open now."""
        return replace(want, open_at=minute_of_week(self._clock())) if open_now else want

    async def near(
        self,
        centre: Point,
        radius_m: float = 10_000,
        want: Filter = ANY,
        *,
        open_now: bool = False,
        first: int = 20,
        after: str | None = None,
    ) -> Page:
        """Nearest first. Radius in metres, 0 < radius <= 200,000; first 1 … 100."""
        _check_radius(radius_m)
        check_first(first, MAX_FIRST)
        cursors = Cursors("near", centre.lat, centre.lon, radius_m, wishes_mark(want, open_now))
        start = None if after is None else decode_cursor(after, cursors.mark, tuple[float, StationId])
        wanted = self.at_this_minute(want, open_now)
        if start is None and self._walkable is not None:
            return self._stroll(self._walkable, centre, radius_m, wanted, first, cursors)

        async def ask(limit: int, walked: tuple[float, StationId] | None) -> list[Candidate[tuple[float, StationId]]]:
            hits = await self._index.near(centre, radius_m, wanted, limit, walked)
            return [(hit.station_id, hit.distance_m, (hit.distance_m or 0.0, hit.station_id)) for hit in hits]

        return await self.walk(ask, wanted, first, start, cursors)

    def _suited(self, want: Filter) -> Callable[[Station], bool]:
        """Whether a station that the index found is free now, where that is asked."""
        if not want.free_now:
            return lambda _: True
        if self._by_station is None:
            available = self._board.available
            return lambda station: want.free(station, available)
        return self._by_station.tester(self._clock(), want)

    def _stroll(
        self, index: NearWalk, centre: Point, radius_m: float, want: Filter, first: int, cursors: Cursors
    ) -> Page:
        """What `walk` finds on a first page, without asking for more candidates than it takes."""
        found: list[Found] = []
        end: Position | None = None
        suited = self._suited(want)
        left = FREE_NOW_CANDIDATES
        for batch in index.walk(centre, radius_m, want, first + first // 2 + 1):
            for metres, station in batch[:left]:
                if suited(station):
                    if len(found) == first:
                        return Page(found, True, found[-1].position, cursors)
                    found.append(Found(station, metres, (metres, station.id), cursors))
            if len(batch) > left:
                return Page(found, True, end if left == 0 else _position(batch[left - 1]), cursors)
            left -= len(batch)
            end = _position(batch[-1]) if batch else end
        return Page(found, False, end, cursors)

    async def walk(self, ask: Ask[P], want: Filter, first: int, start: P | None, cursors: Cursors) -> Page:
        """Goes through the candidates in growing batches until one more than a page was found."""
        found: list[Found] = []
        end = walked = start
        suited = self._suited(want)
        batch, seen = (2 * first + 1 if want.free_now else first + 1), 0
        while seen < FREE_NOW_CANDIDATES:
            batch = min(batch, MAX_LIMIT, FREE_NOW_CANDIDATES - seen)
            hits = await ask(batch, walked)
            stations = await self._index.get([station_id for station_id, _, _ in hits])
            for station_id, distance, position in hits:
                station = stations.get(station_id)
                suits = station is not None and suited(station)
                if len(found) == first:
                    if suits:
                        return Page(found, True, end, cursors)
                    continue
                end = position
                if station is not None and suits:
                    found.append(Found(station, distance, position, cursors))
            if len(hits) < batch:
                return Page(found, False, end, cursors)
            walked = hits[-1][2]
            seen += len(hits)
            batch *= 4
        return Page(found, True, end, cursors)

    async def box(
        self,
        box: Box,
        zoom: int,
        want: Filter = ANY,
        *,
        open_now: bool = False,
        first: int = 200,
        after: str | None = None,
    ) -> BoxPage:
        """Stations where the zoom (0 … 22) is 13 or more or all of them fit on one page (first 1 … 500), else clusters.

        'Free now' over more than 20,000 stations raises BadInput BOX_TOO_WIDE.
        """
        check_first(first, MAX_FIRST_IN_BOX)
        if not 0 <= zoom <= MAX_ZOOM:
            raise _refuse("ZOOM_OUT_OF_RANGE", f"zoom 应在 0 至 {MAX_ZOOM} 之间", f"zoom must be 0 to {MAX_ZOOM}")
        cursors = Cursors("box", box.south, box.west, box.north, box.east, wishes_mark(want, open_now))
        start = None if after is None else decode_cursor(after, cursors.mark, StationId)
        wanted, fine = self.at_this_minute(want, open_now), _cluster_zoom(box, zoom)
        clusters = await self._index.clusters(box, fine, wanted)
        total = sum(cluster.count for cluster in clusters)
        listed = zoom >= STATIONS_FROM_ZOOM or start is not None
        if want.free_now:
            return await self._box_free(box, fine, wanted, first, start, cursors, total, listed)
        if listed or total <= first:
            ids = await self._index.box(box, wanted, first + 1, start)
            stations = await self._index.get(ids[:first])
            found = [Found(stations[i], None, i, cursors) for i in ids[:first] if i in stations]
            end = ids[:first][-1] if ids else None
            return BoxPage((), Page(found, len(ids) > first, end, cursors), total)
        counted: list[Counted] = [Counted(cluster, None) for cluster in clusters]
        if total <= COUNTED_IN_BOX:
            free: dict[tuple[int, int, int], int] = {}
            for station in await self._all_in(box, wanted):
                if wanted.free(station, self._board.available):
                    tile = tile_of(station.place, fine)
                    free[tile] = free.get(tile, 0) + 1
            counted = [Counted(c, min(free.get(c.tile, 0), c.count)) for c in clusters]
        return BoxPage(counted, Page((), False, None, cursors), total)

    async def _box_free(
        self,
        box: Box,
        fine: int,
        want: Filter,
        first: int,
        start: StationId | None,
        cursors: Cursors,
        candidates: int,
        listed: bool,  # noqa: FBT001
    ) -> BoxPage:
        if candidates > COUNTED_IN_BOX:
            raise _refuse(
                "BOX_TOO_WIDE",
                f"范围内超过 {COUNTED_IN_BOX} 座充电站，请放大地图后再按“有空位”筛选",
                f"more than {COUNTED_IN_BOX} stations lie here: zoom in before asking for those free now",
            )
        free = [s for s in await self._all_in(box, want) if want.free(s, self._board.available)]
        if not listed and len(free) > first:
            return BoxPage(_clustered(free, fine), Page((), False, None, cursors), len(free))
        rest = free if start is None else [s for s in free if s.id > start]
        found = [Found(station, None, station.id, cursors) for station in rest[:first]]
        end = found[-1].position if found else None
        return BoxPage((), Page(found, len(rest) > first, end, cursors), len(free))

    async def _all_in(self, box: Box, want: Filter) -> list[Station]:
        stations: list[Station] = []
        last: StationId | None = None
        for _ in range(COUNTED_IN_BOX // MAX_LIMIT + 1):
            ids = await self._index.box(box, want, MAX_LIMIT, last)
            stations.extend((await self._index.get(ids)).values())
            if len(ids) < MAX_LIMIT:
                break
            last = ids[-1]
            await asyncio.sleep(0)  # an index in this process never waits, and others are waiting
        return stations

    async def text(
        self,
        text: str,
        want: Filter = ANY,
        *,
        near: Point | None = None,
        open_now: bool = False,
        first: int = 20,
        after: str | None = None,
    ) -> Page:
        """Best match first; within a rank the nearest first where a place is given (among the best 1,000 matches).

        Text 1 … 64 characters without the space around it; first 1 … 100.
        """
        words = text.strip()
        if not 1 <= len(words) <= MAX_TEXT:
            raise _refuse(
                "TEXT_LENGTH", f"搜索文字应为 1 至 {MAX_TEXT} 个字符", f"the text must be 1 to {MAX_TEXT} characters"
            )
        check_first(first, MAX_FIRST)
        place = None if near is None else (near.lat, near.lon)
        cursors = Cursors("text", words, place, wishes_mark(want, open_now))
        wanted = self.at_this_minute(want, open_now)
        if near is not None:
            return await self._text_near(words, near, wanted, first, after, cursors)
        start = None if after is None else decode_cursor(after, cursors.mark, tuple[int, StationId])

        async def ask(limit: int, walked: tuple[int, StationId] | None) -> list[Candidate[tuple[int, StationId]]]:
            hits = await self._index.text(words, wanted, limit, walked)
            return [(hit.station_id, None, (hit.rank, hit.station_id)) for hit in hits]

        return await self.walk(ask, wanted, first, start, cursors)

    async def _text_near(
        self, words: str, near: Point, want: Filter, first: int, after: str | None, cursors: Cursors
    ) -> Page:
        start = None if after is None else decode_cursor(after, cursors.mark, tuple[int, float, StationId])
        hits = await self._index.text(words, want, RANKED_BY_DISTANCE)
        stations = await self._index.get([hit.station_id for hit in hits])
        known = [(hit, stations[hit.station_id]) for hit in hits if hit.station_id in stations]
        if want.free_now:
            known = [(hit, station) for hit, station in known if want.free(station, self._board.available)]
        places = [station.place for _, station in known]
        metres = distances_m(near, [p.lat for p in places], [p.lon for p in places]).tolist()
        ranked = [
            Found(station, distance, (hit.rank, distance, station.id), cursors)
            for (hit, station), distance in zip(known, metres, strict=True)
        ]
        ranked.sort(key=lambda each: each.position)
        rest = ranked if start is None else [each for each in ranked if each.position > start]  # type: ignore[operator]
        end = rest[:first][-1].position if rest else None
        return Page(rest[:first], len(rest) > first, end, cursors)

    async def station(self, station_id: StationId) -> Station | None:
        """The station with that id or alias."""
        return (await self._index.get([station_id])).get(station_id)

    async def stations(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """The stations with these ids or aliases, keyed as asked; unknown ids are left out."""
        return await self._index.get(ids)

    async def all_in_box(self, box: Box, most: int) -> list[Station]:
        """Every station of the box. Raises BadInput BOX_TOO_WIDE where there are more than `most`."""
        ids = await self._index.box(box, ANY, most)
        if len(ids) == most and await self._index.box(box, ANY, 1, ids[-1]):
            raise _refuse(
                "BOX_TOO_WIDE",
                f"范围内超过 {most} 座充电站，请放大地图",
                f"more than {most} stations lie here: zoom in",
            )
        return list((await self._index.get(ids)).values())


def _cluster_zoom(box: Box, zoom: int) -> int:
    """Two levels finer than the map, but never so fine that the box holds more than about a thousand tiles."""
    degrees = box.east - box.west if box.west <= box.east else box.east + 360 - box.west
    widest = max(degrees, 2 * (box.north - box.south), 1e-9)
    return max(0, min(zoom + _FINER, MAX_ZOOM, math.floor(math.log2(360 * _CLUSTERS_ACROSS / widest))))


def _clustered(stations: Sequence[Station], zoom: int) -> list[Counted]:
    tiles: dict[tuple[int, int, int], list[Point]] = {}
    for station in stations:
        tiles.setdefault(tile_of(station.place, zoom), []).append(station.place)
    return [
        Counted(
            Cluster(tile, len(places), Point(sum(p.lat for p in places) / len(places), _middle(places))), len(places)
        )
        for tile, places in sorted(tiles.items())
    ]


def _middle(places: Sequence[Point]) -> float:
    return sum(p.lon for p in places) / len(places)
