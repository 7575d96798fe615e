"""A solution as a driver reads it: driven once more with exact figures, priced as a quote would, by the clock."""

from datetime import timedelta

from finder.kernel.money import Money
from finder.roads.alternatives import Instead, alternative, charging_minutes, metered
from finder.roads.drain import arrives_with
from finder.roads.problem import Problem
from finder.roads.refill import GRAINS
from finder.roads.solve import Solution
from finder.roads.trip import STOP_MINUTES, Chance, Leg, Objective, Plan, Pricing, Stop


def itinerary(problem: Problem, solution: Solution, objective: Objective, pricing: Pricing, chance: Chance) -> Plan:
    """The plan. What is left on arriving is never less than what the tables had, since they round it down."""
    drive = _Drive(problem, pricing, chance)
    for n, (node, target) in enumerate(solution.stops):
        next_node = solution.stops[n + 1][0] if n + 1 < len(solution.stops) else problem.end
        drive.stop(node, target, next_node)
    last = drive.leg(problem.end)
    ask, costs = problem.ask, [stop.cost for stop in drive.stops]
    known = Money(sum(cost.fen for cost in costs if cost is not None))
    return Plan(
        objective=objective,
        stops=tuple(drive.stops),
        last_leg=last,
        leaves_at=ask.leaves_at,
        arrives_at=drive.now,
        arrival_soc=drive.kwh / ask.car.usable_kwh,
        km=last.km + sum(stop.leg.km for stop in drive.stops),
        driving_minutes=last.minutes + sum(stop.leg.minutes for stop in drive.stops),
        stop_minutes=sum(stop.charging_minutes + STOP_MINUTES for stop in drive.stops),
        kwh=last.kwh + sum(stop.leg.kwh for stop in drive.stops),
        cost=None if None in costs else known,
        known_cost=known,
        off_by=solution.off_by,
    )


class _Drive:
    def __init__(self, problem: Problem, pricing: Pricing, chance: Chance) -> None:
        self._problem, self._pricing, self._chance = problem, pricing, chance
        self.node, self.now = 0, problem.ask.leaves_at
        self.kwh = problem.ask.start * problem.ask.car.usable_kwh
        self.stops: list[Stop] = []

    def leg(self, to: int) -> Leg:
        """Drives to a node."""
        problem = self._problem
        stretch = problem.stretch(self.node, to)
        full = problem.ask.car.usable_kwh
        left = arrives_with(self.kwh, full, 0.0, stretch.drain)
        assert left is not None, "the tables planned a leg that cannot be driven"
        leg = Leg(stretch.km, stretch.minutes, self.kwh - left, stretch.climb_m, stretch.descent_m)
        self.node, self.kwh, self.now = to, left, self.now + timedelta(minutes=stretch.minutes)
        return leg

    def stop(self, node: int, target: int, next_node: int) -> None:
        """Drives to a candidate and charges there."""
        problem, candidate = self._problem, self._problem.candidates[node - 1]
        before, left_kwh, left_at = self.node, self.kwh, self.now
        leg = self.leg(node)
        arrives, soc = self.now, self.kwh / problem.ask.car.usable_kwh
        onward = min(target - int(problem.down[node, next_node]), int(problem.cap[node, next_node]))
        instead = Instead(before, left_kwh, left_at, node, self.kwh, next_node, onward)
        kwh, minutes = metered(problem, node, soc, target), charging_minutes(problem, node, soc, target)
        begins = arrives + timedelta(minutes=STOP_MINUTES)
        ends = begins + timedelta(minutes=minutes)
        self.kwh, self.now = target * problem.grain_kwh, ends
        self.stops.append(
            Stop(
                candidate=candidate,
                leg=leg,
                arrives_at=arrives,
                arrival_soc=soc,
                leave_soc=target / GRAINS,
                kwh=kwh,
                charging_minutes=minutes,
                leaves_at=ends,
                cost=self._pricing.cost(candidate, begins, ends, kwh),
                chance=self._chance(candidate, arrives),
                alternative=alternative(problem, instead, self._pricing, self._chance),
            )
        )
