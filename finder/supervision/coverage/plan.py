"""A city's plan: its targets by year, and the new piles of each county; data, one TOML file a city."""

from enum import StrEnum
from pathlib import Path

import msgspec

from finder import cities
from finder.errors import NotFound, SettingsError


class Unit(StrEnum):
    """In what a target is counted."""

    COUNT = "COUNT"
    KM = "KM"
    RATIO = "RATIO"
    PERCENT = "PERCENT"


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target. `most` marks an upper bound; a year that is not named has none."""

    key: str
    name: str
    name_en: str
    unit: Unit
    by: dict[int, float]
    most: bool = False

    def met(self, value: float | None, year: int) -> bool | None:
        """Whether it is reached; None where it is not measured or the year has no target."""
        goal = self.by.get(year)
        if goal is None or value is None:
            return None
        return value <= goal if self.most else value >= goal


class County(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A county and the public piles that are to be built there, by year. `code` is GB/T 2260's; `seat` lat, lon."""

    name: str
    code: str
    new: dict[int, int]
    seat: tuple[float, float] | None = None

    def goal(self, year: int) -> int:
        """What is to be built up to the end of that year."""
        return sum(count for each, count in self.new.items() if each <= year)


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan. Its core and edge are circles around the city's centre, in km."""

    title: str
    source: str
    core_km: float
    edge_km: float
    goals: tuple[Goal, ...]
    counties: tuple[County, ...]

    @property
    def years(self) -> list[int]:
        """Those that have targets."""
        return sorted({year for goal in self.goals for year in goal.by})


def load_plan(city: str) -> Plan:
    """The plan of a shipped city. Raises NotFound where it has none, SettingsError where it cannot be read."""
    path = Path(cities.__file__).parent / "plans" / f"{city}.toml"
    if not path.is_file():
        raise NotFound(f"城市 {city} 没有规划数据", f"there is no plan for the city {city}", code="NO_PLAN")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Plan)
    except msgspec.MsgspecError as bad:
        raise SettingsError(f"规划文件 {path.name} 有误：{bad}", f"the plan {path.name} cannot be read: {bad}") from bad


def plan_of(city: str) -> Plan | None:
    """The city's plan; None where it has none. Raises SettingsError."""
    try:
        return load_plan(city)
    except NotFound:
        return None
