"""Lantern Charge, a vendor that does not exist: a REST API of its own, signed, paged by cursor, in fen and watts."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from finder.kernel.clock import Clock, system_clock
from finder.sandbox.control import Switchboard, control_routes
from finder.sandbox.day import CHARGING, FAULT, FREE, OCCUPIED, RESERVED, Day
from finder.sandbox.network import Site, build_network
from finder.sandbox.serve import served
from finder.sandbox.vendor_records import hub

PAGE, HUBS_AT_ONCE = 5, 20
WINDOW = timedelta(minutes=5)  # of a request's time round ours
MAX_NONCES = 100_000
LIGHTS = {FREE: "green", OCCUPIED: "amber", RESERVED: "amber", CHARGING: "blue", FAULT: "red"}  # others are dark


@dataclass(frozen=True, slots=True)
class VendorKeys:
    """What the vendor gives to a platform that may call it."""

    id: str
    secret: str = field(repr=False)


class Lantern:
    """The vendor's platform. Answers 401 for a wrong signature, an old time or a nonce that came before."""

    def __init__(
        self, keys: VendorKeys, clock: Clock, *, seed: int = 7, share: float = 0.01, speed: float = 1.0
    ) -> None:
        sites = [site for site in build_network(seed, share=share) if not any(pile.swap for pile in site.piles)]
        self.sites: dict[str, Site] = {f"LC{n:04d}": site for n, site in enumerate(sites, start=1)}
        self.day, self.switchboard = Day(sites, clock, seed=seed, speed=speed), Switchboard()
        self.updated_at = clock().replace(microsecond=0)  # as exactly as it can be asked for
        self._keys, self._clock = keys, clock
        self._nonces: dict[str, datetime] = {}

    def app(self) -> Starlette:
        """GET /api/hubs and /api/live, and the handles /_faults and /_set."""
        routes = [
            Route("/api/hubs", self._hubs, methods=["GET"]),
            Route("/api/live", self._live, methods=["GET"]),
            *control_routes(self.switchboard, self.day),
        ]
        return Starlette(routes=[Mount("/lantern", routes=routes)])

    async def _hubs(self, request: Request) -> Response:
        """?after=<cursor>&changed_after=<seconds since 1970>: at most PAGE hubs in the order of their numbers."""
        if (refused := await self._refused(request)) is not None:
            return refused
        query = request.query_params
        try:
            after = base64.urlsafe_b64decode(query.get("after", "")).decode()
            changed_after = int(query.get("changed_after", "0"))
        except (ValueError, binascii.Error):
            return _error(400, "bad_query")
        numbers = list(self.sites) if self.updated_at.timestamp() > changed_after else []
        rest = [number for number in numbers if number > after]
        page = rest[:PAGE]
        following = base64.urlsafe_b64encode(page[-1].encode()).decode() if len(rest) > PAGE else None
        return JSONResponse(
            {"data": [hub(each, self.sites[each]) for each in page], "total": len(numbers), "next": following}
        )

    async def _live(self, request: Request) -> Response:
        """?hubs=<numbers, by commas, at most HUBS_AT_ONCE>: the light of each of their outlets."""
        if (refused := await self._refused(request)) is not None:
            return refused
        asked = request.query_params.get("hubs", "").split(",")
        if len(asked) > HUBS_AT_ONCE:
            return _error(400, "too_many_hubs")
        states = self.day.snapshot()
        outlets: list[dict[str, Any]] = [
            {"outlet_no": gun.id, "light": LIGHTS.get(states[gun.id][0], "dark")}
            for number in asked
            if number in self.sites
            for gun in self.sites[number].guns
        ]
        return JSONResponse({"data": outlets, "at": int(self._clock().timestamp())})

    async def _refused(self, request: Request) -> Response | None:
        if (misbehaved := await self.switchboard.misbehave(request)) is not None:
            return misbehaved
        head, now = request.headers, self._clock()
        sent_at, nonce = head.get("lantern-time", ""), head.get("lantern-nonce", "")
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        right = signature(self._keys, request.method, path, sent_at, nonce)
        known = head.get("lantern-key") == self._keys.id
        if not known or not hmac.compare_digest(right, head.get("lantern-sign", "").encode()):
            return _error(401, "bad_signature")
        if not sent_at.isdigit() or abs(now.timestamp() - int(sent_at)) > WINDOW.total_seconds():
            return _error(401, "bad_time")
        self._nonces = {each: until for each, until in self._nonces.items() if until > now}
        if not nonce or nonce in self._nonces or len(self._nonces) >= MAX_NONCES:
            return _error(401, "bad_nonce")
        self._nonces[nonce] = now + 2 * WINDOW
        return None


def signature(keys: VendorKeys, method: str, path: str, sent_at: str, nonce: str) -> bytes:
    """Base64 of HMAC-SHA256 over method, path with query, time and nonce, joined by line feeds."""
    text = "\n".join((method, path, sent_at, nonce)).encode()
    return base64.b64encode(hmac.new(keys.secret.encode(), text, hashlib.sha256).digest())


def _error(status: int, code: str) -> JSONResponse:
    return JSONResponse({"error": code}, status)


def new_vendor_keys() -> VendorKeys:
    """Random ones."""
    return VendorKeys(f"LK{secrets.token_hex(4)}", secrets.token_urlsafe(24))


@asynccontextmanager
async def lantern_running(lantern: Lantern, port: int = 0) -> AsyncIterator[str]:
    """Serves it on loopback; yields its base URL. Raises OSError where the port is taken."""
    async with served(lantern.app(), port=port) as url:
        yield f"{url}/lantern"


def run_vendor(port: int, *, speed: float = 20.0) -> None:
    """`finder sandbox --vendor`: serves until interrupted, and tells people where and under which key."""

    async def serve() -> None:
        keys = new_vendor_keys()
        async with lantern_running(Lantern(keys, system_clock, speed=speed), port) as url:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"\n  Lantern Charge（虚构的厂商 · a vendor that does not exist）  {url}")
            console.print(f"  export LANTERN_ID={keys.id} LANTERN_SECRET={keys.secret}\n")
            await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
