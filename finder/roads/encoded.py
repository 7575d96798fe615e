"""Polylines as one line of text: Google's 'Encoded Polyline Algorithm Format', five decimals."""

from finder.errors import BadInput
from finder.kernel.geo import Point

_FACTOR = 1e5
_LONGEST = 8  # characters of one number: 40 bits hold any degree


def decode(text: str, most: int) -> list[Point]:
    """Its places. Raises BadInput POLYLINE for more than `most`, or for a text that is none."""
    points: list[Point] = []
    at = lat = lon = 0
    while at < len(text):
        if len(points) == most:
            raise _refuse(f"折线最多 {most} 个点", f"a polyline has at most {most} places")
        step, at = _number(text, at)
        lat += step
        step, at = _number(text, at)
        lon += step
        points.append(Point(lat / _FACTOR, lon / _FACTOR))
    return points


def encode(points: list[Point]) -> str:
    """The inverse; to five decimals of a degree, about a metre."""
    written: list[str] = []
    last = (0, 0)
    for point in points:
        now = (round(point.lat * _FACTOR), round(point.lon * _FACTOR))
        written += [_text(now[0] - last[0]), _text(now[1] - last[1])]
        last = now
    return "".join(written)


def _number(text: str, at: int) -> tuple[int, int]:
    value = 0
    for n in range(_LONGEST):
        if at + n >= len(text):
            break
        bits = ord(text[at + n]) - 63
        if not 0 <= bits < 64:
            break
        value |= (bits & 31) << (5 * n)
        if bits < 32:
            return (~(value >> 1) if value & 1 else value >> 1), at + n + 1
    raise _refuse(
        "折线编码有误：请使用五位小数的编码折线，或改用坐标点",
        "the polyline's code is damaged: use the encoded format with five decimals, or give places",
    )


def _text(step: int) -> str:
    value = ~(step << 1) if step < 0 else step << 1
    letters = []
    while value >= 32:
        letters.append(chr((value & 31 | 32) + 63))
        value >>= 5
    return "".join([*letters, chr(value + 63)])


def _refuse(zh: str, en: str) -> BadInput:
    return BadInput(zh, en, code="POLYLINE")
