"""What is kept of stations' use, on SQLite and on a real PostgreSQL."""

from finder.live.forecast.book import Minutes, OccupancyBook, Row
from finder.storage.database import Database


async def hours(book: OccupancyBook, since: int = 0) -> list[Row]:
    return [row async for rows in book.hours(since) for row in rows]


async def days(book: OccupancyBook, since: int = 0) -> list[Row]:
    return [row async for rows in book.days(since) for row in rows]


async def test_hours_are_read_as_they_were_written_by_station_and_hour(database: Database) -> None:
    book = OccupancyBook(database)
    rows = [Row(station, hour, Minutes(120, 30 + hour, 60, hour)) for hour in (8, 7) for station in ("b", "a")]
    await book.write(rows)
    await book.write([])
    assert await hours(book) == sorted(rows, key=lambda row: (row.station, row.at))
    assert [row.at for row in await hours(book, since=8)] == [8, 8]


async def test_of_two_rows_for_one_hour_the_one_that_saw_more_stands(database: Database) -> None:
    book = OccupancyBook(database)
    more, less = Row("a", 7, Minutes(100, 40, 50, 5)), Row("a", 7, Minutes(20, 20, 10, 10))
    for written in (less, more, less, more):
        await book.write([written])
    assert await hours(book) == [more]


async def test_a_day_is_the_sum_of_its_hours_and_only_of_those(database: Database) -> None:
    book = OccupancyBook(database)
    await book.write([Row("a", hour, Minutes(60, 10, 60, 1)) for hour in range(10, 40)])
    await book.sum_day(0, 12, 35)
    await book.sum_day(0, 12, 35)
    assert await days(book) == [Row("a", 0, Minutes(24 * 60, 240, 24 * 60, 24))]


async def test_what_is_older_is_forgotten_and_nothing_else(database: Database) -> None:
    book = OccupancyBook(database)
    await book.write([Row("a", hour, Minutes(60, 10, 60, 1)) for hour in (9, 10)])
    await book.sum_day(3, 9, 9)
    await book.sum_day(4, 10, 10)
    await book.forget(before_hour=10, before_day=4)
    assert [row.at for row in await hours(book)] == [10]
    assert [row.at for row in await days(book)] == [4]


async def test_more_rows_than_one_statement_takes_are_written(database: Database) -> None:
    book = OccupancyBook(database)
    await book.write([Row(f"s{n:04}", 1, Minutes(n + 1, 0, 0, 0)) for n in range(1_234)])
    assert len(await hours(book)) == 1_234
