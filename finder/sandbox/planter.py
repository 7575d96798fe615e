"""Puts planted faults into a practice operator's answers and pushes."""

import re
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, TypeVar

from starlette.responses import Response as HttpResponse

from finder.connectors.tcec102.wire import RET_TOKEN, BadEnvelope, Credentials, Response, parse, signature
from finder.kernel.geo import Point, gcj02_from_wgs84, wgs84_from_gcj02
from finder.sandbox.charges import ENDED, RUNNING, STARTING, STOPPING
from finder.sandbox.day import CHARGING, FREE
from finder.sandbox.planted import Planted

_Body = dict[str, Any]
T = TypeVar("T")
_SHANGHAI_TOWER = (121.5016, 31.2336)
_STATIONS, _STATUS = "query_stations_info", "query_station_status"


class Planter:
    """Puts the faults that are switched on into one platform's answers and pushes."""

    def __init__(self, planted: Callable[[], Collection[Planted]]) -> None:
        self._planted_now = planted
        self._before: Collection[Planted] = ()
        self._questions, self._readings = 0, 0
        self._first_page: list[_Body] = []
        self._pushed: list[Any] = []

    def _planted(self) -> Collection[Planted]:
        """What is switched on; counting begins anew when that changes."""
        planted = self._planted_now()
        if planted != self._before:
            self._before, self._questions, self._readings = planted, 0, 0
            self._first_page, self._pushed = [], []
        return planted

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
        for fault in planted:
            _charge(fault, interface, body)
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
        """What is pushed: the news before, once more, ahead of what is new."""
        if Planted.PUSH_AS_NEW not in self._planted():
            return list(flips)
        told = [*self._pushed, *flips]
        self._pushed = list(flips)
        return told

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
    Planted.WRONG_AREA: _set(StationLng=111.44, StationLat=39.63),  # the city's far corner
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
        case Planted.FREE_WHILE_CHARGING:
            for info in infos:
                for status in info["ConnectorStatusInfos"]:
                    if status["Status"] == CHARGING:
                        status |= {"Status": FREE, "ParkStatus": 10}


def _charge(fault: Planted, interface: str, body: _Body) -> None:
    match fault, interface:
        case Planted.START_AT_ONCE, "query_equip_charge_status" if body["StartChargeSeqStat"] == STARTING:
            body["StartChargeSeqStat"] = RUNNING
        case Planted.ENERGY_FALLS, "query_equip_charge_status" if body["StartChargeSeqStat"] == ENDED:
            body["TotalPower"] = 0
        case Planted.STOP_AFTER_END, "query_stop_charge" if body["SuccStat"]:
            body |= {"StartChargeSeqStat": STOPPING, "SuccStat": 0, "FailReason": 0}
