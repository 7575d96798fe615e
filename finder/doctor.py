"""Says what is wrong on this machine and how to mend it."""

import asyncio
import platform
import shutil
import socket
from collections.abc import Callable, Coroutine

from rich.console import Console
from rich.table import Table

from finder.app import choose_board, choose_database, choose_index
from finder.cities import load_city
from finder.connectors.sdk.kinds import Workbench
from finder.errors import BoardUnavailable, FinderError, SettingsError
from finder.federation.operators import load_operators
from finder.identity.vault import KEY_FILE
from finder.office import choose_vault
from finder.settings import Settings
from finder.storage.migrate import revision, revisions

Check = Callable[[Settings], Coroutine[None, None, str]]

LEAST_FREE_BYTES = 500 * 1024 * 1024


def _port(settings: Settings) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            raise SettingsError(
                f"端口 {settings.port} 已被占用（{taken.strerror}）：若不是本程序，请设置 FINDER_PORT",
                f"port {settings.port} is taken ({taken.strerror}): unless it is the finder itself, set FINDER_PORT",
            ) from taken
    return f"{settings.host}:{settings.port}"


def _page(settings: Settings) -> str:
    if not (settings.pwa_dir / "index.html").is_file():
        raise SettingsError("手机页面尚未构建：请运行 make pwa", "the phone's page is not built: run `make pwa`")
    return str(settings.pwa_dir)


def _disk(settings: Settings) -> str:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise SettingsError(
            f"磁盘只剩 {free // 2**20} MB：请清理 {settings.data_dir}",
            f"only {free // 2**20} MB are left: make room for {settings.data_dir}",
        )
    return f"{free // 2**30} GB"


def _secret_key(settings: Settings) -> str:
    if settings.secret_key is None and not (settings.data_dir / KEY_FILE).exists():
        return "首次启动时生成 · made at the first start"
    return choose_vault(settings).current


async def _index(settings: Settings) -> str:
    index = choose_index(settings)
    try:
        await index.ready()
        return type(index).__name__
    finally:
        await index.close()


async def _board(settings: Settings) -> str:
    board = choose_board(settings)
    try:
        await board.start()
        if not board.health().connected:
            raise BoardUnavailable(
                "实时状态库没有回应：请启动 Redis，或检查 FINDER_BOARD_URL",
                "the live board does not answer: start Redis, or check FINDER_BOARD_URL",
            )
        return type(board).__name__
    finally:
        await board.close()


async def _store(settings: Settings) -> str:
    database = choose_database(settings)
    try:
        found, newest = await revision(database), revisions()[-1]
    finally:
        await database.close()
    if found == newest:
        return f"{database.dialect}, 表结构 · tables {found}"
    return (
        f"{database.dialect}, 表结构 · tables {found or '—'}，下次启动时升级 · the next start brings them to {newest}"
    )


def _now(check: Callable[[Settings], str]) -> Check:
    async def later(settings: Settings) -> str:
        return check(settings)

    return later


CHECKS: tuple[tuple[str, Check], ...] = (
    ("Python", _now(lambda _: platform.python_version())),
    ("城市 · city", _now(lambda s: load_city(s.city).name)),
    ("端口 · port", _now(_port)),
    ("手机页面 · page", _now(_page)),
    ("磁盘 · disk", _now(_disk)),
    ("运营商 · operators", _now(lambda s: str(len(load_operators(s.operators_file, Workbench()))))),
    ("密钥 · secret key", _now(_secret_key)),
    ("站点索引 · index", _index),
    ("实时状态 · board", _board),
    ("数据库 · store", _store),
)


def examine(settings: Settings) -> int:
    """Prints a line for each check; returns 1 where one failed."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    failed = False
    for name, check in CHECKS:
        try:
            table.add_row("[green]✔[/]", name, asyncio.run(check(settings)))
        except FinderError as error:
            failed = True
            table.add_row("[red]✘[/]", name, f"{error.zh}\n{error.en}")
    Console().print(table)
    return int(failed)
