"""A connector that is played in process, for what the kit makes of it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from finder.connectors.sdk.check import Plan
from finder.connectors.sdk.control import Commanded, Outcome, PlugState, Reason, SessionRef, StartRequest
from finder.connectors.sdk.ports import Rhythm, StationPage, StatusPage
from finder.connectors.sdk.sessions import Bill, SessionSeen, SessionState
from finder.kernel.geo import Point
from finder.kernel.money import Money
from finder.live.model import Observation, Status
from finder.stations.model import Connector, Evse, Operator, Provenance, Station
from tests.protocol.tcec102_peer import Hand

QUICK = Plan(start="op/1", order="ORDER-1", look_every_s=0.0)


def station(number: int = 1) -> Station:
    return Station(
        id=f"op/S{number}",
        name=f"{number} 号站",
        operator=Operator(id="op", name="某充电"),
        place=Point(38.4, 112.7),
        evses=(Evse(id=f"op/{number}", connectors=(Connector(id="1", power_kw=60.0),)),),
        provenance=(Provenance(source="op", native_id=f"S{number}", fetched_at=Hand().now),),
    )


class Played:
    """Can do everything, and does it right unless told otherwise. Each look at the session moves the clock."""

    source, name, rhythm, practice = "op", "某充电", Rhythm(), False

    def __init__(self, clock: Hand, *, at_once: bool = False, stops_twice: bool = False, free: bool = False) -> None:
        self.clock, self.at_once, self.stops_twice, self.free = clock, at_once, stops_twice, free
        self.state, self.closed, self.looked = SessionState.UNKNOWN, False, 0
        self.order = ""

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        yield StationPage([] if since else [station(n) for n in (1, 2)])

    async def status(self, stations: Sequence[Station]) -> StatusPage:
        charging = self.state is SessionState.CHARGING and not self.free
        now = Status.CHARGING if charging else Status.AVAILABLE
        return StatusPage([Observation(e.id, now, self.clock(), self.source) for s in stations for e in s.evses])

    async def start(self, request: StartRequest) -> Commanded:
        self.clock.move(seconds=1)
        self.order, self.state = request.order, SessionState.CHARGING if self.at_once else SessionState.STARTING
        return Commanded(Outcome.ACCEPTED, "N1")

    async def stop(self, session: SessionRef) -> Commanded:
        if self.state is SessionState.ENDED and not self.stops_twice:
            return Commanded(Outcome.REJECTED, reason=Reason.ALREADY_STOPPED)
        self.state = SessionState.STOPPING if self.state is SessionState.CHARGING else self.state
        return Commanded(Outcome.ACCEPTED, "N1")

    async def session(self, session: SessionRef) -> SessionSeen | None:
        self.clock.move(seconds=10 if self.looked else 0)
        seen = SessionSeen(
            source=self.source,
            native_id="N1",
            state=self.state,
            observed_at=self.clock(),
            order=self.order,
            evse_id="op/1",
            kwh=Decimal(self.looked),
        )
        self.looked += 1
        after = {SessionState.STARTING: SessionState.CHARGING, SessionState.STOPPING: SessionState.ENDED}
        self.state = after.get(self.state, self.state)
        return seen

    async def bills(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Bill]]:
        begun = until - timedelta(hours=1)
        yield [Bill(source="op", native_id="N1", started_at=begun, ended_at=until, kwh=Decimal(30), total=Money(2835))]

    async def plug(self, order: str, evse_id: str, connector_id: str | None = None) -> PlugState:
        return PlugState(ready=True)

    async def close(self) -> None:
        self.closed = True
