"""Reads MeterValues of both versions: the register in Wh, power in kW, the battery's state in percent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from finder.connectors.ocpp.meter import reading
from finder.connectors.ocpp.sessions import Measured
from finder.connectors.ocpp.times import true_time
from finder.connectors.sdk.pile_book import Reading

_REGISTER, _POWER, _SOC = "Energy.Active.Import.Register", "Power.Active.Import", "SoC"
_KILO = frozenset({"kWh", "kW"})
MAX_MULTIPLIER = 12  # powers of ten, either way
MAX_KW = 4_000


def measured(
    meter_values: Sequence[Mapping[str, Any]] | None,
    now: datetime,
    *,
    charging: bool | None = None,
    more: Sequence[Reading | None] = (),
) -> Measured:
    """What these samples say, with `more` readings that stood elsewhere in the message."""
    readings: list[Reading | None] = list(more)
    kw: Decimal | None = None
    soc: int | None = None
    for meter_value in meter_values or ():
        at = true_time(meter_value["timestamp"], now)
        for measurand, value in _samples(meter_value["sampled_value"]):
            if measurand == _REGISTER:
                readings.append(None if value is None else reading(at, value))
            elif measurand == _POWER and value is not None and abs(value) <= MAX_KW * 1000:
                kw = value / 1000
            elif measurand == _SOC and value is not None and 0 <= value <= 100:
                soc = int(value)
    return Measured(readings, kw, soc, charging)


def _samples(sampled_values: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Decimal | None]]:
    """Measurand and value in its plain unit; None for a number that no meter shows. Phases and inlets are left out."""
    for sampled in sampled_values:
        elsewhere = sampled.get("location", "Outlet") not in ("Outlet", "EV")
        if elsewhere or sampled.get("phase") is not None or sampled.get("format") == "SignedData":
            continue
        unit = sampled.get("unit_of_measure") or {"unit": sampled.get("unit"), "multiplier": 0}
        power_of_ten = unit.get("multiplier", 0) + (3 if unit.get("unit") in _KILO else 0)
        try:
            value = Decimal(sampled["value"])
        except ArithmeticError:
            continue  # a word where a number belongs: nothing was measured
        try:
            if abs(power_of_ten) > MAX_MULTIPLIER or not value.is_finite():
                raise ArithmeticError
            yield sampled.get("measurand", _REGISTER), value.scaleb(power_of_ten)
        except ArithmeticError:
            yield sampled.get("measurand", _REGISTER), None
