"""The published formula. Exact: fractions in, tenths of a point out, halves upwards. See docs/stars.md.

Pure, of published values alone, so that whoever has the files comes to the same digit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

TOLD, WORKING, PRICE, FACTS, POWER, HOURS, AMENITIES = 30, 30, 10, 10, 10, 5, 5
REACH, QUALITY = 60, 40
FAST_KW, MIDDLE_KW = 60, 20
MOST_AMENITIES = 5
LEAST_TOLD = Fraction(1, 10)  # of which less is known is not rated
GAP_KM = 100  # a road with so long a way without a charger reaches nobody
FAR = 3  # times the distance that covers a township
STARS = ((900, 5), (750, 4), (600, 3), (450, 2), (0, 1))  # from this many tenths on
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Told:
    """A station's EVSEs on one day: how many there are, of how many a status was believed, how many could be used."""

    evses: int
    believed: int
    working: int


@dataclass(frozen=True, slots=True)
class StationFacts:
    """What is published of a station. Power in kW, None where nobody said; `days` has at least one."""

    days: Sequence[Told]
    closed: bool
    priced: bool
    facts: Sequence[bool]  # each of those that should be known
    kw: Fraction | None
    always_open: bool
    amenities: int


@dataclass(frozen=True, slots=True)
class Rated:
    """Points of each part and their sum, in tenths; `why` is set where it gets no stars."""

    parts: Mapping[str, int]
    tenths: int
    why: str = ""

    @property
    def stars(self) -> int | None:
        """1 to 5; None where it is not rated."""
        return None if self.why else next(stars for least, stars in STARS if self.tenths >= least)


def tenths(points: Fraction) -> int:
    """Rounded to a tenth, halves upwards."""
    return (20 * points.numerator + points.denominator) // (2 * points.denominator)


def of_station(seen: StationFacts) -> Rated:
    """A station: what is told of it, whether it works, and what one should know before one goes there."""
    told = _mean([Fraction(day.believed, day.evses) for day in seen.days if day.evses])
    working = _mean([Fraction(day.working, day.believed) for day in seen.days if day.believed])
    kw = seen.kw or ZERO
    parts = {
        "told": TOLD * told,
        "working": WORKING * working,
        "price": Fraction(PRICE * seen.priced),
        "facts": Fraction(FACTS * sum(seen.facts), len(seen.facts)),
        "power": Fraction(POWER if kw >= FAST_KW else POWER // 2 if kw >= MIDDLE_KW else 0),
        "hours": Fraction(HOURS * seen.always_open),
        "amenities": Fraction(AMENITIES * min(seen.amenities, MOST_AMENITIES), MOST_AMENITIES),
    }
    return _rated(parts, "CLOSED" if seen.closed else "NOT_TOLD" if told < LEAST_TOLD else "")


def of_road(longest_km: Fraction, stations: Sequence[int]) -> Rated:
    """A road: its longest way without a charger, and how good those along it are (tenths of the rated ones)."""
    return _reached(max(ZERO, ONE - longest_km / GAP_KM), _mean([Fraction(each, 10) for each in stations]), "")


def of_township(nearest_km: Fraction | None, limit_km: Fraction, station: int | None, why: str) -> Rated:
    """A township: how far its nearest charger is, and how good that is (tenths; None where it is not rated)."""
    if nearest_km is None:
        return _reached(ZERO, ZERO, why or "NO_STATIONS")
    beyond = max(ZERO, nearest_km - limit_km) / ((FAR - 1) * limit_km)
    return _reached(max(ZERO, ONE - beyond), Fraction(station or 0, 10), why)


def _reached(reach: Fraction, quality: Fraction, why: str) -> Rated:
    return _rated({"reach": REACH * reach, "quality": QUALITY * quality / 100}, why)


def _rated(parts: Mapping[str, Fraction], why: str) -> Rated:
    return Rated({name: tenths(points) for name, points in parts.items()}, tenths(sum(parts.values(), ZERO)), why)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, ZERO) / len(values) if values else ZERO
