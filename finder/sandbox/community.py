"""A practice list of chargers that speaks Open Charge Map's API: GET /v3/poi, in WGS-84, without live status."""

import math
import random
import uuid
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from finder.errors import BadInput
from finder.kernel.clock import Clock
from finder.kernel.geo import Point, distances_m
from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.faults import Lie
from finder.sandbox.network import SEED, Pile, Site
from finder.sandbox.operators import TCEC102_OPERATORS

MAX_RESULTS = 250
_DEFAULT_RESULTS = 100
_KM_PER_MILE = 1.609344
_GBT_AC_SOCKET, _GBT_DC = 1038, 1040
_OPERATIONAL = 50
_SHARE_KNOWN = 0.4
_OPERATORS = {operator.source: (9001 + n, operator.name) for n, operator in enumerate(TCEC102_OPERATORS)}
_PRIVATE = (9100, "社区分享桩（演示）")


def community_list(sites: Sequence[Site], seed: int = SEED) -> list[dict[str, Any]]:
    """POIs: two fifths of the operators' sites as volunteers would list them, and some that nobody else has."""
    rng = random.Random(f"{seed}/community")  # noqa: S311 - practice, not secrets
    pois: list[dict[str, Any]] = []
    for site in sites:
        if rng.random() < _SHARE_KNOWN:
            number, name = _OPERATORS[site.operator]
            title = site.name.removesuffix("充电站") + rng.choice(("充电站", "", "公共充电桩"))
            pois.append(_poi(len(pois), site, title, _near(rng, site.point, 12.0), (number, name), site.piles))
        elif rng.random() < 0.1:
            piles = site.piles[: rng.randint(1, 2)]
            pois.append(
                _poi(len(pois), site, f"{site.area_name}共享桩", _near(rng, site.point, 900.0), _PRIVATE, piles)
            )
    return pois


def _near(rng: random.Random, point: Point, metres: float) -> Point:
    angle, off = rng.uniform(0, 2 * math.pi), metres * rng.uniform(0.3, 1.0) / 111_320
    return Point(point.lat + off * math.sin(angle), point.lon + off * math.cos(angle) / math.cos(math.radians(39)))


def _poi(
    number: int, site: Site, title: str, point: Point, operator: tuple[int, str], piles: Sequence[Pile]
) -> dict[str, Any]:
    kinds: dict[tuple[bool, int], int] = {}
    for pile in piles:
        if not pile.swap:
            kinds[pile.dc, pile.power_kw] = kinds.get((pile.dc, pile.power_kw), 0) + len(pile.guns)
    poi_id = 900_000 + number
    return {
        "ID": poi_id,
        "UUID": str(uuid.uuid5(uuid.NAMESPACE_URL, f"practice/{poi_id}")).upper(),
        "IsRecentlyVerified": False,
        "DateLastStatusUpdate": "2025-12-01T08:00:00Z",
        "DateLastVerified": "2025-12-01T08:00:00Z",
        "DateCreated": "2025-06-01T08:00:00Z",
        "OperatorID": operator[0],
        "OperatorInfo": {"ID": operator[0], "Title": operator[1]},
        "DataProvider": {"ID": 1, "Title": "演示数据", "License": "practice data"},
        "UsageTypeID": 1,
        "UsageType": {"ID": 1, "Title": "Public", "IsAccessKeyRequired": False, "IsPayAtLocation": False},
        "UsageCost": None,
        "StatusTypeID": _OPERATIONAL,
        "StatusType": {"ID": _OPERATIONAL, "Title": "Operational", "IsOperational": True},
        "SubmissionStatusTypeID": 200,
        "NumberOfPoints": len(piles),
        "GeneralComments": "演示数据，请勿前往",
        "AddressInfo": {
            "ID": poi_id,
            "Title": title,
            "AddressLine1": f"{site.area_name}（演示地址）",
            "Town": "忻州市",
            "StateOrProvince": "山西省",
            "CountryID": 45,
            "Country": {"ID": 45, "ISOCode": "CN", "Title": "China"},
            "Latitude": round(point.lat, 6),
            "Longitude": round(point.lon, 6),
        },
        "Connections": [
            {
                "ID": poi_id * 10 + n,
                "ConnectionTypeID": _GBT_DC if dc else _GBT_AC_SOCKET,
                "ConnectionType": {"ID": _GBT_DC if dc else _GBT_AC_SOCKET, "Title": "GB-T DC" if dc else "GB-T AC"},
                "StatusTypeID": _OPERATIONAL,
                "LevelID": 3 if dc else 2,
                "PowerKW": float(power),
                "CurrentTypeID": 30 if dc else 10,
                "Quantity": quantity,
            }
            for n, ((dc, power), quantity) in enumerate(sorted(kinds.items()))
        ],
    }


