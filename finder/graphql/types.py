"""The schema's types over the model: each field is an attribute of its source or one of the views."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

import strawberry
from strawberry.types import Info

from finder.graphql import experience as said
from finder.graphql import views
from finder.graphql.moment import Moment
from finder.graphql.ports import FailureKind
from finder.graphql.writers import write_tenths
from finder.live.model import Status
from finder.stations.model import (
    Access,
    Amenity,
    Attribute,
    ConnectorType,
    Construction,
    Current,
    ParkingFee,
    StationState,
)

# Keys of a field's metadata, which the compiler reads. TEXT is the shortest way to the same JSON as the view's.
STATIC, LIVE, AGE, TEXT = "finder.static", "finder.live", "finder.age", "finder.text"

for _enum in (
    *(Status, ConnectorType, Current, StationState, Construction),
    *(ParkingFee, Access, Attribute, Amenity, FailureKind),
):
    strawberry.enum(_enum)


def of(view: Callable[[Any], Any], description: str | None = None, text: Callable[[Any], str] | None = None) -> Any:
    """A field that is a function of its source alone."""

    def resolve(root: strawberry.Parent[Any]) -> Any:
        return view(root)

    return strawberry.field(resolver=resolve, metadata={STATIC: view, TEXT: text}, description=description)


def at(view: Callable[[Any, Moment], Any], description: str | None = None) -> Any:
    """A field that is a function of its source and of the moment.

    Inside a Station it may change only with the minute or with what the board says, and not with the language:
    what was written is used again until then.
    """

    def resolve(root: strawberry.Parent[Any], info: Info[Any, Any]) -> Any:
        return view(root, info.context.moment)

    return strawberry.field(resolver=resolve, metadata={LIVE: view}, description=description)


def age(then: Callable[[Any], datetime | None], description: str | None = None) -> Any:
    """A field that is the age, in seconds, of a time that its source tells."""

    def resolve(root: strawberry.Parent[Any], info: Info[Any, Any]) -> Any:
        return views.since(info.context.moment, then(root))

    return strawberry.field(resolver=resolve, metadata={AGE: then}, description=description)


def plain(description: str) -> Any:
    """A field that is its source's attribute of the same name."""
    return strawberry.field(description=description)


@strawberry.type
class Location:  # noqa: D101
    lat: float
    lon: float


@strawberry.type
class Operator:  # noqa: D101
    id: strawberry.ID
    name: str
    name_en: str | None
    phone: str | None
    website: str | None


@strawberry.type(description="EVSEs by status; `total` is their sum.")
class Availability:  # noqa: D101
    total: int
    available: int
    occupied: int
    charging: int
    reserved: int
    blocked: int
    faulted: int
    offline: int
    unknown: int
    oldest_age_s: float | None = age(
        attrgetter("oldest_at"), "Seconds since the oldest believed status here; null where none is believed."
    )
    newest_age_s: float | None = age(
        attrgetter("newest_at"),
        "Seconds since the newest sight of any EVSE here, believed or not; null where never seen.",
    )


@strawberry.type
class Connector:  # noqa: D101
    id: strawberry.ID
    type: ConnectorType
    current: Current | None
    power_kw: float | None
    voltage_v: float | None
    current_a: float | None
    tariff_id: strawberry.ID | None


@strawberry.type
class Live:  # noqa: D101
    status: Status
    last_seen: Status = plain("What was last seen, even where it is too old to believe.")
    observed_at: datetime | None
    age_s: float | None = age(attrgetter("observed_at"))
    source: strawberry.ID | None
    stale: bool


@strawberry.type(description="Citizens saw a car there that does not charge.")
class BlockedBay:  # noqa: D101
    since: datetime
    until: datetime
    by: list[str] = plain("On what it rests: CITIZENS, SENSOR, TRUSTED; never who.")


@strawberry.type(description="One citizen said so, and nothing bears it out: the status is unchanged.")
class ReportedBay:  # noqa: D101
    seen_at: datetime
    until: datetime
    kind: str = plain("FUEL_CAR or PARKED_NOT_CHARGING.")


