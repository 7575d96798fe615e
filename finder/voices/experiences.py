"""Drivers say how it was at a station: once for each key, one voice a person, station and day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from finder.identity.buckets import Buckets
from finder.identity.roles import Caller
from finder.identity.store import Store
from finder.kernel.ids import new_ulid
from finder.stations.merge import source_of
from finder.stations.model import SourceId, Station, StationId
from finder.storage.unit import Unit, Work, from_us, to_us
from finder.voices.abuse import A_DAY, check_day, check_rate, near, no_evse, no_station
from finder.voices.model import Basis, Code, Heard, MyVoice, RateAsk
from finder.voices.once import Once
from finder.voices.ports import Network, Sessions
from finder.voices.tables import VOICE
from finder.voices.words import read_note, read_stars

PROVES = timedelta(days=7)  # a session that ended so lately
REPLACES = timedelta(days=1)


class Experiences:
    """Voices in one database. Every method raises StoreUnavailable.

    `changed` is told of each station about which somebody spoke.
    """

    def __init__(
        self,
        work: Work,
        store: Store,
        buckets: Buckets,
        network: Network,
        sessions: Sessions,
        changed: Callable[[StationId], None] = lambda _: None,
    ) -> None:
        self.work, self.store = work, store
        self._buckets, self._network, self._sessions, self._changed = buckets, network, sessions, changed
        self._once = Once(store, work, "voice")

    async def ready(self) -> None:
        """Makes the tables, and the key under which words are hashed."""
        await self.store.made()
        await self.work.ready()

    async def rate(self, caller: Caller, ask: RateAsk, network: str) -> MyVoice:
        """Takes a voice; a repeat under the same key gets the same one.

        Raises BadInput STARS and NOTE_TOO_LONG, KEY_REUSED, TooOften, TooLarge VOICES_TODAY, NotFound NO_SUCH_STATION
        and NO_SUCH_EVSE.
        """
        note, stars = read_note(ask.note), read_stars(ask.stars)
        content = (ask.station_id, ask.code, ask.evse_id, stars, note)
        await self.ready()
        if (known := await self._once.before(caller.person, ask.key, content)) is not None:
            return await self._mine(known)
        await check_rate(self._buckets, caller, network)
        station = await self._network.stations.station(ask.station_id)
        if station is None:
            raise no_station()
        evses = [evse.id for evse in station.evses]
        if ask.evse_id is not None and ask.evse_id not in evses:
            raise no_evse()
        async with self.work.begin() as unit:
            if (known := await self._once.take(unit, caller.person, ask.key, content)) is not None:
                return self._read(await _row(unit.connection, known))
            check_day(await _today(unit.connection, caller.person, unit.now))
            operator = source_of(ask.evse_id or station.id)
            # Staff praise their own stations, also where another feed tells of the same site.
            known_as = (ask.evse_id or station.id, station.id, *station.aliases)
            own_house = any(source_of(each) in caller.operators for each in known_as)
            basis = Basis.NOTHING if own_house else await self._basis(unit, caller.person, ask, station)
            voice = new_ulid(unit.clock)
            own = (VOICE.c.person == caller.person, VOICE.c.station == station.id, VOICE.c.stands)
            late = VOICE.c.at > to_us(unit.now - REPLACES)
            await unit.connection.execute(sa.update(VOICE).where(*own, late).values(stands=False))
            row = {
                "id": voice,
                "person": caller.person,
                "station": station.id,
                "station_name": station.name,
                "operator": operator,
                "evse": ask.evse_id,
                "code": ask.code.value,
                "stars": stars,
                "note": None if note is None else self.store.seal(note, VOICE.c.note, voice),
                "basis": basis.value,
                "at": to_us(unit.now),
                "stands": True,
            }
            await unit.connection.execute(sa.insert(VOICE).values(**row))
            await self._once.done(unit, caller.person, ask.key, voice)
            told = self._read(await _row(unit.connection, voice))
        self._changed(station.id)
        return told

    async def mine(self, caller: Caller, first: int) -> list[MyVoice]:
        """The caller's, the newest first."""
        question = sa.select(VOICE).where(VOICE.c.person == caller.person).order_by(VOICE.c.id.desc()).limit(first)
        await self.ready()
        async with self.work.read() as connection:
            return [self._read(row) for row in await connection.execute(question)]

    async def heard(
        self, operators: frozenset[SourceId] | None, station: StationId | None, first: int, after: str | None = None
    ) -> list[Heard]:
        """What was said of these operators' stations, None of all; the newest first, older than `after`."""
        question = sa.select(VOICE).order_by(VOICE.c.id.desc()).limit(first)
        if operators is not None:
            question = question.where(VOICE.c.operator.in_(sorted(operators)))
        if station is not None:
            question = question.where(VOICE.c.station == station)
        if after is not None:
            question = question.where(VOICE.c.id < after)
        await self.ready()
        async with self.work.read() as connection:
            rows = (await connection.execute(question)).all()
        return [
            Heard(
                row.id,
                row.station,
                row.station_name,
                row.evse,
                Code(row.code),
                row.stars,
                self._note(row),
                Basis(row.basis),
                from_us(row.at),
            )
            for row in rows
        ]

    async def _basis(self, unit: Unit, person: str, ask: RateAsk, station: Station) -> Basis:
        """What stands behind it now. A place can be made up by any phone, a paid session cannot."""
        evses, since = [evse.id for evse in station.evses], unit.now - PROVES
        if await self._sessions.charged_at(unit.connection, person, evses, since):
            return Basis.SESSION
        if ask.code is Code.WOULD_NOT_START and await self._sessions.refused_at(unit.connection, person, evses, since):
            return Basis.SESSION
        if not await self._sessions.paid(unit.connection, person):
            return Basis.NOTHING
        return Basis.PLACE if near(ask.place, ask.accuracy_m, station.place) else Basis.WORD

    async def _mine(self, voice: str) -> MyVoice:
        async with self.work.read() as connection:
            return self._read(await _row(connection, voice))

    def _note(self, row: Any) -> str | None:
        return None if row.note is None else self.store.open(row.note, VOICE.c.note, row.id)

    def _read(self, row: Any) -> MyVoice:
        basis = Basis(row.basis)
        return MyVoice(
            row.id,
            row.person,
            row.station,
            row.station_name,
            row.evse,
            Code(row.code),
            row.stars,
            self._note(row),
            basis,
            from_us(row.at),
            counts=bool(row.stands) and basis is not Basis.NOTHING,
        )


async def _row(connection: AsyncConnection, voice: str) -> Any:
    return (await connection.execute(sa.select(VOICE).where(VOICE.c.id == voice))).one()


async def _today(connection: AsyncConnection, person: str, now: datetime) -> int:
    today = (VOICE.c.person == person, VOICE.c.at > to_us(now - A_DAY))
    return int((await connection.execute(sa.select(sa.func.count()).where(*today))).scalar_one())
