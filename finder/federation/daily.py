"""Our list of a day's bills, sent to operators that compare it with theirs: once a day, for the day before."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

import structlog

from finder.connectors.sdk.control import BillCheck
from finder.connectors.sdk.desk import Claimed, Disputed, Heard
from finder.connectors.sdk.sessions import Bill
from finder.errors import OperatorError, Unavailable
from finder.kernel.clock import SHANGHAI, Clock
from finder.stations.model import SourceId

Bills: TypeAlias = Callable[[SourceId, datetime, datetime], Awaitable[Sequence[tuple[Bill, Heard]]]]

BETWEEN = (time(1), time(3))  # what is late has come by then, and the operators' own lists are made
AGAIN_S = 600.0
TRIES = 6
log = structlog.get_logger(__name__)


class DailyBills:
    """One operator's daily comparison. `tell` is given what it bills otherwise."""

    def __init__(
        self,
        source: SourceId,
        check: BillCheck,
        bills: Bills,
        tell: Callable[[Sequence[Disputed]], None],
        clock: Clock,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._source, self._check, self._bills, self._tell = source, check, bills, tell
        self._clock, self._dice = clock, dice

    async def run(self) -> None:
        """Works until it is cancelled."""
        while True:
            now = self._clock()
            at = next_check(now, self._dice())
            await asyncio.sleep((at - now).total_seconds())
            day = at.astimezone(SHANGHAI).date() - timedelta(days=1)
            for _ in range(TRIES):
                try:
                    await self.compare(day)
                    break
                except (OperatorError, Unavailable) as away:
                    log.warning("bills_not_compared", source=self._source, day=f"{day}", code=away.code)
                    await asyncio.sleep(AGAIN_S)

    async def compare(self, day: date) -> Sequence[Disputed]:
        """Sends that day's bills, the first of each session. Raises OperatorError, StoreUnavailable."""
        since = datetime.combine(day, time(), SHANGHAI)
        until = since + timedelta(days=1)
        claims: dict[str, Claimed] = {}
        for bill, _ in await self._bills(self._source, since, until):
            session = bill.session_id or bill.native_id
            claims.setdefault(session, Claimed(session, bill.kwh, bill.total))
        disputed = await self._check.check_bills(since, until, list(claims.values()))
        self._tell(disputed)
        log.info("bills_compared", source=self._source, day=f"{day}", bills=len(claims), disputed=len(disputed))
        return disputed


def next_check(now: datetime, dice: float) -> datetime:
    """The next moment for it: within the hours after midnight in Asia/Shanghai, where `dice` (0 … 1) says."""
    local = now.astimezone(SHANGHAI)
    first, last = (datetime.combine(local.date(), each, SHANGHAI) for each in BETWEEN)
    at = first + (last - first) * dice
    return at if at > local else at + timedelta(days=1)
