"""What was seen of each station hour by hour, and day by day for longer, in SQL."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from finder.stations.model import StationId
from finder.storage.database import Database
from finder.storage.tables import Tables

METADATA = sa.MetaData()
# Minutes. `evse`: EVSEs times minutes for which a status was believed, and `taken`, those of them without a free EVSE.
# `watched`: minutes in which at least half the station's EVSEs were known, and `full`, those in which none was free.
_MINUTES = ("evse", "taken", "watched", "full")
HOUR = sa.Table(
    "occupancy_hour",
    METADATA,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("hour", sa.Integer, primary_key=True),  # since 1970-01-01 UTC
    *(sa.Column(name, sa.Integer, nullable=False) for name in _MINUTES),
    sa.Index("occupancy_hour_hour", "hour"),
)
DAY = sa.Table(
    "occupancy_day",
    METADATA,
    sa.Column("station", sa.Text, primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),  # since 1970-01-01, in the city's zone
    *(sa.Column(name, sa.Integer, nullable=False) for name in _MINUTES),
    sa.Index("occupancy_day_day", "day"),
)
_ROWS = 500  # in one statement
_ALWAYS = 2**31 - 1


@dataclass(slots=True)
class Minutes:
    """The four sums of a station, for an hour or a day; see the tables."""

    evse: int = 0
    taken: int = 0
    watched: int = 0
    full: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A station's sums, with the hour or day since 1970 that they are of."""

    station: StationId
    at: int
    minutes: Minutes


class OccupancyBook:
    """The two tables. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._tables = Tables(database, METADATA)

    async def write(self, rows: Sequence[Row]) -> None:
        """Keeps hours. Of two rows for one hour the one that saw more stands, so that a repeat changes nothing and
        several processes may each write what they saw of a board that they share."""
        database = await self._tables.made()
        put = self._tables.insert(HOUR)
        newer = put.on_conflict_do_update(
            index_elements=["station", "hour"],
            set_={name: put.excluded[name] for name in _MINUTES},
            where=put.excluded.evse > HOUR.c.evse,
        )
        values = [{"station": row.station, "hour": row.at, **_columns(row.minutes)} for row in rows]
        async with database.write() as connection:
            for begin in range(0, len(values), _ROWS):
                await connection.execute(newer, values[begin : begin + _ROWS])

    async def sum_day(self, day: int, first_hour: int, last_hour: int) -> None:
        """Makes that day's rows anew from its hours, both ends included."""
        database = await self._tables.made()
        sums = [sa.func.sum(HOUR.c[name]) for name in _MINUTES]
        asked = sa.select(HOUR.c.station, sa.literal(day), *sums).where(HOUR.c.hour.between(first_hour, last_hour))
        async with database.write() as connection:
            await connection.execute(sa.delete(DAY).where(DAY.c.day == day))
            await connection.execute(
                sa.insert(DAY).from_select(["station", "day", *_MINUTES], asked.group_by(HOUR.c.station))
            )

    async def forget(self, before_hour: int, before_day: int) -> None:
        """Removes what is older."""
        database = await self._tables.made()
        async with database.write() as connection:
            await connection.execute(sa.delete(HOUR).where(HOUR.c.hour < before_hour))
            await connection.execute(sa.delete(DAY).where(DAY.c.day < before_day))

    def hours(self, since: int) -> AsyncIterator[Sequence[Row]]:
        """Rows from that hour on, ordered by station and hour."""
        return self._read(HOUR, HOUR.c.hour, since)

    def days(self, since: int, until: int = _ALWAYS) -> AsyncIterator[Sequence[Row]]:
        """Rows of these days, both ends included, ordered by station and day."""
        return self._read(DAY, DAY.c.day, since, until)

    async def _read(
        self, table: sa.Table, at: sa.Column[int], since: int, until: int = _ALWAYS
    ) -> AsyncIterator[Sequence[Row]]:
        database = await self._tables.made()
        asked = sa.select(table.c.station, at, *(table.c[name] for name in _MINUTES)).where(at.between(since, until))
        async with database.read() as connection:
            found = await connection.stream(asked.order_by(table.c.station, at))
            async for part in found.partitions(5_000):
                yield [Row(station, hour, Minutes(*sums)) for station, hour, *sums in part]


def _columns(minutes: Minutes) -> dict[str, int]:
    return {name: getattr(minutes, name) for name in _MINUTES}
