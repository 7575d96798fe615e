"""Rules about the catalogue: ids that stay, records that can be taken, changes that can be asked for."""

from collections import Counter
from collections.abc import Iterator

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import (
    ANYTHING,
    CHANGES,
    READ,
    STATIONS,
    TWO_READS,
    Found,
    Rule,
    Severity,
    Text,
    found,
    refusals,
    together,
)
from finder.stations.model import ConnectorType, Current, Station

SHRINKS_AT = 0.2  # of the stations, gone from one reading to the next
LEAST = 5  # stations below which a share says nothing
MOST_KW, MOST_AC_KW = 1_500.0, 100.0
_NAMED = {  # refusals that other rules name better
    "DUPLICATE_STATION",
    "DUPLICATE_CONNECTOR",
    "DUPLICATE_EVSE",
    "STATION_UNNAMED",
    "STATION_WITHOUT_CONNECTORS",
    "COORDINATE_MISSING",
    "COORDINATE_OUT_OF_RANGE",
    "BAD_NUMBER",
    "POWER_OUT_OF_RANGE",
    "CONNECTOR_NOT_KNOWN",
    "STATION_NOT_ASKED",
    "TARIFF_PERIODS",
    "PRICE_OUT_OF_RANGE",
    "KWH_OUT_OF_RANGE",
}


def _empty(evidence: Evidence) -> Iterator[Found]:
    read = evidence.reads[0]
    if read.ended and not read.stations and not read.refused:  # where all were refused, the reasons are told
        yield found(evidence.source, "目录为空", "the catalogue is empty")


def _duplicates(evidence: Evidence) -> Iterator[Found]:
    stations = Counter(station.id for station in evidence.stations)
    evses = Counter(evse.id for _, evse in evidence.evses())
    for each, count in (*stations.items(), *evses.items()):
        if count > 1:
            yield found(each, f"出现 {count} 次", f"comes {count} times")


def _foreign(evidence: Evidence) -> Iterator[Found]:
    prefix = f"{evidence.source}/"
    for station in evidence.stations:
        for each in (station.id, *(evse.id for evse in station.evses)):
            if not each.startswith(prefix):
                yield found(each, f"编号不以 {prefix!r} 开头", f"the id does not begin with {prefix!r}")


def _known_by(station: Station) -> tuple[str, float, float]:
    return station.name, round(station.place.lat, 4), round(station.place.lon, 4)


def _unstable(evidence: Evidence) -> Iterator[Found]:
    """The same name at the same place, under another id than a moment ago."""
    first, second = evidence.reads[0].stations, evidence.reads[1].stations
    before, after = {s.id for s in first}, {s.id: s for s in second}
    renamed = {_known_by(station): station.id for station in second if station.id not in before}
    for station in first:
        if station.id not in after and _known_by(station) in renamed:
            new = renamed[_known_by(station)]
            yield found(station.id, f"第二次读取时编号变为 {new}", f"was {new} when it was read again")
    for station in first:
        again = after.get(station.id)
        if again is not None and len(again.evses) == len(station.evses):
            theirs = {evse.id for evse in again.evses}
            for evse in station.evses:
                if evse.id not in theirs:
                    yield found(evse.id, "第二次读取时编号不同", "has another id when it is read again")


def _shrinks(evidence: Evidence) -> Iterator[Found]:
    first, second = evidence.reads[0].stations, evidence.reads[1].stations
    removed = {f"{evidence.source}/{native}" for page in evidence.reads[1].pages for native in page.removed}
    here = {station.id for station in second}
    still = {_known_by(station) for station in second}
    gone = [s for s in first if s.id not in here and s.id not in removed and _known_by(s) not in still]
    if len(first) >= LEAST and len(gone) > SHRINKS_AT * len(first):
        zh = f"第二次读取少了 {len(gone)}/{len(first)} 站"
        yield found(evidence.source, zh, f"{len(gone)} of {len(first)} stations were gone in the second reading")


def _changes_ignored(evidence: Evidence) -> Iterator[Found]:
    whole = {station.id for station in evidence.stations}
    for read in evidence.changes:
        told = {station.id for station in read.stations} & whole
        if len(whole) >= LEAST and len(told) > 0.9 * len(whole):
            zh = f"刚读完目录，增量又返回了 {len(told)}/{len(whole)} 站"
            yield found(evidence.source, zh, f"{len(told)} of {len(whole)} stations came as changed at once")


def _in_watts(evidence: Evidence) -> Iterator[Found]:
    for record in evidence.refused:
        if record.code == "POWER_OUT_OF_RANGE" and "-" not in record.en:
            yield found(record.native_id, record.zh, record.en)
    for _, evse in evidence.evses():
        for connector in evse.connectors:
            power = connector.power_kw or 0.0
            ac = connector.current is Current.AC and connector.type is not ConnectorType.SWAP_BAY
            if power > MOST_KW or (ac and power > MOST_AC_KW):
                yield found(evse.id, f"功率 {power} kW", f"has {power} kW")


def _negative_power(evidence: Evidence) -> Iterator[Found]:
    for record in evidence.refused:
        if record.code == "POWER_OUT_OF_RANGE" and "-" in record.en:
            yield found(record.native_id, record.zh, record.en)


