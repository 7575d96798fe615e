"""Reported bays in a database of each engine: people with and without orders, a board, a hand on the clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import ORDER
from finder.identity.buckets import MemoryBuckets
from finder.identity.roles import Caller, Role
from finder.identity.tables import PERSON
from finder.kernel.geo import Point
from finder.kernel.ids import new_order, new_ulid
from finder.live.lately import Lately
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.reports.bays import BayReports
from finder.reports.keeping import Keeping
from finder.reports.model import BayAsk, BayReport, BayReportKind, Confirmed
from finder.reports.ports import Places
from finder.reports.tables import REPORT
from finder.stations.model import Connector, ConnectorType, Evse, Operator, Provenance, Station
from finder.storage.database import Database
from finder.storage.unit import Unit, Work, to_us
from tests.contract.people_world import PeopleWorld, people_world

PLACE = Point(38.42, 112.73)
FAR = Point(38.95, 112.0)
NETWORK = "127.0.0.1"


@dataclass
class Handed:
    """The port to city management, as a list."""

    blocks: list[Confirmed] = field(default_factory=list)

    async def confirmed(self, unit: Unit, block: Confirmed) -> None:
        self.blocks.append(block)


@dataclass
class Stations:
    """The search, with a few stations."""

    known: dict[str, Station] = field(default_factory=dict)

    async def station(self, station_id: str) -> Station | None:
        return self.known.get(station_id)

    def station_of(self, evse_id: str) -> str | None:
        return next((s.id for s in self.known.values() for e in s.evses if e.id == evse_id), None)

    def add(self, name: str, place: Point, bays: int, at: datetime) -> None:
        plug = (Connector(id="1", type=ConnectorType.GBT_DC),)
        self.known[f"jinbei/{name}"] = Station(
            id=f"jinbei/{name}",
            name=f"{name}站",
            operator=Operator(id="jinbei", name="金北"),
            place=place,
            evses=tuple(Evse(id=f"jinbei/{name}-{n}", connectors=plug) for n in range(bays)),
            provenance=(Provenance(source="jinbei", native_id=name, fetched_at=at),),
        )


@dataclass
class ReportWorld:
    """Everything that a test of reports holds."""

    world: PeopleWorld
    work: Work
    board: MemoryBoard
    stations: Stations
    handed: Handed
    bays: BayReports
    keeping: Keeping
    lately: Lately

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def later(self, **span: float) -> None:
        self.world.clock.pass_(timedelta(**span))

    async def person(self, *, charged: bool = False) -> Caller:
        """Somebody new, or somebody who has charged and paid."""
        await self.bays.ready()
        person = new_ulid(self.world.clock)
        async with self.work.begin() as unit:
            created = {"id": person, "created_at": to_us(unit.now)}
            await unit.connection.execute(sa.insert(PERSON).values(**created))
            if charged:
                await unit.connection.execute(sa.insert(ORDER).values(**self._order(person)))
        return Caller(person, f"session-of-{person}", frozenset({Role.DRIVER}))

    def _order(self, person: str) -> dict[str, object]:
        at = to_us(self.now - timedelta(days=3))
        return {
            "number": new_order(self.world.clock), "person": person, "operator": "jinbei",
            "evse_id": f"jinbei/{person}",
            "channel": "wechat", "sub_merchant": "1", "agreement": "a", "agreed": True, "title": "t", "cap": 10_000,
            "commission_permille": 50, "created_at": at, "moved_at": at, "hold": Hold.CONSUMED.value,
            "session": Session.BILLED.value, "capture": Capture.CAPTURED.value, "captured": 1_500,
            "wants_stop": False, "stops": 0,
        }  # fmt: skip

    async def see(self, evse: str, status: Status, ago: float = 0.0) -> None:
        """The operator says so."""
        await self.board.observe([Observation(evse, status, self.now - timedelta(seconds=ago), "jinbei")])

    async def report(
        self,
        who: Caller,
        evse: str,
        *,
        ago: float = 0.0,
        kind: BayReportKind | None = BayReportKind.FUEL_CAR,
        place: Point = PLACE,
        accuracy_m: float | None = None,
        key: str = "",
        plate: str | None = None,
        photo: str | None = None,
        network: str = NETWORK,
    ) -> BayReport:
        key = key or new_ulid()
        at = self.now - timedelta(seconds=ago)
        return await self.bays.report(who, BayAsk(evse, at, place, accuracy_m, key, kind, photo, plate), network)

    async def set(self, who: Caller, **values: object) -> None:
        """What the past has made of a person's reports."""
        async with self.work.begin() as unit:
            await unit.connection.execute(sa.update(REPORT).where(REPORT.c.person == who.person).values(**values))

    def status(self, evse: str) -> Status:
        return self.board.read(evse).status


def report_world(database: Database) -> ReportWorld:
    """A station of four bays, all of which their operator says are free."""
    world = people_world(database)
    work, board, stations, handed = Work(database, world.clock), MemoryBoard(world.clock), Stations(), Handed()
    board.set_freshness({"jinbei": timedelta(days=30)})
    stations.add("s", PLACE, 4, world.clock.now)
    stations.add("far", FAR, 4, world.clock.now)
    buckets, lately = MemoryBuckets(clock=lambda: world.clock.now.timestamp()), Lately(board)
    places = Places(stations, stations.station_of)
    bays = BayReports(work, world.people.store, board, buckets, places, handed, looks_again=lately.look_again)
    lately.once = bays.once
    return ReportWorld(world, work, board, stations, handed, bays, Keeping(bays, None), lately)
