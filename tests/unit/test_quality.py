"""What is kept from drivers, what is listed, and the score."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from finder.connectors.sdk.sessions import SessionSeen, SessionState
from finder.federation.quality.findings import Findings
from finder.federation.quality.guard import Bounds, Guard
from finder.federation.quality.model import Fact, Flaw
from finder.federation.quality.prices import FEWEST, TIMES, UsualPrice, mean_price_e4, usual_price_e4
from finder.federation.quality.score import lacks, score
from finder.kernel.money import UnitPrice
from finder.live.memory import MemoryBoard
from finder.live.model import Observation, Status
from finder.stations.model import Station, Tariff, TariffPeriod
from tests.unit.naive import NOW, station

A, B = "jinbei/0001-0", "jinbei/0001-1"


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def guard(clock: Hand) -> Guard:
    return Guard("jinbei", clock)


FREE, BUSY = Status.AVAILABLE, Status.CHARGING


def told(guard: Guard, clock: Hand, status: Status, evse: str = A) -> Status:
    (judged,) = guard.observe([Observation(evse, status, clock(), "jinbei")])
    return judged.status


def flaws(guard: Guard) -> list[tuple[Flaw, str, bool]]:
    return [(f.flaw, f.subject, f.quarantined) for f in guard.findings()]


def test_at_the_limit_changes_are_believed_and_one_more_is_flapping(guard: Guard, clock: Hand) -> None:
    limit = Bounds().flaps
    told(guard, clock, FREE)
    for n in range(limit):
        assert told(guard, clock, BUSY if n % 2 == 0 else FREE) is not Status.UNKNOWN
    assert flaws(guard) == []
    assert told(guard, clock, BUSY if limit % 2 == 0 else FREE) is Status.UNKNOWN
    assert told(guard, clock, FREE) is Status.UNKNOWN
    assert told(guard, clock, FREE, B) is FREE  # its neighbour is believed
    assert flaws(guard) == [(Flaw.FLAPPING, "0001-0", True)]


def test_a_bay_that_became_calm_is_believed_again_and_stays_listed(guard: Guard, clock: Hand) -> None:
    for n in range(Bounds().flaps + 3):
        told(guard, clock, (FREE, BUSY)[n % 2])
    assert told(guard, clock, FREE) is Status.UNKNOWN
    clock.later(151)
    assert told(guard, clock, FREE) is Status.UNKNOWN  # the window before this one was wild
    clock.later(151)
    assert told(guard, clock, FREE) is FREE
    assert flaws(guard) == [(Flaw.FLAPPING, "0001-0", False)]


def test_the_same_status_again_and_again_is_no_change(guard: Guard, clock: Hand) -> None:
    assert {told(guard, clock, FREE) for _ in range(500)} == {FREE}


def test_slow_changes_are_never_flapping(guard: Guard, clock: Hand) -> None:
    for n in range(200):
        clock.later(40)
        assert told(guard, clock, (FREE, BUSY)[n % 2]) is not Status.UNKNOWN


def session(clock: Hand, began_ago_s: float = 600, seen_ago_s: float = 0, evse: str = A) -> SessionSeen:
    return SessionSeen(
        source="jinbei",
        native_id="S1",
        state=SessionState.CHARGING,
        observed_at=clock() - timedelta(seconds=seen_ago_s),
        started_at=clock() - timedelta(seconds=began_ago_s),
        evse_id=evse,
        kwh=Decimal(5),
    )


async def board_with(clock: Hand, status: Status, ago_s: float) -> MemoryBoard:
    board = MemoryBoard(clock)
    await board.observe([Observation(A, status, clock() - timedelta(seconds=ago_s), "jinbei")])
    return board


@pytest.mark.parametrize(
    ("status", "free_ago_s", "began_ago_s", "seen_ago_s", "wrong"),
    [
        (FREE, 100, 600, 0, True),
        (FREE, 100, 600, 100, True),  # told in the same moment
        (FREE, 100, 600, 101, False),  # said to be free after the session's last news: it may have ended
        (FREE, 100, 160, 0, False),  # free until the session began, give or take a minute
        (FREE, 100, 161, 0, True),
        (BUSY, 100, 600, 0, False),
        (FREE, 100, 6_000, 901, False),  # nobody spoke of this session for a quarter of an hour
    ],
)
async def test_free_is_not_believed_where_a_later_word_of_its_session_proves_it_wrong(
    guard: Guard, clock: Hand, status: Status, free_ago_s: float, began_ago_s: float, seen_ago_s: float, wrong: bool
) -> None:
    board = await board_with(clock, status, free_ago_s)
    corrected = guard.sessions({A: session(clock, began_ago_s, seen_ago_s)}, board.read)
    assert [each.status for each in corrected] == ([Status.UNKNOWN] if wrong else [])
    await board.observe(corrected)
    assert (board.read(A).status is FREE) == (status is FREE and not wrong)


async def test_while_it_contradicts_itself_free_is_unknown_and_once_the_session_ended_it_is_free(
    guard: Guard, clock: Hand
) -> None:
    board = await board_with(clock, FREE, 100)
    await board.observe(guard.sessions({A: session(clock)}, board.read))
    clock.later(10)
    assert told(guard, clock, FREE) is Status.UNKNOWN
    assert told(guard, clock, BUSY) is BUSY
    assert flaws(guard) == [(Flaw.SESSION_CONTRADICTS, "0001-0", True)]
    guard.sessions({}, board.read)
    assert told(guard, clock, FREE) is FREE
    assert flaws(guard) == [(Flaw.SESSION_CONTRADICTS, "0001-0", False)]


def priced(number: int, e4: int) -> Station:
    half = UnitPrice(e4 // 2)
    tariff = Tariff(
        id="t", periods=(TariffPeriod(start=0, end=1440, electricity=half, service=half),), text="见现场公示"
    )
    return station(number, tariffs=(tariff,))


@pytest.mark.parametrize(
    ("e4", "believed"),
    [
        (10_000, True),
        (10_000 * TIMES, True),
        (10_002 * TIMES, False),
        (10_000 // TIMES, True),
        (1_990, False),
        (0, True),  # for nothing: no slip of the decimal point
    ],
)
def test_a_price_far_from_what_is_usual_keeps_its_words_and_loses_its_number(
    clock: Hand, e4: int, believed: bool
) -> None:
    guard = Guard("jinbei", clock, lambda: 10_000)
    (judged,) = guard.stations([priced(1, e4)])
    assert judged.tariffs[0].text == "见现场公示"
    assert bool(judged.tariffs[0].periods) is believed
    assert flaws(guard) == ([] if believed else [(Flaw.PRICE_OUTLIER, "0001", True)])
    guard.stations([priced(1, 10_000)])
    assert not guard.quarantined()


def test_where_nothing_is_usual_every_price_is_taken(clock: Hand) -> None:
    assert Guard("jinbei", clock).stations([priced(1, 900_000)])[0].tariffs[0].periods


def test_the_usual_price_is_the_median_of_enough_stations(clock: Hand) -> None:
    some = [priced(n, 8_000 + 100 * n) for n in range(FEWEST)]
    assert usual_price_e4(some[1:]) is None
    assert usual_price_e4(some) == 8_950
    assert usual_price_e4([*some, *[station(n, tariffs=()) for n in range(50)]]) == 8_950
    asked = UsualPrice(lambda: some, clock)
    assert asked() == 8_950
    some[:] = [priced(n, 20_000) for n in range(FEWEST)]
    assert asked() == 8_950
    clock.later(601)
    assert asked() == 20_000


def test_a_mean_price_weighs_its_periods_by_their_length() -> None:
    def period(start: int, end: int, e4: int) -> TariffPeriod:
        return TariffPeriod(start=start, end=end, electricity=UnitPrice(e4), service=UnitPrice(0))

    assert mean_price_e4(Tariff(id="t", periods=(period(0, 1080, 4_000), period(1080, 1440, 12_000)))) == 6_000
    assert mean_price_e4(Tariff(id="t", text="面议")) is None


def test_findings_are_bounded_and_those_in_quarantine_stay(clock: Hand) -> None:
    notes = Findings(clock, kept=3)
    notes.found(Flaw.FLAPPING, "a", "", "")
    for n in range(5):
        notes.found(Flaw.REFUSED, f"r{n}", "", "", quarantined=False)
    assert [f.subject for f in notes.all()] == ["r4", "r3", "a"]
    clock.later(60)
    notes.found(Flaw.FLAPPING, "a", "", "")
    newest = notes.all()[0]
    assert (newest.subject, newest.times, newest.last_at - newest.since) == ("a", 2, timedelta(seconds=60))
    for n in range(3):
        notes.found(Flaw.FLAPPING, f"f{n}", "", "")
    assert len(notes.all()) == 3


def judged(stations: Sequence[Station], board: MemoryBoard | None, hidden: set[str] | None = None) -> Any:
    return score("jinbei", stations, board.read if board else None, (), hidden or set())


async def test_the_score_is_its_published_formula(clock: Hand) -> None:
    full, bare = station(0, evses=2), station(1, evses=2, operator=msgspec.structs.replace(station(1).operator))
    board = MemoryBoard(clock)
    await board.observe([Observation(e.id, FREE, clock(), "jinbei") for e in (*full.evses, bare.evses[0])])
    quality = judged([full, bare], board, {"0001-0"})
    assert lacks(full) == set()
    assert lacks(bare) == {Fact.ADDRESS, Fact.PRICE, Fact.PARKING, Fact.PHONE}
    assert quality.freshness == 3 / 4
    assert quality.completeness == 1 - 4 / 14
    assert quality.consistency == 1 - 1 / 6
    assert quality.score == round(100 * (5 * 3 / 4 + 3 * 10 / 14 + 2 * 5 / 6) / 10)
    assert quality.missing == {"ADDRESS": 1, "PRICE": 1, "PARKING": 1, "PHONE": 1}


def test_what_cannot_be_judged_is_left_out_of_the_score() -> None:
    without_live = judged([station(0)], None)
    assert (without_live.freshness, without_live.score) == (None, 100)
    nothing = judged([], None)
    assert (nothing.completeness, nothing.consistency, nothing.score) == (None, None, None)
