"""A car as a trip needs it: what the battery holds, what driving takes out of it, and what charging puts in."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from finder.errors import BadInput
from finder.stations.model import ConnectorType, Current

MAX_CURVE_POINTS = 50
AIR_KG_M3 = 1.2  # at about 20 °C and sea level; on the plateau less, so that we err to the safe side
DRIVE_TRAIN = 0.88  # share of the battery's energy that reaches the road; our assumption, between 0.85 and 0.92
# (least, most) of every number, both included
LIMITS = {
    "usable_kwh": (1.0, 1_000.0),
    "kwh_per_100km": (1.0, 300.0),
    "at_kmh": (10.0, 150.0),
    "mass_kg": (200.0, 60_000.0),
    "recuperation": (0.0, 1.0),
}
_WORDS = {
    "usable_kwh": "电池可用电量（度）",
    "kwh_per_100km": "百公里电耗（度）",
    "at_kmh": "电耗对应的车速（km/h）",
    "mass_kg": "车重（kg）",
    "recuperation": "动能回收比例",
}


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What the battery takes from a DC pile at a state of charge (0 … 1), in kW."""

    soc: float
    kw: float


@dataclass(frozen=True, slots=True)
class Car:
    """Energies in kWh at the battery. Raises BadInput CAR for a number outside its limits.

    `kwh_per_100km` is what it takes on the flat at `at_kmh` and about 20 °C. Where `drag_area_m2` (drag coefficient
    times frontal area) is known, other speeds take more or less by the air's drag; else they take the same.
    `curve` holds at 20 °C and is straight between its points; an empty one means that the car takes no DC.
    """

    usable_kwh: float
    kwh_per_100km: float
    plugs: frozenset[ConnectorType]
    curve: tuple[CurvePoint, ...] = ()
    ac_kw: float | None = None
    at_kmh: float = 100.0
    mass_kg: float = 1_800.0
    recuperation: float = 0.6
    drag_area_m2: float | None = None

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:  # also refuses NaN
                raise _refuse(
                    f"{_WORDS[name]} {value} 应在 {least:g} 至 {most:g} 之间",
                    f"{name} {value} must be {least:g} to {most:g}",
                )
        if self.ac_kw is not None and not 0 < self.ac_kw <= 100:
            raise _refuse("交流充电功率应大于 0 且不超过 100 kW", "ac_kw must be above 0 and at most 100")
        if self.drag_area_m2 is not None and not 0 < self.drag_area_m2 <= 15:
            raise _refuse("风阻面积应大于 0 且不超过 15 m²", "drag_area_m2 must be above 0 and at most 15")
        if not self.plugs or (not self.curve and self.ac_kw is None):
            raise _refuse(
                "请给出车辆的充电接口，以及直流充电曲线或交流功率",
                "say which plugs the car has, and what it takes: a DC curve or an AC power",
            )
        _check_curve(self.curve)

    def takes_kw(self, current: Current, soc: float) -> float:
        """What it takes at that state of charge, in kW, were the pile without limit; 0 where it takes none."""
        if current is Current.AC:
            return self.ac_kw or 0.0
        return _along(self.curve, soc)

    def most_kw(self, current: Current) -> float:
        """The most it ever takes, in kW."""
        if current is Current.AC:
            return self.ac_kw or 0.0
        return max((point.kw for point in self.curve), default=0.0)

    def kwh_per_km(self, speed_kmh: float) -> float:
        """On the flat, at about 20 °C. Never below a third of what it takes at the stated speed.

        Drag takes 0.5 × density × area × v² joules a metre (the textbook's formula); the rest is left as stated.
        """
        stated = self.kwh_per_100km / 100
        if self.drag_area_m2 is None:
            return stated
        squares = (speed_kmh / 3.6) ** 2 - (self.at_kmh / 3.6) ** 2
        joules_per_m = 0.5 * AIR_KG_M3 * self.drag_area_m2 * squares / DRIVE_TRAIN
        return max(stated / 3, stated + joules_per_m / 3_600)


def _refuse(zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code="CAR")


def _check_curve(curve: Sequence[CurvePoint]) -> None:
    if len(curve) > MAX_CURVE_POINTS:
        raise _refuse(
            f"充电曲线最多 {MAX_CURVE_POINTS} 个点", f"a charging curve may have at most {MAX_CURVE_POINTS} points"
        )
    last = -1.0
    for point in curve:
        if not (last < point.soc and 0 <= point.soc <= 1 and 0 < point.kw <= 4_000):
            raise _refuse(
                "充电曲线应按荷电状态（0 至 1）递增，功率大于 0 且不超过 4000 kW",
                "a charging curve goes up in state of charge (0 to 1), with powers above 0 and at most 4,000 kW",
            )
        last = point.soc


def _along(curve: Sequence[CurvePoint], soc: float) -> float:
    if not curve:
        return 0.0
    after = bisect_right(curve, soc, key=lambda point: point.soc)
    if after == 0 or after == len(curve):
        return curve[min(after, len(curve) - 1)].kw
    low, high = curve[after - 1], curve[after]
    return low.kw + (high.kw - low.kw) * (soc - low.soc) / (high.soc - low.soc)
