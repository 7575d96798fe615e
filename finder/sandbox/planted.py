"""Faults for the conformance kit to find: each is switched on at a practice operator and names the rule it breaks.

Those of `DESK` are planted into what the desk was told, since sessions and bills do not go over the practice wire
yet; each can move to `Planter.body` under the interface that its `interface` names.
"""

import re
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from starlette.responses import Response as HttpResponse

from finder.connectors.tcec102.wire import RET_TOKEN, BadEnvelope, Credentials, Response, parse, signature
from finder.kernel.geo import Point, gcj02_from_wgs84, wgs84_from_gcj02

_Body = dict[str, Any]
T = TypeVar("T")
_SHANGHAI_TOWER = (121.5016, 31.2336)
_STATIONS, _STATUS = "query_stations_info", "query_station_status"


class Planted(StrEnum):
    """One fault."""

    PAGE_REPEATS = "page_repeats"
    PAGE_GAP = "page_gap"
    PAGE_ITEM_SIZE = "page_item_size"
    PAGE_BEYOND = "page_beyond"
    PAGE_OVER_SIZE = "page_over_size"
    SIGNATURE_LOWER = "signature_lower"
    SIGNATURE_PLAIN = "signature_plain"  # over less than the protocol says
    SIGNATURE_WRONG = "signature_wrong"
    TOKEN_LIES = "token_lies"  # noqa: S105 - a fault's name
    GBK = "gbk"
    TRUNCATED = "truncated"
    TEXT_HTML = "text_html"
    SLOW = "slow"
    DUPLICATE_STATION = "duplicate_station"
    DUPLICATE_CONNECTOR = "duplicate_connector"
    IDS_CHANGE = "ids_change"
    SHRINKS = "shrinks"
    CHANGES_IGNORED = "changes_ignored"
    CONNECTORLESS = "connectorless"
    WATTS = "watts"
    NEGATIVE_POWER = "negative_power"
    ZERO_PLACE = "zero_place"
    OFF_EARTH = "off_earth"
    SWAPPED_AXES = "swapped_axes"
    OTHER_CITY = "other_city"
    WRONG_AREA = "wrong_area"
    WGS84_AS_GCJ02 = "wgs84_as_gcj02"
    GCJ02_AS_WGS84 = "gcj02_as_wgs84"
    NO_NAME = "no_name"
    NULL_NAME = "null_name"
    HTML = "html"
    PARKING = "parking"
    HOURS = "hours"
    FEN = "fen"
    TENFOLD = "tenfold"
    ZERO_PRICE = "zero_price"
    TARIFF_GAP = "tariff_gap"
    TARIFF_OVERLAP = "tariff_overlap"
    STATUS_SWAPPED = "status_swapped"
    STATUS_MISSING = "status_missing"
    STATUS_STRANGER = "status_stranger"
    STATUS_CODE = "status_code"
    PUSH_ZONE = "push_zone"
    PUSH_FUTURE = "push_future"
    PUSH_OLD = "push_old"
    PUSH_SECONDS = "push_seconds"
    PUSH_ORDER = "push_order"
    PUSH_AS_NEW = "push_as_new"
    PUSH_COPIED = "push_copied"
    KWH_NEGATIVE = "kwh_negative"
    KWH_ABSURD = "kwh_absurd"
    BILL_TOTAL = "bill_total"
    BILL_LINES = "bill_lines"
    BILL_PRICE = "bill_price"
    BILL_AGAIN = "bill_again"
    BILL_CHANGED = "bill_changed"
    BILL_NONE = "bill_none"
    BILL_SECONDS = "bill_seconds"
    BILL_ZONE = "bill_zone"
    START_AT_ONCE = "start_at_once"
    STOP_AFTER_END = "stop_after_end"
    REOPENED = "reopened"
    ENERGY_FALLS = "energy_falls"
    FREE_WHILE_CHARGING = "free_while_charging"


