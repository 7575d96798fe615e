"""Connector: what the cable ends in, and how strong it is."""

from finder.connectors.ocpi.values import MAX_ID, Object, enumeration, number, refuse, text
from finder.stations.model import Connector, ConnectorType, Current

_STANDARDS = {
    "IEC_62196_T1": ConnectorType.TYPE1,
    "IEC_62196_T1_COMBO": ConnectorType.CCS1,
    "IEC_62196_T2": ConnectorType.TYPE2,
    "IEC_62196_T2_COMBO": ConnectorType.CCS2,
    "CHADEMO": ConnectorType.CHADEMO,
    "CHAOJI": ConnectorType.CHAOJI,
    "GBT_AC": ConnectorType.GBT_AC,
    "GBT_DC": ConnectorType.GBT_DC,
    "GB/T (AC)": ConnectorType.GBT_AC,
    "GB/T (DC)": ConnectorType.GBT_DC,
    "TYPE 2 OUTLET": ConnectorType.TYPE2,
    "TESLA_S": ConnectorType.NACS,
    "SAE_J3400": ConnectorType.NACS,
}
_SOCKETS = ("DOMESTIC_", "IEC_60309", "NEMA_")
_PHASES = {"AC_1_PHASE": 1.0, "AC_2_PHASE": 2.0, "AC_2_PHASE_SPLIT": 2.0, "AC_3_PHASE": 3.0, "DC": 1.0}
_DC_ONLY = frozenset({ConnectorType.GBT_DC, ConnectorType.CHAOJI, ConnectorType.CCS1, ConnectorType.CCS2})
_MAX_KW = 4_000


def connector(raw: Object, n: int, tariff_id: str | None = None) -> Connector:
    """A Connector, the n-th of its EVSE; standards that the model has no word for (MCS, a pantograph) are OTHER.

    Raises BadInput for a power that cannot be.
    """
    standard = enumeration(raw.get("standard"))
    kind = _STANDARDS.get(standard)
    if kind is None:
        socket = standard.startswith(_SOCKETS)
        kind = ConnectorType.SOCKET if socket else ConnectorType.OTHER if standard else ConnectorType.UNKNOWN
    power_type = enumeration(raw.get("power_type") or raw.get("powerType"))
    volts = _positive(raw.get("max_voltage") or raw.get("voltage"))
    amps = _positive(raw.get("max_amperage") or raw.get("amperage"))
    return Connector(
        id=text(str(raw.get("id") or n), MAX_ID) or str(n),
        type=kind,
        current=_current(power_type, kind),
        power_kw=_power_kw(number(raw.get("max_electric_power")), power_type, volts, amps),
        voltage_v=volts,
        current_a=amps,
        tariff_id=tariff_id,
    )


def _positive(value: object) -> float | None:
    read = number(value)
    return read if read and read > 0 else None


def _current(power_type: str, kind: ConnectorType) -> Current | None:
    if power_type == "DC" or (not power_type and kind in _DC_ONLY):
        return Current.DC
    return Current.AC if power_type.startswith("AC") or kind is ConnectorType.GBT_AC else None


def _power_kw(watts: float | None, power_type: str, volts: float | None, amps: float | None) -> float | None:
    """Kilowatts from the stated watts, else from volts (line to neutral, OCPI 2.2.1, Connector object) and amperes."""
    if watts is not None:
        # No charger has less than a kilowatt: two real feeds of four write kilowatts here.
        power = watts / 1000 if watts >= 1000 else watts
    elif volts and amps and power_type in _PHASES:
        # 380 … 415 V can only be measured between lines.
        phases = 3**0.5 if power_type == "AC_3_PHASE" and volts > 300 else _PHASES[power_type]
        power = volts * amps * phases / 1000
    else:
        return None
    if power < 0 or power > _MAX_KW:
        refuse(
            "POWER_OUT_OF_RANGE", f"功率 {power} kW 超出 0 至 {_MAX_KW}", f"power {power} kW is not in 0 to {_MAX_KW}"
        )
    return round(power, 1) or None
