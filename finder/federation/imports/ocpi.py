"""OCPI location feeds as files: 2.1.1, 2.2 and later, with the drift that real ones show."""

import re

import msgspec

from finder.connectors.ocpi.locations import Origin
from finder.connectors.ocpi.locations import map_location as map_one
from finder.connectors.ocpi.values import Object, moment
from finder.federation.imports.model import Context, bad, read_place
from finder.federation.imports.tables import slug
from finder.kernel.geo import Point
from finder.stations.model import Station


def feed_of(name: str, first: object, context: Context) -> str:
    """What the feed is called: as asked, by the file's name, or by its country and party."""
    if context.source:
        return context.source
    if found := re.search(r"locations?[-_]([A-Za-z0-9]+)", name):
        return f"ocpi-{found[1].lower()}"
    raw = first if isinstance(first, dict) else {}
    party = "-".join(str(raw[k]) for k in ("country_code", "party_id") if raw.get(k))
    return f"ocpi-{slug(party or name.split('.')[0])}"


def native_id(raw: object) -> str:
    """The location's id; empty where it has none."""
    value = raw.get("id") if isinstance(raw, dict) else None
    return str(value).strip() if isinstance(value, str | int) else ""


def map_location(raw: object, source: str, context: Context) -> Station:
    """A station of a Location object; a file's record is taken whole or not at all. Raises BadInput."""
    if not isinstance(raw, dict) or not native_id(raw):
        raise bad("记录不是对象或缺少 id", "the record is no object or has no id", "STATION_UNNAMED")

    def point(place: Object) -> Point:
        return read_place(str(place.get("latitude") or ""), str(place.get("longitude") or ""), "WGS84", context)

    mapped = map_one(raw, Origin(source, "", context.fetched_at, point=point))
    if mapped.refused:
        first = mapped.refused[0]
        raise bad(first.zh, first.en, first.code)
    updated_at = moment(raw.get("last_updated") or raw.get("lastUpdated"))
    (provenance,) = mapped.station.provenance
    return msgspec.structs.replace(
        mapped.station, provenance=(msgspec.structs.replace(provenance, updated_at=updated_at),)
    )
