"""A complaint's states and deadlines, by the calendar of working days."""

from datetime import datetime, timedelta

import pytest

from finder.kernel.clock import SHANGHAI
from finder.voices.complaint import NEXT, OVER, WAITING, ComplaintState, answer_by, due
from finder.voices.words import clean
from finder.voicing import working_days

CHINA = working_days("CN")
S = ComplaintState


@pytest.mark.parametrize(
    ("made", "by"),
    [
        ("2026-11-24 12:00", "2026-11-28 00:00"),  # Tuesday: Wednesday to Friday
        ("2026-11-24 23:59", "2026-11-28 00:00"),
        ("2026-11-25 00:00", "2026-12-01 00:00"),  # Wednesday: Thursday, Friday, Monday
        ("2026-11-28 09:00", "2026-12-03 00:00"),  # a Saturday: Monday to Wednesday
        ("2025-09-30 10:00", "2025-10-12 00:00"),  # over eight days off; the Saturday after them is worked
    ],
)
def test_an_operator_has_three_working_days_after_the_day_of_the_complaint(made: str, by: str) -> None:
    told = answer_by(datetime.fromisoformat(made).replace(tzinfo=SHANGHAI), CHINA)
    assert told == datetime.fromisoformat(by).replace(tzinfo=SHANGHAI)


def test_where_nobody_knows_the_holidays_monday_to_friday_are_worked() -> None:
    worked = working_days("XX")
    national_day = datetime(2026, 10, 1, tzinfo=SHANGHAI)  # a Thursday
    assert (CHINA(national_day.date()), worked(national_day.date())) == (False, True)
    assert answer_by(national_day, worked) == datetime(2026, 10, 7, tzinfo=SHANGHAI)


def test_the_table_of_states_goes_one_way_and_ends() -> None:
    assert set(NEXT) == set(S)
    assert set(OVER) == {S.UPHELD, S.REJECTED, S.CLOSED, S.WITHDRAWN}
    assert not set(OVER) & set(WAITING)

    def longest(state: ComplaintState) -> int:
        return 1 + max(map(longest, NEXT[state]), default=0)  # would not end in a circle

    assert longest(S.OPEN) == 5
    reached, found = {S.OPEN}, {S.OPEN}
    while found:
        found = {after for state in found for after in NEXT[state]} - reached
        reached |= found
    assert reached == set(S)


def test_time_alone_escalates_and_closes_and_nothing_else() -> None:
    at = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    tick = timedelta(microseconds=1)
    assert due(S.OPEN, at, None, at - tick) is S.OPEN
    assert due(S.OPEN, at, None, at) is S.ESCALATED
    assert due(S.ANSWERED, at, at, at + timedelta(days=7)) is S.ANSWERED
    assert due(S.ANSWERED, at, at, at + timedelta(days=7) + tick) is S.CLOSED
    for state in set(S) - {S.OPEN, S.ANSWERED}:
        assert due(state, at, at, at + timedelta(days=900)) is state


def test_what_nobody_sees_is_taken_out_of_words() -> None:
    assert clean(" a\x00b\u202ec\nd\t ") == "abc d"
    assert clean("一\n二\x07", lines=True) == "一\n二"
