"""Leaves an operator that keeps failing alone for a while, then tries it with one call."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class BreakerState(StrEnum):
    """Whether calls pass."""

    CLOSED = "CLOSED"  # all pass
    OPEN = "OPEN"  # none passes before `retry_at`
    HALF_OPEN = "HALF_OPEN"  # one is on its way; nobody else passes until it is back


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When it opens and for how long; times in seconds."""

    failures: int = 5  # in a row
    pause_s: float = 15.0
    pause_max_s: float = 600.0
    jitter: float = 0.3  # a pause is longer by up to this share, so that operators are not all tried at once


@dataclass(slots=True)
class Breaker:
    """One operator's breaker. Time is any clock in seconds that only goes forward."""

    limits: BreakerLimits = field(default_factory=BreakerLimits)
    dice: Callable[[], float] = random.random  # 0 … 1
    state: BreakerState = BreakerState.CLOSED
    failures: int = 0  # in a row
    pauses: int = 0  # in a row
    retry_at: float = 0.0

    def allow(self, now: float) -> bool:
        """Whether a call may go out. A caller that is let pass must report back by one of the next three."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN and now >= self.retry_at:
            self.state = BreakerState.HALF_OPEN
            return True
        return False

    def succeeded(self) -> None:
        """The call came back well."""
        self.state, self.failures, self.pauses = BreakerState.CLOSED, 0, 0

    def failed(self, now: float) -> None:
        """The call failed. One that was let pass before the breaker opened prolongs nothing."""
        if self.state is BreakerState.OPEN:
            return
        self.failures += 1
        if self.state is BreakerState.HALF_OPEN or self.failures >= self.limits.failures:
            pause = min(self.limits.pause_s * 2.0 ** min(self.pauses, 30), self.limits.pause_max_s)
            self.state, self.retry_at = BreakerState.OPEN, now + pause * (1 + self.limits.jitter * self.dice())
            self.pauses += 1

    def abandoned(self, now: float) -> None:
        """The call ended without saying anything about the operator, as when we stop or our own store fails."""
        if self.state is BreakerState.HALF_OPEN:
            self.state, self.retry_at = BreakerState.OPEN, now

    def wait_s(self, now: float) -> float:
        """Seconds until a call may pass; 0 for now. While a probe is on its way, a short guess."""
        match self.state:
            case BreakerState.CLOSED:
                return 0.0
            case BreakerState.OPEN:
                return max(self.retry_at - now, 0.0)
            case BreakerState.HALF_OPEN:
                return 1.0
