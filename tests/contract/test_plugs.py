"""Charging by the plug on SQLite and on a real PostgreSQL: who may, who may not and why, once, whoever asks at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from finder.charging.agreements import AGREEMENT
from finder.charging.keep import save
from finder.charging.machines import Capture, Hold, Session
from finder.charging.news import change
from finder.charging.order import Order, load
from finder.charging.payers import Word
from finder.charging.plug_rules import COOL_DOWN, MOST_A_DAY, UNPAID, Grant
from finder.charging.standing import put_standing
from finder.charging.sweep import NEVER_BEGAN
from finder.charging.told import NoticeKind
from finder.connectors.sdk.desk import Permission, TokenKind, VehicleSeen
from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.errors import FinderError
from finder.kernel.ids import part
from finder.kernel.money import Money
from finder.money.channels.port import Stand, Step
from finder.storage.database import Database
from tests.contract.people_world import OTHER_PHONE, PHONE
from tests.contract.plug_world import CAP, OTHER_VIN, SOURCE, VIN, Driver, PlugWorld, plug_world

Y, N = Permission.ALLOWED, Permission.NOT_ALLOWED


@pytest.fixture
def p(database: Database) -> PlugWorld:
    return plug_world(database)


@pytest.fixture
async def zhang(p: PlugWorld) -> Driver:
    driver = await p.driver(PHONE)
    await p.bound(driver)
    return driver


async def put(p: PlugWorld, order: Order, **changed: object) -> None:
    """An order in a state that would take long to come."""
    async with p.world.work.begin() as unit:
        before = await load(unit.connection, order.number)
        await save(unit, before, replace(before, **changed))  # type: ignore[arg-type]


async def test_a_car_that_is_plugged_in_charges_is_stopped_and_pays_and_was_never_started_from_here(
    p: PlugWorld, zhang: Driver
) -> None:
    said = await p.plug()
    assert (said.permission, said.limit, said.person) == (Y, CAP, zhang.caller.person)
    order = await p.order(said.order)
    assert (order.session, order.hold, order.agreed, order.evse_id) == (Session.START_SENT, Hold.NEW, True, "jinbei/1")
    assert (order.agreement, order.cap, order.sub_merchant, order.commission_permille) == (
        zhang.agreement.id,
        CAP,
        "m1",
        55,
    )
    assert said.until == p.world.clock() + Grant.LASTS
    await p.world.post()
    assert p.world.channel.effects[part(order.number, "H", 0)].stand in (Stand.DONE, Stand.PENDING)
    assert p.world.operator.sessions == {}  # it is the operator who begins
    await p.begins(order)
    await p.until(order, session=Session.CHARGING, hold=Hold.HELD)
    await p.world.orders.stop(zhang.caller.person, order.number)
    paid = await p.until(order, session=Session.BILLED, capture=Capture.CAPTURED)
    assert paid.problem is None
    (notice,) = [each for each in await p.notices.of(zhang.caller.person) if each.order]
    assert (notice.kind, notice.order, notice.vehicle) == (NoticeKind.PLUG_STARTED, order.number, zhang.car.id)


async def test_every_refusal_has_a_reason_of_its_own(p: PlugWorld, zhang: Driver) -> None:
    assert (await p.plug(OTHER_VIN)).permission is Permission.UNBOUND
    assert (await p.plug("nonsense")).permission is Permission.UNBOUND
    assert (await p.plug(VIN, source="stranger", evse_id="stranger/1")).permission is Permission.UNKNOWN_OPERATOR
    assert (await p.plug(VIN, evse_id="other/1")).permission is Permission.UNKNOWN_OPERATOR
    p.yard.blocked_bays.add("jinbei/1")
    assert (await p.plug()).permission is Permission.BAY_BLOCKED
    p.yard.blocked_bays.clear()
    p.yard.merchants = {"alipay": "2088"}
    assert (await p.plug()).permission is Permission.NO_AGREEMENT
    p.yard.merchants = {"wechat": "m1"}
    first = await p.order((await p.plug()).order)
    await p.begins(first)
    await p.until(first, session=Session.CHARGING)
    assert (await p.plug(evse=2)).permission is Permission.ALREADY_CHARGING
    li = await p.driver(OTHER_PHONE, OTHER_VIN, "晋HA8888")
    await p.bound(li)
    assert (await p.plug(OTHER_VIN, evse=1)).permission is Permission.ALREADY_CHARGING
    await p.agreements.end(li.caller, li.agreement.id)
    assert (await p.plug(OTHER_VIN, evse=3)).permission is Permission.AGREEMENT_ENDED
    assert [order.number for order in await p.world.all()] == [first.number]


async def test_arrears_are_what_could_not_be_taken_or_is_under_way_for_too_long(p: PlugWorld, zhang: Driver) -> None:
    order = await p.order((await p.plug()).order)
    await p.begins(order)
    await p.until(order, session=Session.CHARGING, hold=Hold.HELD)
    await p.world.orders.stop(zhang.caller.person, order.number)
    await p.until(order, capture=Capture.CAPTURED)
    p.w.clock.pass_(COOL_DOWN)
    for capture in (Capture.COLLECTING, Capture.BAD_DEBT):
        await put(p, order, capture=capture)
        assert (await p.plug(evse=2)).permission is Permission.IN_ARREARS
    await put(p, order, capture=Capture.UNKNOWN)
    p.w.clock.pass_(UNPAID - timedelta(seconds=1))
    said = await p.plug(evse=2)
    assert said.permission is Y
    await p.world.orders.stop(zhang.caller.person, said.order or "")
    p.w.clock.pass_(timedelta(seconds=1))
    assert (await p.plug(evse=3)).permission is Permission.IN_ARREARS


async def test_the_same_plug_in_gets_the_same_order_however_often_and_at_once_it_is_asked(
    p: PlugWorld, zhang: Driver
) -> None:
    said = await asyncio.gather(*(p.plug(ref=f"q{n}") for n in range(12)))
    assert {each.permission for each in said} == {Y}
    assert len({each.order for each in said}) == 1
    order = await p.order(said[0].order)
    await p.begins(order)
    await p.until(order, session=Session.CHARGING)
    again = await p.plug()
    assert (again.order, again.until) == (order.number, None)
    assert (await p.plug(VIN[::-1])).order == order.number  # some chargers read it from its end
    assert len(await p.world.all()) == 1
    assert len([each for each in await p.notices.of(zhang.caller.person) if each.order]) == 1


async def test_two_cars_at_one_evse_at_once_are_one_order(p: PlugWorld, zhang: Driver) -> None:
    li = await p.driver(OTHER_PHONE, OTHER_VIN, "晋HA8888")
    await p.bound(li)
    said = await asyncio.gather(p.plug(VIN), p.plug(OTHER_VIN))
    assert sorted(each.permission for each in said) == sorted([Y, Permission.ALREADY_CHARGING])
    assert len(await p.world.all()) == 1


async def test_a_car_that_moves_on_before_it_charged_gets_the_next_place_and_leaves_the_first(
    p: PlugWorld, zhang: Driver
) -> None:
    first = await p.order((await p.plug(evse=1)).order)
    second = await p.plug(evse=2)
    assert second.permission is Y
    assert (await p.order(first.number)).wants_stop
    left = await p.until(first, session=Session.REJECTED, hold=Hold.RELEASED)
    assert left.reason == "MOVED_ON"
    assert p.world.clock() - first.created_at >= NEVER_BEGAN


async def test_without_an_evse_it_is_allowed_and_nothing_begins(p: PlugWorld, zhang: Driver) -> None:
    said = await p.plug(evse_id=None, connector_id=None)
    assert (said.permission, said.order) == (Y, None)
    assert (await p.plug(source="stranger", evse_id=None)).permission is Permission.UNKNOWN_OPERATOR
    assert await p.world.all() == []


async def test_a_grant_that_nobody_uses_is_given_up_and_lasts_no_longer_however_often_it_is_renewed(
    p: PlugWorld, zhang: Driver
) -> None:
    order = await p.order((await p.plug()).order)
    p.w.clock.pass_(Grant.LASTS)
    renewed = await p.plug()
    assert (renewed.order, renewed.until) == (order.number, order.created_at + Grant.LONGEST)
    p.w.clock.now = order.created_at + Grant.LONGEST
    assert (await p.plug()).permission is N
    await p.until(order, session=Session.REJECTED, hold=Hold.RELEASED)
    assert (await p.plug()).order != order.number


async def test_a_stopped_session_does_not_begin_again_by_itself_and_a_forged_vin_not_without_end(
    p: PlugWorld, zhang: Driver
) -> None:
    order = await p.order((await p.plug(ref="q1")).order)
    await p.begins(order)
    await p.until(order, session=Session.CHARGING, hold=Hold.HELD)
    await p.world.orders.stop(zhang.caller.person, order.number)
    assert (await p.plug()).permission is Permission.REVOKED
    over = await p.until(order, capture=Capture.CAPTURED)
    assert (await p.plug()).permission is N
    assert over.moved_at is not None
    p.w.clock.now = over.moved_at + COOL_DOWN
    assert (await p.plug(ref="q1")).permission is N  # an old question, not a new plug
    for n in range(2, MOST_A_DAY + 1):
        assert (await p.plug(evse=n)).permission is Y
    assert (await p.plug(evse=99)).permission is N
    p.w.clock.pass_(timedelta(days=1))
    assert (await p.plug(evse=99)).permission is Y


async def test_whoever_unbinds_while_it_is_decided_is_unbound_and_nothing_goes_on(p: PlugWorld, zhang: Driver) -> None:
    for turn in range(8):
        asked = [p.plug(evse=turn * 10 + n) for n in range(3)]
        await asyncio.gather(*asked[:2], p.bindings.unbind(zhang.caller, zhang.car.id), *asked[2:])
        assert (await p.plug(evse=turn * 10)).permission is Permission.UNBOUND
        running = [order for order in await p.world.all() if order.session is not Session.REJECTED]
        assert all(order.wants_stop for order in running)
        await p.bound(zhang)
        p.w.clock.pass_(timedelta(days=1))
        for _ in range(3):
            await p.world.happen(10)


async def test_an_answer_that_comes_too_late_is_no_and_what_was_begun_for_it_is_taken_back(database: Database) -> None:
    p = plug_world(database, deadline_s=0.05)
    zhang = await p.driver(PHONE)
    await p.bound(zhang)
    asked = asyncio.Event()

    async def slow() -> None:
        await asked.wait()

    p.yard.gate = slow
    assert (await p.plug()).permission is Permission.UNDECIDED
    assert (await p.plug(evse=2)).permission is Permission.UNDECIDED
    asked.set()
    await p.plugs.settle()
    assert {(order.wants_stop, order.reason) for order in await p.world.all()} <= {
        (True, "TOO_LATE"),
        (True, "MOVED_ON"),
    }
    assert await p.world.all()
    for order in await p.world.all():
        await p.until(order, session=Session.REJECTED, hold=Hold.RELEASED)


async def test_a_store_that_does_not_answer_decides_nothing(p: PlugWorld, zhang: Driver) -> None:
    async def away() -> None:
        raise FinderError("库不可用", "the store is away")

    p.yard.gate = away
    assert (await p.plug()).permission is Permission.UNDECIDED


async def test_a_hold_that_is_refused_after_the_answer_stops_the_car_and_a_payment_collects(
    p: PlugWorld, zhang: Driver
) -> None:
    order = await p.order((await p.plug()).order)
    await p.begins(order)
    async with p.world.work.begin() as unit:
        now = await load(unit.connection, order.number, lock=True)
        await change(unit, now, now.moved(hold=Hold.UNKNOWN))
        now = await load(unit.connection, order.number, lock=True)
        await change(unit, now, now.moved(hold=Hold.FAILED))
    assert (await p.plug()).permission is N
    ended = await p.until(order, session=Session.BILLED)
    assert ended.hold is Hold.FAILED
    paid = await p.until(order, capture=Capture.CAPTURED)
    assert paid.capture_number == part(order.number, "P", 0)
    assert not [e for e in p.world.channel.effects.values() if e.step is Step.HOLD]


async def test_a_hold_that_waits_for_the_drivers_word_stops_the_car_and_is_given_back(
    p: PlugWorld, zhang: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(p.world.channel, "confirm", lambda: None)  # nobody looks at the phone
    order = await p.order((await p.plug()).order)
    await put(p, order, agreed=False)
    await p.begins(order)
    await p.until(order, session=Session.CHARGING, hold=Hold.PENDING)
    stopped = await p.until(order, session=Session.BILLED)
    assert (stopped.wants_stop, stopped.reason) == (True, "NOT_HELD")
    released = await p.until(order, hold=Hold.RELEASED)
    assert released.capture is not Capture.CAPTURED or released.capture_number == part(order.number, "P", 0)


async def test_a_session_of_the_operators_own_number_is_found_by_its_car_and_evse(p: PlugWorld, zhang: Driver) -> None:
    order = await p.order((await p.plug()).order)
    seen = SessionSeen(
        source=SOURCE,
        native_id="OP-77",
        evse_id="jinbei/1",
        state=SessionState.CHARGING,
        observed_at=p.world.clock(),
    )
    for vin, evse in ((OTHER_VIN, 1), (VIN, 2), ("nonsense", 1)):
        await p.desk.vehicle(VehicleSeen(SOURCE, "OP-77", vin, evse_id=f"jinbei/{evse}"))
    await p.desk.session(seen)
    assert (await p.order(order.number)).session is Session.START_SENT
    await p.desk.vehicle(VehicleSeen(SOURCE, "OP-77", VIN, evse_id="jinbei/1"))
    await p.desk.vehicle(VehicleSeen(SOURCE, "OP-77", VIN, evse_id="jinbei/1"))
    await p.desk.session(seen)
    linked = await p.order(order.number)
    assert (linked.native_id, linked.session, linked.problem) == ("OP-77", Session.CHARGING, None)
    await p.desk.vehicle(VehicleSeen(SOURCE, "OP-77", OTHER_VIN, evse_id="jinbei/1"))
    assert (await p.order(order.number)).problem == "OTHER_VEHICLE"


async def test_a_contract_stands_for_a_car_whose_charger_knows_no_vin(p: PlugWorld, zhang: Driver) -> None:
    (binding,) = await p.bindings.of(zhang.caller.person)
    assert binding.contract is not None
    assert binding.contract not in repr(binding)
    for text in (binding.contract, binding.contract.lower(), f"{binding.contract[:2]}-{binding.contract[2:]}"):
        assert (await p.plug(text, kind=TokenKind.EMAID)).permission is Y
    assert (await p.plug(binding.contract, kind=TokenKind.CARD)).permission is Permission.UNBOUND
    assert (await p.plug(VIN, kind=TokenKind.EMAID)).permission is Permission.UNBOUND
    assert len(await p.world.all()) == 1


async def test_at_an_operator_that_takes_no_new_orders_no_car_charges(p: PlugWorld, zhang: Driver) -> None:
    async with p.world.work.begin() as unit:
        await put_standing(unit, SOURCE, "supervisor:zhang", "破产", insolvent=True)
    assert (await p.plug()).permission is Permission.UNKNOWN_OPERATOR
    async with p.world.work.begin() as unit:
        await put_standing(unit, SOURCE, "supervisor:zhang", "恢复", insolvent=False)
    assert (await p.plug()).permission is Y


async def test_no_car_pays_under_an_agreement_that_asks(p: PlugWorld) -> None:
    li = await p.driver(PHONE)
    asks = await p.agreements.open(li.caller, "alipay", Money(1), Word(code="ask-me"))
    with pytest.raises(FinderError) as no:
        await p.bindings.bind(li.caller, li.car.id, asks.id)
    assert no.value.code == "AGREEMENT_ASKS"
    await p.bound(li)
    async with p.world.work.begin() as unit:
        await unit.connection.execute(AGREEMENT.update().values(standing=False))
    assert (await p.plug()).permission is Permission.NO_AGREEMENT
