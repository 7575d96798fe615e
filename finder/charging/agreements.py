"""Standing payment agreements: who pays, as a channel knows that person, sealed; orders name the agreement alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.orders import MAX_CAP
from finder.charging.payers import PayerProof, Word
from finder.errors import BadInput, Conflict, NotFound, TooLarge
from finder.identity.audit import Audit, acting
from finder.identity.buckets import Buckets, Rate, within
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import METADATA, PERSON, whose
from finder.kernel.clock import Clock
from finder.kernel.ids import new_ulid
from finder.kernel.money import Money
from finder.storage.unit import from_us, to_us

MOST = 10  # open ones of one person
OPEN_RATE = Rate(burst=10, per_s=1 / 300)
AGREEMENT = sa.Table(
    "agreement",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    whose(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("payer", sa.LargeBinary, nullable=False, info={"sealed": True}),
    sa.Column("payer_lookup", sa.LargeBinary, nullable=False),  # a keyed hash: one payer agrees once
    sa.Column("standing", sa.Boolean, nullable=False),
    sa.Column("cap_fen", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("ended_at", sa.BigInteger),
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a person agreed to: sessions of at most `cap` each, paid at `channel`.

    `standing` says that the channel holds without asking (免确认), as charging by the plug needs. Who pays is in no
    view of it.
    """

    id: str
    person: str
    channel: str
    standing: bool
    cap: Money
    created_at: datetime
    ended_at: datetime | None = None


class Agreements:
    """Agreements in one database; `proofs` tell by channel how a payer is learned. Is a `charging.outside.Payers`.

    Every method raises StoreUnavailable.
    """

    def __init__(
        self, store: Store, audit: Audit, clock: Clock, buckets: Buckets, proofs: Mapping[str, PayerProof]
    ) -> None:
        self._store, self._audit, self._clock, self._buckets = store, audit, clock, buckets
        self._proofs = proofs

    async def open(self, caller: Caller, channel: str, cap: Money, word: Word, *, standing: bool = True) -> Agreement:
        """Agrees; the same payer again, on the same terms, gets the agreement that is there.

        Raises BadInput for a channel or a cap that cannot be, Conflict where that payer agreed to other terms,
        TooLarge, Busy, and whatever the channel's proof raises.
        """
        proof = self._proofs.get(channel)
        if proof is None:
            raise BadInput(
                "不支持该支付渠道，请另选一个",
                "nothing can be paid through this channel here: choose another",
                code="CHANNEL_UNKNOWN",
            )
        if not 0 < cap.fen <= MAX_CAP.fen:
            raise BadInput(
                f"单次上限应大于 0 且不超过 {MAX_CAP.fen} 分",
                f"the most for one session must be above 0 and at most {MAX_CAP.fen} fen",
                code="CAP_OUT_OF_RANGE",
            )
        await within(self._buckets, f"agreements {caller.person}", OPEN_RATE)
        payer = await proof.prove(caller, word)
        await self._audit.made()
        async with (await self._store.made()).write() as connection:
            await self._audit.lock(connection)  # from here on nobody else agrees
            known = sa.select(PERSON.c.id).where(PERSON.c.id == caller.person)
            if (await connection.execute(known)).first() is None:
                raise NotSignedIn  # erased a moment ago
            lookup = self._store.mac("payer", f"{channel} {payer.id}")
            agreed = Agreement(
                id=new_ulid(self._clock),
                person=caller.person,
                channel=channel,
                standing=standing and payer.standing,
                cap=cap,
                created_at=from_us(to_us(self._clock())),
            )
            if same := await self._same(connection, agreed, lookup):
                return same
            row = _row(agreed) | {
                "payer": self._store.seal(payer.id, AGREEMENT.c.payer, agreed.id),
                "payer_lookup": lookup,
            }
            await connection.execute(sa.insert(AGREEMENT).values(**row))
            detail = {"agreement": agreed.id, "channel": channel, "standing": agreed.standing, "capFen": cap.fen}
            await self._audit.append(connection, acting(caller.person), "agreement.opened", caller.person, detail)
        return agreed

    async def end(self, caller: Caller, agreement: str) -> Agreement:
        """Ends one of the caller's: nothing begins under it any more, what runs is still paid. Raises NotFound."""
        await self._audit.made()
        async with (await self._store.made()).write() as connection:
            await self._audit.lock(connection)
            own = sa.and_(AGREEMENT.c.person == caller.person, AGREEMENT.c.id == agreement)
            now = to_us(self._clock())
            ended = sa.update(AGREEMENT).where(own, AGREEMENT.c.ended_at.is_(None)).values(ended_at=now)
            if (await connection.execute(ended)).rowcount:
                detail = {"agreement": agreement}
                await self._audit.append(connection, acting(caller.person), "agreement.ended", caller.person, detail)
            row = (await connection.execute(sa.select(AGREEMENT).where(own))).one_or_none()
        if row is None:
            raise _none()
        return read(row)

    async def of(self, person: str) -> list[Agreement]:
        """A person's agreements, ended ones too, the oldest first."""
        question = sa.select(AGREEMENT).where(AGREEMENT.c.person == person).order_by(AGREEMENT.c.id)
        async with (await self._store.made()).read() as connection:
            return [read(row) for row in await connection.execute(question)]

    async def usable(self, person: str, agreement: str) -> Agreement:
        """One of a person's under which an order may begin. Raises NotFound, and Conflict where it was ended."""
        async with (await self._store.made()).read() as connection:
            return await usable(connection, person, agreement)

    async def payer(self, agreement: str) -> str:
        """See charging.outside.Payers: of an ended agreement too, since what began under it is still to be paid."""
        question = sa.select(AGREEMENT.c.payer).where(AGREEMENT.c.id == agreement)
        async with (await self._store.made()).read() as connection:
            sealed = (await connection.execute(question)).scalar_one_or_none()
        if sealed is None:
            raise _none()
        return self._store.open(sealed, AGREEMENT.c.payer, agreement)

    async def _same(self, connection: AsyncConnection, agreed: Agreement, lookup: bytes) -> Agreement | None:
        own = sa.and_(AGREEMENT.c.person == agreed.person, AGREEMENT.c.ended_at.is_(None))
        rows = (await connection.execute(sa.select(AGREEMENT).where(own))).all()
        for row in rows:
            if row.channel == agreed.channel and bytes(row.payer_lookup) == lookup:
                there = read(row)
                if (there.standing, there.cap) == (agreed.standing, agreed.cap):
                    return there
                raise Conflict(
                    "该付款账户已签约；如需更改上限或方式，请先解约再重新签约",
                    "this account has agreed already: to change the terms, end that agreement first",
                    code="AGREEMENT_THERE",
                )
        if len(rows) >= MOST:
            raise TooLarge(
                f"最多保留 {MOST} 个付款协议，请先解约不用的",
                f"at most {MOST} agreements: end one that is not used",
                code="MANY_AGREEMENTS",
            )
        return None


