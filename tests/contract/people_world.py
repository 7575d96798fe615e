"""People in a database of each engine, a clock that a test moves, and a message gateway that remembers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from finder.identity.audit import Audit
from finder.identity.buckets import MemoryBuckets
from finder.identity.people import People
from finder.identity.roles import Caller
from finder.identity.sessions import Tokens
from finder.identity.sms import SmsUnavailable
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.storage.database import Database

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
PHONE, OTHER_PHONE = "13812345678", "13987654321"
HERE = "192.0.2.1"
KEYS = {"test": bytes(range(32))}


@dataclass
class Hand:
    """Time that stands until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, span: timedelta) -> None:
        self.now += span


@dataclass
class Inbox:
    """The port to text messages, as a list. `broken` makes it refuse."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    async def send(self, phone: str, code: str, minutes: int) -> None:
        if self.broken:
            raise SmsUnavailable
        self.sent.append((phone, code))

    async def close(self) -> None:
        pass


@dataclass
class PeopleWorld:
    """Everything that a test of people holds."""

    database: Database
    clock: Hand
    inbox: Inbox
    people: People

    async def sign_in(self, phone: str = PHONE, device: str = "小米 14") -> Tokens:
        """By the code that the phone was sent, so late after whatever was before that no limit is met."""
        self.clock.pass_(timedelta(hours=3))
        challenge = await self.people.request_code(phone, HERE)
        return await self.people.sign_in(challenge.token, self.inbox.sent[-1][1], device, HERE)

    async def caller(self, phone: str = PHONE) -> Caller:
        """Signed in."""
        return await self.people.caller((await self.sign_in(phone)).access)

    async def dump(self) -> bytes:
        """Every value of every table of the database, as bytes to search."""
        values: list[bytes] = []
        async with self.database.read() as connection:
            there = sa.MetaData()
            await connection.run_sync(there.reflect)
            for table in there.tables.values():
                for row in await connection.execute(sa.select(table)):
                    values += [v if isinstance(v, bytes) else str(v).encode() for v in row]
        return b"\n".join(values)


def people_world(database: Database) -> PeopleWorld:
    """People in this database."""
    clock, inbox = Hand(), Inbox()
    buckets = MemoryBuckets(clock=lambda: clock.now.timestamp())
    people = People(Store(database, Vault(KEYS)), Audit(database, clock), inbox, clock, buckets)
    return PeopleWorld(database, clock, inbox, people)
