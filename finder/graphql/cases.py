"""Cases at city management: all of them for officials, and for a reporter what became of its own."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from finder.cases.desk import Wanted
from finder.cases.model import Case as Handed
from finder.cases.model import CaseAnswer, CaseKind, CaseState, ClosedBy
from finder.graphql import types
from finder.graphql.moment import Context
from finder.graphql.pages import Listed, Page, check_first
from finder.graphql.types import of, plain
from finder.kernel.paging import decode_cursor, encode_cursor, fingerprint
from finder.reports.model import BayReportKind

MAX_FIRST = 200
Ask = Info[Context, None]
Id = Annotated[strawberry.ID, strawberry.argument(name="id")]
strawberry.enum(BayReportKind, description="What stands in the bay.")
strawberry.enum(CaseKind, name="CityCaseKind", description="What is to be seen to.")
strawberry.enum(CaseState, description="Where a case stands: told, accepted, answered (it was refused), closed.")
strawberry.enum(CaseAnswer, description="What city management says; REFUSED: that it is not its affair.")
strawberry.enum(ClosedBy, name="CaseClosedBy", description="Whose word closed a case.")


def _overdue(root: strawberry.Parent[Handed], info: Ask) -> bool:
    return root.overdue(info.context.moment.now)


@strawberry.type(description="What became of a report at city management; nobody's name.")
class ReportCase:  # noqa: D101
    state: CaseState
    opened_at: datetime
    deadline: datetime
    overdue: bool = strawberry.field(resolver=_overdue, description="The deadline passed without an answer.")
    answer: CaseAnswer | None
    answered_at: datetime | None
    closed_at: datetime | None


@strawberry.type(description="On what a case rests.")
class CaseEvidence:  # noqa: D101
    by: list[str] = of(lambda proof: sorted(proof.by))
    seen: list[datetime] = of(lambda proof: list(proof.seen), "When each reporter saw it.")
    sensor: bool = of(lambda proof: proof.sensor, "The operator's own lock or sensor agrees.")
    photos: list[str] = of(
        lambda proof: list(proof.photos), "Names, for GET /reports/photos/{name}; none once the case is closed."
    )


@strawberry.type(description="A blocked bay that was handed over to city management.")
class Case:  # noqa: D101
    id: strawberry.ID
    kind: CaseKind
    what: BayReportKind
    station_id: strawberry.ID
    station_name: str
    location: types.Location = of(lambda case: case.place)
    evse_id: strawberry.ID
    evidence: CaseEvidence
    opened_at: datetime
    deadline: datetime
    state: CaseState
    overdue: bool = strawberry.field(resolver=_overdue, description="The deadline passed without an answer.")
    sent_at: datetime | None
    accepted_at: datetime | None
    answered_at: datetime | None
    looked_at: datetime | None = plain("When somebody was there.")
    closed_at: datetime | None
    closed_by: ClosedBy | None
    answer: CaseAnswer | None
    text: str | None = plain("In city management's words.")
    reference: str | None = plain("City management's own number.")
    note: str | None = plain("A supervisor's.")
    trouble: str | None = plain("A code, where city management could not be told.")


@strawberry.type(description="The newest first.")
class CaseConnection:  # noqa: D101
    nodes: list[Case]
    page_info: types.PageInfo = of(lambda listed: listed.page)


async def cases(
    info: Ask, state: CaseState | None = None, *, overdue: bool | None = None, first: int = 50, after: str | None = None
) -> Listed[Handed]:
    """Raises BadInput, BadCursor, Unavailable where nothing is handed over."""
    check_first(first, MAX_FIRST)
    info.context.spend(first)
    mark = fingerprint("cases", state, overdue)
    before = decode_cursor(after, mark, str) if after else ""
    found = await info.context.cases.cases(Wanted(state, overdue), first + 1, before)
    nodes = found[:first]
    return Listed(nodes, Page(len(found) > first, encode_cursor(mark, nodes[-1].id) if nodes else None))


async def cases_csv(
    info: Ask,
    since: datetime,
    until: datetime,
    state: CaseState | None = None,
    *,
    overdue: bool | None = None,
) -> str:
    """Raises BadInput TIME_ZONE, TooLarge CASES_TOO_MANY."""
    return await info.context.cases.sheet(Wanted(state, overdue, since, until))


async def close_case(
    info: Ask, case_id: Id, answer: CaseAnswer, note: str, looked_at: datetime | None = None
) -> Handed:
    """Raises NotFound, BadInput, Conflict."""
    return await info.context.cases.close(await info.context.caller(), case_id, answer, note, looked_at)


async def report_case(parent: strawberry.Parent[Any], info: Ask) -> Handed | None:
    """The case that a report is in; None where it is in none."""
    loader = info.context.case_of
    return None if loader is None else await loader.load(parent.id)
