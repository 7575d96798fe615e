"""Makes a practice operator's records untrue, as its faults say."""

from collections.abc import Collection
from copy import deepcopy
from typing import Any

import msgspec

from finder.sandbox.faults import Lie


def lie_about_stations(infos: list[dict[str, Any]], lies: Collection[Lie]) -> list[dict[str, Any]]:
    """The page with one untrue record more for each lie; the true ones stay as they are."""
    if not infos:
        return infos
    told = list(infos)
    for number, lie in enumerate(sorted(lies)):
        false = deepcopy(infos[0])
        false["StationID"] = f"{false['StationID']}-{lie.value}"
        for pile in false["EquipmentInfos"]:
            for gun in pile["ConnectorInfos"]:
                gun["ConnectorID"] = f"{gun['ConnectorID']}-{number}"
        match lie:
            case Lie.NEGATIVE_POWER:
                for pile in false["EquipmentInfos"]:
                    for gun in pile["ConnectorInfos"]:
                        gun["Power"] = -60.0
            case Lie.ZERO_COORDINATES:
                false["StationLng"] = false["StationLat"] = 0
            case Lie.OUTSIDE_THE_WORLD:
                false["StationLat"] = 138.4
            case Lie.NAN_COORDINATES:
                false["StationLat"] = msgspec.Raw(b"NaN")  # as a careless platform writes it
            case Lie.CONNECTORLESS:
                false["EquipmentInfos"] = []
            case Lie.DUPLICATE_IDS:
                false["StationID"] = infos[0]["StationID"]
            case _:
                continue
        told.append(false)
    return told


def lie_about_status(infos: list[dict[str, Any]], lies: Collection[Lie]) -> list[dict[str, Any]]:
    """The answer to query_station_status with what the lies change."""
    if Lie.UNKNOWN_STATUS in lies:
        for info in infos[:1]:
            for status in info["ConnectorStatusInfos"][:1]:
                status["Status"] = 77
    if Lie.DUPLICATE_IDS in lies:
        for info in infos[:1]:
            info["ConnectorStatusInfos"] += deepcopy(info["ConnectorStatusInfos"][:1])
    if Lie.STRANGER in lies:
        gun = {"ConnectorID": "stranger-1", "Status": 1, "ParkStatus": 10, "LockStatus": 0}
        infos = [*infos, {"StationID": "stranger", "ConnectorStatusInfos": [gun]}]
    return infos
