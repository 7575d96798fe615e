"""Each township and sight: how far its nearest charger is, and what there is so near that it covers the place."""

from collections.abc import Sequence
from dataclasses import dataclass

from finder.stations.model import Station
from finder.supervision.coverage.measure import COVERED_KM, Piles, Scene, count
from finder.supervision.coverage.places import Place, PlaceKind

LISTED = (PlaceKind.TOWNSHIP, PlaceKind.SIGHT)  # a city has thousands of villages: they are counted


@dataclass(frozen=True, slots=True)
class Reach:
    """A place and its chargers. Without coordinates nothing is known of it, and `covered` is None.

    `nearest` is a station and how many km it is away, None where there is none; `within` is what is at most
    `limit_km` away.
    """

    place: Place
    limit_km: float
    nearest: tuple[Station, float] | None
    within: Piles | None

    @property
    def covered(self) -> bool | None:
        """Whether a charger is near enough; None where that cannot be measured."""
        if self.place.at is None:
            return None
        return self.nearest is not None and self.nearest[1] <= self.limit_km


def reaches(scene: Scene) -> Sequence[Reach]:
    """Every township, then every sight; those that can be measured first, the farthest from a charger before others."""
    told = []
    for kind in LISTED:
        places, limit = scene.of(kind), COVERED_KM[kind]
        known = [(place, place.at) for place in places if place.at is not None]
        ways = scene.near.find([at for _, at in known])
        measured = []
        for (place, at), way in zip(known, ways, strict=True):
            nearest = None if way is None else (scene.open[way[0]], way[1])
            within = count([scene.open[n] for n in scene.near.within(at, limit)])
            measured.append(Reach(place, limit, nearest, within))
        told += sorted(measured, key=lambda each: -each.nearest[1] if each.nearest else 0.0)
        told += [Reach(place, limit, None, None) for place in places if place.at is None]
    return told
