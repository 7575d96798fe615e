"""What an OCPI platform sends to us, and what we answer and learn."""

import pytest

from finder.connectors.sdk.control import Outcome, Reason, StartRequest
from finder.live.model import Status
from tests.protocol.ocpi.peer import LOC, TOKEN, Peer, at, encoded, teaches, told
from tests.unit.test_ocpi_sessions import cdr, session
from tests.unit.test_ocpi_stations import evse, tariff


@pytest.mark.parametrize(
    "header",
    [
        f"Token {TOKEN}",
        f"token   {TOKEN} ",
        f"Token {encoded(TOKEN)}",
        f"Token {encoded(TOKEN).rstrip('=')}",
        f"Token {encoded(TOKEN + chr(10))}",
        f"Token {encoded(encoded(TOKEN))}",
    ],
)
async def test_a_token_is_taken_raw_or_in_base64_and_with_a_line_feed(peer: Peer, header: str) -> None:
    status, read, _ = await peer.call("GET", "ocpi/versions", header=header)
    assert (status, read["status_code"]) == (200, 1000)
    assert [each["version"] for each in read["data"]] == ["2.3.0", "2.2.1"]


@pytest.mark.parametrize(
    "header", ["", "Token", "Token ", f"Bearer {TOKEN}", "Token x", f"Token {TOKEN}x", "Token é" * 99]
)
@pytest.mark.parametrize("path", ["ocpi/versions", LOC, "ocpi/2.2.1/credentials", "nothing"])
async def test_who_has_no_token_learns_nothing(peer: Peer, header: str, path: str) -> None:
    status, read, answer = await peer.call("PUT", path, told(), header=header)
    assert (status, read["status_code"], "data" in read) == (401, 2000, False)
    assert not teaches(answer)


async def test_the_details_name_every_module_with_our_role_at_our_own_address(peer: Peer) -> None:
    _, read, answer = await peer.call("GET", "ocpi/2.3.0")
    roles = {each["identifier"]: (each["role"], each["url"]) for each in read["data"]["endpoints"]}
    base = "https://finder.example/push/op/ocpi/2.3.0"
    assert roles["locations"] == ("RECEIVER", f"{base}/locations/")
    assert roles["tokens"] == ("SENDER", f"{base}/tokens/")
    assert set(roles) == {"credentials", "locations", "tariffs", "sessions", "cdrs", "tokens", "commands"}
    assert answer.headers["x-request-id"] == "r-1"


async def test_a_national_access_point_serves_no_sessions_and_starts_nothing() -> None:
    peer = Peer(our_roles=("NAP",))
    _, read, _ = await peer.call("GET", "ocpi/2.3.0")
    assert {e["identifier"] for e in read["data"]["endpoints"]} == {"credentials", "locations", "tariffs"}
    assert (await peer.call("PUT", "ocpi/2.3.0/sessions/CN/PRA/S1", session()))[0] == 404
    done = await peer.connector.start(StartRequest(order="FD-1", evse_id="op/LOC1/E1"))
    assert (done.outcome, done.reason) == (Outcome.REJECTED, Reason.NOT_SUPPORTED)
    await peer.connector.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "other/versions", 404),
        ("GET", "ocpi", 404),
        ("GET", "ocpi/2.1.1", 404),
        ("GET", "ocpi/2.2.1/chargingprofiles", 404),
        ("POST", "ocpi/versions", 405),
        ("DELETE", LOC, 405),
        ("PUT", "ocpi/2.2.1/locations/CN/PRA", 404),
        ("PUT", f"{LOC}/E1/1/more", 404),
        ("PUT", "ocpi/2.2.1/cdrs", 405),
        ("PUT", "ocpi/2.2.1/tokens/x", 405),
        ("GET", "ocpi/2.2.1/commands/START_SESSION/x", 405),
        ("POST", "ocpi/2.2.1/commands/MAKE_COFFEE/x", 404),
        ("POST", "ocpi/2.2.1/commands/START_SESSION/x", 404),
    ],
)
async def test_an_interface_that_is_not_there_is_named(peer: Peer, method: str, path: str, status: int) -> None:
    got, read, answer = await peer.call(method, path, {"result": "ACCEPTED"})
    assert got == status
    assert read["status_code"] in (2000, 2001)
    assert not teaches(answer)


async def test_a_location_is_put_patched_and_read_back(peer: Peer) -> None:
    status, _, answer = await peer.call("PUT", LOC, told(evse("E1"), evse("E2")))
    assert (status, [s.id for s in answer.stations]) == (201, ["op/LOC1"])
    assert len(answer.observations) == 2
    status, _, answer = await peer.call("PATCH", LOC, {"name": "新名", "last_updated": at(minutes=-9)})
    assert (status, answer.stations[0].name) == (200, "新名")
    _, read, _ = await peer.call("GET", f"{LOC}/e1")
    assert read["data"]["status"] == "AVAILABLE"
    assert (await peer.call("GET", f"{LOC}/E1/1"))[1]["data"]["standard"] == "GBT_DC"
    assert (await peer.call("GET", f"{LOC}/E9"))[1]["status_code"] == 2003


async def test_a_flip_of_status_touches_the_board_alone(peer: Peer) -> None:
    await peer.call("PUT", LOC, told(evse("E1"), evse("E2")))
    _, _, answer = await peer.call("PATCH", f"{LOC}/E1", {"status": "CHARGING", "last_updated": at(minutes=-5)})
    assert [(o.evse_id, o.status) for o in answer.observations] == [("op/LOC1/E1", Status.CHARGING)]
    assert not answer.stations