@strawberry.type
class Evse:  # noqa: D101
    id: strawberry.ID
    label: str | None
    equipment_id: str | None
    connectors: list[Connector]
    live: Live = at(lambda evse, moment: moment.reading(evse))
    blocked_bay: BlockedBay | None = at(lambda evse, moment: moment.reading(evse).block)
    reported_bay: ReportedBay | None = at(lambda evse, moment: moment.said_once(evse))


@strawberry.type(description="Half-open, minutes of the local day; prices per kWh in 1/10,000 yuan.")
class TariffPeriod:  # noqa: D101
    start: int
    end: int
    electricity_e4: int = of(lambda period: period.electricity.e4)
    service_e4: int = of(lambda period: period.service.e4)
    total_e4: int = of(lambda period: period.electricity.e4 + period.service.e4)


@strawberry.type
class Tariff:  # noqa: D101
    id: strawberry.ID
    periods: list[TariffPeriod]
    text: str | None
    zone: str


@strawberry.type
class PriceNow:  # noqa: D101
    electricity_e4: int
    service_e4: int
    total_e4: int
    until: int = plain("Minutes of the local day at which another price begins.")


@strawberry.type
class OpeningHours:  # noqa: D101
    text: str | None
    always_open: bool
    spans: list[list[int]]


@strawberry.type
class Photo:  # noqa: D101
    url: str
    caption: str | None


@strawberry.type
class Provenance:  # noqa: D101
    source: strawberry.ID
    name: str = at(views.feed_name)
    native_id: str
    fetched_at: datetime
    updated_at: datetime | None
    age_s: float = age(attrgetter("fetched_at"))
    licence: str | None


@strawberry.type
class Station:  # noqa: D101
    id: strawberry.ID
    name: str
    name_en: str | None
    operator: Operator
    location: Location = of(lambda station: station.place)
    gcj02: Location = of(
        views.gcj02,
        "The same place as Chinese maps draw it (GCJ-02), only to hand over to a navigation application.",
    )
    address: str | None
    area_code: str | None
    state: StationState
    construction: Construction
    evses: list[Evse]
    availability: Availability = at(views.availability)
    tariffs: list[Tariff]
    price_now: PriceNow | None = at(
        views.price_now,
        "The one price of this minute, where every connector has the same; null where prices are unknown or differ.",
    )
    parking_fee: ParkingFee
    parking_text: str | None
    access: Access
    access_note: str | None
    hours: OpeningHours | None
    open_now: bool | None = at(views.open_now, "Null where nobody said when it opens.")
    amenities: list[Amenity]
    attributes: list[Attribute]
    photos: list[Photo]
    phone: str | None
    guide: str | None
    practice: bool = plain("Made for practice: nobody can charge here (演示数据).")
    provenance: list[Provenance]
    max_power_kw: float | None = of(views.max_power_kw)
    experience: said.StationExperience | None = at(said.of_station, "What drivers say who were there.")


@strawberry.type
class StationEdge:  # noqa: D101
    cursor: str = of(attrgetter("cursor"), text=lambda found: f'"{found.cursor}"')
    node: Station = of(attrgetter("station"))
    distance_m: float | None = of(
        views.distance, "Metres; null where no place was asked.", lambda found: write_tenths(found.distance_m)
    )


@strawberry.type
class PageInfo:  # noqa: D101
    has_next_page: bool = of(lambda page: page.has_next)
    end_cursor: str | None


@strawberry.type(description="How old the answer's live facts are.")
class Freshness:  # noqa: D101
    answered_at: datetime
    oldest_status_age_s: float | None = plain(
        "The oldest live status in this answer that is still believed, in seconds."
    )
    unknown_evses: int = plain("EVSEs in this answer whose status is not known or too old to believe.")
    board_connected: bool = plain("False while the live board serves its last known.")


