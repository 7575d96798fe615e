"""How long charging takes at a pile, grain by grain of the battery."""

from typing import Final

import numpy as np
import numpy.typing as npt

from finder.roads.car import Car
from finder.roads.weather import charging_factor
from finder.stations.model import Current

GRAINS: Final = 100  # a battery is planned with in hundredths of what it holds
# The share of the metered energy that reaches the battery. AC: the ADAC measured 6 to 10 % lost at 11 kW (2022).
# DC is metered after the pile's rectifier, so that only the car's own loss is left: our assumption.
EFFICIENCY: Final = {Current.AC: 0.90, Current.DC: 0.95}


def refill_minutes(car: Car, current: Current, power_kw: float, celsius: float) -> npt.NDArray[np.float64]:
    """Minutes from empty to each grain, GRAINS + 1 of them, the first 0.

    The cold slows a battery's own taking of DC, not a pile that gives less than that anyway.
    """
    cold = charging_factor(celsius) if current is Current.DC else 1.0
    middles = (np.arange(GRAINS) + 0.5) / GRAINS
    kw = np.array([min(car.takes_kw(current, soc) * cold, power_kw) for soc in middles.tolist()])
    hours = car.usable_kwh / GRAINS / np.maximum(kw * EFFICIENCY[current], 1e-6)
    return np.concatenate(([0.0], np.cumsum(hours * 60)))
