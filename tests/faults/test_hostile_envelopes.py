"""Ten thousand hostile envelopes at the real gateway and at the provider: no 5xx, and no trace in the database."""

import asyncio
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from finder.app import build_app
from finder.connectors.tcec102 import Credentials
from finder.connectors.tcec102.wire import Response, decrypt, parse
from finder.kernel.clock import SHANGHAI, system_clock
from finder.provide import build_provider
from finder.settings import load_settings
from tests.faults.hostile import Attack, Forge, attacks
from tests.protocol.finder_running import serving

pytestmark = pytest.mark.slow
EXAMPLES, EACH = 500, 20  # 10,000
OVER_SOCKET = 300
# A failure is shown as it was found: making it smaller would take longer than finding it.
HYPOTHESIS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PEER, OURS, PROVINCE = "123456789", "MA0FINDER", "MA0SHANXI"
VERSION = "v20161110"
PREFIXES = {"OP": "a", "OP_PUSH": "b", "PROVINCE": "c"}
OPERATORS = f"""
[[operator]]
protocol = "tcec102"
source = "op"
name = "某充电"
base_url = "http://127.0.0.1:9"
our_id = "{OURS}"
peer_id = "{PEER}"
secrets = "OP"
pushes = true
"""
PEERS = f"""
[[peer]]
name = "province"
our_id = "{OURS}"
peer_id = "{PROVINCE}"
secrets = "PROVINCE"
sources = ["op"]
"""


def keys(letter: str) -> Credentials:
    return Credentials(f"{letter}-secret", letter * 16, letter.upper() * 16, f"{letter}-signing")


def local(**by: float) -> str:
    return (system_clock() + timedelta(**by)).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def pushes() -> Forge:
    """An operator's side of the gateway."""
    serial = OURS + "7K".rjust(18, "0")
    start = {"StartChargeSeq": serial, "StartChargeSeqStat": 2, "ConnectorID": "G1", "StartTime": local(minutes=-9)}
    status = start | {"EndTime": local(minutes=-1), "TotalPower": 1.25, "TotalMoney": 1.5}
    money = {"TotalElecMoney": 1.0, "TotalSeviceMoney": 0.5, "TotalMoney": 1.5, "TotalPower": 1.25, "StopReason": 1}
    gun = {"ConnectorID": "G1", "ConnectorType": 4, "Power": 60}
    station = {
        "StationID": "S1",
        "StationName": "站",
        "StationLat": 38.4,
        "StationLng": 112.7,
        "EquipmentInfos": [{"EquipmentID": "P1", "EquipmentType": 1, "ConnectorInfos": [gun]}],
    }
    order = {"StartChargeSeq": serial, "TotalPower": 1.25, "TotalMoney": 1.5}
    bodies: dict[str, dict[str, Any]] = {
        "query_token": {"OperatorID": PEER, "OperatorSecret": "wrong"},
        "notification_stationInfo": {"StationInfo": station},
        "notification_stationFee": {
            "StationID": "S1",
            "ChargeFeeDetail": [{"StartTime": "00:00", "EndTime": "24:00", "ElectricityFee": 0.6, "ServiceFee": 0.3}],
        },
        "notification_stationStatus": {"ConnectorStatusInfo": {"ConnectorID": "G1", "Status": 1}},
        "notification_start_charge_result": start,
        "notification_equip_charge_status": status,
        "notification_stop_charge_result": start | {"SuccStat": 0, "FailReason": 0, "StartChargeSeqStat": 4},
        "notification_charge_order_info": start | {"EndTime": local(minutes=-1)} | money,
        "check_charge_orders": {
            "CheckOrderSeq": "1" * 27,
            "StartTime": local(days=-1),
            "EndTime": local(),
            "OrderCount": 1,
            "ChargeOrders": [order],
        },
    }
    spoils: dict[str, tuple[tuple[str, ...], ...]] = {
        "query_token": (("OperatorID",), ("OperatorSecret",)),
        "notification_stationInfo": (
            ("StationInfo",),
            ("StationInfo", "EquipmentInfos"),
        ),
        "notification_stationFee": (("ChargeFeeDetail",),),
        "notification_stationStatus": (("ConnectorStatusInfo",),),
        "notification_start_charge_result": (("StartChargeSeq",),),
        "notification_equip_charge_status": (("StartChargeSeq",), ("TotalPower",)),
        "notification_stop_charge_result": (("StartChargeSeq",), ("SuccStat",)),
        "notification_charge_order_info": (("StartChargeSeq",), ("TotalPower",), ("TotalMoney",), ("EndTime",)),
        "check_charge_orders": tuple((name,) for name in bodies["check_charge_orders"]),
    }
    return Forge(PEER, keys("b"), bodies, spoils)


