"""Shows what was measured: rows of a table, the same as Markdown, and the calibration as a small SVG."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from finder.errors import BadInput
from finder.live.forecast.evaluate.measure import BASELINES, OURS, Result

_WAYS = ("last", "week", "mean", "ours", "gain")
HEAD = ("series", "ahead", "hours", "MAE: last", *_WAYS[1:], "Brier: last", *_WAYS[1:], "off by")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WORTH = 0.10  # of the best baseline's error
_SIDE, _EDGE = 220, 34


def rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """One row for each set and horizon; '–' where a set does not tell."""
    for each in results:
        cells = [each.series, f"{each.ahead_h} h", f"{each.hours:,}"]
        for error in ("mae", "brier"):
            cells += [_number(getattr(each.scores[name], error)) for name in (*BASELINES, OURS)]
            cells.append(_percent(each.gain(error)))
        yield (*cells, _number(each.off))


def verdict(results: Sequence[Result]) -> str:
    """Of which sets the best baseline is beaten by WORTH at every horizon, and of how many there are."""
    said = []
    for error, name in (("mae", "MAE"), ("brier", "Brier")):
        gains: defaultdict[str, list[float]] = defaultdict(list)
        for each in results:
            if (gain := each.gain(error)) is not None:
                gains[each.series].append(gain)
        beaten = [series for series, found in gains.items() if min(found) >= WORTH]
        said.append(f"{name}: {len(beaten)} of {len(gains)} ({', '.join(beaten) or 'none'})")
    return f"Sets on which the best baseline is beaten by {WORTH:.0%} or more at every horizon: {'; '.join(said)}"


def write(results: Sequence[Result], page: Path, plot: Path) -> None:
    """Puts the table between the marks in the page, and the plot beside it. Raises BadInput where no marks are."""
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise BadInput(f"{page} 中没有标记 {BEGIN} … {END}", f"{page} lacks the marks {BEGIN} … {END}", code="NO_MARKS")
    lines = [_line(HEAD), _line(["---", "---:", *["---:"] * (len(HEAD) - 2)]), *map(_line, rows(results))]
    told = "\n".join([BEGIN, "", *lines, "", verdict(results) + ".", "", END])
    page.write_text(text[: text.index(BEGIN)] + told + text[text.index(END) + len(END) :], encoding="utf-8")
    plot.write_text(svg([each for each in results if each.calibration]), encoding="utf-8")


def svg(results: Sequence[Result]) -> str:
    """One square for each set: how often a bay was free, over how likely that was said to be; the diagonal is ideal."""
    names = list(dict.fromkeys(each.series for each in results))
    ahead = sorted({each.ahead_h for each in results})
    across = 3
    wide, high = across * _SIDE, -(-len(names) // across) * _SIDE + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="10">',
        f'<rect width="{wide}" height="{high}" fill="#fff"/>',
    ]
    shades = dict(zip(ahead, ("#1b6ca8", "#d1790b", "#6a9a2d", "#888"), strict=False))
    for n, name in enumerate(names):
        left, top = n % across * _SIDE + _EDGE, n // across * _SIDE + _EDGE
        parts.append(_square(left, top, name, [each for each in results if each.series == name], shades))
    legend = "  ".join(f'<tspan fill="{shade}">● {hours} h ahead  </tspan>' for hours, shade in shades.items())
    parts += [f'<text x="{_EDGE}" y="{high - 8}">{legend}</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def _square(left: int, top: int, name: str, results: Sequence[Result], shades: dict[int, str]) -> str:
    side = _SIDE - _EDGE - 12
    parts = [
        f'<text x="{left}" y="{top - 6}" font-weight="bold">{escape(name)}</text>',
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#ccc"/>',
        f'<path d="M{left} {top + side}L{left + side} {top}" stroke="#bbb" stroke-dasharray="3"/>',
        f'<text x="{left}" y="{top + side + 11}">0</text><text x="{left + side - 6}" y="{top + side + 11}">1</text>',
    ]
    for each in results:
        points = [(left + said * side, top + side - was * side) for said, was, _ in each.calibration]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        shade = shades[each.ahead_h]
        parts.append(f'<path d="M{path}" fill="none" stroke="{shade}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{shade}"/>' for x, y in points]
    return "".join(parts)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1%}"
