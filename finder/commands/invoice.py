"""`finder invoice`: our commission invoiced to operators, and reversals that were refused tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

from finder.kernel.clock import SHANGHAI
from finder.money.invoice import MAX_ORDERS, Invoice, read_buyer

if TYPE_CHECKING:
    from finder.charging.invoicing import Invoicing

invoice = typer.Typer(no_args_is_help=True, help="发票：佣金开票、重新冲红 · invoices: our commission, reversals")

T = TypeVar("T")


@invoice.command()
def commission(
    operator: Annotated[str, typer.Argument(help="数据源编号 · the operator, as orders name it")],
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="订单日期（北京时间） · the orders' day")],
    title: Annotated[str, typer.Option(help="运营商名称 · the operator's name")],
    tax_number: Annotated[str, typer.Option(help="统一社会信用代码 · its credit code")],
) -> None:
    """为某日订单的平台佣金向运营商开票，重复执行不会重开 · of one day's orders; a repeat invoices nothing twice."""
    buyer = read_buyer(title, tax_number)

    async def run(invoicing: "Invoicing") -> list[Invoice]:
        made = list[Invoice]()
        wanted = await invoicing.commissioned(operator, *_day(day.date()))
        for n in range(0, len(wanted), MAX_ORDERS):
            batch = wanted[n : n + MAX_ORDERS]
            made += await invoicing.request_commission(operator, batch, buyer, f"{day:%Y-%m-%d} {batch[0][:26]}")
        return made

    made = _with(run)
    fen = sum(each.total.fen for each in made)
    Console().print(f"发票 · invoices: {len(made)}，{fen} 分 · fen", highlight=False)


@invoice.command()
def reverse(number: Annotated[str, typer.Argument(help="发票编号 · the invoice's number")]) -> None:
    """再次冲红被拒绝的发票，其退款随后继续 · tries again to reverse one; what waits for it then goes on."""
    again = _with(lambda invoicing: invoicing.reverse_again(number))
    Console().print(f"{again.number}：已再次申请冲红 · asked for again", highlight=False)


def _day(day: date) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, time(), SHANGHAI)
    return begins, begins + timedelta(days=1)


def _with(work: "Callable[[Invoicing], Awaitable[T]]") -> T:
    """Does this with the invoices of the database that the settings name."""
    from finder.aftercare import open_outsiders
    from finder.app import choose_database
    from finder.charging.invoicing import Invoicing
    from finder.kernel.clock import system_clock
    from finder.logs import set_up_logs
    from finder.money.invoice import read_tax_classes
    from finder.office import choose_vault
    from finder.settings import load_settings
    from finder.storage.unit import Work

    settings = load_settings()
    set_up_logs("WARNING")

    async def run() -> T:
        database, outsiders = choose_database(settings), open_outsiders(settings, None)
        made = Invoicing(Work(database, system_clock), choose_vault(settings), outsiders.issuers, read_tax_classes())
        try:
            return await work(made)
        finally:
            await outsiders.issuers.close()
            await database.close()

    return asyncio.run(run())