def questions() -> Forge:
    """The province's side of the provider; nothing that it asks may ever change anything."""
    gun = {"EquipAuthSeq": "1" * 27, "EquipBizSeq": "1" * 27, "ConnectorID": "op/G1"}
    bodies: dict[str, dict[str, Any]] = {
        "query_token": {"OperatorID": PROVINCE, "OperatorSecret": "wrong"},
        "query_stations_info": {"LastQueryTime": "", "PageNo": 1, "PageSize": 10},
        "query_station_status": {"StationIDs": ["op/S1"]},
        "query_station_stats": {"StationID": "op/S1", "StartTime": "2026-11-01", "EndTime": "2026-11-02"},
        "query_equip_auth": gun,
        "query_equip_business_policy": gun,
    }
    spoils: dict[str, tuple[tuple[str, ...], ...]] = {
        interface: tuple((name,) for name in body) for interface, body in bodies.items()
    }
    return Forge(PROVINCE, keys("c"), bodies, spoils)


BY_THE_CLOCK = ("reconciliation_run", "occupancy_")
# What an operator lists of its own bills is kept as it says it, and only compared at night: it moves nothing.
TOLD_OF_ITSELF = "operator_row"


def digest(folder: Path) -> dict[str, str]:
    """Of every row of each table, and of the table itself; not of those that fill by the clock alone."""
    told: dict[str, str] = {}
    with closing(sqlite3.connect(folder / "finder.sqlite3")) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        for name, sql in tables:
            if name.startswith((*BY_THE_CLOCK, TOLD_OF_ITSELF)):
                continue
            is_table = bool(sql and sql.startswith("CREATE TABLE"))
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall() if is_table else []
            told[name] = hashlib.sha256(repr((sql, sorted(map(repr, rows)))).encode()).hexdigest()
    return told


async def post_to(app: Starlette, path: str, attack: Attack) -> tuple[int, bytes]:
    """Status and body of a POST in this process. A client for it would take longer than the application."""
    headers = [(name.encode(), value.encode()) for name, value in attack.headers.items()]
    length = (b"content-length", str(len(attack.body)).encode())
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": b"",
        "headers": [*headers, length],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": attack.body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


class Target:
    """One application under attack, and the keys to it."""

    def __init__(self, app: Starlette, base: str, forge: Forge) -> None:
        self.app, self.base, self.forge = app, base, forge
        self.statuses: Counter[int] = Counter()
        self.rets: Counter[int] = Counter()

    async def post(self, attack: Attack, *, over: httpx.AsyncClient | None = None) -> bytes:
        """The answer's body; over a real socket where there is a client."""
        path = f"{self.base}/evcs/{VERSION}/{attack.interface}"
        if over is None:
            status, body = await post_to(self.app, path, attack)
        else:
            answer = await over.post(path, content=attack.body, headers=attack.headers)
            status, body = answer.status_code, answer.content
        self.statuses[status] += 1
        assert status < 500, (attack, body[:500])
        if status == 200:
            self.rets[json.loads(body)["Ret"]] += 1
        return body

    async def good(self, attack: Attack) -> dict[str, Any]:
        """The Data of an answer that must be a good one."""
        answer = Response.read(parse(await self.post(attack)))
        assert answer.ret == 0
        assert isinstance(answer.data, str)
        data: dict[str, Any] = parse(decrypt(answer.data, self.forge.keys))
        return data

    async def log_in(self) -> None:
        secrets = {"OperatorID": self.forge.peer_id, "OperatorSecret": self.forge.keys.operator_secret}
        told = await self.good(self.forge.valid("query_token", secrets))
        self.forge.token = told["AccessToken"]


@asynccontextmanager
async def target(app: Starlette, base: str, forge: Forge) -> AsyncIterator[Target]:
    async with app.router.lifespan_context(app):
        under = Target(app, base, forge)
        await under.log_in()
        yield under


