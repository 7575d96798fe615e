"""Hours of stations whose likelihoods are known, because we drew them."""

from zoneinfo import ZoneInfo

import numpy as np

from finder.live.forecast.history import Floats, Hours
from finder.live.forecast.model import World

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = 494_000 - 494_000 % 168 + 96 - 8  # an hour since 1970 at which a week begins in Shanghai


def rates_of(stations: int, hours: int) -> Floats:
    """[hour, station]: full more often by day, on days of work, and at stations with a higher number."""
    hour = np.arange(hours)
    by_day = 0.5 + 0.5 * np.sin((hour % 24 - 8) / 24 * 2 * np.pi)
    work = np.where(hour // 24 % 7 < 5, 1.0, 0.4)
    return np.asarray((by_day * work)[:, None] * np.linspace(0.2, 0.9, stations), dtype=np.float32)


def drawn(stations: int = 12, weeks: int = 6, seed: int = 0) -> Hours:
    """Each hour full or not, drawn by those rates; taken half where it is not full."""
    hours = weeks * 168
    full = (np.random.default_rng(seed).random((hours, stations)) < rates_of(stations, hours)).astype(np.float32)
    return Hours([f"s/{n}" for n in range(stations)], MONDAY, np.maximum(full, np.float32(0.5)), full)


def world(stations: int = 12) -> World:
    """One neighbourhood, no holidays."""
    return World(ZONE, None, np.zeros(stations, dtype=np.int64))
