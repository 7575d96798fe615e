"""Cars for whoever does not know the figures of one's own: typical of a class, of no model in particular.

The figures are ours, rounded from what such cars have in general; a plan says that it was made with them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from finder.roads.car import Car, CurvePoint
from finder.stations.model import ConnectorType

_PLUGS = frozenset({ConnectorType.GBT_DC, ConnectorType.GBT_AC})


class CarClass(StrEnum):
    """Kinds of cars."""

    SMALL = "SMALL"
    FAMILY = "FAMILY"
    LARGE_SUV = "LARGE_SUV"
    VAN = "VAN"


@dataclass(frozen=True, slots=True)
class Typical:
    """A class of cars, in words and figures."""

    name: str
    name_en: str
    car: Car


def _curve(*points: tuple[float, float]) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(soc, kw) for soc, kw in points)


TYPICAL: Final[dict[CarClass, Typical]] = {
    CarClass.SMALL: Typical(
        "小型车",
        "a small car",
        Car(
            usable_kwh=32,
            kwh_per_100km=12.5,
            plugs=_PLUGS,
            curve=_curve((0.0, 30), (0.1, 45), (0.5, 45), (0.8, 25), (1.0, 5)),
            ac_kw=3.5,
            at_kmh=90,
            mass_kg=1_250,
            drag_area_m2=0.65,
        ),
    ),
    CarClass.FAMILY: Typical(
        "家用轿车",
        "a family car",
        Car(
            usable_kwh=58,
            kwh_per_100km=15.5,
            plugs=_PLUGS,
            curve=_curve((0.0, 70), (0.1, 100), (0.4, 95), (0.6, 70), (0.8, 45), (0.9, 22), (1.0, 6)),
            ac_kw=7,
            at_kmh=100,
            mass_kg=1_850,
            drag_area_m2=0.58,
        ),
    ),
    CarClass.LARGE_SUV: Typical(
        "大型 SUV",
        "a large SUV",
        Car(
            usable_kwh=95,
            kwh_per_100km=20.5,
            plugs=_PLUGS,
            curve=_curve((0.0, 120), (0.1, 180), (0.4, 160), (0.6, 115), (0.8, 70), (0.9, 35), (1.0, 8)),
            ac_kw=11,
            at_kmh=100,
            mass_kg=2_600,
            drag_area_m2=0.8,
        ),
    ),
    CarClass.VAN: Typical(
        "面包车或轻型客车",
        "a van",
        Car(
            usable_kwh=48,
            kwh_per_100km=23.0,
            plugs=_PLUGS,
            curve=_curve((0.0, 45), (0.1, 60), (0.6, 55), (0.8, 35), (1.0, 6)),
            ac_kw=7,
            at_kmh=90,
            mass_kg=2_400,
            drag_area_m2=1.35,
        ),
    ),
}
