"""Open Charge Map as the federation holds it: a catalogue, without live status."""

from collections.abc import AsyncIterator
from datetime import datetime

from finder.connectors.openchargemap.client import OpenChargeMapClient
from finder.connectors.openchargemap.config import OpenChargeMapConfig
from finder.connectors.openchargemap.mapping import Origin, is_removed, map_poi, native_id
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import Refused, StationPage
from finder.errors import BadInput


class OpenChargeMapConnector:
    """Reads one circle of the list. Is an OperatorConnector and a StationSource."""

    def __init__(self, config: OpenChargeMapConfig, bench: Workbench | None = None) -> None:
        bench = bench or Workbench()
        self.config = config
        self.source, self.name = config.source, config.name
        self.rhythm, self.practice = config.rhythm, config.practice
        self._clock = bench.clock
        self._http = bench.client(config.base_url, config.caution)
        self._client = OpenChargeMapClient(config, self._http)

    async def stations(self, since: datetime | None) -> AsyncIterator[StationPage]:
        """What the circle holds, or what of it changed; each POI once, the first counts."""
        origin = Origin(self.source, self._clock(), self.practice)
        seen: dict[str, object] = {}
        async for raws in self._client.pois(since):
            stations, refused, removed = [], [], []
            for raw in raws:
                poi_id = native_id(raw)
                if poi_id and poi_id in seen:
                    # Where two circles overlap the same record comes twice; another one under its id is a fault.
                    if seen[poi_id] != raw:
                        zh, en = "编号重复", "two records have one id"
                        refused.append(Refused(poi_id, "DUPLICATE_STATION", zh, en))
                    continue
                seen[poi_id] = raw
                if isinstance(raw, dict) and is_removed(raw):
                    removed.append(poi_id)
                    continue
                try:
                    stations.append(map_poi(raw, origin))
                except BadInput as error:
                    refused.append(Refused(poi_id, error.code, error.zh, error.en))
            yield StationPage(stations, refused, removed)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._http.aclose()
