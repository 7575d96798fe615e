"""The naive planner, to compare ours with: every order of stops, every charge at each, nothing left out.

It walks the same tables (legs, refills, prices), so that both count alike, and knows nothing of dominance or bounds:
it only leaves out what the battery cannot reach, and what comes later than `latest`.
"""

from dataclasses import dataclass

from finder.roads.bound import Weights
from finder.roads.problem import LEAST, Problem
from finder.roads.trip import Objective


@dataclass
class Best:
    """The least that was found, and how many ends were compared."""

    value: float = float("inf")
    stops: tuple[tuple[int, int], ...] = ()
    minutes: int = 0
    ends: int = 0


def exhaust(problem: Problem, objective: Objective, latest: int, most_stops: int) -> Best:
    """The best of all ways with at most so many stops; its value is infinite where there is none."""
    weights, best, end = Weights(objective), Best(), problem.end
    minutes, need = problem.minutes.tolist(), problem.need.tolist()
    down, cap = problem.down.tolist(), problem.cap.tolist()
    levels = [each.tolist() for each in problem.levels]

    def leave(node: int, grain: int, minute: int, value: float, stops: tuple[tuple[int, int], ...]) -> None:
        for to in range(node + 1, end + 1):
            if grain < need[node][to]:
                continue
            arrives = min(grain - down[node][to], cap[node][to])
            then, now_value = minute + minutes[node][to], value + weights.minute * minutes[node][to]
            if then > latest:
                continue
            if to == end:
                best.ends += 1
                if now_value < best.value:
                    best.value, best.stops, best.minutes = now_value, stops, then
            elif len(stops) < most_stops:
                for target in levels[to]:
                    if target >= arrives + LEAST:
                        lasts, fen = problem.session(to, then, arrives, target)
                        leave(to, target, then + lasts, now_value + weights.session(lasts, fen), (*stops, (to, target)))

    leave(0, problem.start_grain, 0, 0.0, ())
    return best
