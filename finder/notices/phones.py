"""Where a person's phones are told: at most five, each for as long as one is signed in on it."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.connectors.sdk.addresses import AddressRules
from finder.identity.buckets import Buckets, Rate, within
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import PERSON, SESSION
from finder.kernel.ids import new_ulid
from finder.notices.tables import PUSH
from finder.notices.web_push import Browser, read_browser
from finder.storage.unit import Work, to_us

MOST = 5
OFTEN = Rate(burst=10, per_s=1 / 60)
_LOOKUP = "push-endpoint"


class Phones:
    """Subscriptions in one database. Every method raises StoreUnavailable."""

    def __init__(self, work: Work, store: Store, buckets: Buckets, rules: AddressRules) -> None:
        self._work, self._store, self._buckets, self._rules = work, store, buckets, rules

    async def register(self, caller: Caller, endpoint: str, p256dh: str, auth: str) -> None:
        """Keeps what this session's browser gave: whatever was kept of the session, or of the endpoint, gives way,
        and past MOST the one that came in first.

        Raises BadInput ADDRESS_…, PUSH_KEYS; TooOften; NotSignedIn.
        """
        browser = read_browser(endpoint, p256dh, auth, self._rules)
        await within(self._buckets, f"push of {caller.person}", OFTEN)
        await self._store.made()
        await self._work.ready()
        row = new_ulid(self._work.clock)
        lookup = self._store.mac(_LOOKUP, endpoint)
        keys = f"{browser.p256dh.hex()} {browser.auth.hex()}"
        async with self._work.begin() as unit:
            person = sa.select(PERSON.c.id).where(PERSON.c.id == caller.person).with_for_update()
            session = sa.select(SESSION.c.id).where(SESSION.c.id == caller.session, SESSION.c.person == caller.person)
            for known in (person, session):
                if (await unit.connection.execute(known)).first() is None:
                    raise NotSignedIn
            old = sa.or_(PUSH.c.lookup == lookup, PUSH.c.session == caller.session)
            await unit.connection.execute(sa.delete(PUSH).where(old))
            mine = (
                sa.select(PUSH.c.id)
                .where(PUSH.c.person == caller.person)
                .order_by(PUSH.c.seen_at.desc(), PUSH.c.id.desc())
            )
            if past := (await unit.connection.execute(mine)).scalars().all()[MOST - 1 :]:
                await unit.connection.execute(sa.delete(PUSH).where(PUSH.c.id.in_(past)))
            values = {
                "id": row,
                "person": caller.person,
                "session": caller.session,
                "lookup": lookup,
                "endpoint": self._store.seal(endpoint, PUSH.c.endpoint, row),
                "browser_keys": self._store.seal(keys, PUSH.c.browser_keys, row),
                "seen_at": to_us(unit.now),
            }
            await unit.connection.execute(sa.insert(PUSH).values(**values))

    async def unregister(self, caller: Caller, endpoint: str) -> bool:
        """Forgets one of the caller's; False where it was not there."""
        await self._store.made()
        await self._work.ready()
        own = sa.and_(PUSH.c.person == caller.person, PUSH.c.lookup == self._store.mac(_LOOKUP, endpoint))
        async with self._work.begin() as unit:
            return bool((await unit.connection.execute(sa.delete(PUSH).where(own))).rowcount)


async def phones_of(connection: AsyncConnection, person: str) -> list[str]:
    """The ids of a person's subscriptions."""
    own = sa.select(PUSH.c.id).where(PUSH.c.person == person).order_by(PUSH.c.id)
    return list((await connection.execute(own)).scalars())


async def browser_of(connection: AsyncConnection, store: Store, subscription: str) -> Browser | None:
    """A subscription, opened; None where it is gone."""
    row = (await connection.execute(sa.select(PUSH).where(PUSH.c.id == subscription))).one_or_none()
    if row is None:
        return None
    point, auth = store.open(row.browser_keys, PUSH.c.browser_keys, row.id).split()
    return Browser(store.open(row.endpoint, PUSH.c.endpoint, row.id), bytes.fromhex(point), bytes.fromhex(auth))
