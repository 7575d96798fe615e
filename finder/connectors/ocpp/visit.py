"""One connection of a pile: what it said of itself since it came, and what that means for board, book and desk."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from finder.connectors.ocpp.authorize import Authorizer, Verdict
from finder.connectors.ocpp.config import OcppConfig, OcppLimits
from finder.connectors.ocpp.sessions import Begun, Ended, Measured, Sessions
from finder.connectors.ocpp.stations import evse_id
from finder.connectors.ocpp.statuses import ALARMS_16, WHOLE, Statuses
from finder.connectors.ocpp.times import WRONG, order_time, read_time, true_time
from finder.connectors.ocpp.tokens import Shown
from finder.connectors.sdk.alarms import AlarmNews
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.pile_book import PileTransaction
from finder.connectors.sdk.piles import Kept, PileId
from finder.connectors.sdk.ports import Tell
from finder.connectors.sdk.sessions import SessionState
from finder.errors import NotFound
from finder.live.model import Observation, Status

MAX_PLUGS = 16  # of one EVSE, in 2.0.1
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """What every connection of one source shares."""

    config: OcppConfig
    bench: Workbench
    authorizer: Authorizer
    sessions: Sessions

    @property
    def limits(self) -> OcppLimits:
        """How far one pile may go."""
        return self.config.limits


class Visit:
    """A pile that is here. Methods may raise StoreUnavailable, and NotFound once it has left the register."""

    def __init__(self, house: House, kept: Kept, version: str, tell: Tell) -> None:
        self.house, self.version = house, version
        self.pile_id: PileId = kept.pile.id
        self.password_at = kept.password_at
        self.statuses = Statuses()
        self._tell = tell
        self._clock = house.bench.clock
        self._kept = kept
        self._warned = False

    async def arrive(self) -> None:
        """Recalls what charged when it was last here."""
        if self.version == "1.6":  # its status tells by itself whether it charges
            return
        for t in await self.house.sessions.running(self.pile_id):
            self.statuses.charges(t.evse, now=t.state is SessionState.CHARGING)

    async def kept(self) -> Kept:
        """The pile as the register has it now."""
        kept = await self.house.bench.piles.get(self.house.config.source, self.pile_id)
        if kept is None:
            raise NotFound(f"没有充电桩 {self.pile_id}", f"there is no pile {self.pile_id}", code="NO_SUCH_PILE")
        self._kept = kept
        return kept

    def renew(self, kept: Kept) -> None:
        """Its description in the register changed."""
        self._kept = kept

    def has(self, evse: int) -> bool:
        """Whether the register knows this plug."""
        return self._kept.pile.connector(evse) is not None

    @property
    def only_evse(self) -> int | None:
        """Its plug, where it has but one."""
        connectors = self._kept.pile.connectors
        return connectors[0].number if len(connectors) == 1 else None

    def unheard(self) -> list[int]:
        """Plugs of which it said nothing yet."""
        return [c.number for c in self._kept.pile.connectors if not self.statuses.heard_of(c.number)]

    def observations(self) -> list[Observation]:
        """Its plugs now, as far as it spoke of them."""
        return self._seen(c.number for c in self._kept.pile.connectors)

    async def status(self, evse: int, plug: int, status: Status, stamp: str | None) -> None:
        """Takes the status of a plug, or of the whole pile (0)."""
        known = self.has(evse) or (evse, plug) == (WHOLE, WHOLE)
        if not known or not 0 <= plug <= MAX_PLUGS:
            log.warning("pile_plug_unknown", pile=self.pile_id, evse=evse)
            return
        stands = read_time(stamp)
        if stands is not None and abs(stands - self._clock()) > WRONG and not self._warned:
            self._warned = True
            log.warning("pile_clock_wrong", pile=self.pile_id, by_s=round((stands - self._clock()).total_seconds()))
        if self.statuses.tell(evse, plug, status, order_time(stamp, self._clock())):
            await self._show(None if evse == WHOLE else evse)

    async def afraid(self, evse: int, code: str, stamp: str | None, text: str) -> None:
        """It told of something that is about safety, of a plug or of the whole pile (0)."""
        source, at = self.house.config.source, true_time(stamp, self._clock())
        plugs = [c.number for c in self._kept.pile.connectors] if evse == WHOLE else [evse] if self.has(evse) else []
        for plug in plugs:
            news = AlarmNews(evse_id(source, self.pile_id, plug), ALARMS_16[code], at, code, text)
            await self.house.bench.alarms.alarm(news)

    async def ask(self, shown: Shown | None, evse: int | None) -> Verdict:
        """May this token charge?"""
        return await self.house.authorizer.ask(await self.kept(), shown, evse)

    async def begin(self, begun: Begun, measured: Measured) -> tuple[PileTransaction, Verdict]:
        """It began to charge, or says so again."""
        t, verdict = await self.house.sessions.begin(self.pile_id, begun, measured)
        await self._flow(t.evse, measured)
        return t, verdict

    async def measure(self, t: PileTransaction, measured: Measured) -> bool:
        """It measured; True where the order's limit would be passed by the next time."""
        changed = await self.house.sessions.measure(t, measured)
        if not changed.over:
            await self._flow(t.evse, measured)
        return self.house.sessions.over_limit(changed, t)

    async def end(self, t: PileTransaction, ended: Ended, measured: Measured) -> PileTransaction:
        """It stopped charging."""
        over = await self.house.sessions.end(t, ended, measured)
        self.statuses.charges(t.evse, now=False)
        await self._show(t.evse)
        return over

    async def _flow(self, evse: int, measured: Measured) -> None:
        if measured.charging is not None:
            self.statuses.charges(evse, now=measured.charging)
            await self._show(evse)

    async def _show(self, evse: int | None) -> None:
        seen = self.observations() if evse is None else self._seen([evse] if self.has(evse) else [])
        if seen:
            await self._tell(seen)

    def _seen(self, evses: Iterable[int]) -> list[Observation]:
        # By our clock: a pile's own may be years off, and what it says now is true now.
        source, now = self.house.config.source, self._clock()
        told = ((evse, self.statuses.of(evse)) for evse in evses)
        return [
            Observation(evse_id(source, self.pile_id, evse), status, now, source)
            for evse, status in told
            if status is not Status.UNKNOWN
        ]
