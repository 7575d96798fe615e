"""What a station is: site, EVSEs, connectors, tariffs, access, and where each fact came from."""

from datetime import datetime
from enum import StrEnum

import msgspec

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.kernel.money import UnitPrice

StationId = str  # "source/native id", for example "jinbei/1409020001"; never reused
EvseId = str  # "source/native id" of the smallest thing that one car can occupy
SourceId = str


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that is stored and sent as JSON."""


class ConnectorType(StrEnum):
    """What the cable ends in."""

    GBT_DC = "GBT_DC"
    GBT_AC = "GBT_AC"
    CCS2 = "CCS2"
    CCS1 = "CCS1"
    TYPE2 = "TYPE2"
    TYPE1 = "TYPE1"
    CHADEMO = "CHADEMO"
    NACS = "NACS"
    CHAOJI = "CHAOJI"
    SOCKET = "SOCKET"
    WIRELESS = "WIRELESS"
    SWAP_BAY = "SWAP_BAY"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class Current(StrEnum):
    """Alternating or direct."""

    AC = "AC"
    DC = "DC"


class Construction(StrEnum):
    """The kind of place, after T/CEC 102's list."""

    RESIDENTIAL = "RESIDENTIAL"
    PUBLIC_BODY = "PUBLIC_BODY"
    ENTERPRISE = "ENTERPRISE"
    OFFICE = "OFFICE"
    INDUSTRIAL_PARK = "INDUSTRIAL_PARK"
    TRANSPORT_HUB = "TRANSPORT_HUB"
    CULTURE_SPORT = "CULTURE_SPORT"
    GREEN_SPACE = "GREEN_SPACE"
    CAR_PARK = "CAR_PARK"
    ROADSIDE = "ROADSIDE"
    SERVICE_AREA = "SERVICE_AREA"
    SCENIC = "SCENIC"
    BUS_DEPOT = "BUS_DEPOT"
    FUEL_STATION = "FUEL_STATION"
    TAXI = "TAXI"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class StationState(StrEnum):
    """Whether the site works at all."""

    OPEN = "OPEN"
    PLANNED = "PLANNED"
    MAINTENANCE = "MAINTENANCE"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class ParkingFee(StrEnum):
    """Whether parking while charging costs money."""

    FREE = "FREE"
    PAID = "PAID"
    UNKNOWN = "UNKNOWN"


class Access(StrEnum):
    """Who may charge."""

    PUBLIC = "PUBLIC"
    RESTRICTED = "RESTRICTED"  # customers, residents, staff; see access_note
    PRIVATE = "PRIVATE"
    UNKNOWN = "UNKNOWN"


class Attribute(StrEnum):
    """What a driver may look for besides the plug."""

    SOLAR = "SOLAR"
    STORAGE = "STORAGE"
    V2G = "V2G"
    SWAP = "SWAP"
    GREEN_POWER = "GREEN_POWER"


class Amenity(StrEnum):
    """What else there is at the site."""

    TOILET = "TOILET"
    SHOP = "SHOP"
    RESTAURANT = "RESTAURANT"
    WIFI = "WIFI"
    LOUNGE = "LOUNGE"
    ROOF = "ROOF"
    LODGING = "LODGING"


class Connector(Record, frozen=True, kw_only=True):
    """One plug of an EVSE. Power in kW (0 < power <= 4000), None where nobody said."""

    id: str
    type: ConnectorType = ConnectorType.UNKNOWN
    current: Current | None = None
    power_kw: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    tariff_id: str | None = None

    def __post_init__(self) -> None:
        if self.power_kw is not None and not 0 < self.power_kw <= 4000:  # also refuses NaN
            raise BadInput(
                f"接口 {self.id} 的功率 {self.power_kw} kW 应大于 0 且不超过 4000",
                f"connector {self.id}: power {self.power_kw} kW must be above 0 and at most 4000",
                code="POWER_OUT_OF_RANGE",
            )


class Evse(Record, frozen=True, kw_only=True):
    """What one car can occupy; it has one live status however many connectors it has."""

    id: EvseId
    connectors: tuple[Connector, ...]
    label: str | None = None  # the bay's number as painted on the ground, or the gun's name
    equipment_id: str | None = None  # the pile that it belongs to, as the operator numbers it

    def __post_init__(self) -> None:
        if not self.id or len(self.id) > 200 or not self.id.isprintable():
            raise BadInput(
                f"EVSE 编号 {self.id[:40]!r} 应为 1 至 200 个可见字符",
                f"the EVSE's id {self.id[:40]!r} must have 1 to 200 visible characters",
                code="EVSE_ID",
            )


class TariffPeriod(Record, frozen=True, kw_only=True):
    """A half-open span of the local day, in minutes from 00:00: start <= t < end <= 1440."""

    start: int
    end: int
    electricity: UnitPrice
    service: UnitPrice


