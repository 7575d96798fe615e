"""Dead piles with their evidence: officials see all of them, an operator's staff their own."""

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry.types import Info

from finder.errors import BadInput, Forbidden, Unavailable
from finder.graphql.moment import Context
from finder.graphql.pages import check_first
from finder.graphql.types import plain
from finder.identity.roles import Role
from finder.supervision.dead.keeper import MOST
from finder.supervision.dead.model import DeadKind
from finder.supervision.dead.model import DeadPile as Found

Ask = Info[Context, None]
_OF_ANYBODY = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})
strawberry.enum(
    DeadKind,
    description="SILENT: nothing was told of it for 30 days. NEVER_USED: free and never used for 60 days. "
    "FAILING: five starts in a row failed by the operator's fault.",
)


@strawberry.type(description="A pile that serves nobody, and the evidence.")
class DeadPile:  # noqa: D101
    evse_id: strawberry.ID
    station: strawberry.ID
    operator: strawberry.ID
    county: strawberry.ID
    kind: DeadKind
    since: datetime = plain("It is watched since then.")
    told_at: datetime | None = plain("When it was last heard of.")
    free_days: int = plain("On how many days it was seen free.")
    used_at: datetime | None
    failed_starts: int
    dead_since: datetime
    leaves_at: datetime = plain("Unless it is heard of again, it is to leave the search then.")


async def dead_piles(info: Ask, operator: strawberry.ID | None = None, first: int = 100) -> Sequence[Found]:
    """Raises Forbidden for another's, BadInput for a number out of range, StoreUnavailable."""
    check_first(first, MOST)
    if operator is not None and "\0" in operator:  # PostgreSQL has no such text
        raise BadInput("运营商标识无效", "this is no operator's id", code="OPERATOR_ID")
    caller = await info.context.caller()
    asked: list[str] | None = None if operator is None else [operator]
    if not caller.roles & _OF_ANYBODY:
        if operator is not None and operator not in caller.operators:
            raise Forbidden("您只能查看本企业的充电桩", "you may see your own operator's piles only")
        asked = asked or sorted(caller.operators)
    kept = info.context.gateway.dead_piles
    if kept is None:
        raise Unavailable("本站未开启监管视图", "nobody supervises here", code="NO_DEAD_PILES")
    info.context.spend(first)
    return await kept.dead(asked, first)