def _no_power(evidence: Evidence) -> Iterator[Found]:
    for _, evse in evidence.evses():
        swap = any(connector.type is ConnectorType.SWAP_BAY for connector in evse.connectors)
        if not swap and all(connector.power_kw is None for connector in evse.connectors):
            yield found(evse.id, "没有功率", "has no power")


def _without_zone(evidence: Evidence) -> Iterator[Found]:
    pushed = (seen for push in evidence.pushes for seen in push.answer.observations)
    polled = (seen for read in evidence.statuses for seen in read.page.observations)
    times = [(seen.evse_id, seen.observed_at) for seen in (*polled, *pushed)]
    times += [(s.id, each.fetched_at) for s in evidence.stations for each in s.provenance]
    times += [(seen.native_id, seen.observed_at) for _, seen in evidence.sessions()]
    times += [(bill.native_id, bill.ended_at) for _, bill in evidence.bills()]
    for subject, time in times:
        if time.tzinfo is None:
            yield found(subject, f"{time.isoformat()} 没有时区", f"{time.isoformat()} has no time zone")


def _other_refusals(evidence: Evidence) -> Iterator[Found]:
    for record in evidence.refused:
        if record.code not in _NAMED:
            yield found(record.native_id, f"{record.code}：{record.zh}", f"{record.code}: {record.en}")


RULES = (
    Rule(
        "CATALOGUE_EMPTY",
        Severity.ERROR,
        Text("目录为空", "the catalogue is empty"),
        Text("确认对方已为我方开放站点，LastQueryTime 为空时返回全部", "ask the operator to open its stations to us"),
        READ,
        _empty,
    ),
    Rule(
        "ID_DUPLICATE",
        Severity.ERROR,
        Text("编号重复", "two records have one id"),
        Text("站点与接口的编号在全网唯一，永不复用", "give every station and connector an id of its own, for ever"),
        STATIONS,
        together(refusals("DUPLICATE_STATION", "DUPLICATE_CONNECTOR", "DUPLICATE_EVSE"), _duplicates),
    ),
    Rule(
        "ID_FOREIGN",
        Severity.ERROR,
        Text("编号不属于该来源", "an id belongs to another source"),
        Text("站点与 EVSE 的编号都写成 “source/原编号”", "write every id as 'source/native id'"),
        STATIONS,
        _foreign,
    ),
    Rule(
        "ID_UNSTABLE",
        Severity.ERROR,
        Text("两次读取之间编号改变", "ids change between two readings"),
        Text("编号须固定，不用序号或随机数", "keep ids fixed: no running numbers, no random ones"),
        TWO_READS,
        _unstable,
    ),
    Rule(
        "CATALOGUE_SHRINKS",
        Severity.ERROR,
        Text("目录无故变少", "the catalogue shrinks without a word"),
        Text(
            "每次返回全部站点；停用的站点以 StationStatus 或 removed 说明", "return every station, and name those gone"
        ),
        TWO_READS,
        _shrinks,
    ),
    Rule(
        "CHANGES_IGNORED",
        Severity.WARNING,
        Text("增量查询返回全部站点", "what changed is not told apart"),
        Text("只返回 LastQueryTime 之后变更的站点", "return only what changed after LastQueryTime"),
        CHANGES,
        _changes_ignored,
    ),
    Rule(
        "NO_CONNECTORS",
        Severity.ERROR,
        Text("站点没有接口", "a station has no connectors"),
        Text("补全 EquipmentInfos 与 ConnectorInfos", "fill in its piles and connectors"),
        STATIONS,
        refusals("STATION_WITHOUT_CONNECTORS"),
    ),
    Rule(
        "POWER_IN_WATTS",
        Severity.ERROR,
        Text("功率单位疑为瓦", "a power looks like watts"),
        Text("Power 以千瓦计：120 kW 写 120", "write power in kW: 120 for 120 kW"),
        STATIONS,
        _in_watts,
    ),
    Rule(
        "POWER_NEGATIVE",
        Severity.ERROR,
        Text("功率为负", "a power is below 0"),
        Text("填写额定功率；未知时省略", "send the rated power, or nothing where it is not known"),
        STATIONS,
        _negative_power,
    ),
    Rule(
        "POWER_UNKNOWN",
        Severity.HINT,
        Text("接口没有功率", "a connector has no power"),
        Text("填写额定功率，车主按功率筛选", "send the rated power: drivers filter by it"),
        STATIONS,
        _no_power,
    ),
    Rule(
        "TIME_WITHOUT_ZONE",
        Severity.ERROR,
        Text("连接器给出的时间没有时区", "the connector yields times without a zone"),
        Text("读入时加上对方的时区：replace(tzinfo=SHANGHAI)", "add the operator's zone: replace(tzinfo=SHANGHAI)"),
        ANYTHING,
        _without_zone,
    ),
    Rule(
        "RECORD_REFUSED",
        Severity.ERROR,
        Text("记录无法采用", "a record could not be taken"),
        Text("按所附代码修正该记录", "mend the record as its code says"),
        ANYTHING,
        _other_refusals,
    ),
)
