"""Citizens' reports of bays: said by whoever is signed in, shown to everybody without saying whose they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.types import Info

from finder.errors import BadInput
from finder.graphql.cases import ReportCase, report_case
from finder.graphql.moment import Context
from finder.graphql.types import of
from finder.kernel.geo import Point
from finder.reports.bays import BayReports
from finder.reports.model import BayAsk, BayReportKind, BayReportState, Reason, Says
from finder.reports.model import BayReport as Report

Ask = Info[Context, None]
First = Annotated[int, strawberry.argument(name="first", description="At most 100.")]
MAX_FIRST = 100
strawberry.enum(BayReportState, description="What became of a report.")

_WORDS: Mapping[Reason, tuple[str, str]] = {
    Reason.ONCE: (
        "已记录并告知运营商；另一人或地锁、车位传感器印证后，车位将显示为被占",
        "kept, and the operator is told; once another person or the bay's sensor says so too, the bay shows as blocked",
    ),
    Reason.CONFIRMED: ("已印证，车位显示为被占", "borne out: the bay shows as blocked"),
    Reason.CHARGES: ("运营商称该车位已有车在充电", "the operator says that a car charges there"),
    Reason.SENSOR: ("地锁或车位传感器显示车位已空出", "the lock or parking sensor says that the bay is clear"),
    Reason.CITIZEN: ("有人在场确认车位已空出", "somebody near by said that the bay is clear"),
    Reason.OPERATOR: ("运营商已处理", "the operator has seen to it"),
    Reason.CITY: ("城管已到场，车位已空出", "city management was there: the bay is clear"),
    Reason.TIME: ("已过期", "that was some time ago: nobody said so again"),
    Reason.CASE: ("经核查，与事实不符", "whoever looked found otherwise"),
}


def _reason(root: strawberry.Parent[Report], info: Ask) -> str:
    zh, en = _WORDS[root.reason]
    return zh if info.context.language.startswith("zh") else en


@strawberry.type(description="What one reported of a bay.")
class BayReport:  # noqa: D101
    id: strawberry.ID
    station_id: strawberry.ID
    station_name: str
    evse_id: strawberry.ID
    kind: BayReportKind
    clear: bool = of(lambda report: report.says is Says.CLEAR, "Whether one said that the bay is clear again.")
    state: BayReportState
    seen_at: datetime
    received_at: datetime
    until: datetime | None = of(lambda report: report.until, "Until when it waits, or the bay shows as blocked.")
    reason: str | None = strawberry.field(resolver=_reason, description="Why it is so, in the reader's language.")
    case: ReportCase | None = strawberry.field(
        resolver=report_case, description="At city management; null where it is in none."
    )


@strawberry.input(description="Said at the bay; `seenAt` at most two hours ago, from within 300 m of the station.")
class BayReportInput:  # noqa: D101
    evse_id: strawberry.ID
    kind: BayReportKind
    photo: str | None = strawberry.UNSET
    plate: str | None = strawberry.UNSET
    seen_at: datetime
    lat: float
    lon: float
    accuracy_m: float | None = strawberry.UNSET
    idempotency_key: str


def _room(info: Ask) -> BayReports:
    return info.context.reports


async def report_bay(info: Ask, ask: Annotated[BayReportInput, strawberry.argument(name="input")]) -> Report:
    """Raises what finder.reports.abuse refuses, BadInput, NotFound, TooOften."""
    wanted = BayAsk(
        ask.evse_id,
        ask.seen_at,
        Point(ask.lat, ask.lon),
        ask.accuracy_m if isinstance(ask.accuracy_m, int | float) else None,
        ask.idempotency_key,
        ask.kind,
        ask.photo or None,
        ask.plate or None,
    )
    return await _room(info).report(await info.context.caller(), wanted, info.context.asker.network)


async def bay_is_clear(
    info: Ask,
    evse_id: strawberry.ID,
    seen_at: datetime,
    lat: float,
    lon: float,
    idempotency_key: str,
    accuracy_m: float | None = None,
) -> Report:
    """Raises the same, and NotFound NOTHING_REPORTED."""
    wanted = BayAsk(evse_id, seen_at, Point(lat, lon), accuracy_m, idempotency_key)
    return await _room(info).report(await info.context.caller(), wanted, info.context.asker.network)


async def my_bay_reports(info: Ask, first: First = 20) -> list[Report]:
    """The newest first. Raises BadInput."""
    if not 1 <= first <= MAX_FIRST:
        raise BadInput(f"first 应为 1 至 {MAX_FIRST}", f"first must be 1 to {MAX_FIRST}", code="FIRST")
    return await _room(info).mine(await info.context.caller(), first)
