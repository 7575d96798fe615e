"""Which of a person's cars charge by being plugged in, and under which agreement each pays."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.agreements import Agreements, usable
from finder.charging.car_proofs import CarProof
from finder.charging.machines import Session
from finder.charging.news import change
from finder.charging.order import ORDER, find
from finder.charging.plug_tables import BINDING, PLUGGED
from finder.charging.told import NoticeKind, tell
from finder.errors import ChannelError, Conflict, NotFound
from finder.identity.audit import Audit, acting
from finder.identity.buckets import Buckets, Rate, within
from finder.identity.roles import Caller
from finder.identity.store import Store
from finder.identity.tables import VEHICLE
from finder.storage.unit import Unit, Work, from_us, to_us

BIND_RATE = Rate(burst=10, per_s=1 / 300)  # each may ask somebody outside
CONTRACT_PREFIX = "CNFDRC"  # country, provider, 'contract', as ISO 15118 writes an eMAID
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NOT_BEGUN = (Session.IDLE, Session.START_SENT, Session.START_UNKNOWN)
log = structlog.get_logger(__name__)


class Proof(StrEnum):
    """How it became known that the car is that person's."""

    CERTIFIED = "CERTIFIED"  # somebody who knows both says so
    SESSION = "SESSION"  # it charged in a session that this person began from the phone


class BindingState(StrEnum):
    """Whether it charges by the plug."""

    PROVING = "PROVING"  # not before the car is proven to be this person's
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"  # until a person has looked at a case


@dataclass(frozen=True, slots=True)
class Binding:
    """A car that pays by itself. `contract` is what a charger shows that knows no VIN."""

    person: str
    vehicle: str
    agreement: str
    contract: str | None = field(repr=False)
    state: BindingState
    proof: Proof | None
    made_at: datetime


