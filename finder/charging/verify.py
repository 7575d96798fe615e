"""What is always true of orders and the ledger together: an order that is over leaves nothing open."""

from collections.abc import AsyncGenerator

from finder.charging.decide import over
from finder.charging.order import ORDER, Order, find, items
from finder.kernel.ids import Number
from finder.money.ledger import Account, balances
from finder.money.verify import Broken, Invariant, broken
from finder.storage.unit import Work

_AT_ONCE = 500
_NOTHING_LEFT = ((Account.USER_RECEIVABLE, Invariant.SETTLED), (Account.HOLD, Invariant.MEMO))


async def verify(work: Work) -> AsyncGenerator[Broken | Order, None]:
    """Every order as it is passed, and whatever is broken, the ledger's own invariants first."""
    async with work.read() as connection:
        for found in await broken(connection):
            yield found
    after: Number = ""
    while True:
        async with work.read() as connection:
            orders = await find(connection, ORDER.c.number > after, limit=_AT_ONCE)
            for order in orders:
                yield order
                if not over(order, await items(connection, order.number)):
                    continue
                book = await balances(connection, order.number)
                for account, invariant in _NOTHING_LEFT:
                    if left := book.get(account, 0):
                        yield Broken(invariant, order.number, f"{account.value} {left}")
        if len(orders) < _AT_ONCE:
            return
        after = orders[-1].number
