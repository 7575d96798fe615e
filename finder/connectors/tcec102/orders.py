"""Our order's number as a StartChargeSeq, and back: no table, so nothing to lose."""

import re
from datetime import datetime

from finder.connectors.sdk.sessions import OrderNo
from finder.connectors.tcec102.config import ID_LENGTH
from finder.connectors.tcec102.values import SERIAL_LENGTH
from finder.errors import BadInput

MAX_ORDER = SERIAL_LENGTH - ID_LENGTH
# Capitals alone: some platforms keep numbers in a table that does not tell 'a' from 'A'.
_ORDER = re.compile(rf"[1-9A-Z][0-9A-Z]{{0,{MAX_ORDER - 1}}}")


def serial_of(order: OrderNo, our_id: str) -> str:
    """Our OperatorID and the order's number, filled up with zeros to 18 characters. Raises BadInput."""
    if not _ORDER.fullmatch(order):
        raise BadInput(
            f"订单号应为 1 至 {MAX_ORDER} 位数字或大写字母，且不以 0 开头",
            f"an order's number must have 1 to {MAX_ORDER} digits or capitals, and not begin with 0",
            code="ORDER_NO",
        )
    return our_id + order.rjust(MAX_ORDER, "0")


def order_of(serial: str, our_id: str) -> OrderNo | None:
    """The inverse; None for a number that we did not give: the operator, or another platform, began that session."""
    order = serial[len(our_id) :].lstrip("0")
    return order if serial.startswith(our_id) and serial_or_none(order, our_id) == serial else None


def serial_or_none(order: OrderNo, our_id: str) -> str | None:
    """As `serial_of`, None where there is none."""
    return serial_of(order, our_id) if _ORDER.fullmatch(order) else None


def question_serial(our_id: str, now: datetime, count: int) -> str:
    """The number of a question: our OperatorID, the second in the platform's zone, and a count within it."""
    return f"{our_id}{now:%Y%m%d%H%M%S}{count % 10_000:04d}"
