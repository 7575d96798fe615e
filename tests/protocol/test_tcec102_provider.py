"""What the finder tells as an operator, and what it refuses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from finder.connectors.tcec102 import Profile
from finder.connectors.tcec102.provider import LISTED_S, MAX_PAGE_SIZE, MAX_STATION_IDS, MAX_STATS_DAYS
from finder.connectors.tcec102.tokens import LIFETIME
from finder.connectors.tcec102.wire import Request
from finder.live.model import Status
from finder.stations.model import Connector, ConnectorType, Evse, Tariff
from tests.protocol.provided import PROVINCE, Asker, periods, station
from tests.protocol.tcec102_peer import KEYS, NOON, OLD_KEYS

INFO, STATUS, STATS = "query_stations_info", "query_station_status", "query_station_stats"
AUTH, POLICY = "query_equip_auth", "query_equip_business_policy"
GUN = {"EquipAuthSeq": "1" * 27, "EquipBizSeq": "1" * 27, "ConnectorID": "jinbei/1-1"}


def asker(count: int = 3) -> Asker:
    return Asker(*(station(n) for n in range(1, count + 1)), station(1, source="elsewhere"))


async def test_pages_hold_every_station_once_in_the_order_of_ids() -> None:
    a = asker(25)
    ids: list[str] = []
    for page in (1, 2, 3):
        ret, data = await a.ask(INFO, {"LastQueryTime": "", "PageNo": page, "PageSize": 10})
        assert (ret, data["PageNo"], data["PageCount"], data["ItemSize"]) == (0, page, 3, 25)
        ids += [info["StationID"] for info in data["StationInfos"]]
    assert ids == sorted(f"jinbei/{n}" for n in range(1, 26))
    _, past = await a.ask(INFO, {"PageNo": 4, "PageSize": 10})
    assert past["StationInfos"] == []


async def test_a_page_has_a_hundred_stations_at_most_and_ten_unless_asked() -> None:
    a = asker(MAX_PAGE_SIZE + 1)
    for size, count in ((MAX_PAGE_SIZE, MAX_PAGE_SIZE), (MAX_PAGE_SIZE + 1, MAX_PAGE_SIZE), (None, 10)):
        _, data = await a.ask(INFO, {} if size is None else {"PageSize": size})
        assert len(data["StationInfos"]) == count


@pytest.mark.parametrize("wrong", [{"PageNo": 0}, {"PageNo": -1}, {"PageSize": "x"}, {"PageNo": 1.5}, {"PageNo": None}])
async def test_a_page_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    assert (await asker().ask(INFO, wrong))[0] == 4004


async def test_what_changed_since_then() -> None:
    a = asker()
    local = NOON + timedelta(hours=8)
    for told, count in ((local, 3), (local + timedelta(seconds=1), 0)):
        _, data = await a.ask(INFO, {"LastQueryTime": told.strftime("%Y-%m-%d %H:%M:%S")})
        assert data["ItemSize"] == count
    assert (await a.ask(INFO, {"LastQueryTime": "2026-11-24T12:00"}))[0] == 4004


async def test_fifty_stations_status_may_be_asked_for_and_fifty_one_not() -> None:
    a = asker(MAX_STATION_IDS + 1)
    ids = [f"jinbei/{n}" for n in range(1, MAX_STATION_IDS + 2)]
    ret, data = await a.ask(STATUS, {"StationIDs": ids[:-1]})
    assert (ret, data["Total"], len(data["StationStatusInfos"])) == (0, MAX_STATION_IDS, MAX_STATION_IDS)
    for wrong in (ids, [], "jinbei/1", None, {"0": "jinbei/1"}):
        assert (await a.ask(STATUS, {"StationIDs": wrong}))[0] == 4004
    ret, data = await a.ask(STATUS, {"StationIDs": ["jinbei/1", "jinbei/1", "elsewhere/1", "x", "", 3, None, ["y"]]})
    assert (ret, [info["StationID"] for info in data["StationStatusInfos"]]) == (0, ["jinbei/1"])


@pytest.mark.parametrize(
    ("status", "number", "park", "plug"),
    [
        (Status.AVAILABLE, 1, 10, 1),
        (Status.OCCUPIED, 2, 50, 0),
        (Status.CHARGING, 3, 50, 2),
        (Status.RESERVED, 4, 10, 1),
        (Status.BLOCKED, 1, 50, 1),
        (Status.FAULTED, 255, 0, 2),
        (Status.OFFLINE, 0, 0, 2),
    ],
)
async def test_every_status_has_its_number(status: Status, number: int, park: int, plug: int) -> None:
    a = asker()
    await a.see("jinbei/1-1", status)
    _, data = await a.ask(STATUS, {"StationIDs": ["jinbei/1"]})
    (gun,) = data["StationStatusInfos"][0]["ConnectorStatusInfos"]
    assert (gun["ConnectorID"], gun["Status"], gun["ParkStatus"]) == ("jinbei/1-1", number, park)
    _, auth = await a.ask(AUTH, GUN)
    assert (auth["SuccStat"], auth["FailReason"]) == (int(plug > 0), plug)
    assert auth["EquipAuthSeq"] == "1" * 27


async def test_a_status_that_has_grown_old_is_told_as_offline() -> None:
    a = asker()
    await a.see("jinbei/1-1", Status.AVAILABLE)
    a.clock.move(minutes=15, seconds=1)
    _, data = await a.ask(STATUS, {"StationIDs": ["jinbei/1"]})
    assert data["StationStatusInfos"][0]["ConnectorStatusInfos"][0]["Status"] == 0


async def test_a_new_station_is_told_of_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr("finder.connectors.tcec102.provider.time.monotonic", lambda: moment)
    a = asker(1)
    assert (await a.ask(INFO, {}))[1]["ItemSize"] == 1
    a.stations.append(station(9))
    gun = GUN | {"ConnectorID": "jinbei/9-1"}
    for after, count, unknown in ((LISTED_S, 1, 1), (LISTED_S + 0.1, 2, 0)):
        moment = 100.0 + after
        assert (await a.ask(INFO, {}))[1]["ItemSize"] == count
        assert (await a.ask(POLICY, gun))[1]["SuccStat"] == unknown
    # What is gone is not told of, listed or not.
    a.stations.pop()
    assert (await a.ask(POLICY, gun))[1]["SuccStat"] == 1


async def test_an_evse_with_two_plugs_is_two_connectors_of_one_status() -> None:
    plugs = (Connector(id="a", type=ConnectorType.GBT_DC), Connector(id="b", type=ConnectorType.GBT_AC))
    a = Asker(station(1, Evse(id="jinbei/1-1", connectors=plugs)))
    await a.see("jinbei/1-1", Status.CHARGING)
    _, data = await a.ask(STATUS, {"StationIDs": ["jinbei/1"]})
    guns = data["StationStatusInfos"][0]["ConnectorStatusInfos"]
    assert [(gun["ConnectorID"], gun["Status"]) for gun in guns] == [("jinbei/1-1*a", 3), ("jinbei/1-1*b", 3)]
    _, info = await a.ask(INFO, {})
    (pile,) = info["StationInfos"][0]["EquipmentInfos"]
    assert [gun["ConnectorType"] for gun in pile["ConnectorInfos"]] == [4, 3]
    assert (await a.ask(AUTH, GUN | {"ConnectorID": "jinbei/1-1*b"}))[1]["FailReason"] == 2


async def test_a_station_whose_id_is_too_long_for_the_protocol_is_left_out() -> None:
    plug = (Connector(id="1"),)
    fits, too_long = "jinbei/" + "9" * 57, "jinbei/" + "9" * 58
    a = Asker(station(1, Evse(id=fits, connectors=plug)), station(2, Evse(id=too_long, connectors=plug)))
    _, data = await a.ask(INFO, {})
    assert [info["StationID"] for info in data["StationInfos"]] == ["jinbei/1"]


async def test_a_policy_is_exact_and_starts_at_midnight() -> None:
    ret, data = await asker().ask(POLICY, GUN)
    assert (ret, data["SuccStat"], data["SumPeriod"], data["EquipBizSeq"]) == (0, 0, 2, "1" * 27)
    assert data["PolicyInfos"] == [
        {"StartTime": "000000", "ElecPrice": Decimal("0.5946"), "SevicePrice": Decimal("0.35")},
        {"StartTime": "070000", "ElecPrice": Decimal("0.6366"), "SevicePrice": Decimal("0.35")},
    ]


@pytest.mark.parametrize(
    "tariffs",
    [
        (),
        (Tariff(id="1", text="峰 1.2 平 0.8"),),
        (Tariff(id="1", periods=periods(60)),),  # nothing is known of the first hour
        (Tariff(id="1", periods=periods(0, 420)[:1]),),
        (Tariff(id="1", periods=periods(0), zone="Europe/Berlin"),),
        (Tariff(id="1", periods=periods(*range(33))),),
        (Tariff(id="1", periods=periods(0)), Tariff(id="2", periods=periods(0))),  # which of them, nobody said
    ],
)
async def test_prices_that_the_protocol_cannot_tell_are_not_told(tariffs: tuple[Tariff, ...]) -> None:
    ret, data = await Asker(station(1, tariffs=tariffs)).ask(POLICY, GUN)
    assert (ret, data["SuccStat"], data["FailReason"], data["PolicyInfos"]) == (0, 1, 1, [])


async def test_thirty_two_periods_are_told() -> None:
    a = Asker(station(1, tariffs=(Tariff(id="1", periods=periods(*range(32))),)))
    assert (await a.ask(POLICY, GUN))[1]["SumPeriod"] == 32


async def test_energy_by_station_pile_and_connector() -> None:
    ret, data = await asker().ask(STATS, {"StationID": "jinbei/1", "StartTime": "2026-11-01", "EndTime": "2026-11-01"})
    stats = data["StationStats"]
    assert (ret, stats["StationElectricity"]) == (0, Decimal("12.5"))
    assert stats["EquipmentStatsInfos"][0]["ConnectorStatsInfos"] == [
        {"ConnectorID": "jinbei/1-1", "ConnectorElectricity": Decimal("12.5")}
    ]


async def test_so_many_days_of_energy_may_be_asked_for() -> None:
    a = Asker(station(1), station(404))
    first = NOON.date()
    for station_id, days, ret in (
        ("jinbei/1", MAX_STATS_DAYS, 0),
        ("jinbei/1", MAX_STATS_DAYS + 1, 4004),
        ("jinbei/1", 0, 4004),  # backwards
        ("jinbei/404", 1, 4004),  # nobody counts there
        ("jinbei/2", 1, 4004),
        ("elsewhere/1", 1, 4004),
    ):
        last = first + timedelta(days=days - 1)
        body = {"StationID": station_id, "StartTime": first.isoformat(), "EndTime": last.isoformat()}
        assert (await a.ask(STATS, body))[0] == ret
    assert (await a.ask(STATS, {"StationID": "jinbei/1", "StartTime": "x", "EndTime": "2026-11-01"}))[0] == 4004


@pytest.mark.parametrize("connector", ["nowhere", "elsewhere/1-1", "jinbei/1"])
async def test_a_connector_that_is_not_ours_has_neither_plug_nor_price(connector: str) -> None:
    a = asker()
    assert (await a.ask(AUTH, GUN | {"ConnectorID": connector}))[1]["SuccStat"] == 1
    assert (await a.ask(POLICY, GUN | {"ConnectorID": connector}))[1]["SuccStat"] == 1
    for interface in (AUTH, POLICY):
        assert (await a.ask(interface, GUN | {"ConnectorID": "x" * 65}))[0] == 4004


@pytest.mark.parametrize(
    "interface",
    ["query_start_charge", "query_stop_charge", "query_equip_charge_status", "notification_stationStatus", "", "x"],
)
async def test_only_what_is_read_is_served(interface: str) -> None:
    assert (await asker().ask(interface, GUN))[0] == 4003


async def test_the_peers_dialect_is_spoken() -> None:
    a = Asker(station(1), profile=Profile(casing="camel", datum="WGS84"))
    _, data = await a.ask(INFO, {})
    assert (data["StationInfos"][0]["StationLat"], data["StationInfos"][0]["StationLng"]) == (
        Decimal("38.401"),
        Decimal("112.7"),
    )


@pytest.mark.parametrize("token", ["", "x", "Bearer", "a" * 4096])
async def test_a_wrong_token_is_refused(token: str) -> None:
    a = asker()
    assert await a.post(INFO, a.seal({}), token) == (4002, None)


async def test_a_token_ends() -> None:
    a = asker()
    await a.log_in()
    a.clock.move(seconds=LIFETIME.total_seconds() - 1)
    assert (await a.ask(INFO, {}))[0] == 0
    a.clock.move(seconds=1)
    assert (await a.ask(INFO, {}))[0] == 4002


async def test_a_wrong_signature_id_or_clock_is_refused() -> None:
    a = asker()
    await a.log_in()
    sealed = a.seal({})
    forged = Request(sealed.operator_id, sealed.data, sealed.timestamp, sealed.seq, "0" * 32)
    assert (await a.post(INFO, forged))[0] == 4001
    assert (await a.post(INFO, a.seal({}, peer="MA0FINDER")))[0] == 4001
    for off, ret in ((300, 0), (-300, 0), (301, 4003), (-301, 4003)):
        assert (await a.post(INFO, a.seal({}, seconds=off)))[0] == ret
    # Shifting a character from one field into the next keeps the signed text, and changes the lengths.
    shifted = Request(sealed.operator_id + sealed.data[0], sealed.data[1:], sealed.timestamp, sealed.seq, sealed.sig)
    assert (await a.post(INFO, shifted))[0] == 4003


async def test_both_keys_of_a_peer_hold_while_they_rotate() -> None:
    a = asker()
    for keys in (KEYS, OLD_KEYS):
        await a.log_in(keys)
        assert (await a.ask(INFO, {}, keys=keys))[0] == 0


async def test_a_question_that_comes_again_is_answered_again_and_a_log_in_is_not() -> None:
    a = asker()
    await a.log_in()
    sealed = a.seal({})
    assert [(await a.post(INFO, sealed))[0] for _ in range(2)] == [0, 0]
    secrets = a.seal({"OperatorID": PROVINCE, "OperatorSecret": KEYS.operator_secret})
    assert [(await a.post("query_token", secrets))[0] for _ in range(2)] == [0, 4003]
