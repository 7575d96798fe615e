"""The port to what survives a restart: each feed's stations as they were taken."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from finder.stations.model import SourceId, Station, StationId


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch did to the store."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class StationChange:
    """A feed's record that is new, changed or (station None) gone, at this revision of the store."""

    revision: int
    source: SourceId
    station_id: StationId
    station: Station | None


class StationStore(Protocol):
    """Every feed's own view of its stations, unmerged. Each write has a revision; revisions only grow.

    Raises StoreUnavailable. A batch is written whole or not at all.
    """

    async def put(self, source: SourceId, stations: Sequence[Station]) -> Written:
        """Writes a feed's stations (each id begins 'source/'); one that is the same as before but for
        `fetched_at` gets no new revision."""

    async def remove(self, source: SourceId, ids: Sequence[StationId]) -> Written:
        """Marks stations of a feed as gone."""

    async def ids(self, source: SourceId) -> set[StationId]:
        """The ids of a feed that are not gone."""

    def since(self, revision: int, batch: int = 1_000) -> AsyncIterator[Sequence[StationChange]]:
        """What changed after that revision, in order, each station at its newest; 0 gives everything there is."""

    async def revision(self) -> int:
        """The newest revision; 0 where nothing was ever written."""

    async def ready(self) -> None:
        """Raises StoreUnavailable where the database does not answer."""

    async def close(self) -> None:
        """Lets go of connections."""
