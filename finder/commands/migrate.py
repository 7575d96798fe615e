"""`finder migrate`: brings the database's tables to this finder's revision, or says where they stand."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import typer
from rich.console import Console

if TYPE_CHECKING:
    from finder.storage.database import Database

migrate = typer.Typer(no_args_is_help=True, help="数据库表结构的版本 · the revisions of the database's tables")


@migrate.command()
def up() -> None:
    """升级到本程序的版本；启动时会自动升级 · to this finder's revision; every start does it too."""
    from finder.storage.migrate import migrate as bring_up
    from finder.storage.migrate import revisions

    before, newest = _with(bring_up), revisions()[-1]
    if before == newest:
        _say(f"已是最新 · up to date: {newest}")
    else:
        _say(f"已升级 · brought up: {before or '—'} → {newest}")


@migrate.command()
def status() -> None:
    """显示数据库版本；需要升级时退出码为 1 · where it stands; exits with 1 where there is something to do."""
    from finder.storage.migrate import revision, revisions

    found, newest = _with(revision), revisions()[-1]
    _say(f"数据库 · database {found or '—'}, 程序 · finder {newest}")
    raise typer.Exit(int(found != newest))


def _say(text: str) -> None:
    Console().print(text, highlight=False, markup=False, soft_wrap=True)


def _with(work: "Callable[[Database], Awaitable[str | None]]") -> str | None:
    from finder.app import choose_database
    from finder.settings import load_settings

    async def run() -> str | None:
        database = choose_database(load_settings())
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
