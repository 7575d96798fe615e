"""Kills the finder's process tree at random points, on each engine: python -m tests.faults.kills."""

import argparse
import contextlib
import logging
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process that is forked has one thread

import pytest
import structlog

from tests.contract.postgres_server import postgres
from tests.faults.kills.mutants import MUTANTS
from tests.faults.kills.supervisor import Kills, Report, run

MUTANT_KILLS, MUTANT_DRIVERS_PER_S, MUTANT_STORIES = 25, 12.0, 4


@contextlib.contextmanager
def _engine(name: str) -> Iterator[str]:
    if name == "postgresql":
        with postgres() as url:
            yield url
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'finder.sqlite3'}"


def main() -> int:
    """One line for each engine; what is wrong goes to standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--url", help="a database that is there; it is emptied")
    parser.add_argument("--mutants", default="all", help="all, none, or names")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable()
    names = {"all": list(MUTANTS), "none": []}.get(asked.mutants) or [
        n for n in asked.mutants.split(",") if n in MUTANTS
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or what it started would live on
    right = True
    for engine in asked.engines.split(","):
        try:
            with contextlib.nullcontext(asked.url) if asked.url else _engine(engine) as url:
                right &= _prove(engine, url, asked.kills, asked.seed, names)
        except pytest.skip.Exception as absent:
            print(f"{engine}: {absent}", flush=True)
    return 0 if right else 1


def _prove(engine: str, url: str, kills: int, seed: int, names: list[str]) -> bool:
    report = run(Kills(url, kills, seed)) if kills else None
    if report:
        _tell(report, seed)
    caught = 0
    for name in names:
        wrongs = _mutant(url, name, seed)
        caught += bool(wrongs)
        print(f"{engine}: {name}: {wrongs[0] if wrongs else 'not caught'}", file=sys.stderr, flush=True)
    line = f"{engine}: " + (report.line(kills) + "  " if report else "")
    print(f"{line}mutants caught: {caught} of {len(names)}", flush=True)
    return caught == len(names) and (report is None or not (report.verdict.wrongs or report.verdict.unended))


def _mutant(url: str, name: str, seed: int) -> list[str]:
    """What came to light of it; on a busy machine few drivers come in one story, so there are some."""
    for story in range(MUTANT_STORIES):
        asked = Kills(url, MUTANT_KILLS, seed + story, name, drivers_per_s=MUTANT_DRIVERS_PER_S)
        if wrongs := run(asked).verdict.wrongs:
            return wrongs
    return []


def _tell(report: Report, seed: int) -> None:
    verdict = report.verdict
    struck = ", ".join(f"{where} {count}" for where, count in sorted(report.struck.items()))
    said = f"seed {seed}, {report.seconds:.0f} s, {verdict.orders} orders, {verdict.captured_fen} fen captured"
    print(f"  {report.line(sum(report.struck.values()))}", file=sys.stderr)
    print(f"  {said}; {struck}", file=sys.stderr, flush=True)
    for kind in ("lost", "doubled", "orphaned", "unended"):
        for sentence in getattr(verdict, kind)[:20]:
            print(f"  {kind}: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
