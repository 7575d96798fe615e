"""Whose a car is, on SQLite and on a real PostgreSQL: proven, claimed, denied, exported and erased."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from finder.charging.bindings import BIND_RATE, BindingState, Proof
from finder.charging.machines import Hold, Session
from finder.charging.payers import Word
from finder.charging.personal import OrdersHeld
from finder.charging.plug_cases import CaseKind, Decision
from finder.charging.plug_personal import PlugsHeld
from finder.charging.told import NoticeKind
from finder.connectors.sdk.desk import Permission, VehicleSeen
from finder.errors import ChannelUnavailable, FinderError
from finder.identity.audit import Actor
from finder.identity.buckets import TooOften
from finder.identity.privacy import Privacy
from finder.kernel.money import Money
from finder.storage.database import Database
from tests.contract.people_world import HERE, OTHER_PHONE, PHONE
from tests.contract.plug_world import CAP, OTHER_VIN, SOURCE, VIN, Driver, PlugWorld, plug_world

STAFF = Actor("supervisor:zhang", "cli:desk")


class Registry:
    """Vouches for these cars, by VIN and payer; `away` while it does not answer."""

    channel = "alipay"

    def __init__(self, *known: tuple[str, str]) -> None:
        self.known, self.away = set(known), False

    async def vouches(self, vin: str, payer: str) -> bool:
        if self.away:
            raise ChannelUnavailable("无应答", "no answer")
        return (vin, payer) in self.known


@pytest.fixture
def registry() -> Registry:
    return Registry((VIN, "2088-zhang"))


@pytest.fixture
def p(database: Database, registry: Registry) -> PlugWorld:
    return plug_world(database, [registry])


@pytest.fixture
async def zhang(p: PlugWorld) -> Driver:
    return await p.driver(PHONE)


async def refused(awaited: object, *codes: str) -> None:
    with pytest.raises(FinderError) as no:
        await awaited  # type: ignore[misc]
    assert no.value.code in codes
    assert no.value.zh
    assert no.value.en


async def kinds(p: PlugWorld, person: str) -> Sequence[NoticeKind]:
    return [told.kind for told in await p.notices.of(person)]


async def test_a_car_that_somebody_vouches_for_charges_at_once(p: PlugWorld, zhang: Driver, registry: Registry) -> None:
    waiting = await p.bindings.bind(zhang.caller, zhang.car.id, zhang.agreement.id)
    assert (waiting.state, waiting.proof, waiting.contract) == (BindingState.PROVING, None, None)
    assert (await p.plug()).permission is Permission.UNBOUND
    await p.agreements.open(zhang.caller, "alipay", CAP, Word(code="2088-zhang"))
    registry.away = True
    assert (await p.bindings.bind(zhang.caller, zhang.car.id, zhang.agreement.id)).state is BindingState.PROVING
    registry.away = False
    proven = await p.bindings.bind(zhang.caller, zhang.car.id, zhang.agreement.id)
    assert (proven.state, proven.proof) == (BindingState.ACTIVE, Proof.CERTIFIED)
    assert proven.contract
    assert (await p.plug()).permission is Permission.ALLOWED
    registry.known.clear()  # what was proven stays so
    other = await p.agreements.open(zhang.caller, "wechat", Money(9_000), Word(code="openid-2"))
    again = await p.bindings.bind(zhang.caller, zhang.car.id, other.id)
    assert (again.state, again.agreement, again.contract) == (BindingState.ACTIVE, other.id, proven.contract)


async def test_another_persons_word_proves_nothing(p: PlugWorld, registry: Registry) -> None:
    li = await p.driver(OTHER_PHONE)
    await p.agreements.open(li.caller, "alipay", CAP, Word(code="2088-li"))
    ended = await p.agreements.open(li.caller, "alipay", CAP, Word(code="2088-zhang"))
    await p.agreements.end(li.caller, ended.id)
    assert (await p.bindings.bind(li.caller, li.car.id, li.agreement.id)).state is BindingState.PROVING


async def test_what_cannot_be_bound_says_why(p: PlugWorld, zhang: Driver) -> None:
    li = await p.driver(OTHER_PHONE, OTHER_VIN, "晋HA8888")
    bind, caller = p.bindings.bind, zhang.caller
    await refused(bind(caller, li.car.id, zhang.agreement.id), "NO_VEHICLE")
    await refused(bind(caller, zhang.car.id, li.agreement.id), "NO_AGREEMENT")
    bare = await p.w.people.vehicles.add(caller, "晋HB7777")
    await refused(bind(caller, bare.id, zhang.agreement.id), "VIN_MISSING")
    await p.agreements.end(caller, zhang.agreement.id)
    await refused(bind(caller, zhang.car.id, zhang.agreement.id), "AGREEMENT_ENDED")
    await refused(p.bindings.unbind(caller, zhang.car.id), "NOT_BOUND")
    assert await p.bindings.unbind(caller, zhang.car.id, must=False) is False
    hasty = await p.w.caller(OTHER_PHONE)
    for _ in range(BIND_RATE.burst):
        await refused(bind(hasty, "none", "none"), "NO_VEHICLE")
    with pytest.raises(TooOften):
        await bind(hasty, "none", "none")


async def test_only_a_session_that_its_owner_began_proves_a_car(p: PlugWorld, zhang: Driver) -> None:
    await p.bindings.bind(zhang.caller, zhang.car.id, zhang.agreement.id)
    li = await p.driver(OTHER_PHONE, OTHER_VIN, "晋HA8888")
    theirs = await p.world.orders.start(li.caller.person, p.tapped(li, SOURCE, "1"), "k")
    await p.desk.vehicle(VehicleSeen(SOURCE, "S1", VIN, theirs.number, "jinbei/1"))
    await p.desk.vehicle(VehicleSeen(SOURCE, "S9", VIN, None, "jinbei/9"))
    assert (await p.bindings.of(zhang.caller.person))[0].state is BindingState.PROVING
    mine = await p.world.orders.start(zhang.caller.person, p.tapped(zhang, SOURCE, "2"), "k")
    await p.desk.vehicle(VehicleSeen("stranger", "S2", VIN, mine.number, "jinbei/2"))
    await p.desk.vehicle(VehicleSeen(SOURCE, "S2", OTHER_VIN, mine.number, "jinbei/2"))
    assert (await p.bindings.of(zhang.caller.person))[0].state is BindingState.PROVING
    for _ in range(2):
        await p.desk.vehicle(VehicleSeen(SOURCE, "S2", VIN[::-1], mine.number, "jinbei/2"))
    (proven,) = await p.bindings.of(zhang.caller.person)
    assert (proven.state, proven.proof) == (BindingState.ACTIVE, Proof.SESSION)
    assert await kinds(p, zhang.caller.person) == [NoticeKind.BINDING_PROVEN]


async def test_a_session_that_is_over_proves_nothing_any_more(p: PlugWorld, zhang: Driver) -> None:
    await p.bindings.bind(zhang.caller, zhang.car.id, zhang.agreement.id)
    mine = await p.world.orders.start(zhang.caller.person, p.tapped(zhang, SOURCE, "2"), "k")
    await p.world.orders.stop(zhang.caller.person, mine.number)
    await p.desk.vehicle(VehicleSeen(SOURCE, "S2", VIN, mine.number, "jinbei/2"))
    assert (await p.bindings.of(zhang.caller.person))[0].state is BindingState.PROVING


async def test_of_two_accounts_that_claim_a_vin_at_once_one_has_it_and_a_person_decides_for_the_other(
    p: PlugWorld,
) -> None:
    one, other = await p.w.caller(PHONE), await p.w.caller(OTHER_PHONE)
    add = p.w.people.vehicles.add
    ends = await asyncio.gather(add(one, "晋HD12345", VIN), add(other, "晋HA8888", VIN), return_exceptions=True)
    (no,) = [end for end in ends if isinstance(end, FinderError)]
    assert no.code == "VEHICLE_TAKEN"
    holder, claimant = (one, other) if isinstance(ends[1], FinderError) else (other, one)
    agreed = await p.agreements.open(holder, "wechat", CAP, Word(code="openid"))
    (car,) = await p.w.people.vehicles.of(holder.person)
    await p.bound(Driver(holder, car, agreed))
    order = await p.order((await p.plug()).order)
    await refused(p.cases.claim(claimant, OTHER_VIN), "VIN_FREE")
    await refused(p.cases.claim(holder, VIN), "VEHICLE_YOURS")
    await refused(p.cases.claim(claimant, "x"), "VIN")
    case = await p.cases.claim(claimant, VIN)
    assert await p.cases.claim(claimant, VIN) == case  # once
    assert await p.cases.open() == [case]
    assert (case.kind, case.vehicle, case.person) == (CaseKind.CLAIM, car.id, claimant.person)
    await refused(p.cases.decide(STAFF, case.id, Decision.RESUMED), "CASE_DECISION")
    await refused(p.cases.decide(STAFF, "none", Decision.HOLDER), "NO_CASE")
    decided = await p.cases.decide(STAFF, case.id, Decision.CLAIMANT)
    assert decided.decision is Decision.CLAIMANT
    await refused(p.cases.decide(STAFF, case.id, Decision.HOLDER), "CASE_DECISION")
    assert await p.cases.open() == []
    assert (await p.plug()).permission is Permission.UNBOUND
    assert (await p.order(order.number)).wants_stop  # granted, not begun, and taken back
    assert await p.bindings.of(holder.person) == []
    assert (await kinds(p, holder.person))[0] is NoticeKind.VEHICLE_LOST
    assert await kinds(p, claimant.person) == [NoticeKind.VEHICLE_FREE]
    assert (await add(claimant, "晋HC0000", VIN)).person == claimant.person
    audited = [(entry.who, entry.what) for entry in await p.w.people.audit.history(claimant.person)]
    assert ("supervisor:zhang", "plug.decided") in audited


async def test_a_claim_that_is_refused_leaves_the_car_where_it_is(p: PlugWorld, zhang: Driver) -> None:
    await p.bound(zhang)
    claimant = await p.w.caller(OTHER_PHONE)
    case = await p.cases.claim(claimant, VIN)
    await p.cases.decide(STAFF, case.id, Decision.HOLDER)
    assert (await p.plug()).permission is Permission.ALLOWED
    assert await kinds(p, claimant.person) == [NoticeKind.CLAIM_REFUSED]
    assert [each.decision for each in await p.cases.of(claimant.person)] == [Decision.HOLDER]


@pytest.mark.parametrize("decision", [Decision.RESUMED, Decision.ENDED])
async def test_this_was_not_me_stops_the_session_and_the_car_until_a_person_has_looked(
    p: PlugWorld, zhang: Driver, decision: Decision
) -> None:
    await p.bound(zhang)
    order = await p.order((await p.plug()).order)
    await p.begins(order)
    await p.until(order, session=Session.CHARGING, hold=Hold.HELD)
    stranger = await p.w.caller(OTHER_PHONE)
    tapped = await p.world.orders.start(zhang.caller.person, p.tapped(zhang, SOURCE, "7"), "k")
    for caller, number in ((stranger, order.number), (zhang.caller, tapped.number), (zhang.caller, "none")):
        await refused(p.cases.not_me(caller, number), "NO_SUCH_ORDER")
    assert not (await p.order(order.number)).wants_stop
    case = await p.cases.not_me(zhang.caller, order.number)
    assert await p.cases.not_me(zhang.caller, order.number) == case
    assert (case.kind, case.order, case.vehicle) == (CaseKind.NOT_ME, order.number, zhang.car.id)
    stopped = await p.order(order.number)
    assert (stopped.wants_stop, stopped.reason) == (True, "NOT_ME")
    assert (await p.plug(evse=2)).permission is Permission.REVOKED
    assert (await p.bindings.of(zhang.caller.person))[0].state is BindingState.SUSPENDED
    told = await kinds(p, zhang.caller.person)
    assert told.count(NoticeKind.BINDING_SUSPENDED) == 1
    await p.until(order, session=Session.BILLED)
    await p.cases.decide(STAFF, case.id, decision)
    allowed = Permission.ALLOWED if decision is Decision.RESUMED else Permission.UNBOUND
    assert (await p.plug(evse=2)).permission is allowed


async def test_a_suspended_car_is_not_resumed_by_binding_it_again(p: PlugWorld, zhang: Driver) -> None:
    await p.bound(zhang)
    order = await p.plug()
    await p.cases.not_me(zhang.caller, order.order or "")
    assert (await p.bound(zhang)).state is BindingState.SUSPENDED
    assert (await p.plug(evse=2)).permission is Permission.REVOKED


async def test_notices_are_read_by_their_own_person(p: PlugWorld, zhang: Driver) -> None:
    await p.bound(zhang)
    await p.plug()
    newest = (await p.notices.of(zhang.caller.person))[0]
    assert newest.read_at is None
    assert await p.notices.read(await p.w.caller(OTHER_PHONE), newest.id) == 0
    assert await p.notices.read(zhang.caller, newest.id) == 2
    assert await p.notices.read(zhang.caller, newest.id) == 0
    assert all(told.read_at for told in await p.notices.of(zhang.caller.person))


async def code_for(p: PlugWorld) -> tuple[str, str]:
    p.w.clock.pass_(timedelta(hours=3))
    challenge = await p.w.people.request_code(PHONE, HERE)
    return challenge.token, p.w.inbox.sent[-1][1]


async def test_all_of_it_is_exported_and_goes_with_its_person(p: PlugWorld, zhang: Driver) -> None:
    privacy = Privacy(p.w.people, [PlugsHeld(p.world.work, p.w.people.store), OrdersHeld(p.world.work)])
    await p.bound(zhang)
    (binding,) = await p.bindings.of(zhang.caller.person)
    order = await p.order((await p.plug()).order)
    told = json.loads(await privacy.export(zhang.caller))["plugAndCharge"]
    assert [each["what"] for each in told] == ["binding", "notice", "notice"]
    assert told[0]["contract"] == binding.contract
    token, code = await code_for(p)
    await refused(privacy.erase(zhang.caller, token, code), "ORDER_OPEN")
    await p.until(order, session=Session.REJECTED, hold=Hold.RELEASED)
    token, code = await code_for(p)
    both = await asyncio.gather(privacy.erase(zhang.caller, token, code), p.plug(evse=5), return_exceptions=True)
    begun = [each for each in await p.world.all() if each.session is not Session.REJECTED]
    if isinstance(both[0], FinderError):  # the car was faster
        assert both[0].code == "ORDER_OPEN"
        assert len(begun) == 1
    else:
        assert begun == []
        dump = await p.w.dump()
        assert binding.contract is not None
        assert binding.contract.encode() not in dump
        assert await p.bindings.of(zhang.caller.person) == []
        assert await p.notices.of(zhang.caller.person) == []
        assert (await p.plug()).permission is Permission.UNBOUND
