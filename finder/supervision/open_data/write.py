"""Records as files: CSV for tables and GeoJSON for maps."""

from collections.abc import Callable, Sequence
from datetime import datetime

import orjson

from finder.money.spreadsheet import table
from finder.supervision.open_data.model import OpenStation

Write = Callable[[Sequence[OpenStation]], bytes]
STATION_COLUMNS = (
    *("id", "name", "operator", "lat", "lon", "address", "area_code", "country", "state", "access", "parking"),
    *("amenities", "priced", "evses", "sources", "licences", "updated_at", "practice", "hours"),
)
STATUS_COLUMNS = ("station", "evse", "status", "observed_at", "licences", "practice", "power_kw")


def instant(moment: datetime | None) -> str:
    """ISO 8601 in UTC to the second, '' for never."""
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stations_csv(records: Sequence[OpenStation]) -> bytes:
    """A line for each station; several values in a cell are separated by blanks."""
    return table(
        STATION_COLUMNS,
        (
            (
                *(r.id, r.name, r.operator, r.lat, r.lon, r.address, r.area_code, r.country, r.state, r.access),
                *(r.parking, " ".join(r.amenities), int(r.priced), len(r.evses), " ".join(r.sources)),
                *("; ".join(r.licences), instant(r.updated_at), int(r.practice), r.hours),
            )
            for r in records
        ),
    ).encode()


def status_csv(records: Sequence[OpenStation]) -> bytes:
    """A line for each EVSE."""
    return table(
        STATUS_COLUMNS,
        (
            (
                *(r.id, evse.id, evse.status, instant(evse.observed_at), "; ".join(r.licences), int(r.practice)),
                "" if evse.power_kw is None else f"{evse.power_kw:g}",
            )
            for r in records
            for evse in r.evses
        ),
    ).encode()


def stations_geojson(records: Sequence[OpenStation]) -> bytes:
    """A point for each station (RFC 7946), its EVSEs counted by status."""
    features = b",".join(orjson.dumps(_feature(record)) for record in records)
    return b'{"type":"FeatureCollection","features":[' + features + b"]}"


def _feature(record: OpenStation) -> dict[str, object]:
    counts: dict[str, int] = {}
    for evse in record.evses:
        counts[evse.status] = counts.get(evse.status, 0) + 1
    return {
        "type": "Feature",
        "id": record.id,
        "geometry": {"type": "Point", "coordinates": [record.lon, record.lat]},
        "properties": {
            "name": record.name,
            "operator": record.operator,
            "address": record.address,
            "areaCode": record.area_code,
            "state": record.state,
            "access": record.access,
            "evses": len(record.evses),
            "status": counts,
            "licences": list(record.licences),
            "updatedAt": instant(record.updated_at),
            "practice": record.practice,
        },
    }
