"""check_charge_orders, both ways: a day's list of bills and what of it is disputed; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from finder.connectors.sdk.desk import Claimed, Difference, Disputed
from finder.connectors.sdk.ports import Refused
from finder.connectors.tcec102.bills import Teller
from finder.connectors.tcec102.profile import Profile
from finder.connectors.tcec102.values import (
    amount,
    code,
    identifier,
    moment,
    money,
    native_id,
    records,
    refuse,
    refused,
    serial,
    wire_time,
    yuan,
)
from finder.errors import BadInput
from finder.kernel.money import Money

MAX_CLAIMS = 2_000  # what a push of 256 KiB holds; a busier day comes in several lists
DISPUTE_REASONS = {Difference.MISSING: 1, Difference.MONEY: 2, Difference.ENERGY: 3}
_DIFFERENCES = {number: difference for difference, number in DISPUTE_REASONS.items()}


@dataclass(frozen=True, slots=True)
class Claims:
    """A day's list: what can be compared, and what cannot be read and is disputed as it stands."""

    number: str
    since: datetime
    until: datetime
    claims: Sequence[Claimed]
    unreadable: Sequence[Disputed]
    refused: Sequence[Refused]


def map_claims(raw: dict[str, Any], teller: Teller) -> Claims:
    """check_charge_orders. Raises BadInput where the list as a whole cannot be taken."""
    number = serial(raw, "CheckOrderSeq")
    since, until = moment(raw, "StartTime", teller.profile), moment(raw, "EndTime", teller.profile)
    if since is None or until is None or until < since:
        refuse("CLAIMS_SPAN", "StartTime 与 EndTime 有误", "StartTime and EndTime are no span of time")
    orders = records(raw, "ChargeOrders")
    if len(orders) > MAX_CLAIMS or code(raw, "OrderCount") not in (None, len(orders)):
        refuse(
            "CLAIMS_COUNT",
            f"OrderCount 应与 ChargeOrders 的条数一致，且不超过 {MAX_CLAIMS}",
            f"OrderCount must be the number of ChargeOrders, at most {MAX_CLAIMS}",
        )
    claims: list[Claimed] = []
    unreadable: list[Disputed] = []
    bad: list[Refused] = []
    for order in orders:
        if not isinstance(order, dict):
            refuse("NOT_AN_OBJECT", "ChargeOrders 中有记录不是对象", "a record of ChargeOrders is no object")
        session = identifier(order, "StartChargeSeq")
        kwh, why = _or_none(amount, order, "TotalPower", bad)
        total, wrong = _or_none(money, order, "TotalMoney", bad)
        claim = Claimed(session, kwh if kwh is not None else Decimal(0), total or Money(0))
        if why or wrong:
            unreadable.append(Disputed(claim, Difference.MONEY if wrong else Difference.ENERGY))
        else:
            claims.append(claim)
    return Claims(number, since, until, claims, unreadable, bad)


def _or_none(read: Any, order: dict[str, Any], name: str, bad: list[Refused]) -> tuple[Any, bool]:
    try:
        value = read(order, name)
        if value is None or (value if isinstance(value, Decimal) else value.fen) < 0:
            refuse("CLAIM_NUMBER", f"{name} 缺失或为负", f"{name} is missing or negative")
    except BadInput as error:
        bad.append(refused(native_id(order, "StartChargeSeq"), error))
        return None, True
    return value, False


def dispute_answer(told: Claims, disputed: Sequence[Disputed], profile: Profile) -> dict[str, Any]:
    """The answer to an operator's list."""
    return {
        "CheckOrderSeq": told.number,
        "StartTime": wire_time(told.since, profile),
        "EndTime": wire_time(told.until, profile),
        "TotalDisputeOrder": len(disputed),
        "TotalDisputePower": _kwh([each.claim for each in disputed]),
        "TotalDisputeMoney": _yuan([each.claim for each in disputed]),
        "DisputeOrders": [_order(each.claim) | {"DisputeReason": DISPUTE_REASONS[each.why]} for each in disputed],
    }


def day_list(
    number: str, since: datetime, until: datetime, claims: Sequence[Claimed], profile: Profile
) -> dict[str, Any]:
    """Our list, as it is sent."""
    return {
        "CheckOrderSeq": number,
        "StartTime": wire_time(since, profile),
        "EndTime": wire_time(until, profile),
        "OrderCount": len(claims),
        "TotalOrderPower": _kwh(claims),
        "TotalOrderMoney": _yuan(claims),
        "ChargeOrders": [_order(claim) for claim in claims],
    }


def map_disputed(raw: dict[str, Any], claims: Sequence[Claimed]) -> list[Disputed]:
    """What the operator disputes of our list. Raises BadInput for what was not in it, or an unknown reason."""
    own = {claim.native_id: claim for claim in claims}
    found: list[Disputed] = []
    for order in records(raw, "DisputeOrders"):
        session = native_id(order, "StartChargeSeq")
        reason = code(order, "DisputeReason") if isinstance(order, dict) else None
        claim, why = own.pop(session, None), _DIFFERENCES.get(reason or 0)
        if claim is None or why is None:
            refuse(
                "DISPUTE_OTHER",
                f"DisputeOrders 中的 {session} 不在清单中、重复，或 DisputeReason 有误",
                f"DisputeOrders has {session}, which was not in the list, is there twice, or has an unknown reason",
            )
        found.append(Disputed(claim, why))
    if code(raw, "TotalDisputeOrder") not in (None, len(found)):
        refuse("DISPUTE_COUNT", "TotalDisputeOrder 与条数不符", "TotalDisputeOrder is not the number of DisputeOrders")
    return found


def _order(claim: Claimed) -> dict[str, Any]:
    return {"StartChargeSeq": claim.native_id, "TotalPower": claim.kwh, "TotalMoney": yuan(claim.total)}


def _kwh(claims: Sequence[Claimed]) -> Decimal:
    return sum((claim.kwh for claim in claims), Decimal(0))


def _yuan(claims: Sequence[Claimed]) -> Decimal:
    return yuan(Money(sum(claim.total.fen for claim in claims)))
