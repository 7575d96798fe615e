"""Settlement statements: whatever is posted, they tie to the ledger, to each other and to the auditor's export."""

import asyncio
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from typer.testing import CliRunner

from finder.cli import cli
from finder.connectors.sdk.sessions import Bill
from finder.errors import BadInput, NotFound
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import new_order, part
from finder.kernel.money import Money
from finder.money.differences import Entry, Kind, Sides, raise_difference
from finder.money.ledger import Account, Transaction, lines, post
from finder.money.operator_rows import Origin, keep, listed
from finder.money.postings import Books
from finder.money.spreadsheet import plain, yuan
from finder.money.statement_csv import HEAD, digest, to_csv
from finder.money.statement_pdf import to_pdf
from finder.money.statements import MAX_DAYS, Amounts, Period, Statement, month, operators, period, statement
from finder.storage.database import Database
from finder.storage.migrate import MigratedDatabase
from finder.storage.unit import Work
from tests.contract.hand import Hand

FIRST = datetime(2026, 9, 30, 16, tzinfo=UTC)  # the first of October in Shanghai
MONTHS = [month("2026-10"), month("2026-11"), month("2026-12")]
ORDERS = [new_order(Hand()) for _ in range(3)]
EDGES: dict[str, Callable[[Books, str, Money], Transaction]] = {
    "bill": lambda book, n, fen: book.bill(f"B{n}", fen),
    "subsidised": lambda book, n, fen: book.bill(f"S{n}", fen, Money(fen.fen // 3)),
    "revised": lambda book, n, fen: book.revised_bill(f"V{n}", fen, Money(fen.fen // 2)),
    "raised": lambda book, n, fen: book.revised_bill(f"W{n}", Money(0), fen),
    "hold": lambda book, n, fen: book.hold(n, fen),
    "capture": lambda book, n, fen: book.capture(n, fen),
    "fee": lambda book, n, fen: book.channel_fee(n, fen),
    "commission": lambda book, n, fen: book.commission(n, fen),
    "split": lambda book, n, fen: book.split(n, fen),
    "returned": lambda book, n, fen: book.split_returned(n, fen),
    "settled": lambda book, n, fen: book.settled(n, fen),
    "asked": lambda book, n, fen: book.refund_asked(n, fen),
    "done": lambda book, n, fen: book.refund_done(n, fen),
    "bad debt": lambda book, n, fen: book.bad_debt(n, fen),
    "difference": lambda book, n, fen: book.difference(n, Account.OPERATOR_PAYABLE, fen.fen, "x"),
    "clearing": lambda book, n, fen: book.difference(n, Account.CHANNEL_CLEARING, -fen.fen, "x"),
}
SECOND = timedelta(microseconds=1)
# Every border of a month and the moments beside it, and any other.
MOMENTS = st.one_of(
    st.sampled_from([edge + off for p in MONTHS for edge in p.edges for off in (-SECOND, timedelta(0), SECOND)]),
    st.integers(0, 91 * 86_400).map(lambda s: FIRST + timedelta(seconds=s)),
)
POSTED = st.tuples(
    st.sampled_from(["jinbei", "yanmen"]),
    st.integers(0, len(ORDERS) - 1),
    st.sampled_from(sorted(EDGES)),
    st.integers(2, 10_000_000),
    MOMENTS,
)


@asynccontextmanager
async def books(folder: str) -> AsyncIterator[Work]:
    work = Work(Database(f"sqlite:///{folder}/finder.sqlite3"), Hand())
    try:
        yield work
    finally:
        await work.close()


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(posted=st.lists(POSTED, min_size=1, max_size=25))
def test_one_ends_where_the_next_begins_and_totals_are_the_postings(
    posted: list[tuple[str, int, str, int, datetime]],
) -> None:
    async def check() -> None:
        with TemporaryDirectory() as folder:
            async with books(folder) as work:
                async with work.begin() as unit:
                    for n, (operator, order, edge, fen, at) in enumerate(posted):
                        book = Books(ORDERS[order], operator, "wechat", at)
                        assert await post(unit, EDGES[edge](book, str(n), Money(fen)))
                assert await operators(work) == sorted({each[0] for each in posted})
                for operator in await operators(work):
                    await ties(work, operator)

    asyncio.run(check())


async def ties(work: Work, operator: str) -> None:
    async with work.read() as connection:
        posted = [line for line in await lines(connection) if line.operator == operator]
    payable = [line for line in posted if line.account is Account.OPERATOR_PAYABLE]
    before = Period(date(2000, 1, 1), MONTHS[0].since)
    owed = (await statement(work, operator, before)).closing
    for each in MONTHS:
        made = await statement(work, operator, each)
        since, until = each.edges
        assert made.opening == owed
        owed = made.closing
        assert owed == -sum(line.fen for line in payable if line.at < until)
        within = [line for line in posted if since <= line.at < until]
        assert made.totals.net == -sum(line.fen for line in within if line.account is Account.OPERATOR_PAYABLE)
        by_order = Counter[str]()
        for line in within:
            by_order[line.order] -= line.fen if line.account is Account.OPERATOR_PAYABLE else 0
        assert {line.order: line.amounts.net for line in made.lines if line.amounts.net} == {
            order: fen for order, fen in by_order.items() if fen
        }
        assert sum(item.payable for item in made.open_items) == made.closing
        read(made)
    whole = await statement(work, operator, Period(MONTHS[0].since, MONTHS[-1].until))
    months = [await statement(work, operator, each) for each in MONTHS]
    assert whole.totals == sum((each.totals for each in months), Amounts())


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def fen(cell: str) -> int:
    assert re.fullmatch(r"-?\d+\.\d\d", cell), cell
    return int(cell.replace(".", ""))


def read(made: Statement) -> None:
    """Reads its CSV back: exact at the fen, and the totals are the rows'."""
    rows = table(to_csv(made))
    top = rows.index(list(HEAD))
    body = rows[top + 1 : top + 1 + len(made.lines)]
    total = rows[top + 1 + len(made.lines)]
    for column, name in enumerate(HEAD[7:], 7):
        assert sum(fen(row[column]) for row in body) == fen(total[column]), name
    written = dict(row[:2] for row in rows[:top] if row)
    opening, net, closing = (fen(written[name]) for name in list(written)[-3:])
    assert (opening, net, closing) == (made.opening, made.totals.net, made.closing)
    assert opening + net == closing
    assert [fen(cell) for cell in total[7:13]] == [getattr(made.totals, f.name) for f in fields(Amounts)][:6]


@pytest.fixture
async def work(database: Database) -> Work:
    return Work(database, Hand())


def bill(session: str, order: str, **more: object) -> Bill:
    ended = datetime(2026, 11, 24, 3, tzinfo=UTC)
    told = {"electricity": Money(1_000), "service": Money(500), "parking": Money(140)} | more
    return Bill(
        source="jinbei", native_id=session, order=order, started_at=ended, ended_at=ended, kwh=Decimal("12.50"),
        total=Money(1_640), **told,  # type: ignore[arg-type]
    )  # fmt: skip


async def settle(work: Work, orders: Sequence[str], session: str = "S{}") -> None:
    async with work.begin() as unit:
        for n, order in enumerate(orders):
            book = Books(order, "jinbei", "wechat", unit.now)
            for transaction in (
                book.bill(f"B{n}", Money(1_640)),
                book.capture(part(order, "C", 0), Money(1_640)),
                book.channel_fee(part(order, "C", 0), Money(10)),
                book.commission(part(order, "L", 0), Money(82)),
                book.split(part(order, "L", 0), Money(82)),
            ):
                await post(unit, transaction)
            await keep(unit, listed(bill(session.format(n), order), Origin.LIST), order)


async def test_a_statement_says_what_was_charged_taken_kept_and_is_owed(work: Work) -> None:
    await settle(work, ORDERS)
    async with work.begin() as unit:
        await post(unit, Books(ORDERS[0], "jinbei", "wechat", unit.now).settled("F0", Money(1_548)))
        says = Sides(None, 1_640, 1_650, ORDERS[1], "jinbei")
        await raise_difference(unit, "wechat", Kind.AMOUNT, Entry.BILL, ORDERS[1], date(2026, 11, 24), says)
    made = await statement(work, "jinbei", month("2026-11"))
    assert made.provisional
    assert (made.sessions, made.kwh, made.opening) == (3, Decimal("37.50"), 0)
    assert [made.listed(name) for name in ("electricity", "service", "parking")] == [3_000, 1_500, 420]
    assert made.totals == Amounts(billed=4_920, fee=-30, commission=-246, settled=-1_548, captured=4_920, split=246)
    assert made.closing == 2 * 1_548
    assert [(item.order, item.payable) for item in made.open_items] == [(ORDERS[1], 1_548), (ORDERS[2], 1_548)]
    assert [(each.ref, each.kind) for each in made.differences] == [(ORDERS[1], Kind.AMOUNT)]
    assert {line.day for line in made.lines} == {date(2026, 11, 24)}
    work.clock = lambda: month("2026-11").edges[1]
    assert not (await statement(work, "jinbei", month("2026-11"))).provisional
    with pytest.raises(NotFound) as nobody:
        await statement(work, "nobody", month("2026-11"))
    assert nobody.value.code == "NO_SUCH_OPERATOR"


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_text_is_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    assert plain("jinbei=1") == "jinbei=1"


@pytest.mark.parametrize("session", ["=cmd|' /C calc'!A0", "+86", "-2+3", "@x", "＝1"])
async def test_what_an_operator_names_a_session_is_no_formula_in_the_csv(tmp_path: Path, session: str) -> None:
    async with books(str(tmp_path)) as work:
        await settle(work, ORDERS[:1], session)
        content = to_csv(await statement(work, "jinbei", month("2026-11")))
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in table(content) for cell in row]
    assert f"'{session}" in cells
    risky = [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")]
    assert all(re.fullmatch(r"-\d+\.\d\d", cell) for cell in risky)  # amounts below 0, which are numbers


@pytest.mark.slow
async def test_the_csvs_last_row_is_the_hash_of_all_before_it_and_stands_on_every_page(tmp_path: Path) -> None:
    async with books(str(tmp_path)) as work:
        await settle(work, [new_order(Hand()) for _ in range(120)])
        made = await statement(work, "jinbei", month("2026-11"))
    content = to_csv(made)
    body, last = content.rstrip(b"\r\n").rsplit(b"\n", 1)
    assert last.decode().split(",")[1] == hashlib.sha256(body + b"\n").hexdigest() == digest(made)
    pdf = to_pdf(made)
    assert to_pdf(made) == pdf
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 6
    for number, text in enumerate(pages, 1):
        assert digest(made) in text
        assert f"第 {number} 页，共 6 页 · page {number} of 6" in text
    whole = "\n".join(pages)
    for line in made.lines:
        assert line.order in whole
    for figure in (yuan(made.closing), yuan(made.totals.billed), yuan(made.totals.fee), f"{made.kwh:f}"):
        assert figure in whole
    assert "结算对账单" in whole
    assert "账单 billed" in pages[1]  # the heading goes on with the table


async def test_another_fen_is_another_hash(tmp_path: Path) -> None:
    async with books(str(tmp_path)) as work:
        await settle(work, ORDERS)
        before = digest(await statement(work, "jinbei", month("2026-11")))
        async with work.begin() as unit:
            await post(unit, Books(ORDERS[0], "jinbei", "wechat", unit.now).channel_fee("more", Money(1)))
        assert digest(await statement(work, "jinbei", month("2026-11"))) != before


async def test_an_empty_month_opens_and_closes_with_the_same(tmp_path: Path) -> None:
    async with books(str(tmp_path)) as work:
        await settle(work, ORDERS)
        made = await statement(work, "jinbei", month("2026-12"))
    assert (made.lines, made.opening, made.closing) == ([], 3 * 1_548, 3 * 1_548)
    read(made)
    assert len(PdfReader(io.BytesIO(to_pdf(made))).pages) == 1


@pytest.mark.parametrize("amount", [0, 1, 9, 10, 99, 100, 101, 123_456_789, -1, -100, -123_456_789])
def test_yuan_is_exact(amount: int) -> None:
    assert Decimal(yuan(amount)) == Decimal(amount) / 100
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize("text", ["2026-00", "2026-13", "2026-1", "26-11", "2026-11-01", "1999-12", "２０２６-11", ""])
def test_a_month_is_written_in_one_way(text: str) -> None:
    with pytest.raises(BadInput):
        month(text)
    assert month("2026-12") == Period(date(2026, 12, 1), date(2027, 1, 1))


def test_a_period_has_a_day_and_at_most_a_year() -> None:
    first = date(2026, 1, 1)
    for days in (1, MAX_DAYS):
        assert period(first, first + timedelta(days=days)).until - first == timedelta(days=days)
    for days in (0, -1, MAX_DAYS + 1):
        with pytest.raises(BadInput):
            period(first, first + timedelta(days=days))


@pytest.mark.slow
async def test_the_command_writes_both_files_and_the_auditors_export_ties_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'finder.sqlite3'}"
    monkeypatch.setenv("FINDER_STORE_URL", url)
    work = Work(MigratedDatabase(url), Hand())
    await settle(work, ORDERS)
    await work.close()
    to = {name: tmp_path / f"s.{name}" for name in ("csv", "pdf")}
    words = ["ledger", "statement", "jinbei", "--month", "2026-11"]
    files = [word for name, path in to.items() for word in (f"--{name}", str(path))]
    told = await asyncio.to_thread(CliRunner().invoke, cli, [*words, *files])
    assert told.exit_code == 0, told.output
    mark = table(to["csv"].read_bytes())[-1][1]
    assert mark in told.output.replace("\n", "")
    assert mark in PdfReader(to["pdf"]).pages[0].extract_text()
    exported = await asyncio.to_thread(CliRunner().invoke, cli, ["ledger", "export"])
    rows = [
        row
        for row in csv.DictReader(io.StringIO(exported.output))
        if row["operator"] == "jinbei"
        and f"{datetime.fromisoformat(row['at']).astimezone(SHANGHAI):%Y-%m}" == "2026-11"
    ]
    closing = next(row[1] for row in table(to["csv"].read_bytes()) if row and row[0].startswith("期末应付"))
    assert fen(closing) == -sum(int(row["fen"]) for row in rows if row["account"] == "operator_payable") == 3 * 1_548
    total = next(row for row in table(to["csv"].read_bytes()) if row and row[0] == "合计 total")
    edges = {"BILL": 7, "CHANNEL_FEE": 9, "COMMISSION": 10}
    for edge, column in edges.items():
        posted = -sum(int(r["fen"]) for r in rows if r["edge"] == edge and r["account"] == "operator_payable")
        assert fen(total[column]) == posted, edge
