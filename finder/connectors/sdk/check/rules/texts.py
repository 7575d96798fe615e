"""Rules about words: names, markup, parking fees, opening hours."""

import re
from collections.abc import Iterator

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import STATIONS, Found, Rule, Severity, Text, found, refusals
from finder.stations.model import ParkingFee, Station

HOURS_NOTE = "营业时间"  # how an access_note begins that holds hours which could not be read
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!][^<>]*>|&(?:nbsp|lt|gt|amp|quot|#\d+);")
_PLACEHOLDER = re.compile(
    r"(?:null|none|nil|undefined|n/?a|test\d*|测试\d*|未命名|无名称?|站点|充电站|\W*)", re.IGNORECASE
)


def _texts(station: Station) -> Iterator[str]:
    several = (station.name, station.address, station.guide, station.parking_text, station.access_note, station.phone)
    yield from (text for text in several if text)
    yield from (tariff.text for tariff in station.tariffs if tariff.text)
    yield from (evse.label for evse in station.evses if evse.label)


def _markup(evidence: Evidence) -> Iterator[Found]:
    for station in evidence.stations:
        for text in _texts(station):
            if mark := _MARKUP.search(text):
                yield found(station.id, f"文字中有 {mark[0]!r:.40}", f"a text holds {mark[0]!r:.40}")
                break


def _placeholders(evidence: Evidence) -> Iterator[Found]:
    for station in evidence.stations:
        if _PLACEHOLDER.fullmatch(station.name.strip()):
            yield found(station.id, f"名称为 {station.name!r}", f"is called {station.name!r}")


def _parking(evidence: Evidence) -> Iterator[Found]:
    for station in evidence.stations:
        if station.parking_text and station.parking_fee is ParkingFee.UNKNOWN:
            words = f"{station.parking_text!r:.60}"
            yield found(station.id, f"读不懂 {words}", f"{words} says neither free nor paid")


def _hours(evidence: Evidence) -> Iterator[Found]:
    for station in evidence.stations:
        if station.hours is None and (station.access_note or "").startswith(HOURS_NOTE):
            words = f"{station.access_note!r:.60}"
            yield found(station.id, f"读不懂 {words}", f"{words} cannot be read")


RULES = (
    Rule(
        "NAME_EMPTY",
        Severity.ERROR,
        Text("站点没有名称", "a station has no name"),
        Text("填写车主认得的名称", "send the name that drivers know"),
        STATIONS,
        refusals("STATION_UNNAMED"),
    ),
    Rule(
        "NAME_PLACEHOLDER",
        Severity.WARNING,
        Text("名称不是名称", "a name is none"),
        Text("换成车主认得的名称；删去测试站点", "send the name that drivers know, and take test stations out"),
        STATIONS,
        _placeholders,
    ),
    Rule(
        "HTML_IN_TEXT",
        Severity.ERROR,
        Text("文字中混有 HTML", "a text holds HTML"),
        Text("只发送纯文本", "send plain text"),
        STATIONS,
        _markup,
    ),
    Rule(
        "PARKING_UNREAD",
        Severity.HINT,
        Text("停车费文字读不懂", "a parking fee's text is not understood"),
        Text(
            "写成“免费”“2元/小时”等；不确定时留空", "write '免费', '2元/小时' or the like; leave it empty where unsure"
        ),
        STATIONS,
        _parking,
    ),
    Rule(
        "HOURS_UNREAD",
        Severity.WARNING,
        Text("营业时间读不懂", "opening hours are not understood"),
        Text("写成“全天”“周一至周五 8:00-20:00”等", "write '全天', '周一至周五 8:00-20:00' or the like"),
        STATIONS,
        _hours,
    ),
)
