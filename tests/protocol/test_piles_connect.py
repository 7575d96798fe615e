"""Who may connect as a pile, how, and what happens to a connection, over real sockets."""

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from finder.connectors.ocpp.passwords import hash_password
from finder.connectors.sdk.control import Outcome, StartRequest
from finder.errors import StoreUnavailable
from finder.live.model import Status
from finder.stations.model import OpeningHours
from tests.protocol.pile_gateway import PASSWORD, SOURCE, VERSIONS, Gateway, basic, gateway, pile_of, until

OCPP16 = Subprotocol("ocpp1.6")
NEVER = OpeningHours(spans=())


async def refusal(g: Gateway, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """The HTTP status and the code with which an upgrade was refused."""
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{g.url}/{path}", subprotocols=[OCPP16], additional_headers=headers, proxy=None)
    answer = refused.value.response
    told = orjson.loads(answer.body or b"{}")
    assert told["zh"]
    assert told["en"]
    return answer.status_code, told["code"]


async def test_a_wrong_password_name_or_pile_is_refused_alike(caplog: pytest.LogCaptureFixture) -> None:
    async with gateway(pile_of(), pile_of("LAMP-2")) as g:
        for path, headers in (
            ("LAMP-1", basic("LAMP-1", "wrong-horse-battery")),
            ("LAMP-1", basic("LAMP-2", PASSWORD)),  # another's name, though its password would be right
            ("LAMP-1", {}),
            ("LAMP-1", {"authorization": "Bearer x"}),
            ("LAMP-1", {"authorization": "Basic ???"}),
            ("LAMP-9", basic("LAMP-9", PASSWORD)),
        ):
            assert await refusal(g, path, headers) == (401, "DENIED")
        assert await refusal(g, "no%20pile", basic("no pile", PASSWORD)) == (404, "NO_SUCH_PILE")
        assert g.seen == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []  # a refusal is no fault of ours


async def test_a_key_sent_as_bytes_is_read_as_its_digits() -> None:
    async with gateway() as g:
        key = "5A" * 16 + "00FF00FF"
        await g.piles.set_password(SOURCE, "LAMP-1", hash_password(key.lower()))
        headers = basic("LAMP-1", bytes.fromhex(key))
        async with connect(f"{g.url}/LAMP-1", subprotocols=[OCPP16], additional_headers=headers, proxy=None) as pile:
            assert pile.subprotocol == OCPP16


async def test_a_password_in_the_open_is_refused_and_behind_tls_it_is_not() -> None:
    far = {"x-forwarded-for": "203.0.113.7"}  # as our proxy on this machine says
    async with gateway() as g:
        assert await refusal(g, "LAMP-1", basic("LAMP-1", PASSWORD) | far) == (403, "TLS_REQUIRED")
        for unsaid in ({"x-forwarded-proto": "http"}, {"via": "1.1 proxy"}, {"forwarded": "proto=http"}):
            assert await refusal(g, "LAMP-1", basic("LAMP-1", PASSWORD) | unsaid) == (403, "TLS_REQUIRED")
        secure = basic("LAMP-1", PASSWORD) | far | {"x-forwarded-proto": "https"}
        async with connect(f"{g.url}/LAMP-1", subprotocols=[OCPP16], additional_headers=secure, proxy=None):
            pass
    async with gateway(plain=True) as g:
        headers = basic("LAMP-1", PASSWORD) | far
        async with connect(f"{g.url}/LAMP-1", subprotocols=[OCPP16], additional_headers=headers, proxy=None):
            pass


async def test_a_pile_that_offers_no_version_that_we_speak_is_told_so() -> None:
    async with gateway() as g:
        for offered in ([], [Subprotocol("ocpp1.5")]):
            pile = g.pile("1.6")
            await pile.dial(offered=offered)
            assert await pile.closed() == 1002
        both = g.pile("2.0.1")
        await both.dial(offered=[Subprotocol("ocpp2.1"), Subprotocol("ocpp2.0.1"), OCPP16])
        await both.call(both._boot())


async def test_no_more_piles_than_there_is_room_for() -> None:
    async with gateway(pile_of(), pile_of("LAMP-2"), connections=1) as g:
        await g.pile("1.6").join()
        assert await refusal(g, "LAMP-2", basic("LAMP-2", PASSWORD)) == (503, "BUSY")


@pytest.mark.parametrize("version", VERSIONS)
async def test_of_two_connections_the_newer_one_is_believed(version: str) -> None:
    async with gateway() as g:
        old, new = g.pile(version), g.pile(version)
        await old.join()
        await new.join()
        assert await old.closed() == 4409
        said = await g.connector.start(StartRequest(order="order-1", evse_id="street/LAMP-1-1"))
        assert said.outcome is Outcome.ACCEPTED
        assert (old.asked, new.asked) == ([], ["start"])
        await new.leave()
        await until(lambda: not g.connector._here)
        assert (await g.connector.start(StartRequest(order="order-2", evse_id="street/LAMP-1-1"))).reason == "OFFLINE"


async def test_a_pile_that_left_is_offline_after_half_a_minute() -> None:
    async with gateway() as g:
        stations = [s async for page in g.connector.stations(None) for s in page.stations]
        pile = g.pile("1.6")
        await pile.join()
        assert [o.status for o in (await g.connector.status(stations)).observations] == [Status.AVAILABLE]
        await pile.drop()
        await until(lambda: not g.connector._here)
        g.clock.later(29)
        assert (await g.connector.status(stations)).observations == []
        g.clock.later(1)
        assert [o.status for o in (await g.connector.status(stations)).observations] == [Status.OFFLINE]
        await pile.join()
        (seen,) = (await g.connector.status(stations)).observations
        assert (seen.status, seen.observed_at) == (Status.AVAILABLE, g.clock.now)


async def test_of_a_pile_that_another_process_holds_nothing_is_said() -> None:
    async with gateway() as g:
        stations = [s async for page in g.connector.stations(None) for s in page.stations]
        g.clock.later(3600)
        await g.piles.hold(SOURCE, "LAMP-1", "another process")
        assert (await g.connector.status(stations)).observations == []
        said = await g.connector.start(StartRequest(order="order-1", evse_id="street/LAMP-1-1"))
        assert (said.reason, "process" in (said.said or "")) == ("OFFLINE", True)


async def test_a_pile_that_went_to_another_process_is_cut_here() -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        await pile.join()
        await g.piles.hold(SOURCE, "LAMP-1", "another process")
        await until(lambda: pile.close_code == 4409)
        assert await g.piles.holders(SOURCE, ["LAMP-1"]) == {"LAMP-1": "another process"}


async def test_a_new_password_cuts_whoever_came_with_the_old_one() -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        await pile.join()
        g.clock.later(1)
        await g.piles.set_password(SOURCE, "LAMP-1", hash_password("another-horse-battery"))
        await until(lambda: pile.close_code == 4401)
        assert await refusal(g, "LAMP-1", basic("LAMP-1", PASSWORD)) == (401, "DENIED")
        await pile.dial(password="another-horse-battery")


async def test_a_plug_that_its_owner_added_is_known_without_a_new_connection() -> None:
    async with gateway() as g:
        pile = g.pile("1.6", plugs=2)
        await pile.join()
        assert g.last("LAMP-1-2") is None
        g.clock.later(1)
        await g.piles.put(SOURCE, pile_of(plugs=2))
        await until(lambda: g.connector._here["LAMP-1"].visit.has(2))
        await pile.tell_status(2)
        assert g.last("LAMP-1-2") is Status.AVAILABLE


async def test_a_pile_that_was_removed_is_cut_and_leaves_the_map() -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        await pile.join()
        before = g.clock.now
        g.clock.later(1)
        await g.piles.remove(SOURCE, "LAMP-1")
        await until(lambda: pile.close_code == 4404)
        pages = [page async for page in g.connector.stations(before)]
        assert [page.removed for page in pages] == [["LAMP-1"]]
        assert await refusal(g, "LAMP-1", basic("LAMP-1", PASSWORD)) == (401, "DENIED")


async def test_a_pile_that_is_shared_with_nobody_is_not_on_the_map() -> None:
    async with gateway(pile_of(hours=NEVER), pile_of("LAMP-2")) as g:
        (page,) = [page async for page in g.connector.stations(None)]
        assert ([s.id for s in page.stations], page.removed) == (["street/LAMP-2"], ["LAMP-1"])
        pile = g.pile("1.6")
        await pile.join()
        assert not await pile.swipe("DRIVER")
        assert await pile.swipe("OWNER")


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_pile_is_asked_for_what_it_did_not_tell(version: str) -> None:
    async with gateway(pile_of(plugs=2), settle_s=0.02) as g:
        pile = g.pile(version, plugs=2)
        await pile.dial()
        await until(lambda: g.last("LAMP-1-2") is Status.AVAILABLE)
        assert g.last("LAMP-1-1") is Status.AVAILABLE
        await until(lambda: pile.asked == ["StatusNotification", "StatusNotification", "configure"])


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_silent_pile_is_asked_for_a_sign_of_life_before_it_is_cut(version: str) -> None:
    async with gateway(heartbeat_s=0.02) as g:
        pile = g.pile(version)
        await pile.dial()
        await until(lambda: pile.asked.count("Heartbeat") >= 2)
        pile.faults.deaf = True
        await until(lambda: not g.connector._here)
        assert await pile.closed() == 4408


async def test_while_the_register_is_away_nobody_is_let_in_on_trust() -> None:
    async with gateway() as g:

        async def away(*_: object) -> None:
            raise StoreUnavailable("数据库没有回应", "the database does not answer")

        g.piles.password = away  # type: ignore[method-assign, assignment]
        assert await refusal(g, "LAMP-1", basic("LAMP-1", PASSWORD)) == (503, "STORE_UNAVAILABLE")


async def test_a_closed_connection_can_send_nothing_more() -> None:
    async with gateway() as g:
        pile = g.pile("1.6")
        await pile.join()
        await g.connector.close()
        with pytest.raises((ConnectionError, ConnectionClosed)):
            await pile.call(pile._boot())
