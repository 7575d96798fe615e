"""The register of piles that join directly, without an operator's platform: private ones and street lamps."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

import msgspec

from finder.errors import BadInput
from finder.kernel.clock import Clock, minute_of_week
from finder.kernel.geo import Point
from finder.stations.model import Access, ConnectorType, Construction, OpeningHours, Record, SourceId, Tariff

PileId = str  # as the pile calls itself on the wire; unique in its source
MAX_CONNECTORS = 16
MAX_SPANS = 50
MAX_PERIODS = 48
MAX_TEXT = 200
FORMER_TARIFFS = 20
PAGE = 500
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
_DAY = 1440


class PileConnector(Record, frozen=True, kw_only=True):
    """A plug that one car can occupy. `number` is OCPP's connectorId in 1.6 and its EVSE id in 2.0.1, from 1."""

    number: int
    type: ConnectorType
    power_kw: float


class Pile(Record, frozen=True, kw_only=True):
    """A pile as its owner describes it; the place is WGS-84. Raises BadInput.

    `owner` is an opaque reference, never a name or a phone number. `hours` are when it is shared: None always, no
    spans never, and then it is not published. The tariff has a price for every minute of the day.
    """

    id: PileId
    owner: str
    name: str
    place: Point
    connectors: tuple[PileConnector, ...]
    tariff: Tariff
    hours: OpeningHours | None = None
    access: Access = Access.RESTRICTED  # within the hours
    access_note: str | None = None
    address: str | None = None
    construction: Construction = Construction.UNKNOWN

    def __post_init__(self) -> None:
        if not is_pile_id(self.id):
            _refuse(
                "PILE_ID",
                "桩编号应为 1 至 48 个字母、数字、点、横线或下划线，以字母或数字开头",
                "a pile's id has 1 to 48 letters, digits, dots, dashes or underscores; the first is a letter or digit",
            )
        for text, least in ((self.owner, 1), (self.name, 1), (self.address or "", 0), (self.access_note or "", 0)):
            if not least <= len(text.strip()) <= len(text) <= MAX_TEXT or not text.isprintable():
                _refuse(
                    "PILE_TEXT",
                    f"桩主、名称、地址和说明应为可见字符，不超过 {MAX_TEXT} 个；桩主与名称不能为空",
                    f"owner, name, address and note have at most {MAX_TEXT} visible characters; the first two need one",
                )
        numbers = [connector.number for connector in self.connectors]
        if not 1 <= len(numbers) <= MAX_CONNECTORS or sorted(numbers) != list(range(1, len(numbers) + 1)):
            _refuse(
                "PILE_CONNECTORS",
                f"接口应有 1 至 {MAX_CONNECTORS} 个，从 1 起连续编号",
                f"there are 1 to {MAX_CONNECTORS} connectors, numbered from 1 without a gap",
            )
        if any(not 0 < connector.power_kw <= 4000 for connector in self.connectors):  # also refuses NaN
            _refuse("PILE_POWER", "功率应大于 0 且不超过 4000 kW", "power is above 0 and at most 4000 kW")
        if self.hours is not None and len(self.hours.spans) > MAX_SPANS:
            _refuse("PILE_HOURS", f"共享时段不超过 {MAX_SPANS} 段", f"there are at most {MAX_SPANS} spans of hours")
        self._check_tariff()

    def _check_tariff(self) -> None:
        end = 0
        for period in self.tariff.periods:  # their order is the tariff's own rule
            end = period.end if period.start == end else -1
        if end != _DAY or len(self.tariff.periods) > MAX_PERIODS or self.tariff.zone != "Asia/Shanghai":
            _refuse(
                "PILE_TARIFF",
                f"电价时段应覆盖全天、没有空隙，不超过 {MAX_PERIODS} 段，按北京时间",
                f"the tariff covers the whole day without a gap, in at most {MAX_PERIODS} periods of Asia/Shanghai",
            )

    @property
    def shared(self) -> bool:
        """Whether anybody but the owner may ever charge here."""
        return self.hours is None or bool(self.hours.spans)

    def open_at(self, moment: datetime) -> bool:
        """Whether it is shared at that moment."""
        return self.hours is None or self.hours.open_at(minute_of_week(moment))

    def connector(self, number: int) -> PileConnector | None:
        """The plug of that number."""
        return next((each for each in self.connectors if each.number == number), None)


def is_pile_id(text: str) -> bool:
    """Whether a pile may be called so."""
    return _ID.fullmatch(text) is not None


class FormerTariff(Record, frozen=True, kw_only=True):
    """A tariff that held before `until`."""

    until: datetime
    tariff: Tariff


class Kept(Record, frozen=True, kw_only=True):
    """A pile in the register; `password_at` is when its password was last set, None where it has none."""

    pile: Pile
    changed_at: datetime
    password_at: datetime | None = None
    former: tuple[FormerTariff, ...] = ()  # the oldest first

    def tariff_at(self, moment: datetime) -> Tariff:
        """The tariff that held then, as far back as is kept."""
        return next((each.tariff for each in self.former if moment < each.until), self.pile.tariff)

    def changed(self, pile: Pile, now: datetime) -> "Kept":
        """With the pile's new description; what its tariff was until now is kept."""
        former = self.former
        if pile.tariff != self.pile.tariff:
            former = (*former, FormerTariff(until=now, tariff=self.pile.tariff))[-FORMER_TARIFFS:]
        return msgspec.structs.replace(self, pile=pile, changed_at=now, former=former)


