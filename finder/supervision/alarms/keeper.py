"""Raises alarms from what the board and devices tell, and takes a person's word on them."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from finder.connectors.sdk.alarms import AlarmNews
from finder.errors import FinderError, StoreUnavailable
from finder.identity.audit import Audit, acting
from finder.kernel.clock import Clock
from finder.live.board import LiveBoard
from finder.live.model import Status
from finder.stations.merge import source_of
from finder.stations.model import EvseId
from finder.storage.unit import Work
from finder.supervision.alarms.clusters import Cluster, Clusters, Key
from finder.supervision.alarms.model import Alarm, AlarmKind, AlarmState
from finder.supervision.alarms.rows import acknowledge, alarms, end_alarm, raise_alarm
from finder.supervision.follow import follow

MOST = 200  # alarms of one answer
EVERY_S = 1.0
LOOKS_BACK_EVERY = 30  # turns, after which it is asked whether bays are back
MAX_TEXT = 200
KEPT = 1_000  # alarms of devices while the database is away
_NOT_BACK = (Status.OFFLINE, Status.UNKNOWN)
log = structlog.get_logger(__name__)


class Alarms:
    """Over one database. `where` tells the county and operator of a bay that is watched."""

    def __init__(self, work: Work, audit: Audit, clock: Clock) -> None:
        self._work, self._audit, self._clock = work, audit, clock
        self._where: Callable[[EvseId], Key | None] = lambda _: None
        self.clusters = Clusters()
        self._untold: deque[AlarmNews] = deque(maxlen=KEPT)

    def connect(self, where: Callable[[EvseId], Key | None]) -> None:
        """Tells it where bays are, once stations are open."""
        self._where = where

    async def alarms(self, state: AlarmState | None = None, limit: int = MOST) -> Sequence[Alarm]:
        """The newest first. Raises StoreUnavailable."""
        async with self._work.read() as connection:
            return await alarms(connection, state, limit)

    async def open(self) -> Sequence[Alarm]:
        """What waits for a person."""
        return await self.alarms(AlarmState.OPEN)

    async def acknowledge(self, alarm_id: str, person: str, done: str) -> Alarm:
        """A person's word with what was done, once, and in the audit. Raises NotFound, Conflict, BadInput."""
        await self._audit.made()
        async with self._work.begin() as unit:
            await self._audit.lock(unit.connection)  # first, as everywhere
            alarm = await acknowledge(unit, alarm_id, person, done)
            detail = {"kind": alarm.kind.value, "operator": alarm.operator, "county": alarm.county}
            await self._audit.append(unit.connection, acting(person), "alarm.acknowledged", alarm.id, detail)
        return alarm

    async def alarm(self, news: AlarmNews) -> None:
        """See AlarmSink; what the database does not take now is kept, the last KEPT of it, for the next step."""
        told = replace(news, at=min(news.at, self._clock()))
        try:
            await self._tell(told)
        except StoreUnavailable as away:
            if len(self._untold) == KEPT:
                log.error("alarm_lost", evse=self._untold[0].evse_id, kind=self._untold[0].kind.value)
            self._untold.append(told)
            log.warning("alarm_waits", evse=told.evse_id, kind=told.kind.value, code=away.code)

    async def _tell(self, news: AlarmNews) -> None:
        kind = AlarmKind(news.kind.value)
        county, operator = self._where(news.evse_id) or ("", source_of(news.evse_id))
        async with self._work.begin() as unit:
            await raise_alarm(
                unit,
                kind,
                f"{kind.value} {news.evse_id}",
                operator,
                county,
                [news.evse_id],
                news.at,
                news.at,
                code=news.code[:MAX_TEXT],
                text="".join(c if c.isprintable() else " " for c in news.text)[:MAX_TEXT],
            )

    async def watch(self, board: LiveBoard) -> None:
        """Follows the board until it is cancelled."""
        turns = 0

        async def turn() -> None:
            nonlocal turns
            turns += 1
            await self.step()
            if turns % LOOKS_BACK_EVERY == 0:
                await self.look_back(board)

        await follow("alarms", board, lambda c: self.heard(c.evse_id, c.previous, c.status), turn, EVERY_S)

    def heard(self, evse_id: EvseId, before: Status, after: Status) -> None:
        """A change on the board. What was not known before did not go offline now."""
        key = self._where(evse_id)
        if key is None:
            return
        if after is Status.OFFLINE and before is not Status.UNKNOWN:
            self.clusters.gone(key, evse_id, self._clock())
        elif after is not Status.OFFLINE:
            self.clusters.back(key, evse_id)

    async def step(self) -> None:
        """Raises what has come together. Raises StoreUnavailable; then it is tried again."""
        while self._untold:
            news = self._untold[0]
            await self._tell(news)
            if self._untold and self._untold[0] is news:  # not pushed out by a newer one meanwhile
                self._untold.popleft()
        away: FinderError | None = None
        for cluster in self.clusters.found(self._clock()):
            try:
                kept = await self._raise(cluster)
            except FinderError as error:
                kept, away = False, error
            if not kept:
                self.clusters.again(cluster)
        if away is not None:
            raise away

    async def look_back(self, board: LiveBoard) -> None:
        """Ends the open clusters of which every bay is believed to be back: of one that is silent nobody knows."""
        for alarm in await self.open():
            if alarm.kind is not AlarmKind.OFFLINE_CLUSTER or alarm.ended_at is not None:
                continue
            if all(reading.status not in _NOT_BACK for reading in board.read_all(alarm.evses)):
                async with self._work.begin() as unit:
                    await end_alarm(unit, alarm.id)

    async def _raise(self, cluster: Cluster) -> bool:
        county, operator = cluster.key
        subject = f"{AlarmKind.OFFLINE_CLUSTER.value} {operator} {county}"
        async with self._work.begin() as unit:
            return await raise_alarm(
                unit,
                AlarmKind.OFFLINE_CLUSTER,
                subject,
                operator,
                county,
                cluster.bays,
                cluster.first_at,
                cluster.last_at,
                new=not cluster.more,
            )
