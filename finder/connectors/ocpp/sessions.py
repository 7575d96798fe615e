"""A pile's transactions, whatever its version calls them: begun, measured, ended, billed, and told to the desk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import msgspec
import structlog

from finder.connectors.ocpp.authorize import REFUSED, Authorizer, Verdict
from finder.connectors.ocpp.bills import amounts, make_bill
from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.meter import take
from finder.connectors.ocpp.stations import evse_id
from finder.connectors.ocpp.telling import Teller
from finder.connectors.ocpp.tokens import Shown, as_tag
from finder.connectors.sdk.desk import Permission
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.pile_book import Change, Meter, PileTransaction, Reading
from finder.connectors.sdk.piles import Kept, PileId
from finder.connectors.sdk.sessions import SessionState, StopReason
from finder.errors import NotFound

END_NOT_TOLD = "END_NOT_TOLD"  # another charge began at the plug, and how this one ended was never said
CLOCK = "PILE_CLOCK"  # it ended before it began
REPEATED = "REPEATED"  # the pile told the same charge twice
OVERLAPS = "METER_OVERLAPS"  # it bills again what was billed
CANCELLED = "CANCELLED"  # a stop was asked for before it began
NOT_BEGUN = "NOT_BEGUN"  # it was accepted, and no car came
_BEFORE_BEGIN = (SessionState.STARTING, SessionState.UNKNOWN, SessionState.REJECTED)
_BEFORE_CHARGING = (SessionState.STARTING, SessionState.UNKNOWN)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """That a pile began to charge. `key` is the same whenever the pile repeats it; `unique`: no other charge has it."""

    evse: int
    at: datetime
    key: str
    unique: bool
    shown: Shown | None = None
    wire_id: str | None = None
    number: int | None = None  # ours, where the pile tells which request it follows


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured; readings that no meter shows are None."""

    readings: Sequence[Reading | None] = ()
    kw: Decimal | None = None
    soc: int | None = None
    charging: bool | None = None  # whether energy flows, where the pile tells


@dataclass(frozen=True, slots=True)
class Ended:
    """That a charge is over, and why, in the pile's word."""

    at: datetime
    stop: StopReason
    word: str | None = None


