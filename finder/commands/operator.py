"""`finder operator`: what the city's staff does with operators; each step with a reason, each in the audit."""

import asyncio
import getpass
import re
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from finder.errors import BadInput
from finder.federation.register.states import WORDS, Role, State, Step, possible

if TYPE_CHECKING:
    from finder.federation.register.model import Registered
    from finder.federation.register.register import Register

operator = typer.Typer(
    no_args_is_help=True,
    help="运营商登记：审核、暂停、恢复、移除 · the register of operators: approve, pause, reinstate, remove",
)

T = TypeVar("T")
Id = Annotated[str, typer.Argument(help="运营商编号 op-… · the operator's id")]
Reason = Annotated[str, typer.Option(help="理由，永久记入审计，勿写个人信息 · why; stays in the audit, name no person")]
Who = Annotated[str, typer.Option("--as", help="经办主管，默认系统用户名 · the supervisor, by default this user")]
Source = Annotated[str, typer.Option(help="数据源编号，不可更改 · begins every id of its stations, for ever")]
_WHO = re.compile(r"[\w.@-]{1,64}")


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
    _done(lambda register: register.approve(operator_id, source, reason, _actor(who)))


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
    count = _with(lambda register: register.records.reseal(_actor(who)))
    Console().print(f"已重新加密 {count} 项 · {count} resealed", highlight=False)


def _supervise(operator_id: str, step: Step, reason: str, who: str) -> None:
    _done(lambda register: register.supervise(operator_id, step, reason, _actor(who)))


def _done(work: "Callable[[Register], Awaitable[Registered]]") -> None:
    _print(_with(work), Console())


def _print(known: "Registered", console: Console) -> None:
    zh, en = WORDS[known.state]
    console.print(f"{known.id}  {known.name}  {zh} · {en}", highlight=False, markup=False)
    if steps := possible(known.state, Role.SUPERVISOR):
        console.print(f"  主管可以 a supervisor may: {', '.join(steps)}", highlight=False, markup=False)


def _actor(who: str) -> Any:
    from finder.identity.audit import Actor

    name = who or getpass.getuser()
    if not _WHO.fullmatch(name):
        raise BadInput(
            "经办人应为 1 至 64 个字母、数字或 . @ -", "--as takes 1 to 64 letters, digits or . @ -", code="WHO"
        )
    return Actor(f"supervisor:{name}", f"cli:{socket.gethostname()}")


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
