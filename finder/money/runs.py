"""The nightly runs: a row for each party and business day, so that none is left out and none is done twice at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from finder.money.reconcile import WINDOW_DAYS, Summary
from finder.storage.unit import METADATA, Work, from_us, to_us

LEASE = timedelta(minutes=15)  # after which a run that did not end is another's to do again


class Party(StrEnum):
    """With whom the ledger is compared."""

    CHANNEL = "CHANNEL"
    FUNDS = "FUNDS"  # a channel's bill of funds, against its other bills
    OPERATOR = "OPERATOR"


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "RUNNING"
    AWAY = "AWAY"  # the party gave no list; it is asked again
    DONE = "DONE"


RUN = sa.Table(
    "reconciliation_run",
    METADATA,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("business_day", sa.Integer, primary_key=True),  # days since 0001-01-01, in Asia/Shanghai
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("began_at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("matched", sa.Integer, nullable=False),
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("raised", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison with one party, of one day."""

    party: Party
    name: str
    day: date
    state: RunState
    attempts: int
    began_at: datetime
    matched: int = 0
    waiting: int = 0
    raised: int = 0
    error: str | None = None


class Runs:
    """The runs in one database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def due(self, party: Party, name: str, first: date, last: date) -> list[date]:
        """The business days up to the last that are not done, oldest first; a new party's begin with `first`.

        What lies further back than the channels' month is left to a run by hand.
        """
        question = sa.select(RUN.c.business_day, RUN.c.state).where(RUN.c.party == party.value, RUN.c.name == name)
        async with self._work.read() as connection:
            known = {row.business_day: row.state for row in await connection.execute(question)}
        begins = max(min(known, default=first.toordinal()), last.toordinal() - WINDOW_DAYS)
        days = range(begins, last.toordinal() + 1)
        return [date.fromordinal(day) for day in days if known.get(day) != RunState.DONE]

    async def begin(self, party: Party, name: str, day: date, *, again: bool = False) -> bool:
        """Takes a run; False where another process is at it, or where it is done and not wanted `again`."""
        async with self._work.begin() as unit:
            now = to_us(unit.now)
            row = {"party": party.value, "name": name, "business_day": day.toordinal(), "began_at": now}
            fresh = {"state": RunState.RUNNING.value, "attempts": 1, "matched": 0, "waiting": 0, "raised": 0}
            put = unit.insert(RUN).values(**row, **fresh).on_conflict_do_nothing()
            if (await unit.connection.execute(put)).rowcount:
                return True
            free = sa.or_(RUN.c.state == RunState.AWAY.value, RUN.c.began_at <= now - LEASE // _MICROSECOND)
            mine = sa.or_(free, RUN.c.state == RunState.DONE.value) if again else free
            open_ = sa.true() if again else RUN.c.state != RunState.DONE.value
            taken = (
                sa.update(RUN)
                .where(_own(party, name, day), mine, open_)
                .values(state=RunState.RUNNING.value, attempts=RUN.c.attempts + 1, began_at=now, ended_at=None)
            )
            return bool((await unit.connection.execute(taken)).rowcount)

    async def done(self, party: Party, name: str, summary: Summary) -> None:
        """Writes what it found. What was matched before adds up: a repeat finds nothing new."""
        async with self._work.begin() as unit:
            values = {
                "state": RunState.DONE.value,
                "ended_at": to_us(unit.now),
                # Funds are looked at anew each time, with those of the days before.
                "matched": summary.matched if party is Party.FUNDS else RUN.c.matched + summary.matched,
                "waiting": summary.waiting,
                "raised": RUN.c.raised + summary.raised,
                "error": None,
            }
            own = _own(party, name, summary.day)
            await unit.connection.execute(sa.update(RUN).where(own).values(**values))

    async def away(self, party: Party, name: str, day: date, error: str) -> None:
        """Writes why it could not be done."""
        async with self._work.begin() as unit:
            values = {"state": RunState.AWAY.value, "ended_at": to_us(unit.now), "error": error}
            await unit.connection.execute(sa.update(RUN).where(_own(party, name, day)).values(**values))

    async def of(self, day: date) -> Sequence[Run]:
        """The runs of a day, by party and name."""
        question = sa.select(RUN).where(RUN.c.business_day == day.toordinal()).order_by(RUN.c.party, RUN.c.name)
        async with self._work.read() as connection:
            rows = (await connection.execute(question)).all()
        return [
            Run(
                Party(row.party),
                row.name,
                date.fromordinal(row.business_day),
                RunState(row.state),
                row.attempts,
                from_us(row.began_at),
                row.matched,
                row.waiting,
                row.raised,
                row.error,
            )
            for row in rows
        ]


_MICROSECOND = timedelta(microseconds=1)


def _own(party: Party, name: str, day: date) -> "sa.ColumnElement[bool]":
    return sa.and_(RUN.c.party == party.value, RUN.c.name == name, RUN.c.business_day == day.toordinal())
