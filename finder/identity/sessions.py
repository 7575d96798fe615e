"""Sessions: opaque tokens, kept as hashes only; refresh tokens change at each use, and a used one ends the session."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import Denied
from finder.identity.roles import Role
from finder.identity.store import Store
from finder.identity.tables import SESSION
from finder.kernel.clock import Clock
from finder.kernel.ids import new_ulid
from finder.storage.unit import from_us, to_us

GRACE = timedelta(seconds=30)  # a phone that lost the answer on a bad line asks again with the token it has
MOST = 10  # of one person; the one unused for longest gives way
MAX_DEVICE = 40  # characters of a device's name
_ACCESS, _REFRESH = "fndr_a_", "fndr_r_"  # the logs know the beginning and blot the rest
_FAMILY = 22  # characters of 16 random bytes
_MAX_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session holds: each access token, unused, and in all."""

    access: timedelta
    idle: timedelta
    absolute: timedelta


DRIVERS = Lifetimes(timedelta(minutes=15), timedelta(days=30), timedelta(days=180))
OFFICES = Lifetimes(timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))


def lifetimes_of(roles: Collection[Role]) -> Lifetimes:
    """Short ones for whoever is more than a driver."""
    return OFFICES if set(roles) - {Role.DRIVER} else DRIVERS


class NotSignedIn(Denied):
    """No token, or one that holds no more."""

    default_code = "SIGN_IN"

    def __init__(self) -> None:
        super().__init__("请先登录，或重新登录", "sign in first, or sign in again")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a phone keeps: what it sends with each request, and what it exchanges for the next two."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Device:
    """A session as its owner sees it."""

    id: str
    person: str
    name: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Reused:
    """A refresh token came a second time: somebody else has it, and the session must end."""

    person: str
    session: str


