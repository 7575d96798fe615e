"""A T/CEC 102 operator as the federation holds it: catalogue, live status, pushes; and what control.py adds."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import PushAnswer, PushRequest, Refused, StationPage, StatusPage
from finder.connectors.sdk.prices import priced
from finder.connectors.tcec102.client import Tcec102Client
from finder.connectors.tcec102.config import Tcec102Config
from finder.connectors.tcec102.control import Tcec102Control
from finder.connectors.tcec102.mapping import Origin, map_station, map_status, native_id, refused
from finder.connectors.tcec102.opened import Tcec102Wire
from finder.connectors.tcec102.prices import read_policy
from finder.connectors.tcec102.receive import Tcec102Receiver
from finder.connectors.tcec102.values import records, refuse
from finder.errors import BadInput, OperatorError
from finder.live.model import Observation
from finder.stations.model import Station, Tariff

_POLICY_AGE = timedelta(days=1)
_POLICIES_AT_ONCE = 4
_POLICY_FAILURES = 5  # in one crawl; then the platform is left alone with the question

log = structlog.get_logger(__name__)


class Tcec102DataConnector:
    """Listens to one operator. Is an OperatorConnector, StationSource, StatusSource and PushReceiver."""

    def __init__(self, config: Tcec102Config, bench: Workbench | None = None) -> None:
        bench = bench or Workbench()
        self.config = config
        self.source, self.name = config.source, config.name
        self.rhythm, self.practice = config.rhythm, config.practice
        self._clock = bench.clock
        self._http = bench.client(config.base_url, config.caution)
        self._client = Tcec102Client(config, self._http, bench.clock)
        self._receiver = Tcec102Receiver(config, bench, self._as_known)
        self._policies: dict[str, tuple[datetime, Tariff | None]] = {}
        self._fees: dict[str, Mapping[str, Tariff]] = {}  # as they were pushed, by native station id
        self.wire = Tcec102Wire(config)

    @property
    def operator_code(self) -> str:
        """The OperatorID that stands in its codes."""
        return self.config.peer_id

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        """The catalogue, or what changed since then; a record that cannot be taken is named and the rest goes on."""
        crawl = _Crawl(self.config, self._clock())
        budget = _Budget(self.config.policies_per_crawl)
        async for raws in self._client.station_pages(since):
            yield await self._with_prices(crawl.page(raws), budget)

    async def status(self, stations: Sequence[Station]) -> StatusPage:
        """The status of those of these stations that this operator knows, in batches as small as it wants them."""
        known = {
            each.native_id: {e.id for e in station.evses if e.id.startswith(f"{self.source}/")}
            for station in stations
            for each in station.provenance
            if each.source == self.source
        }
        ids = list(known)
        observations: list[Observation] = []
        bad: list[Refused] = []
        for start in range(0, len(ids), self.config.profile.status_batch):
            batch = ids[start : start + self.config.profile.status_batch]
            # The answer's own time is not told. It was true at some time after we asked, so that is what is claimed;
            # whole seconds, as pushes have, so that a push within the same second counts as the later one.
            asked_at = self._clock().replace(microsecond=0)
            for raw in await self._client.station_status(batch):
                self._read_station_status(raw, known, set(batch), asked_at, observations, bad)
        return StatusPage(observations, bad)

    def _read_station_status(
        self,
        raw: object,
        known: dict[str, set[str]],
        asked: set[str],
        asked_at: datetime,
        observations: list[Observation],
        bad: list[Refused],
    ) -> None:
        station_id = native_id(raw, "StationID")
        if not isinstance(raw, dict) or station_id not in asked:
            zh, en = "返回了未请求的站点", "a station that was not asked for"
            bad.append(Refused(station_id, "STATION_NOT_ASKED", zh, en))
            return
        seen: set[str] = set()
        for info in records(raw, "ConnectorStatusInfos"):
            try:
                observation = map_status(info, self.source, self.config.profile, asked_at)
                if known[station_id] and observation.evse_id not in known[station_id]:
                    refuse("CONNECTOR_NOT_KNOWN", "目录中没有该接口", "the catalogue has no such connector")
                if observation.evse_id in seen:
                    refuse("DUPLICATE_CONNECTOR", "同一站内接口编号重复", "two connectors of a station have one id")
                seen.add(observation.evse_id)
                observations.append(observation)
            except BadInput as error:
                bad.append(refused(native_id(info, "ConnectorID"), error))

    async def receive(self, request: PushRequest) -> PushAnswer:
        """As the port says; see receive.py."""
        answer = await self._receiver.receive(request)
        for station_id, tariffs in answer.tariffs.items():
            if len(self._fees) < self.config.profile.max_stations or station_id in self._fees:
                self._fees[station_id] = tariffs
        return answer

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()

    async def _with_prices(self, page: StationPage, budget: "_Budget") -> StationPage:
        gate = asyncio.Semaphore(_POLICIES_AT_ONCE)

        async def priced(station: Station) -> Station:
            async with gate:
                return await self._priced(station, budget)

        return StationPage(await asyncio.gather(*map(priced, page.stations)), page.refused, page.removed)

    async def _as_known(self, station: Station) -> Station:
        """A station that was pushed, with the prices that are known of it already."""
        return await self._priced(station, _Budget(0))

    async def _priced(self, station: Station, budget: "_Budget") -> Station:
        """The station with the prices that were pushed of it, or of its first connector of each current, where its
        texts tell no periods."""
        if any(tariff.periods for tariff in station.tariffs):
            return station
        if fees := self._fees.get(station.id.removeprefix(f"{self.source}/")):
            return priced(station, fees) or station
        if not self.config.profile.policies:
            return station
        words = station.tariffs[0].text if station.tariffs else None
        tariffs: dict[str, Tariff] = {}
        for evse in station.evses:
            current = str(evse.connectors[0].current or "OTHER")
            if current not in tariffs:
                found = await self._policy(evse.id.removeprefix(f"{self.source}/"), current, words, budget)
                if found is None:
                    return station
                tariffs[current] = found
        return priced(station, tariffs) or station

    async def _policy(self, connector_id: str, tariff_id: str, words: str | None, budget: "_Budget") -> Tariff | None:
        now = self._clock()
        read_at, tariff = self._policies.get(connector_id, (None, None))
        if read_at is not None and now - read_at < _POLICY_AGE:
            return tariff
        if not budget.take():
            return tariff
        try:
            tariff = read_policy(tariff_id, await self._client.policy(connector_id), words)
        except (OperatorError, BadInput) as error:
            budget.failures += 1
            log.warning("policy_not_read", source=self.source, connector=connector_id, code=error.code)
            return tariff
        self._policies[connector_id] = (now, tariff)
        return tariff


class Tcec102Connector(Tcec102DataConnector, Tcec102Control):
    """Speaks to one operator at which one can charge: all of the standard."""


class _Budget:
    """How often a crawl may still ask for prices."""

    def __init__(self, left: int) -> None:
        self.failures = 0
        self._left = left

    def take(self) -> bool:
        """Whether one more question is allowed."""
        self._left -= 1
        return self._left >= 0 and self.failures < _POLICY_FAILURES


class _Crawl:
    """One reading of the catalogue: what was seen on earlier pages is not taken twice."""

    def __init__(self, config: Tcec102Config, fetched_at: datetime) -> None:
        self._origin = Origin(config.source, config.name, config.profile, fetched_at, config.practice)
        self._stations: set[str] = set()
        self._evses: set[str] = set()

    def page(self, raws: Sequence[Any]) -> StationPage:
        """The page's records, each taken or refused."""
        stations: list[Station] = []
        bad: list[Refused] = []
        for raw in raws:
            try:
                mapped = map_station(raw, self._origin)
                station = mapped.station
                ids = {evse.id for evse in station.evses}
                if station.id in self._stations:
                    refuse("DUPLICATE_STATION", "目录中站点编号重复", "two stations of the catalogue have one id")
                if ids & self._evses:
                    refuse("DUPLICATE_CONNECTOR", "接口编号属于另一站点", "its connectors belong to another station")
            except BadInput as error:
                bad.append(refused(native_id(raw, "StationID"), error))
                continue
            self._stations.add(station.id)
            self._evses |= ids
            stations.append(station)
            bad += mapped.refused
        return StationPage(stations, bad)