class Level(StrEnum):
    """Where a fault is planted."""

    WIRE = "WIRE"  # in what the practice operator answers
    PUSH = "PUSH"  # in what it pushes
    DESK = "DESK"  # in what the desk was told


@dataclass(frozen=True, slots=True)
class Plant:
    """A fault, the rule that must find it, where it is planted and at which operator."""

    fault: Planted
    rule: str
    level: Level = Level.WIRE
    operator: str = "jinbei"
    interface: str = _STATIONS


def _desk(fault: Planted, rule: str, interface: str = "notification_charge_order_info") -> Plant:
    return Plant(fault, rule, Level.DESK, interface=interface)


def _push(fault: Planted, rule: str) -> Plant:
    return Plant(fault, rule, Level.PUSH, interface="notification_stationStatus")


PLANTS: tuple[Plant, ...] = (
    Plant(Planted.PAGE_REPEATS, "PAGING_REPEATS"),
    Plant(Planted.PAGE_GAP, "PAGING_GAP"),
    Plant(Planted.PAGE_ITEM_SIZE, "PAGING_ITEM_SIZE"),
    Plant(Planted.PAGE_BEYOND, "PAGING_BEYOND"),
    Plant(Planted.PAGE_OVER_SIZE, "PAGING_OVER_SIZE"),
    Plant(Planted.SIGNATURE_LOWER, "SIGNATURE_CASE"),
    Plant(Planted.SIGNATURE_PLAIN, "SIGNATURE_OTHER_TEXT"),
    Plant(Planted.SIGNATURE_WRONG, "SIGNATURE_WRONG"),
    Plant(Planted.TOKEN_LIES, "TOKEN_LIES"),
    Plant(Planted.GBK, "NOT_UTF8"),
    Plant(Planted.TRUNCATED, "ANSWER_UNREADABLE"),
    Plant(Planted.TEXT_HTML, "CONTENT_TYPE"),
    Plant(Planted.SLOW, "TOO_SLOW"),
    Plant(Planted.DUPLICATE_STATION, "ID_DUPLICATE"),
    Plant(Planted.DUPLICATE_CONNECTOR, "ID_DUPLICATE"),
    Plant(Planted.IDS_CHANGE, "ID_UNSTABLE"),
    Plant(Planted.SHRINKS, "CATALOGUE_SHRINKS"),
    Plant(Planted.CHANGES_IGNORED, "CHANGES_IGNORED"),
    Plant(Planted.CONNECTORLESS, "NO_CONNECTORS"),
    Plant(Planted.WATTS, "POWER_IN_WATTS"),
    Plant(Planted.NEGATIVE_POWER, "POWER_NEGATIVE"),
    Plant(Planted.ZERO_PLACE, "PLACE_MISSING"),
    Plant(Planted.OFF_EARTH, "PLACE_OFF_EARTH"),
    Plant(Planted.SWAPPED_AXES, "PLACE_SWAPPED"),
    Plant(Planted.OTHER_CITY, "PLACE_OUTSIDE_CITY"),
    Plant(Planted.WRONG_AREA, "PLACE_NOT_IN_AREA"),
    Plant(Planted.WGS84_AS_GCJ02, "PLACE_DATUM"),
    Plant(Planted.GCJ02_AS_WGS84, "PLACE_DATUM", operator="yanmen"),
    Plant(Planted.NO_NAME, "NAME_EMPTY"),
    Plant(Planted.NULL_NAME, "NAME_PLACEHOLDER"),
    Plant(Planted.HTML, "HTML_IN_TEXT"),
    Plant(Planted.PARKING, "PARKING_UNREAD"),
    Plant(Planted.HOURS, "HOURS_UNREAD"),
    Plant(Planted.FEN, "PRICE_IN_FEN"),
    Plant(Planted.TENFOLD, "PRICE_TENFOLD"),
    Plant(Planted.ZERO_PRICE, "PRICE_ZERO"),
    Plant(Planted.TARIFF_GAP, "TARIFF_GAPS"),
    Plant(Planted.TARIFF_OVERLAP, "TARIFF_OVERLAPS"),
    Plant(Planted.STATUS_SWAPPED, "STATUS_SWAPPED", interface=_STATUS),
    Plant(Planted.STATUS_MISSING, "STATUS_MISSING", interface=_STATUS),
    Plant(Planted.STATUS_STRANGER, "STATUS_OF_UNKNOWN", interface=_STATUS),
    Plant(Planted.STATUS_CODE, "STATUS_CODE_UNKNOWN", interface=_STATUS),
    _push(Planted.PUSH_ZONE, "PUSH_TIME_ZONE"),
    _push(Planted.PUSH_FUTURE, "PUSH_IN_FUTURE"),
    _push(Planted.PUSH_OLD, "PUSH_TOO_OLD"),
    _push(Planted.PUSH_SECONDS, "PUSH_SECONDS_LOST"),
    _push(Planted.PUSH_ORDER, "PUSH_OUT_OF_ORDER"),
    _push(Planted.PUSH_AS_NEW, "PUSH_REPEATED_AS_NEW"),
    _push(Planted.PUSH_COPIED, "PUSH_COPIED"),
    _desk(Planted.KWH_NEGATIVE, "BILL_ENERGY_RANGE"),
    _desk(Planted.KWH_ABSURD, "BILL_ENERGY_ABSURD"),
    _desk(Planted.BILL_TOTAL, "BILL_TOTAL"),
    _desk(Planted.BILL_LINES, "BILL_LINES"),
    _desk(Planted.BILL_PRICE, "BILL_PRICE"),
    _desk(Planted.BILL_AGAIN, "BILL_NEVER_CONFIRMED"),
    _desk(Planted.BILL_CHANGED, "BILL_CHANGED"),
    _desk(Planted.BILL_NONE, "BILL_MISSING"),
    _desk(Planted.BILL_SECONDS, "BILL_SECONDS_LOST"),
    _desk(Planted.BILL_ZONE, "SESSION_TIME_ZONE"),
    _desk(Planted.START_AT_ONCE, "START_CHARGING_AT_ONCE", "query_start_charge"),
    _desk(Planted.STOP_AFTER_END, "STOP_AFTER_END", "query_stop_charge"),
    _desk(Planted.REOPENED, "SESSION_REOPENED", "notification_equip_charge_status"),
    _desk(Planted.ENERGY_FALLS, "SESSION_ENERGY_FALLS", "notification_equip_charge_status"),
    _desk(Planted.FREE_WHILE_CHARGING, "STATUS_CONTRADICTS_SESSION", "notification_equip_charge_status"),
)


