"""The practice day: deterministic, plausible, and movable by hand."""

import pytest

from finder.sandbox.day import CHARGING, FAULT, FREE, OFFLINE, Day
from finder.sandbox.network import build_network
from tests.protocol.tcec102_peer import NOON, Hand

SITES = build_network(share=0.1)
GUN = SITES[0].guns[0].id
ALL = {0, 1, 2, 3, 4, 255}


def test_the_same_seed_and_clock_make_the_same_day_whatever_the_steps() -> None:
    one, other = Hand(), Hand()
    first, second = Day(SITES, one, seed=3), Day(SITES, other, seed=3)
    one.move(hours=2)
    for _ in range(120):
        other.move(minutes=1)
        second.advance()
    assert first.snapshot() == second.snapshot()
    assert first.drain() == second.drain()
    assert Day(SITES, Hand(), seed=4).snapshot() != Day(SITES, Hand(), seed=3).snapshot()


def test_flips_lead_from_the_first_picture_to_the_last() -> None:
    clock = Hand()
    day = Day(SITES, clock)
    picture = {gun: state[0] for gun, state in day.snapshot().items()}
    clock.move(hours=2)
    for flip in day.drain():
        assert picture[flip.gun_id] == flip.before
        picture[flip.gun_id] = flip.status
    assert picture == {gun: state[0] for gun, state in day.snapshot().items()}
    assert day.drain() == []


def share_charging(clock: Hand, day: Day) -> float:
    states = day.snapshot().values()
    return sum(status == CHARGING for status, _ in states) / len(states)


@pytest.mark.slow
def test_noon_is_busier_than_the_small_hours() -> None:
    clock = Hand(NOON)
    day = Day(SITES, clock)
    shares = {}
    for hour in range(24):
        shares[(12 + hour) % 24] = share_charging(clock, day)
        clock.move(hours=1)
    assert shares[13] > 1.5 * shares[4]
    assert 0.05 < min(shares.values()) < max(shares.values()) < 0.7
    assert {status for status, _ in day.snapshot().values()} <= ALL


def test_speed_makes_more_flips_in_the_same_time() -> None:
    def flips(speed: float) -> int:
        clock = Hand()
        day = Day(SITES, clock, speed=speed)
        clock.move(minutes=5)
        return len(day.drain())

    assert flips(20) > 8 * flips(1) > 0


@pytest.mark.parametrize("speed", [0, -1, 10_001, float("nan")])
def test_a_speed_that_cannot_be_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Day(SITES, Hand(), speed=speed)


def test_some_bays_are_dead_and_stay_so() -> None:
    clock = Hand()
    day = Day(SITES, clock)
    clock.move(hours=3)
    offline = {gun for gun, (status, _) in day.snapshot().items() if status == OFFLINE}
    later = Day(SITES, Hand(clock()))
    assert offline & {gun for gun, (status, _) in later.snapshot().items() if status == OFFLINE}


@pytest.mark.slow
def test_a_pinned_bay_stays_until_it_is_let_go() -> None:
    clock = Hand()
    day = Day(SITES, clock, speed=10)
    before = day.state(GUN)[0]
    day.pin(GUN, FAULT)
    (flip,) = [f for f in day.drain() if f.gun_id == GUN]
    assert (flip.before, flip.status, flip.at) == (before, FAULT, clock())
    for hours in (1, 2, 12):  # the last one is long enough to begin the day anew
        clock.move(hours=hours)
        assert day.state(GUN)[0] == FAULT
    day.pin(GUN, FREE, 50)
    assert day.state(GUN) == (FREE, 50)
    day.unpin(GUN)
    clock.move(hours=2)
    day.drain()
    clock.move(hours=2)
    assert any(f.gun_id == GUN for f in day.drain())


def test_a_bay_that_does_not_exist_is_an_error() -> None:
    day = Day(SITES, Hand())
    for call in (day.state, day.unpin, lambda gun: day.pin(gun, 1)):
        with pytest.raises(KeyError):
            call("nobody")


def test_after_a_long_pause_the_day_begins_anew_and_says_what_changed() -> None:
    clock = Hand()
    day = Day(SITES, clock)
    picture = {gun: state[0] for gun, state in day.snapshot().items()}
    clock.move(hours=20)
    for flip in day.drain():
        picture[flip.gun_id] = flip.status
    assert picture == {gun: state[0] for gun, state in day.snapshot().items()}
