"""What goes wrong around one order, each by itself, on SQLite and on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from finder.charging.effects import handlers
from finder.charging.machines import Capture, Hold, Session
from finder.charging.news import bill_needs, take_bill, take_channel
from finder.charging.order import Order
from finder.connectors.sdk.control import SessionRef
from finder.connectors.sdk.sessions import Bill, BillLine
from finder.errors import BadInput, ChannelUnavailable
from finder.kernel.ids import part
from finder.kernel.money import Money, UnitPrice
from finder.money.channels.port import Stand, Step
from finder.money.ledger import Edge, lines
from finder.stations.model import Tariff, TariffPeriod
from finder.storage.database import Database
from finder.storage.outbox import Outbox
from tests.contract.databases import database, postgres_url
from tests.faults.charging_world import World, replace_total
from tests.faults.kills.tree import front
from tests.faults.kills.wire import DriverAsk
from tests.faults.test_charging_simulation import prove, prove_order, settle
from tests.protocol.serving import serving

__all__ = ["database", "postgres_url"]
NIGHT, DAY = UnitPrice(3_000), UnitPrice(9_000)
BY_NIGHT = Tariff(
    id="tou",
    periods=(
        TariffPeriod(start=0, end=7 * 60, electricity=NIGHT, service=UnitPrice(4_000)),
        TariffPeriod(start=7 * 60, end=23 * 60, electricity=DAY, service=UnitPrice(5_000)),
        TariffPeriod(start=23 * 60, end=1440, electricity=NIGHT, service=UnitPrice(4_000)),
    ),
)


@pytest.fixture
def world(database: Database) -> World:
    return World(database, seed=1, trouble=0)


async def now(world: World, order: Order) -> Order:
    return (await world.orders.order(order.person, order.number)).order


async def charging(world: World, **changes: Any) -> Order:
    """An order whose car charges."""
    world.drivers += 1
    ask = msgspec.structs.replace(world.ask(world.drivers), **changes)
    order = await world.orders.start(f"p{world.drivers}", ask, "k")
    for _ in range(50):
        if order.session is Session.CHARGING:
            return order
        await world.happen(1)
        order = await now(world, order)
    raise AssertionError("it never began")


async def test_fifty_starts_under_one_key_over_http_are_one_session(world: World) -> None:
    async with (
        serving(front(world.work, world.orders)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http,
    ):
        body = msgspec.json.encode(DriverAsk("p", "same"))
        answers = await asyncio.gather(*(http.post("/start", content=body) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
    for _ in range(5):
        await world.happen(1)
    assert len(await world.all()) == len(world.operator.sessions) == 1
    assert sum(effect.step is Step.HOLD for effect in world.channel.effects.values()) == 1


@pytest.mark.parametrize("refund_first", [True, False])
async def test_a_refund_that_races_the_capture_is_of_what_was_taken_or_is_refused(
    world: World, *, refund_first: bool
) -> None:
    order = await charging(world)
    await world.operator.stop(SessionRef(order.number, order.evse_id))
    await world.hear()
    world.outbox = Outbox(world.work, handlers(world.outside))
    both = [world.orders.refund(order.number, Money(1), "差价", "k"), world.outbox.step()]
    ends = await asyncio.gather(*(both if refund_first else reversed(both)), return_exceptions=True)
    for end in ends:
        assert not isinstance(end, BaseException) or (isinstance(end, BadInput) and end.code == "NOT_CAPTURED")
    await settle(world)
    await prove(world)
    await prove_order(world, await now(world, order))


async def test_a_bill_three_times_with_two_totals_is_taken_once_and_told_to_a_person(world: World) -> None:
    order = await charging(world)
    await world.operator.stop(SessionRef(order.number, order.evse_id))
    world.operator.news.clear()
    bill = world.operator.billed[order.number]
    told = [bill, replace_total(bill, bill.total.fen + 7), bill]

    async def hear(one: Bill) -> None:
        await world.work.do(lambda unit: take_bill(unit, order.number, one), *bill_needs(order.number, one))

    await asyncio.gather(*(hear(each) for each in told))
    world.operator.contradicted.add(order.number)
    await settle(world)
    paid = await now(world, order)
    assert (paid.problem, paid.captured) == ("SECOND_BILL", bill.total)
    async with world.work.read() as connection:
        billed = {line.key for line in await lines(connection, order.number) if line.edge is Edge.BILL}
    assert len(billed) == 1
    await prove_order(world, paid)


async def test_a_hold_that_ends_while_the_car_charges_stops_it_and_a_payment_collects(world: World) -> None:
    order = await charging(world)
    hold = part(order.number, "H", 0)
    world.channel.effects[hold].stand = Stand.EXPIRED
    async with world.work.begin() as unit:
        await take_channel(unit, await world.channel.query(Step.HOLD, hold, hold, "m1"))
    await settle(world)
    paid = await now(world, order)
    assert world.operator.sessions[order.number].ended_at is not None
    assert (paid.hold, paid.session, paid.capture) == (Hold.EXPIRED, Session.BILLED, Capture.CAPTURED)
    assert paid.capture_number == part(order.number, "P", 0)
    await prove_order(world, paid)


def over_midnight(order: Order, after_midnight: UnitPrice) -> Bill:
    """From 22:30 to 00:30 in Shanghai, over the price's change at 23:00."""
    begun = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    cuts = [begun, begun + timedelta(minutes=30), begun + timedelta(minutes=90), begun + timedelta(minutes=120)]
    prices = [(DAY, UnitPrice(5_000)), (NIGHT, UnitPrice(4_000)), (after_midnight, UnitPrice(4_000))]
    pieces = [
        BillLine(
            started_at=cuts[n],
            ended_at=cuts[n + 1],
            kwh=Decimal("5.55"),
            electricity=electricity.line(Decimal("5.55")),
            service=service.line(Decimal("5.55")),
        )
        for n, (electricity, service) in enumerate(prices)
    ]
    columns = [piece.electricity for piece in pieces], [piece.service for piece in pieces]
    parts = [sum(part.fen for part in column if part) for column in columns]
    return Bill(
        source="jinbei",
        native_id="over-midnight",
        order=order.number,
        started_at=cuts[0],
        ended_at=cuts[-1],
        kwh=Decimal("16.65"),
        electricity=Money(parts[0]),
        service=Money(parts[1]),
        total=Money(sum(parts)),
        lines=tuple(pieces),
    )


