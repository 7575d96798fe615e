"""An operator's settlement statement: what the ledger says that it is owed, order by order, from one day to another.

Amounts are from the operator's side: above 0 it is owed more, below 0 less. What it is owed at the end is what it was
owed at the beginning and every posting in between, so one statement ends where the next one begins.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput, NotFound
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number
from finder.money.differences import DIFFERENCE, Entry, Kind
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge
from finder.money.operator_rows import OPERATOR_ROW
from finder.stations.model import SourceId
from finder.storage.unit import Work, from_us, to_us

MAX_DAYS = 366
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Asia/Shanghai, since <= day < until."""

    since: date
    until: date

    @property
    def edges(self) -> tuple[datetime, datetime]:
        """The moments at which it begins and has ended."""
        return datetime.combine(self.since, time(), SHANGHAI), datetime.combine(self.until, time(), SHANGHAI)


def period(since: date, until: date) -> Period:
    """Raises BadInput for one without a day, or longer than a year."""
    if not timedelta(0) < until - since <= timedelta(days=MAX_DAYS):
        raise BadInput(
            f"对账期间应为 1 至 {MAX_DAYS} 天", f"a statement is of 1 to {MAX_DAYS} days", code="PERIOD_OUT_OF_RANGE"
        )
    return Period(since, until)


def month(text: str) -> Period:
    """Reads '2026-11'. Raises BadInput."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise BadInput("月份应写作 2026-11", "write a month as 2026-11", code="MONTH")
    year, number = (int(part) for part in text.split("-"))
    return Period(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))


@dataclass(frozen=True, slots=True)
class Amounts:
    """Sums in fen. Those down to `adjusted` change what the operator is owed, and are all that does."""

    billed: int = 0
    revised: int = 0  # bills that changed, and what refunds took off them
    fee: int = 0  # the channel's
    commission: int = 0  # ours, without what was returned
    settled: int = 0  # passed to the operator
    adjusted: int = 0  # by decisions on differences, and whatever has no column of its own
    captured: int = 0  # at the channel, as everything below
    refunded: int = 0
    split: int = 0  # of the commission

    @property
    def net(self) -> int:
        """By how much it is owed more."""
        return self.billed + self.revised + self.fee + self.commission + self.settled + self.adjusted

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An order of which something was posted; what the operator's own list tells of it, None where it tells nothing."""

    order: Number
    day: date  # of its first posting in the period
    amounts: Amounts
    session: str | None = None
    kwh: Decimal | None = None
    electricity: int | None = None
    service: int | None = None
    parking: int | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An order of which something is owed at the end of the period, in fen."""

    order: Number
    payable: int  # to the operator
    receivable: int  # from the driver
    in_transit: int  # to the driver
    suspense: int


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A difference that nobody has decided yet."""

    day: date
    entry: Entry
    kind: Kind
    ref: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Closing is opening and the lines' net amounts; the open items' payables sum to it."""

    operator: SourceId
    period: Period
    provisional: bool  # the period is not over
    opening: int
    lines: Sequence[StatementLine]
    open_items: Sequence[OpenItem]
    differences: Sequence[OpenDifference]

    @property
    def totals(self) -> Amounts:
        """Of all lines."""
        return sum((line.amounts for line in self.lines), Amounts())

    @property
    def closing(self) -> int:
        """What the operator is owed at the end: the net payable."""
        return self.opening + self.totals.net

    @property
    def sessions(self) -> int:
        """Orders that were billed."""
        return sum(line.amounts.billed != 0 for line in self.lines)

    @property
    def kwh(self) -> Decimal:
        """What the operator lists for them."""
        return sum((line.kwh for line in self.lines if line.kwh is not None), Decimal(0))

    def listed(self, part: str) -> int:
        """The sum of 'electricity', 'service' or 'parking', where it was told."""
        return sum(getattr(line, part) or 0 for line in self.lines)


_COLUMNS = {
    (Edge.BILL, Account.OPERATOR_PAYABLE): ("billed", -1),
    (Edge.REVISED_BILL, Account.OPERATOR_PAYABLE): ("revised", -1),
    (Edge.CHANNEL_FEE, Account.OPERATOR_PAYABLE): ("fee", -1),
    (Edge.COMMISSION, Account.OPERATOR_PAYABLE): ("commission", -1),
    (Edge.SPLIT_RETURNED, Account.OPERATOR_PAYABLE): ("commission", -1),
    (Edge.SETTLED, Account.OPERATOR_PAYABLE): ("settled", -1),
    (Edge.CAPTURE, Account.CHANNEL_CLEARING): ("captured", 1),
    (Edge.REFUND_DONE, Account.CHANNEL_CLEARING): ("refunded", -1),
    (Edge.SPLIT, Account.PLATFORM_AT_CHANNEL): ("split", 1),
    (Edge.SPLIT_RETURNED, Account.PLATFORM_AT_CHANNEL): ("split", 1),
}
_OPEN = (Account.OPERATOR_PAYABLE, Account.USER_RECEIVABLE, Account.REFUND_IN_TRANSIT, Account.SUSPENSE)


async def statement(work: Work, operator: SourceId, of: Period) -> Statement:
    """The operator's statement of a period. Raises NotFound where the ledger knows no such operator."""
    since, until = of.edges
    async with work.read() as connection:
        known = sa.select(TRANSACTION.c.number).where(TRANSACTION.c.operator == operator).limit(1)
        if (await connection.execute(known)).first() is None:
            raise NotFound(
                f"账本中没有运营商 {operator[:40]!r}",
                f"the ledger knows no operator {operator[:40]!r}",
                code="NO_SUCH_OPERATOR",
            )
        return Statement(
            operator,
            of,
            work.clock() < until,
            await _owed(connection, operator, since),
            await _lines(connection, operator, since, until),
            await _open_items(connection, operator, until),
            await _open_differences(connection, operator),
        )


