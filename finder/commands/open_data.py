"""`finder open-data`: what is published, as a folder of the day."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from finder.settings import load_settings
from finder.supervision.open_data.snapshot import KEPT_DAYS

open_data = typer.Typer(no_args_is_help=True, help="开放数据 · open data")


@open_data.callback()
def _keep_subcommands() -> None:
    """Without this, typer would take the one subcommand for the whole."""


@open_data.command()
def snapshot(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="存放每日快照的文件夹 · the folder of the days")],
    keep: Annotated[int, typer.Option(min=1, max=3650, help="保留天数 · days that are kept")] = KEPT_DAYS,
) -> None:
    """写出今天的快照；没有 Redis 时状态均为未知 · today's snapshot; statuses are unknown where no Redis is shared."""
    Console().print(str(asyncio.run(_written(folder, keep))), highlight=False)


async def _written(folder: Path, keep: int) -> Path:
    from finder.app import choose_board
    from finder.covering import choose_coverage
    from finder.kernel.clock import system_clock
    from finder.supervision.daily import Daily
    from finder.supervision.open_data.keeper import OpenData

    settings = load_settings()
    board = choose_board(settings)
    try:
        await board.start()
        async with choose_coverage(settings) as (coverage, _):
            published = OpenData(coverage.stations, board, system_clock)
            return await Daily(published, coverage, folder, system_clock).write(keep)
    finally:
        await board.close()
