"""A car's numbers at their limits, what speed, heights and weather take, and how long charging lasts."""

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.errors import BadInput
from finder.roads.car import LIMITS, MAX_CURVE_POINTS, Car, CurvePoint
from finder.roads.cars import TYPICAL, CarClass
from finder.roads.course import Course, flat_course
from finder.roads.drain import NOTHING, Drain, arrives_with, steady
from finder.roads.refill import GRAINS, refill_minutes
from finder.roads.weather import (
    ASSUMED_WINTER_C,
    COLDEST_C,
    HOTTEST_C,
    charging_factor,
    driving_factor,
    planned_for,
)
from finder.stations.model import ConnectorType, Current

FAMILY = TYPICAL[CarClass.FAMILY].car
GBT = frozenset({ConnectorType.GBT_DC})


def car(**more: Any) -> Car:
    given: dict[str, Any] = {"usable_kwh": 60, "kwh_per_100km": 15, "plugs": GBT, "curve": (CurvePoint(0, 60),)}
    return Car(**{**given, **more})


@pytest.mark.parametrize(("name", "limits"), LIMITS.items())
def test_a_number_at_its_limit_is_taken_and_one_past_it_is_refused(name: str, limits: tuple[float, float]) -> None:
    for value in limits:
        car(**{name: value})
    for value in (math.nextafter(limits[0], -math.inf), math.nextafter(limits[1], math.inf), math.nan):
        with pytest.raises(BadInput, match="CAR"):
            car(**{name: value})


@pytest.mark.parametrize(
    "wrong",
    [
        {"plugs": frozenset()},
        {"curve": (), "ac_kw": None},
        {"ac_kw": 0.0},
        {"ac_kw": 100.1},
        {"drag_area_m2": 0.0},
        {"drag_area_m2": 15.1},
        {"curve": (CurvePoint(0.5, 60), CurvePoint(0.5, 50))},
        {"curve": (CurvePoint(0.5, 60), CurvePoint(0.4, 50))},
        {"curve": (CurvePoint(-0.01, 60),)},
        {"curve": (CurvePoint(1.01, 60),)},
        {"curve": (CurvePoint(0.5, 0),)},
        {"curve": (CurvePoint(0.5, 4000.1),)},
        {"curve": tuple(CurvePoint(n / 100, 60) for n in range(MAX_CURVE_POINTS + 1))},
    ],
)
def test_a_car_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="CAR"):
        car(**wrong)


def test_a_curve_with_as_many_points_as_may_be_is_taken() -> None:
    assert car(curve=tuple(CurvePoint(n / 100, 60) for n in range(MAX_CURVE_POINTS))).most_kw(Current.DC) == 60


def test_a_curve_is_straight_between_its_points_and_level_beyond_them() -> None:
    made = car(curve=(CurvePoint(0.2, 50), CurvePoint(0.6, 100), CurvePoint(0.8, 20)))
    assert [made.takes_kw(Current.DC, soc) for soc in (0, 0.2, 0.4, 0.6, 0.7, 1)] == pytest.approx(
        [50, 50, 75, 100, 60, 20]
    )
    assert (made.takes_kw(Current.AC, 0.5), made.most_kw(Current.AC), made.most_kw(Current.DC)) == (0, 0, 100)


def test_speed_changes_what_is_taken_by_the_drag_of_the_air_and_not_at_all_where_that_is_unknown() -> None:
    assert FAMILY.kwh_per_km(100) == pytest.approx(0.155)
    # 0.5 × 1.2 × 0.58 × (33.33² - 27.78²) J/m, at 0.88, is 3.73 kWh over 100 km.
    assert FAMILY.kwh_per_km(120) * 100 == pytest.approx(15.5 + 3.73, abs=0.01)
    assert car().kwh_per_km(120) == car().kwh_per_km(40) == 0.15
    assert car(drag_area_m2=15.0).kwh_per_km(10) == pytest.approx(0.05)  # a third, however large the drag


@pytest.mark.parametrize("kind", CarClass)
def test_every_class_has_a_name_and_drives_and_charges_plausibly(kind: CarClass) -> None:
    typical = TYPICAL[kind]
    assert typical.name
    assert typical.name_en
    assert 100 < typical.car.usable_kwh / typical.car.kwh_per_100km * 100 < 600  # kilometres
    minutes = refill_minutes(typical.car, Current.DC, 250, 25)
    assert 15 < minutes[80] - minutes[10] < 60


