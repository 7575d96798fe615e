"""`finder dispute`: what drivers, and the finder itself, dispute: listed, answered, decided; each step in the audit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from finder.charging.dispute_rows import Dispute, DisputeState
from finder.commands.actor import Who, actor
from finder.kernel.money import Money

if TYPE_CHECKING:
    from finder.charging.disputes import Disputes

dispute = typer.Typer(no_args_is_help=True, help="争议：列出、答复、裁决 · disputes: list, answer, decide")

T = TypeVar("T")
Id = Annotated[str, typer.Argument(help="争议编号 · the dispute's id")]


@dispute.command("list")
def list_() -> None:
    """列出待处理的争议 · those that somebody has to decide."""
    table = Table("编号 · id", "订单 · order", "运营商", "原因 · reason", "状态 · state", "提出 · since", "谁 · by")
    for each in _with(lambda disputes: disputes.waiting()):
        by = "车主 · driver" if each.person else "平台 · finder"
        since = f"{each.opened_at:%Y-%m-%d}"
        table.add_row(each.id, each.order, each.operator, each.cause, each.state, since, by)
    Console().print(table)


@dispute.command()
def show(dispute_id: Id) -> None:
    """显示一条争议的全部内容 · one, in everybody's words."""
    _print(_with(lambda disputes: disputes.dispute(dispute_id)))


@dispute.command()
def answer(
    dispute_id: Id, text: Annotated[str, typer.Option(help="答复，最多 500 字 · what is said")], who: Who = ""
) -> None:
    """代运营商答复 · what the operator says of it."""
    _print(_with(lambda disputes: disputes.answer(dispute_id, actor(who), text)))


@dispute.command()
def decide(
    dispute_id: Id,
    outcome: Annotated[DisputeState, typer.Argument(help="REFUNDED、REJECTED、CLOSED（申诉）、UPHELD（对运营商）")],
    note: Annotated[str, typer.Option(help="理由 · why")],
    fen: Annotated[int | None, typer.Option(help="退款金额（分），仅 REFUNDED · what is paid back")] = None,
    who: Who = "",
) -> None:
    """裁决；申诉须由他人裁决 · decides it; an appeal is decided by somebody else."""
    refund = None if fen is None else Money(fen)
    _print(_with(lambda disputes: disputes.decide(dispute_id, actor(who), outcome, note, refund)))


def _print(found: Dispute) -> None:
    # What people wrote is not to be read as markup.
    console = Console()
    console.print(f"{found.id}  {found.order}  {found.operator}  {found.cause}  {found.state}", highlight=False)
    for name, said in (("车主", found.said), ("答复", found.answer), ("申诉", found.appeal), ("理由", found.note)):
        if said:
            console.print(Text(f"  {name}: {said}"))
    if found.refund is not None:
        console.print(f"  退款 · refund: {found.refund.fen} 分 · fen", highlight=False)


def _with(work: "Callable[[Disputes], Awaitable[T]]") -> T:
    """Does this with the disputes of the database that the settings name."""
    from finder.app import choose_database
    from finder.charging.disputes import Disputes
    from finder.identity.audit import Audit
    from finder.kernel.clock import system_clock
    from finder.logs import set_up_logs
    from finder.settings import load_settings
    from finder.storage.unit import Work

    settings = load_settings()
    set_up_logs("WARNING")

    async def run() -> T:
        database = choose_database(settings)
        try:
            return await work(Disputes(Work(database, system_clock), Audit(database, system_clock)))
        finally:
            await database.close()

    return asyncio.run(run())
