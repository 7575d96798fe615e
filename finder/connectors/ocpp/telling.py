"""Tells the desk of a pile's charge, and again until it has heard."""

import asyncio
from collections import Counter

import msgspec
import structlog

from finder.connectors.ocpp.bills import amounts
from finder.connectors.ocpp.stations import evse_id
from finder.connectors.sdk.desk import Desk, Heard
from finder.connectors.sdk.pile_book import PileBook, PileTransaction
from finder.connectors.sdk.sessions import SessionSeen
from finder.errors import BadInput, FinderError
from finder.stations.model import SourceId

TELL_S = 3.0  # the pile waits meanwhile; what the desk has not heard by then is told later
_AT_ONCE = 100
log = structlog.get_logger(__name__)


class Teller:
    """The way from the book to the desk. What was not heard stays marked in the book, so a restart loses nothing."""

    def __init__(self, source: SourceId, desk: Desk, book: PileBook) -> None:
        self._source, self._desk, self._book = source, desk, book
        self._telling: Counter[int] = Counter()

    async def tell(self, t: PileTransaction) -> None:
        """Tells once. Raises nothing: what fails is told again by `catch_up`."""
        self._telling[t.number] += 1
        try:
            async with asyncio.timeout(TELL_S):
                await self._desk.session(session_seen(t))
                if t.bill is not None and await self._desk.bill(t.bill) is Heard.DISPUTED:
                    log.warning("pile_bill_disputed", source=t.source, number=t.number)
                if t.due:
                    await self._book.change(t.source, t.number, lambda now: _heard(now, t))
        except BadInput as bad:
            log.error("desk_refuses", source=t.source, number=t.number, code=bad.code)
        except (TimeoutError, FinderError) as away:
            log.warning("desk_not_told", source=t.source, number=t.number, why=getattr(away, "code", "TIMEOUT"))
        except Exception:
            log.exception("desk_fault", source=t.source, number=t.number)
        finally:
            self._telling[t.number] -= 1
            self._telling += Counter()  # forgets those at 0

    async def catch_up(self) -> None:
        """Tells what the desk has not heard. Raises StoreUnavailable."""
        for listed in await self._book.due(self._source, _AT_ONCE):
            t = await self._book.numbered(self._source, listed.number)
            if t is not None and t.due and not self._telling[t.number]:
                await self.tell(t)


def _heard(now: PileTransaction, told: PileTransaction) -> PileTransaction:
    """What changed meanwhile is still due."""
    return msgspec.structs.replace(now, due=False) if now == told else now


def session_seen(t: PileTransaction) -> SessionSeen:
    """The charge as the desk and the phone want it. Raises BadInput for what cannot be."""
    told = None if t.meter.trouble or not t.meter.readings else amounts(t.meter, t.tariff)
    if t.over and t.bill is None:
        told = None  # no amount is made up for what has no bill
    return SessionSeen(
        source=t.source,
        native_id=str(t.number),
        state=t.state,
        observed_at=t.heard_at,
        order=t.order,
        evse_id=evse_id(t.source, t.pile_id, t.evse),
        connector_id=str(t.evse),
        started_at=t.started_at,
        ended_at=t.ended_at,
        kwh=None if told is None else told.kwh,
        kw=t.kw,
        soc=t.soc,
        electricity=None if told is None else told.electricity,
        service=None if told is None else told.service,
        total=None if told is None else told.total,
        lines=() if told is None else told.lines,
        reason=t.reason,
    )
