"""`finder people`: who is more than a driver; each step in the audit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

from finder.commands.actor import Who, actor
from finder.errors import NotFound
from finder.identity.roles import Granted, Role

if TYPE_CHECKING:
    from finder.identity.people import People

people = typer.Typer(no_args_is_help=True, help="人员角色：授予、收回 · people's roles: grant, revoke")

T = TypeVar("T")
Id = Annotated[str, typer.Argument(help="人员编号，见 finder people find · the person's id")]
Operator = Annotated[str, typer.Option(help="运营商编号，仅用于其员工 · the operator whose staff it is")]


@people.command()
def find(
    phone: Annotated[str, typer.Option(prompt="手机号 · phone", hide_input=True)],
) -> None:
    """按手机号查人员编号；号码不写入命令历史 · a person's id by phone, which is asked for and not shown."""
    person = _with(lambda people: people.find(phone))
    if person is None:
        raise NotFound("没有用此手机号登录过的人", "nobody has signed in with this phone", code="NO_PERSON")
    Console().print(person, highlight=False)


@people.command()
def grant(person: Id, role: Role, operator: Operator = "", who: Who = "") -> None:
    """授予角色，并结束其全部登录；管理员须先有通行密钥 · gives a role; an administrator needs a passkey first."""
    _with(lambda people: people.grant(actor(who), person, Granted(role, operator)))
    Console().print(f"已授予 {role.value} · granted", highlight=False)


@people.command()
def revoke(person: Id, role: Role, operator: Operator = "", who: Who = "") -> None:
    """收回角色，并结束其全部登录 · takes a role, and ends the person's sessions."""
    _with(lambda people: people.revoke(actor(who), person, Granted(role, operator)))
    Console().print(f"已收回 {role.value} · revoked", highlight=False)


def _with(work: "Callable[[People], Awaitable[T]]") -> T:
    """Does this with the people of the database that the settings name."""
    from finder.app import choose_people
    from finder.logs import set_up_logs
    from finder.settings import load_settings

    settings = load_settings()
    set_up_logs("WARNING")

    async def run() -> T:
        async with choose_people(settings) as people:
            return await work(people)

    return asyncio.run(run())
