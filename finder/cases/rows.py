"""Reads and writes cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.cases.model import NEXT, Case, CaseAnswer, CaseKind, CaseState, ClosedBy, Evidence
from finder.cases.tables import CASE
from finder.errors import Conflict, NotFound
from finder.kernel.geo import Point
from finder.reports.model import BayReportKind, By
from finder.storage.unit import Unit, from_us, to_us

_ID_LENGTH = 26


def _time(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def read(row: Any) -> Case:
    """A case from its row."""
    seen = tuple(from_us(int(us)) for us in row.seen.split(","))
    photos = tuple(name for name in row.photos.split(",") if name)
    return Case(
        row.id,
        CaseKind(row.kind),
        row.block,
        BayReportKind(row.what),
        row.station,
        row.station_name,
        Point(row.lat, row.lon),
        row.evse,
        Evidence(frozenset(By(word) for word in row.by.split(",")), seen, photos),
        from_us(row.opened_at),
        from_us(row.deadline),
        CaseState(row.state),
        _time(row.sent_at),
        _time(row.accepted_at),
        _time(row.answered_at),
        _time(row.closed_at),
        None if row.closed_by is None else ClosedBy(row.closed_by),
        None if row.answer is None else CaseAnswer(row.answer),
        row.text,
        _time(row.looked_at),
        row.reference,
        row.note,
        row.trouble,
        row.plate,
    )


async def add(unit: Unit, case: Case) -> bool:
    """Writes a new one; False where its block has one."""
    evidence = case.evidence
    row = {
        "id": case.id,
        "kind": case.kind.value,
        "block": case.block,
        "what": case.what.value,
        "station": case.station_id,
        "station_name": case.station_name,
        "lat": case.place.lat,
        "lon": case.place.lon,
        "evse": case.evse_id,
        "by": ",".join(sorted(evidence.by)),
        "seen": ",".join(str(to_us(at)) for at in evidence.seen),
        "photos": ",".join(evidence.photos),
        "plate": case.plate,
        "opened_at": to_us(case.opened_at),
        "deadline": to_us(case.deadline),
        "state": case.state.value,
        "asked_at": to_us(case.opened_at),
    }
    put = unit.insert(CASE).values(**row).on_conflict_do_nothing(index_elements=["block"])
    return bool((await unit.connection.execute(put)).rowcount)


def is_case_id(text: str) -> bool:
    """Whether a case may have this id; what else is asked for never reaches the database."""
    return len(text) <= _ID_LENGTH and text.isascii() and text.isalnum()


async def load(connection: AsyncConnection, case_id: str, *, lock: bool = False) -> Case:
    """One by its id. Raises NotFound, NO_SUCH_CASE."""
    own = sa.select(CASE).where(CASE.c.id == (case_id if is_case_id(case_id) else ""))
    row = (await connection.execute(own.with_for_update() if lock else own)).one_or_none()
    if row is None:
        raise NotFound(
            f"没有案件 {case_id[:40]!r}：请核对案件编号",
            f"there is no case {case_id[:40]!r}: check its number",
            code="NO_SUCH_CASE",
        )
    return read(row)


async def find(connection: AsyncConnection, *fits: sa.ColumnElement[bool], limit: int) -> list[Case]:
    """The newest first."""
    question = sa.select(CASE).where(*fits).order_by(CASE.c.id.desc()).limit(limit)
    return [read(row) for row in await connection.execute(question)]


async def move(unit: Unit, case: Case, state: CaseState, **values: Any) -> None:
    """Writes the next state of a case that this unit has locked. Raises Conflict, CASE_STATE."""
    if state not in NEXT[case.state]:
        raise no_step(case, state)
    await change(unit, case.id, state=state.value, **values)


async def change(unit: Unit, case_id: str, **values: Any) -> None:
    """Writes columns; times in microseconds."""
    await unit.connection.execute(sa.update(CASE).where(CASE.c.id == case_id).values(**values))


def no_step(case: Case, state: CaseState) -> Conflict:
    """The error for a step that the table does not have."""
    return Conflict(
        f"案件 {case.id} 处于 {case.state}，不能变为 {state}：如需更正请联系值班监督员",
        f"case {case.id} is {case.state} and cannot become {state}: ask the supervisor on duty for a correction",
        code="CASE_STATE",
    )


def of_states(states: Sequence[CaseState]) -> sa.ColumnElement[bool]:
    """Those in one of these states."""
    return CASE.c.state.in_([state.value for state in states])
