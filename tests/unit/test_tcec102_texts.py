"""Opening hours, prices and parking, which operators write as they please."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.connectors.tcec102.hours import read_hours, write_hours
from finder.connectors.tcec102.mapping import parking_fee
from finder.connectors.tcec102.prices import read_policy, read_tariff
from finder.errors import BadInput
from finder.kernel.money import UnitPrice
from finder.stations.model import OpeningHours, ParkingFee

DAY = 1440
WEEK = ((0, 7 * DAY),)


def daily(start: int, end: int, days: range = range(7)) -> tuple[tuple[int, int], ...]:
    return tuple((d * DAY + start, d * DAY + end) for d in days)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("全天", WEEK),
        ("24小时", WEEK),
        ("24小时营业", WEEK),
        ("00:00-24:00", WEEK),
        ("00:00-23:59", WEEK),
        ("每天 0:00～23:59:59", WEEK),
        ("周一至周日 全天", WEEK),
        ("8:00—22:00", daily(480, 1320)),
        ("08：00 - 22：00", daily(480, 1320)),
        ("8:00至20:00", daily(480, 1200)),
        ("周一至周五 8:00-20:00", daily(480, 1200, range(5))),
        ("工作日8:00-18:00", daily(480, 1080, range(5))),
        ("周一到周五：9:00-17:00", daily(540, 1020, range(5))),
        ("周六、周日 9:00-12:00", daily(540, 720, range(5, 7))),
        ("周六日 9:00-12:00", daily(540, 720, range(5, 7))),
        ("星期一 9:00-12:00,14:00-18:00", ((540, 720), (840, 1080))),
        ("周一至周五 8:00-20:00；周末 10:00-16:00", daily(480, 1200, range(5)) + daily(600, 960, range(5, 7))),
        ("周五至周一 10:00-11:00", ((600, 660), *daily(600, 660, range(4, 7)))),
        (
            "18:00-02:00",
            tuple(sorted([(0, 120), *[(d * DAY + 1080, d * DAY + 1560) for d in range(6)], (6 * DAY + 1080, 7 * DAY)])),
        ),
    ],
)
def test_hours_are_read(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    hours = read_hours(text)
    assert hours is not None
    assert hours.spans == spans
    assert hours.text == text


@pytest.mark.parametrize(
    "text", [None, "", "详见现场", "8点到20点", "25:00-26:00", "24:00-25:00", "8:00-20:00 节假日除外", "周八 8:00-9:00"]
)
def test_hours_that_are_not_understood_whole_are_not_guessed(text: str | None) -> None:
    assert read_hours(text) is None


@given(st.text(alphabet="周一五日至- :0128全天工作末；，、每小时", max_size=30) | st.text(max_size=50))
def test_no_text_breaks_the_readers(text: str) -> None:
    read_hours(text)
    read_tariff("1", text, "0.5")
    parking_fee(text)


def prices(electricity: str | None, service: str | None) -> list[tuple[int, int, int, int]]:
    tariff = read_tariff("1", electricity, service)
    return [] if tariff is None else [(p.start, p.end, p.electricity.e4, p.service.e4) for p in tariff.periods]


def test_one_price_lasts_all_day() -> None:
    assert prices("1.2000元/度", "0.45元/kWh") == [(0, 1440, 12000, 4500)]
    assert prices("1.2", "免费") == [(0, 1440, 12000, 0)]


def test_electricity_and_service_are_crossed() -> None:
    assert prices("00:00-08:00 0.3；08:00-24:00 0.9", "0:00-12:00:0.2元/度,12:00-24:00:0.4元/度") == [
        (0, 480, 3000, 2000),
        (480, 720, 9000, 2000),
        (720, 1440, 9000, 4000),
    ]


def test_named_periods_with_their_hours_and_over_midnight() -> None:
    assert prices("谷（23:00-07:00）0.3126元/度；峰（07:00-23:00）0.9184元/度", "0.35") == [
        (0, 420, 3126, 3500),
        (420, 1380, 9184, 3500),
        (1380, 1440, 3126, 3500),
    ]


@pytest.mark.parametrize(
    ("electricity", "service"),
    [
        ("峰 1.2000 平 0.8000 谷 0.4000", "0.5"),  # names no hours
        ("以现场公示为准", "0.5"),
        ("1.2", None),  # the service fee is not known, which is not 0
        ("1.2", "面议"),
        ("00:00-08:00 0.3；07:00-24:00 0.9", "0.5"),  # overlaps
        ("00:00-25:00 0.3", "0.5"),
        ("101", "0.5"),
        ("1.23456", "0.5"),
    ],
)
def test_prices_in_doubt_stay_a_text(electricity: str, service: str | None) -> None:
    tariff = read_tariff("1", electricity, service)
    assert tariff is not None
    assert tariff.periods == ()
    assert electricity in (tariff.text or "")


def test_hours_with_a_price_and_hours_without_are_told_apart() -> None:
    assert prices("08:00-20:00 0.9", "0.5") == [(480, 1200, 9000, 5000)]


def test_no_words_are_no_tariff() -> None:
    assert read_tariff("1", None, None) is None


def policy(*infos: tuple[str, object, object]) -> dict[str, object]:
    return {
        "SuccStat": 0,
        "PolicyInfos": [{"StartTime": s, "ElecPrice": e, "SevicePrice": v} for s, e, v in infos],
    }


def test_a_policy_lasts_until_the_next_and_around_midnight() -> None:
    tariff = read_policy("DC", policy(("080000", 0.9, 0.5), ("220000", "0.3", 0.5)), "words")
    assert tariff is not None
    assert [(p.start, p.end, p.electricity) for p in tariff.periods] == [
        (0, 480, UnitPrice(3000)),
        (480, 1320, UnitPrice(9000)),
        (1320, 1440, UnitPrice(3000)),
    ]
    assert tariff.text == "words"


def test_a_policy_of_32_periods_is_taken_and_of_33_is_not() -> None:
    many = [(f"{n // 2:02d}{n % 2 * 30:02d}00", 1, 1) for n in range(33)]
    assert read_policy("1", policy(*many[:32]), None) is not None
    with pytest.raises(BadInput):
        read_policy("1", policy(*many), None)


@pytest.mark.parametrize(
    "infos",
    [[("240000", 1, 1)], [("8:00", 1, 1)], [("080000", -1, 1)], [("080000", None, 1)], [("080000", 1, "x")]],
)
def test_a_policy_that_cannot_be_is_refused(infos: list[tuple[str, object, object]]) -> None:
    with pytest.raises(BadInput):
        read_policy("1", policy(*infos), None)


def test_two_starts_at_one_minute_are_refused() -> None:
    with pytest.raises(BadInput):
        read_policy("1", policy(("080000", 1, 1), ("080000", 2, 2)), None)


@pytest.mark.parametrize("answer", [{"SuccStat": 1}, {"SuccStat": 0, "PolicyInfos": []}, {"SuccStat": 0}])
def test_no_policy_is_none(answer: dict[str, object]) -> None:
    assert read_policy("1", answer, None) is None


@pytest.mark.parametrize(
    ("text", "fee"),
    [
        ("免费", ParkingFee.FREE),
        ("免费停车", ParkingFee.FREE),
        ("0元/小时", ParkingFee.FREE),
        ("2元/小时", ParkingFee.PAID),
        ("3元/小时，每日20元封顶", ParkingFee.PAID),
        ("收费停车", ParkingFee.PAID),
        ("充电前2小时免费，之后3元/小时", ParkingFee.UNKNOWN),
        ("充电减免2小时", ParkingFee.UNKNOWN),
        ("以现场公示为准", ParkingFee.UNKNOWN),
        (None, ParkingFee.UNKNOWN),
    ],
)
def test_parking_is_free_or_paid_only_without_doubt(text: str | None, fee: ParkingFee) -> None:
    assert parking_fee(text) is fee


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Spans of the week as a reader leaves them: in order, and apart."""
    edges = sorted(draw(st.sets(st.integers(0, 7 * DAY), min_size=2, max_size=12)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@given(weeks())
def test_hours_are_written_so_that_they_are_read_alike(spans: tuple[tuple[int, int], ...]) -> None:
    read = read_hours(write_hours(OpeningHours(spans=spans)))
    assert read is not None
    # A span that ends at 23:59 is read as one until midnight, as people mean it.
    assert [s for s, _ in read.spans] == [s for s, _ in spans] or any(e % DAY == DAY - 1 for _, e in spans)
    if not any(edge % DAY == DAY - 1 for span in spans for edge in span):
        assert read.spans == spans
