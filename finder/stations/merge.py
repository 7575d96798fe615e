"""The same site in several feeds becomes one station, whatever the order in which they arrive."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from finder.kernel.geo import Point
from finder.stations.likeness import NEAR_M, Looks, likeness, looks_of, metres_between, parallel_width, reach_deg
from finder.stations.model import Access, Construction, ParkingFee, SourceId, Station, StationId, StationState
from finder.stations.store import StationChange

CELL_DEG = 0.002
T = TypeVar("T")
Cell = tuple[int, int]
Rank = Callable[[SourceId], int]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a batch of changes does to the merged stations."""

    puts: Sequence[Station]
    removes: Sequence[StationId]


def source_of(station_id: StationId) -> SourceId:
    """The feed that an id belongs to."""
    return station_id.partition("/")[0]


def rank_by(live: Collection[SourceId] = (), order: Sequence[SourceId] = ()) -> Rank:
    """Ranks feeds, least first: those with live status, then as listed, then the others."""
    places = {source: n for n, source in enumerate(order)}

    def rank(source: SourceId) -> int:
        return (0 if source in live else 1_000_000) + places.get(source, len(places))

    return rank


def _union(*parts: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))


def merge(records: Sequence[Station]) -> Station:
    """One station of these records, most trusted first: its id, place and EVSEs; what it lacks comes from the next."""
    first, *others = records
    if not others:
        return first
    filled: dict[str, object] = {
        "provenance": _union(*(r.provenance for r in records)),
        "aliases": tuple(sorted(set(_union(*(r.aliases for r in records), (r.id for r in others))) - {first.id})),
        "amenities": _union(*(r.amenities for r in records)),
        "attributes": _union(*(r.attributes for r in records)),
        "photos": _union(*(r.photos for r in records)),
    }
    unknown = {
        "state": StationState.UNKNOWN,
        "construction": Construction.UNKNOWN,
        "parking_fee": ParkingFee.UNKNOWN,
        "access": Access.UNKNOWN,
        "tariffs": (),
        **dict.fromkeys(
            ("name_en", "address", "area_code", "parking_text", "access_note", "hours", "phone", "guide"), None
        ),
    }
    for field, absent in unknown.items():
        if getattr(first, field) == absent:
            filled[field] = next((v for r in others if (v := getattr(r, field)) != absent), absent)
    return msgspec.structs.replace(first, **filled)


