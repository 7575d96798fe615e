"""The book of what piles that join directly charged: their transactions, numbered by us, there after a restart."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import msgspec

from finder.connectors.sdk.piles import PileId
from finder.connectors.sdk.sessions import Bill, OrderNo, SessionState, StopReason
from finder.errors import NotFound
from finder.kernel.money import Money
from finder.stations.model import Record, SourceId, Tariff

LAST_NUMBER = 2**31 - 1  # what a pile with 32 bits can hold
OVER = frozenset({SessionState.ENDED, SessionState.REJECTED})


class Reading(Record, frozen=True, kw_only=True):
    """What the meter's register showed, in Wh."""

    at: datetime
    wh: int


class Meter(Record, frozen=True, kw_only=True):
    """The readings that a bill needs, by time; `trouble` is a code that says why none can be made of them."""

    readings: tuple[Reading, ...] = ()
    trouble: str | None = None


class PileTransaction(Record, frozen=True, kw_only=True):
    """One charge at a pile, from the request to the bill. Times in UTC, power in kW, state of charge in percent.

    `number` is ours, 1 … 2^31 - 1, and 0 until the book gave one. `tag` is the token that we made for an order of
    ours; what a driver showed is never kept. `key` tells a repeat of the pile's own message: it is unique at the pile.
    `wire_id` is how the pile knows the transaction. `due`: the desk has not heard all of it yet.
    """

    source: SourceId
    pile_id: PileId
    evse: int
    tariff: Tariff
    heard_at: datetime  # by our clock
    number: int = 0
    state: SessionState = SessionState.STARTING
    order: OrderNo | None = None
    limit: Money | None = None
    tag: str | None = None
    key: str | None = None
    wire_id: str | None = None
    twin: int | None = None  # the number of an earlier transaction that began alike
    cancelled: bool = False  # a stop was asked for before it began
    requested_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    meter: Meter = Meter()
    kw: Decimal | None = None
    soc: int | None = None
    reason: str | None = None  # why it was rejected or ended, as a code
    stop: StopReason = StopReason.OTHER
    bill: Bill | None = None
    due: bool = False

    def __repr__(self) -> str:  # without the token, which would start a charge
        return f"<PileTransaction {self.source} {self.number} at {self.pile_id}: {self.state}>"

    @property
    def over(self) -> bool:
        """Whether it has ended or never began."""
        return self.state in OVER

    @property
    def reserved(self) -> bool:
        """Whether it was asked for from afar, under an order of ours."""
        return self.tag is not None


Change = Callable[[PileTransaction], PileTransaction]


class PileBook(Protocol):
    """Transactions by number. Every method may raise StoreUnavailable; then nothing is half done."""

    async def begin(self, transaction: PileTransaction) -> tuple[PileTransaction, bool]:
        """Enters a transaction under a new number; True. Where its order was reserved already, or its key is known
        at the pile, that one comes back and nothing is entered; False."""

    async def change(self, source: SourceId, number: int, how: Change) -> PileTransaction:
        """Replaces a transaction by what `how` makes of it, alone with it. Raises NotFound, and what `how` raises."""

    async def numbered(self, source: SourceId, number: int) -> PileTransaction | None:
        """By its number."""

    async def ordered(self, source: SourceId, order: OrderNo) -> PileTransaction | None:
        """The newest under this order."""

    async def tagged(self, source: SourceId, pile_id: PileId, tag: str) -> PileTransaction | None:
        """That for which this token was made."""

    async def keyed(self, source: SourceId, pile_id: PileId, key: str) -> PileTransaction | None:
        """That which the pile began with this message."""

    async def running(self, source: SourceId, pile_id: PileId) -> list[PileTransaction]:
        """Those of a pile that are not over, by number."""

    async def due(self, source: SourceId, limit: int) -> list[PileTransaction]:
        """Of which the desk has not heard all, by number."""

    async def unbegun(self, source: SourceId, before: datetime, limit: int) -> list[PileTransaction]:
        """Not over, asked for before then, and never begun."""


class MemoryBook:
    """One process's book, for practice and tests."""

    def __init__(self) -> None:
        self._pages: dict[tuple[SourceId, int], PileTransaction] = {}
        self._number = 0

    async def begin(self, transaction: PileTransaction) -> tuple[PileTransaction, bool]:
        """See PileBook."""
        for known in self._of(transaction.source):
            ordered = transaction.reserved and known.reserved and known.order == transaction.order
            keyed = transaction.key is not None and (known.pile_id, known.key) == (transaction.pile_id, transaction.key)
            if ordered or keyed:
                return known, False
        self._number += 1
        entered = msgspec.structs.replace(transaction, number=self._number)
        self._pages[entered.source, entered.number] = entered
        return entered, True

    async def change(self, source: SourceId, number: int, how: Change) -> PileTransaction:
        """See PileBook."""
        known = self._pages.get((source, number))
        if known is None:
            raise no_such_transaction(number)
        changed = self._pages[source, number] = how(known)
        return changed

    async def numbered(self, source: SourceId, number: int) -> PileTransaction | None:
        """See PileBook."""
        return self._pages.get((source, number))

    async def ordered(self, source: SourceId, order: OrderNo) -> PileTransaction | None:
        """See PileBook."""
        return next((each for each in reversed(self._of(source)) if each.order == order), None)

    async def tagged(self, source: SourceId, pile_id: PileId, tag: str) -> PileTransaction | None:
        """See PileBook."""
        return next((each for each in self._of(source) if (each.pile_id, each.tag) == (pile_id, tag)), None)

    async def keyed(self, source: SourceId, pile_id: PileId, key: str) -> PileTransaction | None:
        """See PileBook."""
        return next((each for each in self._of(source) if (each.pile_id, each.key) == (pile_id, key)), None)

    async def running(self, source: SourceId, pile_id: PileId) -> list[PileTransaction]:
        """See PileBook."""
        return [each for each in self._of(source) if each.pile_id == pile_id and not each.over]

    async def due(self, source: SourceId, limit: int) -> list[PileTransaction]:
        """See PileBook."""
        return [each for each in self._of(source) if each.due][:limit]

    async def unbegun(self, source: SourceId, before: datetime, limit: int) -> list[PileTransaction]:
        """See PileBook."""
        waiting = [each for each in self._of(source) if not each.over and each.started_at is None]
        return [each for each in waiting if each.requested_at is not None and each.requested_at < before][:limit]

    def _of(self, source: SourceId) -> Sequence[PileTransaction]:
        return [each for (of, _), each in self._pages.items() if of == source]


def no_such_transaction(number: int) -> NotFound:
    """That the book has no such number."""
    return NotFound(f"没有交易 {number}", f"there is no transaction {number}", code="NO_SUCH_TRANSACTION")
