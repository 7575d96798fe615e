"""What drivers say of stations: shown to everybody as shares, to operators in words, to each person as one's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.types import Info

from finder.errors import Forbidden
from finder.graphql import types
from finder.graphql.moment import Context
from finder.graphql.pages import Listed, Page, check_first
from finder.graphql.types import of, plain
from finder.identity.roles import Role
from finder.kernel.geo import Point
from finder.kernel.paging import decode_cursor, encode_cursor
from finder.voices.complaint import Complaint as Complained
from finder.voices.complaint import ComplaintAsk, ComplaintKind, ComplaintState
from finder.voices.model import Basis, Code, MyVoice, RateAsk

Ask = Info[Context, None]
Id = Annotated[strawberry.ID, strawberry.argument(name="id")]
MAX_FIRST = 100
_MARK = "voices"
T = TypeVar("T")
strawberry.enum(Basis, name="VoiceBasis", description="What stands behind a voice; NOTHING moves no public number.")
strawberry.enum(ComplaintKind, description="What a complaint is about.")
strawberry.enum(ComplaintState, description="Where a complaint stands.")

_BASIS: Mapping[Basis, tuple[str, str]] = {
    Basis.SESSION: ("您最近在此充过电，计入权重 3", "you charged here lately: it weighs 3"),
    Basis.PLACE: ("您在站点附近，计入权重 1", "you were near the station: it weighs 1"),
    Basis.WORD: ("计入权重 0.2；充电后或在站内评价权重更高", "it weighs 0.2; more after a charge, or at the station"),
    Basis.NOTHING: (
        "已转给运营商，不计入公开数字：需先在本平台充过一次电；运营商员工对本企业的评价不计入",
        "passed on to the operator and not counted in public: that needs a charge through the finder first, and staff "
        "of the operator are not counted",
    ),
}


def _why(root: strawberry.Parent[MyVoice], info: Ask) -> str:
    zh, en = _BASIS[root.basis]
    return zh if info.context.language.startswith("zh") else en


@strawberry.type(description="What one said of a station oneself.")
class MyExperience:  # noqa: D101
    id: strawberry.ID
    station_id: strawberry.ID
    station_name: str
    evse_id: strawberry.ID | None
    code: Code
    stars: int | None
    note: str | None = plain("For the operator and the supervisor alone.")
    basis: Basis
    why: str = strawberry.field(resolver=_why, description="What it weighs, in the reader's language.")
    at: datetime
    counts: bool = plain("False once a later one within 24 hours took its place, and where nothing stands behind it.")


@strawberry.type(description="What somebody said, without who.")
class HeardExperience:  # noqa: D101
    id: strawberry.ID
    station_id: strawberry.ID
    station_name: str
    evse_id: strawberry.ID | None
    code: Code
    stars: int | None
    note: str | None
    basis: Basis
    at: datetime


@strawberry.type(description="A complaint and what became of it; the words are null once they were forgotten.")
class Complaint:  # noqa: D101
    id: strawberry.ID
    kind: ComplaintKind
    state: ComplaintState
    operator: strawberry.ID
    station_id: strawberry.ID | None
    station_name: str | None
    order: strawberry.ID | None
    text: str | None
    made_at: datetime
    answer_by: datetime = plain("After that it is the supervisor's to answer.")
    escalated_at: datetime | None = plain("When the operator's time had run out.")
    answer: str | None
    answered_at: datetime | None
    by_supervisor: bool = of(
        lambda made: made.answered_by_supervisor, "Who answered: the supervisor, not the operator."
    )
    appeal_by: datetime | None = plain("Until when it may be appealed; null where it may not.")
    appeal: str | None
    appealed_at: datetime | None
    decision: str | None
    ended_at: datetime | None


@strawberry.type(description="The newest first.")
class ComplaintConnection:  # noqa: D101
    nodes: list[Complaint]
    page_info: types.PageInfo = of(lambda listed: listed.page)


@strawberry.type(description="The newest first.")
class HeardConnection:  # noqa: D101
    nodes: list[HeardExperience]
    page_info: types.PageInfo = of(lambda listed: listed.page)


@strawberry.input(description="How it was at a station; one voice a person, station and day.")
class RateInput:  # noqa: D101
    station_id: strawberry.ID
    code: Code
    evse_id: strawberry.ID | None = strawberry.UNSET
    stars: int | None = strawberry.UNSET
    note: str | None = strawberry.UNSET
    lat: float | None = strawberry.UNSET
    lon: float | None = strawberry.UNSET
    accuracy_m: float | None = strawberry.UNSET
    idempotency_key: str


@strawberry.input(description="About one order of one's own, one station or one operator; at most 1,000 characters.")
class ComplaintInput:  # noqa: D101
    kind: ComplaintKind
    text: str
    order: strawberry.ID | None = strawberry.UNSET
    station_id: strawberry.ID | None = strawberry.UNSET
    operator: strawberry.ID | None = strawberry.UNSET
    idempotency_key: str


async def rate_station(info: Ask, ask: Annotated[RateInput, strawberry.argument(name="input")]) -> MyVoice:
    """Raises what finder.voices.experiences refuses."""
    there = isinstance(ask.lat, int | float) and isinstance(ask.lon, int | float)
    wanted = RateAsk(
        ask.station_id,
        ask.code,
        ask.idempotency_key,
        ask.evse_id or None,
        ask.stars if isinstance(ask.stars, int) else None,
        ask.note or None,
        Point(ask.lat or 0.0, ask.lon or 0.0) if there else None,
        ask.accuracy_m if isinstance(ask.accuracy_m, int | float) else None,
    )
    room = info.context.voices.experiences
    return await room.rate(await info.context.caller(), wanted, info.context.asker.network)


async def my_experiences(info: Ask, first: int = 20) -> list[MyVoice]:
    """The newest first. Raises BadInput."""
    _check(info, first)
    return await info.context.voices.experiences.mine(await info.context.caller(), first)


async def experiences(
    info: Ask, first: int = 50, after: str | None = None, station_id: strawberry.ID | None = None
) -> Listed[Any]:
    """What was said of one's operator's stations, or of all. Raises BadInput, BadCursor, Forbidden."""
    _check(info, first)
    caller = await info.context.caller()
    everybody = Role.SUPERVISOR in caller.roles
    if not everybody and not caller.operators:
        raise Forbidden("您无权查看评价原文", "you may not see what was said in words")
    whose = None if everybody else caller.operators
    found = await info.context.voices.experiences.heard(whose, station_id, first + 1, _since(after))
    return _listed(found, first)


async def complain(info: Ask, ask: Annotated[ComplaintInput, strawberry.argument(name="input")]) -> Complained:
    """Raises what finder.voices.complaints refuses."""
    wanted = ComplaintAsk(
        ask.kind,
        ask.text,
        ask.idempotency_key,
        ask.order or None,
        ask.station_id or None,
        ask.operator or None,
    )
    room = info.context.voices.complaints
    return await room.complain(await info.context.caller(), wanted, info.context.asker.network)


async def answer_complaint(info: Ask, complaint_id: Id, text: str, idempotency_key: str) -> Complained:
    """Raises NotFound, Forbidden, Conflict, BadInput."""
    room = info.context.voices.complaints
    return await room.answer(await info.context.caller(), complaint_id, text, idempotency_key)


async def appeal(info: Ask, complaint_id: Id, text: str, idempotency_key: str) -> Complained:
    """Raises the same."""
    room = info.context.voices.complaints
    return await room.appeal(await info.context.caller(), complaint_id, text, idempotency_key)


async def decide_appeal(info: Ask, complaint_id: Id, text: str, idempotency_key: str, *, upheld: bool) -> Complained:
    """Raises the same."""
    room = info.context.voices.complaints
    return await room.decide(await info.context.caller(), complaint_id, text, idempotency_key, upheld=upheld)


async def complaints(
    info: Ask,
    first: int = 20,
    after: str | None = None,
    state: ComplaintState | None = None,
    *,
    mine: bool = True,
) -> Listed[Complained]:
    """One's own, or those that one deals with. Raises BadInput, BadCursor, Forbidden."""
    _check(info, first)
    caller, room = await info.context.caller(), info.context.voices.complaints
    if mine:
        return _listed(await room.mine(caller, first + 1, _since(after)), first)
    return _listed(await room.desk(caller, first + 1, _since(after), state), first)


def _check(info: Ask, first: int) -> None:
    check_first(first, MAX_FIRST)
    info.context.spend(first)


def _since(after: str | None) -> str | None:
    return decode_cursor(after, _MARK, str) if after else None


def _listed(found: list[T], first: int) -> Listed[T]:
    nodes = found[:first]
    last: Any = nodes[-1] if nodes else None
    return Listed(nodes, Page(len(found) > first, None if last is None else encode_cursor(_MARK, last.id)))
