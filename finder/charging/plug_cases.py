"""What only a person can decide: whose a car is, and a session that its owner says was not theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from finder.charging.bindings import take_back
from finder.charging.machines import RUNNING
from finder.charging.news import change
from finder.charging.order import load
from finder.charging.plug_tables import BINDING, CASE, PLUGGED
from finder.charging.told import NoticeKind, tell
from finder.errors import Conflict, NotFound
from finder.identity.audit import Actor, Audit, acting
from finder.identity.buckets import Buckets, within
from finder.identity.roles import Caller
from finder.identity.store import Store
from finder.identity.tables import VEHICLE
from finder.identity.vehicles import ADD_RATE
from finder.kernel.ids import Number, new_ulid
from finder.kernel.vin import read_vin
from finder.storage.unit import Unit, Work, from_us, to_us


class CaseKind(StrEnum):
    """What is to be decided."""

    CLAIM = "CLAIM"  # a car that another account has bound
    NOT_ME = "NOT_ME"  # a session that a car began, and its owner did not


class Decision(StrEnum):
    """How a person decided."""

    CLAIMANT = "CLAIMANT"  # the car is the claimant's: whoever had it loses it
    HOLDER = "HOLDER"  # it stays with whoever has it
    RESUMED = "RESUMED"  # the car charges by the plug again
    ENDED = "ENDED"  # it does not any more


DECISIONS: Mapping[CaseKind, frozenset[Decision]] = {
    CaseKind.CLAIM: frozenset({Decision.CLAIMANT, Decision.HOLDER}),
    CaseKind.NOT_ME: frozenset({Decision.RESUMED, Decision.ENDED}),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `person` is who asks; of people and cars there are ids alone."""

    id: str
    person: str
    kind: CaseKind
    vehicle: str
    order: Number | None
    opened_at: datetime
    decision: Decision | None = None


