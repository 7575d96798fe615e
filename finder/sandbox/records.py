"""A practice site as T/CEC 102's StationInfo and ConnectorStatusInfo."""

from typing import Any

from finder.kernel.geo import gcj02_from_wgs84
from finder.sandbox.day import State
from finder.sandbox.network import Pile, Site
from finder.sandbox.operators import PracticeOperator
from finder.sandbox.prices import TARIFFS

_DC_GUN, _AC_SOCKET, _OTHER = 4, 2, 6


def station_info(site: Site, operator: PracticeOperator) -> dict[str, Any]:
    """StationInfo in PascalCase, in the operator's datum."""
    point = gcj02_from_wgs84(site.point) if operator.profile.datum == "GCJ02" else site.point
    tariff = TARIFFS[site.tariff]
    spoken = not operator.profile.policies
    swap = any(pile.swap for pile in site.piles)
    return {
        "StationID": site.id,
        "OperatorID": operator.operator_id,
        "EquipmentOwnerID": operator.operator_id,
        "StationName": site.name,
        "CountryCode": "CN",
        "AreaCode": site.area_code,
        "Address": f"山西省忻州市{site.area_name}（演示地址）",
        "StationTel": operator.phone,
        "ServiceTel": operator.phone,
        "StationType": 106 if site.construction == 4 else 105 if site.construction == 1 else 1,
        "StationStatus": 50,
        "ParkNums": len(site.guns),
        "StationLng": round(point.lon, 6),
        "StationLat": round(point.lat, 6),
        "SiteGuide": "演示数据，请勿前往",
        "Construction": site.construction,
        "Pictures": [],
        "BusineHours": site.hours,
        "ElectricityFee": tariff.text() if spoken else "以 App 公示的分时电价为准",
        "ServiceFee": f"{tariff.service}元/度" if spoken else "",
        "ParkFee": site.parking,
        "Payment": "微信、支付宝",
        "SupportOrder": 0,
        "Remark": f"{site.remark} 演示数据".strip(),
        "StationClassification": 3 if swap else 1,
        "EquipmentInfos": [_equipment(pile) for pile in site.piles],
    }


def _equipment(pile: Pile) -> dict[str, Any]:
    return {
        "EquipmentID": pile.id,
        "ManufacturerID": "MA0MAKER1",
        "EquipmentType": 5 if pile.swap else 1 if pile.dc else 2,
        "EquipmentPower": float(pile.power_kw),
        "ConnectorInfos": [
            {
                "ConnectorID": gun.id,
                "ConnectorName": gun.label,
                "ConnectorType": _OTHER if pile.swap else _DC_GUN if pile.dc else _AC_SOCKET,
                "VoltageUpperLimits": 1000 if pile.dc else 250,
                "VoltageLowerLimits": 200 if pile.dc else 220,
                "Current": 250 if pile.dc else 32,
                "Power": float(pile.power_kw),
                "ParkNo": gun.label.removesuffix("A枪").removesuffix("B枪"),
                "NationalStandard": 2,
            }
            for gun in pile.guns
        ],
    }


def connector_status(gun_id: str, state: State) -> dict[str, Any]:
    """ConnectorStatusInfo in PascalCase."""
    status, park = state
    return {"ConnectorID": gun_id, "Status": status, "ParkStatus": park, "LockStatus": 0}
