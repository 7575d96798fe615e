"""The practice network in a finder, the finder as a T/CEC 102 operator over real HTTP, and a platform that asks it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.replays import MemoryReplays
from finder.connectors.tcec102 import Credentials, Profile, Tcec102Config, Tcec102Connector
from finder.connectors.tcec102.provider import Holdings, Provider
from finder.connectors.tcec102.server import Peer
from finder.kernel.clock import system_clock
from finder.sandbox.serve import Sandbox, start_sandbox
from finder.web.provided import provided_routes
from tests.journeys.federation_world import World, until, world
from tests.protocol.finder_running import serving

PROVINCE, OUR_ID = "MA0SHANXI", "MA0FINDER"
SOURCES = ("jinbei", "yanmen")
PROFILE = Profile(policies=True, page_size=100)


def new_keys() -> Credentials:
    return Credentials(*(secrets.token_hex(8) for _ in range(4)))


@dataclass
class Providing:
    sandbox: Sandbox
    world: World
    holdings: Holdings
    keys: Credentials
    url: str

    def asker(self, **changes: Any) -> Tcec102Connector:
        """Our own consumer, as the province's platform; its ids begin 'prov/'."""
        config = Tcec102Config(
            source="prov",
            name="忻州市平台",
            base_url=self.url,
            our_id=PROVINCE,
            peer_id=OUR_ID,
            calling=self.keys,
            profile=PROFILE,
            practice=True,
        )
        return Tcec102Connector(replace(config, **changes), Workbench())


@asynccontextmanager
async def practised(path: Path, share: float) -> AsyncIterator[tuple[Sandbox, World]]:
    """The practice network as a finder took it; its day stands all but still."""
    sandbox = await start_sandbox(share=share, speed=0.001, pushing=False)
    connectors = [Tcec102Connector(config) for config in sandbox.operators]
    evses = sum(len(site.guns) for site in sandbox.sites)
    try:
        async with world(path / "store.sqlite3", *connectors) as w:
            await until(lambda: w.board.health().evses == evses, seconds=30)
            yield sandbox, w
    finally:
        await sandbox.close()


@asynccontextmanager
async def providing(path: Path, share: float = 0.05, sources: tuple[str, ...] = SOURCES) -> AsyncIterator[Providing]:
    """All of it."""
    async with practised(path, share) as (sandbox, w):
        holdings = Holdings(sources, w.federation.records, w.board, w.federation.energy)
        keys = new_keys()
        provider = Provider(Peer(PROVINCE, (keys,), PROFILE), holdings, MemoryReplays(system_clock))
        app = Starlette(routes=provided_routes({"province": provider.answer}, system_clock))
        async with serving(app) as base:
            yield Providing(sandbox, w, holdings, keys, f"{base}/provide/province")
