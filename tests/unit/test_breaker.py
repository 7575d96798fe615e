"""The breaker opens after five failures in a row, and lets one probe pass when it is half open."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from finder.kernel.breaker import Breaker, BreakerLimits, BreakerState

LIMITS = BreakerLimits(failures=5, pause_s=10, pause_max_s=60, jitter=0.5)


def opened(dice: float = 0.0) -> Breaker:
    breaker = Breaker(LIMITS, dice=lambda: dice)
    for _ in range(5):
        breaker.failed(0)
    return breaker


def test_four_failures_are_not_five() -> None:
    breaker = Breaker(LIMITS)
    for _ in range(4):
        breaker.failed(0)
    assert breaker.allow(0)
    breaker.failed(0)
    assert not breaker.allow(0)


def test_a_success_between_starts_the_count_again() -> None:
    breaker = Breaker(LIMITS)
    for _ in range(4):
        breaker.failed(0)
    breaker.succeeded()
    for _ in range(4):
        breaker.failed(0)
    assert breaker.state is BreakerState.CLOSED


@pytest.mark.parametrize(("dice", "pause"), [(0.0, 10.0), (1.0, 15.0)])
def test_one_probe_passes_after_the_pause(dice: float, pause: float) -> None:
    breaker = opened(dice)
    assert breaker.wait_s(0) == pause
    assert not breaker.allow(pause - 0.001)
    assert breaker.allow(pause)
    assert not breaker.allow(pause)
    breaker.succeeded()
    assert breaker.allow(pause)


def test_pauses_double_to_their_limit() -> None:
    breaker, now, pauses = opened(), 0.0, []
    for _ in range(5):
        pauses.append(breaker.wait_s(now))
        now += pauses[-1]
        assert breaker.allow(now)
        breaker.failed(now)
    assert pauses == [10, 20, 40, 60, 60]


def test_a_probe_that_was_given_up_can_be_tried_again() -> None:
    breaker = opened()
    assert breaker.allow(10)
    breaker.abandoned(11)
    assert breaker.allow(11)


class BreakerMachine(RuleBasedStateMachine):
    """Any number of callers at once, against a plain account of what they may do."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(LIMITS, dice=lambda: 0.0)
        self.now = 0.0
        self.out = 0  # calls on their way that began while closed
        self.probing = False
        self.row = 0

    @rule(seconds=st.floats(0, 100))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def call(self) -> None:
        state, due = self.breaker.state, self.now >= self.breaker.retry_at
        allowed = self.breaker.allow(self.now)
        if state is BreakerState.CLOSED:
            assert allowed
            self.out += 1
        else:
            assert allowed == (state is BreakerState.OPEN and due and not self.probing)
            self.probing = self.probing or allowed

    @precondition(lambda self: self.probing)
    @rule(end=st.sampled_from(["well", "badly", "given up"]))
    def probe_ends(self, end: str) -> None:
        self.probing = False
        self._end(end)

    @precondition(lambda self: self.out and not self.probing)
    @rule(end=st.sampled_from(["well", "badly", "given up"]))
    def call_ends(self, end: str) -> None:
        self.out -= 1
        self._end(end)

    def _end(self, end: str) -> None:
        was = self.breaker.state
        match end:
            case "well":
                self.breaker.succeeded()
                self.row = 0
                assert self.breaker.state is BreakerState.CLOSED
            case "badly":
                self.breaker.failed(self.now)
                self.row += was is not BreakerState.OPEN
                if was is BreakerState.HALF_OPEN or self.row >= 5:
                    assert self.breaker.state is BreakerState.OPEN
            case _:
                self.breaker.abandoned(self.now)
                assert self.breaker.state is not BreakerState.HALF_OPEN

    @invariant()
    def a_probe_is_on_its_way_exactly_while_half_open(self) -> None:
        assert self.probing == (self.breaker.state is BreakerState.HALF_OPEN)

    @invariant()
    def closed_means_fewer_than_five_failures_in_a_row(self) -> None:
        if self.breaker.state is BreakerState.CLOSED:
            assert self.breaker.failures == self.row < 5

    @invariant()
    def an_open_breaker_lets_pass_again_within_the_longest_pause(self) -> None:
        assert self.breaker.wait_s(self.now) <= LIMITS.pause_max_s


BreakerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestBreaker = BreakerMachine.TestCase