class Cases:
    """Cases in one database. Every method raises StoreUnavailable."""

    def __init__(
        self, work: Work, store: Store, audit: Audit, buckets: Buckets, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._work, self._store, self._audit, self._buckets, self._wake = work, store, audit, buckets, wake

    async def claim(self, caller: Caller, vin: str) -> Case:
        """The caller says that a car which another account has is the caller's; once for each car.

        Raises BadInput, Busy, NotFound where nobody has it, Conflict where the caller has it.
        """
        number = read_vin(vin)
        # The same allowance as adding it: either tells whether a VIN is known.
        await within(self._buckets, f"vehicles {caller.person}", ADD_RATE)
        await self._made()
        async with self._work.begin() as unit:
            await self._audit.lock(unit.connection)
            known = sa.select(VEHICLE.c.id, VEHICLE.c.person)
            known = known.where(VEHICLE.c.vin_lookup == self._store.mac("vin", number))
            held = (await unit.connection.execute(known)).one_or_none()
            if held is None:
                raise NotFound(
                    "没有账户绑定该车架号，直接添加即可",
                    "no account has bound this VIN: add the vehicle",
                    code="VIN_FREE",
                )
            if held.person == caller.person:
                raise Conflict("这辆车已在您名下", "this vehicle is yours already", code="VEHICLE_YOURS")
            return await self._open(unit, caller, CaseKind.CLAIM, held.id, None)

    async def not_me(self, caller: Caller, order: Number) -> Case:
        """A car of the caller's began this order, and the caller did not: it is stopped, and the car pays for nothing
        more until a person has looked. Raises NotFound for an order that no plug of the caller's began.
        """
        await self._made()
        async with self._work.begin() as unit:
            await self._audit.lock(unit.connection)
            plugged = sa.select(PLUGGED.c.vehicle).where(PLUGGED.c.order == order)
            vehicle = (await unit.connection.execute(plugged)).scalar_one_or_none()
            if vehicle is None:
                raise _no_order(order)
            # The binding before the order, as whoever is authorised at this moment does.
            own = sa.and_(BINDING.c.vehicle == vehicle, BINDING.c.person == caller.person)
            running = sa.update(BINDING).where(own, BINDING.c.suspended_at.is_(None))
            suspended = await unit.connection.execute(running.values(suspended_at=to_us(unit.now)))
            found = await load(unit.connection, order, lock=True)
            if found.person != caller.person:
                raise _no_order(order)
            await take_back(unit, vehicle)
            found = await load(unit.connection, order)
            if found.session in RUNNING and not found.wants_stop:
                await change(unit, found, found.moved(wants_stop=True, reason="NOT_ME"))
            if suspended.rowcount:
                kind = NoticeKind.BINDING_SUSPENDED
                await tell(unit.connection, self._work.clock, caller.person, kind, order=order, vehicle=vehicle)
            case = await self._open(unit, caller, CaseKind.NOT_ME, vehicle, order)
        self._wake()
        return case

    async def of(self, person: str) -> list[Case]:
        """A person's own, the oldest first."""
        return await self._cases(CASE.c.person == person)

    async def open(self) -> list[Case]:
        """All that wait for a decision, the oldest first."""
        return await self._cases(CASE.c.decided_at.is_(None))

    async def decide(self, actor: Actor, case: str, decision: Decision) -> Case:
        """Decides a case and tells those whom it concerns.

        Raises NotFound, and Conflict for one that was decided, or a decision that its kind does not know.
        """
        await self._made()
        async with self._work.begin() as unit:
            await self._audit.lock(unit.connection)
            row = (await unit.connection.execute(sa.select(CASE).where(CASE.c.id == case))).one_or_none()
            if row is None:
                raise NotFound("没有这个工单", "there is no such case", code="NO_CASE")
            known = _read(row)
            if known.decision is not None or decision not in DECISIONS[known.kind]:
                may = "、".join(sorted(DECISIONS[known.kind]))
                raise Conflict(
                    f"该工单已处理，或只能处理为 {may}",
                    f"it was decided already, or its decision must be one of {may}",
                    code="CASE_DECISION",
                )
            await self._carry_out(unit, known, decision)
            decided = {"decision": decision.value, "decided_at": to_us(unit.now)}
            await unit.connection.execute(sa.update(CASE).where(CASE.c.id == case).values(**decided))
            detail = {"case": case, "vehicle": known.vehicle, "decision": decision.value}
            await self._audit.append(unit.connection, actor, "plug.decided", known.person, detail)
        self._wake()
        return Case(known.id, known.person, known.kind, known.vehicle, known.order, known.opened_at, decision)

    async def _carry_out(self, unit: Unit, case: Case, decision: Decision) -> None:
        connection, clock, vehicle = unit.connection, self._work.clock, case.vehicle
        if decision is Decision.CLAIMANT:
            gone = sa.delete(VEHICLE).where(VEHICLE.c.id == vehicle, VEHICLE.c.person != case.person)
            holder = (await connection.execute(gone.returning(VEHICLE.c.person))).scalar_one_or_none()
            await take_back(unit, vehicle)
            if holder is not None:
                await tell(connection, clock, str(holder), NoticeKind.VEHICLE_LOST, vehicle=vehicle)
            await tell(connection, clock, case.person, NoticeKind.VEHICLE_FREE)
        elif decision is Decision.HOLDER:
            await tell(connection, clock, case.person, NoticeKind.CLAIM_REFUSED)
        elif decision is Decision.RESUMED:
            own = sa.update(BINDING).where(BINDING.c.vehicle == vehicle, BINDING.c.person == case.person)
            await connection.execute(own.values(suspended_at=None))
        else:
            own_binding = sa.delete(BINDING).where(BINDING.c.vehicle == vehicle, BINDING.c.person == case.person)
            await connection.execute(own_binding)
            await take_back(unit, vehicle)

    async def _open(self, unit: Unit, caller: Caller, kind: CaseKind, vehicle: str, order: Number | None) -> Case:
        same = (CASE.c.person == caller.person, CASE.c.kind == kind.value, CASE.c.vehicle == vehicle)
        waits = sa.select(CASE).where(*same, CASE.c.decided_at.is_(None), CASE.c.order.is_not_distinct_from(order))
        known = (await unit.connection.execute(waits)).one_or_none()
        if known is not None:
            return _read(known)
        opened = Case(new_ulid(self._work.clock), caller.person, kind, vehicle, order, from_us(to_us(unit.now)))
        row = {"id": opened.id, "person": opened.person, "kind": kind.value, "vehicle": vehicle, "order": order}
        await unit.connection.execute(sa.insert(CASE).values(**row, opened_at=to_us(unit.now)))
        detail = {"case": opened.id, "vehicle": vehicle, "order": order}
        what = f"plug.{kind.value.lower()}"
        await self._audit.append(unit.connection, acting(caller.person), what, caller.person, detail)
        return opened

    async def _cases(self, fits: sa.ColumnElement[bool]) -> list[Case]:
        await self._made()
        async with self._work.read() as connection:
            return [_read(row) for row in await connection.execute(sa.select(CASE).where(fits).order_by(CASE.c.id))]

    async def _made(self) -> None:
        await self._store.made()
        await self._audit.made()


def _read(row: Any) -> Case:
    decision = None if row.decision is None else Decision(row.decision)
    return Case(row.id, row.person, CaseKind(row.kind), row.vehicle, row.order, from_us(row.opened_at), decision)


def _no_order(order: str) -> NotFound:
    return NotFound(f"没有订单 {order[:40]!r}", f"there is no order {order[:40]!r}", code="NO_SUCH_ORDER")
