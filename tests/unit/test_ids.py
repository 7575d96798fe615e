"""Numbers that we give."""

from datetime import timedelta

import pytest

from finder.errors import BadInput
from finder.kernel.ids import MOST, check_number, new_order, order_of, part
from tests.contract.hand import Hand


def test_an_orders_number_fits_every_channel_and_sorts_by_time() -> None:
    clock = Hand()
    first = new_order(clock)
    clock.now += timedelta(milliseconds=1)
    second = new_order(clock)
    assert len(first) == 29
    assert first.isalnum()
    assert first < second
    assert check_number(first) == first
    assert len({new_order(clock) for _ in range(1_000)}) == 1_000


def test_a_part_has_the_same_number_each_time_and_leads_back_to_its_order() -> None:
    order = new_order()
    assert part(order, "R", 7) == part(order, "R", 7) == order[:26] + "R07"
    assert order_of(part(order, "S", MOST)) == order
    for letter, count in (("R", -1), ("R", MOST + 1), ("r", 0), ("RR", 0), ("", 0)):
        with pytest.raises(BadInput):
            part(order, letter, count)


@pytest.mark.parametrize("wrong", ["", "0" * 28, "0" * 30, "8" + "0" * 28, "0" * 25 + "U000", "0" * 26 + "-00"])
def test_what_is_no_number_of_ours_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput):
        check_number(wrong)
