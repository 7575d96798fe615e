"""Voices in a database of each engine: people with and without sessions, staff, supervisors, a hand on the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import msgspec
import sqlalchemy as sa

from finder.charging.borne_out import BorneOut
from finder.charging.machines import Capture, Hold, Session
from finder.charging.order import ORDER
from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.identity.roles import Caller, Role
from finder.identity.tables import PERSON
from finder.kernel.geo import Point
from finder.kernel.ids import new_order, new_ulid
from finder.storage.database import Database
from finder.storage.unit import Work, to_us
from finder.voices.complaint import Complaint, ComplaintAsk, ComplaintKind, answer_by
from finder.voices.complaints import Complaints
from finder.voices.experiences import Experiences
from finder.voices.keeping import Keeping
from finder.voices.model import Code, Experience, MyVoice, RateAsk
from finder.voices.ports import Network
from finder.voices.summaries import Shown
from finder.voicing import working_days
from tests.contract.people_world import PeopleWorld, people_world
from tests.contract.report_world import PLACE, Stations

STATION = "jinbei/s"
NETWORK = "127.0.0.1"
TEXT = "充电枪插上没反应，打电话没人接"


@dataclass
class VoiceWorld:
    """Everything that a test of voices holds."""

    world: PeopleWorld
    work: Work
    stations: Stations
    shown: Shown
    experiences: Experiences
    complaints: Complaints
    keeping: Keeping

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def later(self, **span: float) -> None:
        self.world.clock.pass_(timedelta(**span))

    async def person(self, *roles: Role, operators: tuple[str, ...] = ()) -> Caller:
        """Somebody new."""
        await self.complaints.ready()
        person = new_ulid(self.world.clock)
        async with self.work.begin() as unit:
            await unit.connection.execute(sa.insert(PERSON).values(id=person, created_at=to_us(unit.now)))
        return Caller(person, f"session-of-{person}", frozenset({Role.DRIVER, *roles}), frozenset(operators))

    async def staff(self, operator: str = "jinbei") -> Caller:
        return await self.person(Role.OPERATOR_STAFF, operators=(operator,))

    async def charged(self, who: Caller, evse: str = f"{STATION}-0", *, ago: float = 0.0, kwh: int = 20) -> str:
        """A session of that person's which ended so many days ago, and was paid where it gave anything."""
        at = self.now - timedelta(days=ago)
        seen = SessionSeen(
            source="jinbei", native_id="n", state=SessionState.ENDED, observed_at=at, ended_at=at, kwh=Decimal(kwh)
        )
        paid = {"capture": Capture.CAPTURED.value, "captured": 1_500, "bill_total": 1_500} if kwh else {}
        return await self._order(who, evse, at, session=Session.BILLED.value, seen=msgspec.json.encode(seen), **paid)

    async def refused(self, who: Caller, evse: str = f"{STATION}-0", reason: str = "FAULTED") -> str:
        """A start that the operator refused."""
        return await self._order(who, evse, self.now, session=Session.REJECTED.value, reason=reason)

    async def _order(self, who: Caller, evse: str, at: datetime, **more: object) -> str:
        number = new_order(self.world.clock)
        row = {
            "number": number, "person": who.person, "operator": "jinbei", "evse_id": evse, "channel": "wechat",
            "sub_merchant": "1", "agreement": "a", "agreed": True, "title": "t", "cap": 10_000,
            "commission_permille": 50, "created_at": to_us(at), "moved_at": to_us(at), "hold": Hold.CONSUMED.value,
            "capture": Capture.NONE.value, "wants_stop": False, "stops": 0, **more,
        }  # fmt: skip
        async with self.work.begin() as unit:
            await unit.connection.execute(sa.insert(ORDER).values(**row))
        return number

    async def rate(
        self,
        who: Caller,
        code: Code = Code.CHARGED,
        *,
        station: str = STATION,
        key: str = "",
        evse: str | None = None,
        stars: int | None = None,
        note: str | None = None,
        place: Point | None = None,
        network: str = NETWORK,
    ) -> MyVoice:
        ask = RateAsk(station, code, key or new_ulid(), evse, stars, note, place)
        return await self.experiences.rate(who, ask, network)

    async def complain(
        self,
        who: Caller,
        *,
        kind: ComplaintKind = ComplaintKind.FAULT,
        text: str = TEXT,
        key: str = "",
        order: str | None = None,
        station: str | None = None,
        operator: str | None = None,
        network: str = NETWORK,
    ) -> Complaint:
        if order is None and operator is None:
            station = station or STATION
        ask = ComplaintAsk(kind, text, key or new_ulid(), order, station, operator)
        return await self.complaints.complain(who, ask, network)

    async def summary(self, station: str = STATION) -> Experience | None:
        await self.complaints.ready()
        await self.shown.refresh()
        return self.shown.summaries.get(station)


def voice_world(database: Database) -> VoiceWorld:
    """Two stations of one operator."""
    world = people_world(database)
    work, stations, facts = Work(database, world.clock), Stations(), BorneOut()
    stations.add("s", PLACE, 4, world.clock.now)
    stations.add("t", PLACE, 4, world.clock.now)
    places = Network(stations, stations.station_of, lambda: {"jinbei", "yanmen"})
    people = world.people
    shown = Shown(work, places, facts)
    experiences = Experiences(work, people.store, people.buckets, places, facts, shown.stale.add)
    complaints = Complaints(
        work, people.store, people.audit, people.buckets, places, facts, partial(answer_by, worked=working_days("CN"))
    )
    return VoiceWorld(world, work, stations, shown, experiences, complaints, Keeping(shown, complaints))
