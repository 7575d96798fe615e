"""Charging orders: begun, ended and followed by the one who pays for them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry.types import Info

from finder.charging.check import check_bill
from finder.charging.machines import Item
from finder.charging.order import OrderItem
from finder.charging.orders import OrderView
from finder.charging.readings import Reading as MeterReading
from finder.charging.stage import Stage, minutes_left, so_far, stage, stop_reason
from finder.charging.starting import Plug, StartWanted
from finder.connectors.sdk.sessions import Bill
from finder.graphql import aftercare, types
from finder.graphql.moment import Context
from finder.graphql.pages import check_first
from finder.graphql.types import at, of, plain
from finder.kernel.money import Money
from finder.money.channels.port import Step

Ask = Info[Context, None]
MAX_ORDERS = 100
strawberry.enum(Stage, name="OrderStage", description="A step on the way from the tap to the paid bill.")


def _fen(money: Money | None) -> int | None:
    return None if money is None else money.fen


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _order(name: str) -> Any:
    return of(lambda view: getattr(view.order, name))


def _amount(name: str, description: str | None = None) -> Any:
    return of(lambda view: _fen(getattr(view.order, name)), description)


def _after(resolver: Callable[..., Any], description: str) -> Any:
    return strawberry.field(resolver=resolver, description=description)


def _seen(name: str, description: str | None = None) -> Any:
    def view(shown: "Shown") -> Any:
        told = getattr(shown.order.seen, name, None)
        return _number(told) if isinstance(told, Decimal) else told

    return of(view, description)


@dataclass(frozen=True, slots=True)
class PayWay:
    """A channel by which orders here are paid."""

    name: str
    title: str
    title_en: str
    practice: bool


TITLES = {"wechat": ("微信支付", "WeChat Pay"), "alipay": ("支付宝", "Alipay")}


@strawberry.type(description="A way to pay.")
class PayChannel:  # noqa: D101
    name: strawberry.ID
    title: str
    title_en: str
    practice: bool = plain("Nobody pays anything here: it is to practise on.")


@strawberry.type(description="What a code at a pile names.")
class ScannedPlug:  # noqa: D101
    station_id: strawberry.ID = of(lambda plug: plug.station.id)
    station_name: str = of(lambda plug: plug.station.name)
    evse_id: strawberry.ID = of(lambda plug: plug.evse.id)
    connector_id: strawberry.ID = of(lambda plug: plug.connector.id)
    startable: bool = plain("Whether a session can be begun from here, and paid.")


@strawberry.type(description="What the meter said.")
class Reading:  # noqa: D101
    at: datetime
    kwh: float | None = of(lambda reading: _number(reading.kwh), "So far.")
    kw: float | None = of(lambda reading: _number(reading.kw))
    soc: float | None


@strawberry.type(description="With what the channel's application is opened.")
class ConfirmField:  # noqa: D101
    name: str
    value: str = strawberry.field(description="As the channel gave it.")


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill, and what of it is paid."""

    bill: Bill
    pays: Money
    findings: list[str]


@strawberry.type(description="The operator's bill, held against the price at which the order was begun.")
class OrderBill:  # noqa: D101
    total_fen: int = of(lambda view: view.bill.total.fen, "What the operator asks for.")
    pay_fen: int = of(lambda view: view.pays.fen, "What is paid of it; the rest is disputed with the operator.")
    electricity_fen: int | None = of(lambda view: _fen(view.bill.electricity))
    service_fen: int | None = of(lambda view: _fen(view.bill.service))
    parking_fen: int | None = of(lambda view: _fen(view.bill.parking))
    kwh: float = of(lambda view: float(view.bill.kwh))
    findings: list[str] = plain("Why not all of it is paid: LINE, LINES_SUM, ENERGY_SUM, NO_TARIFF, ABOVE_CAP.")


