"""The real files beside the checkout, imported and searched; skipped where that folder is absent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from finder.federation.federation import Federation
from finder.federation.imports.take import import_file
from finder.kernel.geo import Point, distance_m
from finder.live.memory import MemoryBoard
from finder.stations.filter import ANY, Filter
from finder.stations.memory import MemoryIndex
from finder.stations.merge import Merger
from finder.stations.sql import SqlStore
from finder.storage.database import Database

REAL = Path(__file__).parents[3] / "shared/data/geo/ev"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"the real files are not beside the checkout: {REAL.name}"),
]
SHENZHEN = Point(22.54, 114.06)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(Database(f"sqlite:///{tmp_path / 's.sqlite3'}"))
    yield store
    await store.close()


async def indexed(store: SqlStore) -> MemoryIndex:
    index, board = MemoryIndex(), MemoryBoard()
    federation = Federation([], store, Merger(), index, board)
    await federation.start()
    await federation.close()
    return index


async def test_shenzhen_is_imported_searched_and_imported_again(store: SqlStore) -> None:
    file = REAL / "cn_shenzhen_urbanev_stations.csv"
    first = await import_file(file, store)
    assert (first.read, first.added, first.refused_total) == (1_362, 1_362, 0)
    again = await import_file(file, store)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1_362)
    index = await indexed(store)
    hits = await index.near(SHENZHEN, 3_000, ANY, 20)
    assert len(hits) == 20
    stations = await index.get([h.station_id for h in hits])
    for hit in hits:
        assert hit.distance_m == pytest.approx(distance_m(SHENZHEN, stations[hit.station_id].place), abs=0.01)
        assert hit.station_id.startswith("urbanev/")


async def test_a_hundred_thousand_real_stations_are_taken_or_refused_by_name(store: SqlStore) -> None:
    report = await import_file(REAL / "world_charging_stations_real.csv.gz", store)
    assert report.read == 102_305
    assert report.added + report.refused_total + len(report.duplicates) == 102_305
    assert report.added == 100_375
    assert set(report.refused_by_code) == {
        "STATION_WITHOUT_CONNECTORS",
        "POWER_OUT_OF_RANGE",
        "COORDINATE_COPIED",
        "NEGATIVE_NUMBER",
    }
    index = await indexed(store)
    assert 85_000 < await index.count() <= report.added  # one site in two feeds became one station
    fast = await index.near(Point(52.52, 13.405), 10_000, Filter(min_power_kw=50), 20)
    assert fast
    assert [h.distance_m for h in fast] == sorted(h.distance_m or 0 for h in fast)


async def test_sixteen_operators_feeds(store: SqlStore) -> None:
    report = await import_file(REAL / "ocpi_real_feeds.tar.gz", store)
    assert len(report.sources) >= 15
    assert report.added > 3_000
    assert report.read == report.added + report.refused_total + len(report.duplicates)


async def test_the_american_and_the_second_chinese_file(store: SqlStore) -> None:
    for name, least in (("us_afdc_elec_2020.csv.gz", 30_000), ("cn_shenzhen_stevcdp_stations.csv", 1_644)):
        report = await import_file(REAL / name, store)
        assert report.added >= least, name
