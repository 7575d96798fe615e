"""What the register keeps, opened for who may see it; and the frame of a step: one transaction, one audit row."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import Conflict, NotFound
from finder.federation.register import rows
from finder.federation.register.model import Registered
from finder.federation.register.setup import Secrets, open_secrets
from finder.federation.register.states import Role, State, Step, after
from finder.identity.audit import Actor, Audit
from finder.identity.vault import Vault, key_of
from finder.kernel.clock import Clock
from finder.storage.database import Database
from finder.storage.tables import Tables

MAX_LISTED = 10_000


class Records:
    """The register in SQL. Every method raises StoreUnavailable."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self.audit, self.clock = Audit(database, clock), clock
        self._tables, self._vault = Tables(database, rows.METADATA), vault

    async def get(self, operator_id: str) -> Registered:
        """The operator as it stands. Raises NotFound."""
        async with (await self._tables.made()).read() as connection:
            return await self.known(connection, operator_id)

    async def all(self, *states: State) -> list[Registered]:
        """Those in these states, or all; oldest first, without reports."""
        async with (await self._tables.made()).read() as connection:
            return await rows.read_many(connection, states, MAX_LISTED)

    async def contact(self, operator_id: str) -> str | None:
        """Whom the city's staff may call; None once the operator is gone."""
        question = sa.select(rows.OPERATOR.c.contact).where(rows.OPERATOR.c.id == operator_id)
        async with (await self._tables.made()).read() as connection:
            sealed = (await connection.execute(question)).scalar()
        return None if sealed is None else self._vault.open(bytes(sealed), _contact_place(operator_id)).decode()

    async def secrets(self, operator_id: str) -> list[Secrets]:
        """Each generation, newest first. Raises Conflict (NO_CREDENTIALS), and SettingsError where one cannot open."""
        async with (await self._tables.made()).read() as connection:
            sealed = await rows.sealed_of(connection, operator_id)
        if not sealed:
            raise no_credentials()
        return [self._open(operator_id, generation, each) for generation, each in sealed]

    def seal_contact(self, operator_id: str, contact: str) -> bytes:
        """As it is kept."""
        return self._vault.seal(contact.encode(), _contact_place(operator_id))

    def seal_secrets(self, operator_id: str, generation: int, secrets: Secrets) -> bytes:
        """As they are kept."""
        return self._vault.seal(secrets.seal(), _secrets_place(operator_id, generation))

    async def reseal(self, actor: Actor) -> int:
        """Seals under the vault's first key whatever is sealed under another; how much that was.

        Raises SettingsError, with nothing changed, where one cannot be opened.
        """
        count = 0
        async with self.alone() as connection:
            contact = rows.OPERATOR.c.contact
            held = await connection.execute(sa.select(rows.OPERATOR.c.id, contact).where(contact.is_not(None)))
            for operator_id, sealed in held.all():
                if key_of(bytes(sealed)) != self._vault.current:
                    plain = self._vault.open(bytes(sealed), _contact_place(operator_id)).decode()
                    own = sa.update(rows.OPERATOR).where(rows.OPERATOR.c.id == operator_id)
                    await connection.execute(own.values(contact=self.seal_contact(operator_id, plain)))
                    count += 1
            for operator_id, generation, sealed in (await connection.execute(sa.select(rows.SECRETS))).all():
                if key_of(bytes(sealed)) != self._vault.current:
                    secrets = self._open(operator_id, generation, bytes(sealed))
                    own = sa.update(rows.SECRETS).where(
                        rows.SECRETS.c.operator_id == operator_id, rows.SECRETS.c.generation == generation
                    )
                    await connection.execute(own.values(sealed=self.seal_secrets(operator_id, generation, secrets)))
                    count += 1
            if count:
                detail = {"key": self._vault.current, "count": count}
                await self.audit.append(connection, actor, "reseal", "register", detail)
        return count

    def _open(self, operator_id: str, generation: int, sealed: bytes) -> Secrets:
        return open_secrets(self._vault.open(sealed, _secrets_place(operator_id, generation)))

    @asynccontextmanager
    async def step(
        self, operator_id: str, step: Step, role: Role, actor: Actor, detail: dict[str, Any] | None = None
    ) -> AsyncIterator[tuple[AsyncConnection, Registered]]:
        """One step in one transaction: refused before anything is done, audited at its end.

        Raises NotFound, Forbidden or Conflict.
        """
        async with self.alone() as connection:
            known = await self.known(connection, operator_id)
            state = after(known.state, step, role)
            yield connection, known
            if state is not known.state:
                await rows.write(connection, operator_id, self.clock(), state=state.value)
            told = {**(detail or {}), "from": known.state.value, "to": state.value}
            await self.audit.append(connection, actor, step.value, operator_id, told)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which nobody else changes the register."""
        await self.audit.made()
        async with (await self._tables.made()).write() as connection:
            await self.audit.lock(connection)
            yield connection

    async def known(self, connection: AsyncConnection, operator_id: str) -> Registered:
        """The operator, within a transaction. Raises NotFound."""
        known = await rows.read_one(connection, operator_id)
        if known is None:
            what = repr(operator_id[:40])
            raise NotFound(f"没有运营商 {what}", f"there is no operator {what}", code="NO_SUCH_OPERATOR")
        return known


def no_credentials() -> Conflict:
    """That no secrets were exchanged yet."""
    return Conflict("请先提交并领取密钥", "exchange credentials first", code="NO_CREDENTIALS")


def _contact_place(operator_id: str) -> str:
    return f"register/{operator_id}/contact"


def _secrets_place(operator_id: str, generation: int) -> str:
    return f"register/{operator_id}/secrets/{generation}"
