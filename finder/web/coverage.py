"""The coverage report as files: CSV for tables, GeoJSON for maps."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import BadInput, FinderError
from finder.supervision.coverage.keeper import Coverage
from finder.supervision.coverage.report import Report, to_csv, to_geojson
from finder.web.health import refusal


def coverage_routes(coverage: Coverage) -> list[Route]:
    """GET /open/coverage.csv and /open/coverage.geojson, each with ?year=."""

    def route(name: str, media_type: str, write: Callable[[Report], str | bytes]) -> Route:
        async def file(request: Request) -> Response:
            try:
                body = write(await coverage.report(_year(request.query_params)))
            except FinderError as error:
                return refusal(error)
            headers = {"cache-control": "public, max-age=60", "content-disposition": f'attachment; filename="{name}"'}
            return Response(body, headers=headers, media_type=media_type)

        return Route(f"/open/{name}", file, methods=["GET"])

    return [
        route("coverage.csv", "text/csv; charset=utf-8", to_csv),
        route("coverage.geojson", "application/geo+json", lambda told: orjson.dumps(to_geojson(told))),
    ]


def _year(asked: Mapping[str, Any]) -> int | None:
    text = asked.get("year")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise BadInput("year 应为四位年份", "year must have four digits", code="YEAR")
    return int(text)