async def operators(work: Work) -> list[SourceId]:
    """Every operator of whom something was posted."""
    async with work.read() as connection:
        question = sa.select(TRANSACTION.c.operator).distinct().order_by(TRANSACTION.c.operator)
        return list((await connection.execute(question)).scalars())


async def _owed(connection: AsyncConnection, operator: SourceId, until: datetime) -> int:
    question = (
        sa.select(sa.func.coalesce(sa.func.sum(POSTING.c.fen), 0))
        .join(TRANSACTION)
        .where(
            TRANSACTION.c.operator == operator,
            TRANSACTION.c.at < to_us(until),
            POSTING.c.account == Account.OPERATOR_PAYABLE.value,
        )
    )
    return -int((await connection.execute(question)).scalar_one())


async def _lines(
    connection: AsyncConnection, operator: SourceId, since: datetime, until: datetime
) -> list[StatementLine]:
    number, edge, account = TRANSACTION.c.order_no, TRANSACTION.c.edge, POSTING.c.account
    question = (
        sa.select(number, edge, account, sa.func.sum(POSTING.c.fen).label("fen"), sa.func.min(TRANSACTION.c.at))
        .join(POSTING)
        .where(TRANSACTION.c.operator == operator, TRANSACTION.c.at >= to_us(since), TRANSACTION.c.at < to_us(until))
        .group_by(number, edge, account)
        .order_by(number)
    )
    sums: dict[Number, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    first: dict[Number, int] = {}
    for order, edge_, account_, fen, at in await connection.execute(question):
        column, sign = _column(Edge(edge_), Account(account_))
        if column is not None:
            sums[order][column] += sign * int(fen)
            first[order] = min(first.get(order, at), at)
    told = await _told(connection, operator, list(sums))
    return [
        StatementLine(order, from_us(first[order]).astimezone(SHANGHAI).date(), Amounts(**found), **told.get(order, {}))
        for order, found in sums.items()
    ]


def _column(edge: Edge, account: Account) -> tuple[str | None, int]:
    """Where a posting stands; whatever changes what the operator is owed stands somewhere."""
    if (edge, account) in _COLUMNS:
        return _COLUMNS[edge, account]
    return ("adjusted", -1) if account is Account.OPERATOR_PAYABLE else (None, 0)


async def _told(connection: AsyncConnection, operator: SourceId, orders: Sequence[Number]) -> dict[Number, Any]:
    """What the operator's own list says of these orders."""
    told: dict[Number, Any] = {}
    for part in _parts(orders):
        question = sa.select(OPERATOR_ROW).where(OPERATOR_ROW.c.operator == operator, OPERATOR_ROW.c.order_no.in_(part))
        for row in await connection.execute(question):
            told[row.order_no] = {
                "session": row.session,
                "kwh": None if row.kwh is None else Decimal(row.kwh),
                "electricity": row.electricity_fen,
                "service": row.service_fen,
                "parking": row.parking_fen,
            }
    return told


def _parts(orders: Sequence[Number]) -> Iterator[Sequence[Number]]:
    for start in range(0, len(orders), _AT_ONCE):
        yield orders[start : start + _AT_ONCE]


async def _open_items(connection: AsyncConnection, operator: SourceId, until: datetime) -> list[OpenItem]:
    def left(account: Account) -> "sa.ColumnElement[Any]":
        return sa.func.sum(sa.case((POSTING.c.account == account.value, POSTING.c.fen), else_=0))

    sums = [left(account) for account in _OPEN]
    question = (
        sa.select(TRANSACTION.c.order_no, *sums)
        .join(POSTING)
        .where(TRANSACTION.c.operator == operator, TRANSACTION.c.at < to_us(until))
        .group_by(TRANSACTION.c.order_no)
        .having(sa.or_(*(each != 0 for each in sums)))
        .order_by(TRANSACTION.c.order_no)
    )
    rows = await connection.execute(question)
    return [OpenItem(row[0], -int(row[1]), int(row[2]), -int(row[3]), int(row[4])) for row in rows]


async def _open_differences(connection: AsyncConnection, operator: SourceId) -> list[OpenDifference]:
    question = (
        sa.select(DIFFERENCE)
        .where(DIFFERENCE.c.operator == operator, DIFFERENCE.c.decision.is_(None))
        .order_by(DIFFERENCE.c.id)
    )
    rows = await connection.execute(question)
    return [OpenDifference(date.fromordinal(row.day), Entry(row.step), Kind(row.kind), row.ref) for row in rows]