class Community:
    """The list as served; `key` is asked for in the query or in X-API-Key."""

    def __init__(self, pois: list[dict[str, Any]], key: str, clock: Clock) -> None:
        self.pois, self.switchboard = pois, Switchboard()
        self._key, self._clock = key, clock
        self._lats = [poi["AddressInfo"]["Latitude"] for poi in pois]
        self._lons = [poi["AddressInfo"]["Longitude"] for poi in pois]

    def routes(self) -> list[Route]:
        """GET /v3/poi, with and without a slash at its end, and the handles."""
        return [
            Route("/v3/poi", self._serve, methods=["GET"]),
            Route("/v3/poi/", self._serve, methods=["GET"]),
            *control_routes(self.switchboard, None),
        ]

    async def _serve(self, request: Request) -> Response:
        misbehaved = await self.switchboard.misbehave(request)
        if misbehaved is not None:
            return misbehaved
        query = request.query_params
        if self._key not in (query.get("key"), request.headers.get("x-api-key")):
            return JSONResponse("REJECTED_APIKEY_MISSING", 403)
        try:
            unit_km = 1.0 if query.get("distanceunit", "").lower() == "km" else _KM_PER_MILE
            limit = int(query.get("maxresults", _DEFAULT_RESULTS))
            if limit < 1:
                raise ValueError("maxresults")
            found = self._find(
                Point(float(query.get("latitude", "nan")), float(query.get("longitude", "nan"))),
                float(query.get("distance", "100")) * unit_km,
                min(limit, MAX_RESULTS),
                query.get("modifiedsince", ""),
            )
        except (ValueError, BadInput):
            return JSONResponse("BAD_QUERY", 400)
        body = orjson.dumps(self._lie(found))
        return Response(body, media_type="application/json")

    def _find(self, centre: Point, radius_km: float, limit: int, since: str) -> list[dict[str, Any]]:
        metres = distances_m(centre, self._lats, self._lons)
        near = (self.pois[int(n)] for n in metres.argsort() if metres[n] <= radius_km * 1000)
        return [poi for poi in near if poi["DateLastStatusUpdate"] >= since][:limit]

    def _lie(self, pois: list[dict[str, Any]]) -> list[dict[str, Any]]:
        faults, told = self.switchboard.faults, list(pois)
        if not pois:
            return told
        first, place = pois[0], pois[0]["AddressInfo"]
        for number, lie in enumerate(sorted(faults.lies)):
            false = first | {"ID": 990_000 + number}
            match lie:
                case Lie.NEGATIVE_POWER:
                    false["Connections"] = [c | {"PowerKW": -60.0} for c in first["Connections"]]
                case Lie.ZERO_COORDINATES:
                    false["AddressInfo"] = place | {"Latitude": 0.0, "Longitude": 0.0}
                case Lie.OUTSIDE_THE_WORLD:
                    false["AddressInfo"] = place | {"Latitude": 138.4}
                case Lie.CONNECTORLESS:
                    false["Connections"] = []
                case Lie.DUPLICATE_IDS:
                    false["ID"] = first["ID"]
                case Lie.FUTURE:
                    false["DateLastVerified"] = f"{self._clock().year + 1}-01-01T00:00:00Z"
                case _:
                    continue
            told.append(false)
        return told