@strawberry.type(description="Money that is given back.")
class Refund:  # noqa: D101
    amount_fen: int = of(lambda item: item.amount.fen)
    state: strawberry.ID = of(lambda item: item.state.value, "NEW, SENT, UNKNOWN, DONE, FAILED or ABNORMAL.")
    reason: str = of(lambda item: item.note)


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as its owner sees it; `station_id` is None where the station is no longer there."""

    view: OrderView
    station_id: str | None

    @property
    def order(self) -> Any:
        """The order itself."""
        return self.view.order

    @property
    def person(self) -> str:
        """Whose it is, for the policy."""
        return self.view.order.person


def _reason(shown: Shown) -> str | None:
    told = stage(shown.view.order)
    if told is Stage.NOT_STARTED:
        return shown.view.order.reason
    return shown.view.order.problem if told is Stage.NEEDS_A_PERSON else None


def _so_far(shown: Shown) -> int | None:
    return _fen(so_far(shown.view.order.seen))


def _left(shown: Shown, moment: Any) -> int | None:
    return minutes_left(shown.view.readings, moment.now) if stage(shown.view.order) is Stage.CHARGING else None


def _bill(shown: Shown) -> BillView | None:
    order, bill = shown.view.order, shown.view.bill
    if bill is None or order.pays is None:
        return None
    return BillView(bill, order.pays, [each.value for each in check_bill(bill, order.tariff, order.cap).wrong])


def _refunds(shown: Shown) -> list[OrderItem]:
    return [item for item in shown.view.items if item.step is Step.REFUND]


def _refunded(shown: Shown) -> int:
    return sum(item.amount.fen for item in _refunds(shown) if item.state is Item.DONE)


def _readings(shown: Shown) -> list[MeterReading]:
    return list(shown.view.readings)


@strawberry.type(description="One charging, from the tap to the paid bill. Amounts in fen; null where it is not known.")
class Order:  # noqa: D101
    number: strawberry.ID = _order("number")
    stage: Stage = of(lambda shown: stage(shown.view.order))
    reason: str | None = of(_reason, "A code, where nothing was started or a person must look.")
    stop_reason: str | None = of(
        lambda shown: stop_reason(shown.view.order, shown.view.bill),
        "Why charging was ended: CAP_REACHED where the most that one agreed to was used up; NOT_HELD, MOVED_ON, "
        "TOO_LATE, NOT_ME or UNBOUND; USER, VEHICLE, FAULT or UNPLUGGED; null while it runs, and where nobody said.",
    )
    station_id: strawberry.ID | None
    station_name: str = of(lambda shown: shown.view.order.title)
    operator: strawberry.ID = _order("operator")
    evse_id: strawberry.ID = _order("evse_id")
    connector_id: strawberry.ID | None = _order("connector_id")
    channel: strawberry.ID = _order("channel")
    created_at: datetime = _order("created_at")
    started_at: datetime | None = _seen("started_at")
    ended_at: datetime | None = _seen("ended_at")
    observed_at: datetime | None = _seen("observed_at", "When the operator last said how it goes.")
    cap_fen: int = _amount("cap", "The most that will be paid.")
    kwh: float | None = _seen("kwh")
    kw: float | None = _seen("kw")
    soc: float | None = _seen("soc")
    fen_so_far: int | None = of(_so_far)
    minutes_left: int | None = at(_left, "To 80 %, and from there to full; null where the car does not tell.")
    readings: list[Reading] = of(_readings, "The oldest first, at most 500.")
    confirm: list[ConfirmField] = of(
        lambda shown: [ConfirmField(name=name, value=value) for name, value in shown.view.confirm.items()],
        "While the driver still has to agree, or to pay, in the channel's application.",
    )
    tariff: types.Tariff | None = of(lambda shown: shown.view.order.tariff, "As it was when the order was begun.")
    bill: OrderBill | None = of(_bill)
    captured_fen: int | None = _amount("captured")
    refunded_fen: int = of(_refunded)
    refunds: list[Refund] = of(_refunds)
    invoices: list[aftercare.Invoice] = _after(aftercare.order_invoices, "With a line for it, the newest first.")
    dispute: aftercare.Dispute | None = _after(aftercare.order_dispute, "The newest that one has opened.")
    parking_entitlement: aftercare.ParkingEntitlement | None = _after(
        aftercare.order_parking, "Null where no car park is told."
    )


@strawberry.input(description="What to start, one of `quoteId` and `qr`, and how it is paid.")
class StartInput:  # noqa: D101
    quote_id: strawberry.ID | None = None
    qr: str | None = None
    channel: strawberry.ID
    agreement_id: strawberry.ID | None = None
    cap_fen: int
    idempotency_key: str


def _shown(info: Ask, view: OrderView) -> Shown:
    return Shown(view, info.context.till.starts.station_of(view.order.evse_id))


async def _found(info: Ask, number: str) -> Shown:
    caller = await info.context.caller()
    return _shown(info, await info.context.till.orders.order(caller.person, number))


async def pay_channels(info: Ask) -> list[PayWay]:
    """Those that are open here; none where nothing can be paid."""
    till = info.context.gateway.till
    named = till.starts.channels if till is not None else ()
    practice = info.context.gateway.about.practice
    return [PayWay(name, *TITLES.get(name, (name, name)), practice) for name in named]


async def scanned(info: Ask, code: str) -> Plug:
    """Raises BadInput, NotFound."""
    return await info.context.till.starts.scanned(code)


async def order(info: Ask, number: strawberry.ID) -> Shown:
    """Raises NotFound, for another's order too."""
    return await _found(info, number)


async def orders(info: Ask, first: int = 20) -> list[Shown]:
    """The newest first."""
    check_first(first, MAX_ORDERS)
    info.context.spend(first)
    caller = await info.context.caller()
    return [_shown(info, view) for view in await info.context.till.orders.views(caller.person, first)]


async def start_charging(info: Ask, ask: StartInput) -> Shown:
    """Raises BadInput, NotFound; see charging.starting."""
    caller = await info.context.caller()
    wanted = StartWanted(
        quote_id=ask.quote_id,
        code=ask.qr,
        channel=ask.channel,
        agreement=ask.agreement_id,
        cap=Money(ask.cap_fen),
    )
    begun = await info.context.till.starts.start(caller, wanted, ask.idempotency_key)
    return await _found(info, begun.number)


async def stop_charging(info: Ask, number: strawberry.ID) -> Shown:
    """Raises NotFound."""
    caller = await info.context.caller()
    await info.context.till.orders.stop(caller.person, number)
    return await _found(info, number)


async def order_progressed(info: Ask, number: strawberry.ID) -> AsyncIterator[Shown]:
    """Raises NotFound, for another's order too."""
    found = await _found(info, number)
    async for _ in info.context.till.progress.follow(found.view.order.number):
        info.context.renew()
        yield await _found(info, number)
