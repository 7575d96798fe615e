"""The practice street joins the finder by itself, comes again when it was thrown out, and charges at true speed."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
from starlette.applications import Starlette

from finder.connectors.ocpp.connector import OcppConnector
from finder.connectors.sdk.control import Outcome, StartRequest
from finder.connectors.sdk.kinds import Workbench
from finder.connectors.sdk.ports import OperatorSocket
from finder.live.model import Observation
from finder.sandbox.ocpp.street import STREET_SOURCE, Street, practice_street, street_piles
from finder.web.sockets import socket_routes
from tests.contract.hand import Hand
from tests.protocol.pile_gateway import PASSWORD, PracticeDesk, listening, until


@pytest.mark.slow
async def test_a_street_of_piles_joins_and_comes_again_after_a_restart() -> None:
    clock = Hand()
    desk = PracticeDesk(clock)
    connector = practice_street(PASSWORD, Workbench(clock=clock, desk=desk))
    street = Street(PASSWORD, clock=clock, every_s=0.02)
    async with listening(_app(connector)) as port:
        await street.go_to(f"http://127.0.0.1:{port}")
        await until(lambda: len(connector._here) == len(street_piles()))
        said = await connector.start(StartRequest(order="order-1", evse_id=f"{STREET_SOURCE}/LAMP-02-1"))
        assert said.outcome is Outcome.ACCEPTED
        lamp = street.piles[1]
        await until(lambda: lamp.charges and lamp.charges[1].allowed)
        clock.later(1800)
        await until(lambda: any(seen.kwh == Decimal("3.5") for seen in desk.sessions))
        await connector.close()  # every socket is closed, as when the finder restarts
        await until(lambda: all(pile.online for pile in street.piles))
        await until(lambda: len(connector._here) == len(street_piles()))
        assert lamp.charges  # and what charged goes on
        await street.go_to(None)
        await until(lambda: not connector._here)
        await connector.close()


async def test_a_street_that_finds_nobody_waits() -> None:
    street = Street(PASSWORD, every_s=0.01)
    await street.go_to("http://127.0.0.1:9")
    await asyncio.sleep(0.05)
    assert not any(pile.online for pile in street.piles)
    await street.go_to(None)


def test_the_street_has_piles_of_both_versions_in_owners_hours() -> None:
    piles = street_piles()
    assert len({pile.id for pile in piles}) == len(piles) == 12
    assert {pile.hours is None for pile in piles} == {True, False}
    assert {pile.subprotocol for pile in Street(PASSWORD).piles} == {"ocpp1.6", "ocpp2.0.1"}
    assert all(pile.shared for pile in piles)


def _app(connector: OcppConnector) -> Starlette:
    async def tell(_: Sequence[Observation]) -> None:
        return None

    async def serve(_: str, socket: OperatorSocket) -> None:
        await connector.serve(socket, tell)

    return Starlette(routes=socket_routes(serve))
