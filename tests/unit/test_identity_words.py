"""Phones, VINs and plates: what is taken, what is refused, and what an error never repeats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.errors import BadInput
from finder.kernel.network import network_of
from finder.kernel.phones import masked, read_phone
from finder.kernel.plates import read_plate
from finder.kernel.vin import CHECK_AT, check_character, read_vin

VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@st.composite
def chinese_vins(draw: st.DrawFn) -> str:
    head = "L" + "".join(draw(st.lists(st.sampled_from(VIN_LETTERS), min_size=12, max_size=12)))
    vin = head + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=4, max_size=4)))
    return vin[:CHECK_AT] + check_character(vin) + vin[CHECK_AT + 1 :]


@pytest.mark.parametrize(
    "text", ["13812345678", "+86 138-1234-5678", "0086 13812345678", "８６１３８１２３４５６７８", " (138)12345678 "]
)
def test_a_number_is_the_same_however_it_is_written(text: str) -> None:
    assert read_phone(text) == "13812345678"


@pytest.mark.parametrize(
    "text", ["", "1381234567", "138123456789", "12812345678", "+1 3812345678", "1381234567a", " " * 33, "+85213812345"]
)
def test_what_is_no_mobile_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_phone(text)
    assert refused.value.code == "PHONE"
    assert not text.strip() or text.strip() not in str(refused.value)


def test_a_masked_number_keeps_its_ends_only() -> None:
    assert masked("13812345678") == "138****5678"


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "11111111111111111", "LSVAA4182E2184847"])
def test_a_vin_with_the_right_check_digit_is_taken(vin: str) -> None:
    vin = vin[:CHECK_AT] + check_character(vin) + vin[CHECK_AT + 1 :]
    assert read_vin(f" {vin.lower()} ") == vin


def test_the_standards_own_example_has_the_check_digit_x() -> None:
    assert read_vin("1M8GDM9AXKP042788")[CHECK_AT] == "X"


@given(chinese_vins(), st.integers(0, 16), st.sampled_from(VIN_LETTERS))
def test_no_single_slip_passes_unless_the_letter_counts_the_same(vin: str, place: int, letter: str) -> None:
    slip = vin[:place] + letter + vin[place + 1 :]
    same = place != CHECK_AT and check_character(slip) == check_character(vin)
    if slip == vin or same:
        return
    with pytest.raises(BadInput):
        read_vin(slip)


@given(chinese_vins())
def test_a_chinese_vin_read_backwards_is_always_refused_and_named(vin: str) -> None:
    assert read_vin(vin) == vin
    with pytest.raises(BadInput) as refused:
        read_vin(vin[::-1])
    assert refused.value.code == "VIN_REVERSED"
    assert vin not in str(refused.value)
    assert vin[::-1] not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427888", "IM8GDM9AXKP042788", "1M8GDM9A0KP042788"]
)
def test_what_is_no_vin_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_vin(text)
    assert refused.value.code == "VIN"


@pytest.mark.parametrize(
    ("text", "plate", "new_energy"),
    [
        ("晋H·D12345", "晋HD12345", True),
        ("晋h dr1234", "晋HDR1234", True),
        ("晋H12345F", "晋H12345F", True),
        ("晋H·12345", "晋H12345", False),
        ("京A 1234学", "京A1234学", False),
        ("晋ＨＡ８８８８", "晋HA8888", False),
    ],
)
def test_a_plate_is_read_and_its_form_says_whether_it_is_of_a_new_energy_car(
    text: str, plate: str, new_energy: bool
) -> None:
    read = read_plate(text)
    assert (read.text, read.new_energy) == (plate, new_energy)
    assert plate not in repr(read)


@pytest.mark.parametrize(
    "text",
    ["", "晋H1234", "晋H123456", "晋HD123456", "晋HL12345", "晋HI1234", "晋I12345", "人H12345", "晋H12345L", " " * 25],
)
def test_what_is_no_plate_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_plate(text)
    assert refused.value.code == "PLATE"


@pytest.mark.parametrize(
    ("host", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::1:2:3", "2001:db8::/64"), ("testclient", "unknown"), (None, "unknown")],
)
def test_rates_are_counted_by_network(host: str | None, network: str) -> None:
    assert network_of(host) == network
