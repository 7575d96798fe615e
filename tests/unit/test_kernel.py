import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.errors import BadCursor, BadInput
from finder.kernel.clock import minute_of_week
from finder.kernel.geo import Box, Point, distance_m, gcj02_from_wgs84, tile_of, wgs84_from_gcj02
from finder.kernel.money import Money, UnitPrice, unit_price
from finder.kernel.paging import decode_cursor, encode_cursor, fingerprint

XINZHOU = Point(38.4092, 112.7333)


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (-90, -180), (0, 0)])
def test_the_edges_of_the_world_are_on_it(lat: float, lon: float) -> None:
    Point(lat, lon)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(90.0001, 0), (-90.0001, 0), (0, 180.0001), (0, -180.0001), (math.nan, 0), (0, math.nan), (math.inf, 0)],
)
def test_one_step_past_the_edge_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(BadInput, match="COORDINATE_OUT_OF_RANGE"):
        Point(lat, lon)


@given(st.floats(18, 53.5), st.floats(73.7, 135))
def test_gcj02_there_and_back_is_off_by_less_than_two_metres(lat: float, lon: float) -> None:
    place = Point(lat, lon)
    assert distance_m(place, wgs84_from_gcj02(gcj02_from_wgs84(place))) < 2


def test_the_shift_in_xinzhou_is_of_the_known_size_and_there_is_none_abroad() -> None:
    assert 350 < distance_m(XINZHOU, gcj02_from_wgs84(XINZHOU)) < 600
    assert gcj02_from_wgs84(Point(48.85, 2.35)) == Point(48.85, 2.35)


def test_a_degree_of_latitude_at_the_equator_is_as_long_as_on_the_ellipsoid() -> None:
    assert distance_m(Point(0, 0), Point(1, 0)) == pytest.approx(110_574.39, abs=0.01)


def test_a_box_may_cross_the_180th_meridian_but_not_stand_on_its_head() -> None:
    box = Box(-10, 170, 10, -170)
    assert box.contains(Point(0, 180))
    assert box.contains(Point(10, -170))
    assert not box.contains(Point(0, 0))
    with pytest.raises(BadInput, match="BOX_UPSIDE_DOWN"):
        Box(10, 0, 9.99, 1)


def test_tiles() -> None:
    assert tile_of(Point(0.1, 0.1), 0) == (0, 0, 0)
    assert tile_of(XINZHOU, 8) == (8, 208, 98)
    assert tile_of(Point(90, 180), 3) == (3, 7, 0)


@pytest.mark.parametrize(("yuan", "e4"), [("0", 0), ("0.4512", 4512), ("100", 1_000_000), (1, 10_000)])
def test_prices_keep_four_decimals(yuan: str | int, e4: int) -> None:
    assert unit_price(yuan) == UnitPrice(e4)


@pytest.mark.parametrize("yuan", ["-0.0001", "100.0001", "0.00001", "NaN", "much", "Infinity"])
def test_prices_beyond_are_refused(yuan: str) -> None:
    with pytest.raises(BadInput, match="PRICE_OUT_OF_RANGE"):
        unit_price(yuan)


def test_a_line_is_rounded_half_up_to_the_fen() -> None:
    assert UnitPrice(5000).line(Decimal("0.01")) == Money(1)  # 0.5 fen
    assert UnitPrice(4999).line(Decimal("0.01")) == Money(0)
    assert UnitPrice(12345).line(Decimal("10.00")) == Money(1235)  # 1234.5 fen


def test_the_week_begins_on_monday_in_shanghai() -> None:
    assert minute_of_week(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == 0
    assert minute_of_week(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == 10_079


def test_a_cursor_opens_only_its_own_query() -> None:
    mark = fingerprint("near", 38.4, 112.7)
    cursor = encode_cursor(mark, (12.5, "a/1"))
    assert decode_cursor(cursor, mark, tuple[float, str]) == (12.5, "a/1")
    for bad, against in [
        (cursor, fingerprint("near", 38.4, 112.8)),
        (cursor[:-3], mark),
        ("%%%", mark),
        ("A" * 513, mark),
    ]:
        with pytest.raises(BadCursor):
            decode_cursor(bad, against, tuple[float, str])


def test_a_cursor_with_another_shape_is_refused() -> None:
    mark = fingerprint("near")
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(mark, "only an id"), mark, tuple[float, str])
