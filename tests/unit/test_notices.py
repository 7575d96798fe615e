"""Which bays are free, when a station has filled, who is sent where, and what a notice says at its longest."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from finder.live.model import Reading, Status
from finder.notices.model import Alternative, filled, free, shared_out
from finder.notices.words import MAX_NAME, MAX_PAYLOAD, MAX_URL, payload, words

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
ONE, TWO = Alternative("jinbei/1", "一", 1_000, 1), Alternative("jinbei/2", "二", 2_000, 2)


def reading(status: Status, last: Status | None = None, *, stale: bool = False) -> Reading:
    return Reading("jinbei/1", status, last or status, NOW, "jinbei", stale=stale)


def test_only_what_is_believed_to_be_available_is_free() -> None:
    assert len(free([reading(status) for status in Status])) == 1
    assert free([reading(Status.UNKNOWN, Status.AVAILABLE, stale=True)]) == []
    assert free([reading(Status.BLOCKED, Status.AVAILABLE)]) == []


@pytest.mark.parametrize(
    ("readings", "so"),
    [
        ([reading(Status.CHARGING), reading(Status.FAULTED)], True),
        ([reading(Status.CHARGING), reading(Status.AVAILABLE)], False),
        ([reading(Status.BLOCKED, Status.AVAILABLE)], True),  # a bay that nobody can use
        ([reading(Status.CHARGING), reading(Status.UNKNOWN, Status.AVAILABLE, stale=True)], False),
        ([reading(Status.CHARGING), reading(Status.UNKNOWN, Status.CHARGING, stale=True)], True),
        ([], False),
    ],
)
def test_a_station_has_filled_when_no_bay_may_be_free(readings: list[Reading], so: bool) -> None:
    assert filled(readings) is so


def test_alternatives_are_shared_out_three_to_a_bay_and_the_nearest_is_told_past_that() -> None:
    people = [str(n) for n in range(10)]
    told = [each.station if each else None for each in shared_out(people, [ONE, TWO]).values()]
    assert told == ["jinbei/1"] * 3 + ["jinbei/2"] * 6 + ["jinbei/1"]
    assert shared_out(people, []) == dict.fromkeys(people)


def row(**more: Any) -> Any:
    plain = {
        "id": "01J0000000000000000000000A", "kind": "FREES", "station": "jinbei/1409020001", "station_name": "金北站",
        "language": "zh", "practice": False, "other": None, "other_name": None, "other_m": None, "other_free": None,
    }  # fmt: skip
    return SimpleNamespace(**{**plain, **more})


def test_a_notice_is_in_the_readers_language_and_says_that_data_are_for_practice() -> None:
    assert words(row()).title == "金北站 有空位了"
    other = {"other": "jinbei/2", "other_name": "北站", "other_m": 3_449, "other_free": 2}
    filled_there = words(row(kind="DRIVING", language="en", practice=True, **other))
    assert filled_there.title == "金北站 has just filled"
    assert filled_there.body == "[practice data] The nearest is 北站: 3.4 km from there, 2 free"
    assert filled_there.url == "/station/jinbei/2"
    assert words(row(station="jinbei/站 1?")).url == "/station/jinbei/%E7%AB%99%201%3F"


def test_the_longest_notice_is_within_its_limit_and_lengths_say_little() -> None:
    name = "站" * (MAX_NAME + 1)
    longest = payload(row(kind="DRIVING", station_name=name, practice=True, other="9" * (MAX_URL - 9), other_name=name,
                          other_m=49_999, other_free=999))  # fmt: skip
    assert len(longest) <= MAX_PAYLOAD
    assert words(row(station_name=name)).title.startswith("站" * (MAX_NAME - 1) + "…")
    assert len(payload(row())) % 256 == 0
    assert msgspec.json.decode(payload(row()))["tag"] == "watch-01J0000000000000000000000A"
    at_it, past_it = "9" * (MAX_URL - len("/station/")), "9" * (MAX_URL - len("/station/") + 1)
    assert words(row(station=at_it)).url == f"/station/{at_it}"
    assert words(row(station=past_it)).url == "/my"
