"""Reads StationStats: the kWh that a station and each of its connectors gave."""

from datetime import date
from decimal import Decimal
from typing import Any

from finder.connectors.sdk.control import StationEnergy
from finder.connectors.tcec102.mapping import MAX_CONNECTORS
from finder.connectors.tcec102.values import amount, identifier, records, refuse
from finder.stations.model import EvseId, SourceId, StationId


def map_energy(raw: dict[str, Any], source: SourceId, station_id: StationId, first: date, last: date) -> StationEnergy:
    """StationStats under the standard's names. Raises BadInput."""
    if f"{source}/{identifier(raw, 'StationID')}" != station_id:
        refuse("STATION_OTHER", "统计的是另一站点", "the statistics are another station's")
    guns = [
        gun
        for pile in records(raw, "EquipmentStatsInfos")
        if isinstance(pile, dict)
        for gun in records(pile, "ConnectorStatsInfos")
        if isinstance(gun, dict)
    ]
    if len(guns) > MAX_CONNECTORS:
        refuse("TOO_MANY_CONNECTORS", f"接口超过 {MAX_CONNECTORS} 个", f"over {MAX_CONNECTORS} connectors")
    evses = tuple((_evse(gun, source), _kwh(gun, "ConnectorElectricity")) for gun in guns)
    return StationEnergy(station_id, first, last, _kwh(raw, "StationElectricity"), evses)


def _evse(gun: dict[str, Any], source: SourceId) -> EvseId:
    return f"{source}/{identifier(gun, 'ConnectorID')}"


def _kwh(raw: dict[str, Any], name: str) -> Decimal:
    kwh = amount(raw, name)
    if kwh is None or kwh < 0:
        refuse("KWH_OUT_OF_RANGE", f"{name} 缺失或为负", f"{name} is missing or negative")
    return kwh
