"""Which of the stations beside a route one could charge at, with which plug, and how far off the way it is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from finder.kernel.clock import minute_of_week
from finder.roads.beside import Beside
from finder.roads.car import Car
from finder.roads.course import Course
from finder.roads.trip import Candidate
from finder.stations.model import Access, Connector, ConnectorType, Current, Evse, Station, StationState

# How much longer a road is than the straight way to it, and how fast it is driven: our assumptions. Side roads among
# hills and towns wind by a third or so; a router would know.
WINDING = 1.35
SIDE_ROAD_KMH = 40.0
ON_ROAD_M = 60.0  # so near to the line that the line itself may be as far off
MOST = 80  # that a plan is made from; more make it slower and hardly better
_SLICES = 40
_SHUT = frozenset({StationState.PLANNED, StationState.MAINTENANCE, StationState.CLOSED})
_CLOSED_TO_MOST = frozenset({Access.RESTRICTED, Access.PRIVATE})
_AC = frozenset({ConnectorType.GBT_AC, ConnectorType.TYPE1, ConnectorType.TYPE2, ConnectorType.SOCKET})
_DC = frozenset(
    {
        *(ConnectorType.GBT_DC, ConnectorType.CCS1, ConnectorType.CCS2),
        *(ConnectorType.CHADEMO, ConnectorType.CHAOJI),
    }
)


def candidates(car: Car, course: Course, found: Iterable[Beside], leaves_at: datetime) -> list[Candidate]:
    """One for each station that is open to everybody about then and has a plug of known power for the car.

    A station whose hours nobody knows is taken to be open, and one whose state nobody knows to be in order.
    """
    told = []
    for each in found:
        km = min(each.metres / 1000, course.length_km)
        station, arrives = each.station, leaves_at + timedelta(minutes=course.minutes_at(km))
        plug = best_plug(car, station) if is_open(station, arrives) else None
        if plug is not None:
            evse, connector, current = plug
            detour = 0.0 if each.offset_m <= ON_ROAD_M else 2 * each.offset_m / 1000 * WINDING
            minutes = detour / SIDE_ROAD_KMH * 60
            told.append(Candidate(station, evse, connector, km, detour, minutes, current, connector.power_kw or 0.0))
    return told


def is_open(station: Station, at: datetime) -> bool:
    """Whether one may charge there at that time, as far as is known."""
    if station.state in _SHUT or station.access in _CLOSED_TO_MOST:
        return False
    return station.hours is None or station.hours.open_at(minute_of_week(at))


def best_plug(car: Car, station: Station) -> tuple[Evse, Connector, Current] | None:
    """The bay and plug at which the car takes most, the first of equals; None where none fits or tells its power."""
    best: tuple[float, Evse, Connector, Current] | None = None
    for evse in station.evses:
        for connector in evse.connectors:
            current = current_of(connector)
            if connector.type not in car.plugs or current is None or connector.power_kw is None:
                continue
            takes = min(connector.power_kw, car.most_kw(current))
            if takes > 0 and (best is None or takes > best[0]):
                best = takes, evse, connector, current
    return best[1:] if best else None


def current_of(connector: Connector) -> Current | None:
    """As told, else as its plug has it; None where neither says."""
    if connector.current is not None:
        return connector.current
    if connector.type in _DC:
        return Current.DC
    return Current.AC if connector.type in _AC else None


def thinned(car: Car, length_km: float, all_: Sequence[Candidate], most: int = MOST) -> list[Candidate]:
    """At most so many: of each slice of the route the strongest, the nearest to the way among equals."""
    if len(all_) <= most:
        return list(all_)
    slices: dict[int, list[Candidate]] = defaultdict(list)
    for each in all_:
        slices[int(each.km / length_km * _SLICES)].append(each)
    ranked = [
        (rank, candidate)
        for held in slices.values()
        for rank, candidate in enumerate(sorted(held, key=lambda c: _merit(car, c)))
    ]
    ranked.sort(key=lambda pair: (pair[0], _merit(car, pair[1])))
    return sorted((c for _, c in ranked[:most]), key=lambda c: (c.km, c.id))


def _merit(car: Car, candidate: Candidate) -> tuple[float, float, str]:
    return -min(candidate.power_kw, car.most_kw(candidate.current)), candidate.detour_km, candidate.id
