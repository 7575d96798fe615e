"""May this token charge at this pile now: the desk decides, within two seconds, and the owner's hours."""

import asyncio
import hashlib
import os
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from finder.connectors.ocpp.config import OcppConfig
from finder.connectors.ocpp.stations import evse_id
from finder.connectors.ocpp.tokens import Shown, as_tag
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, Desk, Permission
from finder.connectors.sdk.pile_book import PileBook
from finder.connectors.sdk.piles import Kept, PileId
from finder.connectors.sdk.sessions import OrderNo
from finder.errors import FinderError
from finder.kernel.clock import Clock
from finder.kernel.money import Money

GRANT_LASTS = timedelta(minutes=15)  # from 'may charge' to the plug
_MAX_GRANTS = 10_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a pile; `closed`: only because it is outside the owner's hours."""

    permission: Permission
    order: OrderNo | None = None
    limit: Money | None = None
    until: datetime | None = None
    closed: bool = False

    @property
    def allowed(self) -> bool:
        """Whether it may charge."""
        return self.permission is Permission.ALLOWED


REFUSED = Verdict(Permission.NOT_ALLOWED)


class Authorizer:
    """Asks the desk, and remembers for a while under which order a token may begin."""

    def __init__(self, config: OcppConfig, desk: Desk, book: PileBook, clock: Clock) -> None:
        self._config, self._desk, self._book, self._clock = config, desk, book, clock
        self._grants: dict[bytes, tuple[datetime, Verdict]] = {}
        self._refused: dict[PileId, deque[datetime]] = {}
        self._key = os.urandom(32)

    async def ask(self, kept: Kept, shown: Shown | None, evse: int | None) -> Verdict:
        """For a token that was shown before charging."""
        if shown is None:
            return REFUSED
        ours = await self._book.tagged(self._config.source, kept.pile.id, as_tag(shown.token))
        if ours is not None:
            return Verdict(Permission.ALLOWED, ours.order) if not (ours.over or ours.cancelled) else REFUSED
        verdict = await self._desk_says(kept, shown, evse, None)
        if verdict.allowed and verdict.order is not None:  # else it is asked again, with the EVSE at which it begins
            self._remember(kept.pile.id, shown, verdict)
        return verdict

    async def begin(self, kept: Kept, shown: Shown | None, evse: int, reference: str) -> Verdict:
        """For a token under which a pile began to charge: what was granted before, or what the desk says now."""
        if shown is None:
            return REFUSED
        granted_at, verdict = self._grants.pop(self._digest(kept.pile.id, shown), (None, None))
        now = self._clock()
        fresh = granted_at is not None and now - granted_at <= GRANT_LASTS
        if verdict is not None and fresh and (verdict.until is None or now < verdict.until):
            return verdict
        return await self._desk_says(kept, shown, evse, reference)

    async def _desk_says(self, kept: Kept, shown: Shown, evse: int | None, reference: str | None) -> Verdict:
        pile, source, now = kept.pile, self._config.source, self._clock()
        if self._guesses(pile.id, now):
            log.warning("pile_guesses_tokens", source=source, pile=pile.id)
            return REFUSED
        if evse is None and len(pile.connectors) == 1:
            evse = pile.connectors[0].number
        ask = AuthorizationAsk(
            source=source,
            kind=shown.kind,
            token=shown.token,
            asked_at=now,
            evse_id=None if evse is None else evse_id(source, pile.id, evse),
            connector_id=None if evse is None else str(evse),
            operator_ref=reference,
        )
        try:
            async with asyncio.timeout(self._config.limits.authorize_s):
                said = await self._desk.authorize(ask)
        except (TimeoutError, FinderError) as away:
            log.warning("pile_not_authorized", pile=pile.id, why=getattr(away, "code", "TIMEOUT"))
            return REFUSED
        except Exception as fault:  # without its words: they may repeat the token
            log.error("desk_fault", pile=pile.id, error=type(fault).__name__)
            return REFUSED
        if said.permission is Permission.UNBOUND:
            self._refused.setdefault(pile.id, deque(maxlen=self._config.limits.refusals)).append(now)
        if said.permission is Permission.ALLOWED and not may_now(kept, said.person, now):
            return Verdict(Permission.NOT_ALLOWED, closed=True)
        return _verdict(said)

    def _guesses(self, pile_id: PileId, now: datetime) -> bool:
        """Whether tokens are being tried there: a card's number is short, and a pile belongs to somebody."""
        refused = self._refused.get(pile_id)
        if refused is None or len(refused) < self._config.limits.refusals:
            return False
        return now - refused[0] < timedelta(seconds=self._config.limits.refusals_s)

    def _remember(self, pile_id: PileId, shown: Shown, verdict: Verdict) -> None:
        while len(self._grants) >= _MAX_GRANTS:
            del self._grants[next(iter(self._grants))]
        self._grants[self._digest(pile_id, shown)] = (self._clock(), verdict)

    def _digest(self, pile_id: PileId, shown: Shown) -> bytes:
        return hashlib.blake2b(f"{pile_id}\0{shown.kind}\0{shown.token}".encode(), key=self._key).digest()


def may_now(kept: Kept, person: str | None, now: datetime) -> bool:
    """Whether the pile is shared now; its owner may always."""
    return kept.pile.open_at(now) or (person is not None and person == kept.pile.owner)


def _verdict(said: Authorization) -> Verdict:
    if said.permission is not Permission.ALLOWED:
        return Verdict(said.permission)
    return Verdict(said.permission, said.order, said.limit, said.until)
