"""The base map's labels: towns as GeoJSON, so that no outside tile server is needed."""

import hashlib

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.stations.places import Gazetteer


def base_routes(gazetteer: Gazetteer) -> list[Route]:
    """GET /base/places.geojson: points with name, nameEn, kind, population; GeoNames, CC BY 4.0."""
    body = orjson.dumps(
        {
            "type": "FeatureCollection",
            "attribution": "GeoNames CC BY 4.0",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [p.place.lon, p.place.lat]},
                    "properties": {
                        "name": p.name,
                        "nameEn": p.name_en,
                        "kind": p.kind,
                        "population": p.population,
                    },
                }
                for p in gazetteer.places
            ],
        }
    )
    headers = {"cache-control": "public, max-age=86400", "etag": f'"{hashlib.blake2s(body).hexdigest()[:16]}"'}

    async def places(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/geo+json")

    return [Route("/base/places.geojson", places)]
