"""Cases for those who see to them: listed, closed by hand, written for a spreadsheet; and a reporter's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from finder.cases.answering import Answering
from finder.cases.model import WAITING, Case, CaseAnswer, CaseState, ClosedBy
from finder.cases.rows import find, is_case_id, of_states, read
from finder.cases.tables import CASE
from finder.errors import BadCursor, BadInput, TooLarge
from finder.identity.audit import acting
from finder.identity.roles import Caller
from finder.money.spreadsheet import table
from finder.reports.tables import REPORT
from finder.storage.unit import Work, to_us

MAX_NOTE = 500
MOST_ROWS = 10_000
_ZONE = ZoneInfo("Asia/Shanghai")
_COLUMNS = (
    *("案件 · case", "占位 · what", "站点 · station", "站名 · name", "车位 · bay", "依据 · by", "报告 · reports"),
    *("首见 · first seen", "开案 · opened", "期限 · deadline", "状态 · state", "超期 · overdue", "答复 · answer"),
    *("答复时间 · answered", "到场 · looked", "结案 · closed", "结案方 · closed by", "城管编号 · reference"),
    *("答复说明 · text", "备注 · note", "未送达 · trouble"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; None: any."""

    state: CaseState | None = None
    overdue: bool | None = None
    since: datetime | None = None  # opened
    until: datetime | None = None


class CaseDesk:
    """Cases in one database. Raises StoreUnavailable."""

    def __init__(self, work: Work, answering: Answering) -> None:
        self._work, self._answering = work, answering

    async def cases(self, wanted: Wanted, first: int, after: str = "") -> list[Case]:
        """The newest first, those before the case `after`. Raises BadCursor for what is no case's id."""
        if after and not is_case_id(after):
            raise BadCursor("游标已损坏，请从第一页重新查询", "the cursor is damaged: start again without 'after'")
        fits = [*self._fits(wanted), *([CASE.c.id < after] if after else [])]
        async with self._work.read() as connection:
            return await find(connection, *fits, limit=first)

    async def sheet(self, wanted: Wanted) -> str:
        """All of them as CSV, times in Beijing. Raises TooLarge, CASES_TOO_MANY."""
        async with self._work.read() as connection:
            found = await find(connection, *self._fits(wanted), limit=MOST_ROWS + 1)
        if len(found) > MOST_ROWS:
            raise TooLarge(
                f"超过 {MOST_ROWS} 件，请缩短时间段",
                f"over {MOST_ROWS} cases: ask for less time",
                code="CASES_TOO_MANY",
            )
        now = self._work.clock()
        return table(_COLUMNS, [_row(case, now) for case in found])

    async def close(
        self, caller: Caller, case: str, answer: CaseAnswer, note: str, looked_at: datetime | None = None
    ) -> Case:
        """Ends a case at a supervisor's word. Raises BadInput CASE_NOTE, and what Answering.close raises."""
        said = note.strip()
        if not 1 <= len(said) <= MAX_NOTE or "\0" in said:
            raise BadInput(
                f"请写明理由，1 至 {MAX_NOTE} 个字", f"say why in 1 to {MAX_NOTE} characters", code="CASE_NOTE"
            )
        who = acting(caller.person)
        return await self._answering.close(case, who, ClosedBy.SUPERVISOR, answer, looked_at=looked_at, note=said)

    async def of_reports(self, reports: Sequence[str]) -> Mapping[str, Case]:
        """The case that each of these reports is in, by the report's id."""
        own = sa.select(REPORT.c.id.label("report"), CASE).join(CASE, CASE.c.block == REPORT.c.block)
        async with self._work.read() as connection:
            rows = (await connection.execute(own.where(REPORT.c.id.in_(list(reports))))).all()
        return {row.report: read(row) for row in rows}

    def _fits(self, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
        fits: list[sa.ColumnElement[bool]] = []
        if wanted.state is not None:
            fits.append(CASE.c.state == wanted.state.value)
        if wanted.overdue is not None:
            late = sa.and_(of_states(WAITING), CASE.c.deadline < to_us(self._work.clock()))
            fits.append(late if wanted.overdue else sa.not_(late))
        if wanted.since is not None:
            fits.append(CASE.c.opened_at >= to_us(_zoned(wanted.since)))
        if wanted.until is not None:
            fits.append(CASE.c.opened_at < to_us(_zoned(wanted.until)))
        return fits


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise BadInput("时间应带时区，如 +08:00", "a time needs its zone, such as +08:00", code="TIME_ZONE")
    return moment


def _row(case: Case, now: datetime) -> tuple[object, ...]:
    proof = case.evidence
    return (
        *(case.id, case.what.value, case.station_id, case.station_name, case.evse_id, " ".join(sorted(proof.by))),
        *(len(proof.seen), _local(min(proof.seen)), _local(case.opened_at), _local(case.deadline), case.state.value),
        *("是 · yes" if case.overdue(now) else "", case.answer.value if case.answer else ""),
        *(_local(case.answered_at), _local(case.looked_at), _local(case.closed_at)),
        *(case.closed_by.value if case.closed_by else "", case.reference, case.text, case.note, case.trouble),
    )


def _local(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(_ZONE).isoformat(timespec="seconds")
