"""What a partner may call at the practice operator: versions, credentials, lists in pages, commands."""

import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from finder.sandbox.ocpi.objects import at
from finder.sandbox.ocpi.operator import PracticeCpo

_ENCODER = msgspec.json.Encoder(decimal_format="number")
Endpoint = Callable[[Request], Awaitable[Response]]


class _Interfaces:
    def __init__(self, cpo: PracticeCpo) -> None:
        self._cpo = cpo
        self._shifted = False

    def routes(self) -> list[Route]:
        base, any_method = "/ocpi/{version}", ["GET", "POST", "PUT", "DELETE", "PATCH"]
        return [
            Route("/ocpi/versions", self._guarded(self._versions, beginning=True)),
            Route(base, self._guarded(self._details, beginning=True)),
            Route(f"{base}/credentials", self._guarded(self._credentials, beginning=True), methods=any_method),
            Route(f"{base}/commands/{{command}}", self._guarded(self._command), methods=["POST"]),
            Route(f"{base}/{{module}}", self._guarded(self._list)),
            Route(f"{base}/locations/{{id}}", self._guarded(self._location)),
        ]

    def _guarded(self, endpoint: Endpoint, *, beginning: bool = False) -> Endpoint:
        async def guarded(request: Request) -> Response:
            cpo = self._cpo
            cpo.asked.append(f"{request.method} {request.url.path}?{request.url.query}")
            sender, receiver = (
                f"{request.headers.get(f'ocpi-{way}-country-code')}/{request.headers.get(f'ocpi-{way}-party-id')}"
                for way in ("from", "to")
            )
            if not beginning:
                cpo.addressed.add((sender, receiver))
            if cpo.faults.unavailable:
                return Response(status_code=503)
            if cpo.faults.tells_tokens:
                return self._answer(None, 2000, message=f"no rights for {_token(request)}")
            accepted = [*cpo.ours, *([cpo.token_a] if beginning and cpo.token_a else [])]
            version = request.path_params.get("version", cpo.version)
            if not any(hmac.compare_digest(_token(request), each) for each in accepted):
                answer = self._answer(None, 2000, 401)
            else:
                answer = await endpoint(request) if version in cpo.versions else self._answer(None, 2000, 404)
            for name in ("x-request-id", "x-correlation-id"):
                if name in request.headers:
                    answer.headers[name] = request.headers[name]
            return answer

        return guarded

    async def _versions(self, request: Request) -> Response:
        url = self._cpo.url
        return self._answer([{"version": each, "url": f"{url}/ocpi/{each}"} for each in self._cpo.versions])

    async def _details(self, request: Request) -> Response:
        return self._answer(self._cpo.details(request.path_params["version"]))

    async def _credentials(self, request: Request) -> Response:
        cpo, version = self._cpo, request.path_params["version"]
        if cpo.faults.unavailable_credentials:
            return Response(status_code=503)
        if request.method == "DELETE":
            cpo.ours.clear()
            return self._answer(None)
        known = bool(cpo.ours)
        if request.method not in ("POST", "PUT") or known is (request.method == "POST"):
            return self._answer(None, 2000, 405)
        try:
            theirs = msgspec.json.decode(await request.body())
            cpo.offered.append(str(theirs["token"]))
            if cpo.faults.refuses_credentials:
                return self._answer(None, 3001)
            return self._answer(await cpo.registered(version, theirs, rotated=known))
        except (httpx.HTTPError, KeyError, ValueError, StopIteration):
            return self._answer(None, 3001)

    async def _command(self, request: Request) -> Response:
        body = msgspec.json.decode(await request.body())
        return self._answer(self._cpo.obey(request.path_params["command"], body))

    async def _location(self, request: Request) -> Response:
        found = [each for each in self._cpo.locations if each["id"] == request.path_params["id"]]
        return self._answer(found[0]) if found else self._answer(None, 2003, 404)

    async def _list(self, request: Request) -> Response:
        cpo = self._cpo
        lists: Mapping[str, Sequence[dict[str, Any]]] = {
            "locations": cpo.locations,
            "tariffs": cpo.tariffs,
            "sessions": list(cpo.sessions.values()),
            "cdrs": list(cpo.cdrs.values()),
        }
        module = request.path_params["module"]
        if cpo.faults.no_tariffs and module == "tariffs":
            return Response(status_code=503)
        listed = lists.get(module)
        if listed is None:
            return self._answer(None, 2000, 404)
        query = request.query_params
        since, until = query.get("date_from", "")[:19], query.get("date_to", "~")[:19]
        chosen = [each for each in listed if since <= each["last_updated"][:19] < until]
        offset, limit = int(query.get("offset", "0")), min(int(query.get("limit", str(cpo.page))), cpo.page)
        page = chosen[offset : offset + limit]
        headers = {"x-total-count": str(len(chosen)), "x-limit": str(cpo.page)}
        if offset + limit < len(chosen) or (cpo.faults.repeated_link and offset):
            headers["link"] = f'<{self._next(request, offset + limit)}>; rel="next"'
        if cpo.faults.page_shift and not self._shifted and offset == 0 and listed is cpo.locations:
            self._shifted = True
            cpo.locations.pop(0)
        return self._answer(page, headers=headers)

    def _next(self, request: Request, offset: int) -> str:
        faults, host = self._cpo.faults, self._cpo.url
        if faults.foreign_link:
            host = "http://elsewhere.invalid"
        offset = self._cpo.page if faults.repeated_link else offset
        kept = {name: value for name, value in request.query_params.items() if name != "offset"}
        return f"{host}{request.url.path}?{httpx.QueryParams({**kept, 'offset': str(offset)})}"

    def _answer(
        self,
        data: object,
        status: int = 1000,
        http_status: int = 200,
        headers: Mapping[str, str] | None = None,
        message: str = "",
    ) -> Response:
        body = {"status_code": status, "status_message": message, "timestamp": at(self._cpo.clock())}
        content = _ENCODER.encode(body if data is None else {**body, "data": data})
        return Response(content, http_status, headers, "application/json")


def _token(request: Request) -> str:
    _, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return value


def application(cpo: PracticeCpo) -> Starlette:
    """The practice operator as an application."""
    return Starlette(routes=_Interfaces(cpo).routes())