@strawberry.type(description="A feed that is in trouble; its stations are shown with what was last known.")
class PartialFailure:  # noqa: D101
    operator: strawberry.ID
    name: str
    kind: FailureKind
    code: str
    message: str
    since: datetime
    retryable: bool


@strawberry.type
class StationConnection:  # noqa: D101
    edges: list[StationEdge] = of(lambda answer: answer.page.found)
    page_info: PageInfo = of(lambda answer: answer.page)
    freshness: Freshness = at(views.freshness)
    partial_failures: list[PartialFailure] = at(views.partial_failures)


@strawberry.type(
    description="Stations that share a map tile; `free` counts stations with a free EVSE, "
    "null where it is not known at this width."
)
class Cluster:  # noqa: D101
    id: strawberry.ID = of(views.cluster_id)
    location: Location = of(lambda counted: counted.cluster.centre)
    count: int = of(lambda counted: counted.cluster.count)
    free: int | None


@strawberry.type
class BoxAnswer:  # noqa: D101
    clusters: list[Cluster] = of(lambda answer: answer.box.clusters)
    stations: list[Station] = of(lambda answer: [found.station for found in answer.page.found])
    total: int = of(lambda answer: answer.box.total)
    page_info: PageInfo = of(lambda answer: answer.page)
    freshness: Freshness = at(views.freshness)
    partial_failures: list[PartialFailure] = at(views.partial_failures)


@strawberry.type
class FactMissing:  # noqa: D101
    fact: str = of(lambda pair: str(pair[0]))
    stations: int = of(lambda pair: pair[1])


@strawberry.type(description="Something in a feed's data that does not fit.")
class Finding:  # noqa: D101
    flaw: str = of(lambda finding: str(finding.flaw))
    subject: str = plain("The id of the station, EVSE or record, as its operator knows it.")
    message: str = at(views.finding_message)
    since: datetime
    last_at: datetime
    times: int
    quarantined: bool = plain("Drivers see 'unknown' in its place now.")


@strawberry.type(
    description="Shares are 0 to 1, null where there is nothing to judge. The score, 0 to 100, weighs freshness 5, "
    "completeness 3 and consistency 2, leaving out what cannot be judged."
)
class Quality:  # noqa: D101
    score: int | None
    freshness: float | None = plain("EVSEs whose status is believed now.")
    completeness: float | None = plain("Facts that are known, over all stations.")
    consistency: float | None = plain("Stations and EVSEs in which nothing was found.")
    missing: list[FactMissing] = of(views.missing)
    findings: list[Finding] = of(views.findings, "The newest 100.")


@strawberry.type(description="A feed and how it is; ages in seconds, null where it never came.")
class Feed:  # noqa: D101
    id: strawberry.ID = of(lambda view: view.feed.source)
    name: str = of(lambda view: view.feed.name)
    practice: bool = of(lambda view: view.feed.practice)
    stations: int = of(lambda view: view.feed.stations)
    evses: int = of(lambda view: view.feed.evses)
    stations_age_s: float | None = age(attrgetter("feed.stations_at"))
    status_age_s: float | None = age(attrgetter("feed.status_at"))
    failures: list[PartialFailure] = at(views.partial_failures)
    quality: Quality = of(views.quality, "How good its data is, as of at most half a minute ago.")


@strawberry.type
class StatusChange:  # noqa: D101
    station_id: strawberry.ID = of(lambda view: view.station.id)
    evse_id: strawberry.ID = of(lambda view: view.change.evse_id)
    status: Status = of(lambda view: view.change.status)
    previous: Status = of(lambda view: view.change.previous)
    observed_at: datetime = of(lambda view: view.change.observed_at)
    source: strawberry.ID = of(lambda view: view.change.source)
    availability: Availability = at(lambda view, moment: views.availability(view.station, moment))


@strawberry.type
class About:  # noqa: D101
    name: str
    name_en: str
    centre: Location
    practice: bool
    notice: str | None = at(views.notice)


@strawberry.type
class Place:  # noqa: D101
    name: str
    name_en: str | None
    location: Location = of(lambda place: place.place)
    kind: str
