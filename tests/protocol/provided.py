"""A provider over a few stations made by hand, and a platform that asks it under its keys."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from finder.connectors.sdk.control import StationEnergy
from finder.connectors.sdk.ports import PushRequest
from finder.connectors.sdk.replays import MemoryReplays
from finder.connectors.tcec102 import Credentials, Profile
from finder.connectors.tcec102.provider import Holdings, Provider
from finder.connectors.tcec102.server import Peer
from finder.connectors.tcec102.wire import Request, Response, decrypt, parse
from finder.errors import NotFound
from finder.kernel.clock import SHANGHAI
from finder.kernel.geo import Point
from finder.kernel.money import UnitPrice
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import (
    Connector,
    ConnectorType,
    Current,
    Evse,
    Operator,
    Provenance,
    Station,
    StationId,
    Tariff,
    TariffPeriod,
)
from tests.protocol.tcec102_peer import KEYS, NOON, OLD_KEYS, Hand

PROVINCE = "MA0SHANXI"


def periods(*starts: int) -> tuple[TariffPeriod, ...]:
    ends = [*starts[1:], 1440]
    return tuple(
        TariffPeriod(start=a, end=b, electricity=UnitPrice(5_946 + a), service=UnitPrice(3_500))
        for a, b in zip(starts, ends, strict=True)
    )


def station(number: int, *evses: Evse, source: str = "jinbei", **more: Any) -> Station:
    """A station with a free connector, unless other EVSEs are given."""
    plug = Connector(id="1", type=ConnectorType.GBT_DC, current=Current.DC, power_kw=60.0)
    return Station(
        id=f"{source}/{number}",
        name=f"第{number}站",
        operator=Operator(id="MA0JINBEI", name="晋北充电"),
        place=Point(38.4 + number / 1_000, 112.7),
        evses=evses or (Evse(id=f"{source}/{number}-1", connectors=(plug,)),),
        provenance=(Provenance(source=source, native_id=str(number), fetched_at=NOON),),
        **{"tariffs": (Tariff(id="1", periods=periods(0, 420)),), **more},
    )


class Asker:
    """Asks a provider as the province would."""

    def __init__(self, *stations: Station, profile: Profile | None = None) -> None:
        self.clock, self.board = Hand(), MemoryBoard(lambda: self.clock())
        self.stations = list(stations)
        holdings = Holdings(("jinbei",), self._records, self.board, self._energy)
        profile = profile or Profile()
        peer = Peer(PROVINCE, (KEYS, OLD_KEYS), profile)
        self.holdings, self.profile = holdings, profile
        self.provider = Provider(peer, holdings, MemoryReplays(self.clock))
        self.token = ""
        self._seq = 0

    def _records(self, source: str) -> dict[StationId, Station]:
        return {s.id: s for s in self.stations if s.id.startswith(f"{source}/")}

    async def _energy(self, station_id: StationId, first: date, last: date) -> StationEnergy:
        if station_id == "jinbei/404":
            raise NotFound("没有", "none")
        evse = self._records("jinbei")[station_id].evses[0].id
        return StationEnergy(station_id, first, last, Decimal("12.5"), ((evse, Decimal("12.5")),))

    async def see(self, evse_id: str, status: Status) -> None:
        self.clock.move(seconds=1)
        await self.board.observe([Observation(evse_id, status, self.clock(), "jinbei")])

    def seal(self, body: object, keys: Credentials = KEYS, peer: str = PROVINCE, **off: float) -> Request:
        self._seq = self._seq % 9999 + 1
        stamp = (self.clock() + timedelta(**off)).astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        return Request.seal(peer, json.dumps(body).encode(), stamp, f"{self._seq:04d}", keys)

    async def post(self, interface: str, raw: bytes | Request, token: str | None = None) -> tuple[int, Any]:
        """Ret and Data; the answer's signature must hold, and it must teach nothing."""
        sent = raw.to_json() if isinstance(raw, Request) else raw
        headers = {"authorization": f"Bearer {self.token if token is None else token}"}
        answer = await self.provider.answer(PushRequest(interface, headers, sent, self.clock()))
        assert answer.http_status == 200
        assert not any((answer.observations, answer.stations, answer.tariffs, answer.removed, answer.refused[1:]))
        read = Response.read(parse(answer.body))
        keys = next(k for k in (KEYS, OLD_KEYS) if read.signed_by(k))
        data = parse(decrypt(read.data, keys), exact=True) if isinstance(read.data, str) and read.data else None
        return read.ret, self.profile.read(data)

    async def ask(self, interface: str, body: object, **how: Any) -> tuple[int, Any]:
        """The same, logged in."""
        if not self.token:
            await self.log_in()
        return await self.post(interface, self.seal(body, **how))

    async def log_in(self, keys: Credentials = KEYS) -> None:
        secrets = {"OperatorID": PROVINCE, "OperatorSecret": keys.operator_secret}
        ret, data = await self.post("query_token", self.seal(secrets, keys), "")
        assert (ret, data["SuccStat"]) == (0, 0)
        self.token = data["AccessToken"]
