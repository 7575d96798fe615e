"""The port to the roads that a city imported: every version stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from finder.roads.model import Road, RoadId


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one imported road."""

    id: RoadId
    version: int
    changed: bool  # False where the newest version was the same already


class RoadStore(Protocol):
    """Roads by version, from 1. The revision grows with every change of any road. Raises StoreUnavailable."""

    async def put(self, roads: Sequence[Road]) -> list[Kept]:
        """Keeps each as the newest version of its road, all or none; one that is as it was gets no new version."""

    async def remove(self, road_id: RoadId) -> bool:
        """Takes a road out of use; its versions stay. Whether it was in use."""

    async def current(self) -> list[Road]:
        """The newest version of each road in use, by id."""

    async def versions(self, road_id: RoadId) -> list[Road]:
        """Every version of a road, the oldest first."""

    async def revision(self) -> int:
        """0 where nothing was ever kept."""

    async def close(self) -> None:
        """Lets go of connections."""
