"""Citizens' reports of bays: taken once for each key, judged at once, and shown on the board when they are enough."""

import hashlib
import hmac
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.charging.keys import KeyReused, check_key
from finder.errors import BoardUnavailable
from finder.identity.buckets import Buckets, within
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import PERSON
from finder.kernel.ids import new_ulid
from finder.kernel.plates import read_plate
from finder.live.board import LiveBoard
from finder.live.model import Hearsay
from finder.reports import abuse
from finder.reports.judging import Shown, block_at, clear_waiting, end_block, judge, lock
from finder.reports.model import (
    BayAsk,
    BayReport,
    BayReportKind,
    BayReportState,
    Reason,
    Says,
    Standing,
)
from finder.reports.notices import tell_operator
from finder.reports.photo_book import use_photos
from finder.reports.ports import Handover, Places
from finder.reports.rows import busy, open_at, read, records_of, way_of
from finder.reports.rules import WAITS, WEIGHTY, charged_since, kind_by_plate, standing
from finder.reports.sealed import seal_plate
from finder.reports.tables import REPORT
from finder.stations.model import EvseId, Station
from finder.storage.unit import Unit, Work, from_us, to_us

TOLD_AGAIN = timedelta(hours=1)  # an operator hears of a bay at its first report, and so much later at the earliest
log = structlog.get_logger(__name__)


