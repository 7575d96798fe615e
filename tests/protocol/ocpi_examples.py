"""Reads a folder of OCPI's official JSON examples through our mapping and prints what became of each.

    python -m tests.protocol.ocpi_examples FOLDER

The examples' text is not ours to copy, so they are read where somebody has them: the specification's repository.
The exit status is 1 where an example raised what is no refusal, or was refused for its form.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finder.connectors.ocpi.credentials import read_credentials, read_endpoints
from finder.connectors.ocpi.locations import Origin, map_location
from finder.connectors.ocpi.sessions import Teller, map_cdr, map_session
from finder.connectors.ocpi.statuses import observe, there
from finder.connectors.ocpi.tariffs import read_tariff
from finder.connectors.ocpi.values import parse
from finder.errors import BadInput
from finder.kernel.clock import SHANGHAI

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
# What the examples are and we do not take: bills in euro, Locations that are not to be published.
_EXPECTED = frozenset({"CURRENCY", "NOT_PUBLISHED"})


def _location(raw: Any) -> str:
    station = map_location(raw, Origin("op", "op", NOON)).station
    seen = [o.status.value for o in observe(raw, there(raw)[0], "op", NOON)]
    return f"{len(station.evses)} EVSEs {seen}, {station.place}, open {station.hours and station.hours.text}"


def _session(raw: Any) -> str:
    seen = map_session(raw, Teller("op", NOON, lambda _: None))
    return f"{seen.state} {seen.kwh} kWh, {len(seen.lines)} lines"


def _cdr(raw: Any) -> str:
    in_yuan = {**raw, "currency": "CNY"}  # the amounts are then read as well
    bill = map_cdr(in_yuan, Teller("op", NOON, lambda _: None))
    return f"{bill.kwh} kWh, {bill.total.fen} hundredths, parts {bill.electricity} {bill.service} {bill.parking}"


def _tariff(raw: Any) -> str:
    tariff = read_tariff("t", {**raw, "currency": "CNY"}, SHANGHAI, NOON)
    return f"{[(p.start, p.end, p.electricity.e4) for p in tariff.periods]} {tariff.text}"


READERS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("location_example", _location),
    ("session_example", _session),
    ("cdr_example", _cdr),
    ("tariff_", _tariff),
    ("credentials_example", lambda raw: str(read_credentials(raw).roles)),
    ("version_details_example", lambda raw: f"{len(read_endpoints(raw.get('data', raw)))} endpoints"),
)


def read(folder: Path) -> Iterator[tuple[str, str, bool]]:
    """The name of each example that we have a reader for, what became of it, and whether that is as it should be."""
    for path in sorted(folder.glob("*.json")):
        reader = next((each for name, each in READERS if path.name.startswith(name)), None)
        if reader is None:
            continue
        try:
            yield path.name, reader(parse(path.read_bytes())), True
        except BadInput as bad:
            yield path.name, f"refused: {bad}", bad.code in _EXPECTED


def main() -> None:
    """See the module."""
    results = list(read(Path(sys.argv[1])))
    for name, said, good in results:
        sys.stdout.write(f"{'ok  ' if good else 'BAD '} {name}: {said}\n")
    sys.stdout.write(f"{sum(good for *_, good in results)} of {len(results)} as they should be\n")
    sys.exit(0 if results and all(good for *_, good in results) else 1)


if __name__ == "__main__":
    main()
