"""The practice network: the plan's piles, spread deterministically around real places."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from finder.kernel.geo import Point
from finder.sandbox.places import PLACES, Kind, RealPlace
from finder.sandbox.plan import PLAN, PlannedArea

SEED = 20251231
OPERATORS = ("jinbei", "yanmen")
_SHARE_OF_FIRST = 0.55
_METRES_PER_DEGREE = 111_320.0

# Construction of T/CEC 102, names to fill with the place's, and the usual number of piles.
_SITES: dict[Kind, tuple[tuple[int, str, tuple[int, int]], ...]] = {
    Kind.SEAT: (
        (9, "{}商业广场", (6, 20)),
        (7, "{}体育馆", (6, 14)),
        (2, "{}政务大厅", (4, 12)),
        (6, "{}汽车站", (8, 20)),
        (13, "{}公交首末站", (10, 24)),
        (1, "{}小区", (4, 16)),
        (4, "{}写字楼", (4, 12)),
        (5, "{}工业园", (6, 16)),
        (10, "{}路侧", (3, 8)),
        (14, "{}加能站", (4, 10)),
        (15, "{}出租车服务站", (8, 18)),
        (3, "{}医院停车场", (5, 14)),
        (8, "{}公园", (4, 10)),
    ),
    Kind.TOWN: ((2, "{}政府", (2, 6)), (9, "{}停车场", (3, 8)), (14, "{}加能站", (2, 6)), (10, "{}街边", (1, 4))),
    Kind.SIGHT: ((12, "{}游客中心", (10, 24)), (12, "{}停车场", (6, 18)), (255, "{}房车营地", (4, 10))),
    Kind.STOP: ((11, "{}服务区", (6, 12)),),
    Kind.HUB: ((6, "{}停车场", (10, 24)),),
}
_WEIGHTS = {Kind.SEAT: 12.0, Kind.TOWN: 1.6, Kind.SIGHT: 1.0, Kind.STOP: 0.3, Kind.HUB: 0.4}
_CONSTRUCTION_ALL_DAY = frozenset({6, 10, 11, 13, 14, 15})
_HOURS = ("全天", "00:00-24:00", "24小时营业")
_LIMITED_HOURS = ("08:00-20:00", "周一至周五 8:00-18:00", "6:00—22:00", "07:30～21:30", "18:00-02:00")
_FREE_PARKING = ("免费", "充电期间免费停车", "免费停车")
_PAID_PARKING = ("2元/小时", "3元/小时，每日20元封顶", "收费停车")
_UNCLEAR_PARKING = ("充电前2小时免费，之后3元/小时", "以现场公示为准", "")


@dataclass(frozen=True, slots=True)
class Gun:
    """A connector of a practice pile."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Pile:
    """A practice pile; `swap` is a battery-swap bay, whose power is unknown."""

    id: str
    dc: bool
    power_kw: int
    guns: tuple[Gun, ...]
    swap: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A practice station, in WGS-84. `tariff` numbers one of sandbox.prices; `operator` is a source id."""

    id: str
    name: str
    operator: str
    area_name: str
    area_code: str
    point: Point
    construction: int
    hours: str
    parking: str
    tariff: int
    remark: str
    piles: tuple[Pile, ...]

    @property
    def guns(self) -> tuple[Gun, ...]:
        """Every connector of the site."""
        return tuple(gun for pile in self.piles for gun in pile.guns)


def build_network(seed: int = SEED, *, share: float = 1.0, plan: Sequence[PlannedArea] = PLAN) -> tuple[Site, ...]:
    """About 580 sites with the plan's 5,429 piles; `share` builds that part of every area. The same each time."""
    sites: list[Site] = []
    for number, area in enumerate(plan):
        rng = random.Random(f"{seed}/{area.name}")  # noqa: S311 - for practice data, not for secrets
        places = [place for place in PLACES if place.area == area.name]
        left, count, used = max(1, round(area.piles * share)), 0, dict[str, int]()
        # Every sight and stop has one station before chance decides on the rest.
        queue = [place for place in places if place.kind is not Kind.SEAT]
        while left > 0:
            place = queue.pop() if queue else rng.choices(places, [_WEIGHTS[p.kind] for p in places])[0]
            count += 1
            site = _site(rng, area, place, f"{area.area_code}{number:02d}{count:03d}", left, used)
            left -= len(site.piles)
            sites.append(site)
    return tuple(sites)


def _site(
    rng: random.Random, area: PlannedArea, place: RealPlace, site_id: str, left: int, used: dict[str, int]
) -> Site:
    construction, pattern, (least, most) = rng.choice(_SITES[place.kind])
    name = pattern.format(place.name)
    used[name] = used.get(name, 0) + 1
    all_day = construction in _CONSTRUCTION_ALL_DAY or rng.random() < 0.6
    parking = rng.choices((_FREE_PARKING, _PAID_PARKING, _UNCLEAR_PARKING), (5, 3, 2))[0]
    remark = rng.choices(
        ("", "光储充一体化示范站", "支持V2G车网互动", "配套储能", "绿电供应", "可换电"), (84, 5, 2, 4, 3, 2)
    )[0]
    piles = _piles(rng, place.kind, site_id, min(left, rng.randint(least, most)), swap="换电" in remark)
    return Site(
        id=site_id,
        name=f"{name}{used[name]}号充电站" if used[name] > 1 else f"{name}充电站",
        operator=OPERATORS[0] if rng.random() < _SHARE_OF_FIRST else OPERATORS[1],
        area_name=area.name,
        area_code=area.area_code,
        point=_around(rng, place),
        construction=construction,
        hours=rng.choice(_HOURS if all_day else _LIMITED_HOURS),
        parking=rng.choice(parking),
        tariff=rng.randrange(4),
        remark=remark,
        piles=piles,
    )


def _around(rng: random.Random, place: RealPlace) -> Point:
    angle, distance = rng.uniform(0, 2 * math.pi), abs(rng.gauss(0, place.spread_m))
    lat = place.point.lat + distance * math.sin(angle) / _METRES_PER_DEGREE
    east = _METRES_PER_DEGREE * math.cos(math.radians(place.point.lat))
    return Point(round(lat, 6), round(place.point.lon + distance * math.cos(angle) / east, 6))


def _piles(rng: random.Random, kind: Kind, site_id: str, count: int, *, swap: bool) -> tuple[Pile, ...]:
    share_dc = {Kind.STOP: 1.0, Kind.HUB: 0.7, Kind.TOWN: 0.5}.get(kind, 0.6)
    piles: list[Pile] = []
    bay = 0
    for number in range(1, count + 1):
        pile_id = f"{site_id}{number:02d}"
        dc = rng.random() < share_dc
        power = rng.choices((60, 120, 180, 240), (3, 5, 1, 1))[0] if dc else 7
        names = "AB" if dc and power >= 120 else "A"
        guns = []
        for gun_number, letter in enumerate(names, start=1):
            bay += 1
            guns.append(Gun(f"{pile_id}{gun_number}", f"{bay:02d}号位{letter}枪"))
        piles.append(Pile(pile_id, dc, power, tuple(guns)))
    if swap:
        piles[-1] = Pile(piles[-1].id, dc=True, power_kw=0, guns=piles[-1].guns[:1], swap=True)
    return tuple(piles)
