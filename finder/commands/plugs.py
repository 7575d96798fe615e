"""`finder plugs`: what of charging by the plug a person has to decide; each decision in the audit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from finder.commands.actor import Who, actor
from finder.kernel.clock import SHANGHAI

if TYPE_CHECKING:
    from finder.charging.plug_cases import Cases

plugs = typer.Typer(no_args_is_help=True, help="即插即充的工单 · cases of charging by the plug")

T = TypeVar("T")
Case = Annotated[str, typer.Argument(help="工单编号，见 finder plugs cases · the case's id")]
Chosen = Annotated[
    str,
    typer.Argument(
        metavar="DECISION",
        help="CLAIM：CLAIMANT 归申请人，HOLDER 归原账户；NOT_ME：RESUMED 恢复，ENDED 解绑 · how it is decided",
    ),
]


@plugs.command()
def cases() -> None:
    """列出待处理的工单 · lists what waits for a decision, the oldest first."""
    table = Table("编号 · id", "类型 · kind", "车辆 · vehicle", "订单 · order", "人员 · person", "时间 · at")
    for case in _with(lambda cases: cases.open()):
        at = f"{case.opened_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        table.add_row(case.id, case.kind.value, case.vehicle, case.order or "", case.person, at)
    Console().print(table)


@plugs.command()
def decide(case: Case, decision: Chosen, who: Who = "") -> None:
    """处理一个工单：先核对行驶证或订单 · decides a case; look at the vehicle licence or the order first."""
    from finder.charging.plug_cases import Decision
    from finder.errors import BadInput

    try:
        chosen = Decision(decision.upper())
    except ValueError:
        may = "、".join(each.value for each in Decision)
        raise BadInput(f"处理方式应为 {may}", f"a decision is one of {may}", code="CASE_DECISION") from None
    decided = _with(lambda cases: cases.decide(actor(who), case, chosen))
    Console().print(f"{decided.kind.value} {decided.id}: {chosen.value}", highlight=False)


def _with(work: "Callable[[Cases], Awaitable[T]]") -> T:
    """Does this with the cases of the database that the settings name."""
    from finder.app import choose_cases
    from finder.logs import set_up_logs
    from finder.settings import load_settings

    settings = load_settings()
    set_up_logs("WARNING")

    async def run() -> T:
        async with choose_cases(settings) as cases:
            return await work(cases)

    return asyncio.run(run())
