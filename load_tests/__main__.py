"""Measures ours and its peers in turns, in one run, and writes the ratios: python -m load_tests."""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from load_tests import crowd, intake, nearby, orders, plugs, roads, servers, trips
from load_tests.report import report

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Runs the parts that are asked for; what was measured of the others before is kept, with its day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="nearby,intake,crowd,orders,roads,plugs,trips")
    parser.add_argument("--stations", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--engines", default="memory,elastic")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    parts = chosen.parts.split(",")
    if set(parts) - {"orders", "roads", "plugs", "trips"} and (lacking := servers.missing_tools()):
        print("缺少工具 · missing tools:", *lacking, sep="\n  ", file=sys.stderr)
        return 2
    results: dict[str, object] = json.loads(chosen.out.read_text()) if chosen.out.is_file() else {}
    today = {"measured_on": datetime.now(UTC).date().isoformat()}
    if "nearby" in parts:
        results |= today | nearby.compare(chosen.stations, chosen.rounds, chosen.seconds, chosen.engines.split(","))
        nearby.show(results)
    if "intake" in parts:
        results["intake"] = taken = today | asyncio.run(intake.measure(chosen.rounds))
        intake.show(taken)
    if "crowd" in parts:
        results["crowd"] = aged = today | asyncio.run(crowd.measure(min(chosen.rounds, 3)))
        crowd.show(aged)
    if "orders" in parts:
        results["orders"] = booked = today | asyncio.run(orders.measure(chosen.rounds))
        results["orders_vs_commits"] = booked["orders_vs_commits"]
        orders.show(booked)
    if "plugs" in parts:
        results["plugs"] = plugged = today | asyncio.run(plugs.measure())
        plugs.show(plugged)
    if "roads" in parts:
        along = asyncio.run(roads.compare(chosen.stations, chosen.rounds, chosen.engines.split(",")))
        results["roads"] = told = roads.joined(results.get("roads"), today | along)
        results["road_vs_nearby"] = roads.ratios(told)
        roads.show(told)
    if "trips" in parts:
        results["trips"] = planned = today | trips.measure(chosen.rounds)
        results["trip_vs_exhaustive"] = today | msgspec.convert(planned["trip_vs_exhaustive"], dict[str, object])
        trips.show(planned)
    chosen.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if chosen.out == RESULTS:
        report(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
