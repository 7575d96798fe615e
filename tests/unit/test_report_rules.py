"""Plates, standing and corroboration, as tables: at each limit and one past it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from finder.connectors.sdk.bays import BayNotice
from finder.kernel.plates import Drive, read_plate
from finder.reports.model import NEXT, BayReportKind, BayReportState, By, Record, Standing, Voice
from finder.reports.notices import BayNotices
from finder.reports.rules import HOLDS_AT_MOST, LATELY, TOGETHER, TRUSTED_WITHIN, enough, holds_until, standing
from finder.storage.outbox import Letter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
US = timedelta(microseconds=1)
K, T, N, D = Standing.KNOWN, Standing.TRUSTED, Standing.NEW, Standing.DOUBTED


@pytest.mark.parametrize(
    ("text", "drive"),
    [
        ("晋H12345", Drive.FUEL),
        ("晋H·A2345", Drive.FUEL),
        ("晋HD12345", Drive.ELECTRIC),
        ("晋HDA2345", Drive.ELECTRIC),
        ("晋HE12345", Drive.ELECTRIC),
        ("晋HF12345", Drive.PLUG_IN),
        ("晋HK12345", Drive.PLUG_IN),
        ("晋H12345D", Drive.ELECTRIC),
        ("晋H12345F", Drive.PLUG_IN),
        ("晋H1234学", Drive.UNKNOWN),
        ("晋H1234警", Drive.UNKNOWN),
        ("粤Z1234港", Drive.UNKNOWN),
    ],
)
def test_a_plates_form_tells_what_drives_the_car(text: str, drive: Drive) -> None:
    plate = read_plate(text)
    assert plate.drive is drive
    assert (plate.region == "晋H") is text.startswith("晋H")


AGES = (NOON - TRUSTED_WITHIN, NOON)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(), N),
        (Record(charged=True), K),
        (Record(charged=True, unproven=2), K),
        (Record(charged=True, unproven=3), N),
        (Record(charged=True, unproven=3, borne_out=1), K),
        (Record(borne_out=1), K),
        (Record(borne_out=1, unproven=1), N),
        (Record(charged=True, refuted=1, last_refuted=NOON), K),
        (Record(charged=True, refuted=2, last_refuted=NOON), D),
        (Record(charged=True, refuted=2, last_refuted=NOON - LATELY), D),
        (Record(charged=True, refuted=2, last_refuted=NOON - LATELY - US), N),
        (Record(charged=True, refuted=2, borne_out=1, last_refuted=NOON), K),
        (Record(charged=True, borne_out=5, first_borne_out=AGES[0]), T),
        (Record(charged=True, borne_out=4, first_borne_out=AGES[0]), K),
        (Record(charged=True, borne_out=5, first_borne_out=AGES[0] + US), K),
        (Record(charged=False, borne_out=5, first_borne_out=AGES[0]), K),
        (Record(charged=True, borne_out=10, refuted=1, first_borne_out=AGES[0]), T),
        (Record(charged=True, borne_out=9, refuted=1, first_borne_out=AGES[0]), K),
    ],
)
def test_standing_is_what_something_real_says(record: Record, expected: Standing) -> None:
    assert standing(record, NOON) is expected


def voices(*standings: Standing, apart: timedelta = timedelta(0), marks: str = "ab") -> list[Voice]:
    return [
        Voice(f"r{n}", f"p{n}", NOON + n * apart, each, frozenset({marks[n % len(marks)].encode()}))
        for n, each in enumerate(standings)
    ]


C, S, R = By.CITIZENS, By.SENSOR, By.TRUSTED


@pytest.mark.parametrize(
    ("said", "sensor", "expected"),
    [
        ([], True, set()),
        (voices(K), False, set()),
        (voices(K, K), False, {C}),
        (voices(K, N), False, set()),
        (voices(*[N] * 50), False, set()),
        (voices(N), True, {S}),
        (voices(D), True, set()),
        (voices(T), False, {R}),
        (voices(T, K), True, {R, C, S}),
        (voices(K, K, apart=TOGETHER), False, {C}),
        (voices(K, K, apart=TOGETHER + US), False, set()),
        (voices(K, K, marks="a"), False, set()),  # one purse, car or address
    ],
)
def test_what_is_enough(said: list[Voice], sensor: bool, expected: set[By]) -> None:
    assert enough(said, sensor=sensor) == expected


def test_allies_are_one_voice_and_a_third_is_another() -> None:
    friends = {frozenset({"p0", "p1"})}
    assert not enough(voices(K, K), sensor=False, allied=friends)
    assert enough(voices(K, K, K, marks="abc"), sensor=False, allied=friends) == {C}


def test_a_block_holds_for_its_time_and_never_beyond_half_a_day() -> None:
    assert holds_until(BayReportKind.FUEL_CAR, NOON, NOON) == NOON + timedelta(hours=2)
    assert holds_until(BayReportKind.PARKED_NOT_CHARGING, NOON, NOON) == NOON + timedelta(hours=1)
    assert holds_until(BayReportKind.FUEL_CAR, NOON, NOON + timedelta(hours=11)) == NOON + HOLDS_AT_MOST


def test_nothing_comes_back_from_where_it_ended() -> None:
    assert NEXT[BayReportState.REFUSED] == frozenset()
    assert all(BayReportState.WAITING not in after for after in NEXT.values())


async def test_an_operator_that_listens_hears_of_it_and_one_that_cannot_is_left_alone() -> None:
    heard: list[BayNotice] = []

    class Listens:
        async def bay_blocked(self, notice: BayNotice) -> None:
            heard.append(notice)

    body = b'{"number":"n","evse_id":"jinbei/1","kind":"FUEL_CAR","seen_at":"2026-11-24T12:00:00Z","until":null}'
    letter, unit = Letter("i", "bay-notice", "n", body, 1, NOON), SimpleNamespace()
    notices, nobody = BayNotices(), BayNotices()
    notices.connect({"jinbei": Listens()}.get)
    nobody.connect({"jinbei": object()}.get)
    given: Any = unit
    assert await notices.before(letter, given)
    await notices.call(letter)
    assert [(each.evse_id, each.until) for each in heard] == [("jinbei/1", None)]
    assert not await nobody.before(letter, given)