async def test_an_older_message_changes_nothing(peer: Peer) -> None:
    await peer.call("PUT", LOC, told(evse("E1")))
    await peer.call("PATCH", f"{LOC}/E1", {"status": "CHARGING", "last_updated": at(minutes=-5)})
    for path, method, body in (
        (f"{LOC}/E1", "PATCH", {"status": "AVAILABLE", "last_updated": at(minutes=-6)}),
        (LOC, "PUT", told(evse("E1"))),
    ):
        status, read, answer = await peer.call(method, path, body)
        assert (status, read["status_code"], teaches(answer)) == (200, 1000, False)
    assert (await peer.call("GET", f"{LOC}/E1"))[1]["data"]["status"] == "CHARGING"


async def test_a_new_evse_and_a_stronger_connector_change_the_station(peer: Peer) -> None:
    await peer.call("PUT", LOC, told(evse("E1")))
    _, _, answer = await peer.call("PUT", f"{LOC}/E2", evse("E2", last_updated=at(minutes=-4)))
    assert [e.id for e in answer.stations[0].evses] == ["op/LOC1/E1", "op/LOC1/E2"]
    stronger = {"max_electric_power": 240_000, "last_updated": at(minutes=-3)}
    _, _, answer = await peer.call("PATCH", f"{LOC}/E2/1", stronger)
    assert answer.stations[0].evses[1].connectors[0].power_kw == 240.0
    assert not answer.observations


async def test_a_tariff_reprices_its_stations_and_its_end_takes_the_price_away(peer: Peer) -> None:
    plug = {"id": "1", "standard": "GBT_DC", "power_type": "DC", "tariff_ids": ["T1"]}
    await peer.call("PUT", LOC, told(evse(connectors=[plug])))
    path = "ocpi/2.2.1/tariffs/CN/PRA/T1"
    _, _, answer = await peer.call("PUT", path, tariff(last_updated=at(minutes=-3)))
    assert answer.stations[0].tariffs[0].periods[0].electricity.e4 == 12_000
    assert (await peer.call("GET", path))[1]["data"]["currency"] == "CNY"
    _, _, answer = await peer.call("DELETE", path)
    assert answer.stations[0].tariffs == ()
    assert (await peer.call("DELETE", path))[0] == 404


async def test_periods_of_a_patch_are_added_once_and_those_of_a_put_replace(peer: Peer) -> None:
    path = "ocpi/2.2.1/sessions/CN/PRA/S1"
    first = {"start_date_time": "2026-11-24T03:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1}]}
    second = {"start_date_time": "2026-11-24T03:30:00Z", "dimensions": [{"type": "ENERGY", "volume": 2}]}
    assert (await peer.call("PUT", path, session(charging_periods=[first])))[0] == 201
    patch = {"charging_periods": [second], "kwh": 3, "last_updated": at(minutes=-1)}
    for _ in range(2):
        assert (await peer.call("PATCH", path, patch))[1]["status_code"] == 1000
    assert [int(line.kwh) for line in peer.desk.sessions[-1].lines] == [1, 2]
    await peer.call("PUT", path, session(charging_periods=[second], last_updated=at()))
    assert len(peer.desk.sessions[-1].lines) == 1


async def test_a_patch_for_a_session_that_nobody_knows_asks_for_the_whole(peer: Peer) -> None:
    status, read, _ = await peer.call("PATCH", "ocpi/2.2.1/sessions/CN/PRA/S7", {"kwh": 3, "last_updated": at()})
    assert (status, read["status_code"]) == (404, 2001)
    assert not peer.desk.sessions


async def test_what_the_desk_could_not_keep_is_taken_when_it_is_sent_again(peer: Peer) -> None:
    messages = (("PUT", "ocpi/2.2.1/sessions/CN/PRA/S1", session()), ("POST", "ocpi/2.2.1/cdrs", cdr()))
    for method, path, body in messages:
        peer.desk.away = True
        assert (await peer.call(method, path, body))[0] == 503
        peer.desk.away = False
        assert (await peer.call(method, path, body))[1]["status_code"] == 1000
    assert (len(peer.desk.sessions), len(peer.desk.bills)) == (1, 1)


async def test_a_cdr_is_found_at_the_address_that_it_was_answered_with(peer: Peer) -> None:
    status, _, answer = await peer.call("POST", "ocpi/2.2.1/cdrs", cdr())
    assert (status, answer.headers["location"]) == (201, "https://finder.example/push/op/ocpi/2.2.1/cdrs/C1")
    assert (await peer.call("GET", "ocpi/2.2.1/cdrs/C1"))[1]["data"]["session_id"] == "S1"
    assert (await peer.call("POST", "ocpi/2.2.1/cdrs", cdr()))[0] == 200
    assert (await peer.call("GET", "ocpi/2.2.1/cdrs/C2"))[0] == 404


async def test_no_list_of_drivers_leaves_the_house(peer: Peer) -> None:
    _, read, answer = await peer.call("GET", "ocpi/2.2.1/tokens")
    assert (read["data"], answer.headers["x-total-count"]) == ([], "0")


@pytest.mark.parametrize("uid", ["VIN-LSVAA4182E2123456", "x" * 65, "\n"])
async def test_a_token_that_nobody_knows_is_not_repeated(peer: Peer, uid: str) -> None:
    _, read, answer = await peer.call("POST", f"ocpi/2.2.1/tokens/{uid}/authorize")
    assert read["status_code"] in (2001, 2004)
    assert uid.strip() == "" or uid.encode() not in answer.body
