"""What the city publishes: nothing of a person, no formula, and at no cost where it is known already."""

import asyncio
import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import orjson
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from structlog.testing import capture_logs

from finder.errors import Conflict
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Access, Operator, Photo, Station
from finder.supervision import daily
from finder.supervision.daily import Daily
from finder.supervision.open_data.keeper import FILES, OpenData
from finder.supervision.stars.sheet import differences
from finder.web.open_data import open_data_routes
from tests.unit.naive import station

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def client(
    *stations: Station, moments: list[datetime] | None = None, days: Path = Path("no-such-folder")
) -> tuple[httpx.AsyncClient, MemoryBoard]:
    clock = moments or [NOW]
    board = MemoryBoard(lambda: clock[0])
    data = OpenData(lambda: stations, board, lambda: clock[0])
    zips = [Middleware(GZipMiddleware, minimum_size=100)]
    app = Starlette(routes=open_data_routes(data, "http://city", days), middleware=zips)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://city"), board


async def test_no_planted_person_is_in_any_file() -> None:
    canaries = ("13912345678", "ZHANGSAN", "LFV1A23C4D5678901")
    planted = msgspec.structs.replace(
        station(1),
        operator=Operator(id="o", name="Op", phone=canaries[0], website="http://ZHANGSAN"),
        phone=canaries[0],
        access_note=canaries[1],
        guide=canaries[2],
        parking_text=canaries[1],
        photos=(Photo(url="http://ZHANGSAN", caption=canaries[2]),),
    )
    http, _ = client(planted)
    for name in FILES:
        told = (await http.get(f"/open/{name}")).text
        assert planted.id in told
        assert not [each for each in canaries if each in told]


async def test_a_private_pile_is_not_published() -> None:
    http, _ = client(msgspec.structs.replace(station(1), access=Access.PRIVATE), station(2))
    found = (await http.get("/open/stations.geojson")).json()
    assert [each["id"] for each in found["features"]] == [station(2).id]


async def test_a_cell_is_no_formula() -> None:
    http, _ = client(msgspec.structs.replace(station(1), name="=1+1"))
    rows = list(csv.DictReader(io.StringIO((await http.get("/open/stations.csv")).text.lstrip("\ufeff"))))
    assert rows[0]["name"] == "'=1+1"


async def test_what_is_known_is_not_sent_again_until_a_status_changes() -> None:
    moments = [NOW]
    http, board = client(station(1), moments=moments)
    first = await http.get("/open/status.csv")
    tag = first.headers["etag"]
    again = await http.get("/open/status.csv", headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    await board.observe([Observation(station(1).evses[0].id, Status.AVAILABLE, NOW, "s")])
    moments[0] += timedelta(seconds=61)
    changed = await http.get("/open/status.csv", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert "AVAILABLE" in changed.text


async def test_it_is_zipped_once_or_not_at_all() -> None:
    http, _ = client(*(station(n) for n in range(20)))
    async with http.stream("GET", "/open/stations.csv", headers={"accept-encoding": "gzip"}) as zipped:
        raw = b"".join([part async for part in zipped.aiter_raw()])
    plain = await http.get("/open/stations.csv", headers={"accept-encoding": "identity"})
    assert gzip.decompress(raw) == plain.content
    assert plain.headers["access-control-allow-origin"] == "*"


async def test_the_catalogue_names_every_file_with_a_licence() -> None:
    http, _ = client()
    told = orjson.loads((await http.get("/open/")).content)
    assert {each["identifier"] for each in told["dataset"]} == {*FILES, "coverage.csv", "coverage.geojson"}
    assert told["license"] == "CC-BY-4.0"


async def test_stations_come_by_id_however_many_parts_they_are_gathered_in() -> None:
    there = [station(n) for n in range(1_201, 0, -1)]
    http, _ = client(*there)
    found = (await http.get("/open/stations.geojson")).json()
    assert [each["id"] for each in found["features"]] == sorted(each.id for each in there)


async def test_a_published_day_is_sent_as_it_was_written(tmp_path: Path) -> None:
    http, board = client(station(1), days=tmp_path)
    assert (await http.get("/open/days/")).json()["days"] == []
    data = OpenData(lambda: [station(1)], board, lambda: NOW)
    written = await Daily(data, None, tmp_path, lambda: NOW).write()
    assert (await http.get("/open/days/")).json()["days"] == [written.name] == ["2026-11-25"]
    told = await http.get("/open/days/2026-11-25/stars.csv")
    assert told.content == (written / "stars.csv").read_bytes()
    assert "immutable" in told.headers["cache-control"]
    assert differences(tmp_path)[2] == []
    with pytest.raises(Conflict):
        await Daily(data, None, tmp_path, lambda: NOW).write()


async def test_a_day_that_fails_is_logged_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def stations() -> list[Station]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise RuntimeError("a fault of ours")
        return [station(1)]

    noon = NOW + timedelta(hours=4)
    data = OpenData(stations, MemoryBoard(lambda: noon), lambda: noon)
    monkeypatch.setattr(daily, "LOOK_EVERY", timedelta(milliseconds=1))
    with capture_logs() as logs:
        running = asyncio.create_task(Daily(data, None, tmp_path, lambda: noon).run())
        for _ in range(1000):
            await asyncio.sleep(0.005)
            if running.done() or (tmp_path / "2026-11-25").exists():
                break
    assert not running.done()
    running.cancel()
    assert logs[0]["event"] == "snapshot_fault"


@pytest.mark.parametrize(
    "path", ["2026-11-24/stars.csv", "2026-11-25/secret", "%2e%2e/stars.csv", "2026-11-25/..%2fsecret", "x/stars.csv"]
)
async def test_only_published_files_of_published_days_are_sent(tmp_path: Path, path: str) -> None:
    (tmp_path / "days" / "2026-11-25").mkdir(parents=True)
    (tmp_path / "days" / "2026-11-25" / "secret").write_text("x")
    (tmp_path / "stars.csv").write_text("x")
    http, _ = client(station(1), days=tmp_path / "days")
    assert (await http.get(f"/open/days/{path}")).status_code == 404