class Merger:
    """Holds every feed's records in memory and knows which are one site.

    Two records are one site where they are of different sources, both for practice or both real, at most NEAR_M
    apart and alike; in a chain of such pairs the most alike are joined first, and a join that would put two records
    of one source together, or records further apart than NEAR_M, is left out. All of it depends only on the records.
    """

    def __init__(self, rank: Rank = rank_by()) -> None:  # noqa: B008 (a pure function)
        self._rank = rank
        self._records: dict[SourceId, dict[StationId, Station]] = defaultdict(dict)
        self._cells: dict[Cell, dict[StationId, Looks]] = defaultdict(dict)
        self._alike: dict[StationId, dict[StationId, float]] = {}
        self._group: dict[StationId, tuple[StationId, ...]] = {}  # only of sites with several records

    def trust(self, rank: Rank) -> None:
        """Sets which feed is believed first; before the first record, or sites already merged keep the old order."""
        self._rank = rank

    def records(self, source: SourceId) -> Mapping[StationId, Station]:
        """A feed's own records."""
        return self._records.get(source, {})

    def sources(self) -> list[SourceId]:
        """The feeds that have records."""
        return sorted(source for source, records in self._records.items() if records)

    def get(self, station_id: StationId) -> Station | None:
        """A feed's record."""
        return self._records.get(source_of(station_id), {}).get(station_id)

    def stations(self) -> Iterator[Station]:
        """Every merged station, once."""
        for records in self._records.values():
            for station_id, record in records.items():
                group = self._group.get(station_id)
                if group is None:
                    yield record
                elif group[0] == station_id:
                    yield self._merged(group)

    def station_of(self, station_id: StationId) -> StationId:
        """The merged station that a record is part of."""
        return self._group.get(station_id, (station_id,))[0]

    def apply(self, changes: Iterable[StationChange]) -> Merged:
        """Takes changes in; returns what became of the sites that they touch, and of no others."""
        seeds: set[StationId] = set()
        before: set[StationId] = set()
        for change in changes:
            before.add(self.station_of(change.station_id))
            old = self.get(change.station_id)
            seeds.add(change.station_id)
            seeds.update(self._alike.get(change.station_id, ()))
            if old is not None:
                self._take_out(old)
            if change.station is not None:
                self._put_in(change.station)
        after: set[StationId] = set()
        done: set[StationId] = set()
        for seed in sorted(seeds):
            if seed in done:
                continue
            if self.get(seed) is None:
                before.add(seed)
                self._group.pop(seed, None)
                continue
            site = self._component(seed)
            done.update(site)
            before.update(self.station_of(member) for member in site)
            after.update(self._regroup(site))
        puts = [self._merged(self._group.get(first, (first,))) for first in sorted(after)]
        return Merged(puts=puts, removes=sorted(before - after))

    def _merged(self, group: Sequence[StationId]) -> Station:
        return merge([record for member in group if (record := self.get(member)) is not None])

    def _take_out(self, record: Station) -> None:
        del self._records[source_of(record.id)][record.id]
        cell = _cell(record.place)
        del self._cells[cell][record.id]
        if not self._cells[cell]:
            del self._cells[cell]
        for other in self._alike.pop(record.id, {}):
            del self._alike[other][record.id]
            if not self._alike[other]:
                del self._alike[other]

    def _put_in(self, record: Station) -> None:
        looks = looks_of(record)
        source = source_of(record.id)
        for cell in _around(record.place):
            for other_id, other_looks in self._cells.get(cell, {}).items():
                if source_of(other_id) == source:
                    continue
                score = likeness(looks, other_looks)
                other = self.get(other_id)
                if not score or other is None or other.practice != record.practice:
                    continue
                if metres_between(record.place, other.place) <= NEAR_M:
                    self._alike.setdefault(record.id, {})[other_id] = score
                    self._alike.setdefault(other_id, {})[record.id] = score
        self._records[source][record.id] = record
        self._cells[_cell(record.place)][record.id] = looks

    def _component(self, seed: StationId) -> set[StationId]:
        found, todo = {seed}, [seed]
        while todo:
            for other in self._alike.get(todo.pop(), ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found

    def _regroup(self, site: set[StationId]) -> list[StationId]:
        """Groups a chain of alike records anew; returns the first record of each group."""
        if len(site) == 1:
            (alone,) = site
            self._group.pop(alone, None)
            return [alone]
        groups = {member: [member] for member in site}
        places = {member: record.place for member in site if (record := self.get(member)) is not None}
        pairs = sorted(
            (-score, metres_between(places[a], places[b]), a, b)
            for a in site
            for b, score in self._alike[a].items()
            if a < b
        )
        for _, _, a, b in pairs:
            one, two = groups[a], groups[b]
            if one is not two and _may_join(one, two, places):
                one.extend(two)
                groups.update(dict.fromkeys(two, one))
        firsts: list[StationId] = []
        for members in {id(group): group for group in groups.values()}.values():
            ordered = tuple(sorted(members, key=lambda m: (self._rank(source_of(m)), m)))
            for member in ordered:
                if len(ordered) > 1:
                    self._group[member] = ordered
                else:
                    self._group.pop(member, None)
            firsts.append(ordered[0])
        return firsts


def _may_join(one: Sequence[StationId], two: Sequence[StationId], places: Mapping[StationId, Point]) -> bool:
    if {source_of(m) for m in one} & {source_of(m) for m in two}:
        return False
    return all(metres_between(places[a], places[b]) <= NEAR_M for a in one for b in two)


def _columns(row: int) -> tuple[float, int]:
    """The width of a row's cells in degrees, and how many go round the earth."""
    lat = max(abs(row), abs(row + 1)) * CELL_DEG
    width = CELL_DEG * parallel_width(lat)
    return width, max(math.ceil(360 / width), 1)


def _cell(place: Point) -> Cell:
    row = math.floor(place.lat / CELL_DEG)
    width, count = _columns(row)
    return row, math.floor((place.lon + 180) / width) % count


def _around(place: Point) -> Iterator[Cell]:
    """Every cell that holds a place within NEAR_M."""
    north = reach_deg()
    first, last = (math.floor((place.lat + d) / CELL_DEG) for d in (-north, north))
    for row in range(first, last + 1):
        width, count = _columns(row)
        east = north * parallel_width(abs(place.lat) + north)
        start, stop = (math.floor((place.lon + 180 + d) / width) for d in (-east, east))
        if stop - start + 1 >= count:
            yield from ((row, column) for column in range(count))
            continue
        # Going round the 180th meridian: the last column of a row is a narrow one, so its neighbour is looked at too.
        columns = {c % count for c in range(start, stop + 1)}
        if start < 0 or stop >= count - 1:
            columns |= {0, count - 1, (count - 2) % count}
        yield from ((row, column) for column in sorted(columns))
