"""`finder coverage`: the plan's targets against what is there; imports the places that are to be covered."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from finder.settings import load_settings
from finder.supervision.coverage.keeper import Coverage
from finder.supervision.coverage.measure import WHY
from finder.supervision.coverage.places import PlaceKind, Places, read_places
from finder.supervision.coverage.report import Line, Report, to_csv, to_geojson

coverage = typer.Typer(help="规划与现状 · the plan against what is there", invoke_without_command=True)
_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "–"}
_UNITS = {"COUNT": "", "KM": " km", "RATIO": "", "PERCENT": " %"}


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@coverage.callback()
def show(
    context: typer.Context,
    year: Annotated[int | None, typer.Option(help="规划年份 · a year of the plan")] = None,
    csv: Annotated[Path | None, typer.Option(help="另存为 CSV · as CSV too")] = None,
    geojson: Annotated[Path | None, typer.Option(help="道路空白与充电站 · gaps and chargers of the roads")] = None,
) -> None:
    """打印规划目标与现状 · prints the plan's targets against what is there."""
    if context.invoked_subcommand is not None:
        return

    async def told(kept: Coverage, _: Places) -> None:
        found = await kept.report(year)
        _print(found, Console())
        if csv is not None:
            csv.write_text(to_csv(found), encoding="utf-8")
        if geojson is not None:
            geojson.write_bytes(orjson.dumps(to_geojson(found)))

    _run(_with(told))


@coverage.command()
def places(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: name, county, lat, lon (WGS-84)")],
    kind: Annotated[PlaceKind, typer.Option(help="地点种类 · what kind of place")],
    source: Annotated[str, typer.Option(help="数据来源 · where it comes from")] = "",
) -> None:
    """导入要覆盖的地点，替换同类地点 · imports places that are to be covered, instead of those of their kind."""

    async def put(_: Coverage, kept: Places) -> None:
        found = read_places(file, kind, source or file.name)
        await kept.put(kind, found)
        known = sum(place.at is not None for place in found)
        Console().print(f"{kind.value}: {len(found)} ({known} 有坐标 · with coordinates)", highlight=False)

    _run(_with(put))


async def _with(what: Any) -> None:
    from finder.covering import choose_coverage

    async with choose_coverage(load_settings()) as (kept, places_kept):
        await what(kept, places_kept)


def _print(told: Report, console: Console) -> None:
    practice = "（演示数据 · practice data）" if told.practice else ""
    table = Table(
        "", "目标 · target", "规划 · planned", "现状 · there", "", title=f"{told.title} {told.year} {practice}"
    )
    for line in told.lines:
        table.add_row(_MARKS[line.met], escape(line.goal.name), *_cells(line))
    console.print(table)
    counties = Table("县 · county", "站 · stations", "桩 · piles", "快充 · fast", "累计新建目标 · to be built")
    for each in told.counties:
        there = each.there
        counties.add_row(each.county.name, str(there.stations), str(there.piles), str(there.fast), str(each.planned))
    if told.elsewhere.stations:
        there = told.elsewhere
        counties.add_row("县未知 · unknown", str(there.stations), str(there.piles), str(there.fast), "")
    console.print(counties)
    for cover in told.roads:
        rough = "  近似 APPROXIMATE" if cover.road.origin.approximate else ""
        console.print(f"{cover.road.name}{rough}", highlight=False)
        console.print(f"  {_strip(cover)}  {cover.road.begin_km:.0f}–{cover.road.end_km:.0f} km", highlight=False)
        for begin, end in cover.gaps:
            console.print(
                f"  [red]K{begin:.0f}–K{end:.0f}：{end - begin:.0f} km 无充电站 · no charger[/]", highlight=False
            )


def _cells(line: Line) -> list[str]:
    unit, seen = _UNITS[line.goal.unit.value], line.measured
    bound = "≤ " if line.goal.most else "≥ "
    planned = "–" if line.planned is None else f"{bound}{line.planned:g}{unit}"
    if seen.value is None:
        zh, en = WHY[seen.why or "NOT_MEASURED"]
        return [planned, "未知 · unknown", f"{zh} · {en}"]
    about = "≈ " if seen.approximate else ""
    lacking = "、".join(seen.lacking[:3]) + (f" … ({len(seen.lacking)})" if len(seen.lacking) > 3 else "")
    return [planned, f"{about}{seen.value:g}{unit}", escape(lacking)]


def _strip(cover: Any, width: int = 60) -> str:
    """The road from end to end: ● a charger, · none within a step, red where the gap is above 50 km, blank a break."""
    begin, length = cover.road.begin_km, max(0.1, cover.road.end_km - cover.road.begin_km)
    cells = ["·"] * width
    for gone in cover.road.breaks:
        first, last = (int((km - begin) / length * (width - 1)) for km in gone)
        cells[first + 1 : last] = [" "] * max(0, last - first - 1)
    for gap_begin, gap_end in cover.gaps:
        first, last = (int((km - begin) / length * (width - 1)) for km in (gap_begin, gap_end))
        for cell in range(max(0, first), min(width, last + 1)):
            cells[cell] = "[red]╌[/]"
    for km, _ in cover.chargers:
        cells[min(width - 1, max(0, int((km - begin) / length * (width - 1))))] = "[green]●[/]"
    return "".join(cells)
