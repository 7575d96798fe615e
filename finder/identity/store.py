"""What is sealed, and found again by an HMAC whose key lies sealed in the database and so outlives the vault's keys."""

import hashlib
import hmac
import secrets

import sqlalchemy as sa

from finder.identity.tables import KEY, METADATA
from finder.identity.vault import Vault
from finder.storage.database import Database
from finder.storage.tables import Tables

_NAME, _PLACE = "lookup", "identity_key.lookup"


class Store:
    """The tables of people in one database, the vault that seals in them, and the key that finds in them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.tables = Tables(database, METADATA)
        self.vault = vault
        self._key: bytes | None = None

    async def made(self) -> Database:
        """The database, with the tables and the key in it. Raises StoreUnavailable, SettingsError."""
        database = await self.tables.made()
        if self._key is None:
            fresh = self.vault.seal(secrets.token_bytes(32), _PLACE)
            # Of two processes that start together one's key is kept, and both read that one.
            put = self.tables.insert(KEY).values(name=_NAME, sealed=fresh).on_conflict_do_nothing()
            async with database.write() as connection:
                await connection.execute(put)
                sealed = (await connection.execute(sa.select(KEY.c.sealed).where(KEY.c.name == _NAME))).scalar_one()
            self._key = self.vault.open(bytes(sealed), _PLACE)
        return database

    def mac(self, kind: str, text: str) -> bytes:
        """32 bytes that only the key's holder can make of this text, others for each kind. Only after `made`."""
        assert self._key is not None
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), hashlib.sha256)

    def seal(self, text: str, place: str) -> bytes:
        """A text sealed for one place."""
        return self.vault.seal(text.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        """The inverse. Raises SettingsError."""
        return self.vault.open(bytes(sealed), place).decode()
