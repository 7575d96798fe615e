"""What a trip is told of the forecast, and when it is left to the board."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from finder.cities import load_city
from finder.forecasts import NEAR, Forecasts
from finder.live.forecast.features import MAX_AHEAD_H
from finder.live.forecast.forecaster import Ahead
from finder.live.forecast.history import hour_of
from finder.live.memory import MemoryBoard
from finder.stations.model import ConnectorType, Station
from finder.storage.database import Database
from tests.unit.test_forecast_recorder import Clock, station


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told(clock: Clock, tmp_path: Path) -> Forecasts:
    database = Database(f"sqlite:///{tmp_path / 'f.sqlite3'}")
    made = Forecasts(database, MemoryBoard(clock), list, load_city("xinzhou"), clock)
    shape = (MAX_AHEAD_H, 1)
    ahead = np.full(shape, 0.25, np.float32), np.full(shape, 0.5, np.float32)
    made.forecaster._ahead = Ahead(hour_of(clock.now) - 1, {"a": 0}, *ahead, [None])
    return made


def candidate(where: Station) -> Any:
    return SimpleNamespace(station=where, connector=where.evses[0].connectors[0])


def test_a_trip_is_told_from_half_an_hour_on(told: Forecasts, clock: Clock) -> None:
    a = candidate(station("a", 2))
    assert told.chance(a, clock.now + NEAR) == 0.25
    assert told.chance(a, clock.now + NEAR - timedelta(seconds=1)) is None
    assert told.chance(candidate(station("b", 2)), clock.now + NEAR) is None


def test_a_station_whose_bays_differ_is_left_to_the_board(told: Forecasts, clock: Clock) -> None:
    a = station("a", 2)
    first, second = a.evses
    plug = msgspec.structs.replace(second.connectors[0], type=ConnectorType.GBT_AC)
    mixed = msgspec.structs.replace(a, evses=(first, msgspec.structs.replace(second, connectors=(plug,))))
    assert told.chance(candidate(mixed), clock.now + NEAR) is None


async def test_it_opens_and_closes_and_keeps_nothing_running(told: Forecasts) -> None:
    async with told:
        assert len(told._tasks) == 3
    assert told._tasks == []
