"""The nightly comparison of channels, operators and ledger: each party apart, whoever is away is asked again."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

import sqlalchemy as sa
import structlog

from finder.charging.comparing import settle
from finder.charging.inquiry import OrderInquiry
from finder.charging.order import ORDER
from finder.charging.outside import Outside
from finder.connectors.sdk.control import BillSource
from finder.connectors.sdk.desk import Desk
from finder.errors import ChannelUnavailable, FinderError, Unavailable
from finder.federation.daily import Bills
from finder.kernel.clock import SHANGHAI
from finder.money.funds import reconcile_funds
from finder.money.operator_rows import Listed, Origin, has_claims, listed
from finder.money.operators import reconcile_operator
from finder.money.reconcile import CARRY_DAYS, WINDOW_DAYS, Summary, business_day, reconcile
from finder.money.runs import Party, Run, Runs, RunState
from finder.stations.model import SourceId
from finder.storage.unit import from_us, to_us

BETWEEN = (time(10, 10), time(10, 50))  # channels make their bills of the day before by ten
AGAIN_S = 900.0
TRIES = 8
PARTY_S = 600.0  # shorter than the lease of a run
AT_ONCE = 4
LATE_DAYS = 2 * CARRY_DAYS + 1
Told: TypeAlias = Callable[[Party, str, date, RunState], None]
NOBODY: Told = lambda *_: None  # noqa: E731
log = structlog.get_logger(__name__)


class Nightly:
    """Compares every party's days that are due. `bills` are those that operators pushed, as the desk kept them."""

    def __init__(
        self,
        outside: Outside,
        desk: Desk,
        bills: Bills,
        wake: Callable[[], None] = lambda: None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self.runs = Runs(outside.work)
        self._outside, self._work, self._bills = outside, outside.work, bills
        self._inquiry = OrderInquiry(outside, desk)
        self._wake, self._dice = wake, dice

    async def run(self) -> None:
        """Works until it is cancelled: at once, since a night may have been missed, then every day after ten."""
        while True:
            for _ in range(TRIES):
                if not await self._tried():
                    break
                await asyncio.sleep(AGAIN_S)
            now = self._work.clock()
            await asyncio.sleep((next_night(now, self._dice()) - now).total_seconds())

    async def _tried(self) -> int:
        try:
            return await self.step()
        except Unavailable as away:
            log.warning("nights_wait", code=away.code)
            return 1
        except Exception:
            log.exception("night_fault")
            return 1

    async def parties(self) -> list[tuple[Party, str, date]]:
        """Every channel, its funds, and every operator of whom the last month had an order, with its first day."""
        found: list[tuple[Party, str, date]] = []
        async with self._work.read() as connection:
            for party, column in ((Party.CHANNEL, ORDER.c.channel), (Party.OPERATOR, ORDER.c.operator)):
                since = to_us(self._work.clock() - timedelta(days=WINDOW_DAYS + CARRY_DAYS))
                first = sa.func.min(ORDER.c.created_at)
                question = sa.select(column, first).where(ORDER.c.created_at >= since).group_by(column).order_by(column)
                for name, at in await connection.execute(question):
                    if party is Party.OPERATOR or name in self._outside.channels:
                        found.append((party, name, from_us(at).astimezone(SHANGHAI).date()))
        return [*found, *((Party.FUNDS, name, of) for party, name, of in found if party is Party.CHANNEL)]

    async def due(self) -> list[tuple[Party, str, Sequence[date]]]:
        """What is to be compared now."""
        last = business_day(self._work.clock())
        found = [(party, name, await self.runs.due(party, name, of, last)) for party, name, of in await self.parties()]
        return [each for each in found if each[2]]

    async def step(self, told: Told = NOBODY) -> int:
        """Compares whatever is due, then lets orders go on; how many runs are to be tried again.

        Raises StoreUnavailable.
        """
        seats = asyncio.Semaphore(AT_ONCE)

        async def party(kind: Party, name: str, days: Sequence[date]) -> int:
            async with seats:
                states = [await self.compare(kind, name, day, told=told) for day in days]
            return sum(state is RunState.AWAY for state in states)

        due, away = await self.due(), 0
        # Funds last: they are held against what the same channel's other bills said.
        for funds in (False, True):
            group = [each for each in due if (each[0] is Party.FUNDS) is funds]
            away += sum(await asyncio.gather(*(party(*each) for each in group)))
        await settle(self._work)
        self._wake()
        return away

    async def again(self, day: date, told: Told = NOBODY) -> Sequence[Run]:
        """Compares that day with everybody once more, by hand."""
        for kind, name, _ in await self.parties():
            await self.compare(kind, name, day, again=True, told=told)
        await settle(self._work)
        self._wake()
        return await self.runs.of(day)

    async def compare(
        self, party: Party, name: str, day: date, *, again: bool = False, told: Told = NOBODY
    ) -> RunState:
        """One party's day. Whatever goes wrong with it is written down and stops nobody else."""
        if not await self.runs.begin(party, name, day, again=again):
            return RunState.RUNNING
        try:
            async with asyncio.timeout(PARTY_S):
                summary = await self._compare(party, name, day)
        except Unavailable:
            raise
        except Exception as wrong:
            code = wrong.code if isinstance(wrong, FinderError) else type(wrong).__name__
            log.warning("day_not_compared", party=party.value, name=name, day=f"{day}", code=code)
            await self.runs.away(party, name, day, code)
            told(party, name, day, RunState.AWAY)
            return RunState.AWAY
        await self.runs.done(party, name, summary)
        counts = {"matched": summary.matched, "waiting": summary.waiting, "raised": summary.raised}
        log.info("day_compared", party=party.value, name=name, day=f"{day}", **counts)
        told(party, name, day, RunState.DONE)
        return RunState.DONE

    async def _compare(self, party: Party, name: str, day: date) -> Summary:
        if party is Party.CHANNEL:
            return await reconcile(self._work, self._outside.channels[name], day, self._inquiry)
        if party is Party.FUNDS:
            return await reconcile_funds(
                self._work, self._outside.channels[name], day, judged=await self._taken(name, day)
            )
        return await reconcile_operator(self._work, name, day, await self._list(name, day), self._inquiry)

    async def _taken(self, channel: str, day: date) -> bool:
        """Whether funds can be judged: False of a channel that was new then. Raises ChannelUnavailable: try again.

        A row of funds may belong to the bill of any day up to this one, so one that is not taken would be a difference.
        """
        states: list[RunState | None] = []
        for back in range(CARRY_DAYS, -1, -1):
            runs = await self.runs.of(day - timedelta(days=back))
            states.append(next((r.state for r in runs if (r.party, r.name) == (Party.CHANNEL, channel)), None))
        if states[0] is None:
            return False
        if any(state is not RunState.DONE for state in states):
            raise ChannelUnavailable(
                "渠道的交易账单未对完", "the channel's own bills come first", code="BILLS_NOT_TAKEN"
            )
        return True

    async def _list(self, operator: SourceId, day: date) -> list[Listed]:
        """What the operator says of that day: its list, or else what it pushed. Raises OperatorError."""
        since = datetime.combine(day, time(), SHANGHAI)
        until, source = since + timedelta(days=1), self._outside.connector(operator)
        if isinstance(source, BillSource):
            return [listed(bill, Origin.LIST) async for bills in source.bills(since, until) for bill in bills]
        async with self._work.read() as connection:
            if await has_claims(connection, operator, day):
                return []  # its list came by itself, and is kept
        rows: dict[str, Listed] = {}
        # A push may come days after the session's end, when that day was compared already.
        for bill, _ in await self._bills(operator, since - timedelta(days=LATE_DAYS), until):
            row = listed(bill, Origin.PUSH)
            rows.setdefault(row.session, row)  # another bill of the same session waits at its order for a person
        return list(rows.values())


def next_night(now: datetime, dice: float) -> datetime:
    """The next moment for it: after ten in the morning in Asia/Shanghai, where `dice` (0 … 1) says."""
    local = now.astimezone(SHANGHAI)
    first, last = (datetime.combine(local.date(), each, SHANGHAI) for each in BETWEEN)
    at = first + (last - first) * dice
    return at if at > local else at + timedelta(days=1)
