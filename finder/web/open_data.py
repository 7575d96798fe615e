"""Open data over HTTP: /open/ lists what there is, each file has a tag and is asked for again at no cost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from finder.errors import FinderError, NotFound
from finder.supervision.open_data.keeper import FILES, OpenData
from finder.supervision.open_data.model import CITY
from finder.supervision.open_data.snapshot import MANIFEST, published_days
from finder.supervision.stars.sheet import STARS_FILE
from finder.web.health import refusal

PART = 256 * 1024
_ANYBODY = {"access-control-allow-origin": "*", "access-control-expose-headers": "etag"}
_CSV, _GEOJSON = "text/csv; charset=utf-8", "application/geo+json"
_COVERAGE = {"coverage.csv": _CSV, "coverage.geojson": _GEOJSON}
_OF_A_DAY = {
    **{name: media_type for name, (media_type, _) in FILES.items()},
    **_COVERAGE,
    STARS_FILE: _CSV,
    MANIFEST: "application/json",
}


def open_data_routes(data: OpenData, base_url: str, days: Path) -> list[Route]:
    """GET /open/ and /open/catalog.json (DCAT), the files of now, /open/days/ and /open/days/<day>/<file>."""
    catalog = orjson.dumps(_catalog(base_url))

    async def listed(_: Request) -> Response:
        return Response(catalog, headers={**_ANYBODY, "cache-control": "public, max-age=3600"}, media_type=_JSON)

    return [
        Route("/open/", listed, methods=["GET"]),
        Route("/open/catalog.json", listed, methods=["GET"]),
        *(_route(data, name, media_type) for name, (media_type, _) in FILES.items()),
        *_days(days),
    ]


def _days(folder: Path) -> list[Route]:
    async def listed(_: Request) -> Response:
        days = await asyncio.to_thread(published_days, folder)
        return Response(orjson.dumps({"days": days, "files": list(_OF_A_DAY)}), headers=_ANYBODY, media_type=_JSON)

    async def file(request: Request) -> Response:
        day, name = request.path_params["day"], request.path_params["name"]
        path = folder / day / name
        known = name in _OF_A_DAY and day in await asyncio.to_thread(published_days, folder)
        if not known or not await asyncio.to_thread(path.is_file):
            return refusal(
                NotFound(
                    "没有这一天的文件，见 /open/days/", "there is no such file: see /open/days/", code="NO_SNAPSHOT"
                )
            )
        # A published day does not change.
        headers = {**_ANYBODY, "cache-control": "public, max-age=31536000, immutable"}
        return FileResponse(path, headers=headers, media_type=_OF_A_DAY[name])

    return [
        Route("/open/days/", listed, methods=["GET"]),
        Route("/open/days/{day}/{name}", file, methods=["GET"]),
    ]


_JSON = "application/ld+json"


def _route(data: OpenData, name: str, media_type: str) -> Route:
    async def file(request: Request) -> Response:
        try:
            found = await data.file(name)
        except FinderError as error:
            return refusal(error)
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        # Weak: the zipped bytes are others, what they say is the same.
        tag = f'W/"{found.tag}"'
        headers = {**_ANYBODY, "etag": tag, "cache-control": "public, max-age=60", "vary": "accept-encoding"}
        if _known(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        body = found.zipped if zipped else found.body
        headers |= {"content-length": str(len(body)), "content-disposition": f'attachment; filename="{name}"'}
        # Said even where it is not zipped, so that nobody zips it again on the event loop.
        headers["content-encoding"] = "gzip" if zipped else "identity"
        return StreamingResponse(_parts(body), headers=headers, media_type=media_type)

    return Route(f"/open/{name}", file, methods=["GET"])


def _known(told: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: any tag of the list, compared weakly, or an asterisk."""
    tags = [each.strip().removeprefix("W/") for each in told.split(",")]
    return "*" in tags or tag.removeprefix("W/") in tags


async def _parts(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), PART):
        yield body[start : start + PART]


def _catalog(base_url: str) -> dict[str, object]:
    types = {**{name: media_type for name, (media_type, _) in FILES.items()}, **_COVERAGE}
    return {
        "@context": "https://www.w3.org/ns/dcat.jsonld",
        "@type": "Catalog",
        "license": CITY,
        "rights": "每条记录的许可见 licences 列 · each record tells its own licences; PRACTICE: made up, not real",
        "dataset": [
            {
                "@type": "Dataset",
                "identifier": name,
                "distribution": [{"downloadURL": f"{base_url}/open/{name}", "mediaType": media_type}],
            }
            for name, media_type in types.items()
        ],
    }
