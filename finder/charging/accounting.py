"""What officials and operators ask of the books: where the parties differ, what is decided, and statements."""

from collections.abc import Callable, Sequence

from finder.charging.comparing import reconsider
from finder.money.differences import Decision, Difference, decide, differences
from finder.money.statements import Period, Statement, statement
from finder.stations.model import SourceId
from finder.storage.unit import Work


class Accounting:
    """Over one database; `wake` tells the outbox that there is something to do."""

    def __init__(self, work: Work, wake: Callable[[], None] = lambda: None) -> None:
        self.work, self._wake = work, wake

    async def differences(self, *, decided: bool | None, after: str, limit: int) -> Sequence[Difference]:
        """The oldest first, after an id. Raises StoreUnavailable."""
        return await differences(self.work, decided=decided, after=after, limit=limit)

    async def decide(self, difference_id: str, decision: Decision, by: str, note: str) -> Difference:
        """An official's word, once; the order goes on at once where nothing else holds it back.

        Raises NotFound, Conflict, BadInput.
        """
        decided = await decide(self.work, difference_id, decision, by, note)
        if decided.order is not None:
            await reconsider(self.work, decided.order)
            self._wake()
        return decided

    async def statement(self, operator: SourceId, period: Period) -> Statement:
        """An operator's settlement statement. Raises NotFound, StoreUnavailable."""
        return await statement(self.work, operator, period)
