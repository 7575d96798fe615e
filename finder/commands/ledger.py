"""`finder ledger`: proves the books, shows an order's postings, exports them, and lists what was given up."""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from finder.commands.reconcile import reconcile
from finder.commands.statement import statement
from finder.money.differences import Decision
from finder.money.spreadsheet import plain
from finder.settings import load_settings
from finder.storage.unit import Work

ledger = typer.Typer(no_args_is_help=True, help="账本 · the ledger")
ledger.command()(reconcile)
ledger.command()(statement)
_PAGE = 5_000


@asynccontextmanager
async def _work() -> AsyncIterator[Work]:
    from finder.app import choose_work

    work = choose_work(load_settings())
    try:
        yield work
    finally:
        await work.close()


@ledger.command()
def verify() -> None:
    """逐条证明账本不变量，指出第一处不符 · proves every invariant and prints the first that is broken."""
    from finder.charging.order import Order
    from finder.charging.verify import verify as proving
    from finder.money.verify import Invariant

    async def run() -> int:
        orders = 0
        async with _work() as work, aclosing(proving(work)) as proof:
            with Progress(console=Console(stderr=True)) as bar:
                task = bar.add_task("核对 · verifying", total=None)
                async for found in proof:
                    if isinstance(found, Order):
                        orders += 1
                        bar.update(task, advance=1)
                    else:
                        said = f"{found.invariant.value}\n  {found.where}: {found.detail} 分 · fen"
                        Console().print(f"[bold red]✗[/] {said}", highlight=False)
                        return 1
        for invariant in Invariant:
            Console().print(f"[green]✓[/] {invariant.value}", highlight=False)
        Console().print(f"订单 · orders: {orders}", highlight=False)
        return 0

    raise typer.Exit(asyncio.run(run()))


@ledger.command()
def export(order: Annotated[str | None, typer.Option(help="只导出一个订单 · one order only")] = None) -> None:
    """导出全部分录为 CSV，供审计 · every posting as CSV, for an auditor."""
    from finder.money.ledger import lines

    async def run() -> None:
        out = csv.writer(sys.stdout)
        out.writerow(["transaction", "key", "edge", "order", "operator", "channel", "at", "account", "fen", "note"])
        after = 0
        async with _work() as work, work.read() as connection:
            while page := await lines(connection, order, after, _PAGE):
                # The last transaction may be cut by the page: it begins the next one.
                whole = [line for line in page if len(page) < _PAGE or line.transaction < page[-1].transaction]
                for line in whole:
                    cells = [line.key, line.edge, line.order, line.operator, line.channel, line.at.isoformat()]
                    out.writerow([line.transaction, *map(plain, cells), line.account, line.fen, plain(line.note)])
                if len(page) < _PAGE:
                    return
                after = whole[-1].transaction

    asyncio.run(run())


@ledger.command()
def dead() -> None:
    """列出已放弃的外部操作 · effects that were given up, for a person."""
    from finder.storage.outbox import Letter, Outbox

    async def run() -> list[tuple[Letter, str]]:
        async with _work() as work:
            return await Outbox(work, {}).dead()

    letters = asyncio.run(run())
    table = Table("编号 · id", "种类 · kind", "号码 · number", "次数 · attempts", "原因 · why")
    for letter, why in letters:
        table.add_row(letter.id, letter.kind, letter.number, str(letter.attempts), why)
    Console().print(table)


@ledger.command()
def retry(letter_id: str) -> None:
    """重试一个已放弃的操作 · tries one of them again."""
    from finder.storage.outbox import Outbox

    async def run() -> None:
        async with _work() as work:
            await Outbox(work, {}).retry(letter_id)

    asyncio.run(run())


@ledger.command()
def differences(
    *, decided: Annotated[bool, typer.Option("--decided", help="已处理的 · those that were decided")] = False
) -> None:
    """渠道、运营商与账本三方的差异，待人工处理 · where channel, operator and ledger differ, for a person."""
    from finder.money.differences import Difference
    from finder.money.differences import differences as listed

    async def run() -> list[Difference]:
        async with _work() as work:
            return await listed(work, decided=decided)

    columns = ("编号 · id", "渠道", "运营商", "差异 · kind", "事项 · entry", "号码 · number", "渠道 fen", "账本 fen")
    table = Table(*columns, "运营商 fen", "日期 · day", "")
    for each in asyncio.run(run()):
        fens = ("–" if fen is None else str(fen) for fen in (each.channel_fen, each.ledger_fen, each.operator_fen))
        word = f"{each.decision}: {each.note}" if each.decision else ""
        table.add_row(
            each.id, each.channel, each.operator or "", each.kind, each.entry, each.ref, *fens, f"{each.day}", word
        )
    Console().print(table)


@ledger.command()
def decide(
    difference_id: str,
    decision: Decision,
    by: Annotated[str, typer.Option(help="处理人 · who decides")],
    note: Annotated[str, typer.Option(help="理由 · why")],
) -> None:
    """处理一条差异；CHANNEL_IS_RIGHT 会记账到 suspense · decides one; where the channel is right, the books follow."""
    from finder.charging.accounting import Accounting

    async def run() -> None:
        async with _work() as work:
            await Accounting(work).decide(difference_id, decision, by, note)

    asyncio.run(run())
