"""Stations' marks in memory: for each road its stations in the order of kilometres."""

import numpy as np
import numpy.typing as npt

from finder.stations.along import Marks, RoadHit, RoadId, RoadMark, Side, Span
from finder.stations.columns import Slots, Test
from finder.stations.model import StationId

_SIDES = {side: n for n, side in enumerate(Side)}


class _Row:
    """One road's stations, sorted by kilometre and id."""

    def __init__(self, marks: dict[int, RoadMark], ids: list[StationId]) -> None:
        order = sorted(marks, key=lambda slot: (marks[slot].km, ids[slot]))
        self.slots: Slots = np.array(order, dtype=np.int32)
        self.km: npt.NDArray[np.float64] = np.array([marks[s].km for s in order])
        self.offset: npt.NDArray[np.float64] = np.array([marks[s].offset_m for s in order])
        self.side: npt.NDArray[np.int8] = np.array([_SIDES[marks[s].side] for s in order], dtype=np.int8)


class RoadMarks:
    """Which slot has which marks."""

    def __init__(self) -> None:
        self._of: dict[int, Marks] = {}
        self._roads: dict[RoadId, dict[int, RoadMark]] = {}
        self._rows: dict[RoadId, _Row] = {}  # of the roads that were asked for since they changed

    def of(self, slot: int) -> Marks:
        """The marks of a slot."""
        return self._of.get(slot, ())

    def put(self, slot: int, marks: Marks) -> bool:
        """Takes the marks of a slot; none forgets it. Whether they changed."""
        before = self._of.get(slot, ())
        if marks == before:
            return False
        for mark in before:
            del self._roads[mark.road][slot]
            self._rows.pop(mark.road, None)
        for mark in marks:
            self._roads.setdefault(mark.road, {})[slot] = mark
            self._rows.pop(mark.road, None)
        if marks:
            self._of[slot] = marks
        else:
            del self._of[slot]
        return True

    def along(
        self, span: Span, test: Test | None, ids: list[StationId], limit: int, after: tuple[float, StationId] | None
    ) -> list[RoadHit]:
        """See RoadIndex."""
        row = self._rows.get(span.road)
        if row is None:
            if span.road not in self._roads:
                return []
            row = self._rows[span.road] = _Row(self._roads[span.road], ids)
        low, high = span.from_km, span.to_km
        if after is not None:
            low, high = (low, min(high, after[0])) if span.backward else (max(low, after[0]), high)
        rows = np.arange(row.km.searchsorted(low), row.km.searchsorted(high, "right"))
        kept = row.offset[rows] <= span.max_offset_m
        if span.other_side is not None:
            kept &= (row.side[rows] != _SIDES[span.other_side]) | (row.offset[rows] >= span.apart_m)
        rows = rows[kept]
        if test is not None:
            rows = rows[test(row.slots[rows])]
        if span.backward:  # falling kilometres, and within one the ids rising
            rows = rows[np.lexsort((rows, -row.km[rows]))]
        hits: list[RoadHit] = []
        for n in rows.tolist():
            km, station_id = float(row.km[n]), ids[row.slots[n]]
            if after is not None and km == after[0] and station_id <= after[1]:
                continue
            hits.append(RoadHit(station_id, km, float(row.offset[n]), self._roads[span.road][int(row.slots[n])].side))
            if len(hits) == limit:
                break
        return hits
