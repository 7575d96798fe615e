"""A channel's bill of funds held against its own bills of trades and splits: what was done must have moved the money.

WeChat's tells our own account, to which shares come; Alipay's every operator's (`Channel.fund_steps`). A day is looked
at again on the three that follow, and judged on the last: a row of either side may be told up to three days later.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.ids import order_of
from finder.money.channel_rows import CHANNEL_ROW
from finder.money.channels.port import BillKind, BillRow, Channel, Step
from finder.money.differences import Entry, Kind, Sides, agreed, raise_difference
from finder.money.reconcile import CARRY_DAYS, Summary
from finder.storage.unit import Unit, Work


async def reconcile_funds(work: Work, channel: Channel, day: date, *, judged: bool = True) -> Summary:
    """Compares the bills of funds of that day and the three before; `judged`: what is lacking since then is raised.

    A repeat changes nothing. Raises ChannelError where a bill cannot be had or believed: nothing is then kept.
    """
    first = day - timedelta(days=CARRY_DAYS)
    days = [first + timedelta(days=n) for n in range(CARRY_DAYS + 1)]
    rows = {_own(row): row for each in days async for row in channel.bill(BillKind.FUND, each)}  # a row may come twice
    async with work.begin() as unit:
        kept = await _kept(unit.connection, channel, first - timedelta(days=CARRY_DAYS))
        known, told = _Told(kept), set[tuple[str, str]]()
        matched = waiting = raised = 0
        for row in rows.values():
            ours = known.fitting(row)
            if ours is not None and _fee(row) is None:
                told.add((ours.step, ours.channel_id))
            if ours is not None and _same(row, ours):
                matched += 1
                if ours.order_no:
                    await agreed(unit, ours.order_no, Entry.FUND, {_ref(row), ours.number or ours.channel_id})
            elif ours is not None:
                raised += await _raise(unit, channel.name, Kind.AMOUNT, row, ours)
            elif _fee(row) is None and row.business_date <= first and judged:
                raised += await _raise(unit, channel.name, Kind.CHANNEL_ONLY, row, None)
            else:
                waiting += _fee(row) is None
        for ours in kept if judged else ():
            if ours.day == first.toordinal() and (ours.step, ours.channel_id) not in told:
                ref, says = (
                    ours.number or ours.channel_id,
                    Sides(ledger_fen=ours.fen, order=ours.order_no, raw=ours.raw),
                )
                raised += await raise_difference(unit, channel.name, Kind.LEDGER_ONLY, Entry.FUND, ref, first, says)
    return Summary(day, matched, waiting, raised)


def _own(row: BillRow) -> tuple[str, str, bool]:
    return row.step.value, row.channel_id, _fee(row) is not None


def _fee(row: BillRow) -> int | None:
    """What a row says that the channel kept; None of a row that says what was done."""
    return row.fee_fen if row.step is Step.CAPTURE and row.fen == 0 else None


async def _kept(connection: AsyncConnection, channel: Channel, since: date) -> Sequence[Any]:
    """What the bills of trades and splits said of the steps that the bill of funds tells too."""
    question = sa.select(CHANNEL_ROW).where(
        CHANNEL_ROW.c.channel == channel.name,
        CHANNEL_ROW.c.step.in_([step.value for step in channel.fund_steps]),
        CHANNEL_ROW.c.day >= since.toordinal(),
    )
    return (await connection.execute(question)).all()


class _Told:
    """What a channel's other bills told, to be found by a row of its bill of funds."""

    def __init__(self, kept: Iterable[Any]) -> None:
        self._numbers: dict[tuple[str, str | None], Any] = {}
        self._ids: dict[tuple[str, str], Any] = {}
        self._orders: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for each in kept:
            self._numbers[each.step, each.number] = each
            self._ids[each.step, each.channel_id] = each
            if each.order_no:
                self._orders[each.step, each.order_no].append(each)

    def fitting(self, row: BillRow) -> Any | None:
        """By our number; else by the channel's; else the same amount of the same order, under whatever number."""
        step = row.step.value
        found = self._ids.get((step, row.channel_id))
        if row.number is None:
            return found
        found, same = self._numbers.get((step, row.number), found), self._orders[step, order_of(row.number)]
        if row.step is Step.CAPTURE:  # of which an order has one
            return found or next(iter(same), None)
        return found or next((each for each in same if abs(each.fen) == abs(row.fen)), None)


def _same(row: BillRow, ours: Any) -> bool:
    """Amounts alone: seen from another account, the same move has the other sign."""
    fee = _fee(row)
    return abs(row.fen) == abs(ours.fen) if fee is None else fee == (ours.fee_fen or 0)


def _ref(row: BillRow) -> str:
    own = row.number or row.channel_id
    return own if _fee(row) is None else f"{own}.fee"


async def _raise(unit: Unit, channel: str, kind: Kind, row: BillRow, ours: Any | None) -> int:
    order = ours.order_no if ours is not None else None if row.number is None else order_of(row.number)
    fee = _fee(row)
    theirs, known = (
        (row.fen, None if ours is None else ours.fen) if fee is None else (fee, ours.fee_fen if ours else None)
    )
    says = Sides(channel_fen=theirs, ledger_fen=known, order=order, raw=row.raw)
    return await raise_difference(unit, channel, kind, Entry.FUND, _ref(row), row.business_date, says)
