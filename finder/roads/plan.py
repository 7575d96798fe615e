"""Plans a trip: the best stops for each objective, the gaps along the way, and what to know before setting off."""

from collections.abc import Sequence

from finder.roads.itinerary import itinerary
from finder.roads.model import gaps
from finder.roads.problem import Problem
from finder.roads.refill import GRAINS
from finder.roads.solve import solve
from finder.roads.trip import Chance, Objective, Plan, Pricing, Trip, TripAsk
from finder.roads.warn import warnings


def plan_trip(ask: TripAsk, pricing: Pricing, chance: Chance, objectives: Sequence[Objective]) -> Trip:
    """A plan for each objective, in their order; none where the end cannot be reached. Pure, and not quick enough
    for an event loop: about a tenth of a second for 60 candidates."""
    problem = Problem(ask, pricing)
    plans: list[Plan] = []
    for objective in dict.fromkeys(objectives):
        solution = solve(problem, objective)
        if solution is None:
            break
        plans.append(itinerary(problem, solution, objective, pricing, chance))
    suited = [*(c.km for c in problem.candidates), *ask.suited_km]
    found = gaps(0.0, ask.course.length_km, suited, breaks=ask.course.breaks)
    return Trip(ask, problem.celsius, plans, found, warnings(problem, plans, found, stuck_at_km(problem, plans)))


def stuck_at_km(problem: Problem, plans: Sequence[Plan]) -> float | None:
    """The last kilometre at which one can still charge, where the end is out of reach; None where it is not."""
    if plans:
        return None
    reached, farthest = {0}, 0.0
    for node in range(problem.end):
        if node in reached:
            grains = GRAINS if node else problem.start_grain
            reached |= {k for k in range(node + 1, problem.end) if problem.need[node, k] <= grains}
            farthest = max(farthest, problem.candidates[node - 1].km if node else 0.0)
    return farthest
