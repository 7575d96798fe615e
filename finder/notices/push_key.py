"""The key by which push services know us (RFC 8292): made at first use, kept sealed beside people's other keys."""

import base64
from collections import OrderedDict
from datetime import datetime, timedelta

import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import ECKey

from finder.identity.store import Store
from finder.identity.tables import KEY
from finder.kernel.clock import Clock

_NAME = "web-push"
GOOD_FOR = timedelta(hours=12)  # RFC 8292, 2: at most 24 hours
_ANEW_AFTER = timedelta(hours=6)
_KEPT = 1_000  # push services


class PushKey:
    """One key for a database, whichever process made it."""

    def __init__(self, store: Store, clock: Clock, contact: str = "") -> None:
        """`contact`: a mailto: or https: URI where a push service's people reach ours; empty: none is named."""
        self._store, self._clock, self._contact = store, clock, contact
        self._key: ECKey | None = None
        self._signed: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    async def public(self) -> str:
        """The public key as browsers take it: 65 bytes of an uncompressed point, base64url. Raises StoreUnavailable."""
        return _point(await self._made())

    async def authorization(self, origin: str) -> str:
        """The header of a request to this push service: scheme, host and port."""
        key, now = await self._made(), self._clock()
        made_at, header = self._signed.get(origin, (None, ""))
        if made_at is None or not timedelta(0) <= now - made_at < _ANEW_AFTER:
            claims: dict[str, object] = {"aud": origin, "exp": int((now + GOOD_FOR).timestamp())}
            if self._contact:
                claims["sub"] = self._contact
            header = f"vapid t={jwt.encode({'alg': 'ES256', 'typ': 'JWT'}, claims, key)}, k={_point(key)}"
            self._signed[origin] = now, header
            while len(self._signed) > _KEPT:
                self._signed.popitem(last=False)
        return header

    async def _made(self) -> ECKey:
        if self._key is None:
            database = await self._store.made()
            fresh = ECKey.generate_key("P-256").as_pem(private=True).decode()
            # Of two processes that start together one's key is kept, and both read that one.
            row = {"name": _NAME, "sealed": self._store.seal(fresh, KEY.c.sealed, _NAME)}
            put = self._store.tables.insert(KEY).values(**row).on_conflict_do_nothing()
            async with database.write() as connection:
                await connection.execute(put)
                sealed = (await connection.execute(sa.select(KEY.c.sealed).where(KEY.c.name == _NAME))).scalar_one()
            self._key = ECKey.import_key(self._store.open(bytes(sealed), KEY.c.sealed, _NAME))
        return self._key


def _point(key: ECKey) -> str:
    told = key.as_dict(private=False)
    x, y = (base64.urlsafe_b64decode(f"{told[name]}=") for name in ("x", "y"))
    return base64.urlsafe_b64encode(b"\x04" + x + y).rstrip(b"=").decode()