@dataclass(frozen=True, slots=True)
class PilePage:
    """Part of the register: piles, and the ids of those that were removed."""

    piles: Sequence[Kept]
    removed: Sequence[PileId] = ()


class PileRegister(Protocol):
    """Piles by source and id. Every method may raise StoreUnavailable."""

    async def put(self, source: SourceId, pile: Pile) -> None:
        """Adds a pile, or changes its description; its password stays. The same one again changes nothing."""

    async def remove(self, source: SourceId, pile_id: PileId) -> bool:
        """Forgets all but the id. False where there was none."""

    async def get(self, source: SourceId, pile_id: PileId) -> Kept | None:
        """One pile."""

    def changed(self, source: SourceId, since: datetime | None) -> AsyncIterator[PilePage]:
        """What was added, changed, given a password or removed at or after `since`; with None, everything."""

    async def set_password(self, source: SourceId, pile_id: PileId, encoded: str) -> bool:
        """Keeps a password's hash instead of the one before. False where there is no such pile."""

    async def password(self, source: SourceId, pile_id: PileId) -> str | None:
        """The hash; None where there is no such pile or it has no password."""

    async def hold(self, source: SourceId, pile_id: PileId, holder: str) -> None:
        """Notes which process holds the pile's connection; the last to say so does."""

    async def release(self, source: SourceId, pile_id: PileId, holder: str) -> None:
        """Notes that this process holds it no more; nothing happens where another one does."""

    async def holders(self, source: SourceId, pile_ids: Sequence[PileId]) -> Mapping[PileId, str]:
        """Who holds which of these; a process that died without a word still stands here."""


class MemoryPiles:
    """One process's register, for practice and tests."""

    def __init__(self, clock: Clock, piles: Iterable[tuple[SourceId, Pile, str]] = ()) -> None:
        """`piles` come with their passwords' hashes."""
        self._clock = clock
        now = clock()
        self._kept: dict[tuple[SourceId, PileId], Kept] = {
            (source, pile.id): Kept(pile=pile, changed_at=now, password_at=now) for source, pile, _ in piles
        }
        self._passwords = {(source, pile.id): encoded for source, pile, encoded in piles}
        self._removed: defaultdict[SourceId, dict[PileId, datetime]] = defaultdict(dict)
        self._holders: dict[tuple[SourceId, PileId], str] = {}

    async def put(self, source: SourceId, pile: Pile) -> None:
        """See PileRegister."""
        known = self._kept.get((source, pile.id))
        if known is not None and known.pile == pile:
            return
        now = self._clock()
        self._kept[source, pile.id] = known.changed(pile, now) if known else Kept(pile=pile, changed_at=now)
        self._removed[source].pop(pile.id, None)

    async def remove(self, source: SourceId, pile_id: PileId) -> bool:
        """See PileRegister."""
        if self._kept.pop((source, pile_id), None) is None:
            return False
        self._passwords.pop((source, pile_id), None)
        self._removed[source][pile_id] = self._clock()
        return True

    async def get(self, source: SourceId, pile_id: PileId) -> Kept | None:
        """See PileRegister."""
        return self._kept.get((source, pile_id))

    async def changed(self, source: SourceId, since: datetime | None) -> AsyncIterator[PilePage]:
        """See PileRegister."""
        piles = [k for (of, _), k in self._kept.items() if of == source and (since is None or k.changed_at >= since)]
        removed = [i for i, at in self._removed[source].items() if since is None or at >= since]
        yield PilePage(piles[:PAGE], removed)
        for start in range(PAGE, len(piles), PAGE):
            yield PilePage(piles[start : start + PAGE])

    async def set_password(self, source: SourceId, pile_id: PileId, encoded: str) -> bool:
        """See PileRegister."""
        known = self._kept.get((source, pile_id))
        if known is None:
            return False
        now = self._clock()
        self._kept[source, pile_id] = msgspec.structs.replace(known, password_at=now, changed_at=now)
        self._passwords[source, pile_id] = encoded
        return True

    async def password(self, source: SourceId, pile_id: PileId) -> str | None:
        """See PileRegister."""
        return self._passwords.get((source, pile_id))

    async def hold(self, source: SourceId, pile_id: PileId, holder: str) -> None:
        """See PileRegister."""
        self._holders[source, pile_id] = holder

    async def release(self, source: SourceId, pile_id: PileId, holder: str) -> None:
        """See PileRegister."""
        if self._holders.get((source, pile_id)) == holder:
            del self._holders[source, pile_id]

    async def holders(self, source: SourceId, pile_ids: Sequence[PileId]) -> Mapping[PileId, str]:
        """See PileRegister."""
        return {i: self._holders[source, i] for i in pile_ids if (source, i) in self._holders}


def _refuse(code: str, zh: str, en: str) -> NoReturn:
    raise BadInput(zh, en, code=code)
