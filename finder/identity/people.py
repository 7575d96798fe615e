"""People: signing in by phone, sessions and roles; every step stands in the audit, by opaque ids alone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import BadInput, Conflict, NotFound
from finder.identity.audit import Actor, Audit, acting
from finder.identity.buckets import Buckets, MemoryBuckets, Rate, within
from finder.identity.codes import Challenge, Codes
from finder.identity.roles import NEEDS_SECOND_FACTOR, Caller, Granted, Role, usable
from finder.identity.sessions import Device, NotSignedIn, Sessions, Tokens, lifetimes_of
from finder.identity.sms import Sms
from finder.identity.store import Store
from finder.identity.tables import PASSKEY, PERSON, PHONE, ROLE
from finder.identity.vehicles import Vehicles
from finder.kernel.clock import Clock
from finder.kernel.ids import new_ulid
from finder.kernel.phones import masked, read_phone
from finder.storage.unit import from_us, to_us

CODES_RATE = Rate(burst=30, per_s=0.1)  # for each network; a mobile carrier puts many phones behind one address
SIGN_IN_RATE = Rate(burst=60, per_s=0.5)


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as it sees itself."""

    person: str
    phone: str  # masked
    roles: tuple[Role, ...]
    since: datetime
    session: str


class People:
    """People in one database. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, audit: Audit, sms: Sms, clock: Clock, buckets: Buckets | None = None) -> None:
        self.store, self.audit = store, audit
        self.codes = Codes(store, sms, clock)
        self.sessions = Sessions(store, clock)
        self._sms, self._clock = sms, clock
        self.buckets = buckets or MemoryBuckets()
        self.vehicles = Vehicles(store, audit, clock, self.buckets)

    async def request_code(self, phone: str, network: str) -> Challenge:
        """Sends a code, to a known phone as to an unknown one. Raises BadInput, Busy, SmsUnavailable, SmsNotSet."""
        number = read_phone(phone)
        await within(self.buckets, f"codes {network}", CODES_RATE)
        return await self.codes.request(number)

    async def sign_in(self, challenge: str, code: str, device: str, network: str) -> Tokens:
        """Opens a session; a phone that is not known yet becomes a person. Raises WrongCode, Busy."""
        await within(self.buckets, f"sign-in {network}", SIGN_IN_RATE)
        proof = await self.codes.check(challenge, code)
        await self.audit.made()
        async with (await self.store.made()).write() as connection:
            # The audit's lock comes first everywhere, so that two transactions cannot wait for each other.
            await self.audit.lock(connection)
            await self.codes.spend(connection, proof)
            person = await self._person(connection, proof.lookup, proof.phone)
            return await self.open(connection, person, device, strong=False)

    async def open(self, connection: AsyncConnection, person: str, device: str, *, strong: bool) -> Tokens:
        """Opens a session for a person who has proved to be that person, within the caller's transaction."""
        roles = {each.role for each in await self.granted(connection, person)}
        session, tokens = await self.sessions.open(connection, person, device, lifetimes_of(roles), strong=strong)
        detail = {"session": session, "strong": strong}
        await self.audit.append(connection, acting(person), "session.opened", person, detail)
        return tokens

    async def refresh(self, token: str) -> Tokens:
        """The next tokens. A used one ends its session. Raises NotSignedIn."""
        async with (await self.store.made()).write() as connection:
            person = await self.sessions.whose(connection, token)
            roles = {each.role for each in await self.granted(connection, person)}
            told = await self.sessions.refresh(connection, token, lifetimes_of(roles))
        if isinstance(told, Tokens):
            return told
        await self.audit.made()
        async with (await self.store.made()).write() as connection:
            await self.audit.lock(connection)
            if await self.sessions.close(connection, told.person, told.session):
                detail = {"session": told.session}
                await self.audit.append(connection, acting(told.person), "session.reused", told.person, detail)
        raise NotSignedIn

    async def caller(self, access: str) -> Caller:
        """Who sends this access token. Raises NotSignedIn."""
        async with (await self.store.made()).read() as connection:
            session, person, strong = await self.sessions.find(connection, access)
            granted = await self.granted(connection, person)
        operators = frozenset(each.operator for each in granted if each.role is Role.OPERATOR_STAFF)
        return Caller(person, session, usable(granted, strong=strong), operators, strong)

    async def holds(self, caller: Caller) -> None:
        """Whether the session has neither ended nor been ended since; its tokens may be others. Raises NotSignedIn."""
        async with (await self.store.made()).read() as connection:
            await self.sessions.holds(connection, caller.session)

    async def sign_out(self, caller: Caller, session: str | None = None) -> int:
        """Ends one of the caller's sessions, or all of them; how many. Raises NotFound for one that is not there."""
        await self.audit.made()
        async with (await self.store.made()).write() as connection:
            await self.audit.lock(connection)
            ended = await self.sessions.close(connection, caller.person, session)
            if session is not None and not ended:
                raise NotFound(
                    "没有这台设备，或已退出", "there is no such device, or it is signed out", code="NO_DEVICE"
                )
            detail = {"session": session or "all", "ended": ended}
            await self.audit.append(connection, acting(caller.person), "session.closed", caller.person, detail)
        return ended

    async def profile(self, caller: Caller) -> Profile:
        """The caller itself. Raises NotSignedIn where it was erased meanwhile."""
        async with (await self.store.made()).read() as connection:
            question = sa.select(PERSON.c.created_at, PHONE.c.sealed).join(PHONE, PHONE.c.person == PERSON.c.id)
            row = (await connection.execute(question.where(PERSON.c.id == caller.person))).one_or_none()
        if row is None:
            raise NotSignedIn
        phone = masked(self.store.open(row.sealed, PHONE.c.sealed, caller.person))
        roles = tuple(role for role in Role if role in caller.roles)
        return Profile(caller.person, phone, roles, from_us(row.created_at), caller.session)

    async def devices(self, caller: Caller) -> list[Device]:
        """The caller's sessions, the one used last first."""
        async with (await self.store.made()).read() as connection:
            return await self.sessions.of(connection, caller.person)

    async def grant(self, actor: Actor, person: str, granted: Granted) -> None:
        """Gives a role. The person's sessions end, since whoever is more than a driver has shorter ones.

        Raises NotFound, BadInput, and Conflict where the role needs a passkey and there is none.
        """
        self._sensible(granted)
        await self.audit.made()
        async with (await self.store.made()).write() as connection:
            await self.audit.lock(connection)
            known = sa.select(PERSON.c.id).where(PERSON.c.id == person)
            if (await connection.execute(known)).first() is None:
                raise NotFound("没有此人", "there is no such person", code="NO_PERSON")
            keys = sa.select(PASSKEY.c.id).where(PASSKEY.c.person == person)
            if granted.role in NEEDS_SECOND_FACTOR and (await connection.execute(keys)).first() is None:
                raise Conflict(
                    "此角色需要第二因素：请此人先添加通行密钥",
                    "this role needs a second factor: let the person add a passkey first",
                    code="NO_SECOND_FACTOR",
                )
            row = {"person": person, "role": granted.role.value, "operator": granted.operator}
            put = self.store.tables.insert(ROLE).values(**row, granted_at=to_us(self._clock()))
            await connection.execute(put.on_conflict_do_nothing())
            await self.sessions.close(connection, person)
            detail = {"role": granted.role.value, "operator": granted.operator}
            await self.audit.append(connection, actor, "role.granted", person, detail)

    async def revoke(self, actor: Actor, person: str, granted: Granted) -> None:
        """Takes a role, and ends the person's sessions. Raises NotFound where it was not granted, BadInput."""
        self._sensible(granted)
        await self.audit.made()
        async with (await self.store.made()).write() as connection:
            await self.audit.lock(connection)
            own = sa.and_(
                ROLE.c.person == person, ROLE.c.role == granted.role.value, ROLE.c.operator == granted.operator
            )
            if not (await connection.execute(sa.delete(ROLE).where(own))).rowcount:
                raise NotFound("此人没有该角色", "the person has no such role", code="NO_ROLE")
            await self.sessions.close(connection, person)
            detail = {"role": granted.role.value, "operator": granted.operator}
            await self.audit.append(connection, actor, "role.revoked", person, detail)

    async def find(self, phone: str) -> str | None:
        """The person with this phone, for a command of the staff's. Raises BadInput."""
        number = read_phone(phone)
        async with (await self.store.made()).read() as connection:
            lookup = self.store.mac("phone", number)
            return (await connection.execute(sa.select(PHONE.c.person).where(PHONE.c.lookup == lookup))).scalar()

    async def close(self) -> None:
        """Lets go of the message gateway's connections."""
        await self._sms.close()

    @staticmethod
    def _sensible(granted: Granted) -> None:
        if granted.role is Role.DRIVER or bool(granted.operator) != (granted.role is Role.OPERATOR_STAFF):
            raise BadInput(
                "司机角色无需授予；运营商员工须指明运营商，其他角色不得指明",
                "a driver's role is not granted; staff's names an operator, and no other role does",
                code="ROLE",
            )

    async def _person(self, connection: AsyncConnection, lookup: bytes, phone: str) -> str:
        known = sa.select(PHONE.c.person).where(PHONE.c.lookup == lookup)
        person: str | None = (await connection.execute(known)).scalar()
        if person is not None:
            return person
        # Whoever else signs in with this phone waits at the audit's lock.
        person = new_ulid(self._clock)
        await connection.execute(sa.insert(PERSON).values(id=person, created_at=to_us(self._clock())))
        sealed = self.store.seal(phone, PHONE.c.sealed, person)
        await connection.execute(sa.insert(PHONE).values(person=person, lookup=lookup, sealed=sealed))
        await self.audit.append(connection, acting(person), "person.created", person, {})
        return person

    async def granted(self, connection: AsyncConnection, person: str) -> list[Granted]:
        """The roles that were given to a person."""
        rows = await connection.execute(sa.select(ROLE.c.role, ROLE.c.operator).where(ROLE.c.person == person))
        return [Granted(Role(row.role), row.operator) for row in rows]
