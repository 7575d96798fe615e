"""The one question that is measured: the nearest 20 within 10 km with a free connector of 60 kW, all fields."""

from collections.abc import Sequence

import orjson

from finder.kernel.geo import Point

_NODE = """
      node {
        id name nameEn address areaCode state construction practice phone guide maxPowerKw openNow
        parkingFee parkingText access accessNote amenities attributes
        operator { id name nameEn phone website }
        location { lat lon }
        gcj02 { lat lon }
        hours { text alwaysOpen }
        availability {
          total available occupied charging reserved blocked faulted offline unknown oldestAgeS newestAgeS
        }
        evses {
          id label equipmentId
          live { status lastSeen observedAt ageS source stale }
          connectors { id type current powerKw voltageV currentA tariffId }
        }
        tariffs { id text zone periods { start end electricityE4 serviceE4 totalE4 } }
        priceNow { electricityE4 serviceE4 totalE4 until }
        provenance { source name nativeId fetchedAt ageS licence }
        photos { url caption }
      }
"""
_REST = """
    pageInfo { hasNextPage endCursor }
    freshness { answeredAt oldestStatusAgeS unknownEvses boardConnected }
    partialFailures { operator name kind code message since retryable }
"""
QUERY = f"""
query Nearby($at: PointInput!) {{
  stationsNear(at: $at, radiusM: 10000, first: 20, filter: {{minPowerKw: 60, freeNow: true}}) {{
    edges {{
      cursor
      distanceM
      {_NODE}
    }}
    {_REST}
  }}
}}
"""
ROAD_QUERY = f"""
query Road($road: ID!, $from: Float!) {{
  stationsAlongRoad(
    road: $road, fromKm: $from, maxOffsetM: 10000, first: 20, filter: {{minPowerKw: 60, freeNow: true}}
  ) {{
    edges {{
      cursor
      km
      offsetM
      side
      {_NODE}
    }}
    {_REST}
  }}
}}
"""


def bodies(places: Sequence[Point]) -> list[bytes]:
    """A POST body for each place."""
    return [orjson.dumps({"query": QUERY, "variables": {"at": {"lat": p.lat, "lon": p.lon}}}) for p in places]


def road_bodies(begins: Sequence[tuple[str, float]]) -> list[bytes]:
    """A POST body for each road and kilometre."""
    return [orjson.dumps({"query": ROAD_QUERY, "variables": {"road": r, "from": km}}) for r, km in begins]


def elastic_bodies(places: Sequence[Point]) -> list[bytes]:
    """The same question to Elasticsearch itself, stations whole; it cannot know what is free."""
    return [
        orjson.dumps(
            {
                "size": 20,
                "track_total_hits": False,
                "query": {
                    "bool": {
                        "filter": [
                            {"geo_distance": {"distance": "10km", "place": {"lat": p.lat, "lon": p.lon}}},
                            {
                                "nested": {
                                    "path": "connectors",
                                    "query": {"range": {"connectors.power_kw": {"gte": 60}}},
                                }
                            },
                        ]
                    }
                },
                "sort": [{"_geo_distance": {"place": {"lat": p.lat, "lon": p.lon}, "order": "asc", "unit": "m"}}],
            }
        )
        for p in places
    ]


def wrk_script(requests: Sequence[bytes], path: str) -> str:
    """A Lua script that makes wrk send these requests in turn."""
    listed = ",\n".join("[==[" + body.decode() + "]==]" for body in requests)
    return f"""
local bodies = {{ {listed} }}
local headers = {{ ["Content-Type"] = "application/json", ["Accept"] = "application/json" }}
local n = 0
function request()
  n = n + 1
  return wrk.format("POST", "{path}", headers, bodies[n % #bodies + 1])
end
"""
