"""`finder operator`: what the city's staff does with operators; each step with a reason, each in the audit."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from finder.commands.actor import Who, actor
from finder.errors import BadInput
from finder.federation.register.states import WORDS, Role, State, Step, possible

if TYPE_CHECKING:
    from finder.charging.insolvency import Insolvency
    from finder.federation.register.model import Registered
    from finder.federation.register.register import Register

operator = typer.Typer(
    no_args_is_help=True,
    help="运营商登记：审核、暂停、恢复、移除 · the register of operators: approve, pause, reinstate, remove",
)

T = TypeVar("T")
Id = Annotated[str, typer.Argument(help="运营商编号 op-… · the operator's id")]
Reason = Annotated[str, typer.Option(help="理由，永久记入审计，勿写个人信息 · why; stays in the audit, name no person")]
Source = Annotated[str, typer.Option(help="数据源编号，不可更改 · begins every id of its stations, for ever")]
Source_ = Annotated[str, typer.Argument(metavar="SOURCE", help="数据源编号，如订单所示 · as orders name the operator")]


@operator.command("list")
def list_(
    state: Annotated[list[State] | None, typer.Option(help="只列这些状态 · only these states")] = None,
) -> None:
    """列出运营商 · lists operators."""
    known = _with(lambda register: register.records.all(*(state or ())))
    table = Table("id", "状态 state", "名称 name", "信用代码 credit code", "source", "更新 changed")
    for each in known:
        words = f"{each.state.value} {WORDS[each.state][0]}"
        changed = f"{each.changed_at:%Y-%m-%d %H:%M}Z"
        # Its name is the operator's own words: not to be read as markup.
        table.add_row(each.id, words, Text(each.name), each.credit_code, each.source or "—", changed)
    Console().print(table)


@operator.command()
def show(operator_id: Id) -> None:
    """显示一个运营商、其联系人、检查结果和历史 · shows one: contact, check and history."""

    async def look(register: "Register") -> tuple[Any, ...]:
        records = register.records
        known = await records.get(operator_id)
        return known, await records.contact(operator_id), await records.audit.history(operator_id)

    known, contact, history = _with(look)
    console = Console()
    _print(known, console)
    console.print(f"  联系 contact: {contact or '—'}", highlight=False, markup=False)
    if known.setup:
        console.print(f"  接入 setup: {known.setup.protocol} {known.setup.base_url}", highlight=False, markup=False)
    if known.checked:
        verdict = "通过 passed" if known.checked.passed else "未通过 not passed"
        console.print(f"  检查 check: {verdict}, {known.checked.at:%Y-%m-%d %H:%M}Z", highlight=False, markup=False)
    for entry in history:
        line = f"  {entry.seq:>6}  {entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.what:<12} {entry.who}  {dict(entry.detail)}"
        console.print(line, highlight=False, markup=False)


@operator.command()
def approve(operator_id: Id, source: Source, reason: Reason, who: Who = "") -> None:
    """批准申请，进入测试 · lets it test."""
    _done(lambda register: register.approve(operator_id, source, reason, actor(who)))


@operator.command()
def refuse(operator_id: Id, reason: Reason, who: Who = "") -> None:
    """拒绝申请 · refuses an application, or one that tests."""
    _supervise(operator_id, Step.REFUSE, reason, who)


@operator.command()
def pause(operator_id: Id, reason: Reason, who: Who = "") -> None:
    """暂停：站点保留，状态变为未知，只有主管能恢复 · stations stay, status becomes unknown, until reinstated."""
    _supervise(operator_id, Step.SUSPEND, reason, who)


@operator.command()
def reinstate(operator_id: Id, reason: Reason, who: Who = "") -> None:
    """恢复被暂停的运营商 · ends a pause by a supervisor."""
    _supervise(operator_id, Step.REINSTATE, reason, who)


@operator.command()
def remove(operator_id: Id, reason: Reason, who: Who = "") -> None:
    """移除运营商及其全部站点，不可撤销 · removes it with all its stations, for ever."""
    _supervise(operator_id, Step.LEAVE, reason, who)


@operator.command()
def audit(
    mark: Annotated[
        list[str] | None,
        typer.Option(help="日志中保存的 序号:散列 · seq:hash as a log kept it"),
    ] = None,
) -> None:
    """核对审计链 · verifies the whole audit chain."""
    from finder.identity.audit import Mark

    known: list[Mark] = []
    for text in mark or ():
        seq, _, digest = text.partition(":")
        if not seq.isdigit() or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise BadInput("标记应为 序号:64 位十六进制散列", "a mark is seq:hash, the hash 64 hex digits", code="MARK")
        known.append(Mark(int(seq), bytes.fromhex(digest)))
    head = _with(lambda register: register.records.audit.verify(known))
    Console().print(f"完好 · holds, up to {head}", highlight=False, soft_wrap=True)


@operator.command()
def reseal(who: Who = "") -> None:
    """更换密钥后，用最新密钥重新加密 · after a new FINDER_SECRET_KEY: seals everything under the newest key."""
    count = _with(lambda register: register.records.reseal(actor(who)))
    Console().print(f"已重新加密 {count} 项 · {count} resealed", highlight=False)
    people = _reseal_people()
    Console().print(f"用户资料 {people} 项 · {people} of people", highlight=False)


@operator.command()
def insolvent(source: Source_, reason: Reason, who: Who = "") -> None:
    """资不抵债：停止新订单、分账和解冻，退款优先 · no new starts, nothing split or passed on, refunds first."""
    new = _stand(lambda insolvency: insolvency.declare(source, actor(who), reason))
    said = f"{source}：已停止新订单与分账 · nothing new begins, nothing is passed on"
    Console().print(said if new else f"{source}：此前已登记 · was said before", highlight=False)


@operator.command()
def solvent(source: Source_, reason: Reason, who: Who = "") -> None:
    """恢复：被冻结的分账继续 · it stands well again, and what was held goes its way."""
    released = _stand(lambda insolvency: insolvency.lift(source, actor(who), reason))
    Console().print(f"{source}：恢复 {released} 笔订单 · {released} orders released", highlight=False)


def _supervise(operator_id: str, step: Step, reason: str, who: str) -> None:
    _done(lambda register: register.supervise(operator_id, step, reason, actor(who)))


def _done(work: "Callable[[Register], Awaitable[Registered]]") -> None:
    _print(_with(work), Console())


def _print(known: "Registered", console: Console) -> None:
    zh, en = WORDS[known.state]
    console.print(f"{known.id}  {known.name}  {zh} · {en}", highlight=False, markup=False)
    if steps := possible(known.state, Role.SUPERVISOR):
        console.print(f"  主管可以 a supervisor may: {', '.join(steps)}", highlight=False, markup=False)


def _reseal_people() -> int:
    from finder.app import choose_people
    from finder.charging.parking import ENTITLEMENT
    from finder.money.invoice_rows import BUYER
    from finder.settings import load_settings

    async def run() -> int:
        async with choose_people(load_settings()) as people:
            return await people.store.reseal([BUYER.c.sealed, ENTITLEMENT.c.plate])

    return asyncio.run(run())


def _stand(work: "Callable[[Insolvency], Awaitable[T]]") -> T:
    """Does this with the standing of operators in the database that the settings name."""
    from finder.app import choose_database
    from finder.charging.insolvency import Insolvency
    from finder.identity.audit import Audit
    from finder.kernel.clock import system_clock
    from finder.settings import load_settings
    from finder.storage.unit import Work

    async def run() -> T:
        database = choose_database(load_settings())
        try:
            return await work(Insolvency(Work(database, system_clock), Audit(database, system_clock)))
        finally:
            await database.close()

    return asyncio.run(run())


def _with(work: "Callable[[Register], Awaitable[T]]") -> T:
    """Does this with the register that the settings name."""
    from finder.app import choose_register
    from finder.logs import set_up_logs
    from finder.settings import load_settings

    settings = load_settings()
    set_up_logs("WARNING")

    async def run() -> T:
        async with choose_register(settings) as register:
            return await work(register)

    return asyncio.run(run())