@pytest.mark.parametrize("right", [True, False])
async def test_a_session_over_midnight_and_a_change_of_price_pays_each_piece_at_its_price(
    world: World, *, right: bool
) -> None:
    order = await charging(world, tariff=BY_NIGHT)
    bill = over_midnight(order, NIGHT if right else DAY)
    await world.work.do(lambda unit: take_bill(unit, order.number, bill), *bill_needs(order.number, bill))
    for _ in range(5):
        await world.happen(1)
    paid = await now(world, order)
    assert paid.captured == over_midnight(order, NIGHT).total
    assert paid.problem == (None if right else "BILL_LINE")
    assert sum((await world.books()).values()) == 0


async def test_a_channel_that_is_down_for_an_hour_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise ChannelUnavailable("渠道无应答", "no answer")

    before = [await charging(world) for _ in range(3)]
    with monkeypatch.context() as down:
        for name in ("hold", "capture", "pay", "release", "refund", "split", "query"):
            down.setattr(world.channel, name, away)
        during = [await world.start() for _ in range(3)]
        for _ in range(60):
            await world.happen(1)
        waiting = [await now(world, order) for order in before]
        assert {(order.session, order.captured) for order in waiting} == {(Session.BILLED, None)}
        assert {(await now(world, order)).session for order in during} == {Session.IDLE}
    await settle(world)
    await prove(world)
    for order in (*before, *during):
        ended = await now(world, order)
        assert (ended.session, ended.capture) == (Session.BILLED, Capture.CAPTURED)
        await prove_order(world, ended)
    assert await world.outbox.dead() == []
