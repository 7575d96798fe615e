"""The forecast learns what there is to learn, from the past alone, and its likelihoods come true."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.live.forecast.calendar import HolidayCalendar
from finder.live.forecast.features import ALL, LATEST, NONE, SOME, UNSEEN, features, see, state
from finder.live.forecast.fit import rising
from finder.live.forecast.history import Hours, when
from finder.live.forecast.model import BUSY, FULL, Model, World, _mix, blocks, learn
from tests.unit.forecast_world import MONDAY, ZONE, drawn, rates_of, world

pytestmark = pytest.mark.slow
ANCHORS = (1, 3, 24)
CHINA = HolidayCalendar("CN")


@pytest.fixture(scope="module")
def hours() -> Hours:
    return drawn()


@pytest.fixture(scope="module")
def model(hours: Hours) -> Model:
    learnt = learn(hours, world(), ANCHORS)
    assert learnt is not None
    return learnt


def test_what_is_told_lies_near_the_likelihood_that_it_was_drawn_by(model: Model) -> None:
    later = drawn(weeks=7, seed=5)
    true = rates_of(12, later.count)
    (_, seen), *_ = blocks(later, world())
    origins = np.arange(later.count - 168, later.count - 3)
    off = model.tell(seen[FULL], FULL, origins, 3)[0] - true[origins + 3]
    assert abs(np.mean(off)) < 0.03  # right on the whole
    assert np.abs(off).mean() < 0.09  # and each near: to tell the mean of all would be off by twice as much
    assert np.abs(true - true.mean()).mean() > 0.17


def test_likelihoods_come_true_as_often_as_they_say(model: Model) -> None:
    later = drawn(weeks=8, seed=9)
    assert later.full is not None
    (_, seen), *_ = blocks(later, world())
    origins = np.arange(6 * 168, later.count - 24)
    said = model.tell(seen[FULL], FULL, origins, 24)[0]
    was = later.full[origins + 24]
    for low in (0.0, 0.25, 0.5):
        rows = (said >= low) & (said < low + 0.25)
        assert rows.sum() > 200
        assert abs(said[rows].mean() - was[rows].mean()) < 0.06


def test_shuffling_the_future_changes_nothing(model: Model, hours: Hours) -> None:
    assert hours.full is not None
    origin = 700
    order = np.random.default_rng(3).permutation(hours.count - origin - 1) + origin + 1
    rows = np.concatenate([np.arange(origin + 1), order])
    assert hours.full is not None
    other = Hours(hours.stations, hours.first, 1 - hours.busy[rows], hours.full[rows][:, ::-1])
    mixed = Hours(
        hours.stations,
        hours.first,
        np.where(np.arange(hours.count)[:, None] <= origin, hours.busy, other.busy),
        np.where(np.arange(hours.count)[:, None] <= origin, hours.full, hours.full[rows][:, ::-1]),
    )
    assert not np.array_equal(mixed.full[origin + 1 :], hours.full[origin + 1 :])  # type: ignore[index]
    (_, one), *_ = blocks(hours, world())
    (_, two), *_ = blocks(mixed, world())
    for target in (FULL, BUSY):
        for ahead in (1, 3, 24, 100):
            here, there = (model.tell(seen[target], target, np.array([origin]), ahead) for seen in (one, two))
            assert np.array_equal(here[0], there[0])
            assert np.array_equal(here[1], there[1])


def test_every_feature_of_an_hour_stands_though_all_later_hours_are_cut_off(hours: Hours) -> None:
    at = when(hours.first, hours.count + 168, ZONE, None)
    groups = np.zeros(12, dtype=np.int64)
    assert hours.full is not None
    whole = see(hours.full, hours.busy, at, groups)
    for origin in (200, 555):
        cut = see(hours.full[: origin + 1], hours.busy[: origin + 1], at, groups)
        for ahead in (1, 24, 25, 168):
            one, two = features(whole, np.array([origin]), ahead), features(cut, np.array([origin]), ahead)
            assert np.array_equal(one, two)


def test_the_same_hours_give_the_same_model(hours: Hours, model: Model) -> None:
    again = learn(hours, world(), ANCHORS)
    assert again is not None
    assert all(np.array_equal(again.fits[key].lines, fit.lines) for key, fit in model.fits.items())


def test_shares_stay_within_0_and_1_and_where_nothing_was_seen_the_usual_is_told(model: Model, hours: Hours) -> None:
    assert hours.full is not None
    gone = Hours(hours.stations, hours.first, hours.busy.copy(), hours.full.copy())
    gone.full[-30:, 3] = np.nan  # type: ignore[index]
    gone.busy[-30:, 3] = np.nan
    (_, seen), *_ = blocks(gone, world())
    last = np.array([hours.count - 1])
    for ahead in range(1, 169, 13):
        said = model.tell(seen[FULL], FULL, last, ahead)[0][0]
        assert np.isfinite(said).all()
        assert (said >= 0).all()
        assert (said <= 1).all()
    at_noon = model.tell(seen[FULL], FULL, last, 12)[0][0]
    assert abs(at_noon[3] - rates_of(12, 12)[11, 3]) < 0.25


def test_too_little_teaches_nothing() -> None:
    few = drawn(weeks=6).until(7 * 24 + 48)
    assert learn(few, world(), ANCHORS) is None
    assert learn(drawn(stations=1, weeks=2), world(1), ANCHORS) is None


def test_a_holiday_is_foretold_from_days_of_rest() -> None:
    calendar = CHINA
    days = Hours(["a"], MONDAY, np.zeros((6 * 168, 1), np.float32), None)
    at = when(days.first, days.count + 168, ZONE, calendar)
    rest = at.kind != 0
    values = rest.astype(np.float32)[: days.count, None]
    seen = see(values, None, at, np.zeros(1, dtype=np.int64))
    holidays = np.flatnonzero((at.kind[: days.count] == 2) & ~at.usual[: days.count] & (np.arange(days.count) > 500))
    assert not len(holidays) or features(seen, holidays - 24, 24)[:, 0, 1].min() > 0.5
    world_ = World(ZONE, calendar, np.zeros(1, dtype=np.int64))
    assert [column for column, _ in blocks(days, world_)] == [slice(0, 1_000)]


def test_states_of_the_latest_hour() -> None:
    latest = np.array([0.0, 0.019, 0.02, 0.5, 0.98, 0.981, 1.0, np.nan], dtype=np.float32)
    assert state(latest).tolist() == [NONE, NONE, SOME, SOME, SOME, ALL, ALL, UNSEEN]


def test_the_latest_hour_stands_in_its_column(hours: Hours) -> None:
    at = when(hours.first, hours.count + 168, ZONE, None)
    assert hours.full is not None
    seen = see(hours.full, None, at, np.zeros(12, dtype=np.int64))
    assert np.array_equal(features(seen, np.array([500]), 2)[0, :, LATEST], hours.full[500])


def test_between_two_horizons_both_are_mixed() -> None:
    assert _mix((1, 3, 24), 3) == [(3, 1.0)]
    assert _mix((1, 3, 24), 2) == [(1, 0.5), (3, 0.5)]
    assert _mix((1, 3, 24), 100) == [(24, 1.0)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=60))
def test_isotonic_steps_rise_and_keep_the_mean(points: list[tuple[float, float]]) -> None:
    x, y = (np.array(each) for each in zip(*points, strict=True))
    steps = rising(x, y)
    assert (np.diff(steps.y) >= 0).all()
    assert (np.diff(steps.x) >= 0).all()
    assert y.min() - 1e-9 <= steps.y.min()
    assert steps.y.max() <= y.max() + 1e-9
    assert (np.diff(steps(np.linspace(0, 1, 50))) >= -1e-12).all()


def test_isotonic_regression_of_rising_points_is_those_points() -> None:
    x = np.array([0.1, 0.2, 0.7])
    assert rising(x, x**2)(x).tolist() == pytest.approx([0.01, 0.04, 0.49])
    assert rising(np.array([0.1, 0.2, 0.3]), np.array([0.4, 0.2, 0.9])).y.tolist() == pytest.approx([0.3, 0.9])
