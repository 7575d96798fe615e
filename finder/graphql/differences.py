"""Where channel, operator and ledger differ: an auditor reads it, an administrator decides it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.graphql import types
from finder.graphql.moment import Context
from finder.graphql.pages import Listed, Page, check_first
from finder.graphql.types import of
from finder.kernel.paging import decode_cursor, encode_cursor
from finder.money.differences import Decision as Decided
from finder.money.differences import Difference as Found
from finder.money.differences import Entry, Kind

MAX_FIRST = 200
_MARK = "differences"
Ask = Info[Context, None]
Id = Annotated[strawberry.ID, strawberry.argument(name="id")]
strawberry.enum(Kind, name="DifferenceKind", description="How the parties differ.")
strawberry.enum(Entry, name="DifferenceEntry", description="What it is about: a channel's step, or an operator's bill.")
strawberry.enum(Decided, name="DifferenceDecision", description="Where another party is right the books follow.")


@strawberry.enum(description="Whether somebody has decided.")
class DifferenceState(StrEnum):  # noqa: D101
    OPEN = "OPEN"
    DECIDED = "DECIDED"


@strawberry.type(
    description="Something on which the parties do not agree; amounts in fen, null where one says nothing."
)
class Difference:  # noqa: D101
    id: strawberry.ID
    kind: Kind
    entry: Entry
    channel: str | None = of(lambda found: found.channel or None)
    operator: strawberry.ID | None
    order: strawberry.ID | None
    ref: str = of(lambda found: found.ref, "Our number of the step; the other party's where it has none of ours.")
    day: str = of(lambda found: found.day.isoformat(), "The business date in Asia/Shanghai, such as 2026-11-24.")
    channel_fen: int | None
    ledger_fen: int | None
    operator_fen: int | None
    raw: str = of(lambda found: found.raw, "The row as it came, without who paid.")
    raised_at: datetime
    decision: Decided | None
    decided_by: strawberry.ID | None
    decided_at: datetime | None
    note: str | None
    allowed: list[Decided] = of(
        lambda found: [] if found.decision else sorted(found.allowed), "What may be decided of it now."
    )


@strawberry.type(description="The oldest first.")
class DifferenceConnection:  # noqa: D101
    nodes: list[Difference]
    page_info: types.PageInfo = of(lambda listed: listed.page)


async def differences(
    info: Ask, first: int = 50, after: str | None = None, state: DifferenceState | None = None
) -> Listed[Found]:
    """Raises BadInput, BadCursor, Unavailable where this deployment keeps no books."""
    check_first(first, MAX_FIRST)
    info.context.spend(first)
    decided = None if state is None else state is DifferenceState.DECIDED
    since = decode_cursor(after, _MARK, str) if after else ""
    found = await info.context.accounting.differences(decided=decided, after=since, limit=first + 1)
    nodes = found[:first]
    return Listed(nodes, Page(len(found) > first, encode_cursor(_MARK, nodes[-1].id) if nodes else None))


async def decide_difference(info: Ask, difference_id: Id, decision: Decided, note: str) -> Found:
    """Raises NotFound, Conflict, BadInput."""
    caller = await info.context.caller()
    return await info.context.accounting.decide(difference_id, decision, caller.person, note)
