"""Two drivers with cars, agreements and phones, one operator at which cars are plugged in, one channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from finder.charging.agreements import Agreement, Agreements
from finder.charging.bindings import Binding, Bindings
from finder.charging.car_proofs import CarProof
from finder.charging.desk import OrderDesk
from finder.charging.effects import handlers
from finder.charging.order import Order, load
from finder.charging.orders import StartAsk
from finder.charging.outside import Outside
from finder.charging.payers import Payer, PayerProof, Word
from finder.charging.plug_and_charge import PlugAndCharge
from finder.charging.plug_cases import Cases
from finder.charging.plug_desk import PlugDesk
from finder.charging.plug_places import Place, Places
from finder.charging.sweep import Sweeper
from finder.charging.told import Notices
from finder.connectors.sdk.control import StartRequest
from finder.connectors.sdk.desk import Authorization, AuthorizationAsk, TokenKind
from finder.federation.desk import SqlDesk
from finder.identity.audit import Audit
from finder.identity.buckets import MemoryBuckets
from finder.identity.people import People
from finder.identity.roles import Caller
from finder.identity.store import Store
from finder.identity.vault import Vault
from finder.identity.vehicles import Vehicle
from finder.kernel.money import Money
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.people_world import KEYS, Inbox, PeopleWorld
from tests.contract.people_world import Hand as PeoplesHand
from tests.contract.test_vehicles import vin_of
from tests.faults.charging_world import TARIFF, World

SOURCE, CAP = "jinbei", Money(5_000)
VIN, OTHER_VIN = vin_of(184847), vin_of(184848)


class Hand(PeoplesHand):
    """The world's clock, as the people of a test move it."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def now(self) -> datetime:
        return self._world.clock.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._world.clock.now = moment

    def __call__(self) -> datetime:
        return self._world.clock.now

    def pass_(self, span: timedelta) -> None:
        self._world.clock.now += span


class Wallets:
    """Everybody's account has the name that the word's code says; `standing` unless it begins with 'ask'."""

    async def prove(self, caller: Caller, word: Word) -> Payer:
        return Payer(word.code, standing=not word.code.startswith("ask"))


@dataclass
class Yard:
    """The operator's bays. Is a Places."""

    blocked_bays: set[str] = field(default_factory=set)
    merchants: dict[str, str] = field(default_factory=lambda: {"wechat": "m1"})
    gate: object | None = None  # awaited before a place is found

    def settles(self, source: str) -> bool:
        return source == SOURCE

    async def place(self, evse_id: str, connector_id: str | None) -> Place | None:
        if self.gate is not None:
            await self.gate()  # type: ignore[operator]
        if not evse_id.startswith(f"{SOURCE}/"):
            return None
        return Place(connector_id or "1", "金北·忻州站", TARIFF, 55, self.merchants)

    def blocked(self, evse_id: str) -> bool:
        return evse_id in self.blocked_bays


@dataclass
class PlugWorld:
    """Everything that a test of plugs holds."""

    world: World
    w: PeopleWorld
    yard: Yard
    agreements: Agreements
    bindings: Bindings
    cases: Cases
    notices: Notices
    plugs: PlugAndCharge
    desk: PlugDesk

    async def driver(self, phone: str, vin: str = VIN, plate: str = "晋HD12345") -> "Driver":
        """Signed in, with a car and an agreement."""
        caller = await self.w.caller(phone)
        car = await self.w.people.vehicles.add(caller, plate, vin)
        return Driver(caller, car, await self.agreements.open(caller, "wechat", CAP, Word(code=f"openid-{phone}")))

    async def bound(self, driver: "Driver") -> Binding:
        """Its car is bound and proven by a session that it began from the phone."""
        binding = await self.bindings.bind(driver.caller, driver.car.id, driver.agreement.id)
        async with self.world.work.begin() as unit:
            assert driver.car.vin is not None
            lookup = self.w.people.store.mac("vin", driver.car.vin)
            await self.bindings.seen_with(unit, driver.caller.person, lookup)
        return binding

    async def plug(
        self,
        token: str = VIN,
        evse: int = 1,
        ref: str | None = None,
        kind: TokenKind = TokenKind.VIN,
        **other: object,
    ) -> Authorization:
        """The operator asks for a car at one of its EVSEs."""
        told = {"source": SOURCE, "evse_id": f"{SOURCE}/{evse}", "connector_id": "1"} | other
        ask = AuthorizationAsk(kind=kind, token=token, asked_at=self.world.clock(), operator_ref=ref, **told)  # type: ignore[arg-type]
        return await self.desk.authorize(ask)

    def tapped(self, driver: "Driver", source: str, gun: str) -> StartAsk:
        """What a driver agrees to who begins at this gun from the phone."""
        return StartAsk(
            operator=source,
            evse_id=f"{source}/{gun}",
            connector_id=gun,
            channel="wechat",
            sub_merchant="m1",
            agreement=driver.agreement.id,
            agreed=True,
            title="充电",
            cap=CAP,
            commission_permille=50,
            tariff=TARIFF,
        )

    async def order(self, number: str | None) -> Order:
        assert number is not None
        async with self.world.work.read() as connection:
            return await load(connection, number)

    async def begins(self, order: Order) -> None:
        """The operator begins what it was allowed."""
        await self.world.operator.start(StartRequest(order.number, order.evse_id))

    async def until(self, order: Order, **states: object) -> Order:
        """Time passes until the order is like this."""
        for _ in range(300):
            now = await self.order(order.number)
            if all(getattr(now, name) == value for name, value in states.items()):
                return now
            await self.world.happen(1)
        raise AssertionError(f"never {states}: {now}")


@dataclass
class Driver:
    """A person with a car and an agreement."""

    caller: Caller
    car: Vehicle
    agreement: Agreement


def plug_world(
    database: Database,
    proofs: Sequence[CarProof] = (),
    *,
    deadline_s: float = 20.0,
    places: Places | None = None,
    connectors: Mapping[str, object] | None = None,
) -> PlugWorld:
    """All of it in this database, at the simulated operator or at others."""
    world = World(database, seed=1, trouble=0)
    clock, inbox = Hand(world), Inbox()
    buckets = MemoryBuckets(clock=lambda: world.clock.now.timestamp())
    store, audit = Store(database, Vault(KEYS)), Audit(database, clock)
    people = People(store, audit, inbox, clock, buckets)
    wallets: dict[str, PayerProof] = {"wechat": Wallets(), "alipay": Wallets()}
    agreements = Agreements(store, audit, clock, buckets, wallets)
    reached: Mapping[str, object] = {SOURCE: world.operator} if connectors is None else connectors
    outside = Outside(world.work, {"wechat": world.channel}, reached.get, agreements)
    world.outside, world.outbox = outside, Outbox(world.work, handlers(outside), at_once=1)
    world.sweeper = Sweeper(outside)
    yard, work = Yard(), world.work
    bindings = Bindings(work, store, audit, buckets, agreements, proofs)
    plugs = PlugAndCharge(work, store, world.orders, places or yard, deadline_s=deadline_s)
    desk = PlugDesk(OrderDesk(SqlDesk(database, clock), work), plugs, bindings, work, store)
    cases = Cases(work, store, audit, buckets)
    peoples = PeopleWorld(database, clock, inbox, people)
    return PlugWorld(world, peoples, yard, agreements, bindings, cases, Notices(store, clock), plugs, desk)
