"""What was measured, as the tables of docs/performance.md."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from load_tests import crowd, intake, nearby, orders, plugs, roads, trips

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: written by make bench -->\n", "<!-- /measured -->\n"
Results = Mapping[str, object]


def report(results: Results) -> None:
    """Writes whatever is there between the document's marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(before + BEGIN + "\n".join(_tables(results)) + after, encoding="utf-8")


def _tables(results: Results) -> Iterator[str]:
    if "ratios" in results:
        yield (
            f"{results['measured_on']}, Python {results['python']}, {results['stations']:,} stations, "
            f"{results['answer_bytes_mean']:,} bytes an answer, median of {results['rounds']} rounds:\n"
        )
        yield _table("our engine", list(nearby.PEERS.values()), nearby.rows, results)
    if "intake" in results:
        part = msgspec.convert(results["intake"], dict[str, object])
        yield f"{part['measured_on']}:\n"
        yield _table("flips a second that one core takes in", list(intake.PEERS.values()), intake.rows, part)
    if "crowd" in results:
        part = msgspec.convert(results["crowd"], dict[str, object])
        yield f"{part['measured_on']}, {part['operators']} operators, {part['in_trouble']} of them in trouble:\n"
        yield _table("p99 age of what the others' drivers see", crowd.COLUMNS, crowd.rows, part)
    if "orders" in results:
        part = msgspec.convert(results["orders"], dict[str, object])
        yield f"{part['measured_on']}, {part['at_once']} at once:\n"
        yield _table("an order through the whole ledger", orders.COLUMNS, orders.rows, part)
    if "plugs" in results:
        part = msgspec.convert(results["plugs"], dict[str, object])
        yield f"{part['measured_on']}:\n"
        yield _table("a plugged-in car is answered, ms", plugs.COLUMNS, plugs.rows, part)
    if "roads" in results:
        part = msgspec.convert(results["roads"], dict[str, object])
        yield f"{part['measured_on']}, {part['roads']} roads:\n"
        yield _table("stations along a road", roads.COLUMNS, roads.rows, part)
    if "trips" in results:
        part = msgspec.convert(results["trips"], dict[str, object])
        yield f"{part['measured_on']}, trips of {part['km']:.0f} km:\n"
        yield _table("a trip planned, against every way", trips.COLUMNS, trips.rows, part)


def _table(
    first: str, columns: list[str], rows: Callable[[dict[str, object]], Iterator[list[str]]], part: Results
) -> str:
    lines = [[first, *columns], ["---"] * (len(columns) + 1), *rows(dict(part))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
