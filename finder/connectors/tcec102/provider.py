"""The finder as a T/CEC 102 operator: what one peer, such as a province's supervision platform, may ask of it."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from finder.connectors.sdk.control import StationEnergy
from finder.connectors.sdk.ports import PushAnswer, PushRequest
from finder.connectors.sdk.replays import ReplayTable
from finder.connectors.tcec102.prices_out import write_policy
from finder.connectors.tcec102.records_out import can_carry, connector_status, guns_of, station_info
from finder.connectors.tcec102.server import Call, Copies, Interface, Peer, Reply, Server
from finder.connectors.tcec102.values import MAX_ID, code, identifier, moment, refuse, text
from finder.errors import Busy, NotFound, OperatorError, OperatorRefused
from finder.live.board import LiveBoard
from finder.live.model import Reading, Status
from finder.stations.model import Connector, Evse, EvseId, SourceId, Station, StationId

MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 10
MAX_STATION_IDS = 50
MAX_STATS_DAYS = 31
MAX_STATS_S = 20.0
LISTED_S = 5.0
_NOT_PLUGGED, _NOT_WELL, _NO_POLICY = 1, 2, 1
_PLUGGED = (Status.OCCUPIED,)
_FREE = (Status.AVAILABLE, Status.RESERVED, Status.BLOCKED)

Energy = Callable[[StationId, date, date], Awaitable[StationEnergy]]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is passed on: the stations of these feeds, each as its operator told it, and what the board has of them.

    `energy` raises NotFound where nobody counts, or OperatorError.
    """

    sources: tuple[SourceId, ...]
    records: Callable[[SourceId], Mapping[StationId, Station]]
    board: LiveBoard = field(repr=False)
    energy: Energy = field(repr=False)

    def stations(self) -> list[Station]:
        """In the order of their ids, so that pages hold still while one reads them."""
        return sorted((s for s in self._all() if can_carry(s)), key=lambda station: station.id)

    def station(self, station_id: StationId) -> Station | None:
        """By its id, None where it is not passed on."""
        source = station_id.partition("/")[0]
        found = self.records(source).get(station_id) if source in self.sources else None
        return found if found is not None and can_carry(found) else None

    def _all(self) -> Iterable[Station]:
        return (station for source in self.sources for station in self.records(source).values())


