"""The practice operators as one HTTP server on loopback, a path prefix for each."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import uvicorn
from pydantic import SecretStr
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from finder.connectors.openchargemap import OpenChargeMapConfig
from finder.connectors.tcec102 import Credentials, Tcec102Config
from finder.kernel.clock import Clock, system_clock
from finder.kernel.geo import Point
from finder.sandbox.community import Community, community_list
from finder.sandbox.control import Switchboard, plug_route
from finder.sandbox.day import Day
from finder.sandbox.faults import Faults
from finder.sandbox.network import SEED, Site, build_network
from finder.sandbox.operators import COMMUNITY_NAME, COMMUNITY_SOURCE, OUR_ID, TCEC102_OPERATORS
from finder.sandbox.platform import Platform
from finder.sandbox.push import Pusher

HOST = "127.0.0.1"
_MIDDLE, _RADIUS_KM = Point(38.95, 112.5), 180.0  # holds the whole of Xinzhou


@dataclass(frozen=True, slots=True)
class Keys:
    """What the finder needs to reach the practice operators; made anew at every start.

    `calling` and `called` hold the secrets of both directions by source id.
    """

    base_url: str
    calling: Mapping[str, Credentials] = field(repr=False)
    called: Mapping[str, Credentials] = field(repr=False)
    community_key: str = field(repr=False)

    @property
    def community_url(self) -> str:
        """The base URL of the Open Charge Map list, without `/v3/poi`."""
        return f"{self.base_url}/{COMMUNITY_SOURCE}"


def new_keys(base_url: str) -> Keys:
    """Random secrets for every direction."""
    sources = [operator.source for operator in TCEC102_OPERATORS]
    return Keys(
        base_url,
        {source: _credentials() for source in sources},
        {source: _credentials() for source in sources},
        secrets.token_urlsafe(16),
    )


def _credentials() -> Credentials:
    return Credentials(*(secrets.token_hex(8) for _ in range(4)))


def practice_operators(keys: Keys) -> list[Tcec102Config]:
    """The T/CEC 102 operators as the finder is to be told of them."""
    return [
        Tcec102Config(
            source=operator.source,
            name=operator.name,
            base_url=f"{keys.base_url}/{operator.source}",
            our_id=OUR_ID,
            peer_id=operator.operator_id,
            calling=keys.calling[operator.source],
            called=(keys.called[operator.source],),
            profile=operator.profile,
            rhythm=operator.rhythm,
            practice=True,
        )
        for operator in TCEC102_OPERATORS
    ]


def practice_community(keys: Keys) -> OpenChargeMapConfig:
    """The community's list as the finder is to be told of it: a circle round all fourteen counties."""
    return OpenChargeMapConfig(
        source=COMMUNITY_SOURCE,
        name=COMMUNITY_NAME,
        base_url=keys.community_url,
        centre=_MIDDLE,
        radius_km=_RADIUS_KM,
        key=SecretStr(keys.community_key),
        practice=True,
    )