class Sessions:
    """The transactions of one source's piles. Every method may raise StoreUnavailable; the pile then repeats."""

    def __init__(self, config: OcppConfig, bench: Workbench, authorizer: Authorizer, teller: Teller) -> None:
        self._source = config.source
        self._piles, self._book, self._clock = bench.piles, bench.pile_book, bench.clock
        self._authorizer, self._teller = authorizer, teller

    async def begin(self, pile_id: PileId, begun: Begun, measured: Measured) -> tuple[PileTransaction, Verdict]:
        """Enters a charge, or finds the one that this is a repeat of; and whether it may go on."""
        kept = await self._kept(pile_id)
        reserved = await self._reserved(pile_id, begun)
        if reserved is not None and reserved.started_at is None:
            refused = reserved.cancelled or reserved.over
            verdict = REFUSED if refused else Verdict(Permission.ALLOWED, reserved.order)
            how = self._beginning(kept, begun, measured)
            t = await self._book.change(self._source, reserved.number, how)
        else:
            t, verdict = await self._own_begin(kept, begun, measured, used=reserved)
        if t.due:
            await self._lose_others(t)
            await self._teller.tell(t)
        return t, verdict

    async def owned(self, t: PileTransaction, shown: Shown | None) -> tuple[PileTransaction, Verdict]:
        """A token was shown while it charges: it becomes that order's, where it was nobody's."""
        if t.cancelled or t.over:
            return t, REFUSED
        if t.order is not None:
            return t, Verdict(Permission.ALLOWED, t.order)
        verdict = await self._authorizer.begin(await self._kept(t.pile_id), shown, t.evse, t.key or "")
        if verdict.allowed:
            t = await self._change(
                t, lambda now: msgspec.structs.replace(now, order=verdict.order, limit=verdict.limit, due=True)
            )
            await self._teller.tell(t)
        return t, verdict

    async def mark(self, t: PileTransaction, state: SessionState, reason: str | None = None) -> PileTransaction:
        """Notes what became of a command; what is over stays so, and what has begun is not rejected."""

        def marking(now: PileTransaction) -> PileTransaction:
            if now.over or (state in _BEFORE_BEGIN and now.started_at is not None):
                return now
            cancelled = now.cancelled or reason == CANCELLED
            return msgspec.structs.replace(
                now, state=state, reason=reason, cancelled=cancelled, heard_at=self._clock(), due=True
            )

        changed = await self._change(t, marking)
        if changed.due:
            await self._teller.tell(changed)
        return changed

    async def measure(self, t: PileTransaction, measured: Measured) -> PileTransaction:
        """Takes what was measured; nothing where the charge is over."""
        kept = await self._kept(t.pile_id)
        changed = await self._change(t, lambda now: now if now.over else self._measured(kept, now, measured))
        if changed != t:
            await self._teller.tell(changed)
        return changed

    async def end(self, t: PileTransaction, ended: Ended, measured: Measured) -> PileTransaction:
        """Ends a charge and makes its bill; a repeat changes nothing, and what is over is not opened again."""
        kept = await self._kept(t.pile_id)
        twin = None if t.twin is None else await self._book.numbered(self._source, t.twin)

        def ending(now: PileTransaction) -> PileTransaction:
            if now.over and now.reason != END_NOT_TOLD:
                return now
            known = self._measured(kept, now, measured)
            began = known.started_at or ended.at
            over = msgspec.structs.replace(
                known,
                state=SessionState.ENDED,
                ended_at=max(ended.at, began),
                stop=ended.stop,
                reason=ended.word,
                kw=None,
                due=True,
            )
            if ended.at < began:
                return msgspec.structs.replace(over, reason=CLOCK)
            still = bool(measured.readings) and set(measured.readings) <= set(now.meter.readings)
            return self._billed(over, twin, still=still)

        changed = await self._change(t, ending)
        if changed.due:
            await self._teller.tell(changed)
        return changed

    async def find(self, pile_id: PileId, number: int) -> PileTransaction | None:
        """A transaction of this pile by the number that it says; never another pile's."""
        found = await self._book.numbered(self._source, number)
        return found if found is not None and found.pile_id == pile_id else None

    async def keyed(self, pile_id: PileId, key: str) -> PileTransaction | None:
        """A transaction by what the pile began it with."""
        return await self._book.keyed(self._source, pile_id, key)

    async def running(self, pile_id: PileId) -> list[PileTransaction]:
        """The charges of a pile that have begun and are not over."""
        return [t for t in await self._book.running(self._source, pile_id) if t.started_at is not None]

    def over_limit(self, t: PileTransaction, before: PileTransaction) -> bool:
        """Whether the next sample, like the last one, would cost more than the order may."""
        if t.limit is None or t.over or t.meter.trouble:
            return False
        owed = amounts(t.meter, t.tariff).total.fen
        return 2 * owed - amounts(before.meter, before.tariff).total.fen >= t.limit.fen

    async def _kept(self, pile_id: PileId) -> Kept:
        kept = await self._piles.get(self._source, pile_id)
        if kept is None:
            raise NotFound(f"没有充电桩 {pile_id}", f"there is no pile {pile_id}", code="NO_SUCH_PILE")
        return kept

    async def _change(self, t: PileTransaction, how: Change) -> PileTransaction:
        return await self._book.change(self._source, t.number, how)

    async def _reserved(self, pile_id: PileId, begun: Begun) -> PileTransaction | None:
        """The request of ours that this follows: by its number, else by the token that was made for it."""
        found = None if begun.number is None else await self.find(pile_id, begun.number)
        if found is None and begun.shown is not None:
            found = await self._book.tagged(self._source, pile_id, as_tag(begun.shown.token))
        return found if found is not None and found.reserved else None

    async def _own_begin(
        self, kept: Kept, begun: Begun, measured: Measured, *, used: PileTransaction | None
    ) -> tuple[PileTransaction, Verdict]:
        key, twin = begun.key, None
        while (known := await self.keyed(kept.pile.id, key)) is not None:
            if begun.unique or not known.over:
                verdict = REFUSED if known.over or known.order is None else Verdict(Permission.ALLOWED, known.order)
                return known, verdict
            # A pile whose clock begins anew at each power-up says the same of another charge.
            key, twin = f"{begun.key}#{known.number}", known.number
        verdict = REFUSED
        if used is None:
            verdict = await self._authorizer.begin(kept, begun.shown, begun.evse, key)
        blank = PileTransaction(
            source=self._source,
            pile_id=kept.pile.id,
            evse=begun.evse,
            tariff=kept.tariff_at(begun.at),
            order=verdict.order,
            limit=verdict.limit,
            twin=twin,
            heard_at=self._clock(),
        )
        how = self._beginning(kept, replace(begun, key=key), measured)
        t, _ = await self._book.begin(how(blank))
        return t, verdict

    def _beginning(self, kept: Kept, begun: Begun, measured: Measured) -> Change:
        def beginning(now: PileTransaction) -> PileTransaction:
            if now.started_at is not None:  # somebody was faster with the same message
                return now
            began = msgspec.structs.replace(
                now,
                state=SessionState.STARTING,
                evse=begun.evse,
                key=begun.key,
                wire_id=begun.wire_id,
                tariff=kept.tariff_at(begun.at),
                started_at=begun.at,
                reason=None,
                due=True,
            )
            return self._measured(kept, began, measured)

        return beginning

    def _measured(self, kept: Kept, t: PileTransaction, measured: Measured) -> PileTransaction:
        plug = kept.pile.connector(t.evse)
        power_kw = plug.power_kw if plug else max(c.power_kw for c in kept.pile.connectors)
        meter = take(t.meter, measured.readings, power_kw, t.tariff) if measured.readings else t.meter
        flows = measured.charging or _rose(meter)
        return msgspec.structs.replace(
            t,
            state=SessionState.CHARGING if flows and t.state in _BEFORE_CHARGING else t.state,
            meter=meter,
            kw=t.kw if measured.kw is None else measured.kw,
            soc=t.soc if measured.soc is None else measured.soc,
            heard_at=self._clock(),
        )

    def _billed(self, t: PileTransaction, twin: PileTransaction | None, *, still: bool) -> PileTransaction:
        bill = make_bill(t, evse_id(self._source, t.pile_id, t.evse), still=still)
        if twin is not None and twin.bill is not None and twin.bill.kwh:
            same = twin.ended_at == t.ended_at and twin.meter.readings[-1:] == t.meter.readings[-1:]
            bill = REPEATED if same else OVERLAPS
        if isinstance(bill, str):
            log.warning("pile_bill_not_made", source=self._source, pile=t.pile_id, number=t.number, why=bill)
            return msgspec.structs.replace(t, reason=bill)
        return msgspec.structs.replace(t, bill=bill)

    async def _lose_others(self, t: PileTransaction) -> None:
        """A plug charges one car: what was still open there has ended."""
        for other in await self.running(t.pile_id):
            earlier = other.started_at is not None and t.started_at is not None and other.started_at <= t.started_at
            if other.number != t.number and other.evse == t.evse and earlier:
                await self.lose(other)

    async def lose(self, t: PileTransaction) -> None:
        """It has ended, and nobody said how; if that is said later, it still counts."""

        def losing(now: PileTransaction) -> PileTransaction:
            if now.over:
                return now
            last = now.meter.readings[-1].at if now.meter.readings else now.started_at
            return msgspec.structs.replace(
                now,
                state=SessionState.ENDED,
                ended_at=last,
                heard_at=self._clock(),
                reason=END_NOT_TOLD,
                kw=None,
                due=True,
            )

        await self._teller.tell(await self._change(t, losing))


def _rose(meter: Meter) -> bool:
    return bool(meter.readings) and meter.readings[-1].wh > meter.readings[0].wh
