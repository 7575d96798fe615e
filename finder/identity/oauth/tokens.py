"""Access tokens and spent assertions in SQL: tokens only as hashes, both only until they end."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from authlib.oauth2.rfc6749 import TokenMixin
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.kernel.clock import Clock
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
TOKEN = sa.Table(
    "oauth_token",
    METADATA,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False, index=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
)
ASSERTION = sa.Table(
    "oauth_assertion",
    METADATA,
    sa.Column("client_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),  # of its jti
    sa.Column("until", sa.BigInteger, nullable=False, index=True),
)
LIFETIME_S = 600
_SWEEP_EVERY = timedelta(minutes=1)
_PREFIX = "fndr_"  # so that one that was left lying about is known for what it is
_MAX = 200


@dataclass(frozen=True)
class Held(TokenMixin):
    """A token that holds now: whose it is and what it is good for."""

    client_id: str
    scope: str
    made_at: int
    ends_at: int

    @property
    def scopes(self) -> frozenset[str]:
        """Its scopes one by one."""
        return frozenset(self.scope.split())

    def check_client(self, client: Any) -> bool:
        """See TokenMixin."""
        return bool(client.get_client_id() == self.client_id)

    def get_scope(self) -> str:
        """See TokenMixin."""
        return self.scope

    def is_expired(self) -> bool:
        """Never: one that has ended is not found."""
        return False

    def is_revoked(self) -> bool:
        """Never: one that was revoked is not found."""
        return False


class Tokens:
    """Tokens of LIFETIME_S seconds. Every method raises StoreUnavailable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._tables = Tables(database, METADATA)
        self._clock = clock
        self._swept_at: datetime | None = None

    async def issue(self, client_id: str, scope: str) -> str:
        """A new token; only its hash is kept."""
        token, now = _PREFIX + secrets.token_urlsafe(32), int(self._clock().timestamp())
        row = {"digest": _digest(token), "client_id": client_id, "scope": scope}
        async with (await self._tables.made()).write() as connection:
            await self._sweep(connection)
            await connection.execute(sa.insert(TOKEN).values(**row, made_at=now, ends_at=now + LIFETIME_S))
        return token

    async def find(self, token: str) -> Held | None:
        """What the token is good for; None where we gave none such, or it has ended or was revoked."""
        if not token.startswith(_PREFIX) or len(token) > _MAX:
            return None
        now = int(self._clock().timestamp())
        question = sa.select(TOKEN).where(TOKEN.c.digest == _digest(token), TOKEN.c.ends_at > now)
        async with (await self._tables.made()).read() as connection:
            row = (await connection.execute(question)).one_or_none()
        return None if row is None else Held(row.client_id, row.scope, row.made_at, row.ends_at)

    async def revoke(self, token: str) -> None:
        """From now on it is good for nothing."""
        async with (await self._tables.made()).write() as connection:
            await connection.execute(sa.delete(TOKEN).where(TOKEN.c.digest == _digest(token)))

    async def revoke_all(self, client_id: str) -> None:
        """From now on none of a client's tokens is good for anything."""
        async with (await self._tables.made()).write() as connection:
            await connection.execute(sa.delete(TOKEN).where(TOKEN.c.client_id == client_id))

    async def spend(self, client_id: str, jti: str, until: int) -> bool:
        """Whether this client's assertion was not used before; it is remembered until then (seconds since 1970)."""
        row = {"client_id": client_id, "digest": _digest(jti), "until": until}
        async with (await self._tables.made()).write() as connection:
            await self._sweep(connection)
            put = self._tables.insert(ASSERTION).values(**row).on_conflict_do_nothing()
            return bool((await connection.execute(put)).rowcount)

    async def _sweep(self, connection: AsyncConnection) -> None:
        now = self._clock()
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at, second = now, int(now.timestamp())
        await connection.execute(sa.delete(TOKEN).where(TOKEN.c.ends_at <= second))
        await connection.execute(sa.delete(ASSERTION).where(ASSERTION.c.until < second))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
