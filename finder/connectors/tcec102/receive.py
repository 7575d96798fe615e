"""What a T/CEC 102 operator posts to us: which interfaces there are, and news of its stations."""

from collections.abc import Awaitable, Callable
from typing import Any

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest, Refused
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.mapping import Origin, map_station, map_status
from finder.connectors.tcec102.prices import read_fees
from finder.connectors.tcec102.receive_sessions import SessionNews
from finder.connectors.tcec102.server import NOT_TAKEN, TAKEN, Call, Copies, Interface, Peer, Reply, Server
from finder.connectors.tcec102.values import identifier, native_id, records, refuse, refused
from finder.errors import BadInput
from finder.live.model import Observation
from finder.stations.model import Station

MAX_STATUSES = 1_000
MAX_STATIONS = 200

Price = Callable[[Station], Awaitable[Station]]


class Tcec102Receiver:
    """One operator's calls to us. Whatever arrives, the answer is HTTP 200 with a Ret, signed under its own keys.

    `price` gives a station that was pushed the prices that are known of it.
    """

    def __init__(self, config: Tcec102Config, bench: Workbench, price: Price) -> None:
        self._config, self._price = config, price
        sessions = SessionNews(config, bench.desk)
        self._server = Server(
            Peer(config.peer_id, config.called, config.profile),
            {
                "notification_stationStatus": Interface(self._station_status, Copies.DISCARDED),
                "notification_stationInfo": Interface(self._station_info, Copies.DISCARDED),
                "notification_stationFee": Interface(self._station_fee, Copies.DISCARDED),
                **sessions.interfaces(),
            },
            bench.replays,
            stranger=config.calling,
        )

    async def receive(self, request: PushRequest) -> PushAnswer:
        """Verifies, reads and answers. Never raises for bad input."""
        return await self._server.answer(request)

    async def _station_status(self, call: Call) -> Reply:
        infos = _several(call.body, "ConnectorStatusInfo", MAX_STATUSES)
        observations: list[Observation] = []
        bad: list[Refused] = []
        for info in infos:
            try:
                observations.append(map_status(info, self._config.source, self._config.profile, call.sent_at))
            except BadInput as error:
                bad.append(refused(native_id(info, "ConnectorID"), error))
        return Reply(_status(observations), tuple(observations), tuple(bad), taken=bool(observations))

    async def _station_info(self, call: Call) -> Reply:
        config = self._config
        origin = Origin(config.source, config.name, config.profile, call.received_at, config.practice)
        stations: list[Station] = []
        bad: list[Refused] = []
        for info in _several(call.body, "StationInfo", MAX_STATIONS):
            try:
                mapped = map_station(info, origin)
            except BadInput as error:
                bad.append(refused(native_id(info, "StationID"), error))
                continue
            stations.append(await self._price(mapped.station))
            bad += mapped.refused
        return Reply(_status(stations), refused=tuple(bad), stations=tuple(stations), taken=bool(stations))

    async def _station_fee(self, call: Call) -> Reply:
        station_id, tariffs = identifier(call.body, "StationID"), read_fees(call.body)
        return Reply({"Status": TAKEN}, tariffs={station_id: tariffs})


def _status(taken: list[Any]) -> dict[str, Any]:
    return {"Status": TAKEN if taken else NOT_TAKEN}


def _several(body: dict[str, Any], name: str, limit: int) -> list[Any]:
    """The records under this name or its plural. Raises BadInput for none or more than `limit`."""
    infos = records(body, name) or records(body, f"{name}s")
    if not 1 <= len(infos) <= limit:
        refuse("RECORD_COUNT", f"{name} 应有 1 至 {limit} 项", f"{name} must have 1 to {limit} records")
    return infos
