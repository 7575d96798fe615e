"""What a driver does with an order, on SQLite and on a real PostgreSQL: once, whoever asks at once."""

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from structlog.testing import capture_logs

from finder.charging.decide import over
from finder.charging.effects import handlers
from finder.charging.insolvency import Insolvency
from finder.charging.keys import MAX_KEY
from finder.charging.machines import Capture, Hold, Item, Session
from finder.charging.news import change, take_channel, take_session
from finder.charging.order import Held
from finder.charging.orders import MAX_CAP, StartAsk
from finder.charging.stage import stop_reason
from finder.connectors.sdk.control import Commanded, Outcome, Reason, SessionRef, StartRequest
from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.errors import BadInput, ChannelRefused, Conflict, NotFound, OperatorUnavailable
from finder.identity.audit import Actor, Audit
from finder.kernel.ids import part
from finder.kernel.money import Money
from finder.money.channels.port import RefundAsk, Seen, Stand, Step
from finder.money.ledger import Account
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from finder.storage.unit import METADATA
from load_tests.orders import House
from tests.faults.charging_world import Killed, World


@pytest.fixture
def world(database: Database) -> World:
    return World(database, seed=1, trouble=0)


def changed(ask: StartAsk, **to: object) -> StartAsk:
    return msgspec.structs.replace(ask, **to)


async def code(awaited: object) -> str:
    with pytest.raises((BadInput, NotFound)) as refused:
        await awaited  # type: ignore[misc]
    assert refused.value.zh
    return refused.value.code


async def charged(world: World) -> tuple[str, str]:
    """An order that was paid, and its driver."""
    order = await world.start()
    for _ in range(200):
        await world.happen(1)
        now = (await world.orders.order(order.person, order.number)).order
        if now.capture is Capture.CAPTURED:
            return order.person, order.number
    raise AssertionError("it never ended")


async def test_fifty_starts_under_one_key_begin_one_session(world: World) -> None:
    ask = world.ask(1)
    orders = await asyncio.gather(*(world.orders.start("p", ask, "same") for _ in range(50)))
    assert len({order.number for order in orders}) == 1
    for _ in range(5):
        await world.happen(1)
    assert len(world.operator.sessions) == 1
    assert Counter(effect.step for effect in world.channel.effects.values())[Step.HOLD] == 1


async def test_ten_drivers_at_one_evse_are_one_driver_and_nine_refusals(world: World) -> None:
    ask = world.ask(1)
    came = [world.orders.start(f"p{n}", ask, "k") for n in range(10)]
    ends = await asyncio.gather(*came, return_exceptions=True)
    refused = [end for end in ends if isinstance(end, BadInput)]
    assert {end.code for end in refused} == {"EVSE_IN_USE"}
    assert len(refused) == 9
    assert len(await world.all()) == 1


async def test_a_key_belongs_to_what_was_asked_under_it_first(world: World) -> None:
    first = await world.orders.start("p", world.ask(1), "k")
    assert await code(world.orders.start("p", world.ask(2), "k")) == "KEY_REUSED"
    assert (await world.orders.start("p", world.ask(1), "k")).number == first.number
    assert (await world.orders.start("q", world.ask(2), "k")).number != first.number
    assert await code(world.orders.start("p", world.ask(1), "other")) == "ALREADY_CHARGING"


async def test_every_limit_of_a_start_at_it_and_one_past_it(world: World) -> None:
    ask = world.ask(1)
    for cap, refused in ((Money(0), True), (MAX_CAP, False), (Money(MAX_CAP.fen + 1), True)):
        start = world.orders.start("p", changed(ask, cap=cap, evse_id=f"jinbei/cap{cap.fen}"), f"cap{cap.fen}")
        assert (await code(start) == "CAP_OUT_OF_RANGE") if refused else (await start).cap == MAX_CAP
    for key, refused in (("", True), ("k" * MAX_KEY, False), ("k" * (MAX_KEY + 1), True), ("a\nb", True)):
        start = world.orders.start("p", changed(ask, evse_id=f"jinbei/key{len(key)}"), key)
        assert (await code(start) == "IDEMPOTENCY_KEY") if refused else (await start).number
    for share, refused in ((300, False), (301, True)):
        start = world.orders.start("p", changed(ask, commission_permille=share, evse_id=f"jinbei/s{share}"), f"{share}")
        assert (await code(start) == "COMMISSION_OUT_OF_RANGE") if refused else (await start).number


async def test_an_order_that_is_given_up_before_anything_happened_holds_nothing(world: World) -> None:
    order = await world.start()
    stopped = await world.orders.stop(order.person, order.number)
    assert (stopped.hold, stopped.session, stopped.reason) == (Hold.RELEASED, Session.REJECTED, "GIVEN_UP")
    await world.happen(1)
    assert world.channel.effects == {}
    assert world.operator.sessions == {}
    assert await world.unfinished() == []