class Tariff(Record, frozen=True, kw_only=True):
    """Prices by time of use; no periods means that only `text` is known. Unknown is never 0."""

    id: str
    periods: tuple[TariffPeriod, ...] = ()
    text: str | None = None  # the operator's own words
    zone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        last = 0
        for period in self.periods:
            if not last <= period.start < period.end <= 1440:
                raise BadInput(
                    f"电价 {self.id} 的时段重叠、倒序或超出一天",
                    f"tariff {self.id}: its periods overlap, run backwards or leave the day",
                    code="TARIFF_PERIODS",
                )
            last = period.end

    def at(self, minute_of_day: int) -> TariffPeriod | None:
        """The period that holds this minute of the local day, None where none does."""
        return next((p for p in self.periods if p.start <= minute_of_day < p.end), None)


class OpeningHours(Record, frozen=True, kw_only=True):
    """When one may enter, as half-open spans of the local week in minutes since Monday 00:00."""

    spans: tuple[tuple[int, int], ...]
    text: str | None = None

    def __post_init__(self) -> None:
        if any(not 0 <= start < end <= 10_080 for start, end in self.spans):
            raise BadInput(
                "营业时间超出一周或起止颠倒",
                "opening hours leave the week or end before they start",
                code="OPENING_HOURS",
            )

    def open_at(self, minute_of_week: int) -> bool:
        """Whether the site is open in this minute of the local week."""
        return any(start <= minute_of_week < end for start, end in self.spans)

    @property
    def always_open(self) -> bool:
        """Whether the spans cover the week."""
        reached = 0
        for start, end in sorted(self.spans):
            if start > reached:
                return False
            reached = max(reached, end)
        return reached >= 10_080


ALWAYS = OpeningHours(spans=((0, 10_080),))


class Operator(Record, frozen=True, kw_only=True):
    """Who runs the station."""

    id: str
    name: str
    name_en: str | None = None
    phone: str | None = None
    website: str | None = None


class Photo(Record, frozen=True, kw_only=True):
    """A picture's address; never fetched by the finder."""

    url: str
    caption: str | None = None


class Provenance(Record, frozen=True, kw_only=True):
    """One feed that knows this station."""

    source: SourceId
    native_id: str
    fetched_at: datetime
    updated_at: datetime | None = None  # as the feed says
    licence: str | None = None


class Station(Record, frozen=True, kw_only=True):
    """A site with at least one EVSE. The place is WGS-84. Raises BadInput."""

    id: StationId
    name: str
    operator: Operator
    place: Point
    evses: tuple[Evse, ...]
    provenance: tuple[Provenance, ...]
    name_en: str | None = None
    address: str | None = None
    area_code: str | None = None  # GB/T 2260, six digits
    country: str = "CN"
    state: StationState = StationState.UNKNOWN
    construction: Construction = Construction.UNKNOWN
    tariffs: tuple[Tariff, ...] = ()
    parking_fee: ParkingFee = ParkingFee.UNKNOWN
    parking_text: str | None = None
    access: Access = Access.UNKNOWN
    access_note: str | None = None
    hours: OpeningHours | None = None  # None: nobody said
    amenities: tuple[Amenity, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    photos: tuple[Photo, ...] = ()
    phone: str | None = None
    guide: str | None = None  # how to find the entrance
    practice: bool = False  # made for practice; nobody can charge there
    aliases: tuple[StationId, ...] = ()  # other ids under which the same site was known

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.id:
            raise BadInput("充电站缺少名称或编号", "the station has no name or no id", code="STATION_UNNAMED")
        if not any(evse.connectors for evse in self.evses):
            raise BadInput(
                f"充电站 {self.id} 没有任何充电接口",
                f"station {self.id} has no connectors",
                code="STATION_WITHOUT_CONNECTORS",
            )
        if len({evse.id for evse in self.evses}) != len(self.evses):
            raise BadInput(
                f"充电站 {self.id} 的 EVSE 编号重复",
                f"station {self.id} has two EVSEs with one id",
                code="DUPLICATE_EVSE",
            )

    def tariff_of(self, connector: Connector) -> Tariff | None:
        """The tariff of a connector; where it names none, the station's only one."""
        if connector.tariff_id is None:
            return self.tariffs[0] if len(self.tariffs) == 1 else None
        return next((t for t in self.tariffs if t.id == connector.tariff_id), None)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Station)


def station_to_json(station: Station) -> bytes:
    """The station as stored."""
    return _ENCODER.encode(station)


def station_from_json(raw: bytes) -> Station:
    """The inverse. Raises msgspec.ValidationError or BadInput."""
    return _DECODER.decode(raw)
