"""What a reader of files makes of a record, and what an import reports."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from finder.errors import BadInput
from finder.kernel.geo import Point, wgs84_from_gcj02
from finder.stations.model import Connector, Evse, SourceId, Station, StationId

MAX_PORTS = 1_000  # of one station; beyond it the count is a slip of the pen
KEPT_REFUSALS = 1_000


class Kind(StrEnum):
    """The kinds of file that can be read."""

    OPEN_CHARGE_MAP = "ocm"
    AFDC = "afdc"
    BNETZA = "bnetza"
    OCPI = "ocpi"
    GENERIC = "csv"
    URBANEV = "urbanev"
    STEVCDP = "st-evcdp"


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that was not taken: where it stands, and why."""

    where: str  # "line 12", "locations.json[3]"
    native_id: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader is told of the file that it reads; `note` counts remarks, in Chinese and English."""

    name: str
    fetched_at: datetime
    source: SourceId | None  # as asked for; None leaves it to the file
    note: Callable[[str, str], None]


Item = Station | RefusedRecord
Items = Iterator[Item]


@dataclass(slots=True)
class ImportReport:
    """What an import did. `refused` holds the first refusals; `refused_by_code` counts all."""

    path: str
    kind: Kind
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)
    refused_by_code: Counter[str] = field(default_factory=Counter)
    duplicates: list[StationId] = field(default_factory=list)  # ids that came again; the last counts
    sources: Counter[SourceId] = field(default_factory=Counter)  # stations taken, by feed
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def refused_total(self) -> int:
        """How many records were not taken."""
        return self.refused_by_code.total()

    def refuse(self, record: RefusedRecord) -> None:
        """Counts a refusal, and keeps it while there is room."""
        self.refused_by_code[record.code] += 1
        if len(self.refused) < KEPT_REFUSALS:
            self.refused.append(record)


def bad(zh: str, en: str, code: str) -> BadInput:
    """A record's fault."""
    return BadInput(zh, en, code=code)


def refused(where: str, native_id: str, error: BadInput) -> RefusedRecord:
    """The refusal that an error means."""
    return RefusedRecord(where, native_id, error.code, error.zh, error.en)


def read_place(lat: str, lon: str, datum: str, context: Context) -> Point:
    """A WGS-84 place from text, decimal point or comma. Raises BadInput."""
    if not lat.strip() or not lon.strip():
        raise bad("缺少坐标", "there are no coordinates", "COORDINATE_MISSING")
    place = Point(_decimal(lat, "纬度", "latitude"), _decimal(lon, "经度", "longitude"))
    if place.lat == 0 and place.lon == 0:
        raise bad("坐标为 0, 0，视为缺失", "the coordinates are 0, 0: taken as missing", "COORDINATE_MISSING")
    if place.lat == place.lon and place.lat != int(place.lat):
        raise bad("经纬度相同，疑为误抄", "latitude and longitude are the same: copied by mistake", "COORDINATE_COPIED")
    match datum.strip().upper().replace("-", "").replace("_", ""):
        case "WGS84":
            return place
        case "GCJ02":
            return wgs84_from_gcj02(place)
        case "" | "UNSTATED" | "UNKNOWN":
            context.note(
                "文件未说明坐标系，按 WGS-84 处理；若为 GCJ-02，位置会偏差约 500 米",
                "the datum is not stated and taken as WGS-84; were it GCJ-02, places would be some 500 m off",
            )
            return place
        case other:
            raise bad(f"不支持坐标系 {other}", f"datum {other} is not known: use WGS84 or GCJ02", "DATUM_UNKNOWN")


def _decimal(text: str, zh: str, en: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise bad(f"{zh} {text!r} 不是数字", f"{en} {text!r} is no number", "NOT_A_NUMBER") from error


def read_number(text: str | None, zh: str, en: str) -> float | None:
    """A number of 0 or more; None where it is empty. Raises BadInput."""
    if text is None or not text.strip():
        return None
    value = _decimal(text, zh, en)
    if not 0 <= value < float("inf"):
        raise bad(f"{zh} {text} 不能为负或无穷", f"{en} {text} must not be negative or infinite", "NEGATIVE_NUMBER")
    return value


def read_power(text: str | None) -> float | None:
    """Power in kW; empty and 0 are not known. Raises BadInput."""
    value = read_number(text, "功率", "power")
    if value is not None and value > 4000:
        raise bad(
            f"功率 {text} kW 超过 4000，可能单位有误",
            f"power {text} kW is above 4000: check the unit",
            "POWER_OUT_OF_RANGE",
        )
    return value or None


def read_ports(text: str | None) -> int | None:
    """How many ports; None where it is empty. Raises BadInput."""
    value = read_number(text, "充电桩数量", "number of ports")
    if value is None:
        return None
    if value != int(value) or value > MAX_PORTS:
        raise bad(
            f"充电桩数量 {text} 应为 0 至 {MAX_PORTS} 的整数",
            f"a number of {text} ports must be a whole number of 0 to {MAX_PORTS}",
            "PORTS_OUT_OF_RANGE",
        )
    return int(value)


def evses_of(
    station_id: StationId, connectors: Connector | tuple[Connector, ...], count: int, key: str = ""
) -> list[Evse]:
    """So many EVSEs of one kind; ids are 'station-1', or with a key 'station-key1'."""
    plugs = connectors if isinstance(connectors, tuple) else (connectors,)
    return [Evse(id=f"{station_id}-{key}{n}", connectors=plugs) for n in range(1, count + 1)]


def name_or(name: str | None, native_id: str, country: str) -> str:
    """The name; where there is none one that says nothing but the number."""
    if name and name.strip():
        return name.strip()
    return f"充电站 {native_id}" if country == "CN" else f"Charging station {native_id}"
