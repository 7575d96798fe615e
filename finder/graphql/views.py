"""How the model is shown: pure functions from a source and a moment to what the schema calls it.

The schema's resolvers and the compiler call the same functions, so the two cannot differ in meaning.
A function of the source alone is static: its value may be kept as long as the source is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from finder.graphql.moment import Moment
from finder.graphql.ports import About, FailureKind, FailureSeen, FeedSeen, FindingSeen, QualitySeen
from finder.kernel.geo import Point, gcj02_from_wgs84
from finder.live.board import BoardHealth
from finder.live.model import Change, Status
from finder.stations.model import Provenance, SourceId, Station, Tariff, TariffPeriod
from finder.stations.search import BoxPage, Counted, Found, Page

FINDINGS_SHOWN = 100


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC, with microseconds where there are any."""
    return orjson.dumps(moment.astimezone(UTC), option=orjson.OPT_UTC_Z)[1:-1].decode()


def seconds(age_s: float | None) -> float | None:
    """An age to a tenth of a second; never below 0, which clocks that differ would give."""
    return None if age_s is None else max(0.0, round(age_s, 1))


def since(moment: Moment, then: datetime | None) -> float | None:
    """The age of that time, in seconds."""
    return None if then is None else seconds((moment.now - then).total_seconds())


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the live facts of an answer are."""

    answered_at: datetime
    oldest_status_age_s: float | None
    unknown_evses: int
    board_connected: bool


@dataclass(frozen=True, slots=True)
class PartialFailure:
    """A feed in trouble, in the reader's language."""

    operator: str
    name: str
    kind: FailureKind
    code: str
    message: str
    since: datetime
    retryable: bool


@dataclass(slots=True)
class Availability:
    """EVSEs by status."""

    total: int = 0
    available: int = 0
    occupied: int = 0
    charging: int = 0
    reserved: int = 0
    blocked: int = 0
    faulted: int = 0
    offline: int = 0
    unknown: int = 0
    oldest_at: datetime | None = None  # of those believed
    newest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriceNow:
    """The price of this minute, in 1/10,000 yuan per kWh."""

    electricity_e4: int
    service_e4: int
    total_e4: int
    until: int


class Connection(NamedTuple):
    """A page of stations with what every answer carries."""

    page: Page
    failures: Sequence[FailureSeen]
    health: BoardHealth


@dataclass(frozen=True, slots=True)
class BoxAnswer:
    """A map's answer with what every answer carries."""

    box: BoxPage
    failures: Sequence[FailureSeen]
    health: BoardHealth

    @property
    def page(self) -> Page:
        """The stations' page; empty where clusters are shown."""
        return self.box.page


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed with its own failures."""

    feed: FeedSeen
    failures: Sequence[FailureSeen]
    judge: Callable[[SourceId], QualitySeen]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A flip, and the station at which it happened."""

    change: Change
    station: Station


def quality(view: FeedView) -> QualitySeen:
    """Worked out only where it is asked for."""
    return view.judge(view.feed.source)


def missing(seen: QualitySeen) -> list[tuple[str, int]]:
    """The facts that most stations lack first."""
    return sorted(seen.missing.items(), key=lambda each: (-each[1], each[0]))


def findings(seen: QualitySeen) -> Sequence[FindingSeen]:
    """The newest, as many as one can read."""
    return seen.findings[:FINDINGS_SHOWN]


def finding_message(finding: FindingSeen, moment: Moment) -> str:
    """In the reader's language."""
    return finding.text(moment.language)


def availability(station: Station, moment: Moment) -> Availability:
    """Counts the station's EVSEs by what may be believed."""
    now = moment.station(station)
    counts = Availability(total=len(now.readings), oldest_at=now.oldest_at, newest_at=now.newest_at)
    for reading in now.readings:
        name = _COUNTER[reading.status]
        setattr(counts, name, getattr(counts, name) + 1)
    return counts


_COUNTER = {status: status.value.lower() for status in Status}


def price_now(station: Station, moment: Moment) -> PriceNow | None:
    """The one price, or None where a connector's is unknown or two differ."""
    named = {connector.tariff_id for evse in station.evses for connector in evse.connectors}
    known: dict[str | None, Tariff] = {tariff.id: tariff for tariff in reversed(station.tariffs)}
    if len(station.tariffs) == 1:
        known[None] = station.tariffs[0]
    if not named <= known.keys():
        return None
    prices = set()
    until = 1440
    for tariff in {id(known[name]): known[name] for name in named}.values():
        period = tariff.at(moment.minute_of_day(tariff.zone))
        if period is None:
            return None
        prices.add((period.electricity.e4, period.service.e4))
        until = min(until, _until(period, tariff.periods))
    if len(prices) != 1:
        return None
    electricity, service = prices.pop()
    return PriceNow(electricity, service, electricity + service, until)


def _until(now: TariffPeriod, periods: Sequence[TariffPeriod]) -> int:
    end = now.end
    for period in periods:
        if period.start == end and (period.electricity, period.service) == (now.electricity, now.service):
            end = period.end
    return end


def open_now(station: Station, moment: Moment) -> bool | None:
    """Whether it is open this minute; None where nobody said."""
    return None if station.hours is None else station.hours.open_at(moment.minute_of_week)


def max_power_kw(station: Station) -> float | None:
    """The strongest connector; None where no power is known."""
    powers = [c.power_kw for evse in station.evses for c in evse.connectors if c.power_kw is not None]
    return max(powers, default=None)


def gcj02(station: Station) -> Point:
    """The place as Chinese maps draw it, to a tenth of a metre."""
    shifted = gcj02_from_wgs84(station.place)
    return Point(round(shifted.lat, 6), round(shifted.lon, 6))


def feed_name(provenance: Provenance, moment: Moment) -> str:
    """As people call the feed; its id where nobody named it, as for an imported file."""
    return moment.feed_name(provenance.source)


def freshness(answer: Connection | BoxAnswer, moment: Moment) -> Freshness:
    """Over every EVSE of the answer's stations."""
    unknown, oldest = 0, None
    for found in answer.page.found:
        now = moment.station(found.station)
        unknown += now.unknown
        if now.oldest_at is not None and (oldest is None or now.oldest_at < oldest):
            oldest = now.oldest_at
    return Freshness(moment.now, since(moment, oldest), unknown, answer.health.connected)


def partial_failures(view: Connection | BoxAnswer | FeedView, moment: Moment) -> list[PartialFailure]:
    """In the reader's language."""
    return [
        PartialFailure(
            operator=failure.source,
            name=failure.name,
            kind=FailureKind(failure.kind),
            code=failure.code,
            message=failure.error.text(moment.language),
            since=failure.since,
            retryable=failure.retryable,
        )
        for failure in view.failures
    ]


def distance(found: Found) -> float | None:
    """Metres, to a tenth."""
    return None if found.distance_m is None else round(found.distance_m, 1)


def cluster_id(counted: Counted) -> str:
    """zoom/x/y of the tile."""
    return "{}/{}/{}".format(*counted.cluster.tile)


def notice(about: About, moment: Moment) -> str | None:
    """In the reader's language."""
    return about.notice_zh if moment.language.startswith("zh") else about.notice_en
