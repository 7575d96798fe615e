"""`finder roads`: imports a city's roads, lists them, shows one, takes one out of use."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from finder.cities import load_city
from finder.errors import NotFound
from finder.roads.imports.draft import Wishes
from finder.roads.model import Road, RoadKind
from finder.roads.shipped import in_use
from finder.roads.store import RoadStore
from finder.settings import load_settings

roads = typer.Typer(no_args_is_help=True, help="道路 · roads")


def _run(what: Callable[[RoadStore], Coroutine[Any, Any, None]]) -> None:
    from finder.app import choose_roads

    async def whole() -> None:
        store = choose_roads(load_settings())
        try:
            await what(store)
        finally:
            await store.close()

    asyncio.run(whole())


def origin_text(road: Road) -> str:
    """How far a road is to be believed, in words."""
    metres = f"±{road.origin.accuracy_m:,.0f} m"
    return f"近似 APPROXIMATE {metres}" if road.origin.approximate else metres


@roads.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=".geojson, .gpx, .osm.pbf")],
    name: Annotated[str | None, typer.Option(help="道路名称（仅一条时）· the road's name, of a single road")] = None,
    road_id: Annotated[str | None, typer.Option("--id", help="道路编号（仅一条时）· its id, of a single road")] = None,
    kind: Annotated[RoadKind | None, typer.Option(help="道路种类 · what kind of road")] = None,
    ref: Annotated[list[str] | None, typer.Option(help="OSM 中只取这些编号 · of OSM, only these numbers")] = None,
    source: Annotated[str | None, typer.Option(help="数据来源 · where it comes from")] = None,
    licence: Annotated[str | None, typer.Option(help="许可 · its licence")] = None,
    accuracy_m: Annotated[float | None, typer.Option(help="精度（米）· how far off the line may be")] = None,
    *,
    gcj02: Annotated[bool, typer.Option("--gcj02", help="坐标为 GCJ-02 · drawn on a Chinese map")] = False,
    approximate: Annotated[bool, typer.Option("--approximate", help="只是近似线形 · only an approximate line")] = False,
) -> None:
    """导入道路；旧版本保留，没有变化则不产生新版本 · imports roads; old versions stay, a repeat changes nothing."""
    from finder.roads.imports.run import import_roads

    wishes = Wishes(road_id, name, kind, frozenset(ref or ()), source, licence, accuracy_m, approximate, gcj02)

    async def run(store: RoadStore) -> None:
        kept = await import_roads(file, wishes, store, load_city(load_settings().city).roads)
        by_id = {road.id: road for road in await store.current()}
        table = Table("编号 · id", "名称 · name", "版本 · version", "公里 · km", "桩 · posts", "地点 · places", "精度")
        for each in kept:
            road = by_id[each.id]
            version = f"{each.version}" if each.changed else f"{each.version} （未变 · as before）"
            counts = (f"{len(road.posts)}", f"{len(road.places)}")
            table.add_row(road.id, escape(road.name), version, _span(road), *counts, origin_text(road))
        Console().print(table)

    _run(run)


@roads.command("list")
def list_() -> None:
    """在用的道路 · the roads in use, imported and shipped."""
    from finder.app import shipped_roads

    async def run(store: RoadStore) -> None:
        table = Table("编号 · id", "名称 · name", "种类 · kind", "公里 · km", "版本 · version", "精度", "来源 · source")
        for road in in_use(await store.current(), shipped_roads(load_settings())):
            version = f"{road.version}" if road.version else "随产品 · shipped"
            row = (road.id, escape(road.name), road.kind, _span(road), version, origin_text(road))
            table.add_row(*row, escape(road.origin.source))
        Console().print(table)

    _run(run)


@roads.command()
def show(road_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """一条道路的版本、公里桩和地点 · a road's versions, posts and places."""
    from finder.app import shipped_roads

    async def run(store: RoadStore) -> None:
        versions = await store.versions(road_id) or [
            road for road in shipped_roads(load_settings()) if road.id == road_id
        ]
        if not versions:
            raise no_road(road_id)
        road, console = versions[-1], Console()
        console.print(
            f"[bold]{escape(road.name)}[/]  {road.id}  {_span(road)} km  {origin_text(road)}", highlight=False
        )
        console.print(f"{escape(road.origin.source)} · {escape(road.origin.licence)}", highlight=False)
        for each in versions:
            at = f"{each.imported_at:%Y-%m-%d %H:%M}Z" if each.imported_at else "随产品 · shipped"
            console.print(f"v{each.version}  {at}  {_span(each)} km  {escape(each.origin.source)}", highlight=False)
        table = Table("公里 · km", "种类 · kind", "名称 · name", "方向 · direction")
        for km, place in road.places_by_km:
            table.add_row(f"{km:.1f}", place.kind, escape(place.name), place.direction or "")
        console.print(table)
        console.print(f"公里桩 · posts: {len(road.posts)}", highlight=False)
        up = road.climbs
        told = "未知 · unknown" if up is None else f"爬升 climb {up.up_m:.0f} m · 下降 descent {up.down_m:.0f} m"
        console.print(f"海拔 · heights: {told}", highlight=False)
        for gone in road.breaks:
            console.print(f"中断 · interrupted: {gone.from_km:.1f}–{gone.to_km:.1f} km", highlight=False)

    _run(run)


@roads.command()
def remove(road_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """停用一条导入的道路，各版本保留 · takes an imported road out of use; its versions stay."""

    async def run(store: RoadStore) -> None:
        if not await store.remove(road_id):
            raise no_road(road_id)

    _run(run)


def no_road(road_id: str) -> NotFound:
    """What says that there is no such road."""
    return NotFound(f"没有道路 {road_id!r}", f"there is no road {road_id!r}", code="NO_SUCH_ROAD")


def _span(road: Road) -> str:
    return f"{road.begin_km:.1f}–{road.end_km:.1f}"
