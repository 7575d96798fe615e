"""`finder ledger reconcile`: holds channels' and operators' lists of a day against the ledger, by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from finder.errors import NotFound
from finder.kernel.clock import system_clock
from finder.settings import Settings, load_settings

if TYPE_CHECKING:
    from finder.charging.nightly import Nightly
    from finder.money.runs import Party, Run, RunState

Day = Annotated[
    datetime | None,
    typer.Argument(formats=["%Y-%m-%d"], help="业务日，默认补齐应对账的日子 · a business day; else all that are due"),
]


class _NoPayers:
    """A comparison begins no payment."""

    async def payer(self, agreement: str) -> str:
        raise NotFound("对账不发起付款", "a comparison pays nothing", code="NO_PAYER")


@asynccontextmanager
async def _opened(settings: Settings) -> "AsyncIterator[Nightly]":
    from finder.app import choose_database
    from finder.charging.desk import OrderDesk
    from finder.charging.nightly import Nightly
    from finder.charging.outside import Outside
    from finder.connectors.sdk.kinds import Workbench
    from finder.federation.desk import SqlDesk
    from finder.federation.notebook import SqlNotebook
    from finder.federation.operators import load_operators
    from finder.money.channels.config import load_channels
    from finder.storage.unit import Work

    async with AsyncExitStack() as closing:
        database = choose_database(settings)
        closing.push_async_callback(database.close)
        work, desk = Work(database, system_clock), SqlDesk(database, system_clock)
        bench = Workbench(desk=desk, notebook=SqlNotebook(database, system_clock), public_url=settings.base_url)
        connectors = {each.source: each for each in load_operators(settings.operators_file, bench)}
        channels = load_channels(settings.channels_file, settings.base_url)
        for connector in connectors.values():
            closing.push_async_callback(connector.close)
        for channel in channels.values():
            closing.push_async_callback(channel.close)
        yield Nightly(Outside(work, channels, connectors.get, _NoPayers()), OrderDesk(desk, work), desk.bills)


def reconcile(day: Day = None) -> None:
    """三方对账：渠道账单、运营商清单与账本 · channels' bills and operators' lists against the ledger."""
    runs = asyncio.run(_run(load_settings(), None if day is None else day.date()))
    table = Table("对方 · party", "业务日 · day", "结果 · state", "一致 · matched", "等待 · waiting", "差异 · new", "")
    for run in runs:
        counts = (str(count) for count in (run.matched, run.waiting, run.raised))
        table.add_row(f"{run.party} {run.name}", f"{run.day}", run.state, *counts, run.error or "")
    Console().print(table)
    raise typer.Exit(1 if any(run.state != "DONE" for run in runs) else 0)


async def _run(settings: Settings, day: date | None) -> "list[Run]":
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with _opened(settings) as nightly:
        due = await nightly.due() if day is None else [(*each[:2], [day]) for each in await nightly.parties()]
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("对账 · comparing", total=sum(len(days) for _, _, days in due))

            def told(_: "Party", name: str, of: date, state: "RunState") -> None:
                bar.update(task, advance=1, description=f"{name} {of} {state}")

            if day is not None:
                return list(await nightly.again(day, told))
            await nightly.step(told)
        days = sorted({each for _, _, some in due for each in some})
        return [run for each in days for run in await nightly.runs.of(each)]
