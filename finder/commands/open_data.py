"""`finder open-data`: what is published, as a folder of the day."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from finder.settings import load_settings

open_data = typer.Typer(no_args_is_help=True, help="开放数据 · open data")


@open_data.callback()
def _keep_subcommands() -> None:
    """Without this, typer would take the one subcommand for the whole."""


@open_data.command()
def snapshot(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="存放每日快照的文件夹 · the folder of the days")],
    keep: Annotated[int, typer.Option(min=1, max=3650, help="保留天数 · days that are kept")] = 30,
) -> None:
    """写出今天的快照；没有 Redis 时状态均为未知 · today's snapshot; statuses are unknown where no Redis is shared."""
    Console().print(str(asyncio.run(_written(folder, keep))), highlight=False)


async def _written(folder: Path, keep: int) -> Path:
    from finder.app import choose_board, choose_store
    from finder.kernel.clock import SHANGHAI, system_clock
    from finder.stations.merge import Merger
    from finder.supervision.open_data.keeper import OpenData
    from finder.supervision.open_data.snapshot import write_snapshot

    settings, now = load_settings(), system_clock()
    store, board, merger = choose_store(settings), choose_board(settings), Merger()
    try:
        await board.start()
        async for batch in store.since(0):
            merger.apply(batch)
        files = await OpenData(merger.stations, board, system_clock).all()
    finally:
        await board.close()
        await store.close()
    day = now.astimezone(SHANGHAI).date()
    return await asyncio.to_thread(write_snapshot, folder, day, now, files, kept_days=keep)
