"""check_charge_orders at a practice operator: a day's list as it is sent, and the answer to one that comes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from finder.sandbox.charges import Body, wire_time

_MISSING, _MONEY, _ENERGY = 1, 2, 3


def day_list(number: str, since: datetime, until: datetime, bills: Sequence[Body]) -> Body:
    """check_charge_orders as its sender writes it."""
    return {
        "CheckOrderSeq": number,
        "StartTime": wire_time(since),
        "EndTime": wire_time(until),
        "OrderCount": len(bills),
        "TotalOrderPower": sum((bill["TotalPower"] for bill in bills), Decimal(0)),
        "TotalOrderMoney": sum((bill["TotalMoney"] for bill in bills), Decimal(0)),
        "ChargeOrders": [
            {name: bill[name] for name in ("StartChargeSeq", "TotalPower", "TotalMoney")} for bill in bills
        ],
    }


def compared(body: Body, bills: Sequence[Body]) -> Body:
    """The answer to a list: what of it these bills do not say."""
    own = {bill["StartChargeSeq"]: bill for bill in bills}
    orders: list[Any] = body.get("ChargeOrders") or []
    disputed = [
        {**order, "DisputeReason": why} for order in orders if (why := _why(order, own.get(order["StartChargeSeq"])))
    ]
    return {
        "CheckOrderSeq": body.get("CheckOrderSeq"),
        "StartTime": body.get("StartTime"),
        "EndTime": body.get("EndTime"),
        "TotalDisputeOrder": len(disputed),
        "TotalDisputePower": sum((_number(each["TotalPower"]) for each in disputed), Decimal(0)),
        "TotalDisputeMoney": sum((_number(each["TotalMoney"]) for each in disputed), Decimal(0)),
        "DisputeOrders": disputed,
    }


def _why(order: Body, bill: Body | None) -> int:
    if bill is None:
        return _MISSING
    if _number(order["TotalMoney"]) != bill["TotalMoney"]:
        return _MONEY
    return _ENERGY if _number(order["TotalPower"]) != bill["TotalPower"] else 0


def _number(told: object) -> Decimal:
    return Decimal(str(told))