@pytest.mark.parametrize("told", ["busy", "no"])
async def test_a_start_whose_answer_was_lost_is_not_given_up_for_a_later_no(
    world: World, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    order, plain, tries = await world.start(), world.operator.start, list[str]()

    async def start(request: StartRequest) -> Commanded:
        tries.append(request.order)
        if len(tries) == 1:
            await plain(request)
            raise Killed  # it began, and who asked died
        if told == "no":
            return Commanded(Outcome.REJECTED, reason=Reason.OCCUPIED)
        raise OperatorUnavailable("无应答", "no connection")

    monkeypatch.setattr(world.operator, "start", start)
    while len(tries) < (3 if told == "busy" else 2):  # before anything else is heard of it
        world.clock.later(1)
        world.channel.confirm()
        await world.call_back()
        await world.post()
    assert (await world.orders.order(order.person, order.number)).order.session is Session.START_UNKNOWN
    for _ in range(200):
        await world.happen(1)
        if not await world.unfinished():
            break
    now = (await world.orders.order(order.person, order.number)).order
    assert (now.session, now.capture) == (Session.BILLED, Capture.CAPTURED)


async def test_a_hold_that_ends_between_the_bill_and_its_capture_is_collected_by_a_payment(world: World) -> None:
    order = await world.start()
    while order.session is not Session.CHARGING:
        await world.happen(1)
        order = (await world.orders.order(order.person, order.number)).order
    await world.operator.stop(SessionRef(order.number, order.evse_id))
    await world.hear()
    hold = part(order.number, "H", 0)
    world.channel.effects[hold].stand = Stand.EXPIRED
    async with world.work.begin() as unit:
        await take_channel(unit, await world.channel.query(Step.HOLD, hold, hold, "m1"))
    world.outbox = Outbox(world.work, handlers(world.outside))  # takes the capture and the payment in one go
    for _ in range(10):
        await world.happen(1)
    paid = (await world.orders.order(order.person, order.number)).order
    assert (paid.hold, paid.capture) == (Hold.EXPIRED, Capture.CAPTURED)
    assert paid.capture_number == part(order.number, "P", 0)


async def test_the_meters_latest_word_in_each_ten_seconds_is_kept_for_the_chart(world: World) -> None:
    order = await world.orders.start("p", world.ask(1), "k")
    began = order.created_at
    told = [(0, "0.1"), (4, "0.3"), (3, "0.2"), (12, "0.5")]  # seconds and kWh; the third came late
    for second, kwh in told:
        seen = SessionSeen(
            source=order.operator,
            native_id="n",
            state=SessionState.CHARGING,
            observed_at=began.replace(second=0, microsecond=0) + timedelta(minutes=1, seconds=second),
            kwh=Decimal(kwh),
        )
        async with world.work.begin() as unit:
            await take_session(unit, order.number, seen)
    kept = (await world.orders.order("p", order.number)).readings
    assert [str(each.kwh) for each in kept] == ["0.3", "0.5"]


async def test_a_session_that_reaches_its_cap_is_stopped_and_says_why(world: World) -> None:
    order = await world.orders.start("p", world.ask(1), "k")
    for _ in range(50):
        await world.happen(1)
        now = (await world.orders.order("p", order.number)).order
        if now.session is Session.CHARGING:
            break
    known = world.operator.sessions[order.number]
    known.full_at = Decimal(1_000)
    for fen, wanted in ((order.cap.fen - 1, False), (order.cap.fen, True)):
        told = msgspec.structs.replace(world.operator._seen(known), total=Money(fen))
        async with world.work.begin() as unit:
            now = await take_session(unit, order.number, told)
        assert now.wants_stop is wanted
    for _ in range(50):
        await world.happen(1)
        view = await world.orders.order("p", order.number)
        if over(view.order, view.items):
            break
    assert known.ended_at is not None
    assert stop_reason(view.order, view.bill) == "CAP_REACHED"
    assert view.order.pays is not None
    assert view.order.pays <= view.order.cap


async def test_what_the_channel_gave_to_confirm_with_is_there_while_it_waits(world: World) -> None:
    order = await world.orders.start("p", world.ask(1), "k")
    number = part(order.number, "H", 0)
    gave = {"package": "sealed"}
    async with world.work.begin() as unit:
        await change(unit, order, order.moved(hold=Hold.UNKNOWN))
    for stand, confirm in ((Stand.PENDING, gave), (Stand.DONE, {})):
        async with world.work.begin() as unit:
            phone = gave if stand is Stand.PENDING else {}
            await take_channel(unit, Seen("wechat", Step.HOLD, number, stand, order.cap, phone=phone))
        assert (await world.orders.order("p", order.number)).confirm == confirm


async def test_another_persons_order_does_not_exist(world: World) -> None:
    order = await world.start()
    assert await code(world.orders.order("stranger", order.number)) == "NO_SUCH_ORDER"
    assert await code(world.orders.stop("stranger", order.number)) == "NO_SUCH_ORDER"
    assert await world.orders.orders("stranger") == []
    assert [o.number for o in await world.orders.orders(order.person)] == [order.number]


async def test_a_refund_goes_up_to_what_was_taken_and_our_share_comes_back_first(world: World) -> None:
    person, number = await charged(world)
    for _ in range(5):
        await world.happen(1)
    taken = (await world.orders.order(person, number)).order.captured
    assert taken is not None
    assert await code(world.orders.refund(number, Money(taken.fen + 1), "差价", "r1")) == "REFUND_OUT_OF_RANGE"
    assert await code(world.orders.refund(number, Money(0), "差价", "r2")) == "REFUND_OUT_OF_RANGE"
    await world.orders.refund(number, taken, "未充电", "r3")
    refund, back = part(number, "B", 0), part(number, "U", 0)
    for _ in range(5):
        await world.happen(1)
    assert world.channel.effects[refund].stand is Stand.DONE
    assert list(world.channel.effects).index(back) < list(world.channel.effects).index(refund)
    books = await world.books(number)
    assert {account: fen for account, fen in books.items() if fen} == {}
    assert await code(world.orders.refund(number, Money(1), "差价", "r4")) == "REFUND_OUT_OF_RANGE"


async def test_nothing_is_given_back_of_what_was_not_taken(world: World) -> None:
    order = await world.start()
    assert await code(world.orders.refund(order.number, Money(1), "差价", "r5")) == "NOT_CAPTURED"


async def test_two_refunds_at_once_never_give_back_more_than_was_taken(world: World) -> None:
    person, number = await charged(world)
    taken = (await world.orders.order(person, number)).order.captured
    assert taken is not None
    both = [world.orders.refund(number, Money(taken.fen * 2 // 3), "差价", f"both{n}") for n in range(2)]
    ends = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(end, BadInput) for end in ends) == [False, True]
    for _ in range(8):
        await world.happen(1)
    assert (await world.books(number)).get(Account.USER_RECEIVABLE, 0) == 0


async def test_a_refund_is_made_once_for_each_key_of_its_order(world: World) -> None:
    _, number = await charged(world)
    asked = [world.orders.refund(number, Money(100), "差价", "k") for _ in range(10)]
    views = await asyncio.gather(*asked)
    assert {sum(item.step is Step.REFUND for item in view.items) for view in views} == {1}
    assert await code(world.orders.refund(number, Money(101), "差价", "k")) == "KEY_REUSED"
    assert await code(world.orders.refund(number, Money(100), "其他", "k")) == "KEY_REUSED"
    assert await code(world.orders.refund(number, Money(100), "差价", "")) == "IDEMPOTENCY_KEY"
    view = await world.orders.refund(number, Money(100), "差价", "another")
    assert sum(item.step is Step.REFUND for item in view.items) == 2


async def test_a_share_waits_as_long_as_its_channel_wants_and_then_the_rest_is_the_operators(world: World) -> None:
    person, number = await charged(world)
    view = await world.orders.order(person, number)
    (share,) = view.items
    assert (share.step, share.state, view.order.split_after_s) == (Step.SPLIT, Item.NEW, 60)
    world.clock.later(59)
    await world.post()
    assert share.number not in world.channel.effects
    world.clock.later(1)
    await world.post()
    finish = part(number, "F", 0)
    assert list(world.channel.effects)[-2:] == [share.number, finish]
    books = await world.books(number)
    assert books.get(Account.CHANNEL_CLEARING, 0) == books.get(Account.OPERATOR_PAYABLE, 0) == 0
    assert books[Account.COMMISSION_INCOME] == -share.amount.fen


async def test_a_refund_before_the_share_was_split_off_makes_the_share_smaller(world: World) -> None:
    person, number = await charged(world)
    order = (await world.orders.order(person, number)).order
    assert order.captured is not None
    await world.orders.refund(number, Money(order.captured.fen // 2), "差价", "half")
    for _ in range(5):
        await world.happen(1)
    view = await world.orders.order(person, number)
    steps = {item.number[26:]: (item.step, item.state, item.amount.fen) for item in view.items}
    left = order.captured.fen - order.captured.fen // 2
    assert steps["L00"][:2] == (Step.SPLIT, Item.DROPPED)
    assert steps["L01"] == (Step.SPLIT, Item.DONE, left * 55 // 1000)
    assert Step.SPLIT_RETURN not in {item.step for item in view.items}
    assert part(number, "L", 0) not in world.channel.effects
    assert (await world.books(number)).get(Account.CHANNEL_CLEARING, 0) == 0


@pytest.mark.parametrize("stand", [Stand.DONE, Stand.FAILED])
async def test_a_share_goes_back_with_the_refund_where_the_channel_wants_it_so(world: World, stand: Stand) -> None:
    world.channel.returns_with_refund = True
    person, number = await charged(world)
    if stand is Stand.FAILED:
        async with world.work.begin() as unit:
            await take_channel(unit, Seen("wechat", Step.SPLIT, part(number, "L", 0), stand))
    for _ in range(3):
        await world.happen(1)
    taken = (await world.orders.order(person, number)).order.captured
    assert taken is not None
    view = await world.orders.refund(number, taken, "未充电", "all")
    (refund,) = [item for item in view.items if item.step is Step.REFUND]
    assert refund.returned.fen == taken.fen * 55 // 1000
    assert Step.SPLIT_RETURN not in {item.step for item in view.items}
    for _ in range(3):
        await world.happen(1)
    assert world.channel.returned == {refund.number: (refund.returned, part(number, "L", 0))}
    assert {account: fen for account, fen in (await world.books(number)).items() if fen} == {}


async def test_a_refund_that_failed_leaves_the_driver_owing_nothing_and_may_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, number = await charged(world)
    for _ in range(3):
        await world.happen(1)
    taken = (await world.orders.order(person, number)).order.captured
    assert taken is not None

    async def refused(ask: RefundAsk) -> Seen:
        raise ChannelRefused("商户余额不足", "the operator's balance is too low", code="NOT_ENOUGH")

    with monkeypatch.context() as patch:
        patch.setattr(world.channel, "refund", refused)
        await world.orders.refund(number, Money(100), "差价", "first")
        await world.happen(1)
    view = await world.orders.order(person, number)
    assert view.order.problem == "REFUND_FAILED"
    books = await world.books(number)
    assert books.get(Account.USER_RECEIVABLE, 0) == books.get(Account.REFUND_IN_TRANSIT, 0) == 0
    await world.orders.refund(number, taken, "差价", "second")
    for _ in range(3):
        await world.happen(1)
    assert world.channel.effects[part(number, "B", 1)].amount == taken
    assert {account: fen for account, fen in (await world.books(number)).items() if fen} == {}


async def test_nothing_of_an_insolvent_operators_orders_is_passed_on_and_nothing_new_begins(world: World) -> None:
    person, number = await charged(world)
    insolvency, by = Insolvency(world.work, Audit(world.database, world.clock)), Actor("supervisor:li", "test")
    assert await code(insolvency.declare("jinbei", by, " ")) == "REASON_MISSING"
    assert await insolvency.declare("jinbei", by, "破产受理") is True
    assert await insolvency.declare("jinbei", by, "破产受理") is False
    with pytest.raises(Conflict) as refused:
        await world.orders.start("q", world.ask(77), "k")
    assert refused.value.code == "OPERATOR_INSOLVENT"
    for _ in range(3):
        await world.happen(1)
    view = await world.orders.order(person, number)
    assert view.order.held == Held.OPERATOR
    assert [item.state for item in view.items] == [Item.DROPPED]
    assert over(view.order, view.items)
    await world.orders.refund(number, Money(100), "差价", "r")
    await world.happen(1)
    assert world.channel.effects[part(number, "B", 0)].stand is Stand.DONE
    assert Step.SPLIT not in {effect.step for effect in world.channel.effects.values()}
    assert [standing.operator for standing in await insolvency.all() if standing.insolvent_since] == ["jinbei"]
    assert await insolvency.lift("jinbei", by, "重整完成") == 1
    for _ in range(3):
        await world.happen(1)
    view = await world.orders.order(person, number)
    assert view.order.held is None
    done = {item.step for item in view.items if item.state is Item.DONE}
    assert done == {Step.SPLIT, Step.SPLIT_FINISH, Step.REFUND}
    assert (await world.orders.start("q", world.ask(77), "k")).number


async def test_no_step_of_an_order_needs_a_unit_of_its_own(database: Database) -> None:
    await database.create(METADATA)
    house = House(database)
    posting = asyncio.create_task(house.outbox.run())
    try:
        with capture_logs() as logs:
            await asyncio.gather(*(house.order(n) for n in range(8)))
            await house.idle()
    finally:
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
    # What was not read ahead costs a commit of its own, and its letters wait for the next look.
    assert [each["event"] for each in logs if each["event"] in ("group_alone", "letter_left")] == []
