"""What differs from city to city, as data: one TOML file a city."""

from pathlib import Path

import msgspec

from finder.errors import SettingsError
from finder.kernel.geo import Point
from finder.roads.shipped import ShippedRoad


class City(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city that the finder serves. `places_within_km`: how far around its centre towns are known by name."""

    id: str
    name: str
    name_en: str
    title: str
    title_en: str
    centre: Point
    zone: str = "Asia/Shanghai"
    country: str = "CN"
    places_within_km: float = 200
    also_called: dict[str, str] = {}  # what drivers call a place that the gazetteer has by another name
    roads: tuple[ShippedRoad, ...] = ()


def load_city(name: str) -> City:
    """A shipped city by its id, or any other by the path of its TOML file. Raises SettingsError."""
    shipped = Path(__file__).parent / f"{name}.toml"
    path = shipped if shipped.is_file() else Path(name)
    try:
        return msgspec.toml.decode(path.read_bytes(), type=City)
    except (OSError, msgspec.MsgspecError) as bad:
        known = ", ".join(sorted(p.stem for p in Path(__file__).parent.glob("*.toml")))
        raise SettingsError(
            f"FINDER_CITY={name!r} 无法读取（{bad}）：请填写 {known} 或一个城市 TOML 文件的路径",
            f"FINDER_CITY={name!r} cannot be read ({bad}): use {known}, or the path of a city's TOML file",
        ) from bad