class BayReports:
    """Reports in one database, over one board. Every method raises StoreUnavailable.

    `once` is what waits for a second voice, by bay: for everybody to see, and it names nobody. `looks_again` is told
    of each bay at which that changes.
    """

    def __init__(
        self,
        work: Work,
        store: Store,
        board: LiveBoard,
        buckets: Buckets,
        places: Places,
        handover: Handover,
        wake: Callable[[], None] = lambda: None,
        looks_again: Callable[[EvseId], None] = lambda _: None,
    ) -> None:
        self.work, self.store, self.board, self.handover = work, store, board, handover
        self.once: MutableMapping[EvseId, Hearsay] = {}
        self.looks_again = looks_again
        self._buckets, self._places, self._wake = buckets, places, wake

    async def ready(self) -> None:
        """Makes the tables, and the key that finds people again. Raises StoreUnavailable."""
        await self.store.made()
        await self.work.ready()

    async def report(self, caller: Caller, ask: BayAsk, network: str) -> BayReport:
        """Takes what a citizen says of a bay, once for each of a person's keys: a repeat gets the same report.

        Raises what finder.reports.abuse refuses, BadInput PLATE, KEY_REUSED, NO_SUCH_PHOTO, NotFound NO_SUCH_BAY
        and NOTHING_REPORTED, and TooOften.
        """
        check_key(ask.key)
        plate = read_plate(ask.plate) if ask.plate else None
        digest = await self._digest(ask)
        async with self.work.read() as connection:
            if (known := await _known(connection, caller.person, ask.key, digest)) is not None:
                return known
        for name, rate in (
            (f"bay-reports of {caller.person}", abuse.OF_A_PERSON),
            (f"bay-reports by {caller.session}", abuse.OF_A_DEVICE),
            (f"bay-reports from {network}", abuse.OF_A_NETWORK),
        ):
            await within(self._buckets, name, rate)
        abuse.check_seen(ask.seen_at, self.work.clock())
        station = await self._places.of(ask.evse_id)
        if station is None:
            raise abuse.no_such_bay()
        abuse.check_place(ask.place, ask.accuracy_m, station.place)
        kind = None if ask.kind is None else kind_by_plate(ask.kind, plate)
        async with self.work.begin() as unit:
            told_at = await lock(unit, ask.evse_id)
            if (known := await _known(unit.connection, caller.person, ask.key, digest)) is not None:
                return known
            weight = await self._check(unit, caller.person, ask, station)
            report = new_ulid(unit.clock)
            row = self._row(report, caller.person, ask, kind, station, network) | {"digest": digest}
            if plate is not None and kind is not None:
                row |= {"plate": seal_plate(self.store, plate.text, report)}
                row |= {"plate_lookup": self.store.mac("plate", plate.text)}
            if ask.photo is not None:
                await use_photos(unit, caller.person, (ask.photo,), report)
            shown: Shown | None
            if kind is None:
                row, shown = await self._clear(unit, row, weight)
                await unit.connection.execute(sa.insert(REPORT).values(**row))
            else:
                await unit.connection.execute(sa.insert(REPORT).values(**row))
                shown = await judge(unit, ask.evse_id, self.board.read(ask.evse_id), self.handover)
                if unit.now - from_us(told_at) >= TOLD_AGAIN or shown is not None:
                    await tell_operator(unit, report, ask.evse_id, kind, ask.seen_at, shown)
            mine = read((await unit.connection.execute(sa.select(REPORT).where(REPORT.c.id == report))).one())
        self._wake()
        if shown is not None:
            await self.show(shown)
        await self.look_at(ask.evse_id)
        return mine

    async def mine(self, caller: Caller, first: int) -> list[BayReport]:
        """The caller's, the newest first."""
        question = sa.select(REPORT).where(REPORT.c.person == caller.person).order_by(REPORT.c.id.desc()).limit(first)
        await self.ready()
        async with self.work.read() as connection:
            return [read(row) for row in await connection.execute(question)]

    async def show(self, shown: Shown) -> None:
        """Tells the board. Where that is away, whoever keeps the board in step tells it later."""
        try:
            if shown.cleared_at is not None:
                await self.board.clear(shown.evse_id, shown.cleared_at)
            elif shown.since is not None and shown.until is not None:
                await self.board.block(shown.evse_id, shown.since, shown.until, shown.by)
        except BoardUnavailable as away:
            log.warning("block_waits_for_board", code=away.code)

    async def look_at(self, evse_id: EvseId) -> None:
        """Looks anew at what waits at a bay."""
        async with self.work.read() as connection:
            rows = await open_at(connection, evse_id)
        self.hear(evse_id, [row for row in rows if row.state == BayReportState.WAITING.value])

    def hear(self, evse_id: EvseId, rows: list[Any]) -> None:
        """What waits at a bay, as everybody sees it."""
        before = self.once.get(evse_id)
        if rows:
            newest = max(rows, key=lambda row: int(row.seen_at))
            self.once[evse_id] = Hearsay(from_us(newest.seen_at), from_us(newest.until), newest.kind)
        else:
            self.once.pop(evse_id, None)
        if before != self.once.get(evse_id):
            self.looks_again(evse_id)

    async def _digest(self, ask: BayAsk) -> bytes:
        """What a key stands for; keyed, since a plate is in it."""
        await self.ready()
        told = (ask.evse_id, to_us(ask.seen_at) if ask.seen_at.tzinfo else 0, ask.kind, ask.photo, ask.plate)
        return self.store.mac("report", hashlib.sha256(msgspec.json.encode(told)).hexdigest())

    async def _check(self, unit: Unit, person: str, ask: BayAsk, station: Station) -> Standing:
        """Whether this person may say this now; how far its word counts."""
        # Locked, so that one person's reports are counted one after another.
        known = sa.select(PERSON.c.id).where(PERSON.c.id == person).with_for_update()
        if (await unit.connection.execute(known)).first() is None:
            raise NotSignedIn  # erased a moment ago
        records = await records_of(unit.connection, [person], unit.now)
        weight = standing(records[person], unit.now)
        today, waiting = await busy(unit.connection, person, unit.now)
        abuse.check_often(today, waiting, weight)
        abuse.check_way(await way_of(unit.connection, person, ask.seen_at), ask.seen_at, station.place)
        if ask.kind is not None:
            rows = await open_at(unit.connection, ask.evse_id)
            reading = self.board.read(ask.evse_id)
            if any(row.person == person and not charged_since(reading, from_us(row.seen_at)) for row in rows):
                raise abuse.told_already()
        return weight

    async def _clear(self, unit: Unit, row: dict[str, Any], weight: Standing) -> tuple[dict[str, Any], Shown | None]:
        """What is said to be clear again: at the word of somebody known it is; a report of one's own anybody ends."""
        evse, person, seen_at = row["evse"], row["person"], from_us(row["seen_at"])
        block, rows = await block_at(unit, evse), await open_at(unit.connection, evse)
        if block is None and not rows:
            raise abuse.nothing_reported()
        row["kind"] = (block or rows[0]).kind
        done = {"state": BayReportState.CLEARED.value, "reason": Reason.CITIZEN.value, "until": None}
        if weight not in WEIGHTY:
            mine = await clear_waiting(unit, evse, seen_at, person)
            return (row | done if mine else row), None
        others = await clear_waiting(unit, evse, seen_at)
        if block is None or block.since > row["seen_at"]:
            return (row | done if others else row), None
        await end_block(unit, block.id, BayReportState.CLEARED, Reason.CITIZEN)
        own = any(each.person == person and each.block == block.id for each in rows)
        return row | done | {"moved": not own}, Shown(evse, cleared_at=seen_at)

    def _row(
        self, report: str, person: str, ask: BayAsk, kind: BayReportKind | None, station: Station, network: str
    ) -> dict[str, Any]:
        now = self.work.clock()
        return {
            "id": report,
            "person": person,
            "key": ask.key,
            "says": (Says.CLEAR if kind is None else Says.BLOCKED).value,
            "kind": (kind or BayReportKind.FUEL_CAR).value,
            "station": station.id,
            "station_name": station.name,
            "lat": station.place.lat,
            "lon": station.place.lon,
            "evse": ask.evse_id,
            "seen_at": to_us(ask.seen_at),
            "received_at": to_us(now),
            "state": BayReportState.WAITING.value,
            "reason": Reason.ONCE.value,
            "until": to_us(ask.seen_at + WAITS),
            "moved": False,
            "photo": ask.photo,
            "network": self.store.mac("network", network) if abuse.tells_apart(network) else None,
        }


async def _known(connection: AsyncConnection, person: str, key: str, digest: bytes) -> BayReport | None:
    """The report that this key got before."""
    own = sa.select(REPORT).where(REPORT.c.person == person, REPORT.c.key == key)
    row = (await connection.execute(own)).one_or_none()
    if row is None:
        return None
    if not hmac.compare_digest(bytes(row.digest), digest):
        raise KeyReused
    return read(row)
