"""What a filter asks of stations, as columns of numbers, so that many are judged at once."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from finder.kernel.geo import tile_of
from finder.stations.filter import Filter
from finder.stations.index import MAX_ZOOM
from finder.stations.model import Access, Attribute, ConnectorType, ParkingFee, Station

Slots: TypeAlias = npt.NDArray[np.int32]
Bools: TypeAlias = npt.NDArray[np.bool_]
Test: TypeAlias = Callable[[Slots], Bools]

_TYPES = {kind: n for n, kind in enumerate(ConnectorType)}
_ANY = len(_TYPES)  # the row of the strongest connector of any type
_ATTRIBUTES = {attribute: 1 << n for n, attribute in enumerate(Attribute)}
_FREE_PARKING, _PUBLIC, _PRACTICE = (1 << (len(_ATTRIBUTES) + n) for n in range(3))
_NONE, _UNSAID = -1.0, 0.0  # no such connector; one whose power nobody said (a power that is said is above 0)
_LEAST = np.nextafter(0.0, 1.0)


def _flags(station: Station) -> int:
    flags = sum(_ATTRIBUTES[attribute] for attribute in set(station.attributes))
    flags |= _FREE_PARKING if station.parking_fee is ParkingFee.FREE else 0
    flags |= _PUBLIC if station.access is Access.PUBLIC else 0
    return flags | (_PRACTICE if station.practice else 0)


class Columns:
    """One row of numbers for each slot; means the same as Filter.suits."""

    def __init__(self) -> None:
        self._power: npt.NDArray[np.float64] = np.full((_ANY + 1, 64), _NONE)
        self._flags: npt.NDArray[np.int32] = np.zeros(64, dtype=np.int32)
        self._operator: npt.NDArray[np.int32] = np.zeros(64, dtype=np.int32)
        self._hours: npt.NDArray[np.int32] = np.zeros(64, dtype=np.int32)
        self._tile: npt.NDArray[np.int64] = np.zeros((2, 64), dtype=np.int64)
        self._operators: dict[str, int] = {}
        self._spans: dict[tuple[tuple[int, int], ...], int] = {(): 0}  # nobody said: never known to be open
        self._open: dict[int, Bools] = {}
        self._asked: tuple[Filter, Test | None] | None = None  # the last filter: most drivers ask the same

    def put(self, slot: int, station: Station) -> None:
        """Takes what a filter can ask of this station."""
        self._asked = None
        while slot >= len(self._flags):
            self._grow()
        powers = [_NONE] * (_ANY + 1)
        for evse in station.evses:
            for connector in evse.connectors:
                power, row = connector.power_kw or _UNSAID, _TYPES[connector.type]
                powers[row] = max(powers[row], power)
        powers[_ANY] = max(powers)
        self._power[:, slot] = powers
        self._flags[slot] = _flags(station)
        self._operator[slot] = self._operators.setdefault(station.operator.id, len(self._operators))
        spans = station.hours.spans if station.hours is not None else ()
        if spans not in self._spans:
            self._spans[spans] = len(self._spans)
            self._open.clear()
        self._hours[slot] = self._spans[spans]
        self._tile[:, slot] = tile_of(station.place, MAX_ZOOM)[1:]

    def tiles(self, slots: Slots, zoom: int) -> npt.NDArray[np.int64]:
        """The x and y of the Web Mercator tiles of this zoom that hold these slots; shape (2, n)."""
        return np.asarray(self._tile[:, slots] >> (MAX_ZOOM - zoom))

    def test(self, want: Filter) -> Test | None:
        """What tells, for slots, whether each suits (but for `free_now`); None where all do."""
        if self._asked is None or self._asked[0] is not want:
            self._asked = want, self._test(want)
        return self._asked[1]

    def _test(self, want: Filter) -> Test | None:
        tests = [t for t in (self._connectors(want), self._flagged(want), self._run_by(want), self._opened(want)) if t]
        if len(tests) < 2:
            return tests[0] if tests else None

        def suits(slots: Slots) -> Bools:
            found = tests[0](slots)
            for each in tests[1:]:
                found &= each(slots)
            return found

        return suits

    def _connectors(self, want: Filter) -> Test | None:
        if want.min_power_kw is None and not want.connector_types:
            return None
        least = _UNSAID if want.min_power_kw is None else max(want.min_power_kw, _LEAST)
        rows = [self._power[_TYPES[kind]] for kind in want.connector_types] or [self._power[_ANY]]

        def suits(slots: Slots) -> Bools:
            found: Bools = rows[0][slots] >= least
            for row in rows[1:]:
                found |= row[slots] >= least
            return found

        return suits

    def _flagged(self, want: Filter) -> Test | None:
        need = sum(_ATTRIBUTES[attribute] for attribute in want.attributes)
        need |= (_FREE_PARKING if want.free_parking else 0) | (_PUBLIC if want.public_only else 0)
        asked = need | (0 if want.include_practice else _PRACTICE)
        column = self._flags
        return (lambda slots: (column[slots] & asked) == need) if asked else None

    def _run_by(self, want: Filter) -> Test | None:
        if not want.operators:
            return None
        codes = np.array([self._operators.get(operator, -1) for operator in want.operators], dtype=np.int32)
        column = self._operator
        return (lambda slots: column[slots] == codes[0]) if len(codes) == 1 else lambda s: np.isin(column[s], codes)

    def _opened(self, want: Filter) -> Test | None:
        if want.open_at is None:
            return None
        minute = want.open_at
        if minute not in self._open:
            self._open.clear()  # drivers ask for this minute; the last one is never asked for again
            self._open[minute] = np.array([any(s <= minute < e for s, e in spans) for spans in self._spans])
        column, now = self._hours, self._open[minute]
        return lambda slots: now[column[slots]]

    def _grow(self) -> None:
        self._power = np.concatenate((self._power, np.full_like(self._power, _NONE)), axis=1)
        self._tile = np.concatenate((self._tile, np.zeros_like(self._tile)), axis=1)
        self._flags, self._operator, self._hours = (
            np.concatenate((column, np.zeros_like(column))) for column in (self._flags, self._operator, self._hours)
        )
