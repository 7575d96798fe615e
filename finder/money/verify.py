"""What is always true of the ledger, read from the postings alone; the first broken one is named."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.money.invoice import Kind, State
from finder.money.invoice_rows import INVOICE, LINE
from finder.money.ledger import POSTING, TRANSACTION, Account, Edge

MAX_SPLIT_PERMILLE = 300  # what both channels allow of an order


class Invariant(StrEnum):
    """Each with the sentence that it states."""

    BALANCED = "每笔分录借贷相等 · every transaction sums to zero"
    TWO_SIDES = "每笔分录至少两行且金额不为零 · every transaction has two lines or more, none of them zero"
    REFUNDS = "退款不超过扣款 · refunds, done and in flight, never exceed what was captured"
    SPLITS = "分账不超过扣款的 30% · splits never exceed three tenths of what was captured"
    ONE_CAPTURE = "每单至多扣款一次 · an order is captured at most once"
    HOLD_ONCE = "冻结释放不超过冻结 · no more of a hold ends than was held"
    PASSED_ON = "已转给运营商后渠道不再留有余额 · nothing of an order waits at the channel once its rest was passed on"
    INVOICED = "开票不超过扣款减退款 · no more is invoiced than was captured and not given back"
    SETTLED = "订单结束时用户不欠款 · a driver owes nothing for an order that is over"
    MEMO = "订单结束时无冻结 · nothing is held for an order that is over"


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant, the order or transaction at which it breaks, and by how much."""

    invariant: Invariant
    where: str
    detail: str


async def broken(connection: AsyncConnection, at_most: int = 100) -> list[Broken]:
    """What is broken, one invariant after another, at most so many of each."""
    found: list[Broken] = []
    for question, invariant in _questions():
        rows = await connection.execute(question.limit(at_most))
        found += [Broken(invariant, str(row.place), f"{row.fen}") for row in rows]
    return found


def _on(edge: Edge, account: Account) -> "sa.ColumnElement[Any]":
    """The fen that an order's transactions of an edge put on an account."""
    fits = sa.and_(TRANSACTION.c.edge == edge.value, POSTING.c.account == account.value)
    return sa.func.coalesce(sa.func.sum(sa.case((fits, POSTING.c.fen), else_=0)), 0)


def _questions() -> list[tuple["sa.Select[Any]", Invariant]]:
    total = sa.func.sum(POSTING.c.fen)
    each = sa.select(POSTING.c.transaction.label("place"), total.label("fen")).group_by(POSTING.c.transaction)
    lines = sa.func.count(POSTING.c.n)
    small = (
        sa.select(TRANSACTION.c.number.label("place"), lines.label("fen"))
        .outerjoin(POSTING)
        .group_by(TRANSACTION.c.number)
        .having(sa.or_(lines < 2, sa.func.sum(sa.case((POSTING.c.fen == 0, 1), else_=0)) > 0))
    )
    captured = _on(Edge.CAPTURE, Account.CHANNEL_CLEARING)
    refunded = -_on(Edge.REFUND_ASKED, Account.REFUND_IN_TRANSIT) - _on(Edge.REFUND_FAILED, Account.REFUND_IN_TRANSIT)
    split = _on(Edge.SPLIT, Account.PLATFORM_AT_CHANNEL) + _on(Edge.SPLIT_RETURNED, Account.PLATFORM_AT_CHANNEL)
    ended = -_on(Edge.HOLD_OVER, Account.HOLD)
    held = _on(Edge.HOLD, Account.HOLD)
    waits = sa.func.sum(
        sa.case(
            (
                sa.and_(
                    POSTING.c.account == Account.CHANNEL_CLEARING.value, TRANSACTION.c.edge != Edge.DIFFERENCE.value
                ),
                POSTING.c.fen,
            ),
            else_=0,
        )
    )
    passed_on = sa.func.sum(sa.case((TRANSACTION.c.edge == Edge.SETTLED.value, 1), else_=0))
    captures = sa.func.count(
        sa.distinct(sa.case((TRANSACTION.c.edge == Edge.CAPTURE.value, TRANSACTION.c.number), else_=None))
    )

    def of_orders(fen: "sa.ColumnElement[Any]", wrong: "sa.ColumnElement[bool]") -> "sa.Select[Any]":
        question = sa.select(TRANSACTION.c.order_no.label("place"), fen.label("fen")).join(POSTING)
        return question.group_by(TRANSACTION.c.order_no).having(wrong)

    return [
        (each.having(total != 0), Invariant.BALANCED),
        (small, Invariant.TWO_SIDES),
        (of_orders(captures, captures > 1), Invariant.ONE_CAPTURE),
        (of_orders(refunded - captured, refunded > captured), Invariant.REFUNDS),
        (of_orders(split, split * 1000 > captured * MAX_SPLIT_PERMILLE), Invariant.SPLITS),
        (of_orders(ended - held, ended > held), Invariant.HOLD_ONCE),
        (of_orders(waits, sa.and_(passed_on > 0, waits != 0)), Invariant.PASSED_ON),
        (_over_invoiced(captured - refunded), Invariant.INVOICED),
    ]


def _over_invoiced(left: "sa.ColumnElement[Any]") -> "sa.Select[Any]":
    """Orders of whose supply more stands on invoices, and is not on its way back, than is left of what was taken."""
    stands = sa.and_(
        INVOICE.c.kind == Kind.SUPPLY.value,
        INVOICE.c.state.in_((State.REQUESTED.value, State.ISSUED.value)),
        sa.not_(INVOICE.c.goes),
    )
    invoiced = (
        sa.select(LINE.c.order_no, sa.func.sum(LINE.c.fen).label("fen"))
        .join(INVOICE)
        .where(stands)
        .group_by(LINE.c.order_no)
        .subquery()
    )
    paid = (
        sa.select(TRANSACTION.c.order_no, left.label("fen")).join(POSTING).group_by(TRANSACTION.c.order_no).subquery()
    )
    over = invoiced.c.fen - sa.func.coalesce(paid.c.fen, 0)
    joined = sa.select(invoiced.c.order_no.label("place"), over.label("fen")).select_from(
        invoiced.outerjoin(paid, paid.c.order_no == invoiced.c.order_no)
    )
    return joined.where(over > 0)
