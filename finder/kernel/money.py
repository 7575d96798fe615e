"""Money and prices per kWh as integers; a float never touches them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from finder.errors import BadInput


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen (1/100 yuan)."""

    fen: int


@dataclass(frozen=True, slots=True, order=True)
class UnitPrice:
    """A price per kWh in 1/10,000 yuan, the four decimals that operators send."""

    e4: int

    def line(self, kwh: Decimal) -> Money:
        """kWh × price, rounded half up to the fen."""
        return Money(int((kwh * self.e4 / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def unit_price(yuan: Decimal | str | int) -> UnitPrice:
    """Reads yuan per kWh, at most four decimals, 0 … 100. Raises BadInput."""
    try:
        e4 = Decimal(yuan) * 10_000
    except InvalidOperation:
        e4 = Decimal("NaN")
    if not e4.is_finite() or e4 != e4.to_integral_value() or not 0 <= e4 <= 1_000_000:
        raise BadInput(
            f"电价 {yuan!r} 应为 0 至 100 元/kWh，最多四位小数",
            f"price {yuan!r} must be 0 to 100 yuan per kWh with at most four decimals",
            code="PRICE_OUT_OF_RANGE",
        )
    return UnitPrice(int(e4))
