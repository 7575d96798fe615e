"""An operator's settlement statement: its own staff fetch it, and the city's officials anybody's."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from finder.errors import Forbidden
from finder.graphql.moment import Context
from finder.graphql.types import of
from finder.identity.roles import Role
from finder.money.spreadsheet import yuan
from finder.money.statement_csv import digest, to_csv
from finder.money.statement_pdf import to_pdf
from finder.money.statements import Statement, month

Ask = Info[Context, None]
Month = Annotated[str, strawberry.argument(name="month", description="Such as 2026-11.")]
_OF_ANYBODY = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})


def _yuan(name: str, description: str | None = None) -> Any:
    return of(lambda made: yuan(getattr(made.statement.totals, name)), description)


@dataclass(frozen=True, slots=True)
class Made:
    """A statement, from which the files are made where they are asked for."""

    statement: Statement


async def _csv(root: strawberry.Parent[Made]) -> str:
    return (await asyncio.to_thread(to_csv, root.statement)).decode()


async def _pdf(root: strawberry.Parent[Made]) -> str:
    return b64encode(await asyncio.to_thread(to_pdf, root.statement)).decode()


@strawberry.type(
    name="Statement",
    description="What the ledger says that an operator is owed, over a month; amounts in yuan with two decimals, "
    "above 0 where the operator is owed more.",
)
class StatementType:  # noqa: D101
    operator: strawberry.ID = of(lambda made: made.statement.operator)
    since: str = of(lambda made: made.statement.period.since.isoformat(), "The first day, in Asia/Shanghai.")
    until: str = of(lambda made: made.statement.period.until.isoformat(), "The day after the last one.")
    provisional: bool = of(lambda made: made.statement.provisional, "The month is not over.")
    sessions: int = of(lambda made: made.statement.sessions)
    kwh: str = of(lambda made: f"{made.statement.kwh:f}", "As the operator lists it.")
    opening: str = of(lambda made: yuan(made.statement.opening))
    billed: str = _yuan("billed")
    revised: str = _yuan("revised", "Bills that changed, and what refunds took off them.")
    fee: str = _yuan("fee", "The channels'.")
    commission: str = _yuan("commission")
    settled: str = _yuan("settled", "Passed on by the channels.")
    adjusted: str = _yuan("adjusted", "By decisions on differences.")
    net: str = _yuan("net")
    closing: str = of(lambda made: yuan(made.statement.closing), "The net payable: what the next one opens with.")
    captured: str = _yuan("captured")
    refunded: str = _yuan("refunded")
    split: str = _yuan("split", "Of the commission.")
    open_items: int = of(lambda made: len(made.statement.open_items), "Orders of which something is owed.")
    differences: int = of(lambda made: len(made.statement.differences), "Those that nobody has decided.")
    digest: str = of(lambda made: digest(made.statement), "SHA-256, as it stands in both files.")
    csv: str = strawberry.field(resolver=_csv, description="The whole of it for a spreadsheet.")
    pdf: str = strawberry.field(resolver=_pdf, description="The same as a PDF, in base64.")


async def statement(info: Ask, operator: strawberry.ID, of_month: Month) -> Made:
    """Raises Forbidden for another's, BadInput, NotFound."""
    caller = await info.context.caller()
    if not caller.roles & _OF_ANYBODY and operator not in caller.operators:
        raise Forbidden("您只能查看本企业的对账单", "you may see your own operator's statements only")
    return Made(await info.context.accounting.statement(operator, month(of_month)))