class Sessions:
    """Works within its caller's transactions."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def open(
        self, connection: AsyncConnection, person: str, device: str, lifetimes: Lifetimes, *, strong: bool = False
    ) -> tuple[str, Tokens]:
        """A new session's id and tokens. Those that are over are swept, and the oldest beyond MOST end."""
        now = self._clock()
        await connection.execute(sa.delete(SESSION).where(SESSION.c.person == person, _over(now)))
        newest = sa.select(SESSION.c.id).where(SESSION.c.person == person)
        kept = (await connection.execute(newest.order_by(SESSION.c.seen_at.desc(), SESSION.c.id.desc()))).scalars()
        if past := kept.all()[MOST - 1 :]:
            await connection.execute(sa.delete(SESSION).where(SESSION.c.id.in_(past)))
        family, session = secrets.token_urlsafe(16), new_ulid(self._clock)
        tokens, columns = _issue(family, lifetimes, now, ends_at=now + lifetimes.absolute)
        sealed = self._store.seal(device_name(device), SESSION.c.device, session)
        row = {"id": session, "person": person, "device": sealed, "strong": strong, **columns}
        await connection.execute(
            sa.insert(SESSION).values(**row, family=_digest(family), opened_at=to_us(now), seen_at=to_us(now))
        )
        return session, tokens

    async def find(self, connection: AsyncConnection, access: str) -> tuple[str, str, bool]:
        """The session, its person, and whether a second factor opened it. Raises NotSignedIn."""
        if not access.startswith(_ACCESS) or len(access) > _MAX_TOKEN:
            raise NotSignedIn
        good = sa.and_(SESSION.c.access == _digest(access), SESSION.c.access_until >= to_us(self._clock()))
        question = sa.select(SESSION.c.id, SESSION.c.person, SESSION.c.strong).where(good)
        row = (await connection.execute(question)).one_or_none()
        if row is None:
            raise NotSignedIn
        return row.id, row.person, row.strong

    async def holds(self, connection: AsyncConnection, session: str) -> None:
        """Raises NotSignedIn where the session is over."""
        good = sa.and_(SESSION.c.id == session, ~_over(self._clock()))
        if (await connection.execute(sa.select(SESSION.c.id).where(good))).first() is None:
            raise NotSignedIn

    async def whose(self, connection: AsyncConnection, refresh: str) -> str:
        """The person of a refresh token's session, whether or not the token is the present one. Raises NotSignedIn."""
        question = sa.select(SESSION.c.person).where(SESSION.c.family == _digest(_family(refresh)))
        person = (await connection.execute(question)).scalar_one_or_none()
        if person is None:
            raise NotSignedIn
        return str(person)

    async def refresh(self, connection: AsyncConnection, token: str, lifetimes: Lifetimes) -> Tokens | Reused:
        """The next tokens. A used token is taken once more within GRACE, and then the ones that it gave are void:
        whoever holds those is found out at the next use. Raises NotSignedIn.
        """
        family, now = _family(token), self._clock()
        own = SESSION.c.family == _digest(family)
        row = (await connection.execute(sa.select(SESSION).where(own, ~_over(now)).with_for_update())).one_or_none()
        if row is None:
            raise NotSignedIn
        digest = _digest(token)
        present = hmac.compare_digest(bytes(row.refresh), digest)
        lost = now - from_us(row.seen_at) <= GRACE and hmac.compare_digest(bytes(row.previous or b""), digest)
        if not present and not lost:
            return Reused(row.person, row.id)
        tokens, columns = _issue(family, lifetimes, now, ends_at=from_us(row.ends_at))
        columns |= {"previous": digest if present else None, "seen_at": to_us(now)}
        await connection.execute(sa.update(SESSION).where(own).values(**columns))
        return tokens

    async def of(self, connection: AsyncConnection, person: str) -> list[Device]:
        """Those that hold, the one used last first."""
        question = sa.select(SESSION).where(SESSION.c.person == person, ~_over(self._clock()))
        rows = await connection.execute(question.order_by(SESSION.c.seen_at.desc(), SESSION.c.id.desc()))
        return [
            Device(
                *(row.id, row.person, self._store.open(row.device, SESSION.c.device, row.id)),
                *(from_us(row.opened_at), from_us(row.seen_at)),
            )
            for row in rows
        ]

    async def close(self, connection: AsyncConnection, person: str, session: str | None = None) -> int:
        """Ends one of a person's sessions, or all of them; how many."""
        own = SESSION.c.person == person
        which = own if session is None else sa.and_(own, SESSION.c.id == session)
        return int((await connection.execute(sa.delete(SESSION).where(which))).rowcount)


def device_name(text: str) -> str:
    """What a phone calls itself, cut to MAX_DEVICE characters that can be printed."""
    shown = "".join(c for c in text[: 4 * MAX_DEVICE] if unicodedata.category(c)[0] not in "CZ" or c == " ")
    return shown.strip()[:MAX_DEVICE]


def _issue(family: str, lifetimes: Lifetimes, now: datetime, ends_at: datetime) -> tuple[Tokens, dict[str, object]]:
    access, refresh = _ACCESS + secrets.token_urlsafe(32), f"{_REFRESH}{family}{secrets.token_urlsafe(32)}"
    until = min(now + lifetimes.access, ends_at)
    columns = {
        "access": _digest(access),
        "refresh": _digest(refresh),
        "access_until": to_us(until),
        "idle_until": to_us(min(now + lifetimes.idle, ends_at)),
        "ends_at": to_us(ends_at),
    }
    return Tokens(access, refresh, int((until - now).total_seconds())), columns


def _over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(SESSION.c.idle_until < to_us(now), SESSION.c.ends_at < to_us(now))


def _family(token: str) -> str:
    if not token.startswith(_REFRESH) or not token.isascii() or len(token) > _MAX_TOKEN:
        raise NotSignedIn
    return token[len(_REFRESH) : len(_REFRESH) + _FAMILY]


def _digest(token: str) -> bytes:
    """A plain hash will do: the tokens are random, so nobody can list them."""
    return hashlib.sha256(token.encode()).digest()
