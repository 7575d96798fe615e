"""Asks GET /v3/poi for everything in a circle, by smaller circles where one holds more than an answer may."""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import msgspec

from finder.connectors.openchargemap.config import OpenChargeMapConfig
from finder.connectors.sdk.http import retrying, send
from finder.errors import OperatorLied
from finder.kernel.geo import Point

_LEAST_KM = 0.05  # below it, more points than an answer holds cannot be a list of places
_KM_PER_DEGREE = 111.0


class OpenChargeMapClient:
    """Speaks to one server of the API."""

    def __init__(self, config: OpenChargeMapConfig, http: httpx.AsyncClient) -> None:
        self._config, self._http = config, http

    async def pois(self, since: datetime | None) -> AsyncIterator[list[object]]:
        """Answer by answer; a POI near the seam of two circles comes in both. Raises OperatorError."""
        todo = [(self._config.centre, self._config.radius_km)]
        while todo:
            centre, radius_km = todo.pop()
            found = await self._ask(centre, radius_km, since)
            if len(found) < self._config.max_results:
                yield found
            elif radius_km <= _LEAST_KM:
                raise OperatorLied(
                    f"{self._config.name}在 {radius_km * 1000:.0f} 米内列出了 {len(found)} 个以上的点，无法读全",
                    f"{self._config.name} lists {len(found)} or more points within {radius_km * 1000:.0f} m",
                    code="CATALOGUE_TRUNCATED",
                )
            else:
                todo += _quarters(centre, radius_km)

    async def _ask(self, centre: Point, radius_km: float, since: datetime | None) -> list[object]:
        config = self._config
        query: dict[str, str] = {
            "output": "json",
            "latitude": f"{centre.lat:.6f}",
            "longitude": f"{centre.lon:.6f}",
            "distance": f"{radius_km:.4f}",
            "distanceunit": "km",
            "maxresults": str(config.max_results),
            "verbose": "true",
        }
        if since is not None:
            query["modifiedsince"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"x-api-key": config.key.get_secret_value()} if config.key else {}

        async def attempt() -> list[object]:
            request = self._http.build_request("GET", "/v3/poi", params=query, headers=headers)
            answer = await send(self._http, request, config.name, config.caution)
            try:
                return msgspec.json.decode(answer.body, type=list[object])
            except msgspec.MsgspecError as bad:
                raise OperatorLied(
                    f"{config.name}的应答不是充电点列表",
                    f"{config.name}'s answer is no list of points",
                    code="ANSWER_UNREADABLE",
                ) from bad

        return await retrying(config.caution, attempt)


def _quarters(centre: Point, radius_km: float) -> list[tuple[Point, float]]:
    """Four circles that cover a circle: round the squares of its bounding square's quarters, a little wider."""
    north = radius_km / 2 / _KM_PER_DEGREE
    east = north / max(math.cos(math.radians(centre.lat)), 0.01)
    return [
        (
            Point(max(-90.0, min(90.0, centre.lat + y * north)), (centre.lon + x * east + 180) % 360 - 180),
            radius_km / math.sqrt(2) * 1.02,
        )
        for y in (-1, 1)
        for x in (-1, 1)
    ]
