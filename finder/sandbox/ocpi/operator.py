"""The practice operator itself: what it has, what it does when it is called, and what it sends."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import uvicorn

from finder.kernel.clock import Clock, system_clock
from finder.sandbox.ocpi.caller import Caller
from finder.sandbox.ocpi.faults import OcpiFaults
from finder.sandbox.ocpi.objects import COUNTRY, PARTY, at, cdr, location, price, session, tariff
from finder.sandbox.serve import HOST, EmbeddedServer, listen

Object = dict[str, Any]
PRICE = "1.2000"  # yuan per kWh
CHARGED = Decimal("10.5")  # kWh of every session
_MODULES = (
    ("credentials", "RECEIVER"),
    ("locations", "SENDER"),
    ("tariffs", "SENDER"),
    ("sessions", "SENDER"),
    ("cdrs", "SENDER"),
    ("commands", "RECEIVER"),
    ("tokens", "RECEIVER"),
)


class PracticeCpo:
    """An OCPI operator at `url`; `token_a` is what it gives to a partner that registers."""

    def __init__(self, clock: Clock, url: str, versions: tuple[str, ...], sites: int, page: int) -> None:
        self.clock, self.url, self.versions, self.page = clock, url, versions, page
        self.token_a: str | None = secrets.token_urlsafe(24)
        self.faults = OcpiFaults()
        self.caller = Caller(self)
        self.ours: list[str] = []  # tokens that open our door, the newest last
        self.offered: list[str] = []  # tokens that partners offered, taken or not
        self.version = versions[0]
        built = clock() - timedelta(days=1)  # not just now, or all of it would be news
        self.locations: list[Object] = [location(n, built, self.version) for n in range(1, sites + 1)]
        self.tariffs: list[Object] = [tariff(PRICE, built, self.version)]
        self.sessions: dict[str, Object] = {}
        self.cdrs: dict[str, Object] = {}
        self.commands: list[tuple[str, Object]] = []
        self.asked: list[str] = []  # paths with their query, in order
        self.addressed: set[tuple[str, str]] = set()  # from whom to whom, as headers of functional modules say
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_close: list[Callable[[], Coroutine[Any, Any, None]]] = []

    @property
    def versions_url(self) -> str:
        """Where a partner begins."""
        return f"{self.url}/ocpi/versions"

    def details(self, version: str) -> Object:
        """A version's endpoints."""
        endpoints = [
            {"identifier": name, "role": role, "url": f"{self.url}/ocpi/{version}/{name}"} for name, role in _MODULES
        ]
        return {"version": version, "endpoints": endpoints}

    def credentials(self) -> Object:
        """Our Credentials object with a new token, which opens our door from now on."""
        self.ours.append(secrets.token_urlsafe(24))
        role = {"role": "CPO", "country_code": COUNTRY, "party_id": PARTY, "business_details": {"name": "练习运营商"}}
        return {"token": self.ours[-1], "url": self.versions_url, "roles": [role]}

    async def registered(self, version: str, theirs: Mapping[str, Any], *, rotated: bool) -> Object:
        """Takes a partner's credentials: reads its endpoints first, then answers with ours."""
        await self.caller.meet(str(theirs["url"]), str(theirs["token"]), version)
        self.version, self.token_a = version, None
        if rotated:
            self.ours.clear()  # an old token of theirs ends at once
        return self.credentials()

    def find_evse(self, location_id: str, uid: str) -> tuple[Object, Object] | None:
        """A Location and an EVSE of it."""
        for place in self.locations:
            for each in place["evses"] if place["id"] == location_id else ():
                if each["uid"] == uid:
                    return place, each
        return None

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something after the answer has gone out."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Until all that was begun is done. Raises what went wrong with it."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks))

    async def set_status(self, location_id: str, uid: str, status: str, *, push: bool = True) -> httpx.Response | None:
        """An EVSE changes: PATCHed to the partner, or only to be found in the list. Any uid may be pushed."""
        moment = at(self.clock())
        if (found := self.find_evse(location_id, uid)) is not None:
            place, evse = found
            evse |= {"status": status, "last_updated": moment}
            place["last_updated"] = moment
        path = f"locations/{COUNTRY}/{PARTY}/{location_id}/{uid}"
        body = {"status": status, "last_updated": moment}
        return await self.caller.send("PATCH", path, body) if push else None

    def obey(self, command: str, body: Object) -> Object:
        """Answers a command, and does it later."""
        self.commands.append((command, body))
        match command:
            case "START_SESSION":
                if self.find_evse(str(body.get("location_id")), str(body.get("evse_uid"))) is None:
                    return {"result": "REJECTED", "timeout": 0}
                if not self.faults.never_answers:
                    self.later(self._start(body))
            case "STOP_SESSION":
                running = self.sessions.get(str(body.get("session_id")))
                if running is None:
                    return {"result": "UNKNOWN_SESSION", "timeout": 0}
                if running["status"] == "COMPLETED":
                    return {"result": "REJECTED", "timeout": 0}
                if not self.faults.never_answers:
                    self.later(self._stop(body))
            case _:
                return {"result": "NOT_SUPPORTED", "timeout": 0}
        return {"result": "ACCEPTED", "timeout": 5}

    async def plugged(self, location_id: str, uid: str, token: Object, reference: str | None) -> str:
        """A driver begins at the charger with a token that was allowed; the session's id."""
        command = {"token": token, "location_id": location_id, "evse_uid": uid}
        return await self._begin(command if reference is None else {**command, "authorization_reference": reference})

    async def _start(self, command: Object) -> None:
        faults = self.faults
        result = "TIMEOUT" if faults.timeout_then_starts else "EVSE_OCCUPIED" if faults.evse_occupied else "ACCEPTED"
        await self.caller.post(command["response_url"], {"result": result})
        if not faults.evse_occupied:
            await self._begin(command)

    async def _begin(self, command: Object) -> str:
        faults = self.faults
        status = "PENDING" if faults.stays_pending else "ACTIVE"
        made = session(f"S{len(self.sessions) + 1}", command, status, self.clock())
        self.sessions[made["id"]] = made
        if status == "ACTIVE":
            await self.set_status(made["location_id"], made["evse_uid"], "CHARGING")
        if not faults.silent_sessions:
            await self.caller.send("PUT", f"sessions/{COUNTRY}/{PARTY}/{made['id']}", made)
        return str(made["id"])

    async def _leave(self, ended: Object) -> None:
        """The bay is free again, unless something else has become of it."""
        where = (ended["location_id"], ended["evse_uid"])
        found = self.find_evse(*where)
        others = (each for each in self.sessions.values() if each["status"] == "ACTIVE")
        taken = any((each["location_id"], each["evse_uid"]) == where for each in others)
        if found is not None and found[1]["status"] == "CHARGING" and not taken:
            await self.set_status(*where, "AVAILABLE")

    async def _stop(self, command: Object) -> None:
        running = self.sessions[command["session_id"]]
        await self.caller.post(command["response_url"], {"result": "ACCEPTED"})
        await self.finish(running["id"])

    async def finish(self, session_id: str) -> None:
        """A session ends, here or because the driver unplugged; its CDR follows."""
        running, version = self.sessions[session_id], self.version
        ends = max(self.clock(), datetime.fromisoformat(running["start_date_time"]) + timedelta(seconds=1))
        total = (CHARGED * Decimal(PRICE)).quantize(Decimal("0.01"))
        change = {
            "status": "COMPLETED",
            "end_date_time": at(ends),
            "kwh": CHARGED,
            "total_cost": price(total, version),
            "last_updated": at(ends),
        }
        running |= change
        bill = cdr(running, next(p for p in self.locations if p["id"] == running["location_id"]), total, version)
        self.cdrs[bill["id"]] = bill
        await self._leave(running)
        if not self.faults.silent_sessions:
            await self.caller.send("PATCH", f"sessions/{COUNTRY}/{PARTY}/{session_id}", change)
            await self.caller.send("POST", "cdrs", bill)
        if self.faults.cdr_differs:
            await self.caller.send("POST", "cdrs", {**bill, "total_cost": price(total * 2, version)})

    async def close(self) -> None:
        """Stops serving and calling."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        closing, self.on_close = self.on_close, []
        for each in closing:
            await each()
        await self.caller.close()


async def start_practice_cpo(
    clock: Clock = system_clock,
    *,
    versions: tuple[str, ...] = ("2.3.0", "2.2.1"),
    sites: int = 10,
    page: int = 4,
    port: int = 0,
) -> PracticeCpo:
    """Serves a practice operator of so many sites on loopback, in pages of `page`. Raises OSError."""
    from finder.sandbox.ocpi.interfaces import application

    listener: socket.socket = listen(HOST, port)
    cpo = PracticeCpo(clock, f"http://{HOST}:{listener.getsockname()[1]}", versions, sites, page)
    server = EmbeddedServer(
        uvicorn.Config(
            application(cpo), ws="none", lifespan="off", log_config=None, access_log=False, server_header=False
        )
    )
    server.config.load()
    serving = asyncio.create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)

    cpo.on_close.append(stop)
    return cpo
