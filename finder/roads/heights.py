"""How high a way lies, where that is known, and what it climbs and falls; what is not known is nan, and never 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
LOWEST_M, HIGHEST_M = -500.0, 9_000.0  # of any road on earth; beyond them stand marks for 'unknown'
HEIGHT_NOISE_M = 5.0  # heights from satellites and from terrain tiles waver by as much, and a road does not


class Climbs(NamedTuple):
    """The sums of what a way climbs and falls, in metres, both from 0 on."""

    up_m: float
    down_m: float


@dataclass(frozen=True)
class Profile:
    """Metres along a line, rising, and the height of each in metres, nan where it is not known."""

    metres: Floats
    heights_m: Floats

    def at(self, metres: Floats) -> list[float] | None:
        """The heights of these places, straight between those that are known; None where one of them is not."""
        found = np.interp(metres, self.metres, self.heights_m)
        return None if np.isnan(found).any() else [float(each) for each in found]


def steady(heights_m: Floats) -> Floats:
    """Heights without their wavering: each moves only as far as it must to stay within 5 m of what was told.

    Else ups and downs that no road has would sum to a mountain.
    """
    kept = np.empty_like(heights_m)
    last = float(heights_m[0])
    for n, told in enumerate(heights_m.tolist()):
        last = min(max(last, told - HEIGHT_NOISE_M), told + HEIGHT_NOISE_M)
        kept[n] = last
    return kept


def climbs(heights_m: Sequence[float] | Floats | None) -> Climbs | None:
    """What a way of these heights climbs and falls, without their wavering; None where they are not known."""
    if heights_m is None:
        return None
    rises = np.diff(steady(np.asarray(heights_m, dtype=np.float64)))
    return Climbs(float(rises.clip(min=0).sum()), float(-rises.clip(max=0).sum()))


def believed(height_m: float | None) -> float | None:
    """A height as a file tells it; None for none, and for a mark that stands for none (such as -32768)."""
    return height_m if height_m is not None and LOWEST_M <= height_m <= HIGHEST_M else None
