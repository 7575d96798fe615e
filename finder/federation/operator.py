"""One operator's own tasks, breaker and bulkhead: its trouble costs the others nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from finder.connectors.sdk.control import BillCheck
from finder.connectors.sdk.ports import (
    OperatorConnector,
    OperatorSocket,
    PushAnswer,
    PushReceiver,
    PushRequest,
    SocketReceiver,
    StationSource,
    StatusSource,
)
from finder.connectors.sdk.sessions import SessionSeen
from finder.errors import (
    BoardUnavailable,
    Busy,
    FinderError,
    NotFound,
    OperatorError,
    OperatorLied,
    OperatorUnavailable,
    Unavailable,
)
from finder.federation.daily import Bills, DailyBills
from finder.federation.health import Failure, FailureKind, FeedHealth
from finder.federation.ingest import Ingest, Taken
from finder.federation.limits import Limits
from finder.federation.schedule import Pace
from finder.kernel.breaker import Breaker
from finder.kernel.clock import Clock
from finder.live.model import Observation
from finder.stations.model import EvseId, SourceId

OVERLAP = timedelta(minutes=5)  # two platforms' clocks differ; asking a little further back loses nothing
_NOTHING_YET_S = 0.5  # between looks for the first stations
_GROWING_S = 1.0  # between looks whether more EVSEs came
log = structlog.get_logger(__name__)

Sessions: TypeAlias = Callable[[SourceId], Awaitable[Mapping[EvseId, SessionSeen]]]


class Operator:
    """Asks one operator for each kind of data in its rhythm, and takes its pushes."""

    def __init__(
        self,
        connector: OperatorConnector,
        ingest: Ingest,
        health: FeedHealth,
        breaker: Breaker,
        limits: Limits,
        clock: Clock,
        evse_count: Callable[[], int],
        sessions: Sessions | None = None,
        bills: Bills | None = None,
    ) -> None:
        self.connector, self.health, self.ingest = connector, health, ingest
        self.breaker = breaker
        self._limits, self._clock, self._evse_count = limits, clock, evse_count
        self._sessions, self._bills = sessions, bills
        self._calls = asyncio.Semaphore(limits.calls_at_once)
        self._pushes = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._began_at = clock()

    async def run(self) -> None:
        """Works until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if isinstance(self.connector, StationSource):
                tasks.create_task(self._stations(self.connector))
            if isinstance(self.connector, StatusSource):
                tasks.create_task(self._status(self.connector))
            if isinstance(self.connector, PushReceiver | SocketReceiver):
                tasks.create_task(self._deliver())
            if self._sessions is not None:
                tasks.create_task(self._compare(self._sessions))
            if self._bills is not None and isinstance(self.connector, BillCheck):
                source, tell = self.connector.source, self.ingest.guard.disputed
                tasks.create_task(DailyBills(source, self.connector, self._bills, tell, self._clock).run())

    async def receive(self, request: PushRequest) -> PushAnswer:
        """Answers a push. Raises Busy or Unavailable, which the operator may answer by sending it again."""
        if not isinstance(self.connector, PushReceiver):
            raise no_receiver(self.connector.source)
        if self._pushes >= self._limits.pushes_at_once:
            raise Busy("推送过于密集，请稍后重发", "too many pushes at once: send again later", code="PUSHES_BUSY")
        self._pushes += 1
        self._idle.clear()
        try:
            try:
                async with asyncio.timeout(self._limits.push_s):
                    answer = await self.connector.receive(request)
            except TimeoutError as late:
                raise Unavailable("处理超时，请重发", "this took too long: send again", code="PUSH_TIMEOUT") from late
            self.ingest.refuse(answer.refused)
            complaint = None
            if answer.stations:
                complaint = await self.ingest.put(answer.stations)
            if answer.tariffs:
                await self.ingest.price(answer.tariffs)
            if answer.removed:
                await self.ingest.remove(answer.removed)
            if answer.observations:
                complaint = await self._observe(answer) or complaint
        finally:
            self._pushes -= 1
            if not self._pushes:
                self._idle.set()
        if complaint:
            self.health.failed(FailureKind.PUSH, complaint)
        elif answer.observations or answer.stations or answer.tariffs or answer.removed:
            self.health.succeeded(FailureKind.PUSH)
        return answer

    async def idle(self) -> None:
        """Waits until the pushes that are being answered are done with."""
        await self._idle.wait()

    async def _observe(self, answer: PushAnswer) -> OperatorError | None:
        try:
            return await self.ingest.observe(answer.observations)
        except BoardUnavailable:
            # The same message sent again may be refused as a copy, so what it said is kept as well.
            self.ingest.keep(answer.observations)
            raise

    async def serve(self, socket: OperatorSocket) -> None:
        """Serves a socket that one of the operator's devices opened, until it ends. Raises NotFound."""
        if not isinstance(self.connector, SocketReceiver):
            raise no_receiver(self.connector.source)
        await self.connector.serve(socket, self._tell)

    async def _tell(self, observations: Sequence[Observation]) -> None:
        try:
            complaint = await self.ingest.observe(observations)
        except BoardUnavailable:
            self.ingest.keep(observations)
            return
        if complaint:
            self.health.failed(FailureKind.PUSH, complaint)
        else:
            self.health.succeeded(FailureKind.PUSH)

    def silence(self) -> Failure | None:
        """That live status has not come for longer than it may be believed, where nothing else is wrong with it."""
        source = self.connector
        asked, pushed = isinstance(source, StatusSource), isinstance(source, PushReceiver)
        if not (asked or pushed) or not self._evse_count():
            return None
        last = self.health.status_at or self._began_at
        kinds = {failure.kind for failure in self.health.failures()}
        if self._clock() - last <= source.rhythm.freshness or kinds & {FailureKind.STATUS, FailureKind.PUSH}:
            return None
        error = OperatorUnavailable(
            f"{source.name}已有一段时间没有实时状态，状态按未知显示",
            f"{source.name} has sent no live status for a while; it is shown as unknown",
            code="OPERATOR_SILENT",
        )
        kind = FailureKind.STATUS if asked else FailureKind.PUSH
        return Failure(source.source, source.name, kind, error.code, error, last, error.retryable)

    async def _stations(self, feed: StationSource) -> None:
        rhythm = self.connector.rhythm
        pace = Pace(min(rhythm.changes, rhythm.catalogue))
        whole_at: datetime | None = None
        read_at = self._clock()
        failures = 0
        while True:
            now = self._clock()
            since = None if whole_at is None or now - whole_at >= rhythm.catalogue else read_at - OVERLAP
            taken = await self._ask(FailureKind.STATIONS, lambda since=since: self.ingest.stations(feed, since))  # type: ignore[misc]
            if taken is None:
                failures += 1
                await self._pause(pace.after_failure_s(failures))
                continue
            failures, read_at = 0, now
            if since is None and not taken.again:
                whole_at = now
            await asyncio.sleep(pace.after_success_s())

    async def _status(self, feed: StatusSource) -> None:
        pace = Pace(self.connector.rhythm.status)
        failures = 0
        while True:
            if not self._evse_count():
                await asyncio.sleep(min(_NOTHING_YET_S, pace.every.total_seconds()))
                continue
            known = self._evse_count()
            taken = await self._ask(FailureKind.STATUS, lambda: self.ingest.status(feed))
            if taken is None:
                failures += 1
                await self._pause(pace.after_failure_s(failures))
            else:
                failures = 0
                await self._rest(pace.after_success_s(), known)

    async def _rest(self, seconds: float, known: int) -> None:
        """Waits for the next question; shorter where EVSEs came meanwhile, as while a first catalogue is read."""
        before = known
        while seconds > 0:
            await asyncio.sleep(min(seconds, _GROWING_S))
            seconds -= _GROWING_S
            count = self._evse_count()
            if count > known and count == before:
                return
            before = count

    async def _deliver(self) -> None:
        while True:
            await asyncio.sleep(self._limits.deliver_every_s)
            await self.ingest.deliver()

    async def _compare(self, sessions: Sessions) -> None:
        while True:
            await asyncio.sleep(self._limits.compare_every_s)
            try:
                await self.ingest.compare(await sessions(self.connector.source))
            except Unavailable as ours:
                log.warning("sessions_not_compared", source=self.connector.source, code=ours.code)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, self.breaker.wait_s(asyncio.get_running_loop().time())))

    async def _ask(self, kind: FailureKind, work: Callable[[], Awaitable[Taken]]) -> Taken | None:
        """Asks, if the breaker lets it; None where nothing came of it."""
        clock = asyncio.get_running_loop().time
        async with self._calls:
            if not self.breaker.allow(clock()):
                return None
            try:
                taken = await work()
            except OperatorError as error:
                self.breaker.failed(clock())
                self.health.failed(kind, error)
            except Unavailable as ours:
                self.breaker.abandoned(clock())
                log.warning("feed_waits_for_us", source=self.connector.source, kind=kind.value, code=ours.code)
            except asyncio.CancelledError:
                self.breaker.abandoned(clock())
                raise
            except Exception as fault:
                # A connector's fault must not end its tasks, nor look like ours.
                log.exception("connector_fault", source=self.connector.source, kind=kind.value)
                self.breaker.failed(clock())
                self.health.failed(kind, self._fault(fault))
            else:
                self.breaker.succeeded()
                self.health.succeeded(kind)
                if taken.complaint:
                    self.health.failed(kind, taken.complaint)
                return taken
            return None

    def _fault(self, fault: Exception) -> OperatorError:
        name = self.connector.name
        if isinstance(fault, FinderError):
            return OperatorLied(f"{name}：{fault.zh}", f"{name}: {fault.en}", code=fault.code)
        return OperatorLied(
            f"{name}的数据无法处理（{type(fault).__name__}），已记录，请联系平台维护者",
            f"{name}'s data could not be handled ({type(fault).__name__}); see the log",
            code="CONNECTOR_FAULT",
        )


def no_receiver(source: str) -> NotFound:
    """That nobody of this name may push."""
    return NotFound(
        f"没有可接收推送的运营商 {source!r}，请核对地址",
        f"no operator {source!r} pushes to us: check the address",
        code="NO_SUCH_OPERATOR",
    )
