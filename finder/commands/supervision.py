"""`finder supervision`: what the city sees, from a terminal."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from finder.supervision.stars.sheet import STARS_FILE, differences, rows_of

supervision = typer.Typer(no_args_is_help=True, help="监管 · supervision")
_KINDS = {"station": "充电站 · stations", "road": "道路 · roads", "township": "乡镇 · townships"}
_SHOWN = 10


@supervision.callback()
def _keep_subcommands() -> None:
    """Without this, typer would take the one subcommand for the whole."""


@supervision.command()
def stars(
    source: Annotated[
        Path, typer.Option("--from", help="开放数据每日快照的文件夹 · the folder of the daily snapshots")
    ],
    day: Annotated[str | None, typer.Option(help="日期 · a day, such as 2026-11-25; else the latest")] = None,
) -> None:
    """仅凭公开文件重新计算星级并核对 · works every star out again from the published files alone."""
    console = Console()
    chosen, lines, wrong = differences(source, day)
    table = Table("", "★★★★★", "★★★★", "★★★", "★★", "★", "–", title=f"星级 · stars {chosen}")
    rows = list(rows_of((source / chosen / STARS_FILE).read_bytes()))
    for kind, name in _KINDS.items():
        own = [row["stars"] for row in rows if row["kind"] == kind]
        table.add_row(name, *(str(own.count(each)) for each in ("5", "4", "3", "2", "1", "")))
    console.print(table)
    for line in wrong[:_SHOWN]:
        console.print(f"[red]{line}[/]", highlight=False)
    console.print(f"lines: {lines}  differences: {len(wrong)}", highlight=False)
    if wrong:
        raise typer.Exit(1)
