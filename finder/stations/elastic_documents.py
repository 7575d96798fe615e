"""How a station lies in Elasticsearch: the index's mapping, and each station as a document."""

import hashlib
from typing import Any

import msgspec

from finder.stations.along import Marks, RoadMark
from finder.stations.model import Access, ParkingFee, Station, StationId, station_to_json
from finder.stations.words import grams, station_words

_KEYWORD = {"type": "keyword"}
# Pairs of characters at consecutive positions: a phrase of them is exactly a part of the text.
_PAIRS = {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "positions"}

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"includes": ["station"]},
    "properties": {
        "id": _KEYWORD,
        "known_as": {"type": "keyword", "doc_values": False},  # the id and its aliases
        "revision": {"type": "keyword", "index": False},
        "place": {"type": "geo_point"},
        # A geo_point is kept to about a centimetre; borders and metres are judged by the whole numbers.
        "lat": {"type": "double"},
        "lon": {"type": "double"},
        "operator": _KEYWORD,
        "attributes": _KEYWORD,
        "free_parking": {"type": "boolean"},
        "public": {"type": "boolean"},
        "practice": {"type": "boolean"},
        "open": {"type": "integer_range"},
        "connectors": {"type": "nested", "properties": {"type": _KEYWORD, "power_kw": {"type": "double"}}},
        # One for each road within reach: ranges are asked of `roads`, and what was found is read from `marks`.
        "roads": {
            "type": "nested",
            "properties": {
                "road": _KEYWORD,
                "km": {"type": "double"},
                "offset_m": {"type": "double"},
                "side": _KEYWORD,
            },
        },
        "marks": {"type": "keyword", "index": False},
        "name": _PAIRS,
        "letters": _PAIRS,
        "rest": _PAIRS,
        "station": {"type": "object", "enabled": False},
    },
}
SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # Removals are remembered this long, so that an older write that comes later does not bring a station back.
    "gc_deletes": "24h",
}


_LONGEST_KEY = 512  # bytes, Elasticsearch's limit


def key(station_id: StationId) -> str:
    """The document's own id: the station's, or a mark of it where that is too long."""
    raw = station_id.encode()
    return station_id if len(raw) <= _LONGEST_KEY else hashlib.blake2b(raw, digest_size=32).hexdigest()


def revision(raw: bytes) -> str:
    """A mark of a stored station; another station or another state of it has another."""
    return hashlib.blake2b(raw, digest_size=9).hexdigest()


_MARKS = msgspec.json.Decoder(RoadMark)


def mark_to_text(mark: RoadMark) -> str:
    """A mark as it lies in `marks`."""
    return msgspec.json.encode(mark).decode()


def mark_from_text(text: str) -> RoadMark:
    """The inverse."""
    return _MARKS.decode(text)


def document(station: Station, marks: Marks = ()) -> dict[str, Any]:
    """The document of a station; `station` holds all of it, the rest is what is asked for."""
    raw = station_to_json(station)
    words = station_words(station)
    plugs = {(c.type, c.power_kw) for evse in station.evses for c in evse.connectors}
    return {
        "id": station.id,
        "known_as": [station.id, *station.aliases],
        "revision": revision(raw),
        "place": {"lat": station.place.lat, "lon": station.place.lon},
        "lat": station.place.lat,
        "lon": station.place.lon,
        "operator": station.operator.id,
        "attributes": list(station.attributes),
        "free_parking": station.parking_fee is ParkingFee.FREE,
        "public": station.access is Access.PUBLIC,
        "practice": station.practice,
        "open": [{"gte": start, "lt": end} for start, end in station.hours.spans] if station.hours else [],
        "connectors": [{"type": kind} if power is None else {"type": kind, "power_kw": power} for kind, power in plugs],
        "roads": [{"road": m.road, "km": m.km, "offset_m": m.offset_m, "side": m.side} for m in marks],
        "marks": sorted(map(mark_to_text, marks)),
        "name": " ".join(grams(words.name)),
        "letters": " ".join(grams(words.letters)),
        "rest": " ".join(grams(words.rest)),
        "station": raw.decode(),
    }


def index_action(station: Station, marks: Marks, version: int) -> dict[str, Any]:
    """A bulk action that writes the station unless a later version is there."""
    source = document(station, marks)
    return {"_id": key(station.id), "version": version, "version_type": "external", "_source": source}


def delete_action(station_id: StationId, version: int) -> dict[str, Any]:
    """A bulk action that removes the station unless a later version is there."""
    return {"_op_type": "delete", "_id": key(station_id), "version": version, "version_type": "external"}