class EmbeddedServer(uvicorn.Server):
    """uvicorn inside another program: signals stay with that one."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


@contextlib.asynccontextmanager
async def served(app: Starlette, host: str = HOST, port: int = 0) -> AsyncIterator[str]:
    """Serves an application in this event loop, and yields its base URL. Raises OSError where the port is taken."""
    listener = listen(host, port)
    server = EmbeddedServer(
        uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False)
    )
    server.config.load()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)


class Sandbox:
    """The practice operators, running. `platforms` and `pushers` are by source id."""

    def __init__(self, sites: Sequence[Site], keys: Keys, clock: Clock, *, seed: int, speed: float) -> None:
        self.keys, self.sites = keys, tuple(sites)
        self.day = Day(sites, clock, seed=seed, speed=speed)
        self.platforms = {
            o.source: Platform(o, [s for s in sites if s.operator == o.source], self.day, keys.calling[o.source], clock)
            for o in TCEC102_OPERATORS
        }
        self.community = Community(community_list(sites), keys.community_key, clock)
        self.pushers = {
            o.source: Pusher(self.platforms[o.source], keys.called[o.source], clock) for o in TCEC102_OPERATORS
        }
        self._tasks: list[asyncio.Task[None]] = []
        self._server: uvicorn.Server | None = None

    @property
    def operators(self) -> list[Tcec102Config]:
        """The T/CEC 102 operators' configurations."""
        return practice_operators(self.keys)

    def switchboard(self, source: str) -> Switchboard:
        """The faults of one operator, the community's list included. Raises KeyError."""
        return self.community.switchboard if source == COMMUNITY_SOURCE else self.platforms[source].switchboard

    def set_faults(self, source: str, faults: Faults) -> None:
        """From now on exactly these. Raises KeyError."""
        self.switchboard(source).set(faults)

    def push_to(self, base_url: str | None) -> None:
        """Where operators that push find the finder; None stops them."""
        for pusher in self.pushers.values():
            pusher.push_to = base_url

    def app(self) -> Starlette:
        """All of it as one application."""
        routes: list[BaseRoute] = [
            Mount(f"/{source}", routes=[*platform.routes(), plug_route(self.pushers[source].plug_in)])
            for source, platform in self.platforms.items()
        ]
        return Starlette(routes=[*routes, Mount(f"/{COMMUNITY_SOURCE}", routes=self.community.routes())])

    async def start(self, listener: socket.socket, *, pushing: bool = True) -> None:
        """Serves on this socket, and pushes; without `pushing`, a test steps the pushers."""
        self._server = EmbeddedServer(
            uvicorn.Config(
                self.app(), ws="none", lifespan="off", log_config=None, access_log=False, server_header=False
            )
        )
        self._server.config.load()
        self._tasks = [
            asyncio.create_task(self._server.serve(sockets=[listener])),
            *(asyncio.create_task(pusher.run()) for pusher in self.pushers.values() if pushing),
        ]

    async def wait(self) -> None:
        """Until the server ends."""
        await self._tasks[0]

    async def close(self) -> None:
        """Stops serving and pushing."""
        for task in self._tasks[1:]:
            task.cancel()
        if self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pusher in self.pushers.values():
            await pusher.close()


async def start_sandbox(
    clock: Clock = system_clock,
    host: str = HOST,
    port: int = 0,
    *,
    seed: int = SEED,
    speed: float = 1.0,
    share: float = 1.0,
    push_to: str | None = None,
    pushing: bool = True,
) -> Sandbox:
    """Starts the practice operators in this event loop; `share` builds only that part of their network.

    They answer at `sandbox.keys.base_url`. Raises OSError where the port is taken.
    """
    listener = listen(host, port)
    bound = listener.getsockname()[1]
    sandbox = Sandbox(
        build_network(seed, share=share), new_keys(f"http://{host}:{bound}"), clock, seed=seed, speed=speed
    )
    sandbox.push_to(push_to)
    await sandbox.start(listener, pushing=pushing)
    return sandbox


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that callers wait rather than fail while the server starts. Raises OSError."""
    # Named as TCP, or asyncio leaves Nagle's delay on and each small answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(256)
    return listener


def run(port: int, *, speed: float = 20.0) -> None:
    """`finder sandbox`: serves until interrupted, and tells people where."""

    async def serve() -> None:
        sandbox = await start_sandbox(port=port, speed=speed)
        console = Console(stderr=True)
        console.print("\n  演示运营商 · practice operators", highlight=False)
        for config in sandbox.operators:
            console.print(f"  {config.name}  {config.base_url}/evcs/{config.profile.version}/…", highlight=False)
        console.print(f"  {sandbox.keys.community_url}/v3/poi\n", highlight=False)
        try:
            await sandbox.wait()
        finally:
            await sandbox.close()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
