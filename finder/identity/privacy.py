"""One's own data: all of it to take away, and erasure of whatever says who one is.

Orders and the ledger name an opaque id. Once the person is erased nothing says whose it was, and the books balance.
"""

import hmac
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.identity.audit import acting
from finder.identity.codes import WrongCode
from finder.identity.people import People
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import IDENTITY, PASSKEY, PERSON, PHONE, ROLE
from finder.storage.unit import Work, from_us

_MORE: "tuple[tuple[str, sa.Table, dict[str, sa.Column[Any]]], ...]" = (
    ("passkeys", PASSKEY, {"since": PASSKEY.c.added_at, "usedAt": PASSKEY.c.used_at}),
    ("providers", IDENTITY, {"provider": IDENTITY.c.provider, "since": IDENTITY.c.linked_at}),
)


class Holding(Protocol):
    """Another room that keeps something under people's ids."""

    name: str

    async def ready(self) -> None:
        """Makes its tables where they are missing. Raises StoreUnavailable."""

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """All that it keeps of this person, as JSON can tell it."""

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Prepares for the person's erasure, in its transaction. Raises Conflict while something is under way."""


class BesidePeople:
    """The part that rooms share which keep their tables beside people's, and what is secret in them under its key."""

    def __init__(self, work: Work, store: Store) -> None:
        self._work, self._store = work, store

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._store.made()
        await self._work.ready()


class Privacy:
    """Export and erasure over the rooms that hold something of people."""

    def __init__(self, people: People, holdings: Sequence[Holding] = ()) -> None:
        self._people, self._holdings = people, tuple(holdings)

    async def export(self, caller: Caller) -> str:
        """All of the caller's data as a JSON document. Raises NotSignedIn where it was erased meanwhile."""
        people, person = self._people, caller.person
        vehicles = await people.vehicles.of(person)
        devices = await people.devices(caller)
        history = await people.audit.history(person, limit=10_000)
        for holding in self._holdings:
            await holding.ready()
        async with (await people.store.made()).write() as connection:
            await people.audit.lock(connection)
            question = sa.select(PERSON.c.created_at, PHONE.c.sealed).join(PHONE, PHONE.c.person == PERSON.c.id)
            row = (await connection.execute(question.where(PERSON.c.id == person))).one_or_none()
            if row is None:
                raise NotSignedIn
            roles = await connection.execute(sa.select(ROLE).where(ROLE.c.person == person))
            told: dict[str, Any] = {
                "person": person,
                "phone": people.store.open(row.sealed, PHONE.c.sealed, person),
                "since": from_us(row.created_at),
                "roles": [
                    {"role": r.role, "operator": r.operator, "since": from_us(r.granted_at)} for r in roles.all()
                ],
                "devices": [{"name": d.name, "since": d.since, "seenAt": d.seen_at} for d in devices],
                "vehicles": [{"vin": v.vin, "plate": v.plate, "since": v.added_at} for v in vehicles],
                "history": [{"at": e.at, "what": e.what, "detail": dict(e.detail)} for e in history],
            }
            for name, table, columns in _MORE:
                held = await connection.execute(sa.select(*columns.values()).where(table.c.person == person))
                rows = [dict(zip(columns, row, strict=True)) for row in held]
                told[name] = [{k: from_us(v) if isinstance(v, int) else v for k, v in row.items()} for row in rows]
            for holding in self._holdings:
                told[holding.name] = await holding.export(connection, person)
            await people.audit.append(connection, acting(person), "person.exported", person, {})
        return msgspec.json.encode(told).decode()

    async def erase(self, caller: Caller, challenge: str, code: str) -> None:
        """Erases the caller, who proves with a code that the phone is still in the same hand.

        Raises WrongCode, and Conflict while something is under way.
        """
        people, person = self._people, caller.person
        proof = await people.codes.check(challenge, code)
        await people.audit.made()
        for holding in self._holdings:
            await holding.ready()
        async with (await people.store.made()).write() as connection:
            await people.audit.lock(connection)
            own = sa.select(PHONE.c.lookup).where(PHONE.c.person == person)
            lookup = (await connection.execute(own)).scalar_one_or_none()
            if lookup is None or not hmac.compare_digest(bytes(lookup), proof.lookup):
                raise WrongCode
            await people.codes.spend(connection, proof)
            for holding in self._holdings:
                await holding.let_go(connection, person)
            await people.codes.forget(connection, proof.lookup)
            # What else is kept of a person refers to this row, and goes with it.
            await connection.execute(sa.delete(PERSON).where(PERSON.c.id == person))
            await people.audit.append(connection, acting(person), "person.erased", person, {})
