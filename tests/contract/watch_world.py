"""Watches in a database of each engine: people with sessions, a board, stations, phones, a hand on the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from finder.connectors.sdk.addresses import AddressRules
from finder.identity.buckets import MemoryBuckets
from finder.identity.roles import Caller
from finder.identity.tables import PERSON, SESSION
from finder.kernel.geo import Point, distance_m
from finder.kernel.ids import new_ulid
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.notices.follow import Following
from finder.notices.letters import LETTER, PushLetters
from finder.notices.model import Watch, WatchAsk, WatchKind
from finder.notices.phones import Phones
from finder.notices.push_key import PushKey
from finder.notices.watches import Watches
from finder.notices.watching import Watching
from finder.notices.web_push import PushSender
from finder.sandbox.web_push import PushService
from finder.stations.filter import Filter
from finder.stations.model import Connector, ConnectorType, Evse, EvseId, Operator, Provenance, Station
from finder.stations.search import Cursors, Found, Page
from finder.storage.database import Database
from finder.storage.outbox import Outbox, Patience
from finder.storage.unit import Work, to_us
from tests.contract.people_world import PeopleWorld, people_world

PLACE = Point(38.42, 112.73)
LOOPBACK = AddressRules(loopback=True)
S, NEAR, FAR = "jinbei/s", "jinbei/near", "jinbei/far"


class Stations:
    """The search over a few stations."""

    def __init__(self, board: MemoryBoard) -> None:
        self.board, self.known = board, dict[str, Station]()

    def add(self, name: str, place: Point, bays: int, at: datetime, power_kw: float = 120.0) -> Station:
        plug = (Connector(id="1", type=ConnectorType.GBT_DC, power_kw=power_kw),)
        made = Station(
            id=f"jinbei/{name}",
            name=f"{name}站",
            operator=Operator(id="jinbei", name="金北"),
            place=place,
            evses=tuple(Evse(id=f"jinbei/{name}-{n}", connectors=plug) for n in range(bays)),
            provenance=(Provenance(source="jinbei", native_id=name, fetched_at=at),),
        )
        self.known[made.id] = made
        return made

    async def station(self, station_id: str) -> Station | None:
        return self.known.get(station_id)

    async def stations(self, ids: Sequence[str]) -> dict[str, Station]:
        return {each: self.known[each] for each in ids if each in self.known}

    async def near(self, centre: Point, radius_m: float, want: Filter, *, first: int) -> Page:
        those = [(distance_m(centre, s.place), s) for s in self.known.values() if want.suits(s)]
        free = [(m, s) for m, s in those if m <= radius_m and want.free(s, self.board.available)]
        cursors = Cursors("near")
        found = [Found(s, m, (m, s.id), cursors) for m, s in sorted(free, key=lambda one: one[0])[:first]]
        return Page(found, False, None, cursors)


@dataclass
class WatchWorld:
    """Everything that a test of watches holds."""

    world: PeopleWorld
    work: Work
    board: MemoryBoard
    stations: Stations
    watches: Watches
    watching: Watching
    phones: Phones
    key: PushKey
    outbox: Outbox
    following: Following
    service: PushService

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def later(self, **span: float) -> None:
        self.world.clock.pass_(timedelta(**span))

    async def person(self) -> Caller:
        """Somebody who is signed in on one device."""
        await self.watches.ready()
        async with self.work.begin() as unit:
            person = new_ulid(self.world.clock)
            created = {"id": person, "created_at": to_us(unit.now)}
            await unit.connection.execute(sa.insert(PERSON).values(**created))
        return await self.session(person)

    async def session(self, person: str) -> Caller:
        """Another device of somebody's."""
        session, us = new_ulid(self.world.clock), to_us(self.now)
        async with self.work.begin() as unit:
            row = {
                "id": session, "person": person, "device": b"", "strong": False, "opened_at": us, "seen_at": us,
                "family": session.encode(), "refresh": b"", "access": session.encode(), "access_until": us,
                "idle_until": us, "ends_at": us,
            }  # fmt: skip
            await unit.connection.execute(sa.insert(SESSION).values(**row))
        return Caller(person, session, frozenset())

    async def phone(self, caller: Caller) -> str:
        """Registers a browser of the practice service; its endpoint."""
        told = self.service.subscribe(await self.key.public())
        await self.phones.register(caller, **told)
        return told["endpoint"]

    async def see(self, evse: EvseId, status: Status, ago: float = 0.0) -> None:
        """The operator says so, a second later: at one moment the worse of two words stands."""
        self.later(seconds=1)
        await self.board.observe([Observation(evse, status, self.now - timedelta(seconds=ago), "jinbei")])

    async def all_see(self, station: str, status: Status) -> None:
        for evse in self.stations.known[station].evses:
            await self.see(evse.id, status)

    async def watch(self, who: Caller, station: str = S, kind: WatchKind = WatchKind.FREES, **more: object) -> Watch:
        return await self.watches.watch(who, WatchAsk(station, kind, **more))  # type: ignore[arg-type]

    async def frees(self, evse: EvseId) -> None:
        """A bay frees, and who listens hears of it."""
        await self.see(evse, Status.AVAILABLE)
        self.watching._flips[evse] = self.now
        await self.watching.step()

    async def states(self, *people: Caller) -> list[str]:
        """What became of each one's newest watch."""
        return [(await self.watches.mine(who))[0].state.value for who in people]


def watch_world(database: Database, service: PushService) -> WatchWorld:
    """Three stations of three bays, whose operator says that all bays of the first are taken."""
    world = people_world(database)
    clock = world.clock
    service.clock = clock
    work, board = Work(database, clock), MemoryBoard(clock)
    board.set_freshness({"jinbei": timedelta(days=30)})
    stations = Stations(board)
    stations.add("s", PLACE, 3, clock.now)
    stations.add("near", Point(38.45, 112.73), 1, clock.now)
    stations.add("far", Point(38.52, 112.73), 2, clock.now)
    buckets = MemoryBuckets(clock=lambda: clock.now.timestamp())
    store = world.people.store
    key = PushKey(store, clock)
    patience = Patience((2, 8, 30, 60, 120, 240), attempts=8, call_s=5.0)
    letters = PushLetters(work, store, PushSender(key, LOOPBACK), patience)
    watching = Watching(work, board, stations, lambda: None)
    return WatchWorld(
        world,
        work,
        board,
        stations,
        Watches(work, store, board, buckets, stations, watching.hear),
        watching,
        Phones(work, store, buckets, LOOPBACK),
        key,
        Outbox(work, {LETTER: letters}),
        Following(work, every_s=0.05),
        service,
    )
