"""`finder provide`: the finder as an operator whom other platforms may ask, under credentials of its own."""

from pathlib import Path
from typing import Annotated

import typer

provide = typer.Typer(no_args_is_help=True, help="对外提供数据 · be an operator to other platforms")


@provide.callback()
def _keep_subcommands() -> None:
    """Without this, typer would take the one subcommand for the whole."""


@provide.command()
def tcec102(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="对接方名单 TOML · the peers, in TOML")],
    port: Annotated[int | None, typer.Option(help="端口，0 表示任选 · port, 0 for any", min=0, max=65535)] = None,
    practice: Annotated[bool, typer.Option("--practice", help="带上演示运营商 · with the practice operators")] = False,  # noqa: FBT002
) -> None:
    """作为 T/CEC 102 运营商，供省级监管等平台查询并接收推送 · as a T/CEC 102 operator, asked and subscribed to."""
    from finder.serve import serve_provider
    from finder.settings import load_settings

    chosen = {} if port is None else {"port": port}
    serve_provider(load_settings(**chosen), file, practice=practice)


@provide.command()
def state(
    refused: Annotated[bool, typer.Option("--refused", help="列出被拒的记录 · list what was refused")] = False,  # noqa: FBT002
) -> None:
    """各对接方：已送达、被拒、欠报 · of each peer what is sent, refused and owed."""
    import asyncio

    asyncio.run(_shown(refused=refused))


async def _shown(*, refused: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from finder.app import choose_database
    from finder.federation.feed_book import SqlFeedBook
    from finder.kernel.clock import SHANGHAI, system_clock
    from finder.settings import load_settings

    database, console = choose_database(load_settings()), Console()
    book = SqlFeedBook(database, system_clock)
    try:
        standings = await book.standings()
        table = Table("对接方 · peer", "", "已送达 · sent", "被拒 · refused", "欠报 · owed", "自 · since", "原因 · why")
        for each in standings:
            since = each.since.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if each.since else ""
            counts = (str(each.sent), str(each.refused), str(each.owed))
            table.add_row(each.peer, each.kind, *counts, since, each.code or "")
        console.print(table if standings else "还没有上报记录 · nothing was told yet")
        for peer in sorted({each.peer for each in standings if each.refused}) if refused else ():
            for kind, key, code, at in await book.refused(peer):
                console.print(f"{peer} {kind} {key} {code} {at.astimezone(SHANGHAI):%m-%d %H:%M}", highlight=False)
    finally:
        await database.close()
