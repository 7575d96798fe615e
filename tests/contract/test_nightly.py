"""The nightly comparison on SQLite and on a real PostgreSQL: what each party alone says, and what follows from it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import time_machine
from typer.testing import CliRunner

from finder.charging.comparing import settle
from finder.charging.machines import Capture, Compared, Item, Session
from finder.charging.nightly import Nightly, next_night
from finder.charging.order import OrderItem
from finder.charging.verify import verify
from finder.cli import cli
from finder.connectors.sdk.desk import Claimed
from finder.connectors.sdk.sessions import Bill
from finder.errors import BadInput
from finder.kernel.clock import SHANGHAI
from finder.kernel.money import Money
from finder.money.channels.port import Step
from finder.money.differences import Decision, Entry, Kind, decide
from finder.money.ledger import Account, Edge, lines
from finder.money.reconcile import CARRY_DAYS
from finder.money.runs import LEASE, Party, RunState
from finder.money.verify import Broken
from finder.storage.database import Database
from finder.storage.migrate import MigratedDatabase
from tests.contract.nightly_world import FEE_FEN, Nights

pytestmark = pytest.mark.slow  # each pays for a whole order first


@pytest.fixture
def nights(database: Database) -> Nights:
    return Nights(database)


def states(sold: Sequence[OrderItem]) -> dict[Step, Item]:
    return {item.step: item.state for item in sold}


async def test_where_all_three_agree_the_share_goes_out_and_then_the_rest_is_freed(nights: Nights) -> None:
    paid = await nights.paid()
    assert (paid.compared, len(await nights.items(paid.number))) == (Compared.WAITING, 0)
    assert await nights.is_over(paid.number)  # for the driver: what waits is between us and the others
    assert await nights.night() == 0
    matched = await nights.order(paid.number)
    assert matched.compared is Compared.MATCHED
    assert states(await nights.items(paid.number)) == {Step.SPLIT: Item.DONE, Step.SPLIT_FINISH: Item.DONE}
    books = await nights.world.books(paid.number)
    assert paid.captured is not None
    assert books[Account.PLATFORM_AT_CHANNEL] == paid.captured.fen * 55 // 1000
    assert Account.CHANNEL_CLEARING not in books
    assert Account.OPERATOR_PAYABLE not in books
    async with nights.work.read() as connection:
        fees = [line.fen for line in await lines(connection, paid.number) if line.edge is Edge.CHANNEL_FEE]
    assert fees == [FEE_FEN, -FEE_FEN]  # which the bill alone told
    before = await nights.world.books()
    await nights.night(3)
    assert await nights.world.books() == before
    assert await nights.differences(decided=None) == []
    assert [each async for each in verify(nights.work) if isinstance(each, Broken)] == []


async def test_what_is_not_matched_is_neither_split_nor_freed(nights: Nights) -> None:
    paid = await nights.paid()
    nights.operator.lies = lambda bill: msgspec.structs.replace(bill, total=Money(bill.total.fen + 300))
    await nights.night(2)
    found = await nights.the_only()
    assert (found.kind, found.entry, found.order, found.operator) == (Kind.AMOUNT, Entry.BILL, paid.number, "jinbei")
    assert found.operator_fen == (found.ledger_fen or 0) + 300
    assert found.channel_fen == found.ledger_fen
    assert (await nights.order(paid.number)).compared is Compared.DISPUTED
    assert not await nights.items(paid.number)
    with pytest.raises(BadInput) as wrong:
        await decide(nights.work, found.id, Decision.CHANNEL_IS_RIGHT, "administrator", "渠道无关")
    assert wrong.value.code == "DECISION_NOT_ALLOWED"
    await decide(nights.work, found.id, Decision.LEDGER_IS_RIGHT, "administrator", "价格以订单为准")
    await nights.night(2)
    assert (await nights.order(paid.number)).compared is Compared.MATCHED
    assert len(await nights.items(paid.number)) == 2


async def test_where_the_operator_is_right_the_books_follow(nights: Nights) -> None:
    paid = await nights.paid()
    nights.operator.lies = lambda bill: msgspec.structs.replace(bill, total=Money(bill.total.fen + 300))
    await nights.night()
    before = (await nights.world.books(paid.number))[Account.OPERATOR_PAYABLE]
    await decide(nights.work, (await nights.the_only()).id, Decision.OPERATOR_IS_RIGHT, "administrator", "停车费漏计")
    books = await nights.world.books(paid.number)
    assert (books[Account.OPERATOR_PAYABLE] - before, books[Account.SUSPENSE]) == (-300, 300)


async def test_a_bill_that_only_the_list_has_is_applied(nights: Nights) -> None:
    order = await nights.world.start()
    await nights.world.happen(5)
    await nights.world.happen(5)
    await nights.orders.stop(order.person, order.number)
    await nights.world.post()
    nights.operator.live(1)
    nights.operator.news.clear()  # every push is lost
    assert nights.operator.billed
    await nights.night()
    found = await nights.order(order.number)
    assert (found.session, found.capture) == (Session.BILLED, Capture.CAPTURED)
    await nights.night(2)
    assert (await nights.order(order.number)).compared is Compared.MATCHED
    assert await nights.differences(decided=None) == []


async def test_a_bill_that_the_list_never_has_is_disputed_after_three_days(nights: Nights) -> None:
    paid = await nights.paid()
    nights.operator.lies = lambda _: None
    await nights.night(CARRY_DAYS)
    assert await nights.differences() == []
    await nights.night()
    found = await nights.the_only()
    assert (found.kind, found.entry, found.ref, found.operator_fen) == (Kind.OURS_ONLY, Entry.BILL, paid.number, None)
    assert (await nights.order(paid.number)).compared is Compared.DISPUTED
    # It comes after all: the two agree, and nobody has to decide.
    nights.operator.lies = lambda bill: bill
    await nights.nightly.again(paid.created_at.astimezone(SHANGHAI).date())
    assert await nights.differences() == []
    await nights.night()
    assert (await nights.order(paid.number)).compared is Compared.MATCHED


async def test_a_session_of_nobody_in_the_list_waits_three_days_and_cannot_be_posted(nights: Nights) -> None:
    paid = await nights.paid()
    ended = nights.clock()
    theirs = Bill(
        source="jinbei", native_id="X1", started_at=ended, ended_at=ended, kwh=Decimal(1), total=Money(88), order="odd"
    )
    nights.operator.extra.append(theirs)
    await nights.night(CARRY_DAYS)
    assert await nights.differences() == []
    await nights.night()
    found = await nights.the_only()
    assert (found.kind, found.order, found.ref, found.operator_fen) == (Kind.OPERATOR_ONLY, None, "jinbei/X1", 88)
    with pytest.raises(BadInput) as nobody:
        await decide(nights.work, found.id, Decision.OPERATOR_IS_RIGHT, "administrator", "x")
    assert nobody.value.code == "NO_ORDER"
    assert (await nights.order(paid.number)).compared is Compared.MATCHED


async def test_what_only_the_channel_tells_is_asked_for_and_applied(nights: Nights) -> None:
    paid = await nights.paid()
    await nights.orders.refund(paid.number, Money(1), "桩故障", key="r1")
    await nights.world.post()
    # What is given back does not wait for the night, and no share went out that would have to return first.
    assert states(await nights.items(paid.number)) == {Step.REFUND: Item.DONE}
    await nights.orders.refund(paid.number, Money(2), "桩故障", key="r2")
    nights.channel.loses_answers = True
    await nights.world.post()
    lost = [item for item in await nights.items(paid.number) if item.state is not Item.DONE]
    assert [(item.step, item.state) for item in lost] == [(Step.REFUND, Item.SENT)]
    books = await nights.world.books(paid.number)
    assert books[Account.REFUND_IN_TRANSIT] == -2
    nights.channel.loses_answers = False
    nights.clock.later(timedelta(days=1).total_seconds())
    await nights.nightly.step()
    assert {item.state for item in await nights.items(paid.number) if item.step is Step.REFUND} == {Item.DONE}
    assert Account.REFUND_IN_TRANSIT not in await nights.world.books(paid.number)
    assert await nights.differences(decided=None) == []


@pytest.mark.parametrize("channel", ["has it", "does not have it", "does not answer"])
async def test_what_only_the_ledger_has_is_reversed_where_the_channel_certainly_has_it_not(
    nights: Nights, channel: str
) -> None:
    paid = await nights.paid()
    capture = nights.row(paid.number).number
    assert capture is not None
    if channel == "does not have it":
        del nights.channel.effects[capture]
    nights.channel.refuses_queries = channel == "does not answer"
    nights.channel.lies = lambda row: None if row.number == capture else row
    await nights.night(CARRY_DAYS)
    assert await nights.differences(decided=None) == []
    await nights.night()
    (found,) = await nights.differences(decided=None)
    assert (found.kind, found.entry, found.ledger_fen) == (
        Kind.LEDGER_ONLY,
        Entry.CAPTURE,
        paid.captured and paid.captured.fen,
    )
    books = await nights.world.books(paid.number)
    if channel == "does not have it":
        assert (found.decision, found.decided_by) == (Decision.CHANNEL_IS_RIGHT, "reconciliation")
        assert Account.CHANNEL_CLEARING not in books
        assert books[Account.SUSPENSE] == found.ledger_fen
    else:
        assert found.decision is None
        assert found.channel_fen == (found.ledger_fen if channel == "has it" else None)
        assert Account.SUSPENSE not in books
    assert (await nights.order(paid.number)).compared is not Compared.MATCHED
    assert not await nights.items(paid.number)
    before = books
    await nights.night(2)
    assert await nights.world.books(paid.number) == before
    assert len(await nights.differences(decided=None)) == 1


async def test_money_that_went_to_another_operator_is_a_difference(nights: Nights) -> None:
    paid = await nights.paid()
    nights.channel.lies = lambda row: replace(row, sub_merchant="m2")
    await nights.night()
    found = await nights.the_only()
    assert (found.kind, found.entry, found.order) == (Kind.SUB_MERCHANT, Entry.CAPTURE, paid.number)
    assert (await nights.order(paid.number)).compared is Compared.DISPUTED


async def test_a_row_that_is_told_again_with_another_amount_holds_the_share_back(nights: Nights) -> None:
    paid = await nights.paid()
    nights.clock.later(timedelta(days=1).total_seconds())
    await nights.nightly.step()
    assert (await nights.order(paid.number)).compared is Compared.MATCHED
    assert states(await nights.items(paid.number)) == {Step.SPLIT: Item.NEW}
    nights.channel.lies = lambda row: replace(row, fen=row.fen - 1)
    await nights.nightly.again(nights.today - timedelta(days=1))
    found = await nights.the_only()
    assert (found.kind, found.channel_fen) == (Kind.CHANGED, (found.ledger_fen or 0) - 1)
    assert (await nights.order(paid.number)).compared is Compared.DISPUTED
    await nights.letters()
    assert states(await nights.items(paid.number)) == {Step.SPLIT: Item.DROPPED}  # and nothing is freed


@pytest.mark.parametrize("days", [0, 40])
async def test_another_fee_than_was_posted_is_a_difference_of_the_fee_alone_whenever_it_is_decided(
    nights: Nights, days: int
) -> None:
    paid = await nights.paid()
    await nights.night()
    nights.channel.extra.append(
        replace(nights.row(paid.number), channel_id="again", fee_fen=FEE_FEN + 2, business_date=nights.today)
    )
    await nights.night()
    found = await nights.the_only()
    assert (found.entry, found.channel_fen, found.ledger_fen) == (Entry.FEE, FEE_FEN + 2, FEE_FEN)
    nights.clock.later(days * 86_400)
    await decide(nights.work, found.id, Decision.CHANNEL_IS_RIGHT, "administrator", "费率调整")
    books = await nights.world.books(paid.number)
    assert (books[Account.CHANNEL_CLEARING], books[Account.OPERATOR_PAYABLE]) == (-2, 2)
    await settle(nights.work)  # what was passed on was less by that
    books = await nights.world.books(paid.number)
    assert Account.CHANNEL_CLEARING not in books
    assert Account.OPERATOR_PAYABLE not in books


async def test_who_is_away_stops_nobody_and_is_carried_to_the_next_night(nights: Nights) -> None:
    paid = await nights.paid()
    day = nights.today
    nights.operator.away = True
    assert await nights.night() == 1
    runs = {run.name: run for run in await nights.nightly.runs.of(day) if run.party is not Party.FUNDS}
    assert (runs["wechat"].state, runs["jinbei"].state) == (RunState.DONE, RunState.AWAY)
    assert (runs["wechat"].matched, runs["jinbei"].error) == (1, "OPERATOR_UNAVAILABLE")
    assert (await nights.order(paid.number)).compared is Compared.WAITING
    assert await nights.nightly.step() == 1
    nights.operator.away, nights.channel.away = False, True
    assert await nights.night() == 2  # neither its bills nor its funds
    runs = {run.name: run for run in await nights.nightly.runs.of(day)}
    assert (runs["jinbei"].state, runs["jinbei"].attempts) == (RunState.DONE, 3)
    assert (await nights.order(paid.number)).compared is Compared.MATCHED


async def test_a_run_whose_process_was_killed_is_done_again_once_its_lease_is_over(nights: Nights) -> None:
    await nights.paid()
    day = nights.today
    nights.clock.later(timedelta(days=1).total_seconds())
    runs = nights.nightly.runs
    assert await runs.begin(Party.CHANNEL, "wechat", day)  # and then it is killed
    assert not await runs.begin(Party.CHANNEL, "wechat", day)
    await nights.nightly.step()
    assert {run.party: run.state for run in await runs.of(day)} == {
        Party.CHANNEL: RunState.RUNNING,
        Party.FUNDS: RunState.DONE,
        Party.OPERATOR: RunState.DONE,
    }
    nights.clock.later(LEASE.total_seconds() - 1)
    await nights.nightly.step()
    assert (await runs.of(day))[0].state is RunState.RUNNING
    nights.clock.later(1)
    assert await nights.nightly.step() == 0
    channel = (await runs.of(day))[0]
    assert (channel.state, channel.attempts, channel.matched) == (RunState.DONE, 2, 1)
    assert not await runs.begin(Party.CHANNEL, "wechat", day)
    assert await nights.nightly.due() == []


async def test_a_missed_night_is_made_up_for_and_no_day_is_left_out(nights: Nights) -> None:
    await nights.paid()
    day = nights.today
    await nights.night()
    nights.clock.later(timedelta(days=3).total_seconds())
    due = {name: days for _, name, days in await nights.nightly.due()}
    assert due["wechat"] == due["jinbei"] == [day + timedelta(days=n) for n in (1, 2, 3)]
    await nights.nightly.step()
    assert await nights.nightly.due() == []


async def test_whoever_is_new_is_compared_from_its_first_order_on_though_nights_were_missed(nights: Nights) -> None:
    assert await nights.nightly.due() == []
    await nights.paid()
    assert await nights.nightly.due() == []  # its day is not over
    day = nights.today
    nights.clock.later(timedelta(days=3).total_seconds())
    due = {name: days for _, name, days in await nights.nightly.due()}
    assert due == {name: [day + timedelta(days=n) for n in (0, 1, 2)] for name in ("wechat", "jinbei")}
    nights.clock.later(timedelta(days=28).total_seconds())
    due = {name: days for _, name, days in await nights.nightly.due()}
    assert [len(days) for days in due.values()] == [31, 31]


async def test_a_push_that_came_days_late_is_no_dispute(nights: Nights) -> None:
    paid = await nights.paid()
    nights.nightly = Nightly(replace(nights.outside, connector=lambda _: None), nights.desk, nights.kept.bills)
    await nights.night(2)
    assert (await nights.order(paid.number)).compared is Compared.WAITING
    (bill,) = nights.operator.billed.values()
    await nights.desk.bill(bill)
    await nights.night(CARRY_DAYS)
    assert (await nights.order(paid.number)).compared is Compared.MATCHED
    assert await nights.differences(decided=None) == []


async def test_an_operator_without_a_list_is_believed_by_its_pushes_until_it_sends_one(nights: Nights) -> None:
    paid = await nights.paid()
    (bill,) = nights.operator.billed.values()
    await nights.desk.bill(bill)
    without = replace(nights.outside, connector=lambda _: None)
    nights.nightly = Nightly(without, nights.desk, nights.kept.bills)
    day = nights.today
    await nights.night()
    assert (await nights.order(paid.number)).compared is Compared.MATCHED
    since = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    claims = [Claimed(paid.native_id or "", Decimal(1), Money(9)), Claimed("Z9", Decimal(1), Money(5))]
    await nights.desk.differences("jinbei", since, since + timedelta(days=1), claims)
    found = await nights.the_only()  # its list says something else than its push did
    assert (found.kind, found.operator_fen) == (Kind.CHANGED, 9)
    await nights.night(CARRY_DAYS)
    assert {each.kind for each in await nights.differences()} == {Kind.CHANGED, Kind.OPERATOR_ONLY}


async def test_five_days_before_the_channel_frees_the_money_somebody_is_told_once(nights: Nights) -> None:
    paid = await nights.paid()
    nights.operator.lies = lambda _: None
    nights.operator.away = True
    captured = nights.today
    await nights.night()
    nights.clock.later(timedelta(days=23).total_seconds())
    assert nights.today - captured == timedelta(days=24)
    await nights.nightly.step()
    assert Kind.UNSPLIT not in {each.kind for each in await nights.differences()}
    await nights.night()
    warned = [each for each in await nights.differences() if each.kind is Kind.UNSPLIT]
    assert [(each.ref, each.day) for each in warned] == [(paid.number, captured)]
    assert str(captured + timedelta(days=30)) in warned[0].raw
    assert warned[0].allowed == {Decision.EXPLAINED}
    await nights.night()
    assert len([each for each in await nights.differences() if each.kind is Kind.UNSPLIT]) == 1


async def test_a_run_by_hand_repeats_a_day_and_changes_nothing(nights: Nights) -> None:
    await nights.paid()
    day = nights.today
    await nights.night()
    before = await nights.world.books()
    told: list[tuple[str, date, RunState]] = []
    runs = await nights.nightly.again(day, lambda _, name, of, state: told.append((name, of, state)))
    assert [(run.name, run.state, run.matched, run.raised) for run in runs] == [
        ("wechat", RunState.DONE, 1, 0),
        ("wechat", RunState.DONE, 0, 0),  # its funds: no share had gone out on that day
        ("jinbei", RunState.DONE, 1, 0),
    ]
    assert told == [(name, day, RunState.DONE) for name in ("wechat", "jinbei", "wechat")]
    assert await nights.world.books() == before


async def test_where_shares_do_not_wait_the_fee_that_the_night_tells_is_the_operators_too(database: Database) -> None:
    nights = Nights(database, shares_wait=False)
    paid = await nights.paid()
    await nights.letters()
    assert paid.compared is None
    assert states(await nights.items(paid.number)) == {Step.SPLIT: Item.DONE, Step.SPLIT_FINISH: Item.DONE}
    before = await nights.world.books(paid.number)
    assert Account.CHANNEL_CLEARING not in before
    await nights.night(2)
    after = await nights.world.books(paid.number)
    assert Account.CHANNEL_CLEARING not in after
    assert Account.OPERATOR_PAYABLE not in after
    async with nights.work.read() as connection:
        passed = [
            line.fen
            for line in await lines(connection, paid.number)
            if (line.edge, line.account) == (Edge.SETTLED, Account.OPERATOR_PAYABLE)
        ]
    assert paid.captured is not None
    assert sum(passed) == paid.captured.fen - after[Account.PLATFORM_AT_CHANNEL] - FEE_FEN


@pytest.mark.parametrize(
    ("now", "dice", "at"),
    [
        ((24, 9, 0), 0.0, (24, 10, 10)),
        ((24, 10, 10), 0.0, (25, 10, 10)),
        ((24, 10, 29), 0.5, (24, 10, 30)),
        ((24, 23, 59), 1.0, (25, 10, 50)),
        ((24, 0, 1), 1.0, (24, 10, 50)),
    ],
)
def test_it_runs_after_ten_in_shanghai(now: tuple[int, int, int], dice: float, at: tuple[int, int, int]) -> None:
    def moment(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)

    assert next_night(moment(*now).astimezone(UTC), dice) == moment(*at)


async def test_the_command_compares_what_is_due_or_a_day_and_says_who_was_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'finder.sqlite3'}"
    monkeypatch.setenv("FINDER_STORE_URL", url)
    nights = Nights(MigratedDatabase(url))
    await nights.paid()
    (bill,) = nights.operator.billed.values()
    await nights.kept.bill(bill)
    day = nights.today
    await nights.work.close()
    tomorrow = datetime(day.year, day.month, day.day, 11, tzinfo=SHANGHAI) + timedelta(days=1)

    def run(*words: str) -> tuple[int, str]:
        with time_machine.travel(tomorrow):
            told = CliRunner().invoke(cli, ["ledger", "reconcile", *words], env={"COLUMNS": "200"})
        return told.exit_code, told.output

    code, said = await asyncio.to_thread(run)
    assert code == 0, said
    assert "OPERATOR jinbei" in said
    assert f"{day}" in said
    assert "DONE" in said
    code, again = await asyncio.to_thread(run, f"{day}")
    assert code == 0
    assert "OPERATOR jinbei" in again
    code, nothing = await asyncio.to_thread(run)
    assert (code, "jinbei" in nothing) == (0, False)  # nothing is due any more
    code, _ = await asyncio.to_thread(run, "yesterday")
    assert code == 2


@pytest.mark.parametrize("seed", range(2))
async def test_after_days_of_lost_answers_and_pushes_the_nights_leave_nothing_at_the_channel(
    database: Database, seed: int
) -> None:
    nights = Nights(database, seed=seed)
    world = nights.world
    for trouble in (0.3, 0.3, 0.0):
        world.trouble(trouble)
        for _ in range(3):
            await world.start()
        for _ in range(20):
            await world.happen(30)
        nights.operator.away = nights.channel.away = trouble > 0 and seed % 2 == 1
        await nights.night()
    nights.operator.away = nights.channel.away = False
    for _ in range(100):
        await world.happen(60)
        if not await world.unfinished():
            break
    assert not await world.unfinished()
    await nights.night(CARRY_DAYS + 3)
    captured = [order for order in await world.all() if order.captured]
    assert len(captured) >= 3
    odd = {each.order for each in await nights.differences()}
    for order in captured:
        if order.number in odd:
            assert order.problem  # it was told two totals, and waits for a person
            continue
        assert (order.compared, order.problem or "SECOND_BILL") == (Compared.MATCHED, "SECOND_BILL")
        steps = {item.step: item.state for item in await nights.items(order.number)}
        assert steps == {Step.SPLIT: Item.DONE, Step.SPLIT_FINISH: Item.DONE}
        books = await world.books(order.number)
        assert Account.CHANNEL_CLEARING not in books
        assert Account.OPERATOR_PAYABLE not in books
    assert [each async for each in verify(nights.work) if isinstance(each, Broken)] == []
