"""A practice site as Lantern Charge writes it: lon,lat in GCJ-02, power in watts, prices in fen, words of its own."""

from typing import Any

from finder.kernel.geo import gcj02_from_wgs84
from finder.sandbox.network import Site
from finder.sandbox.prices import TARIFFS

_PARKING = {"免费": "free", "充电期间免费停车": "free", "免费停车": "free", "收费停车": "paid"}


def hub(number: str, site: Site) -> dict[str, Any]:
    """One hub: posts with their outlets, and the price of each span of the day."""
    point = gcj02_from_wgs84(site.point)
    return {
        "hub_no": number,
        "title": site.name,
        "position": f"{point.lon:.6f},{point.lat:.6f}",
        "city_code": site.area_code,
        "address": f"山西省忻州市{site.area_name}（演示地址）",
        "parking": _PARKING.get(site.parking, "paid" if "元/小时" in site.parking else "unknown"),
        "tariff": _tariff(site.tariff),
        "posts": [
            {
                "post_no": pile.id,
                "watts": pile.power_kw * 1000,
                "standard": "GB_DC" if pile.dc else "GB_AC",
                "outlets": [{"outlet_no": gun.id, "label": gun.label} for gun in pile.guns],
            }
            for pile in site.piles
        ],
    }


def _tariff(number: int) -> list[dict[str, str]]:
    """Spans by their end, in order; both prices in fen, at most two decimals."""
    steps = TARIFFS[number].policy()
    ends = [*(str(step["StartTime"])[:4] for step in steps[1:]), "2400"]
    return [
        {
            "until": f"{end[:2]}:{end[2:]}",
            "energy_fen": f"{float(str(step['ElecPrice'])) * 100:.2f}",
            "service_fen": f"{float(str(step['SevicePrice'])) * 100:.2f}",
        }
        for step, end in zip(steps, ends, strict=True)
    ]
