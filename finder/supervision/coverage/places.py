"""Places that the plan wants to be covered, as a city imports them: townships, villages, sights."""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from finder.errors import BadInput
from finder.kernel.geo import Point
from finder.storage.unit import METADATA, Work

MAX_PLACES = 100_000
_LATS, _LONS = ("lat_wgs84", "lat", "latitude", "纬度"), ("lon_wgs84", "lon", "lng", "longitude", "经度")
_NAMES, _COUNTIES = ("name", "名称"), ("county_name", "county", "县")


class PlaceKind(StrEnum):
    """What a place is to the plan."""

    TOWNSHIP = "TOWNSHIP"
    VILLAGE = "VILLAGE"
    SIGHT = "SIGHT"


PLACE = sa.Table(
    "coverage_place",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("county", sa.Text),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("source", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place; `at` is None where only its name is known, so that its covering cannot be measured."""

    id: str
    kind: PlaceKind
    name: str
    county: str | None
    at: Point | None
    source: str


def read_places(path: Path, kind: PlaceKind, source: str) -> list[Place]:
    """The places of a CSV with the columns name, county, lat and lon (WGS-84). Raises BadInput, naming the line.

    A column in_152, where there is one, says which rows count.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        name, lat, lon = (_column(columns, wanted) for wanted in (_NAMES, _LATS, _LONS))
        if name is None or lat is None or lon is None:
            raise BadInput(
                f"{path.name} 需要列：名称 name、纬度 lat、经度 lon（WGS-84）",
                f"{path.name} needs the columns name, lat and lon (WGS-84)",
                code="PLACES_COLUMNS",
            )
        county = _column(columns, _COUNTIES)
        places = []
        for number, row in enumerate(reader, 2):
            if row.get("in_152", "1") == "0" or not row[name]:
                continue
            if number > MAX_PLACES:
                raise BadInput(f"最多 {MAX_PLACES} 个地点", f"at most {MAX_PLACES} places", code="PLACES_TOO_MANY")
            where = row[county] if county else None
            at = _point(row[lat], row[lon], path, number)
            key = hashlib.sha256(f"{kind.value} {where} {row[name]}".encode()).hexdigest()[:20]
            places.append(Place(key, kind, row[name], where or None, at, source))
    return places


def _column(columns: Iterable[str], wanted: Sequence[str]) -> str | None:
    return next((each for each in wanted if each in columns), None)


def _point(lat: str, lon: str, path: Path, number: int) -> Point | None:
    if not lat.strip() and not lon.strip():
        return None
    try:
        return Point(float(lat), float(lon))
    except (ValueError, BadInput):
        raise BadInput(
            f"{path.name} 第 {number} 行的坐标无效", f"{path.name}, line {number}: no coordinates", code="PLACES_LINE"
        ) from None


class Places:
    """The places in a database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(self, kind: PlaceKind, places: Sequence[Place]) -> None:
        """These are from now on all that there are of the kind."""
        unique = {place.id: place for place in places}.values()
        rows = [
            {
                "id": each.id,
                "kind": kind.value,
                "name": each.name,
                "county": each.county,
                "lat": each.at.lat if each.at else None,
                "lon": each.at.lon if each.at else None,
                "source": each.source,
            }
            for each in unique
        ]
        async with self._work.begin() as unit:
            await unit.connection.execute(sa.delete(PLACE).where(PLACE.c.kind == kind.value))
            if rows:
                await unit.connection.execute(sa.insert(PLACE), rows)

    async def all(self) -> list[Place]:
        """Every place, by kind and name."""
        async with self._work.read() as connection:
            rows = (await connection.execute(sa.select(PLACE).order_by(PLACE.c.kind, PLACE.c.name))).all()
        return [
            Place(
                row.id,
                PlaceKind(row.kind),
                row.name,
                row.county,
                Point(row.lat, row.lon) if row.lat is not None else None,
                row.source,
            )
            for row in rows
        ]
