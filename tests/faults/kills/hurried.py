"""A clock that runs faster than the machine's, the same in every process that gets it."""

import time
from datetime import datetime, timedelta

import msgspec

from tests.contract.hand import NOON


class Hurried(msgspec.Struct, frozen=True):
    """`speed` seconds pass in each of the machine's; CLOCK_MONOTONIC is one for all processes."""

    speed: float
    since_s: float
    shown: datetime = NOON

    def __call__(self) -> datetime:
        return self.shown + timedelta(seconds=(time.monotonic() - self.since_s) * self.speed)

    def at(self, speed: float) -> "Hurried":
        """Goes on from now at another speed."""
        return Hurried(speed, time.monotonic(), self())