class Planter:
    """Puts the faults that are switched on into one platform's answers and pushes."""

    def __init__(self, planted: Callable[[], Collection[Planted]]) -> None:
        self._planted = planted
        self._questions, self._readings = 0, 0
        self._first_page: list[_Body] = []
        self._pushed: list[Any] = []

    def asked(self, interface: str, body: _Body) -> _Body:
        """The question as the platform takes it. Raises BadEnvelope."""
        planted = self._planted()
        self._questions += 1
        if Planted.TOKEN_LIES in planted and interface != "query_token" and self._questions % 4 == 0:
            raise BadEnvelope(RET_TOKEN, "令牌错误", "wrong token")
        if interface == _STATIONS:
            self._readings += body.get("PageNo") in (1, "1")
            if Planted.CHANGES_IGNORED in planted:
                return body | {"LastQueryTime": ""}
        return body

    def body(self, interface: str, body: _Body) -> _Body:
        """The answer's body under the standard's names."""
        planted = self._planted()
        if not planted:
            return body
        body = deepcopy(body)
        if interface == _STATIONS:
            for fault in planted:
                self._page(fault, body)
                if body.get("PageNo") == 1 and body["StationInfos"] and fault in _STATION:
                    _STATION[fault](body["StationInfos"][0])
        if interface == _STATUS and body["StationStatusInfos"]:
            for fault in planted:
                _status(fault, body["StationStatusInfos"])
        return body

    def sent(self, raw: bytes, keys: Credentials) -> HttpResponse:
        """The sealed envelope as it goes out."""
        planted, media_type = self._planted(), "application/json"
        if planted:
            raw = _envelope(planted, raw, keys)
            media_type = "text/html" if Planted.TEXT_HTML in planted else media_type
        return HttpResponse(raw, media_type=media_type)

    def pushed_at(self, at: datetime) -> datetime:
        """The time with which a push is stamped."""
        planted = self._planted()
        for fault, off in _STAMPED.items():
            if fault in planted:
                at += off
        return at.replace(second=0, microsecond=0) if Planted.PUSH_SECONDS in planted else at

    def flips(self, flips: Sequence[T]) -> list[T]:
        """What is pushed: where nothing is kept in mind, old news once more."""
        if Planted.PUSH_AS_NEW not in self._planted():
            return list(flips)
        told = flips or self._pushed
        self._pushed = list(told)
        return list(told)

    def _page(self, fault: Planted, body: _Body) -> None:
        infos: list[_Body] = body["StationInfos"]
        no, first = body["PageNo"], body["PageNo"] == 1
        match fault:
            case Planted.PAGE_REPEATS:
                if first:
                    self._first_page = deepcopy(infos)
                body["StationInfos"] = deepcopy(self._first_page)
            case Planted.PAGE_GAP if no == 2:
                body["StationInfos"] = []
            case Planted.PAGE_ITEM_SIZE:
                body["ItemSize"] += 7
            case Planted.PAGE_BEYOND if no == body["PageCount"] and not first:
                body["PageCount"] = 1
            case Planted.PAGE_OVER_SIZE:
                body["ItemSize"] += 1
                if first and infos:
                    infos.append(_copy(infos[-1], "over"))
            case Planted.SHRINKS if self._readings > 1 and first:
                half = infos[: max(len(infos) // 2, 1)]
                body |= {"StationInfos": half, "PageCount": 1, "ItemSize": len(half)}
            case Planted.IDS_CHANGE if first and infos:
                infos[0] |= {"StationID": f"{infos[0]['StationID']}-{self._readings}"}
            case Planted.DUPLICATE_STATION if first and len(infos) > 1:
                infos[1]["StationID"] = infos[0]["StationID"]
            case Planted.WGS84_AS_GCJ02 | Planted.GCJ02_AS_WGS84:
                turn = wgs84_from_gcj02 if fault is Planted.WGS84_AS_GCJ02 else gcj02_from_wgs84
                for info in infos:
                    point = turn(Point(info["StationLat"], info["StationLng"]))
                    info |= {"StationLat": round(point.lat, 6), "StationLng": round(point.lon, 6)}
            case Planted.WRONG_AREA:
                # A county in the west under the code of one in the east.
                west = [info for info in infos if info["AreaCode"] in ("140930", "140931", "140932")]
                for info in west[: 1 if no == body["PageCount"] or first else 0]:
                    info["AreaCode"] = "140924"


def _envelope(planted: Collection[Planted], raw: bytes, keys: Credentials) -> bytes:
    answer = Response.read(parse(raw))
    if Planted.SIGNATURE_LOWER in planted:
        raw = Response(answer.ret, answer.msg, answer.data, str(answer.sig).lower()).to_json()
    if Planted.SIGNATURE_PLAIN in planted:
        raw = Response(answer.ret, answer.msg, answer.data, signature(str(answer.data), keys)).to_json()
    if Planted.SIGNATURE_WRONG in planted:
        raw = Response(answer.ret, answer.msg, answer.data, "0" * 32).to_json()
    if Planted.GBK in planted:
        raw = raw.replace(b'"Msg": ""', '"Msg": "成功"'.encode("gbk"))
    return raw[:-5] if Planted.TRUNCATED in planted else raw


def _guns(info: _Body) -> list[_Body]:
    return [gun for pile in info["EquipmentInfos"] for gun in pile["ConnectorInfos"]]


def _copy(info: _Body, mark: str) -> _Body:
    other = deepcopy(info)
    other["StationID"] += f"-{mark}"
    for gun in _guns(other):
        gun["ConnectorID"] += f"-{mark}"
    return other


def _power(factor: float) -> Callable[[_Body], None]:
    def change(info: _Body) -> None:
        for gun in _guns(info):
            gun["Power"] *= factor

    return change


def _prices(factor: float) -> Callable[[_Body], None]:
    def change(info: _Body) -> None:
        for name in ("ElectricityFee", "ServiceFee"):
            info[name] = re.sub(r"\d+\.\d+(?=元)", lambda found: f"{float(found[0]) * factor:.4f}", info[name])

    return change


def _set(**fields: object) -> Callable[[_Body], None]:
    return lambda info: info.update(fields)


def _replace(name: str, old: str, new: str) -> Callable[[_Body], None]:
    return lambda info: info.update({name: re.sub(old, new, info[name])})


def _twice(info: _Body) -> None:
    guns = info["EquipmentInfos"][0]["ConnectorInfos"]
    guns.append(deepcopy(guns[0]))


def _swap_axes(info: _Body) -> None:
    info["StationLat"], info["StationLng"] = info["StationLng"], info["StationLat"]


_STATION: dict[Planted, Callable[[_Body], None]] = {
    Planted.DUPLICATE_CONNECTOR: _twice,
    Planted.CONNECTORLESS: _set(EquipmentInfos=[]),
    Planted.WATTS: _power(1000),
    Planted.NEGATIVE_POWER: _power(-1),
    Planted.ZERO_PLACE: _set(StationLat=0, StationLng=0),
    Planted.OFF_EARTH: _set(StationLat=138.4),
    Planted.SWAPPED_AXES: _swap_axes,
    Planted.OTHER_CITY: _set(StationLng=_SHANGHAI_TOWER[0], StationLat=_SHANGHAI_TOWER[1]),
    Planted.NO_NAME: _set(StationName=" "),
    Planted.NULL_NAME: _set(StationName="null"),
    Planted.HTML: _replace("StationName", "$", "<br/>"),
    Planted.PARKING: _set(ParkFee="看情况收取"),
    Planted.HOURS: _set(BusineHours="有人在就开"),
    Planted.FEN: _prices(100),
    Planted.TENFOLD: _prices(10),
    Planted.ZERO_PRICE: _prices(0),
    Planted.TARIFF_GAP: _replace("ElectricityFee", "；谷.*", ""),
    Planted.TARIFF_OVERLAP: _replace("ElectricityFee", "08:00", "06:00"),
}
_STAMPED = {
    Planted.PUSH_ZONE: timedelta(hours=-8),
    Planted.PUSH_FUTURE: timedelta(minutes=10),
    Planted.PUSH_OLD: timedelta(minutes=-10),
}


def _status(fault: Planted, infos: list[_Body]) -> None:
    first: list[_Body] = infos[0]["ConnectorStatusInfos"]
    match fault:
        case Planted.STATUS_SWAPPED:
            for info in infos:
                for status in info["ConnectorStatusInfos"]:
                    status["Status"] = {1: 3, 3: 1}.get(status["Status"], status["Status"])
                    status["ParkStatus"] = 0
        case Planted.STATUS_MISSING:
            del first[0]
        case Planted.STATUS_STRANGER:
            first.append(first[0] | {"ConnectorID": "stranger"})
        case Planted.STATUS_CODE:
            first[0]["Status"] = 77
