"""Plans against every way there is, and each promise that a plan makes to its driver."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.charging.quote import Needs, QuoteAsk, quote
from finder.charging.trip_prices import TariffPrices
from finder.errors import BadInput
from finder.kernel.money import Money, UnitPrice
from finder.live.model import Status
from finder.roads.cars import TYPICAL, CarClass
from finder.roads.chance import share_of
from finder.roads.course import Course
from finder.roads.model import Break
from finder.roads.plan import plan_trip
from finder.roads.problem import MAX_MINUTES, Problem
from finder.roads.solve import latest_minute, solve
from finder.roads.trip import MAX_CANDIDATES, MAX_KM, Candidate, Objective, Plan, Trip, TripAsk
from finder.stations.model import ConnectorType, Tariff, TariffPeriod
from load_tests.trip_exhaustive import exhaust
from load_tests.trip_world import LEAVES, candidate, course, tariff, trip

FAMILY = TYPICAL[CarClass.FAMILY].car
PRICES = TariffPrices()


def nobody_knows(_: Candidate, __: datetime) -> float | None:
    return None


def planned(ask: TripAsk, *objectives: Objective) -> Trip:
    return plan_trip(ask, PRICES, nobody_knows, objectives or list(Objective))


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff | None:
    marks = sorted(draw(st.sets(st.integers(1, 1439), max_size=4)))
    prices = st.integers(0, 20_000)
    periods = [
        TariffPeriod(start=a, end=b, electricity=UnitPrice(draw(prices)), service=UnitPrice(3_000))
        for a, b in zip([0, *marks], [*marks, 1440], strict=True)
    ]
    return draw(st.sampled_from([None, Tariff(id="t", periods=tuple(periods))]))


@st.composite
def asks(draw: st.DrawFn, most: int = 5) -> TripAsk:
    km = draw(st.floats(50, 600))
    found = [
        candidate(
            n,
            draw(st.floats(0, km)),
            draw(st.sampled_from([0.0, 0.5, 8.0])),
            draw(st.sampled_from([7.0, 30.0, 60.0, 180.0])),
            draw(tariffs()),
        )
        for n in range(draw(st.integers(0, most)))
    ]
    heights = draw(st.none() | st.lists(st.floats(0, 3_000), min_size=2, max_size=8))
    return TripAsk(
        TYPICAL[draw(st.sampled_from(CarClass))].car,
        course(km, draw(st.floats(40, 110)), heights),
        found,
        LEAVES + timedelta(minutes=draw(st.integers(0, 1440))),
        start=draw(st.floats(0.2, 1)),
        reserve=draw(st.floats(0, 0.2)),
        arrive=draw(st.none() | st.floats(0.2, 0.8)),
        celsius=draw(st.floats(-20, 35)),
    )


def no_way_is_better(ask: TripAsk) -> None:
    # 25 grains apart, so that every way there is can be walked.
    problem = Problem(ask, PRICES, step=25)
    quickest = solve(problem, Objective.LEAST_TIME)
    for objective in Objective:
        latest = MAX_MINUTES
        if objective is Objective.LEAST_MONEY and quickest is not None:
            latest = latest_minute(quickest.minutes)
        found, best = solve(problem, objective), exhaust(problem, objective, latest, problem.n)
        if found is None:
            assert best.value == math.inf
            continue
        assert best.value <= found.value + 1e-6, "what was found is one of the ways"
        assert found.value * (1 - found.off_by) <= best.value + 1e-6
        assert found.value <= best.value * 1.01 + 1e-6
        if objective is not Objective.LEAST_MONEY:
            assert found.value == pytest.approx(best.value)
            assert found.off_by == 0


@settings(max_examples=12, deadline=None)
@given(asks())
def test_no_way_is_better_than_the_plan_by_more_than_it_says_and_none_by_more_than_1_percent(ask: TripAsk) -> None:
    no_way_is_better(ask)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(asks())
def test_nor_after_many_more_tries(ask: TripAsk) -> None:
    no_way_is_better(ask)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(asks(most=3))
def test_nor_with_charges_as_they_are_planned(ask: TripAsk) -> None:
    problem = Problem(ask, PRICES)
    quickest = solve(problem, Objective.LEAST_TIME)
    if quickest is None:
        return
    found = solve(problem, Objective.LEAST_MONEY)
    best = exhaust(problem, Objective.LEAST_MONEY, latest_minute(quickest.minutes), problem.n)
    assert found is not None
    assert best.value - 1e-6 <= found.value <= best.value * 1.01 + 1e-6


def followed(ask: TripAsk, plan: Plan) -> list[float]:
    """What is in the battery (kWh) at every place of the course, driven as the plan says, with its own arithmetic."""
    from finder.roads.weather import driving_factor

    car, factor = ask.car, driving_factor(ask.celsius or 0.0)
    heights = ask.course.steady_heights_m
    now, seen, at = ask.start * car.usable_kwh, [ask.start * car.usable_kwh], 0.0

    def drive(to: float) -> None:
        nonlocal now, at
        marks = sorted({at, to, *(float(k) for k in ask.course.km if at < k < to)})
        for a, b in pairwise(marks):
            minutes = ask.course.minutes_at(b) - ask.course.minutes_at(a)
            now -= car.kwh_per_km(round((b - a) / minutes * 60, 1)) * (b - a) * factor
            if heights is not None:
                rise = float(np.interp(b, ask.course.km, heights) - np.interp(a, ask.course.km, heights))
                joules = car.mass_kg * 9.80665 * rise
                now -= (joules / 0.88 if rise > 0 else joules * car.recuperation) / 3.6e6
            now = min(now, car.usable_kwh)
            seen.append(now)
        at = to

    def side_road(each: Candidate) -> None:
        nonlocal now
        if each.detour_km:
            kmh = each.detour_km / each.detour_minutes * 60
            now -= each.detour_km / 2 * car.kwh_per_km(round(kmh, 1)) * factor
            seen.append(now)

    for stop in plan.stops:
        drive(stop.candidate.km)
        side_road(stop.candidate)
        assert now == pytest.approx(stop.arrival_soc * car.usable_kwh, abs=0.02)
        now = stop.leave_soc * car.usable_kwh
        side_road(stop.candidate)
    drive(ask.course.length_km)
    return seen


@pytest.mark.parametrize("seed", range(2))
def test_a_few_trips_keep_every_promise(seed: int) -> None:
    ask = replace(trip(10, 330, seed), celsius=5, course=course(330, heights_m=[800, 1_500, 900, 1_100, 700]))
    for promise in (
        never_runs_low,
        sums,
        alternatives_hold,
    ):
        promise(ask)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(asks(most=8))
def test_whoever_drives_as_planned_never_falls_below_the_reserve_and_arrives_with_what_was_asked(ask: TripAsk) -> None:
    never_runs_low(ask)


def never_runs_low(ask: TripAsk) -> None:
    for plan in planned(ask).plans:
        seen = followed(ask, plan)
        assert min(seen) >= ask.reserve * ask.car.usable_kwh - 0.02
        assert seen[-1] == pytest.approx(plan.arrival_soc * ask.car.usable_kwh, abs=0.02)
        assert plan.arrival_soc >= ask.left_at_end - 1e-3
        assert plan.km >= ask.course.length_km - 1e-6


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(asks(most=8))
def test_a_plan_sums_to_its_parts_and_its_clock_goes_forward(ask: TripAsk) -> None:
    sums(ask)


def sums(ask: TripAsk) -> None:
    for plan in planned(ask).plans:
        minutes = (plan.arrives_at - plan.leaves_at).total_seconds() / 60
        assert minutes == pytest.approx(plan.driving_minutes + plan.stop_minutes, abs=0.01)
        at = plan.leaves_at
        for stop in plan.stops:
            assert at <= stop.arrives_at < stop.leaves_at
            at = stop.leaves_at
            assert stop.arrival_soc < stop.leave_soc <= 1
            assert stop.kwh > 0
        costs = [stop.cost for stop in plan.stops]
        known = sum(cost.fen for cost in costs if cost is not None)
        assert plan.known_cost == Money(known)
        assert plan.cost == (None if None in costs else Money(known))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(asks(most=8))
def test_an_alternative_is_reached_from_the_stop_before_and_reaches_the_next(ask: TripAsk) -> None:
    alternatives_hold(ask)


def alternatives_hold(ask: TripAsk) -> None:
    trip_ = planned(ask)
    for plan in trip_.plans:
        for n, stop in enumerate(plan.stops):
            other = stop.alternative
            if other is None:
                continue
            assert other.candidate.id != stop.candidate.id
            assert ask.reserve - 1e-6 <= other.arrival_soc < other.leave_soc <= 1
            assert other.decide_km <= stop.candidate.km
            # Driven as its own trip, from the stop before to the next one or to the end.
            before = plan.stops[n - 1] if n else None
            after = plan.stops[n + 1] if n + 1 < len(plan.stops) else None
            begin, leaves = (before.candidate.km, before.leave_soc) if before else (0.0, ask.start)
            end = after.candidate.km if after else ask.course.length_km
            if end - begin < 0.001:
                continue  # no course to drive
            part = part_of(ask, begin, end, leaves, other.candidate, before, after is None)
            assert solve(Problem(part, PRICES), Objective.FEWEST_STOPS) is not None


def part_of(ask: TripAsk, begin: float, end: float, start: float, at: Candidate, before: object, last: bool) -> TripAsk:
    """The part of a trip from one kilometre to another with one candidate, its side roads at both ends left out."""
    km = np.union1d(ask.course.km, [begin, end])
    km = km[(km >= begin) & (km <= end)]
    heights = ask.course.steady_heights_m
    course_ = Course(
        km - begin,
        np.interp(km, ask.course.km, ask.course.minutes) - ask.course.minutes_at(begin),
        None if heights is None else np.interp(km, ask.course.km, heights),
    )
    moved = replace(at, km=min(max(at.km - begin, 0.0), course_.length_km))
    arrive = ask.arrive if last else None
    return replace(ask, course=course_, candidates=[moved], start=start, arrive=arrive)


def test_a_cost_is_what_a_quote_says_for_that_hour() -> None:
    (plan,) = planned(trip(20, 300, 5), Objective.LEAST_MONEY).plans
    for stop in plan.stops:
        each, begins = stop.candidate, stop.leaves_at - timedelta(minutes=stop.charging_minutes)
        power = float(stop.kwh) / stop.charging_minutes * 60
        told = quote(
            QuoteAsk(each.station, each.evse, each.connector, begins, energy_kwh=stop.kwh, needs=Needs(dc_kw=power)),
            begins,
        )
        assert told.electricity
        assert told.service
        assert stop.cost == Money(told.electricity.fen + told.service.fen)
    assert plan.stops


def one_way(power_kw: float, prices: Tariff | None, km: float = 150) -> Candidate:
    return candidate(int(power_kw), km, 0.0, power_kw, prices)


def test_the_hour_decides_which_is_cheapest() -> None:
    # Dear until noon and cheap after, against one price all day.
    morning = Tariff(
        id="m",
        periods=(
            TariffPeriod(start=0, end=720, electricity=UnitPrice(20_000), service=UnitPrice(0)),
            TariffPeriod(start=720, end=1440, electricity=UnitPrice(1_000), service=UnitPrice(0)),
        ),
    )
    ask = TripAsk(FAMILY, course(300), [one_way(120, tariff(3_000, flat=True)), one_way(180, morning)], LEAVES, 0.6)
    for hours, power in ((0, 120), (4, 180)):
        (plan,) = planned(replace(ask, leaves_at=LEAVES + timedelta(hours=hours)), Objective.LEAST_MONEY).plans
        assert [stop.candidate.power_kw for stop in plan.stops] == [power]


def test_each_objective_has_least_of_what_it_is_for() -> None:
    by = {plan.objective: plan for plan in planned(trip(20, 420, 3)).plans}
    time, money, stops = by[Objective.LEAST_TIME], by[Objective.LEAST_MONEY], by[Objective.FEWEST_STOPS]
    assert time.arrives_at <= min(money.arrives_at, stops.arrives_at)
    assert money.cost
    assert time.cost
    assert stops.cost
    assert money.cost <= min(time.cost, stops.cost)
    assert len(stops.stops) <= min(len(time.stops), len(money.stops))
    assert money.cost < time.cost


def test_a_price_that_nobody_knows_is_not_sought_out_and_makes_no_total() -> None:
    known, unknown = one_way(40, tariff(3_000, flat=True)), one_way(120, None)
    ask = TripAsk(FAMILY, course(300), [known, unknown], LEAVES, 0.6, celsius=20)
    (cheap,) = planned(ask, Objective.LEAST_MONEY).plans
    assert cheap.stops[0].candidate == known
    assert cheap.cost == cheap.known_cost
    trip_ = planned(ask, Objective.LEAST_TIME)
    assert trip_.plans[0].stops[0].candidate == unknown
    assert (trip_.plans[0].cost, trip_.plans[0].known_cost) == (None, Money(0))
    assert "PRICE_UNKNOWN" in {warn.code for warn in trip_.warnings}


def codes(trip_: Trip) -> list[str]:
    assert all(warn.zh and warn.en and warn.text("zh-CN") == warn.zh for warn in trip_.warnings)
    return [warn.code for warn in trip_.warnings]


def test_a_short_way_needs_no_stop_and_one_out_of_reach_has_no_plan_and_says_from_where() -> None:
    short = planned(TripAsk(FAMILY, course(40), [], LEAVES, 0.8, celsius=20), Objective.LEAST_TIME)
    assert short.plans[0].stops == ()
    assert short.plans[0].cost == Money(0)
    assert short.gaps == []
    lone = TripAsk(FAMILY, course(900), [one_way(120, None)], LEAVES, 0.8, celsius=20)
    far = planned(lone, Objective.LEAST_TIME)
    assert far.plans == []
    assert codes(far)[0] == "OUT_OF_REACH"
    assert "150" in far.warnings[0].en


def test_more_than_50_km_without_a_charger_that_suits_is_a_gap_and_50_km_is_none() -> None:
    stations = [candidate(n, km, 0, 60, None) for n, km in enumerate([50, 100, 150.01, 180])]
    ask = TripAsk(FAMILY, course(230), stations, LEAVES, 1.0, celsius=20)
    found = planned(ask, Objective.LEAST_TIME)
    assert [(gap.from_km, gap.to_km) for gap in found.gaps] == [(100, 150.01)]
    assert "GAP" in codes(found)
    assert "1 stretch of" in next(warn.en for warn in found.warnings if warn.code == "GAP")
    none_fits = replace(ask, car=replace(FAMILY, plugs=frozenset({ConnectorType.CCS2})))
    assert [(gap.from_km, gap.to_km) for gap in planned(none_fits, Objective.LEAST_TIME).gaps] == [(0, 230)]
    two = planned(replace(ask, candidates=[candidate(1, 100, 0, 60, None)]), Objective.LEAST_TIME)
    assert "2 stretches of" in next(warn.en for warn in two.warnings if warn.code == "GAP")


@pytest.mark.parametrize(
    ("celsius", "month", "code"),
    [(None, 1, "WINTER_ASSUMED"), (None, 5, None), (0.0, 5, "WINTER"), (0.1, 1, None), (-15.0, 1, "WINTER")],
)
def test_the_winter_is_warned_of(celsius: float | None, month: int, code: str | None) -> None:
    ask = TripAsk(FAMILY, course(100), [], LEAVES.replace(month=month), 1.0, celsius=celsius)
    warned = [each for each in codes(planned(ask, Objective.LEAST_TIME)) if each.startswith("WINTER")]
    assert warned == ([code] if code else [])


def test_a_break_of_the_road_is_warned_of_and_is_no_gap() -> None:
    whole = TripAsk(FAMILY, course(140), [], LEAVES, 1.0, celsius=20)
    assert len(planned(whole, Objective.LEAST_TIME).gaps) == 1
    broken = replace(whole, course=replace(whole.course, breaks=[Break(45, 95)]))
    found = planned(broken, Objective.LEAST_TIME)
    assert found.gaps == []
    (told,) = (each for each in found.warnings if each.code == "ROAD_BREAK")
    assert "第 45 至 95 公里之间中断" in told.zh
    assert found.plans[0].km == pytest.approx(140)


def test_where_nothing_is_within_reach_one_is_told_to_charge_first() -> None:
    (told, *_) = planned(TripAsk(FAMILY, course(400), [], LEAVES, 0.3, celsius=20), Objective.LEAST_TIME).warnings
    assert (told.code, "先在出发地充电" in told.zh) == ("OUT_OF_REACH", True)


def test_heights_that_are_not_known_are_said_to_be_and_climbs_that_are_counted_are_told() -> None:
    flat = TripAsk(FAMILY, course(100), [], LEAVES, 1.0, celsius=20)
    assert "HEIGHTS_UNKNOWN" in codes(planned(flat, Objective.LEAST_TIME))
    steep = replace(flat, course=course(100, heights_m=[800, 2_000, 900]))
    found = planned(steep, Objective.LEAST_TIME)
    assert "CLIMB" in codes(found)
    assert "HEIGHTS_UNKNOWN" not in codes(found)
    assert found.plans[0].last_leg.climb_m == pytest.approx(1_195)
    assert found.plans[0].kwh > planned(flat, Objective.LEAST_TIME).plans[0].kwh


def test_the_cold_asks_for_more_stops_and_longer_ones() -> None:
    ask = trip(40, 400, 9)
    (mild,), (cold,) = (planned(replace(ask, celsius=c), Objective.FEWEST_STOPS).plans for c in (20, -15))
    assert len(cold.stops) > len(mild.stops)
    assert cold.stop_minutes > 1.5 * mild.stop_minutes


def test_a_station_without_a_bay_is_the_last_choice_for_an_alternative_and_warned_of_as_a_stop() -> None:
    near = [candidate(n, 150 + n, 0, 120, tariff(3_000)) for n in range(3)]
    ask = TripAsk(FAMILY, course(300), near, LEAVES, 0.6, celsius=20)

    def chance(each: Candidate, _: datetime) -> float | None:
        return {"made/0": 0.9, "made/1": 0.0, "made/2": None}[each.id]

    found = plan_trip(ask, PRICES, chance, [Objective.LEAST_TIME])
    (stop,) = found.plans[0].stops
    others = {"made/0": "made/2", "made/1": "made/2", "made/2": "made/0"}
    assert stop.alternative is not None
    assert stop.alternative.candidate.id == others[stop.candidate.id]
    assert stop.chance == chance(stop.candidate, LEAVES)
    none_free = plan_trip(ask, PRICES, lambda *_: 0.0, [Objective.LEAST_TIME])
    assert "NO_BAY" in codes(none_free)


@pytest.mark.parametrize(
    ("seen", "share"),
    [
        ([], None),
        ([Status.UNKNOWN] * 3, None),
        ([Status.FAULTED, Status.OFFLINE, Status.UNKNOWN], 0.0),
        ([Status.AVAILABLE], 2 / 3),
        ([Status.CHARGING], 1 / 3),
        ([Status.CHARGING, Status.AVAILABLE, Status.FAULTED], 0.75),
    ],
)
def test_a_chance_is_none_where_nothing_is_known_and_0_only_where_nothing_works(
    seen: Sequence[Status], share: float | None
) -> None:
    assert share_of(list(seen)) == (None if share is None else pytest.approx(share))


def test_limits_hold_at_them_and_one_past_them() -> None:
    ask = TripAsk(FAMILY, course(300), [], LEAVES, 0.5, celsius=20)
    replace(ask, candidates=[one_way(60, None)] * MAX_CANDIDATES)
    replace(ask, course=course(MAX_KM))
    for good in ({"start": 1.0}, {"reserve": 0.5}, {"reserve": 0.0, "start": 0.0}, {"arrive": 1.0}, {"arrive": 0.1}):
        replace(ask, **good)  # type: ignore[arg-type]
    wrongs: tuple[dict[str, Any], ...] = (
        {"candidates": [one_way(60, None)] * (MAX_CANDIDATES + 1)},
        {"course": course(MAX_KM + 0.1)},
        {"start": 1.01},
        {"start": 0.09},
        {"reserve": 0.51},
        {"reserve": -0.01},
        {"arrive": 1.01},
        {"arrive": 0.09},
    )
    for wrong in wrongs:
        with pytest.raises(BadInput, match="TRIP"):
            replace(ask, **wrong)


@pytest.mark.slow
def test_60_candidates_on_300_km_are_planned_with_a_bound_that_is_told() -> None:
    for plan in planned(trip(60, 300, 0)).plans:
        assert plan.off_by <= 0.01
        assert Decimal(0) < sum(stop.kwh for stop in plan.stops) < Decimal(60)
