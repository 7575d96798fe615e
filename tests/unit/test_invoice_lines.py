"""Lines of an invoice: they sum to what was paid and not given back, and each says its tax to the fen."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.errors import SettingsError
from finder.kernel.ids import new_order
from finder.kernel.money import Money
from finder.money.invoice import NEXT, TAX_CLASSES, Paid, Part, State, TaxClass, divide, line, read_tax_classes

ORDER = new_order()
FEN = st.integers(0, 100_000)
TOLD = st.none() | FEN.map(Money)


def paid(
    total: int, left: int, electricity: Money | None = None, service: Money | None = None, parking: Money | None = None
) -> Paid:
    return Paid(ORDER, "jinbei", Money(total), electricity, service, parking, Money(left))


@given(electricity=TOLD, service=TOLD, parking=TOLD, total=FEN, takes=st.lists(st.integers(0, 40_000), max_size=5))
def test_lines_sum_to_what_is_left_and_none_is_born_by_a_refund(
    electricity: Money | None, service: Money | None, parking: Money | None, total: int, takes: list[int]
) -> None:
    left, before = total, set[Part]()
    for n, refund in enumerate([0, *takes]):
        left = max(left - refund, 0)
        parts = divide(paid(total, left, electricity, service, parking))
        assert sum(amount.fen for amount in parts.values()) == left
        assert all(amount.fen > 0 for amount in parts.values())
        assert not n or parts.keys() <= before
        before = set(parts)


def test_what_is_not_told_apart_counts_as_electricity() -> None:
    assert divide(paid(1_200, 1_200, None, None, None)) == {Part.ELECTRICITY: Money(1_200)}
    assert divide(paid(1_200, 1_200, Money(800), None, Money(100))) == {
        Part.ELECTRICITY: Money(800),
        Part.SERVICE: Money(300),
        Part.PARKING: Money(100),
    }
    assert divide(paid(1_200, 600, None, Money(400), None)) == {Part.ELECTRICITY: Money(400), Part.SERVICE: Money(200)}
    assert divide(paid(0, 0, None, None, None)) == {}


@given(fen=FEN, rate=st.integers(0, 99))
def test_the_tax_that_is_included_is_right_to_half_a_fen(fen: int, rate: int) -> None:
    tax = TaxClass("x", rate, "").tax(Money(fen)).fen
    assert abs(tax - Fraction(fen * rate, 100 + rate)) <= Fraction(1, 2)


def test_rates_are_read_with_where_they_come_from() -> None:
    classes = read_tax_classes()
    assert {part: each.rate_percent for part, each in classes.items()} == {
        Part.ELECTRICITY: 13,
        Part.SERVICE: 6,
        Part.PARKING: 9,
        Part.COMMISSION: 6,
    }
    assert all(each.source for each in classes.values())
    told = line(ORDER, Part.ELECTRICITY, Money(11_300), classes)
    assert (told.amount, told.tax) == (Money(11_300), Money(1_300))


@pytest.mark.parametrize(
    ("before", "after"), [("rate_percent = 13", "rate_percent = 100"), ("[PARKING]", "[OTHER]"), ("name = ", "word = ")]
)
def test_a_file_of_rates_that_cannot_be_used_is_said_so(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "rates.toml"
    file.write_text(TAX_CLASSES.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(SettingsError):
        read_tax_classes(file)


def test_no_state_is_left_that_its_table_does_not_name() -> None:
    assert set(NEXT) == set(State)
    assert {after for states in NEXT.values() for after in states} == set(State) - {State.REQUESTED}
