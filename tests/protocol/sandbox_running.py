"""Practice operators and the connectors to them, over real HTTP, in one test's event loop."""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from finder.connectors.sdk.desk import Desk, NoDesk
from finder.connectors.sdk.http import Caution
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import Refused
from finder.connectors.sdk.replays import MemoryReplays
from finder.connectors.tcec102 import Tcec102Config, Tcec102Connector
from finder.sandbox.serve import Sandbox, start_sandbox
from finder.stations.model import Station
from tests.protocol.tcec102_peer import Hand

ONCE = Caution(attempts=1)
QUICK = Caution(attempts=3, wait_initial_s=0.001, wait_max_s=0.002, wait_jitter_s=0.001)


@asynccontextmanager
async def running(clock: Hand, *, share: float = 0.02, **how: Any) -> AsyncIterator[Sandbox]:
    """A small practice network on a free port."""
    sandbox = await start_sandbox(clock, share=share, **how)
    try:
        yield sandbox
    finally:
        await sandbox.close()


def configured(sandbox: Sandbox, source: str) -> Tcec102Config:
    """How the finder is told of this operator."""
    return next(config for config in sandbox.operators if config.source == source)


@asynccontextmanager
async def connected(
    sandbox: Sandbox, source: str, clock: Hand, *, desk: Desk | None = None, **changes: Any
) -> AsyncIterator[Tcec102Connector]:
    """The connector to one of them, by default without retries."""
    config = dataclasses.replace(configured(sandbox, source), **({"caution": ONCE} | changes))
    bench = Workbench(clock=clock, desk=desk or NoDesk(), replays=MemoryReplays(clock))
    connector = Tcec102Connector(config, bench)
    try:
        yield connector
    finally:
        await connector.close()


async def crawl(connector: Tcec102Connector) -> tuple[list[Station], list[Refused]]:
    """The whole catalogue."""
    stations: list[Station] = []
    refused: list[Refused] = []
    async for page in connector.stations(None):
        stations += page.stations
        refused += page.refused
    return stations, refused


def ids(stations: Sequence[Station]) -> list[str]:
    """Their ids, in order."""
    return sorted(station.id for station in stations)