@asynccontextmanager
async def gateway(folder: Path) -> AsyncIterator[tuple[Starlette, Target]]:
    """The real gateway with one operator, whose valid messages were taken, each of which changed the database."""
    (folder / "operators.toml").write_text(OPERATORS, encoding="utf-8")
    app = build_app(load_settings(data_dir=folder, operators_file=folder / "operators.toml"))
    forge = pushes()
    async with target(app, "/push/op", forge) as under:
        for interface in forge.bodies:
            if interface in ("query_token", "check_charge_orders"):
                continue
            before, message = digest(folder), forge.valid(interface)
            await under.good(message)
            # The check of the check: whatever is taken is seen in the digest.
            assert digest(folder) != before, interface
            forge.taken.append(message)
        yield app, under


@asynccontextmanager
async def provider(folder: Path) -> AsyncIterator[tuple[Starlette, Target]]:
    """The provider over the same database, which answers each valid question."""
    (folder / "peers.toml").write_text(PEERS, encoding="utf-8")
    app = build_provider(load_settings(data_dir=folder), folder / "peers.toml")
    forge = questions()
    async with target(app, "/provide/province", forge) as under:
        forge.taken += [forge.valid(interface) for interface in forge.bodies]
        for message in forge.taken:
            if message.interface != "query_station_stats":  # nobody counts there
                await under.good(message)
        yield app, under


def bombard(runner: asyncio.Runner, under: Target) -> int:
    """How many were posted in this process."""
    posted = 0

    @HYPOTHESIS
    @given(st.lists(attacks(under.forge), min_size=EACH, max_size=EACH))
    def post(batch: list[Attack]) -> None:
        nonlocal posted

        async def all_of_them() -> None:
            for attack in batch:
                await under.post(attack)

        runner.run(all_of_them())
        posted += len(batch)

    post()
    return posted


async def bombard_over_socket(app: Starlette, under: Target) -> None:
    batch: list[Attack] = []

    @settings(HYPOTHESIS, max_examples=OVER_SOCKET)
    @given(attacks(under.forge))
    def draw(attack: Attack) -> None:
        batch.append(attack)

    draw()
    assert len(batch) >= OVER_SOCKET
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        for attack in batch:
            await under.post(attack, over=http)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for prefix, letter in PREFIXES.items():
        for name in ("operator_secret", "data_secret", "data_secret_iv", "sig_secret"):
            monkeypatch.setenv(f"{prefix}_{name.upper()}", getattr(keys(letter), name))


def test_ten_thousand_at_the_gateway_leave_no_trace(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        scene = gateway(tmp_path)
        app, under = runner.run(scene.__aenter__())
        try:
            before = digest(tmp_path)
            assert bombard(runner, under) >= EXAMPLES * EACH
            runner.run(bombard_over_socket(app, under))
            assert digest(tmp_path) == before
            check_answers(under)
            # It still lives, and what is valid is still taken.
            fresh = under.forge.bodies["notification_stationStatus"]
            told = runner.run(under.good(under.forge.valid("notification_stationStatus", fresh)))
            assert told == {"Status": 0}
            assert digest(tmp_path) != before
        finally:
            runner.run(scene.__aexit__(None, None, None))


def test_ten_thousand_at_the_provider_leave_no_trace(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        filled = gateway(tmp_path)  # so that there is something to tell, and to lose
        runner.run(filled.__aenter__())
        runner.run(filled.__aexit__(None, None, None))
        scene = provider(tmp_path)
        app, under = runner.run(scene.__aenter__())
        try:
            before = digest(tmp_path)
            assert bombard(runner, under) >= EXAMPLES * EACH
            runner.run(bombard_over_socket(app, under))
            assert digest(tmp_path) == before
            check_answers(under)
            told = runner.run(under.good(under.forge.valid("query_stations_info")))
            assert [info["StationID"] for info in told["StationInfos"]] == ["op/S1"]
        finally:
            runner.run(scene.__aexit__(None, None, None))


def check_answers(under: Target) -> None:
    """That the attacks came through to every door: each refusal was given, and given often."""
    assert all(under.rets[ret] > 50 for ret in (4001, 4002, 4003, 4004)), under.rets
    assert set(under.rets) <= {-1, 0, 4001, 4002, 4003, 4004}
    assert under.statuses[200] > 0.9 * under.statuses.total()
