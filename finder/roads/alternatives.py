"""Where to charge instead, should a planned stop be taken: reached from the stop before, and reaching the next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from finder.roads.drain import arrives_with
from finder.roads.problem import LEAST, Problem
from finder.roads.refill import EFFICIENCY, GRAINS
from finder.roads.trip import STOP_MINUTES, Alternative, Chance, Pricing

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Instead:
    """The stop to be replaced: node and the one before, with what and when that was left; what comes after it."""

    before: int
    left_kwh: float
    left_at: datetime
    node: int
    arrival_kwh: float
    next_node: int
    next_arrival: int  # grains with which the plan arrives there


@dataclass(frozen=True, slots=True)
class _Choice:
    node: int
    arrival_kwh: float
    target: int
    minutes: float
    on_arrival: bool


def alternative(problem: Problem, ask: Instead, pricing: Pricing, chance: Chance) -> Alternative | None:
    """The quickest that can still be taken on arriving at the stop; else the quickest that is chosen on the way there.

    None where nothing else reaches the next stop. Stations that are known to have no bay free are the last choice.
    """
    choices = list(_choices(problem, ask))
    if not choices:
        return None
    hopeless = {c.node: chance(problem.candidates[c.node - 1], ask.left_at) == 0.0 for c in choices}
    best = min(choices, key=lambda c: (hopeless[c.node], not c.on_arrival, c.minutes, c.node))
    return _told(problem, ask, best, pricing, chance)


def _choices(problem: Problem, ask: Instead) -> Iterator[_Choice]:
    planned = problem.candidates[ask.node - 1]
    full, floor = problem.ask.car.usable_kwh, problem.floor_grain * problem.grain_kwh
    for node in range(ask.before + 1, ask.next_node):
        drains = problem.drains
        if (
            node == ask.node
            or problem.candidates[node - 1].id == planned.id
            or (ask.before, node) not in drains
            or (node, ask.next_node) not in drains
        ):
            continue
        arrives = arrives_with(ask.left_kwh, full, floor, drains[ask.before, node])
        if arrives is None:
            continue
        target = _target(problem, node, arrives, ask)
        if target is None:
            continue
        on_arrival = (ask.node, node) in drains and (
            arrives_with(ask.arrival_kwh, full, floor, drains[ask.node, node]) is not None
        )
        minutes = float(problem.minutes[ask.before, node] + problem.minutes[node, ask.next_node])
        minutes += charging_minutes(problem, node, arrives / full, target)
        yield _Choice(node, arrives, target, minutes, on_arrival)


def _target(problem: Problem, node: int, arrives_kwh: float, ask: Instead) -> int | None:
    """The least charge with which the plan goes on as it was, or else with which the next is reached at all."""
    levels = problem.levels[node]
    levels = levels[levels >= arrives_kwh / problem.grain_kwh + LEAST - 1]
    levels = levels[levels >= problem.need[node, ask.next_node]]
    if not len(levels):
        return None
    arrives = np.minimum(levels - problem.down[node, ask.next_node], problem.cap[node, ask.next_node])
    as_planned = levels[arrives >= ask.next_arrival]
    return int(as_planned[0] if len(as_planned) else levels[-1])


def _told(problem: Problem, ask: Instead, choice: _Choice, pricing: Pricing, chance: Chance) -> Alternative:
    candidate, planned = problem.candidates[choice.node - 1], problem.candidates[ask.node - 1]
    arrives = ask.left_at + timedelta(minutes=float(problem.stretch(ask.before, choice.node).minutes))
    soc = choice.arrival_kwh / problem.ask.car.usable_kwh
    minutes = charging_minutes(problem, choice.node, soc, choice.target)
    begins = arrives + timedelta(minutes=STOP_MINUTES)
    return Alternative(
        candidate=candidate,
        decide_km=planned.km if choice.on_arrival else min(candidate.km, planned.km),
        on_arrival=choice.on_arrival,
        arrival_soc=soc,
        leave_soc=choice.target / GRAINS,
        charging_minutes=minutes,
        cost=pricing.cost(
            candidate, begins, begins + timedelta(minutes=minutes), metered(problem, choice.node, soc, choice.target)
        ),
        chance=chance(candidate, arrives),
    )


def charging_minutes(problem: Problem, node: int, soc: float, target: int) -> float:
    """Minutes at the plug from a state of charge to a target in grains."""
    exact = problem.refills[node].exact
    return float(exact[target] - np.interp(soc * GRAINS, np.arange(GRAINS + 1), exact))


def metered(problem: Problem, node: int, soc: float, target: int) -> Decimal:
    """What the pile's meter says of that, in kWh."""
    put_in = (target / GRAINS - soc) * problem.ask.car.usable_kwh
    return Decimal(put_in / EFFICIENCY[problem.candidates[node - 1].current]).quantize(_HUNDREDTH)
