"""A bill as it is passed on: notification_charge_order_info, the inverse of bills.py; it names no driver."""

import base64
import hashlib
from decimal import Decimal
from typing import Any

from finder.connectors.sdk.sessions import Bill, BillLine
from finder.connectors.tcec102.bills import STOP_REASONS
from finder.connectors.tcec102.orders import ROOM
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.values import wire_time, yuan
from finder.kernel.money import Money

_CODES = {reason: code for code, reason in STOP_REASONS.items()}
_OTHER = 5


def passed_on(key: str, our_id: str) -> str:
    """The number under which a bill is passed on: the same whenever it is sent, and another for every other bill.

    Our OperatorID and 90 bits of a hash; operators' own numbers of other protocols would not fit, or might meet.
    """
    digest = hashlib.blake2b(key.encode(), digest_size=12).digest()
    return our_id + base64.b32encode(digest).decode()[:ROOM]


def bill_info(key: str, bill: Bill, our_id: str, gun_id: str, profile: Profile) -> dict[str, Any]:
    """The body under the standard's names. Parking has none there, and is left out of the total as well."""
    parking = bill.parking.fen if bill.parking else 0
    info = {
        "StartChargeSeq": passed_on(key, our_id),
        "ConnectorID": gun_id,
        "StartTime": wire_time(bill.started_at, profile),
        "EndTime": wire_time(bill.ended_at, profile),
        "TotalPower": bill.kwh,
        "TotalMoney": yuan(Money(bill.total.fen - parking)),
        "StopReason": _CODES.get(bill.stop_reason, _OTHER),
        "SumPeriod": len(bill.lines),
        "ChargeDetails": [_line(line, profile) for line in bill.lines],
    }
    return info | _money("TotalElecMoney", bill.electricity) | _money("TotalSeviceMoney", bill.service)


def _line(line: BillLine, profile: Profile) -> dict[str, Any]:
    info: dict[str, Any] = {
        "DetailStartTime": wire_time(line.started_at, profile),
        "DetailEndTime": wire_time(line.ended_at, profile),
        "DetailPower": line.kwh,
    }
    for name, price in (("ElecPrice", line.electricity_price), ("SevicePrice", line.service_price)):
        if price is not None:
            info[name] = Decimal(price.e4).scaleb(-4)
    return info | _money("DetailElecMoney", line.electricity) | _money("DetailSeviceMoney", line.service)


def _money(name: str, amount: Money | None) -> dict[str, Any]:
    return {} if amount is None else {name: yuan(amount)}
