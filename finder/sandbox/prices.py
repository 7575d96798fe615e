"""Practice prices by time of use, shaped as in Shanxi: high in the morning and evening, low at night and noon."""

from dataclasses import dataclass
from decimal import Decimal

# Hours after the province's time-of-use rule of 2021; the prices are invented.
_HIGH = ((480, 660), (1020, 1380))
_LOW = ((0, 420), (660, 780))
_FLAT = ((420, 480), (780, 1020), (1380, 1440))


@dataclass(frozen=True, slots=True)
class PracticeTariff:
    """Yuan per kWh as decimal text, electricity by time of use and the service fee."""

    high: str
    flat: str
    low: str
    service: str

    def text(self) -> str:
        """As an operator writes it into ElectricityFee."""
        return "；".join(
            f"{label}({','.join(_clock(a) + '-' + _clock(b) for a, b in spans)}){price}元/度"
            for label, spans, price in (("峰", _HIGH, self.high), ("平", _FLAT, self.flat), ("谷", _LOW, self.low))
        )

    def starts(self) -> list[tuple[int, Decimal]]:
        """From which minute of the day each price of electricity holds, until the next one starts."""
        return sorted(
            (start, Decimal(price))
            for found, price in ((_HIGH, self.high), (_FLAT, self.flat), (_LOW, self.low))
            for start, _ in found
        )

    def policy(self) -> list[dict[str, object]]:
        """As PolicyInfos of query_equip_business_policy."""
        return [
            {
                "StartTime": _clock(start).replace(":", "") + "00",
                "ElecPrice": price,
                "SevicePrice": Decimal(self.service),
            }
            for start, price in self.starts()
        ]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


TARIFFS = (
    PracticeTariff("0.9184", "0.5946", "0.3126", "0.3500"),
    PracticeTariff("0.9184", "0.5946", "0.3126", "0.4500"),
    PracticeTariff("1.0210", "0.6500", "0.3600", "0.6000"),
    PracticeTariff("0.8800", "0.5700", "0.2980", "0.2000"),
)
