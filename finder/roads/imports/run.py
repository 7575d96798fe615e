"""Reads a file of roads by what its name says it is, and keeps what is new."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from finder.errors import BadInput
from finder.roads.imports.draft import Draft, Wishes, finish
from finder.roads.imports.geojson import read_geojson
from finder.roads.imports.gpx import read_gpx
from finder.roads.imports.osm import read_osm
from finder.roads.model import Road, RoadId
from finder.roads.shipped import ShippedRoad
from finder.roads.store import Kept, RoadStore


def read_roads(path: Path, wishes: Wishes, known: Mapping[str, RoadId] | None = None) -> list[Road]:
    """The roads of a file. `known`: the ids of roads that are there, by number and name. Raises BadInput."""
    drafts = _drafts(path, wishes)
    if not drafts:
        raise BadInput("文件中没有道路", "the file has no roads", code="NO_ROADS")
    if len(drafts) > 1 and (wishes.id or wishes.name):
        raise BadInput(
            f"文件中有 {len(drafts)} 条道路，--id 与 --name 只适用于一条",
            f"the file has {len(drafts)} roads: --id and --name are for a single one",
            code="SEVERAL_ROADS",
        )
    roads = [finish(draft, wishes, known or {}, alone=len(drafts) == 1) for draft in drafts]
    twice = {road.id for road in roads if sum(other.id == road.id for other in roads) > 1}
    if twice:
        raise BadInput(
            f"文件中有道路编号相同：{'、'.join(sorted(twice))}，请用 ref 或 id 区分",
            f"roads of the file have the same id: {', '.join(sorted(twice))}; tell them apart by ref or id",
            code="ROAD_ID",
        )
    return roads


def _drafts(path: Path, wishes: Wishes) -> list[Draft]:
    name = path.name.lower()
    if name.endswith((".geojson", ".json")):
        return read_geojson(path)
    if name.endswith(".gpx"):
        return read_gpx(path)
    if name.endswith((".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz")):
        return read_osm(path, wishes.refs)
    raise BadInput(
        f"无法识别 {path.name}：请使用 .geojson、.gpx 或 .osm.pbf",
        f"cannot tell what {path.name} is: use .geojson, .gpx or .osm.pbf",
        code="FILE_KIND",
    )


async def import_roads(path: Path, wishes: Wishes, store: RoadStore, shipped: Sequence[ShippedRoad] = ()) -> list[Kept]:
    """Keeps the roads of a file; of those that are as they were, nothing. Raises BadInput, StoreUnavailable."""
    known: dict[str, RoadId] = {}
    there: list[Road | ShippedRoad] = [*shipped, *await store.current()]
    for road in there:
        known |= {each: road.id for each in (road.ref, road.name) if each}
    return await store.put(read_roads(path, wishes, known))