def test_the_cold_is_as_it_was_measured() -> None:
    assert driving_factor(-6.7) == pytest.approx(1 / 0.59)
    assert driving_factor(0) == pytest.approx(1.25)
    assert (driving_factor(20), driving_factor(23.9)) == (1, 1)
    assert driving_factor(35) == pytest.approx(1 / 0.83)
    assert charging_factor(0) == pytest.approx(0.64)
    assert (charging_factor(25), charging_factor(40), charging_factor(-40)) == (1, 1, 0.3)


@given(st.floats(COLDEST_C, 20), st.floats(0, 5))
def test_colder_is_never_easier(celsius: float, colder_by: float) -> None:
    colder = max(COLDEST_C, celsius - colder_by)
    assert driving_factor(colder) >= driving_factor(celsius) >= 1
    assert 0.3 <= charging_factor(colder) <= charging_factor(celsius) <= 1


@pytest.mark.parametrize("celsius", [COLDEST_C - 0.1, HOTTEST_C + 0.1, math.nan])
def test_a_temperature_that_no_trip_has_is_refused(celsius: float) -> None:
    for factor in (driving_factor, charging_factor):
        with pytest.raises(BadInput, match="TEMPERATURE"):
            factor(celsius)
    assert driving_factor(COLDEST_C) > 2
    assert driving_factor(HOTTEST_C) > 1.2


def test_a_winter_of_which_nobody_said_how_cold_it_is_is_planned_for_with_care() -> None:
    last_of_march, first_of_april = datetime(2026, 3, 31, 15, tzinfo=UTC), datetime(2026, 3, 31, 17, tzinfo=UTC)
    assert planned_for(None, last_of_march) == ASSUMED_WINTER_C
    assert planned_for(None, first_of_april) == 20  # 01:00 on the first of April in Xinzhou
    assert planned_for(5, last_of_march) == 5


def test_charging_slows_with_the_curve_the_pile_and_the_cold_but_a_weak_pile_knows_no_cold() -> None:
    made = car(curve=(CurvePoint(0, 100),), ac_kw=10)
    assert refill_minutes(made, Current.DC, 1000, 25)[GRAINS] == pytest.approx(60 / 95 * 60)
    assert refill_minutes(made, Current.DC, 50, 25)[GRAINS] == pytest.approx(60 / 47.5 * 60)
    assert refill_minutes(made, Current.DC, 1000, 0)[GRAINS] == pytest.approx(60 / (95 * 0.64) * 60)
    assert refill_minutes(made, Current.DC, 50, 0)[GRAINS] == pytest.approx(60 / 47.5 * 60)
    assert refill_minutes(made, Current.AC, 7, 0)[GRAINS] == pytest.approx(60 / 6.3 * 60)


steps = st.lists(st.floats(-5, 5), min_size=0, max_size=8)


def joined(kwh: list[float]) -> Drain:
    drain = NOTHING
    for each in kwh:
        drain = drain.then(steady(each))
    return drain


