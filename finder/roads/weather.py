"""What cold and heat do to a car: it takes more to drive, and charges more slowly.

Measured elsewhere, with the cabin heated or cooled:
- AAA, February 2019, five cars on a dynamometer, against 23.9 °C: range -41 % at -6.7 °C, -17 % at 35 °C.
- Recurrent, January 2025, 18,000 cars of 20 models on the road: on average 80 % of the range in winter (0 °C).
- Motoaki, Yi and Salisbury (Idaho National Laboratory), Energy Policy 122 (2018), about 500 fast charges between -9
  and 39 °C: after 30 minutes at 0 °C 36 % less was in the battery than at 25 °C.
Between these points we draw straight lines. Below -6.7 °C driving goes on taking more by 0.0225 of the mild figure a
degree, the mean rise from 23.9 down to -6.7 °C; below 0 °C charging goes on slowing at the rate from 25 down to 0 °C,
to no less than 0.3. Both are drawn on by us, not measured.
"""

from datetime import datetime
from itertools import pairwise

from finder.errors import BadInput
from finder.kernel.clock import SHANGHAI

COLDEST_C, HOTTEST_C = -40.0, 50.0
MILD_C = 20.0
WINTER_C = 0.0  # at or below: the winter is warned of
WINTER_MONTHS = frozenset({11, 12, 1, 2, 3})
# Where nobody said how cold it is, a winter's trip is planned for this: a careful guess of ours, told to the driver.
ASSUMED_WINTER_C = -10.0

_DRIVING = ((-6.7, 1 / 0.59), (0.0, 1 / 0.80), (20.0, 1.0), (23.9, 1.0), (35.0, 1 / 0.83))
_COLDER_BY = (1 / 0.59 - 1) / (23.9 + 6.7)
_CHARGING_AT_0, _CHARGING_MILD_C, _CHARGING_LEAST = 0.64, 25.0, 0.3


def driving_factor(celsius: float) -> float:
    """How many times what it takes at 20 °C. Raises BadInput TEMPERATURE."""
    _check(celsius)
    first, factor = _DRIVING[0]
    if celsius < first:
        return factor + (first - celsius) * _COLDER_BY
    for (low, below), (high, above) in pairwise(_DRIVING):
        if celsius <= high:
            return below + (above - below) * (celsius - low) / (high - low)
    last, factor = _DRIVING[-1]
    return factor + (celsius - last) * (factor - 1) / (last - 23.9)


def charging_factor(celsius: float) -> float:
    """The share of its power at 25 °C and above that a battery takes from a DC pile. Raises BadInput TEMPERATURE."""
    _check(celsius)
    slope = (1 - _CHARGING_AT_0) / _CHARGING_MILD_C
    return max(_CHARGING_LEAST, min(1.0, _CHARGING_AT_0 + slope * celsius))


def is_winter(moment: datetime) -> bool:
    """Whether it is winter in Xinzhou, by the month: November to March."""
    return moment.astimezone(SHANGHAI).month in WINTER_MONTHS


def planned_for(celsius: float | None, moment: datetime) -> float:
    """The temperature to plan for: what was said; else 20 °C, and in winter a careful guess."""
    if celsius is not None:
        return celsius
    return ASSUMED_WINTER_C if is_winter(moment) else MILD_C


def _check(celsius: float) -> None:
    if not COLDEST_C <= celsius <= HOTTEST_C:
        raise BadInput(
            f"气温应在 {COLDEST_C:g} 至 {HOTTEST_C:g} ℃ 之间",
            f"the temperature must be {COLDEST_C:g} to {HOTTEST_C:g} °C",
            code="TEMPERATURE",
        )
