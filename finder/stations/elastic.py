"""The station index in Elasticsearch 9: shared by many processes, for a whole country."""

import asyncio
import heapq
from collections.abc import AsyncIterable, Iterable, Sequence
from typing import Any

import numpy as np
import structlog

from finder.kernel.geo import Box, Point, distances_m
from finder.kernel.line import Line
from finder.stations.along import LineHit, Marks, NoReferences, References, RoadHit, Span
from finder.stations.elastic_documents import delete_action, index_action, revision
from finder.stations.elastic_marks import mark_anew
from finder.stations.elastic_node import ElasticNode
from finder.stations.elastic_questions import (
    Clause,
    along,
    beside,
    by_distance,
    by_kilometre,
    cluster,
    filters,
    inside,
    ranked,
    road_hit,
    sphere_at_least,
    sphere_at_most,
    within,
)
from finder.stations.filter import Filter, unique
from finder.stations.index import MAX_LIMIT, Cluster, Hit, TextHit, check_limit, check_radius, check_zoom
from finder.stations.model import Station, StationId, station_from_json
from finder.stations.recent import RecentStations
from finder.stations.words import query_words

_log = structlog.get_logger(__name__)

_TILES_AT_ONCE = 2_000
_IDS_AT_ONCE = 500
_LINE_AT_ONCE = 10_000  # Elasticsearch's own limit
_BEFORE_NS = 1_000_000_000


