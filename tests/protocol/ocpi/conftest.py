"""A practice OCPI operator and our connector to it; the operator speaks 2.3.0 where a test does not say BOTH."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from finder.connectors.sdk.control import SessionRef, StartRequest
from finder.sandbox.ocpi import PracticeCpo, start_practice_cpo
from tests.protocol.ocpi.peer import Peer
from tests.protocol.ocpi_world import House, house

ALL = [f"op/LOC{n}" for n in range(1, 11)]
EVSE, ORDER = "op/LOC3/E3-2", "FD202611240001"
BOTH = pytest.mark.parametrize("cpo", ["2.3.0", "2.2.1"], indirect=True)


@pytest.fixture
async def cpo(request: pytest.FixtureRequest) -> AsyncIterator[PracticeCpo]:
    cpo = await start_practice_cpo(versions=(getattr(request, "param", "2.3.0"),))
    yield cpo
    await cpo.close()


@pytest.fixture
async def ours(cpo: PracticeCpo, tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, cpo) as ours:
        yield ours


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    yield peer
    await peer.connector.close()


def start(order: str = ORDER) -> StartRequest:
    return StartRequest(order=order, evse_id=EVSE, connector_id="1")


def ref(order: str = ORDER) -> SessionRef:
    return SessionRef(order=order, evse_id=EVSE)
