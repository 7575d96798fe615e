"""The channel's bill of funds against its other bills, on SQLite and on a real PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from finder.errors import BadInput
from finder.money.channels.port import BillRow, Step
from finder.money.differences import Decision, Entry, Kind, decide
from finder.money.reconcile import CARRY_DAYS
from finder.money.runs import Party, RunState
from finder.storage.database import Database
from tests.contract.nightly_world import Nights

pytestmark = pytest.mark.slow  # each pays for a whole order first


@pytest.fixture
def nights(database: Database) -> Nights:
    return Nights(database)


async def shared(nights: Nights) -> BillRow:
    """An order whose share went out; its row as the bill of splits has it."""
    paid = await nights.paid()
    await nights.night()
    return nights.row(paid.number, Step.SPLIT)


async def test_funds_that_moved_as_the_splits_say_are_no_difference(nights: Nights) -> None:
    row = await shared(nights)
    await nights.night(CARRY_DAYS + 1)
    assert await nights.differences(decided=None) == []
    last = row.business_date + timedelta(days=CARRY_DAYS)
    runs = [run for run in await nights.nightly.runs.of(last) if run.party is Party.FUNDS]
    assert [(run.name, run.state, run.matched, run.waiting) for run in runs] == [("wechat", RunState.DONE, 1, 0)]


async def test_a_share_that_came_with_another_amount_is_told_at_once_and_changes_no_books(nights: Nights) -> None:
    nights.channel.fund_lies = lambda row: replace(row, fen=row.fen - 1)
    row = await shared(nights)
    before = await nights.world.books()
    await nights.night()
    found = await nights.the_only()
    assert (found.kind, found.entry, found.ref) == (Kind.AMOUNT, Entry.FUND, row.number)
    assert (found.channel_fen, found.ledger_fen) == (1 - row.fen, row.fen)
    with pytest.raises(BadInput):
        await decide(nights.work, found.id, Decision.CHANNEL_IS_RIGHT, "ling", "as told")
    await decide(nights.work, found.id, Decision.LEDGER_IS_RIGHT, "ling", "claimed")
    await nights.night(2)
    assert await nights.world.books() == before
    assert await nights.differences() == []


async def test_a_share_that_never_came_is_told_after_three_days_and_not_before(nights: Nights) -> None:
    nights.channel.fund_lies = lambda row: None
    row = await shared(nights)
    while nights.today <= row.business_date + timedelta(days=CARRY_DAYS):
        assert await nights.differences() == []
        await nights.night()
    found = await nights.the_only()
    assert (found.kind, found.entry, found.ref) == (Kind.LEDGER_ONLY, Entry.FUND, row.number)
    assert (found.channel_fen, found.ledger_fen) == (None, row.fen)


async def test_funds_of_no_split_wait_three_days_for_it(nights: Nights) -> None:
    row = await shared(nights)
    nights.channel.fund_extra.append(replace(row, number=None, channel_id="49", fen=123))
    while nights.today <= row.business_date + timedelta(days=CARRY_DAYS):
        assert await nights.differences() == []
        await nights.night()
    found = await nights.the_only()
    assert (found.kind, found.entry, found.ref, found.channel_fen) == (Kind.CHANNEL_ONLY, Entry.FUND, "49", 123)


async def test_a_row_that_comes_a_day_later_closes_nothing_and_raises_nothing(nights: Nights) -> None:
    row = await shared(nights)
    late = replace(row, fen=-row.fen, business_date=row.business_date + timedelta(days=1))
    nights.channel.fund_lies = lambda _: None
    nights.channel.fund_extra.append(late)
    await nights.night(CARRY_DAYS + 2)
    assert await nights.differences(decided=None) == []


async def of_funds(nights: Nights) -> list[tuple[Kind, str]]:
    """Those of the funds alone: a bill that is away makes differences of its own."""
    return [(each.kind, each.ref) for each in await nights.differences(decided=None) if each.entry is Entry.FUND]


async def funds_of(nights: Nights, day: date) -> tuple[RunState, str | None]:
    (run,) = [run for run in await nights.nightly.runs.of(day) if run.party is Party.FUNDS]
    return run.state, run.error


async def test_a_day_whose_bill_came_late_is_judged_once_it_is_taken(nights: Nights) -> None:
    nights.channel.fund_lies = lambda row: None
    row = await shared(nights)
    nights.channel.bills_away = {row.business_date}
    await nights.night(CARRY_DAYS + 1)
    last = row.business_date + timedelta(days=CARRY_DAYS)
    assert await funds_of(nights, last) == (RunState.AWAY, "BILLS_NOT_TAKEN")
    assert await of_funds(nights) == []
    nights.channel.bills_away = set()
    await nights.nightly.step()
    assert (await funds_of(nights, last))[0] is RunState.DONE
    assert await of_funds(nights) == [(Kind.LEDGER_ONLY, row.number)]


async def test_funds_whose_split_stands_in_a_later_bill_wait_for_that_bill(nights: Nights) -> None:
    row = await shared(nights)
    early, later = row.business_date, row.business_date + timedelta(days=1)
    nights.channel.lies = lambda each: None if each.number == row.number else each
    nights.channel.extra.append(replace(row, business_date=later))
    nights.channel.bills_away = {later}
    await nights.night(CARRY_DAYS + 1)
    last = early + timedelta(days=CARRY_DAYS)
    assert await funds_of(nights, last) == (RunState.AWAY, "BILLS_NOT_TAKEN")
    assert await of_funds(nights) == []
    nights.channel.bills_away = set()
    await nights.nightly.step()
    assert (await funds_of(nights, last))[0] is RunState.DONE
    assert await of_funds(nights) == []
