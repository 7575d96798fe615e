"""Citizens' word on bays, as every engine of the board keeps it: one mark for each EVSE, of which the newest stands."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from finder.live.model import Block, Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Beneath these a block does not show: nobody can charge there whatever stands in the bay.
ABOVE = frozenset({Status.FAULTED, Status.OFFLINE})


class Mark(NamedTuple):
    """Microseconds since 1970. `until` 0 says that whatever began by `since` is over."""

    since: int
    until: int
    by: str  # words with commas between them, or '-'

    @property
    def block(self) -> Block:
        """As readers see it."""
        words = () if self.by == "-" else tuple(self.by.split(","))
        return Block(EPOCH + self.since * MICROSECOND, EPOCH + self.until * MICROSECOND, words)

    def replaces(self, other: "Mark | None") -> bool:
        """Whether it stands where both are told, in whatever order: the later one, an end before a block, the longer
        of two blocks, more words before fewer. Redis compares the same way."""
        return other is None or self._rank > other._rank

    @property
    def _rank(self) -> tuple[int, bool, int, int, str]:
        return self.since, self.until == 0, self.until, len(self.by), self.by


def microseconds(moment: datetime) -> int:
    """Since 1970-01-01 UTC, exactly."""
    return (moment - EPOCH) // MICROSECOND


def mark_of(since: datetime, until: datetime, by: Iterable[str]) -> Mark:
    """A block as it is kept."""
    words = sorted(by)
    if not all(word.isascii() and word.isalpha() and word.isupper() for word in words):
        raise ValueError("what a block rests on is told in words of capitals")
    return Mark(microseconds(since), microseconds(until), ",".join(words) or "-")


def cleared_at(at: datetime) -> Mark:
    """The end of whatever began by then."""
    return Mark(microseconds(at), 0, "-")


def charged_at(at: int) -> Mark:
    """The end of whatever began before a car charged there, at that microsecond."""
    return Mark(at - 1, 0, "-")
