"""How likely a bay is free at hours to come, and where a holiday will make them scarce; open to everybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from finder.errors import BadInput, NotFound, Unavailable
from finder.graphql.moment import Context
from finder.graphql.ports import ForecastSeen
from finder.graphql.types import of, plain
from finder.live.forecast.gatherings import WARNED_DAYS, Gathering
from finder.live.forecast.outlook import Hidden, Outlook
from finder.stations.model import Station

MAX_HOURS = 72
MAX_AHEAD = timedelta(days=7)
MAX_WARNED_DAYS = 60

strawberry.enum(Hidden, description="Why no forecast is shown.")


@dataclass(frozen=True, slots=True)
class ForecastView:
    """A station's hours in a row, in the reader's language."""

    station: Station
    hours: Sequence[Outlook]
    language: str

    @property
    def hidden(self) -> Hidden | None:
        """The first reason, where no hour can be told."""
        told = [hour.hidden for hour in self.hours]
        return told[0] if all(told) else None


@strawberry.type(description="One hour: all three are null, or none is.")
class ForecastHour:  # noqa: D101
    starts_at: datetime
    likely_free: float | None = plain("How likely a bay is free at a moment of this hour, 0 to 1; calibrated.")
    typical_free: int | None = plain("How many bays usually are free in like hours.")
    bays: int


def _text(view: ForecastView) -> str | None:
    return None if view.hidden is None else view.hidden.text(view.language)


@strawberry.type(description="What is foretold of a station; where it is hidden, `why` says so in words.")
class Forecast:  # noqa: D101
    station_id: strawberry.ID = of(lambda view: view.station.id)
    hours: list[ForecastHour]
    hidden: Hidden | None
    why: str | None = of(_text)


@dataclass(frozen=True, slots=True)
class WarningView:
    """A gathering, in the reader's language."""

    gathering: Gathering
    language: str


def _name(view: WarningView) -> str:
    span = view.gathering.holiday
    return span.name_zh if view.language.lower().startswith("zh") else span.name_en


def _share(name: str) -> Callable[[WarningView], float]:
    def view(source: WarningView) -> float:
        return round(float(getattr(source.gathering, name)), 3)

    return view


@strawberry.type(description="Where bays will be scarce on a public holiday, by what was seen on earlier ones.")
class HolidayWarning:  # noqa: D101
    place: strawberry.ID = of(lambda view: view.gathering.place, "The county, GB/T 2260.")
    holiday: str = of(_name)
    first: date = of(lambda view: view.gathering.holiday.first)
    last: date = of(lambda view: view.gathering.holiday.last)
    taken: float = of(_share("taken"), "The share of bays that were taken on those holidays, 0 to 1.")
    usual: float = of(_share("usual"), "The same in the four weeks before each.")
    full: float = of(_share("full"), "The share of time in which a station there had no free bay.")
    stations: int = of(lambda view: view.gathering.stations, "How many were watched.")
    seen_on: list[date] = of(lambda view: view.gathering.seen_on, "The first days of the holidays compared.")


Ask = Info[Context, None]


def _forecast(info: Ask) -> ForecastSeen:
    told = info.context.gateway.forecast
    if told is None:
        raise Unavailable("本站未开启预测", "there is no forecast here", code="NO_FORECAST")
    return told


async def forecast(
    info: Ask,
    station_id: Annotated[strawberry.ID, strawberry.argument(name="stationId")],
    at: datetime | None = strawberry.UNSET,
    hours: int = 1,
) -> ForecastView:
    """Raises BadInput for a time or a number out of range, NotFound for a station that is not there."""
    told, now = _forecast(info), info.context.moment.now
    if not 1 <= hours <= MAX_HOURS:
        raise BadInput(
            f"hours 应为 1 至 {MAX_HOURS}", f"hours must be from 1 to {MAX_HOURS}", code="HOURS_OUT_OF_RANGE"
        )
    begin = at or now
    if begin.tzinfo is None:
        raise BadInput("时间应带时区，如 +08:00", "a time needs its zone, such as +08:00", code="TIME_ZONE")
    if not now - timedelta(hours=1) <= begin <= now + MAX_AHEAD - timedelta(hours=hours - 1):
        raise BadInput(
            "只能预测从现在起七天之内", "only the seven days from now can be foretold", code="TIME_OUT_OF_RANGE"
        )
    info.context.spend(hours)
    station = await info.context.gateway.search.station(station_id)
    if station is None:
        raise NotFound("没有这个充电站", "there is no such station", code="NO_SUCH_STATION")
    outlooks = [told.outlook(station, begin + timedelta(hours=n)) for n in range(hours)]
    return ForecastView(station, outlooks, info.context.language)


async def holiday_warnings(info: Ask, within_days: int = WARNED_DAYS) -> list[WarningView]:
    """Raises BadInput for a number out of range."""
    if not 1 <= within_days <= MAX_WARNED_DAYS:
        raise BadInput(
            f"withinDays 应为 1 至 {MAX_WARNED_DAYS}",
            f"withinDays must be from 1 to {MAX_WARNED_DAYS}",
            code="DAYS_OUT_OF_RANGE",
        )
    found: Sequence[Any] = _forecast(info).gatherings(within_days)
    return [WarningView(each, info.context.language) for each in found]
