"""`finder pile`, as somebody types it."""

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import finder.app  # noqa: F401 - loaded here, because it takes longer than any of these tests
from finder.cli import cli
from finder.commands.pile import read_plugs, read_prices, read_shared
from finder.connectors.ocpp.passwords import matches
from finder.errors import BadInput, FinderError
from finder.federation.piles import SqlPiles
from finder.kernel.clock import system_clock
from finder.kernel.money import UnitPrice
from finder.stations.model import ConnectorType
from finder.storage.database import Database, database_url

ENTRY = '[[operator]]\nprotocol = "ocpp"\nsource = "street"\nname = "街边桩"\n'
ADD = ["pile", "add", "LAMP-1", "--owner", "h-17", "--name", "和平西街 12 号", "--lat", "38.41", "--lon", "112.73"]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "operators.toml"
    file.write_text(ENTRY)
    monkeypatch.setenv("FINDER_OPERATORS_FILE", str(file))
    monkeypatch.setenv("FINDER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FINDER_PUBLIC_URL", "https://charge.example")
    return tmp_path


def run(*words: str) -> str:
    """What a command prints. Raises what it raised."""
    result = CliRunner().invoke(cli, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


async def hashed(house: Path) -> str:
    database = Database(database_url("", house))
    try:
        return await SqlPiles(database, system_clock).password("street", "LAMP-1") or ""
    finally:
        await database.close()


@pytest.mark.slow
def test_a_pile_is_added_listed_given_a_new_password_and_removed(house: Path) -> None:
    told = run(*ADD, "--price", "0.50+0.10")
    assert "wss://charge.example/ocpp/street/LAMP-1" in told
    (first,) = re.findall(r"\b[0-9a-f]{40}\b", told)
    assert "和平西街 12 号" in run("pile", "list")
    again = run(*ADD, "--price", "0.60+0.10", "--hours", "工作日 20:00-24:00")
    assert not re.findall(r"\b[0-9a-f]{40}\b", again)  # a change of hours or prices is no new password
    (second,) = re.findall(r"\b[0-9a-f]{40}\b", run("pile", "password", "LAMP-1"))
    assert second != first
    kept = b"".join(file.read_bytes() for file in house.glob("*") if file.is_file())
    assert first.encode() not in kept
    assert second.encode() not in kept
    assert matches(second.encode(), asyncio.run(hashed(house)))
    assert "removed" in run("pile", "remove", "LAMP-1")
    assert run("pile", "list") == ""
    for gone in ("remove", "password"):
        with pytest.raises(FinderError, match="NO_SUCH_PILE"):
            run("pile", gone, "LAMP-1")


def test_piles_belong_to_a_source_of_the_operators_file(house: Path) -> None:
    with pytest.raises(FinderError, match="street"):
        run("pile", "list", "--source", "lane")
    (house / "operators.toml").write_text(ENTRY + ENTRY.replace("street", "lane"))
    with pytest.raises(FinderError, match="--source"):
        run("pile", "list")
    assert run("pile", "list", "--source", "lane") == ""


def test_prices_cover_the_day_in_the_order_of_its_hours() -> None:
    tariff = read_prices(["18:00-24:00=1.0+0.2", "00:00-18:00=0.5"])
    told = [(p.start, p.end, p.electricity, p.service) for p in tariff.periods]
    assert told == [(0, 1080, UnitPrice(5000), UnitPrice(0)), (1080, 1440, UnitPrice(10_000), UnitPrice(2000))]


@pytest.mark.parametrize("text", ["x", "", "0.5+x", "1-2=0.5", "00:00-24:60=0.5", "-1", "0.50001", "101"])
def test_a_price_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_prices([text])


def test_plugs_are_numbered_in_their_order() -> None:
    assert [(p.number, p.type, p.power_kw) for p in read_plugs(["GBT_AC:7", "gbt_dc:60"])] == [
        (1, ConnectorType.GBT_AC, 7.0),
        (2, ConnectorType.GBT_DC, 60.0),
    ]
    for wrong in ("GBT_AC", "GBT_AC:x", "X:7"):
        with pytest.raises(BadInput):
            read_plugs([wrong])


def test_hours_are_always_never_or_spans() -> None:
    assert read_shared("always") is None
    assert read_shared("never").spans == ()
    assert read_shared("20:00-24:00").spans[0] == (1200, 1440)
    with pytest.raises(BadInput):
        read_shared("whenever")
