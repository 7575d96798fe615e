"""People's watches: begun, ended and shown to their owner alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from finder.errors import Conflict, NotFound
from finder.identity.buckets import Buckets, within
from finder.identity.roles import Caller
from finder.identity.sessions import NotSignedIn
from finder.identity.store import Store
from finder.identity.tables import PERSON
from finder.kernel.ids import new_ulid
from finder.live.board import LiveBoard
from finder.notices.model import (
    MOST_OPEN,
    OFTEN,
    Watch,
    WatchAsk,
    WatchKind,
    WatchState,
    bays_of,
    free,
    free_now,
    full_now,
    no_such_bay,
    no_such_station,
    too_many,
)
from finder.notices.ports import Stations
from finder.notices.rows import end, is_open, open_watches, read
from finder.notices.tables import WATCH
from finder.stations.model import Station, StationId
from finder.storage.unit import Work, to_us

SHOWN_FOR = timedelta(hours=24)
MOST_SHOWN = 20


class Watches:
    """Watches in one database, over one board. Every method raises StoreUnavailable."""

    def __init__(
        self,
        work: Work,
        store: Store,
        board: LiveBoard,
        buckets: Buckets,
        stations: Stations,
        hear: Callable[[StationId], None] = lambda _: None,
    ) -> None:
        """`hear` is told of each station that somebody begins to watch."""
        self.work, self.store = work, store
        self._board, self._buckets, self._stations, self._hear = board, buckets, stations, hear

    async def ready(self) -> None:
        """Makes the tables. Raises StoreUnavailable."""
        await self.store.made()
        await self.work.ready()

    async def watch(self, caller: Caller, ask: WatchAsk, language: str = "zh") -> Watch:
        """Begins to watch; a station that is watched already is watched as it is asked now, from its old place in
        the queue.

        Raises BadInput WATCH_SPAN, POWER_OUT_OF_RANGE; NotFound NO_SUCH_STATION, NO_SUCH_BAY; Conflict FREE_NOW,
        FULL_NOW, NO_LIVE_STATUS; TooLarge TOO_MANY_WATCHES; TooOften.
        """
        ask.check()
        await within(self._buckets, f"watches of {caller.person}", OFTEN)
        station = await self._stations.station(ask.station)
        if station is None:
            raise no_such_station()
        self._check(ask, station)
        await self.ready()
        async with self.work.begin() as unit:
            # Locked, so that one person's watches are counted one after another.
            known = sa.select(PERSON.c.id).where(PERSON.c.id == caller.person).with_for_update()
            if (await unit.connection.execute(known)).first() is None:
                raise NotSignedIn  # erased a moment ago
            mine = await open_watches(unit.connection, unit.now, WATCH.c.person == caller.person)
            same = next((each for each in mine if (each.station, each.kind) == (station.id, ask.kind)), None)
            if same is None and len(mine) >= MOST_OPEN:
                raise too_many()
            wanted = {
                "station_name": station.name,
                "evse": ask.evse,
                "min_power_kw": ask.min_power_kw,
                "plugs": ",".join(sorted(ask.plugs)),
                "language": "zh" if language.lower().startswith("zh") else "en",
                "practice": station.practice,
                "until": to_us(unit.now + ask.span),
            }
            row = new_ulid(unit.clock) if same is None else same.id
            if same is not None:
                still = sa.update(WATCH).where(WATCH.c.id == row, WATCH.c.state == WatchState.OPEN.value)
                if not (await unit.connection.execute(still.values(**wanted))).rowcount:
                    same, row = None, new_ulid(unit.clock)  # told a moment ago
            if same is None:
                fixed = {"id": row, "person": caller.person, "kind": ask.kind.value, "state": WatchState.OPEN.value}
                place = {"station": station.id, "since": to_us(unit.now)}
                await unit.connection.execute(sa.insert(WATCH).values(**fixed, **place, **wanted))
            made = read((await unit.connection.execute(sa.select(WATCH).where(WATCH.c.id == row))).one())
        self._hear(station.id)
        return made

    def _check(self, ask: WatchAsk, station: Station) -> None:
        bays = bays_of(ask, station)
        if not bays:
            raise no_such_bay()
        readings = self._board.read_all([evse.id for evse in bays])
        usable = len(free(readings))
        if all(reading.observed_at is None for reading in readings):
            raise Conflict(
                "该站没有实时状态，无法提醒",
                "nobody tells how this station is now: you could not be told",
                code="NO_LIVE_STATUS",
            )
        if ask.kind is WatchKind.FREES and usable:
            raise free_now(usable)
        if ask.kind is WatchKind.DRIVING and not usable:
            raise full_now()

    async def unwatch(self, caller: Caller, watch: str) -> bool:
        """Ends one of the caller's; False where it was over already. Raises NotFound for another's too."""
        await self.ready()
        async with self.work.begin() as unit:
            own = sa.and_(WATCH.c.id == watch, WATCH.c.person == caller.person)
            row = (await unit.connection.execute(sa.select(WATCH).where(own))).one_or_none()
            if row is None:
                raise NotFound("没有该提醒", "there is no such watch of yours", code="NO_SUCH_WATCH")
            waited = (await unit.connection.execute(sa.select(sa.func.count()).where(own, is_open(unit.now)))).scalar()
            await end(unit, [watch])
        return bool(waited)

    async def mine(self, caller: Caller) -> Sequence[Watch]:
        """The caller's that are open, or were within a day; the newest first, at most 20."""
        await self.ready()
        now = self.work.clock()
        lately = sa.or_(is_open(now), WATCH.c.until > to_us(now - SHOWN_FOR))
        question = sa.select(WATCH).where(WATCH.c.person == caller.person, lately)
        newest = question.order_by(WATCH.c.since.desc(), WATCH.c.id.desc()).limit(MOST_SHOWN)
        async with self.work.read() as connection:
            return [shown(read(row), over=row.until <= to_us(now)) for row in await connection.execute(newest)]


def shown(watch: Watch, *, over: bool) -> Watch:
    """As its owner sees it: one that is past its time has ended, whether or not that was written yet."""
    return replace(watch, state=WatchState.ENDED) if over and watch.state is WatchState.OPEN else watch
