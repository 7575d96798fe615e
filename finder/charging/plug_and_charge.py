"""A car was plugged in: may it charge, who pays, and under which order; decided within a second or refused."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.machines import RUNNING, Hold, Session
from finder.charging.news import change
from finder.charging.order import Order, load
from finder.charging.orders import Orders, StartAsk
from finder.charging.plug_places import Place, Places
from finder.charging.plug_rules import Car, Grant, Refused, allowed_now, car_of, grants
from finder.charging.plug_tables import BINDING, PLUGGED
from finder.charging.told import NoticeKind, tell
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Permission, TokenKind
from finder.errors import BadInput, Conflict, FinderError
from finder.identity.store import Store
from finder.identity.tables import VEHICLE
from finder.kernel.ids import Number
from finder.kernel.vin import read_vin
from finder.storage.unit import Unit, Work, to_us

DEADLINE_S = 0.8  # of the second that an answer may take; the rest is for the way
AT_ONCE = 64  # more than that are refused at once, or all of them would be late
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Decided:
    """The answer, and whether an order was begun for it."""

    answer: Authorization
    begun: bool = False


class PlugAndCharge:
    """Decides on cars and contracts. Is what a desk asks."""

    def __init__(
        self,
        work: Work,
        store: Store,
        orders: Orders,
        places: Places,
        wake: Callable[[], None] = lambda: None,
        *,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._work, self._store, self._orders, self._places, self._wake = work, store, orders, places, wake
        self._deadline_s = deadline_s
        self._asked: set[asyncio.Task[_Decided]] = set()
        self._late: set[asyncio.Task[None]] = set()

    async def authorize(self, ask: AuthorizationAsk) -> Authorization:
        """See Desk. UNDECIDED where it takes too long, or a store does not answer; whatever comes of it is undone."""
        if ask.kind not in (TokenKind.VIN, TokenKind.EMAID, TokenKind.OTHER):
            return Authorization(Permission.UNBOUND)
        if len(self._asked) >= AT_ONCE:
            return Authorization(Permission.UNDECIDED)
        deciding = asyncio.create_task(self._decide(ask))
        self._asked.add(deciding)
        deciding.add_done_callback(self._asked.discard)
        # It is not cancelled: a commit that was cut off may have happened, and nobody would know.
        done, _ = await asyncio.wait({deciding}, timeout=self._deadline_s)
        if done:
            return deciding.result().answer
        log.warning("plug_undecided", source=ask.source, evse=ask.evse_id)
        undoing = asyncio.create_task(self._undo(deciding))
        self._late.add(undoing)
        undoing.add_done_callback(self._late.discard)
        return Authorization(Permission.UNDECIDED)

    async def settle(self) -> None:
        """Until whatever came too late is undone."""
        while self._asked or self._late:
            await asyncio.wait([*self._asked, *self._late])

    async def _decide(self, ask: AuthorizationAsk) -> _Decided:
        try:
            decided = await self._decided(ask)
        except Refused as no:
            return _Decided(Authorization(no.permission))
        except FinderError as away:
            log.warning("plug_undecided", source=ask.source, evse=ask.evse_id, code=away.code)
            return _Decided(Authorization(Permission.UNDECIDED))
        if decided.begun:
            self._wake()
        return decided

    async def _decided(self, ask: AuthorizationAsk) -> _Decided:
        place = await self._place(ask)
        await self._store.made()
        async with self._work.read() as connection:
            vehicle = await self._vehicle(connection, ask)
        if vehicle is None:
            raise Refused(Permission.UNBOUND)
        async with self._work.begin() as unit:
            return await self._grant(unit, ask, await car_of(unit, vehicle), place)

    async def _place(self, ask: AuthorizationAsk) -> Place | None:
        """Where it is; None where that was not said."""
        if ask.evse_id is None:
            if not self._places.settles(ask.source):
                raise Refused(Permission.UNKNOWN_OPERATOR)
            return None
        own = ask.evse_id.startswith(f"{ask.source}/")
        place = await self._places.place(ask.evse_id, ask.connector_id) if own else None
        if place is None:
            raise Refused(Permission.UNKNOWN_OPERATOR)
        return place

    async def _vehicle(self, connection: AsyncConnection, ask: AuthorizationAsk) -> str | None:
        question = sa.select(BINDING.c.vehicle)
        if ask.kind is TokenKind.VIN:
            vin = vin_of(ask.token)
            if vin is None:
                return None
            lookup = VEHICLE.c.vin_lookup == self._store.mac("vin", vin)
            question = question.join(VEHICLE, VEHICLE.c.id == BINDING.c.vehicle).where(lookup)
        else:
            contract = ask.token.replace("-", "").upper()
            question = question.where(BINDING.c.contract_lookup == self._store.mac("contract", contract))
        found = (await connection.execute(question)).scalar_one_or_none()
        return None if found is None else str(found)

    async def _grant(self, unit: Unit, ask: AuthorizationAsk, car: Car, place: Place | None) -> _Decided:
        if ask.evse_id is not None and self._places.blocked(ask.evse_id):
            raise Refused(Permission.BAY_BLOCKED)
        before = await grants(unit, car.vehicle)
        if (same := await self._same(unit, ask, before)) is not None:
            return _Decided(same)
        for other in before:
            if other.order.session in RUNNING and not other.pending:
                raise Refused(Permission.ALREADY_CHARGING)
        await allowed_now(unit, ask, car, place, before)
        if place is None or ask.evse_id is None:
            return _Decided(Authorization(Permission.ALLOWED, limit=car.agreement.cap, person=car.person))
        for other in before:
            if other.pending:  # it was granted elsewhere and has not begun: the car has moved on
                after = other.order.moved(wants_stop=True, reason=other.order.reason or "MOVED_ON")
                await change(unit, other.order, after)
        until = unit.now + Grant.LASTS
        order = await self._begun(unit, ask, car, place)
        row = {"order": order.number, "vehicle": car.vehicle, "source": ask.source, "ref": ask.operator_ref, "asks": 1}
        times = {"granted_at": to_us(unit.now), "until": to_us(until)}
        await unit.connection.execute(sa.insert(PLUGGED).values(**row, **times))
        clock = self._work.clock
        kind, vehicle = NoticeKind.PLUG_STARTED, car.vehicle
        await tell(unit.connection, clock, car.person, kind, order=order.number, vehicle=vehicle)
        return _Decided(Authorization(Permission.ALLOWED, order.number, order.cap, until, car.person), begun=True)

    async def _same(self, unit: Unit, ask: AuthorizationAsk, before: list[Grant]) -> Authorization | None:
        """The order that this plug-in has already; a question that comes again is answered by what it began."""
        for grant in before:
            order, there = grant.order, grant.order.evse_id == ask.evse_id
            if ask.operator_ref is not None and (grant.ref, grant.order.operator) == (ask.operator_ref, ask.source):
                if order.session not in RUNNING or not there:
                    raise Refused(Permission.NOT_ALLOWED)  # what it began is over
            elif not there or order.session not in RUNNING:
                continue
            if order.wants_stop:
                raise Refused(Permission.REVOKED)
            if order.hold in (Hold.FAILED, Hold.EXPIRED):
                raise Refused(Permission.NOT_ALLOWED)  # nothing pays for it: it is being stopped
            until = grant.renewed(unit.now)
            if grant.pending and until <= unit.now:
                raise Refused(Permission.NOT_ALLOWED)  # too late to begin it; it is given up soon
            own = PLUGGED.c.order == order.number
            renewed = {"asks": PLUGGED.c.asks + 1, "until": to_us(until)}
            await unit.connection.execute(sa.update(PLUGGED).where(own).values(**renewed))
            lasts = until if grant.pending else None
            return Authorization(Permission.ALLOWED, order.number, order.cap, lasts, order.person)
        return None

    async def _begun(self, unit: Unit, ask: AuthorizationAsk, car: Car, place: Place) -> Order:
        """An order whose start is sent with the answer: it is held for at once, and never started from here."""
        assert ask.evse_id is not None
        agreed = StartAsk(
            operator=ask.source,
            evse_id=ask.evse_id,
            connector_id=place.connector_id,
            channel=car.agreement.channel,
            sub_merchant=place.merchants[car.agreement.channel],
            agreement=car.agreement.id,
            agreed=True,
            title=place.title,
            cap=car.agreement.cap,
            commission_permille=place.commission_permille,
            tariff=place.tariff,
        )
        try:
            return await self._orders.open(unit, car.person, agreed, Session.START_SENT)
        except BadInput:  # another session runs there
            raise Refused(Permission.ALREADY_CHARGING) from None
        except Conflict:  # it takes no new orders
            raise Refused(Permission.UNKNOWN_OPERATOR) from None

    async def _undo(self, deciding: "asyncio.Task[_Decided]") -> None:
        """Takes back an order that was begun for somebody who has been refused; unless the next ask was answered."""
        decided = await deciding
        number: Number | None = decided.answer.order if decided.begun else None
        if number is None:
            return
        try:
            async with self._work.begin() as unit:
                own = sa.and_(PLUGGED.c.order == number, PLUGGED.c.asks == 1)
                order = await load(unit.connection, number, lock=True)
                alone = (await unit.connection.execute(sa.select(PLUGGED.c.order).where(own))).first()
                if alone is not None and order.session is Session.START_SENT:
                    await change(unit, order, order.moved(wants_stop=True, reason="TOO_LATE"))
            self._wake()
        except FinderError as away:  # it is swept: no session comes, and the hold is released
            log.warning("plug_not_undone", order=number, code=away.code)


def vin_of(token: str) -> str | None:
    """A VIN as it is kept; some chargers read it from its end. None for what is none."""
    text = token.strip("\0 ")
    for each in (text, text[::-1]):
        try:
            return read_vin(each)
        except BadInput:
            continue
    return None
