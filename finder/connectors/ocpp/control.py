"""Starts and stops charges from afar, and says what a plug is like before that."""

import structlog

from finder.connectors.ocpp.authorize import may_now
from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.library import NoAnswer, NotSent, SaidNo
from finder.connectors.ocpp.pile import Pile
from finder.connectors.ocpp.sessions import CANCELLED, Sessions
from finder.connectors.ocpp.stations import plug_of
from finder.connectors.ocpp.telling import session_seen
from finder.connectors.ocpp.tokens import new_tag
from finder.connectors.sdk.control import Commanded, Outcome, PlugState, Reason, SessionRef, StartRequest
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.pile_book import PileTransaction
from finder.connectors.sdk.piles import PileId
from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.live.model import Status
from finder.stations.model import EvseId, Tariff

_CLOSED = "不在桩主开放时段，请在开放时段再试 · outside the owner's hours: try within them"
_ELSEWHERE = "该桩连接在另一进程，请稍后再试 · another process holds this pile's connection: try again"
_PLUGS = {
    Status.OFFLINE: Reason.OFFLINE,
    Status.UNKNOWN: Reason.OFFLINE,
    Status.FAULTED: Reason.FAULTED,
    Status.CHARGING: Reason.OCCUPIED,
    Status.RESERVED: Reason.OCCUPIED,
    Status.BLOCKED: Reason.OCCUPIED,
    Status.AVAILABLE: Reason.NOT_PLUGGED,
}
log = structlog.get_logger(__name__)


class Control:
    """Commands to the piles that are connected to this process. Methods may raise StoreUnavailable."""

    def __init__(self, config: OcppConfig, bench: Workbench, sessions: Sessions, here: dict[PileId, Pile]) -> None:
        self._source, self._bench, self._sessions, self._here = config.source, bench, sessions, here

    async def start(self, request: StartRequest) -> Commanded:
        """See RemoteControl. The request is in the book before it leaves, so that a repeat finds it."""
        place = plug_of(self._source, request.evse_id)
        kept = None if place is None else await self._bench.piles.get(self._source, place[0])
        if place is None or kept is None or kept.pile.connector(place[1]) is None:
            return Commanded(Outcome.REJECTED, reason=Reason.NO_SUCH_EVSE)
        now = self._bench.clock()
        pile = self._here.get(kept.pile.id)
        known = await self._bench.pile_book.ordered(self._source, request.order)
        if known is None and not may_now(kept, request.person, now):
            return Commanded(Outcome.REJECTED, reason=Reason.CLOSED, said=_CLOSED)
        if known is None and pile is None:
            return await self._away(kept.pile.id)
        if known is None and pile is not None:
            asked = PileTransaction(
                source=self._source,
                pile_id=kept.pile.id,
                evse=place[1],
                tariff=kept.tariff_at(now),
                heard_at=now,
                state=SessionState.UNKNOWN,  # until the pile has answered
                order=request.order,
                limit=request.limit,
                tag=new_tag(),
                requested_at=now,
            )
            known, new = await self._bench.pile_book.begin(asked)
            if new:
                return await self._send(pile, known)
        return Commanded(_OUTCOMES.get(known.state, Outcome.ACCEPTED), str(known.number)) if known else _lost()

    async def stop(self, session: SessionRef) -> Commanded:
        """See RemoteControl. What has not begun yet never will."""
        t = await self.find(session)
        if t is None:
            return Commanded(Outcome.REJECTED, reason=Reason.UNKNOWN_SESSION)
        native_id = str(t.number)
        if t.started_at is None and not t.over:
            t = await self._sessions.mark(t, SessionState.REJECTED, CANCELLED)
            if t.state is SessionState.REJECTED:
                return Commanded(Outcome.ACCEPTED, native_id)
        if t.over:
            return Commanded(Outcome.REJECTED, native_id, Reason.ALREADY_STOPPED)
        pile = self._here.get(t.pile_id)
        if pile is None:
            return await self._away(t.pile_id, native_id)
        try:
            accepted = await pile.stop_charge(t)
        except NotSent:
            return Commanded(Outcome.REJECTED, native_id, Reason.OFFLINE)
        except NoAnswer:
            return Commanded(Outcome.UNKNOWN, native_id, Reason.TIMEOUT)
        except SaidNo as no:
            return Commanded(Outcome.REJECTED, native_id, _why(no), no.code)
        if not accepted:
            return Commanded(Outcome.REJECTED, native_id, Reason.OTHER)
        await self._sessions.mark(t, SessionState.STOPPING)
        return Commanded(Outcome.ACCEPTED, native_id)

    async def session(self, session: SessionRef) -> SessionSeen | None:
        """See SessionSource."""
        t = await self.find(session)
        return None if t is None else session_seen(t)

    async def plug(self, evse: EvseId) -> PlugState:
        """See PlugCheck."""
        place = plug_of(self._source, evse)
        pile = None if place is None else self._here.get(place[0])
        if place is None or pile is None:
            return PlugState(ready=False, reason=Reason.OFFLINE if place else Reason.NO_SUCH_EVSE)
        if not pile.visit.has(place[1]):
            return PlugState(ready=False, reason=Reason.NO_SUCH_EVSE)
        reason = _PLUGS.get(pile.visit.statuses.of(place[1]))
        return PlugState(ready=reason is None, reason=reason)

    async def price(self, evse: EvseId) -> Tariff | None:
        """See PriceSource."""
        place = plug_of(self._source, evse)
        kept = None if place is None else await self._bench.piles.get(self._source, place[0])
        return None if kept is None else kept.pile.tariff

    async def find(self, session: SessionRef) -> PileTransaction | None:
        """By our number, which is the operator's here; else the newest under the order."""
        if session.native_id is not None:
            if not (session.native_id.isascii() and session.native_id.isdigit()) or len(session.native_id) > 10:
                return None
            return await self._bench.pile_book.numbered(self._source, int(session.native_id))
        return await self._bench.pile_book.ordered(self._source, session.order)

    async def _send(self, pile: Pile, t: PileTransaction) -> Commanded:
        native_id = str(t.number)
        try:
            accepted = await pile.start_charge(t)
            reason, said = None if accepted else Reason.OTHER, None
        except NotSent:
            reason, said = Reason.OFFLINE, None
        except NoAnswer:
            return Commanded(Outcome.UNKNOWN, native_id, Reason.TIMEOUT)
        except SaidNo as no:
            reason, said = _why(no), no.code
        state = SessionState.STARTING if reason is None else SessionState.REJECTED
        now = await self._sessions.mark(t, state, reason)
        # It may have begun before its answer came, and then it charges, whatever was answered.
        rejected = now.state is SessionState.REJECTED
        return (
            Commanded(Outcome.REJECTED, native_id, reason, said) if rejected else Commanded(Outcome.ACCEPTED, native_id)
        )

    async def _away(self, pile_id: PileId, native_id: str | None = None) -> Commanded:
        elsewhere = await self._bench.piles.holders(self._source, [pile_id])
        return Commanded(Outcome.REJECTED, native_id, Reason.OFFLINE, _ELSEWHERE if elsewhere else None)


_OUTCOMES = {SessionState.UNKNOWN: Outcome.UNKNOWN, SessionState.REJECTED: Outcome.REJECTED}


def _why(no: SaidNo) -> Reason:
    return Reason.NOT_SUPPORTED if no.unsupported else Reason.OTHER


def _lost() -> Commanded:
    return Commanded(Outcome.REJECTED, reason=Reason.OFFLINE)
