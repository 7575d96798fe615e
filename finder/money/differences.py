"""Where channel, operator and ledger do not say the same, and what is decided of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput, Conflict, NotFound
from finder.kernel.ids import Number, new_ulid
from finder.money.ledger import TRANSACTION, Account, post
from finder.money.postings import Books
from finder.stations.model import SourceId
from finder.storage.unit import METADATA, Unit, Work, from_us, to_us


class Entry(StrEnum):
    """What kind of row it is about: a channel's step, or an operator's bill."""

    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    SPLIT = "SPLIT"
    SPLIT_RETURN = "SPLIT_RETURN"
    FEE = "FEE"  # what the channel keeps of a capture
    BILL = "BILL"
    FUND = "FUND"  # a row of the channel's bill of funds, against its own other bills


class Kind(StrEnum):
    """How they differ."""

    CHANNEL_ONLY = "CHANNEL_ONLY"
    LEDGER_ONLY = "LEDGER_ONLY"  # the channel's bills do not have it
    OPERATOR_ONLY = "OPERATOR_ONLY"
    OURS_ONLY = "OURS_ONLY"  # the operator's list does not have it
    AMOUNT = "AMOUNT"
    CHANGED = "CHANGED"  # the same row was told with another amount
    SUB_MERCHANT = "SUB_MERCHANT"  # the channel paid another operator than the order's
    UNSPLIT = "UNSPLIT"  # the channel will free the money in a few days, and nothing of it was split


class Decision(StrEnum):
    """What is said of a difference."""

    CHANNEL_IS_RIGHT = "CHANNEL_IS_RIGHT"  # the ledger follows, against suspense
    OPERATOR_IS_RIGHT = "OPERATOR_IS_RIGHT"  # the same, for an operator's bill
    LEDGER_IS_RIGHT = "LEDGER_IS_RIGHT"  # to be claimed from the other
    EXPLAINED = "EXPLAINED"  # nothing is to be done


DIFFERENCE = sa.Table(
    "reconciliation_difference",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),  # '' for a bill of no order of ours
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),  # our number, or the other's where the row carries none of ours
    sa.Column("order_no", sa.Text, index=True),
    sa.Column("channel_fen", sa.BigInteger),
    sa.Column("ledger_fen", sa.BigInteger),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("raised_at", sa.BigInteger, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("note", sa.Text),
    sa.Column("operator", sa.Text),
    sa.Column("operator_fen", sa.BigInteger),
    sa.UniqueConstraint("channel", "kind", "step", "ref"),
)
ITSELF = "reconciliation"  # decides what the two sides have come to agree on, and what is certainly not there
MAX_NOTE = 500
_FREE_OF_MONEY = frozenset({Decision.LEDGER_IS_RIGHT, Decision.EXPLAINED})


@dataclass(frozen=True, slots=True)
class Sides:
    """What each party says, in fen; None where it says nothing. `raw` is the row as it came."""

    channel_fen: int | None = None
    ledger_fen: int | None = None
    operator_fen: int | None = None
    order: Number | None = None
    operator: SourceId | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a person has to decide, or that was decided."""

    id: str
    channel: str
    operator: SourceId | None
    kind: Kind
    entry: Entry
    ref: str
    order: Number | None
    channel_fen: int | None
    ledger_fen: int | None
    operator_fen: int | None
    day: date
    raw: str
    raised_at: datetime
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    note: str | None

    @property
    def allowed(self) -> frozenset[Decision]:
        """What may be decided: the books follow only what the difference is about."""
        if self.kind is Kind.UNSPLIT:
            return frozenset({Decision.EXPLAINED})
        unknown = self.kind is Kind.CHANGED and self.ledger_fen is None  # the first amount is a difference already
        if self.order is None or unknown or self.entry is Entry.FUND:
            return _FREE_OF_MONEY
        other = Decision.OPERATOR_IS_RIGHT if self.entry is Entry.BILL else Decision.CHANNEL_IS_RIGHT
        return _FREE_OF_MONEY | {other}


async def raise_difference(unit: Unit, channel: str, kind: Kind, entry: Entry, ref: str, day: date, says: Sides) -> int:
    """Writes a difference down, once; 1 where it is new."""
    row = {
        "id": new_ulid(lambda: unit.now),
        "channel": channel,
        "kind": kind.value,
        "step": entry.value,
        "ref": ref,
        "order_no": says.order,
        "channel_fen": says.channel_fen,
        "ledger_fen": says.ledger_fen,
        "operator": says.operator,
        "operator_fen": says.operator_fen,
        "day": day.toordinal(),
        "raw": says.raw,
        "raised_at": to_us(unit.now),
    }
    put = unit.insert(DIFFERENCE).values(**row).on_conflict_do_nothing()
    return int((await unit.connection.execute(put)).rowcount)


async def agreed(unit: Unit, order: Number, entry: Entry, refs: Collection[str]) -> None:
    """Closes what one side alone had told, now that the other tells the same."""
    late = (Kind.CHANNEL_ONLY, Kind.LEDGER_ONLY, Kind.OPERATOR_ONLY, Kind.OURS_ONLY, Kind.UNSPLIT)
    own = sa.and_(
        DIFFERENCE.c.order_no == order,
        DIFFERENCE.c.step == entry.value,
        DIFFERENCE.c.ref.in_(list(refs)),
        DIFFERENCE.c.kind.in_([kind.value for kind in late]),
        DIFFERENCE.c.decision.is_(None),
    )
    said = {
        "decision": Decision.EXPLAINED.value,
        "decided_by": ITSELF,
        "decided_at": to_us(unit.now),
        "note": "另一方后来作了相同的记载 · the other side told the same later",
    }
    await unit.connection.execute(sa.update(DIFFERENCE).where(own).values(**said))