class Bindings:
    """Bindings in one database, over its orders. Every method raises StoreUnavailable."""

    def __init__(
        self,
        work: Work,
        store: Store,
        audit: Audit,
        buckets: Buckets,
        agreements: Agreements,
        proofs: Sequence[CarProof] = (),
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._work, self._store, self._audit, self._buckets = work, store, audit, buckets
        self._agreements, self._proofs, self._wake = agreements, proofs, wake

    async def bind(self, caller: Caller, vehicle: str, agreement: str) -> Binding:
        """Lets one of the caller's cars pay under one of the caller's agreements, or under another one from now on.

        It is ACTIVE where somebody vouches for the car, else PROVING: it charges by the plug after one session that
        its owner began from the phone; asked again, it is looked up again. Raises NotFound, Conflict, Busy.
        """
        await within(self._buckets, f"bindings {caller.person}", BIND_RATE)
        await self._made()
        async with self._work.read() as connection:
            vin = await self._vin(connection, caller, vehicle)
            await _standing(connection, caller.person, agreement)
        vouched = await self._vouched(caller.person, vin)
        async with self._work.begin() as unit:
            connection, now = unit.connection, to_us(unit.now)
            await self._audit.lock(connection)
            await self._vin(connection, caller, vehicle)  # it may be gone by now
            await _standing(connection, caller.person, agreement)
            contract = _contract()
            row = {
                "vehicle": vehicle,
                "person": caller.person,
                "agreement": agreement,
                "contract": self._store.seal(contract, BINDING.c.contract, vehicle),
                "contract_lookup": self._store.mac("contract", contract),
                "made_at": now,
                "proof": Proof.CERTIFIED.value if vouched else None,
                "proven_at": now if vouched else None,
            }
            proven = {
                "proof": sa.func.coalesce(BINDING.c.proof, row["proof"]),
                "proven_at": sa.func.coalesce(BINDING.c.proven_at, row["proven_at"]),
            }
            put = unit.insert(BINDING).values(**row)
            changed = put.on_conflict_do_update(index_elements=["vehicle"], set_={"agreement": agreement, **proven})
            await connection.execute(changed)
            detail = {"vehicle": vehicle, "agreement": agreement, "certified": vouched}
            await self._audit.append(connection, acting(caller.person), "plug.bound", caller.person, detail)
            held = (await connection.execute(sa.select(BINDING).where(BINDING.c.vehicle == vehicle))).one()
        return self._read(held)

    async def of(self, person: str) -> list[Binding]:
        """A person's bindings, the oldest first."""
        question = sa.select(BINDING).where(BINDING.c.person == person).order_by(BINDING.c.vehicle)
        async with (await self._store.made()).read() as connection:
            return [self._read(row) for row in await connection.execute(question)]

    async def unbind(self, caller: Caller, vehicle: str, *, must: bool = True) -> bool:
        """Ends it at once: what was granted and has not begun is taken back, what charges goes on until it is stopped.

        Raises NotFound where there is none, unless it need not be there.
        """
        await self._made()
        async with self._work.begin() as unit:
            await self._audit.lock(unit.connection)
            own = sa.and_(BINDING.c.vehicle == vehicle, BINDING.c.person == caller.person)
            if not (await unit.connection.execute(sa.delete(BINDING).where(own))).rowcount:
                if must:
                    raise NotFound("这辆车未开通即插即充", "this car does not charge by the plug", code="NOT_BOUND")
                return False
            await take_back(unit, vehicle)
            detail = {"vehicle": vehicle}
            await self._audit.append(unit.connection, acting(caller.person), "plug.unbound", caller.person, detail)
        self._wake()
        return True

    async def wait_for(self, connection: AsyncConnection, vin_lookup: bytes) -> bool:
        """Whether a binding of this car is still to be proven."""
        waits = sa.select(BINDING.c.vehicle).join(VEHICLE, VEHICLE.c.id == BINDING.c.vehicle)
        waits = waits.where(VEHICLE.c.vin_lookup == vin_lookup, BINDING.c.proven_at.is_(None))
        return (await connection.execute(waits)).first() is not None

    async def seen_with(self, unit: Unit, person: str, vin_lookup: bytes) -> None:
        """This car charged in a session that this person began from the phone: it proves a binding that waits."""
        question = (
            sa.select(BINDING.c.vehicle)
            .join(VEHICLE, VEHICLE.c.id == BINDING.c.vehicle)
            .where(VEHICLE.c.vin_lookup == vin_lookup, BINDING.c.person == person, BINDING.c.proven_at.is_(None))
        )
        vehicle = (await unit.connection.execute(question)).scalar_one_or_none()
        if vehicle is None:
            return
        proven = {"proof": Proof.SESSION.value, "proven_at": to_us(unit.now)}
        waiting = sa.and_(BINDING.c.vehicle == vehicle, BINDING.c.proven_at.is_(None))
        if (await unit.connection.execute(sa.update(BINDING).where(waiting).values(**proven))).rowcount:
            await tell(unit.connection, self._work.clock, person, NoticeKind.BINDING_PROVEN, vehicle=str(vehicle))

    async def _made(self) -> None:
        await self._store.made()
        await self._audit.made()

    async def _vin(self, connection: AsyncConnection, caller: Caller, vehicle: str) -> str:
        own = sa.and_(VEHICLE.c.id == vehicle, VEHICLE.c.person == caller.person)
        row = (await connection.execute(sa.select(VEHICLE.c.vin).where(own))).one_or_none()
        if row is None:
            raise NotFound("您没有这辆车", "you have no such vehicle", code="NO_VEHICLE")
        if row.vin is None:
            raise Conflict(
                "这辆车没有登记车架号：请先解绑，再带车架号重新添加",
                "this vehicle has no VIN: remove it and add it again with one",
                code="VIN_MISSING",
            )
        return self._store.open(row.vin, VEHICLE.c.vin, vehicle)

    async def _vouched(self, person: str, vin: str) -> bool:
        """Whether anybody vouches now; one who does not answer is asked the next time."""
        for proof in self._proofs:
            for each in await self._agreements.of(person):
                if each.channel != proof.channel or each.ended_at is not None:
                    continue
                try:
                    if await proof.vouches(vin, await self._agreements.payer(each.id)):
                        return True
                except ChannelError as away:
                    log.info("car_not_certified", channel=proof.channel, code=away.code)
        return False

    def _read(self, row: Any) -> Binding:
        state = BindingState.PROVING if row.proven_at is None else BindingState.ACTIVE
        if row.suspended_at is not None:
            state = BindingState.SUSPENDED
        shown = self._store.open(row.contract, BINDING.c.contract, row.vehicle) if row.proven_at is not None else None
        proof = None if row.proof is None else Proof(row.proof)
        return Binding(row.person, row.vehicle, row.agreement, shown, state, proof, from_us(row.made_at))


async def take_back(unit: Unit, vehicle: str) -> None:
    """Nothing that was granted to this car begins any more: an operator that begins it all the same is told to stop."""
    granted = sa.select(PLUGGED.c.order).where(PLUGGED.c.vehicle == vehicle)
    for order in await find(unit.connection, ORDER.c.number.in_(granted), ORDER.c.session.in_(NOT_BEGUN), lock=True):
        await change(unit, order, order.moved(wants_stop=True, reason="UNBOUND"))


async def _standing(connection: AsyncConnection, person: str, agreement: str) -> None:
    if not (await usable(connection, person, agreement)).standing:
        raise Conflict(
            "该付款协议每次都要在手机上确认，不能用于即插即充：请签约免确认的付款协议",
            "this agreement asks on the phone each time: charging by the plug needs one that holds without asking",
            code="AGREEMENT_ASKS",
        )


def _contract() -> str:
    return CONTRACT_PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(8))
