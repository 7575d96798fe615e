"""Codes by text message: six digits, five minutes, five tries, once; the same for a known phone and an unknown one.

What is asked with a code is bound to a challenge that only the asker's phone holds, so nobody else's wrong guesses
use up its tries.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.errors import Busy, Denied
from finder.identity.sms import Sms
from finder.identity.store import Store
from finder.identity.tables import CODE
from finder.kernel.clock import Clock
from finder.storage.database import Database
from finder.storage.unit import from_us, to_us

GOOD_FOR = timedelta(minutes=5)
TRIES = 5
AGAIN_AFTER = timedelta(seconds=60)
MOST = ((timedelta(hours=1), 5), (timedelta(days=1), 10))  # to one phone within any such span
DIGITS = 6
_MAX_TEXT = 64


class WrongCode(Denied):
    """One answer for a wrong code, an old one, a spent one and one that never was."""

    default_code = "CODE_WRONG"

    def __init__(self) -> None:
        super().__init__(
            "验证码不正确或已失效，请核对，或重新获取验证码",
            "the code is wrong or no longer good: check it, or ask for a new one",
        )


class CodesTooOften(Busy):
    """The phone was sent codes too often."""

    default_code = "CODES_TOO_OFTEN"

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            f"验证码发送过于频繁，请 {wait_s} 秒后重试",
            f"codes were sent to this phone too often: try again in {wait_s} seconds",
        )
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code is on its way. `token` is to be sent back with it."""

    token: str = field(repr=False)
    expires_in_s: int
    again_in_s: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody reads this phone's messages. To be spent in the transaction that it is good for."""

    challenge: bytes
    lookup: bytes = field(repr=False)
    phone: str = field(repr=False)


class Codes:
    """Codes in one database. Raises StoreUnavailable."""

    def __init__(self, store: Store, sms: Sms, clock: Clock) -> None:
        self._store, self._sms, self._clock = store, sms, clock

    async def request(self, phone: str) -> Challenge:
        """Sends a code to the 11 digits of a number. Raises CodesTooOften, SmsUnavailable, SmsNotSet."""
        database = await self._store.made()
        token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        challenge, lookup = self._store.mac("challenge", token), self._store.mac("phone", phone)
        async with database.write() as connection:
            await _alone(database, connection, lookup)
            now = self._clock()
            await connection.execute(sa.delete(CODE).where(CODE.c.sent_at <= to_us(now - MOST[-1][0])))
            await self._not_too_often(connection, lookup)
            row = {
                "challenge": challenge,
                "lookup": lookup,
                "sealed": self._store.seal(phone, CODE.c.sealed, challenge),
                "digest": self._digest(token, code),
                "sent_at": to_us(now),
                "until": to_us(now + GOOD_FOR),
                "tries": 0,
                "spent": False,
            }
            await connection.execute(sa.insert(CODE).values(**row))
        try:
            await self._sms.send(phone, code, int(GOOD_FOR.total_seconds()) // 60)
        except BaseException:
            async with database.write() as connection:  # what was not sent does not count
                await connection.execute(sa.delete(CODE).where(CODE.c.challenge == challenge))
            raise
        return Challenge(token, int(GOOD_FOR.total_seconds()), int(AGAIN_AFTER.total_seconds()))

    async def check(self, token: str, code: str) -> Proof:
        """Takes one of the challenge's tries, whatever comes of it. Raises WrongCode."""
        if not (len(token) <= _MAX_TEXT and len(code) == DIGITS and code.isascii() and code.isdigit()):
            raise WrongCode
        database = await self._store.made()
        challenge = self._store.mac("challenge", token)
        good = sa.and_(
            CODE.c.challenge == challenge,
            CODE.c.tries < TRIES,
            CODE.c.spent.is_(False),
            CODE.c.until >= to_us(self._clock()),
        )
        tried = sa.update(CODE).where(good).values(tries=CODE.c.tries + 1).returning(CODE)
        async with database.write() as connection:
            row = (await connection.execute(tried)).one_or_none()
        if row is None or not hmac.compare_digest(bytes(row.digest), self._digest(token, code)):
            raise WrongCode
        return Proof(challenge, bytes(row.lookup), self._store.open(row.sealed, CODE.c.sealed, challenge))

    async def spend(self, connection: AsyncConnection, proof: Proof) -> None:
        """Good for what this transaction does and for nothing after it. Raises WrongCode where it was spent."""
        own = sa.and_(CODE.c.challenge == proof.challenge, CODE.c.spent.is_(False))
        if not (await connection.execute(sa.update(CODE).where(own).values(spent=True, sealed=b""))).rowcount:
            raise WrongCode

    async def forget(self, connection: AsyncConnection, lookup: bytes) -> None:
        """Leaves nothing of a phone."""
        await connection.execute(sa.delete(CODE).where(CODE.c.lookup == lookup))

    def _digest(self, token: str, code: str) -> bytes:
        return self._store.mac("code", f"{token} {code}")

    async def _not_too_often(self, connection: AsyncConnection, lookup: bytes) -> None:
        question = sa.select(CODE.c.sent_at).where(CODE.c.lookup == lookup).order_by(CODE.c.sent_at.desc())
        sent = [from_us(each) for each in (await connection.execute(question)).scalars()]
        now = self._clock()
        for span, most in ((AGAIN_AFTER, 1), *MOST):
            within = [each for each in sent if now - each < span]
            if len(within) >= most:
                wait = within[most - 1] + span - now
                raise CodesTooOften(-(-wait // timedelta(seconds=1)))


async def _alone(database: Database, connection: AsyncConnection, lookup: bytes) -> None:
    """Waits until nobody else asks for this phone, to the end of the transaction; SQLite has one writer anyway."""
    if database.dialect == "postgresql":
        number = int.from_bytes(lookup[:8], signed=True)
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.cast(number, sa.BigInteger))))
