"""What is sealed, and found again by an HMAC whose key lies sealed in the database and so outlives the vault's keys."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from finder.identity.tables import CODE, KEY, METADATA, PHONE, SESSION, VEHICLE
from finder.identity.vault import Vault, key_of
from finder.storage.database import Database
from finder.storage.tables import Tables

_NAME = "lookup"
SEALED: "tuple[sa.Column[Any], ...]" = (
    *(KEY.c.sealed, PHONE.c.sealed, CODE.c.sealed, SESSION.c.device, VEHICLE.c.vin, VEHICLE.c.plate),
)


class Store:
    """The tables of people in one database, the vault that seals in them, and the key that finds in them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.tables = Tables(database, METADATA)
        self._vault = vault
        self._key: bytes | None = None

    async def made(self) -> Database:
        """The database, with the tables and the key in it. Raises StoreUnavailable, SettingsError."""
        database = await self.tables.made()
        if self._key is None:
            fresh = self._vault.seal(secrets.token_bytes(32), _place(KEY.c.sealed, _NAME))
            # Of two processes that start together one's key is kept, and both read that one.
            put = self.tables.insert(KEY).values(name=_NAME, sealed=fresh).on_conflict_do_nothing()
            async with database.write() as connection:
                await connection.execute(put)
                sealed = (await connection.execute(sa.select(KEY.c.sealed).where(KEY.c.name == _NAME))).scalar_one()
            self._key = self._vault.open(bytes(sealed), _place(KEY.c.sealed, _NAME))
        return database

    def mac(self, kind: str, text: str) -> bytes:
        """32 bytes that only the key's holder can make of this text, others for each kind. Only after `made`."""
        assert self._key is not None
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), hashlib.sha256)

    def seal(self, text: str, column: "sa.Column[Any]", row: str | bytes) -> bytes:
        """A text sealed for this column of the row with this key: elsewhere it opens no more."""
        return self._vault.seal(text.encode(), _place(column, row))

    def open(self, sealed: bytes, column: "sa.Column[Any]", row: str | bytes) -> str:
        """The inverse. Raises SettingsError."""
        return self._vault.open(bytes(sealed), _place(column, row)).decode()

    async def reseal(self, also: "Sequence[sa.Column[Any]]" = ()) -> int:
        """Seals under the vault's first key whatever is sealed under another; how much that was.

        Raises SettingsError, with nothing changed, where one cannot be opened.
        """
        count = 0
        async with (await self.made()).write() as connection:
            for column in (*SEALED, *_marked(), *also):
                (key,) = column.table.primary_key.columns
                held = await connection.execute(sa.select(key, column).where(column.is_not(None)).with_for_update())
                for row, sealed in held.all():
                    if not sealed or key_of(bytes(sealed)) == self._vault.current:
                        continue
                    place = _place(column, row)
                    anew = self._vault.seal(self._vault.open(bytes(sealed), place), place)
                    own = sa.update(column.table).where(key == row)
                    await connection.execute(own.values({column.name: anew}))
                    count += 1
        return count


def _marked() -> "list[sa.Column[Any]]":
    """Sealed columns of other rooms whose rows belong to people: they say so themselves, `info={"sealed": True}`."""
    return [column for table in METADATA.sorted_tables for column in table.c if column.info.get("sealed")]


def _place(column: "sa.Column[Any]", row: str | bytes) -> str:
    name = row if isinstance(row, str) else bytes(row).hex()
    return f"{column.table.name}.{column.name} {name}"
