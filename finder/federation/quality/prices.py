"""What a kWh usually costs here, so that a price in fen where yuan were meant is seen."""

import statistics
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice

from finder.kernel.clock import Clock
from finder.stations.model import Station, Tariff

TIMES = 5  # a price this many times above or below the usual one is not believed
LOOKED_AT = 20_000  # stations; more would hold up others and change no median
FEWEST = 20  # stations with a known price; fewer say nothing of what is usual
_AGE = timedelta(minutes=10)


def mean_price_e4(tariff: Tariff) -> int | None:
    """The mean over the day, electricity and service, in 1/10,000 yuan per kWh; None where no period is known."""
    minutes = sum(period.end - period.start for period in tariff.periods)
    if not minutes:
        return None
    return sum((p.electricity.e4 + p.service.e4) * (p.end - p.start) for p in tariff.periods) // minutes


def usual_price_e4(stations: Iterable[Station]) -> int | None:
    """The median of the stations' dearest mean price above 0; None where fewer than FEWEST are known."""
    prices = []
    for station in islice(stations, LOOKED_AT):
        means = [mean for tariff in station.tariffs if (mean := mean_price_e4(tariff))]
        if means:
            prices.append(max(means))
    return int(statistics.median(prices)) if len(prices) >= FEWEST else None


class UsualPrice:
    """The usual price of every feed's stations, worked out anew every ten minutes."""

    def __init__(self, stations: Callable[[], Iterable[Station]], clock: Clock) -> None:
        self._stations, self._clock = stations, clock
        self._known: int | None = None
        self._at: datetime | None = None

    def __call__(self) -> int | None:
        """In 1/10,000 yuan per kWh; None where too little is known."""
        now = self._clock()
        if self._at is None or now - self._at > _AGE or self._known is None:
            self._known, self._at = usual_price_e4(self._stations()), now
        return self._known