async def differences(
    work: Work, *, decided: bool | None = False, after: str = "", limit: int | None = None
) -> list[Difference]:
    """Those that wait for a person, those that were decided, or (None) all; the oldest first, after an id."""
    question = sa.select(DIFFERENCE).where(DIFFERENCE.c.id > after).order_by(DIFFERENCE.c.id).limit(limit)
    if decided is not None:
        question = question.where(DIFFERENCE.c.decision.is_not(None) if decided else DIFFERENCE.c.decision.is_(None))
    async with work.read() as connection:
        return [_difference(row) for row in (await connection.execute(question)).all()]


async def open_of(connection: AsyncConnection, orders: Collection[Number]) -> set[Number]:
    """Those of the orders of which a difference waits to be decided."""
    question = sa.select(DIFFERENCE.c.order_no).where(
        DIFFERENCE.c.order_no.in_(list(orders)),
        DIFFERENCE.c.decision.is_(None),
        DIFFERENCE.c.kind != Kind.UNSPLIT.value,  # says that time runs out, and disputes nothing
        DIFFERENCE.c.step != Entry.FUND.value,  # about the channel's bills alone
    )
    return set((await connection.execute(question)).scalars())


async def decide(work: Work, difference_id: str, decision: Decision, by: str, note: str) -> Difference:
    """A word on a difference, once; where another party is right the books follow, in the same transaction.

    Raises NotFound, Conflict where it was decided, BadInput without a reason or for what cannot be decided of it.
    """
    if not by.strip() or not note.strip():
        raise BadInput("请填写处理人和理由", "say who decides, and why", code="REASON_MISSING")
    if len(note) > MAX_NOTE:
        raise BadInput(f"理由不超过 {MAX_NOTE} 字", f"a reason has at most {MAX_NOTE} characters", code="REASON_LENGTH")
    async with work.begin() as unit:
        return await decide_in(unit, difference_id, decision, by, note)


async def decide_in(unit: Unit, difference_id: str, decision: Decision, by: str, note: str) -> Difference:
    """See `decide`, in a unit that does more."""
    own = DIFFERENCE.c.id == difference_id
    row = (await unit.connection.execute(sa.select(DIFFERENCE).where(own).with_for_update())).one_or_none()
    if row is None:
        raise NotFound(
            f"没有差异 {difference_id[:40]!r}", f"there is no difference {difference_id[:40]!r}", code="NO_DIFFERENCE"
        )
    if row.decision is not None:
        raise Conflict("该差异已处理", "this difference is decided already", code="DECIDED")
    found = _difference(row)
    if decision not in found.allowed:
        raise BadInput(
            "该差异不能这样处理：只有属于订单的账单行才能记账",
            "this cannot be decided of it: only a row of an order's can be posted",
            code="NO_ORDER" if found.order is None else "DECISION_NOT_ALLOWED",
        )
    if decision not in _FREE_OF_MONEY:
        await _follow(unit, found, note)
    said = {"decision": decision.value, "decided_by": by, "decided_at": to_us(unit.now), "note": note}
    await unit.connection.execute(sa.update(DIFFERENCE).where(own).values(**said))
    return _difference((await unit.connection.execute(sa.select(DIFFERENCE).where(own))).one())


async def _follow(unit: Unit, found: Difference, note: str) -> None:
    """The books follow the other party, against suspense."""
    assert found.order is not None
    operator, channel = await _whose(unit, found)
    if found.entry is Entry.BILL:
        account, fen = Account.OPERATOR_PAYABLE, (found.ledger_fen or 0) - (found.operator_fen or 0)
    elif found.entry is Entry.FEE:
        # A fee goes out of what the channel holds and out of what the operator is owed: no suspense is needed.
        account, fen = Account.CHANNEL_CLEARING, (found.ledger_fen or 0) - (found.channel_fen or 0)
    else:
        account, fen = Account.CHANNEL_CLEARING, (found.channel_fen or 0) - (found.ledger_fen or 0)
    if fen:
        book = Books(found.order, operator, channel, unit.now)
        counter = Account.OPERATOR_PAYABLE if found.entry is Entry.FEE else Account.SUSPENSE
        await post(unit, book.difference(found.id, account, fen, note, counter))


async def _whose(unit: Unit, found: Difference) -> tuple[SourceId, str]:
    question = sa.select(TRANSACTION.c.operator, TRANSACTION.c.channel)
    row = (await unit.connection.execute(question.where(TRANSACTION.c.order_no == found.order).limit(1))).one_or_none()
    return (found.operator or "", found.channel) if row is None else (row.operator, row.channel)


def _difference(row: Any) -> Difference:
    return Difference(
        id=row.id,
        channel=row.channel,
        operator=row.operator,
        kind=Kind(row.kind),
        entry=Entry(row.step),
        ref=row.ref,
        order=row.order_no,
        channel_fen=row.channel_fen,
        ledger_fen=row.ledger_fen,
        operator_fen=row.operator_fen,
        day=date.fromordinal(row.day),
        raw=row.raw,
        raised_at=from_us(row.raised_at),
        decision=Decision(row.decision) if row.decision else None,
        decided_by=row.decided_by,
        decided_at=from_us(row.decided_at) if row.decided_at is not None else None,
        note=row.note,
    )
