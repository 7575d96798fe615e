"""What a platform that we tell was told: kept, so that no outage or restart leaves a gap or tells anything twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from finder.connectors.sdk.sessions import Bill
from finder.stations.model import SourceId

STATUS, BILL = "status", "bill"


@dataclass(frozen=True, slots=True)
class Told:
    """That something was told, or refused for itself (`code`); `mark` is of what was told of this key last."""

    key: str
    mark: str
    code: str | None = None


class FeedBook(Protocol):
    """The book of what each peer was told. All methods raise Unavailable."""

    async def told(self, peer: str, kind: str) -> Mapping[str, str]:
        """The marks of this kind, by key."""

    async def note(self, peer: str, kind: str, told: Sequence[Told]) -> None:
        """Writes down what was told, and what was refused."""

    async def owes(self, peer: str, kind: str, count: int, code: str | None) -> None:
        """Writes down how many wait, and why; 0 and None where nothing does."""

    async def bills(self, peer: str, sources: Sequence[SourceId], most: int) -> Sequence[tuple[str, Bill]]:
        """Accepted bills of these sources that the peer was not told, in the order in which they came, by key."""

    async def bills_owed(self, peer: str, sources: Sequence[SourceId]) -> int:
        """How many they are in all."""


class MemoryFeedBook:
    """Of one process, and no bills."""

    def __init__(self) -> None:
        self.owed: dict[tuple[str, str], tuple[int, str | None]] = {}
        self.kept: dict[tuple[str, str], dict[str, Told]] = {}

    async def told(self, peer: str, kind: str) -> Mapping[str, str]:
        """See FeedBook."""
        return {key: told.mark for key, told in self.kept.get((peer, kind), {}).items()}

    async def note(self, peer: str, kind: str, told: Sequence[Told]) -> None:
        """See FeedBook."""
        self.kept.setdefault((peer, kind), {}).update({each.key: each for each in told})

    async def owes(self, peer: str, kind: str, count: int, code: str | None) -> None:
        """See FeedBook."""
        self.owed[peer, kind] = count, code

    async def bills(self, peer: str, sources: Sequence[SourceId], most: int) -> Sequence[tuple[str, Bill]]:
        """See FeedBook."""
        return ()

    async def bills_owed(self, peer: str, sources: Sequence[SourceId]) -> int:
        """See FeedBook."""
        return 0
