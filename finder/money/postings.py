"""What each step of an order's money writes into the ledger; one function an edge.

Every key holds the number of the effect, so that a step which is told twice is written once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.money.ledger import Account, Edge, Move, Transaction
from finder.stations.model import SourceId

NOTHING = Money(0)


@dataclass(frozen=True, slots=True)
class Books:
    """Whose order it is, through which channel, and when."""

    order: Number
    operator: SourceId
    channel: str
    at: datetime

    def hold(self, number: Number, amount: Money) -> Transaction:
        """The channel holds an amount for us. A memo: it is nobody's money yet."""
        return self._one(Edge.HOLD, number, Account.HOLD, Account.HOLD_CONTRA, amount)

    def hold_over(self, number: Number, amount: Money) -> Transaction:
        """The hold was captured, released or ended."""
        return self._one(Edge.HOLD_OVER, number, Account.HOLD_CONTRA, Account.HOLD, amount)

    def bill(self, native_id: str, total: Money, subsidy: Money = NOTHING) -> Transaction:
        """The operator's final bill; the driver owes what nobody pays for him."""
        moves = _above_0(
            Move(Account.USER_RECEIVABLE, Account.OPERATOR_PAYABLE, Money(total.fen - subsidy.fen)),
            Move(Account.PROMOTION, Account.OPERATOR_PAYABLE, subsidy),
        )
        return self._transaction(Edge.BILL, native_id, moves)

    def revised_bill(self, native_id: str, before: Money, after: Money) -> Transaction:
        """Another total for a bill that stands in the books."""
        more = after.fen - before.fen
        accounts = (Account.USER_RECEIVABLE, Account.OPERATOR_PAYABLE)
        debit, credit = accounts if more > 0 else accounts[::-1]
        return self._one(Edge.REVISED_BILL, native_id, debit, credit, Money(abs(more)))

    def capture(self, number: Number, amount: Money) -> Transaction:
        """The channel took the driver's payment for the operator."""
        return self._one(Edge.CAPTURE, number, Account.CHANNEL_CLEARING, Account.USER_RECEIVABLE, amount)

    def channel_fee(self, number: Number, fee: Money) -> Transaction:
        """What the channel keeps of the operator's money."""
        return self._one(Edge.CHANNEL_FEE, number, Account.OPERATOR_PAYABLE, Account.CHANNEL_CLEARING, fee)

    def commission(self, number: Number, amount: Money) -> Transaction:
        """Our share of the operator's money; ours once it is split."""
        return self._one(Edge.COMMISSION, number, Account.OPERATOR_PAYABLE, Account.COMMISSION_INCOME, amount)

    def split(self, number: Number, amount: Money) -> Transaction:
        """The channel passed our share to us."""
        return self._one(Edge.SPLIT, number, Account.PLATFORM_AT_CHANNEL, Account.CHANNEL_CLEARING, amount)

    def settled(self, number: Number, amount: Money) -> Transaction:
        """The channel passed the rest to the operator or, below 0, took it from him again, as for a refund."""
        accounts = (Account.OPERATOR_PAYABLE, Account.CHANNEL_CLEARING)
        debit, credit = accounts if amount.fen > 0 else accounts[::-1]
        return self._one(Edge.SETTLED, number, debit, credit, Money(abs(amount.fen)))

    def refund_asked(self, number: Number, amount: Money) -> Transaction:
        """A refund is on its way to the driver."""
        return self._one(Edge.REFUND_ASKED, number, Account.USER_RECEIVABLE, Account.REFUND_IN_TRANSIT, amount)

    def refund_done(self, number: Number, amount: Money) -> Transaction:
        """The channel gave it back."""
        return self._one(Edge.REFUND_DONE, number, Account.REFUND_IN_TRANSIT, Account.CHANNEL_CLEARING, amount)

    def refund_failed(self, number: Number, amount: Money) -> Transaction:
        """The channel did not give it back; the driver is still owed it."""
        return self._one(Edge.REFUND_FAILED, number, Account.REFUND_IN_TRANSIT, Account.USER_RECEIVABLE, amount)

    def split_returned(self, number: Number, amount: Money) -> Transaction:
        """Our share went back: the operator is owed it again, and the channel has it."""
        moves = (
            Move(Account.COMMISSION_INCOME, Account.OPERATOR_PAYABLE, amount),
            Move(Account.CHANNEL_CLEARING, Account.PLATFORM_AT_CHANNEL, amount),
        )
        return self._transaction(Edge.SPLIT_RETURNED, number, moves)

    def bad_debt(self, number: Number, amount: Money) -> Transaction:
        """The driver will not pay."""
        return self._one(Edge.BAD_DEBT, number, Account.BAD_DEBT, Account.USER_RECEIVABLE, amount)

    def difference(
        self, key: str, account: Account, fen: int, note: str, counter: Account = Account.SUSPENSE
    ) -> Transaction:
        """What a reconciliation found: above 0 is debited to the account, below 0 credited, against the counter."""
        debit, credit = (account, counter) if fen > 0 else (counter, account)
        moves = (Move(debit, credit, Money(abs(fen))),)
        return self._transaction(Edge.DIFFERENCE, key, moves, note)

    def _one(self, edge: Edge, number: str, debit: Account, credit: Account, amount: Money) -> Transaction:
        return self._transaction(edge, number, (Move(debit, credit, amount),))

    def _transaction(self, edge: Edge, number: str, moves: Sequence[Move], note: str = "") -> Transaction:
        key = f"{edge.value}:{self.order}:{number}"
        return Transaction(key, edge, self.order, self.operator, self.channel, moves, self.at, note)


def _above_0(*moves: Move) -> tuple[Move, ...]:
    return tuple(move for move in moves if move.amount.fen)
