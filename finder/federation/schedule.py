"""When an operator is asked for which kind of data."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits between questions of one kind; jitter keeps operators, and our own processes, out of step."""

    every: timedelta
    jitter: float = 0.1  # of the interval, either way
    retry_s: float = 5.0  # after a first failure; doubles with each further one
    dice: Callable[[], float] = random.random  # 0 … 1

    def after_success_s(self) -> float:
        """Seconds to the next question."""
        return self.every.total_seconds() * (1 + self.jitter * (2 * self.dice() - 1))

    def after_failure_s(self, failures: int) -> float:
        """Seconds to the next try after so many failures in a row; never longer than the interval."""
        wait = self.retry_s * 2.0 ** min(failures - 1, 30)
        return min(wait, self.every.total_seconds()) * (0.5 + self.dice())
