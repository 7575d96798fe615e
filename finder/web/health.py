"""Whether the process lives, and whether it can answer."""

from collections.abc import Awaitable, Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.errors import FinderError

Check = Callable[[], Awaitable[dict[str, object]]]


def json_response(body: object, status: int = 200) -> Response:
    """A JSON answer that no cache keeps."""
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, "application/json")


def refusal(error: FinderError) -> Response:
    """The error's code and two sentences, with its HTTP status."""
    return json_response({"code": error.code, "zh": error.zh, "en": error.en}, error.http_status)


def health_routes(checks: Mapping[str, Check], degraded: frozenset[str] = frozenset()) -> list[Route]:
    """/healthz says that the process lives; /readyz asks each check and is 503 where one fails.

    A check named in `degraded` may fail without taking the finder out of service: it then serves its last known.
    """

    async def healthz(_: Request) -> Response:
        return json_response({"status": "ok"})

    async def readyz(_: Request) -> Response:
        report: dict[str, dict[str, object]] = {}
        failed = False
        for name, check in checks.items():
            try:
                report[name] = {"ok": True, **await check()}
            except FinderError as error:
                report[name] = {"ok": False, "code": error.code, "zh": error.zh, "en": error.en}
                failed = failed or name not in degraded
        ok = all(r["ok"] for r in report.values())
        status = "failed" if failed else "ok" if ok else "degraded"
        return json_response({"status": status, "checks": report}, 503 if failed else 200)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
