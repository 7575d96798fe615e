"""The handles of a practice operator: faults, one connector's status, and how it misbehaves over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from finder.sandbox.day import Day
from finder.sandbox.faults import NONE, Faults
from finder.sandbox.handles import guarded

T = TypeVar("T")
_Endpoint = Callable[[Request], Awaitable[Response]]
_HUGE = 16 * 1024 * 1024


class SetStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Pins a connector's T/CEC 102 Status, or lets it live again where the status is null."""

    connector_id: str
    status: int | None = None
    park_status: int = 0


class PlugIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Plugs a car with this VIN in at a connector."""

    connector_id: str
    vin: str


class Switchboard:
    """What is wrong at one operator now."""

    def __init__(self) -> None:
        self.faults = NONE
        self.requests = 0
        self._errors = 0.0
        self._watchers: list[Callable[[Faults], None]] = []

    def watch(self, watcher: Callable[[Faults], None]) -> None:
        """Calls it whenever the faults are set."""
        self._watchers.append(watcher)

    def set(self, faults: Faults) -> None:
        """From now on exactly these faults."""
        self.faults = faults
        for watcher in self._watchers:
            watcher(faults)

    async def misbehave(self, request: Request) -> Response | None:
        """What every interface does alike; None where the request is to be answered properly."""
        faults = self.faults
        self.requests += 1
        if faults.silent:
            await request.body()
            await request.receive()  # returns when the caller has hung up
            return Response(status_code=499)
        if faults.slow_s:
            await asyncio.sleep(faults.slow_s)
        self._errors += faults.errors
        if self._errors >= 1:
            self._errors -= 1
            return Response("演示故障", 500)
        if faults.redirects:
            return RedirectResponse("http://127.0.0.1:9/elsewhere", 302)
        if faults.huge:
            return Response(b" " * _HUGE, media_type="application/json")
        return Response(b'{"Ret": 0, "Msg"', media_type="application/json") if faults.garbage else None


def control_routes(switchboard: Switchboard, day: Day | None) -> list[Route]:
    """GET and POST /_faults, and POST /_set where the operator has live status."""

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            switchboard.set(await _read(request, Faults))
        return Response(msgspec.json.encode(switchboard.faults), media_type="application/json")

    async def set_status(request: Request) -> Response:
        wanted = await _read(request, SetStatus)
        if day is None:
            return JSONResponse({"code": "NO_LIVE_STATUS"}, 404)
        try:
            if wanted.status is None:
                day.unpin(wanted.connector_id)
            else:
                day.pin(wanted.connector_id, wanted.status, wanted.park_status)
        except KeyError:
            return JSONResponse({"code": "NO_SUCH_CONNECTOR", "connectorId": wanted.connector_id}, 404)
        return JSONResponse({"connectorId": wanted.connector_id, "status": wanted.status})

    return [
        Route("/_faults", guarded(faults), methods=["GET", "POST"]),
        Route("/_set", guarded(set_status), methods=["POST"]),
    ]


def plug_route(plug_in: Callable[[str, str], Awaitable[dict[str, Any]]]) -> Route:
    """POST /_plug: a car is plugged in, and the finder is asked whether it may charge; what it answered."""

    async def plug(request: Request) -> Response:
        wanted = await _read(request, PlugIn)
        answer = await plug_in(wanted.connector_id, wanted.vin)
        return Response(msgspec.json.encode(answer), media_type="application/json")

    return Route("/_plug", guarded(plug), methods=["POST"])


async def _read(request: Request, kind: type[T]) -> T:
    return msgspec.json.decode(await request.body(), type=kind)