class Provider:
    """Answers one peer. Whatever arrives, the answer is HTTP 200 with a Ret, and nothing is changed by it."""

    def __init__(self, peer: Peer, holdings: Holdings, replays: ReplayTable) -> None:
        self._peer, self._holdings = peer, holdings
        self._listed: list[Station] = []
        self._guns: dict[str, tuple[StationId, EvseId]] = {}
        self._listed_at = -math.inf
        self._server = Server(
            peer,
            {
                "query_stations_info": Interface(self._stations, Copies.ANSWERED),
                "query_station_status": Interface(self._status, Copies.ANSWERED),
                "query_station_stats": Interface(self._stats, Copies.ANSWERED),
                "query_equip_auth": Interface(self._auth, Copies.ANSWERED),
                "query_equip_business_policy": Interface(self._policy, Copies.ANSWERED),
            },
            replays,
        )

    async def answer(self, request: PushRequest) -> PushAnswer:
        """Verifies, reads and answers. Never raises for bad input."""
        return await self._server.answer(request)

    async def _stations(self, call: Call) -> Reply:
        page, asked = _whole(call.body, "PageNo", 1), _whole(call.body, "PageSize", DEFAULT_PAGE_SIZE)
        size, since = min(asked, MAX_PAGE_SIZE), moment(call.body, "LastQueryTime", self._peer.profile)
        stations = [s for s in self._list() if since is None or _changed_at(s) >= since]
        shown = stations[(page - 1) * size : page * size]
        return Reply(
            {
                "PageNo": page,
                "PageCount": max(1, math.ceil(len(stations) / size)),
                "ItemSize": len(stations),
                "StationInfos": [station_info(station, self._peer.profile) for station in shown],
            }
        )

    async def _status(self, call: Call) -> Reply:
        ids = call.body.get("StationIDs")
        if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_STATION_IDS:
            refuse(
                "STATION_IDS",
                f"StationIDs 应为 1 至 {MAX_STATION_IDS} 个站点编号的数组",
                f"StationIDs must be an array of 1 to {MAX_STATION_IDS} ids of stations",
            )
        named = dict.fromkeys(each for each in ids if isinstance(each, str))
        infos = [
            {"StationID": station.id, "ConnectorStatusInfos": self._statuses(station)}
            for station in map(self._holdings.station, named)
            if station is not None
        ]
        return Reply({"Total": len(infos), "StationStatusInfos": infos})

    def _statuses(self, station: Station) -> list[dict[str, Any]]:
        readings = self._holdings.board.read_all([evse.id for evse in station.evses])
        return [
            connector_status(gun_id, reading)
            for evse, reading in zip(station.evses, readings, strict=True)
            for gun_id, _ in guns_of(evse)
        ]

    async def _stats(self, call: Call) -> Reply:
        station = self._holdings.station(identifier(call.body, "StationID"))
        first, last = _day(call.body, "StartTime"), _day(call.body, "EndTime")
        if station is None or not timedelta(0) <= last - first < timedelta(days=MAX_STATS_DAYS):
            refuse(
                "STATS_SPAN",
                f"没有该站点，或日期颠倒、超过 {MAX_STATS_DAYS} 天",
                f"no such station, or the days run backwards or are over {MAX_STATS_DAYS}",
            )
        try:
            async with asyncio.timeout(MAX_STATS_S):
                counted = await self._holdings.energy(station.id, first, last)
        except (NotFound, OperatorRefused) as none:
            refuse("NO_STATS", none.zh, none.en)
        except (OperatorError, TimeoutError) as later:
            raise Busy("统计暂时不可用，请稍后重试", "no statistics at the moment: ask again later") from later
        return Reply({"StationStats": _energy_info(station, counted)})

    async def _auth(self, call: Call) -> Reply:
        gun_id = identifier(call.body, "ConnectorID")
        found, reason = self._gun(gun_id), _NOT_WELL
        if found is not None:
            reading: Reading = self._holdings.board.read(found[1].id)
            reason = 0 if reading.status in _PLUGGED else _NOT_PLUGGED if reading.status in _FREE else _NOT_WELL
        answer = {"EquipAuthSeq": _serial(call.body, "EquipAuthSeq"), "ConnectorID": gun_id}
        return Reply(answer | {"SuccStat": int(reason > 0), "FailReason": reason})

    async def _policy(self, call: Call) -> Reply:
        gun_id = identifier(call.body, "ConnectorID")
        found = self._gun(gun_id)
        tariff = found[0].tariff_of(found[2]) if found else None
        infos = write_policy(tariff, self._peer.profile.zone)
        reason = 0 if infos else _NO_POLICY
        answer = {"EquipBizSeq": _serial(call.body, "EquipBizSeq"), "ConnectorID": gun_id}
        told = {"SuccStat": int(not infos), "FailReason": reason, "SumPeriod": len(infos), "PolicyInfos": infos}
        return Reply(answer | told)

    def _gun(self, gun_id: str) -> tuple[Station, Evse, Connector] | None:
        """A connector by its ConnectorID."""
        self._list()
        station_id, evse_id = self._guns.get(gun_id, ("", ""))
        station = self._holdings.station(station_id)
        for evse in station.evses if station else ():
            if station and evse.id == evse_id:
                return next(((station, evse, c) for gun, c in guns_of(evse) if gun == gun_id), None)
        return None

    def _list(self) -> list[Station]:
        """The stations in order, and where each connector is; made anew after LISTED_S, whoever asks how often."""
        now = time.monotonic()
        if now - self._listed_at > LISTED_S:
            self._listed, self._listed_at = self._holdings.stations(), now
            self._guns = {
                gun: (station.id, evse.id)
                for station in self._listed
                for evse in station.evses
                for gun, _ in guns_of(evse)
            }
        return self._listed


def _changed_at(station: Station) -> datetime:
    return max(each.fetched_at for each in station.provenance)


def _energy_info(station: Station, counted: StationEnergy) -> dict[str, Any]:
    kwh = dict(counted.evses)
    piles: dict[str, list[tuple[str, Any]]] = {}
    for evse in station.evses:
        if evse.id in kwh:
            piles.setdefault(evse.equipment_id or evse.id, []).append((guns_of(evse)[0][0], kwh[evse.id]))
    return {
        "StationID": station.id,
        "StartTime": counted.first.isoformat(),
        "EndTime": counted.last.isoformat(),
        "StationElectricity": counted.kwh,
        "EquipmentStatsInfos": [
            {
                "EquipmentID": pile,
                "EquipmentElectricity": sum(each for _, each in guns),
                "ConnectorStatsInfos": [{"ConnectorID": gun, "ConnectorElectricity": each} for gun, each in guns],
            }
            for pile, guns in piles.items()
        ],
    }


def _whole(body: dict[str, Any], name: str, default: int) -> int:
    if name not in body:
        return default
    value = code(body, name)
    if value is None or not 1 <= value <= 1_000_000:
        refuse("PAGE_NUMBER", f"{name} 应为 1 至 1000000 的整数", f"{name} must be a whole number of 1 to 1000000")
    return value


def _day(body: dict[str, Any], name: str) -> date:
    told = text(body, name, 20) or ""
    try:
        return datetime.strptime(told[:10], "%Y-%m-%d").date()
    except ValueError:
        refuse("BAD_DAY", f"{name} 应为 yyyy-MM-dd 的日期", f"{name} must be a day, yyyy-MM-dd")


def _serial(body: dict[str, Any], name: str) -> str:
    """The caller's number of its question, given back as it came."""
    return text(body, name, MAX_ID) or ""
