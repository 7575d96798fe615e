"""Location, EVSE and Connector into the model; pure, one Location at a time. Also what the importer of files calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from finder.connectors.ocpi.details import access, amenities, construction, country, photos, slug
from finder.connectors.ocpi.hours import read_hours, zone_of
from finder.connectors.ocpi.ids import evse_id
from finder.connectors.ocpi.parking import parking_words, space_of
from finder.connectors.ocpi.plugs import connector
from finder.connectors.ocpi.statuses import there, uid_of
from finder.connectors.ocpi.tariffs import in_force, read_tariff
from finder.connectors.ocpi.values import (
    Object,
    display_text,
    identifier,
    native_id,
    nested,
    objects,
    refuse,
    text,
    words,
)
from finder.connectors.sdk.ports import Refused
from finder.errors import BadInput
from finder.kernel.geo import Point, wgs84_from_gcj02
from finder.stations.model import (
    Attribute,
    Connector,
    Evse,
    Operator,
    Provenance,
    SourceId,
    Station,
    StationState,
    Tariff,
)

_NO_TARIFF = "-"  # of a connector whose price nobody said; without it the model takes the station's only tariff


class Hidden(BadInput):
    """A Location that is not to be shown: not published, or every EVSE of it removed."""

    default_code = "NOT_PUBLISHED"


def read_point(place: Object) -> Point:
    """A GeoLocation. Raises BadInput."""
    try:
        lat, lon = float(str(place.get("latitude"))), float(str(place.get("longitude")))
    except ValueError:
        lat = lon = 0.0
    if lat == 0 and lon == 0:
        refuse("COORDINATE_MISSING", "缺少坐标（或为 0, 0）", "there are no coordinates, or 0, 0")
    return Point(lat, lon)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose Locations they are, when they came, and how their coordinates are read."""

    source: SourceId
    operator_name: str
    fetched_at: datetime
    practice: bool = False
    gcj02: bool = False
    tariffs: Mapping[str, Object] = field(default_factory=dict)  # by id in lower case
    point: Callable[[Object], Point] = read_point


@dataclass(frozen=True, slots=True)
class Mapped:
    """A station, and those of its EVSEs that could not be taken."""

    station: Station
    refused: Sequence[Refused]


def map_location(raw: object, origin: Origin) -> Mapped:
    """A station of a Location, of OCPI 2.2.1, 2.3.0 or (from files) 2.1.1. Raises Hidden or BadInput."""
    if not isinstance(raw, dict):
        refuse("NOT_AN_OBJECT", "记录不是对象", "the record is no object")
    location_id = identifier(raw, "id")
    if raw.get("publish") is False:
        raise Hidden("运营商标明不得公开", "its operator says that it is not to be published")
    place = origin.point(nested(raw, "coordinates"))
    shown, planned = there(raw)
    if objects(raw, "evses") and not shown:
        raise Hidden("充电桩均已拆除", "every EVSE of it is removed", code="EVSES_REMOVED")
    zone = zone_of(raw.get("time_zone"))
    tariffs = _tariffs(shown, origin, zone)
    evses, bad = _evses(raw, shown, origin.source, location_id, tariffs)
    if bad and not evses:
        refuse(bad[0].code, bad[0].zh, bad[0].en)
    may_enter, note = access(raw, shown)
    operator = next((nested(raw, k) for k in ("operator", "suboperator", "owner") if nested(raw, k).get("name")), {})
    operator_name = text(operator.get("name"), 100) or origin.operator_name
    address = [text(raw.get(k), 200) for k in ("address", "postal_code", "postalCode", "city", "state")]
    station = Station(
        id=f"{origin.source}/{location_id}",
        name=text(raw.get("name"), 200) or text(raw.get("address"), 200) or f"Charging station {location_id}",
        operator=Operator(
            id=slug(operator_name) or origin.source,
            name=operator_name,
            phone=text(raw.get("help_phone"), 40),
            website=text(operator.get("website"), 300),
        ),
        place=wgs84_from_gcj02(place) if origin.gcj02 else place,
        evses=evses,
        provenance=(Provenance(source=origin.source, native_id=location_id, fetched_at=origin.fetched_at),),
        address=", ".join(part for part in dict.fromkeys(address) if part) or None,
        country=country(raw),
        state=StationState.PLANNED if planned else StationState.OPEN,
        construction=construction(raw),
        tariffs=tuple({t.id: t for t in tariffs.values()}.values()),
        parking_text=parking_words(raw),
        access=may_enter,
        access_note=note,
        hours=read_hours(nested(raw, "opening_times"), zone, origin.fetched_at),
        amenities=amenities(raw),
        attributes=(Attribute.GREEN_POWER,) if nested(raw, "energy_mix").get("is_green_energy") is True else (),
        photos=photos(raw),
        phone=text(raw.get("help_phone"), 40),
        guide=display_text(raw, "directions", 300),
        practice=origin.practice,
    )
    return Mapped(station, bad)


def _evses(
    raw: Object, shown: Sequence[Object], source: SourceId, location_id: str, tariffs: Mapping[str, Tariff]
) -> tuple[tuple[Evse, ...], list[Refused]]:
    evses: dict[str, Evse] = {}
    bad: list[Refused] = []
    for n, evse in enumerate(shown):
        try:
            uid = uid_of(evse, n)
            plugs = tuple(_plug(plug, k, tariffs) for k, plug in enumerate(objects(evse, "connectors"), start=1))
            label = text(evse.get("physical_reference") or evse.get("physicalReference"), 40)
            label = label or text(space_of(evse, raw).get("physical_reference"), 40)
            if plugs:
                evses[uid.lower()] = Evse(id=evse_id(source, location_id, uid), connectors=plugs, label=label)
        except BadInput as error:
            bad.append(Refused(native_id(evse, "uid"), error.code, error.zh, error.en))
    return tuple(evses.values()), bad


def _plug(raw: Object, n: int, tariffs: Mapping[str, Tariff]) -> Connector:
    own = {tariffs[i.lower()].id for i in tariff_ids(raw) if i.lower() in tariffs}
    # Two tariffs in force at once, and nothing says which is a driver's: then none is.
    found = own.pop() if len(own) == 1 else _NO_TARIFF if tariffs else None
    return connector(raw, n, found)


def tariff_ids(plug: Object) -> list[str]:
    """The tariffs that a connector names: a list since 2.2, one in 2.1.1."""
    return [each[:64] for each in (*words(plug, "tariff_ids"), *words(plug, "tariff_id"))][:50]


def named_tariffs(raw: Object) -> set[str]:
    """Every tariff that a Location names, in lower case."""
    return {i.lower() for evse in objects(raw, "evses") for c in objects(evse, "connectors") for i in tariff_ids(c)}


def _tariffs(shown: Sequence[Object], origin: Origin, zone: ZoneInfo) -> dict[str, Tariff]:
    named = {i.lower() for evse in shown for plug in objects(evse, "connectors") for i in tariff_ids(plug)}
    known = {i: origin.tariffs[i] for i in sorted(named) if i in origin.tariffs}
    return {
        i: read_tariff(i, raw, zone, origin.fetched_at) for i, raw in known.items() if in_force(raw, origin.fetched_at)
    }
