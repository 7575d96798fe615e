"""What a session will cost, before it starts; nobody needs an account to ask."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry
from strawberry.types import Info

from finder.charging.quote import Needs, Quote, QuoteAsk, quote
from finder.errors import BadInput, NotFound
from finder.graphql import types
from finder.graphql.moment import Context
from finder.graphql.types import of
from finder.kernel.money import Money
from finder.stations.model import Connector, Evse, Station


def _fen(name: str) -> Any:
    """An amount in fen; null where a part of it is not known."""

    def view(source: Any) -> int | None:
        money: Money | None = getattr(source, name)
        return None if money is None else money.fen

    return of(view)


def _kwh(source: Any) -> float:
    return float(source.kwh)


def _e4(name: str) -> Callable[[Any], int | None]:
    def view(line: Any) -> int | None:
        price = getattr(line, name)
        return None if price is None else int(price.e4)

    return view


@strawberry.type(description="A piece of the session at one price; amounts in fen, null where the price is unknown.")
class QuoteLine:  # noqa: D101
    starts_at: datetime
    ends_at: datetime
    kwh: float = of(_kwh)
    electricity_e4: int | None = of(_e4("electricity_price"))
    service_e4: int | None = of(_e4("service_price"))
    electricity_fen: int | None = _fen("electricity")
    service_fen: int | None = _fen("service")


@strawberry.type(description="The start that costs least and still ends before one has to leave.")
class CheapestStart:  # noqa: D101
    starts_at: datetime
    total_fen: int | None = _fen("total")
    saves_fen: int | None = _fen("saves")


def _found(resolver: Callable[..., Any], description: str) -> Any:
    return strawberry.field(resolver=resolver, description=description)


def _id(root: strawberry.Parent[Any], info: Info[Context, None]) -> str | None:
    till = info.context.gateway.till
    return till.starts.quote_ids.make(root) if till is not None else None


def _startable(root: strawberry.Parent[Any], info: Info[Context, None]) -> bool:
    till = info.context.gateway.till
    return till is not None and till.starts.startable(root.evse_id)


@strawberry.type(name="Quote", description="A sum is null where a part of it is not known; it is never 0 for unknown.")
class QuoteType:  # noqa: D101
    id: strawberry.ID | None = _found(_id, "To start with, until `validUntil`; null where nothing can be started.")
    startable: bool = _found(_startable, "Whether it can be begun from here, and paid.")
    station_id: strawberry.ID
    evse_id: strawberry.ID
    connector_id: strawberry.ID
    tariff: types.Tariff | None
    starts_at: datetime
    ends_at: datetime
    kwh: float = of(_kwh)
    power_kw: float
    lines: list[QuoteLine]
    electricity_fen: int | None = _fen("electricity")
    service_fen: int | None = _fen("service")
    parking_fen: int | None = _fen("parking")
    parking_text: str | None
    total_fen: int | None = _fen("total")
    cheapest: CheapestStart | None
    made_at: datetime
    valid_until: datetime


@strawberry.input(description="How much energy, or until when; what the vehicle takes, where it is known.")
class QuoteInput:  # noqa: D101
    station_id: strawberry.ID
    evse_id: strawberry.ID
    connector_id: strawberry.ID | None = strawberry.UNSET
    arrive: datetime | None = strawberry.UNSET
    leave_at: datetime | None = strawberry.UNSET
    energy_kwh: float | None = strawberry.UNSET
    room_kwh: float | None = strawberry.UNSET
    ac_kw: float | None = strawberry.UNSET
    dc_kw: float | None = strawberry.UNSET


async def quote_session(info: Info[Context, None], ask: QuoteInput) -> Quote:
    """Raises BadInput for what cannot be asked, NotFound for a station, EVSE or connector that is not there."""
    now = info.context.moment.now
    station = await info.context.gateway.search.station(ask.station_id)
    evse, connector = _plug(station, ask)
    assert station is not None
    needs = Needs(_power(ask.ac_kw), _power(ask.dc_kw), _decimal(ask.room_kwh))
    energy = _decimal(ask.energy_kwh)
    arrive, leave = _time(ask.arrive) or now, _time(ask.leave_at)
    return quote(QuoteAsk(station, evse, connector, arrive, energy, leave, needs), now)


def _plug(station: Station | None, ask: QuoteInput) -> tuple[Evse, Connector]:
    evses: Sequence[Evse] = station.evses if station else ()
    evse = next((each for each in evses if each.id == ask.evse_id), None)
    wanted = ask.connector_id or None
    connector = next((c for c in evse.connectors if wanted in (None, c.id)), None) if evse else None
    if evse is None or connector is None:
        raise NotFound("没有这个充电接口", "there is no such connector", code="NO_SUCH_CONNECTOR")
    return evse, connector


def _decimal(number: float | None) -> Decimal | None:
    return Decimal(str(number)) if number or number == 0 else None


def _power(kw: float | None) -> float | None:
    if not kw and kw != 0:
        return None
    if not 0 < kw <= 2_000:
        raise BadInput("功率应大于 0 且不超过 2000 kW", "a power must be above 0 and at most 2,000 kW", code="POWER")
    return kw


def _time(moment: datetime | None) -> datetime | None:
    if moment and moment.tzinfo is None:
        raise BadInput("时间应带时区，如 +08:00", "a time needs its zone, such as +08:00", code="TIME_ZONE")
    return moment or None