class ElasticIndex:
    """`StationIndex` and `RoadIndex` in an Elasticsearch at this URL, below the alias `name`.

    Connects with the first question. Searches ask for ids and numbers only; stations that were read lately are kept,
    `recent` of them.
    """

    def __init__(self, url: str, name: str = "stations", *, recent: int = 50_000) -> None:
        self.name = name
        self._node = ElasticNode(url, name)
        self._recent = RecentStations(recent)
        self._references: References = NoReferences()
        self._writing = asyncio.Lock()  # whoever changes the references waits for what is marked by the old ones

    async def put(self, stations: Iterable[Station]) -> None:
        """See StationIndex."""
        batch = unique(stations)
        if not batch:
            return
        version = self._node.version()
        try:
            async with self._writing:
                marked = self._marked(batch)
                await self._node.write(lambda: (index_action(station, marks, version) for station, marks in marked))
        finally:
            self._recent.forget(station.id for station in batch)

    async def remove(self, ids: Iterable[StationId]) -> None:
        """See StationIndex."""
        gone = list(dict.fromkeys(i for i in ids if i))
        if not gone:
            return
        version = self._node.version()
        try:
            await self._node.write(lambda: (delete_action(station_id, version) for station_id in gone))
        finally:
            self._recent.forget(gone)

    async def rebuild(self, stations: AsyncIterable[Sequence[Station]]) -> int:
        """See StationIndex. Of two rebuilds at once the one that ends last fails."""
        index = await self._node.create()
        # Below every write from now on, however often a station comes again in these batches.
        version = self._node.version() - _BEFORE_NS
        references = self._references
        try:
            async for batch in stations:
                version += 1
                stamp = version
                marked = self._marked(unique(batch))
                # One station that cannot be held must not keep the others from being found.
                for refused in await self._node.fill(index, (index_action(s, marks, stamp) for s, marks in marked)):
                    _log.warning("index_refused_station", reason=refused)
            async with self._writing:
                if references is not self._references:  # roads changed meanwhile
                    await mark_anew(self._node, index, self._references)
                await self._node.swap(index)
        except BaseException:
            await self._node.drop(index)
            raise
        self._recent.clear()
        return await self.count()

    async def near(
        self, centre: Point, radius_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[Hit]:
        """See StationIndex.

        Elasticsearch orders by the sphere, so a few more are asked for than wanted, until whatever was not seen
        is further along the ellipsoid than what is answered.
        """
        check_radius(radius_m)
        check_limit(limit)
        places = ["lat", "lon"]
        query = _query([within(centre, radius_m), *filters(want)])
        order = [by_distance(centre), {"id": "asc"}]
        start: list[Any] | None = None if after is None else [sphere_at_least(after[0]), ""]
        found: dict[StationId, float] = {}
        while True:
            size = limit + max(10, limit // 8)
            hits = await self._hits(query, order, size, start, places)
            metres = distances_m(centre, *([hit["fields"][axis][0] for hit in hits] for axis in places)).tolist()
            found.update((hit["sort"][1], way) for way, hit in zip(metres, hits, strict=True))
            whole = len(hits) < size
            seen_m = hits[-1]["sort"][0] if hits else 0.0
            answer = sorted(
                (way, station_id)
                for station_id, way in found.items()
                if way <= radius_m
                and (after is None or (way, station_id) > after)
                and (whole or sphere_at_most(way) < seen_m)
            )
            if whole or len(answer) >= limit:
                return [Hit(station_id, way) for way, station_id in answer[:limit]]
            start = hits[-1]["sort"]

    def begin(self, references: References) -> None:
        """See RoadIndex."""
        self._references = references

    async def refer(self, references: References) -> int:
        """See RoadIndex. Questions asked meanwhile are answered by marks old and new."""
        async with self._writing:
            self._references = references
        changed = 0
        for index in await self._node.shown():
            changed += await mark_anew(self._node, index, references)
        return changed

    async def along(
        self, span: Span, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[RoadHit]:
        """See RoadIndex."""
        check_limit(limit)
        query = _query([along(span), *filters(want)])
        order = [by_kilometre(span), {"id": "asc"}]
        hits = await self._hits(query, order, limit, None if after is None else list(after), ["marks"])
        return [road_hit(hit, span) for hit in hits]

    async def beside(
        self, line: Line, reach_m: float, want: Filter, limit: int, after: tuple[float, StationId] | None = None
    ) -> list[LineHit]:
        """See RoadIndex. Elasticsearch knows boxes around the line; the rest is measured here."""
        check_limit(limit)
        query, places = _query([beside(line, reach_m), *filters(want)]), ["lat", "lon"]
        found: list[tuple[float, StationId, float]] = []
        start: list[Any] | None = None
        while hits := await self._hits(query, [{"id": "asc"}], _LINE_AT_ONCE, start, places):
            lats, lons = (np.array([hit["fields"][axis][0] for hit in hits]) for axis in places)
            feet = line.feet(lats, lons, reach_m)
            ids = [hits[n]["sort"][-1] for n in feet.place.tolist()]
            found += zip(feet.metres.tolist(), ids, feet.offset_m.tolist(), strict=True)
            if len(hits) < _LINE_AT_ONCE:
                break
            start = hits[-1]["sort"]
        best = heapq.nsmallest(limit, (f for f in found if after is None or f[:2] > after))
        return [LineHit(station_id, metres, offset_m) for metres, station_id, offset_m in best]

    async def box(self, box: Box, want: Filter, limit: int, after: StationId | None = None) -> list[StationId]:
        """See StationIndex."""
        check_limit(limit)
        query = _query([*inside(box), *filters(want)])
        return [
            hit["sort"][0]
            for hit in await self._hits(query, [{"id": "asc"}], limit, None if after is None else [after])
        ]

    async def clusters(self, box: Box, zoom: int, want: Filter) -> list[Cluster]:
        """See StationIndex."""
        check_zoom(zoom)
        tiles: Clause = {
            "size": _TILES_AT_ONCE,
            "sources": [{"tile": {"geotile_grid": {"field": "place", "precision": zoom}}}],
        }
        body = {
            "size": 0,
            "query": _query([*inside(box), *filters(want)]),
            "aggs": {"tiles": {"composite": tiles, "aggs": {a: {"avg": {"field": a}} for a in ("lat", "lon")}}},
        }
        clusters: list[Cluster] = []
        while True:
            answer = (await self._node.search(body))["aggregations"]["tiles"]
            clusters.extend(map(cluster, answer["buckets"]))
            if len(answer["buckets"]) < _TILES_AT_ONCE:
                return sorted(clusters, key=lambda cluster: cluster.tile)
            tiles["after"] = answer["after_key"]

    async def text(
        self, words: str, want: Filter, limit: int, after: tuple[int, StationId] | None = None
    ) -> list[TextHit]:
        """See StationIndex."""
        check_limit(limit)
        must, better = ranked(query_words(words))
        query = {"bool": {"filter": [*must, *filters(want)], "should": better}}
        order = [{"_score": "desc"}, {"id": "asc"}]
        start = None if after is None else [3 - after[0], after[1]]
        hits = await self._hits(query, order, limit, start)
        return [TextHit(hit["sort"][1], 3 - round(hit["sort"][0])) for hit in hits]

    async def get(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """See StationIndex. A station changed by another process may be answered as it was 2 s ago."""
        found = {i: station for i in ids if (station := self._recent.get(i)) is not None}
        missing = [i for i in dict.fromkeys(ids) if i and i not in found]
        for begin in range(0, len(missing), _IDS_AT_ONCE):
            found.update(await self._fetch(missing[begin : begin + _IDS_AT_ONCE]))
        return {i: found[i] for i in ids if i in found}

    async def count(self) -> int:
        """See StationIndex."""
        return await self._node.count()

    async def ready(self) -> None:
        """See StationIndex."""
        await self._node.count()

    async def close(self) -> None:
        """See StationIndex."""
        await self._node.close()

    async def _hits(
        self,
        query: Clause,
        order: list[Clause],
        size: int,
        start: list[Any] | None,
        fields: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Hits with their sort values and these fields; the last of the sort values is the id."""
        body: dict[str, Any] = {
            "query": query,
            "sort": order,
            "size": size,
            "_source": False,
            "track_total_hits": False,
            "docvalue_fields": ["revision", *fields],
        }
        if start:
            body["search_after"] = start
        hits: list[dict[str, Any]] = (await self._node.search(body))["hits"]["hits"]
        for hit in hits:
            self._recent.confirm(hit["sort"][-1], hit["fields"]["revision"][0])
        return hits

    def _marked(self, stations: Sequence[Station]) -> list[tuple[Station, Marks]]:
        return list(zip(stations, self._references.of([s.place for s in stations]), strict=True))

    async def _fetch(self, ids: Sequence[StationId]) -> dict[StationId, Station]:
        """Stations by id, or else by alias: of several that have it, the one with the least id."""
        body = {
            "query": _query([{"terms": {"known_as": list(ids)}}]),
            "sort": [{"id": "asc"}],
            "size": MAX_LIMIT,
            "_source": True,
        }
        stations: dict[StationId, Station] = {}
        aliases: dict[StationId, Station] = {}
        while hits := (await self._node.search(body))["hits"]["hits"]:
            for hit in hits:
                raw = hit["_source"]["station"].encode()
                station = station_from_json(raw)
                stations[station.id] = station
                self._recent.keep(revision(raw), station)
                for alias in station.aliases:
                    aliases.setdefault(alias, station)
            if len(hits) < MAX_LIMIT:
                break
            body["search_after"] = hits[-1]["sort"]
        return {i: known for i in ids if (known := stations.get(i, aliases.get(i))) is not None}


def _query(clauses: list[Clause]) -> Clause:
    return {"bool": {"filter": clauses}}
