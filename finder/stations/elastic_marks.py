"""Marks every station of an index in Elasticsearch anew, where roads have changed."""

import asyncio
from collections.abc import Sequence
from typing import Any

from finder.kernel.geo import Point
from finder.stations.along import Marks, References
from finder.stations.elastic_documents import document, key, mark_to_text
from finder.stations.elastic_node import Action, ElasticNode
from finder.stations.model import Station, StationId, station_from_json

_LOOKED_AT_ONCE = 5_000
_WRITTEN_AT_ONCE = 500
_ROUNDS = 5  # a station that is written by others each time keeps the marks that they gave it


async def mark_anew(node: ElasticNode, index: str, references: References) -> int:
    """How many stations' marks changed. Raises IndexUnavailable.

    A document is written only as it was read (by its sequence number): one that somebody changes meanwhile is looked
    at again, so that an old state never replaces a newer one.
    """
    written: set[StationId] = set()
    for _ in range(_ROUNDS):
        await node.refresh([index])
        before = len(written)
        last: list[Any] | None = None
        while hits := await _looked(node, index, last):
            last = hits[-1]["sort"]
            places = [Point(hit["fields"]["lat"][0], hit["fields"]["lon"][0]) for hit in hits]
            marks = await asyncio.to_thread(references.of, places)
            wrong = [
                hit["sort"][0]
                for hit, told in zip(hits, marks, strict=True)
                if sorted(hit["fields"].get("marks", ())) != sorted(map(mark_to_text, told))
            ]
            for begin in range(0, len(wrong), _WRITTEN_AT_ONCE):
                part = wrong[begin : begin + _WRITTEN_AT_ONCE]
                await _write(node, index, part, references)
                written.update(part)
            if len(hits) < _LOOKED_AT_ONCE:
                break
        if len(written) == before:
            break
    await node.refresh([index])
    return len(written)


async def _looked(node: ElasticNode, index: str, last: list[Any] | None) -> list[dict[str, Any]]:
    body: dict[str, Any] = {
        "query": {"match_all": {}},
        "sort": [{"id": "asc"}],
        "size": _LOOKED_AT_ONCE,
        "_source": False,
        "track_total_hits": False,
        "docvalue_fields": ["lat", "lon", "marks"],
    }
    if last is not None:
        body["search_after"] = last
    return await node.search_in(index, body)


async def _write(node: ElasticNode, index: str, ids: Sequence[StationId], references: References) -> None:
    body = {
        "query": {"terms": {"id": list(ids)}},
        "size": len(ids),
        "_source": True,
        "seq_no_primary_term": True,
    }
    hits = await node.search_in(index, body)
    stations = [station_from_json(hit["_source"]["station"].encode()) for hit in hits]
    marks = references.of([station.place for station in stations])  # it may have moved since it was looked at
    actions: list[Action] = [_as_read(*each) for each in zip(hits, stations, marks, strict=True)]
    await node.fill(index, actions)


def _as_read(hit: dict[str, Any], station: Station, marks: Marks) -> Action:
    return {
        "_id": key(station.id),
        "if_seq_no": hit["_seq_no"],
        "if_primary_term": hit["_primary_term"],
        "_source": document(station, marks),
    }
