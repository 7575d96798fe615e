"""Our OCPI connector against extrawest-ocpi, an implementation that is not ours, as a real server on loopback.

It speaks 2.2.1 only. It lower-cases every id, leaves `commands` out of its version details, answers a command with a
list, writes https into every Link, and joins our endpoints and an id without a slash.
"""

import base64
import contextlib
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from finder.connectors.sdk.control import Outcome, SessionRef, StartRequest
from finder.connectors.sdk.desk import Heard
from finder.connectors.sdk.sessions import SessionState
from finder.errors import OperatorError
from finder.kernel.money import Money
from finder.live.model import Status
from tests.protocol.ocpi_world import House, house, ids, now
from tests.protocol.peers.environment import peer_python

pytestmark = [pytest.mark.peer, pytest.mark.slow]

TOKEN_A = "extrawest-token-a"
ORDER, EVSE = "FD-extrawest-1", "op/loc2/e2"
START_WITHIN_S = 20.0


@dataclass
class Peer:
    """The other platform, and the way to make it push."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def push(self, ours: House, module: str, object_id: str) -> int:
        """Makes it send one of its objects to us; what we answered it."""
        held = await ours.connector.handshake.ready()
        assert held.calling is not None
        details = ours.versions_url.replace("/versions", "/2.2.1")
        body = {
            "module_id": module,
            "object_id": object_id,
            "receivers": [{"endpoints_url": details, "auth_token": held.given[0].token}],
        }
        header = f"Token {base64.b64encode(held.calling.encode()).decode()}"
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self.url}/push/2.2.1", json=body, headers={"authorization": header})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["receiver_responses"][0]["status_code"])


@pytest.fixture
def peer() -> Iterator[Peer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).with_name("extrawest_cpo.py")
    process = subprocess.Popen([str(peer_python("extrawest")), str(script), str(port), TOKEN_A], cwd=script.parent)
    try:
        until = time.monotonic() + START_WITHIN_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, "extrawest-ocpi ended"
            assert time.monotonic() < until, "extrawest-ocpi did not start"
            time.sleep(0.05)
        yield Peer(port)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def ours(peer: Peer, tmp_path: Path) -> AsyncIterator[House]:
    async with house(
        tmp_path,
        url=f"{peer.url}/ocpi/versions",
        token_a=TOKEN_A,
        versions=("2.2.1",),
        paging="offset",
        endpoints=(("commands", f"{peer.url}/ocpi/cpo/2.2.1/commands/"),),
    ) as ours:
        yield ours


async def test_it_registers_and_every_page_of_its_lists_is_read(peer: Peer, ours: House) -> None:
    stations = await ours.crawl()
    assert ids(stations) == [f"op/loc{n}" for n in range(1, 8)]
    page = await ours.connector.status(stations)
    assert {o.status for o in page.observations} == {Status.AVAILABLE}
    tariff = await ours.connector.price(EVSE)
    assert tariff is not None
    assert [p.electricity.e4 for p in tariff.periods] == [13_560]
    held = await ours.connector.handshake.ready()
    assert (held.version, held.roles[0].party) == ("2.2.1", "exw")


async def test_its_link_to_another_scheme_is_not_followed(peer: Peer, tmp_path: Path) -> None:
    async with house(
        tmp_path, url=f"{peer.url}/ocpi/versions", token_a=TOKEN_A, versions=("2.2.1",), page_limit=3
    ) as ours:
        with pytest.raises(OperatorError) as lied:
            await ours.crawl()
        assert lied.value.code == "LINK_ELSEWHERE"


async def test_it_pushes_a_location_and_we_take_it(peer: Peer, ours: House) -> None:
    await ours.crawl()
    assert await peer.push(ours, "locations", "loc3") == 200
    assert ids(ours.taught[-1].stations) == ["op/loc3"]
    assert [o.evse_id for o in ours.taught[-1].observations] == ["op/loc3/e3"]


async def test_a_charge_from_start_to_bill(peer: Peer, ours: House) -> None:
    await ours.crawl()
    done = await ours.connector.start(StartRequest(order=ORDER, evse_id=EVSE, connector_id="1"))
    assert done.outcome is Outcome.ACCEPTED
    assert await peer.push(ours, "sessions", "s1") == 201
    assert (await ours.desk.running("op"))[EVSE].order == ORDER
    ref = SessionRef(order=ORDER, evse_id=EVSE)
    assert (await ours.connector.stop(ref)).outcome is Outcome.ACCEPTED
    seen = await ours.connector.session(ref)
    assert seen is not None
    assert (seen.state, seen.kwh) == (SessionState.ENDED, Decimal("6.25"))
    since, until = now() - timedelta(hours=1), now() + timedelta(hours=1)
    (fetched,) = [b async for bills in ours.connector.bills(since, until) for b in bills]
    assert (fetched.order, fetched.total, fetched.kwh) == (ORDER, Money(848), Decimal("6.25"))
    assert await peer.push(ours, "cdrs", "c1") == 201
    assert await ours.desk.bills("op", since, until) == [(fetched, Heard.ACCEPTED)]


async def test_it_takes_a_rotation_and_an_end(peer: Peer, ours: House) -> None:
    await ours.crawl()
    before = (await ours.connector.handshake.ready()).calling
    after = (await ours.connector.handshake.rotate()).calling
    assert after != before
    assert len(await ours.crawl()) == 7
    assert await peer.push(ours, "locations", "loc1") == 200
    await ours.connector.handshake.unregister()
    with pytest.raises(OperatorError):
        await ours.crawl()