@given(steps, steps, steps)
def test_joining_stretches_does_not_depend_on_the_order_of_joining(
    a: list[float], b: list[float], c: list[float]
) -> None:
    x, y, z = joined(a), joined(b), joined(c)
    for one, other in zip(_told(x.then(y).then(z)), _told(x.then(y.then(z))), strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def _told(drain: Drain) -> tuple[float, ...]:
    return drain.net, drain.peak, drain.tail, drain.drop


@given(steps, st.floats(0, 20), st.floats(0, 5))
def test_what_is_left_is_what_a_battery_has_that_is_followed_step_by_step(
    kwh: list[float], charge: float, floor: float
) -> None:
    full, now, dry = 20.0, charge, charge < floor
    for each in kwh:
        now = min(now - each, full)
        dry = dry or now < floor
    left = arrives_with(charge, full, floor, joined(kwh))
    margin = 1e-9
    if left is None:
        # Below the floor, or above it by no more than what adding in another order rounds away.
        assert dry or arrives_with(charge, full, floor - margin, joined(kwh)) is not None
    else:
        assert left == pytest.approx(now, abs=1e-9)
        assert not dry or arrives_with(charge, full, floor + margin, joined(kwh)) is None


def test_a_climb_takes_mass_times_height_and_a_descent_gives_back_its_share() -> None:
    made = car(mass_kg=2000, recuperation=0.6)
    up = Course(np.array([0.0, 10]), np.array([0.0, 10]), np.array([1000.0, 2005])).cut([0, 10], made, 1)[0]
    down = Course(np.array([0.0, 10]), np.array([0.0, 10]), np.array([2005.0, 1000])).cut([0, 10], made, 1)[0]
    # 1,000 m of the 1,005 remain when heights may waver by 5 m.
    assert [up.climb_m, up.descent_m] == pytest.approx([1000, 0])
    assert up.drain.net == pytest.approx(1.5 + 2000 * 9.80665 * 1000 / 3.6e6 / 0.88)
    assert down.drain.net == pytest.approx(1.5 - 2000 * 9.80665 * 1000 / 3.6e6 * 0.6)


def test_the_cold_takes_more_on_the_flat_and_no_more_on_a_climb() -> None:
    made, heights = car(), np.array([1000.0, 2005])
    course = Course(np.array([0.0, 10]), np.array([0.0, 10]), heights)
    mild, cold = course.cut([0, 10], made, 1)[0], course.cut([0, 10], made, 2)[0]
    assert cold.drain.net - mild.drain.net == pytest.approx(1.5)


def test_a_pass_takes_its_climb_before_it_gives_back_its_descent() -> None:
    km = np.array([0.0, 10, 20])
    whole = Course(km, km, np.array([800.0, 1805, 800])).cut([0, 20], car(), 1)[0]
    assert whole.drain.peak > whole.drain.net + 1


def test_heights_that_waver_make_no_mountain() -> None:
    dice = np.random.default_rng(1)
    km = np.linspace(0, 100, 5_000)
    course = Course(km, km, 800 + dice.uniform(-4.9, 4.9, 5_000))
    (whole,) = course.cut([0, 100], car(), 1)
    assert (whole.climb_m or 0) < 10
    assert float(np.abs(np.diff(course.heights_m if course.heights_m is not None else km)).sum()) > 10_000


def test_stretches_sum_to_the_whole() -> None:
    dice = np.random.default_rng(2)
    km = np.sort(np.concatenate(([0.0, 300], dice.uniform(0, 300, 500))))
    course = Course(km, km * 0.8, 800 + np.cumsum(dice.normal(0, 20, 502)))
    (whole,) = course.cut([0, 300], FAMILY, 1.2)
    parts = course.cut([0, 17.3, 17.3, 120, 299.9, 300], FAMILY, 1.2)
    drain = NOTHING
    for part in parts:
        drain = drain.then(part.drain)
    assert _told(drain) == pytest.approx(_told(whole.drain))
    assert sum(p.climb_m or 0 for p in parts) == pytest.approx(whole.climb_m)
    assert (parts[1].km, parts[1].drain) == (0, NOTHING)


@pytest.mark.parametrize(
    ("km", "minutes", "heights"),
    [
        ([0.0], [0.0], None),
        ([0.0, 0], [0.0, 1], None),
        ([0.0, 2, 1], [0.0, 1, 2], None),
        ([0.0, 1], [1.0, 0], None),
        ([0.0, 1], [0.0, 1, 2], None),
        ([0.0, 1], [0.0, 1], [5.0]),
        ([0.0, math.nan], [0.0, 1], None),
    ],
)
def test_a_course_that_does_not_fit_together_is_refused(
    km: list[float], minutes: list[float], heights: list[float] | None
) -> None:
    with pytest.raises(BadInput, match="COURSE"):
        Course(np.array(km), np.array(minutes), None if heights is None else np.array(heights))


def test_of_a_flat_course_no_climbs_are_known() -> None:
    (whole,) = flat_course(100, 60).cut([0, 100], FAMILY, 1)
    assert (whole.climb_m, whole.descent_m) == (None, None)
    assert whole.drain.net == pytest.approx(15.5)