async def usable(connection: AsyncConnection, person: str, agreement: str) -> Agreement:
    """See Agreements.usable, within the caller's transaction."""
    own = sa.and_(AGREEMENT.c.person == person, AGREEMENT.c.id == agreement)
    row = (await connection.execute(sa.select(AGREEMENT).where(own))).one_or_none()
    if row is None:
        raise _none()
    found = read(row)
    if found.ended_at is not None:
        raise Conflict(
            "该付款协议已解约，请重新签约或另选一个",
            "this agreement was ended: make a new one or choose another",
            code="AGREEMENT_ENDED",
        )
    return found


def read(row: Any) -> Agreement:
    """A row of the table as people see it."""
    ended = None if row.ended_at is None else from_us(row.ended_at)
    return Agreement(row.id, row.person, row.channel, row.standing, Money(row.cap_fen), from_us(row.created_at), ended)


def _row(agreed: Agreement) -> dict[str, Any]:
    return {
        "id": agreed.id,
        "person": agreed.person,
        "channel": agreed.channel,
        "standing": agreed.standing,
        "cap_fen": agreed.cap.fen,
        "created_at": to_us(agreed.created_at),
    }


def _none() -> NotFound:
    return NotFound("没有这个付款协议", "there is no such agreement", code="NO_AGREEMENT")


class AgreementsHeld:
    """Agreements, as the room of identity asks for them; they refer to their person and go with it."""

    name = "agreements"

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self._store.made()

    async def export(self, connection: AsyncConnection, person: str) -> Sequence[dict[str, Any]]:
        """Every agreement with the payer's id, oldest first."""
        question = sa.select(AGREEMENT).where(AGREEMENT.c.person == person).order_by(AGREEMENT.c.id)
        return [
            {
                "id": row.id,
                "channel": row.channel,
                "payer": self._store.open(row.payer, AGREEMENT.c.payer, row.id),
                "standing": row.standing,
                "capFen": row.cap_fen,
                "since": from_us(row.created_at),
                "until": None if row.ended_at is None else from_us(row.ended_at),
            }
            for row in (await connection.execute(question)).all()
        ]

    async def let_go(self, connection: AsyncConnection, person: str) -> None:
        """Nothing to prepare: whatever is still to be paid is an order that keeps the person from being erased."""
