"""Our planner against every way there is: time, and how much dearer what it finds is.

Over 60 candidates on 300 km every way cannot be walked: how many there are is counted, not walked. There the naive
planner is kept to at most MOST_STOPS stops, which is in its favour for the time; ours is not kept to them. Over
SMALL candidates it walks every way. Both count by the same tables, and making these is part of our time alone.
"""

import statistics
import time
from collections.abc import Iterator
from functools import cache

from rich.console import Console
from rich.progress import track
from rich.table import Table

from finder.charging.trip_prices import TariffPrices
from finder.roads.problem import LEAST, MAX_MINUTES, Problem
from finder.roads.solve import latest_minute, solve
from finder.roads.trip import Objective, TripAsk
from load_tests.trip_exhaustive import exhaust
from load_tests.trip_world import trip

COLUMNS = ["candidates", "stops at most", "ways walked", "ways there are", "time, ours ÷ naive", "cost over the best"]
KM, MOST_STOPS, SEEDS = 300.0, 2, 3
LARGE, SMALL, SMALL_SEEDS = 60, 5, 5


def measure(rounds: int) -> dict[str, object]:
    """Both sizes; the ratios of the large one are what the figure is about, with the worst cost of both."""
    large = _size(LARGE, MOST_STOPS, range(SEEDS), min(rounds, 2))
    small = _size(SMALL, SMALL, range(100, 100 + SMALL_SEEDS), 1)
    over = [float(str(part[name]["cost_over_worst"])) for part in (large, small) for name in part]
    return {
        "km": KM,
        "large": large,
        "small": small,
        "trip_vs_exhaustive": {
            "time_ratio": {name: part["time_ratio"] for name, part in large.items()},
            "cost_over_worst": max(over),
        },
    }


def _size(candidates: int, most_stops: int, seeds: range, rounds: int) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for objective in Objective:
        ratios, over, walked, all_ways, ours_s, naive_s = [], [], [], [], [], []
        title = f"{objective.value} {candidates}"
        for seed in track(seeds, description=title, console=Console(stderr=True)):
            ask = trip(candidates, KM, seed)
            ours, naive, above, ends, ways = _compare(ask, objective, most_stops, rounds)
            ours_s.append(ours)
            naive_s.append(naive)
            ratios.append(ours / naive)
            over.append(above)
            walked.append(ends)
            all_ways.append(ways)
        found[objective.value] = {
            "candidates": candidates,
            "stops_at_most": most_stops,
            "ways_walked": round(statistics.median(walked)),
            "ways_there_are": f"{statistics.median(all_ways):.2e}",
            "ours_s": [round(each, 4) for each in ours_s],
            "naive_s": [round(each, 3) for each in naive_s],
            "time_ratio": round(statistics.median(ratios), 4),
            "time_ratio_worst": round(max(ratios), 4),
            "cost_over_worst": round(max(over), 6),
            "cost_over_least": round(min(over), 6),
        }
    return found


def _compare(
    ask: TripAsk, objective: Objective, most_stops: int, rounds: int
) -> tuple[float, float, float, int, float]:
    """Seconds of both, the least of the rounds, in turns; how far above the naive best; ways walked, and all."""
    ours, naive, value, best_value, ends = [], [], 0.0, 0.0, 0
    for _ in range(rounds):
        began = time.perf_counter()
        solution = solve(Problem(ask, TariffPrices()), objective)
        ours.append(time.perf_counter() - began)
        problem = Problem(ask, TariffPrices())
        quickest = solve(problem, Objective.LEAST_TIME)
        if solution is None or quickest is None:
            raise RuntimeError("a trip that is measured must have a plan")
        latest = latest_minute(quickest.minutes) if objective is Objective.LEAST_MONEY else MAX_MINUTES
        began = time.perf_counter()
        best = exhaust(problem, objective, latest, most_stops)
        naive.append(time.perf_counter() - began)
        value, best_value, ends = solution.value, best.value, best.ends
    return min(ours), min(naive), value / best_value - 1, ends, ways(Problem(ask, TariffPrices()))


def ways(problem: Problem) -> float:
    """How many ways lead from the start to the end, however late: what the naive planner would walk unbounded."""
    need, down, cap = problem.need.tolist(), problem.down.tolist(), problem.cap.tolist()
    levels = [each.tolist() for each in problem.levels]

    @cache
    def after(node: int, grain: int) -> float:
        total = 0.0
        for to in range(node + 1, problem.end + 1):
            if grain >= need[node][to]:
                arrives = min(grain - down[node][to], cap[node][to])
                if to == problem.end:
                    total += 1
                else:
                    total += sum(after(to, target) for target in levels[to] if target >= arrives + LEAST)
        return total

    return after(0, problem.start_grain)


def rows(results: dict[str, object]) -> Iterator[list[str]]:
    """The table's cells, a row for each size and objective."""
    for size in ("large", "small"):
        part = results[size]
        assert isinstance(part, dict)
        for name, row in part.items():
            worst = f"{row['time_ratio']:.3f} (worst {row['time_ratio_worst']:.3f})"
            cells = [f"{row['candidates']}", f"{row['stops_at_most']}", f"{row['ways_walked']:,}"]
            yield [name, *cells, row["ways_there_are"], worst, f"{row['cost_over_worst']:+.2%}"]


def show(results: dict[str, object]) -> None:
    """The table."""
    table = Table("", *COLUMNS, title=f"trips of {KM:.0f} km")
    for row in rows(results):
        table.add_row(*row)
    Console().print(table)
