"""A clock that a test sets."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


class Hand:
    """Noon in Shanghai until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
