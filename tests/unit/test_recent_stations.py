"""Stations read lately are believed for a moment, and only where the index still holds the same."""

from finder.stations.recent import RecentStations
from tests.contract.index_engines import station


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_believed_as_long_as_it_was_confirmed() -> None:
    seconds = Seconds()
    recent = RecentStations(10, trusted_s=2.0, seconds=seconds)
    recent.keep("a", station("s/1"))
    seconds.now += 2.0
    assert recent.get("s/1") == station("s/1")
    seconds.now += 0.1
    assert recent.get("s/1") is None
    recent.confirm("s/1", "a")
    assert recent.get("s/1") == station("s/1")
    assert recent.get("s/2") is None


def test_another_revision_ends_it() -> None:
    recent = RecentStations(10)
    recent.keep("a", station("s/1"))
    recent.confirm("s/1", "b")
    recent.confirm("s/1", "a")
    recent.confirm("s/2", "a")
    assert recent.get("s/1") is None


def test_what_was_not_used_longest_makes_room() -> None:
    recent = RecentStations(2)
    for n in (1, 2):
        recent.keep("a", station(f"s/{n}"))
    recent.confirm("s/1", "a")
    recent.keep("a", station("s/3"))
    assert [recent.get(f"s/{n}") is not None for n in (1, 2, 3)] == [True, False, True]
    recent.forget(["s/1", "s/9"])
    assert recent.get("s/1") is None
    recent.clear()
    assert recent.get("s/3") is None
