"""Our order's number as a StartChargeSeq, and back: no table, so nothing to lose.

A StartChargeSeq leaves 18 characters to us, and an order's number has 29. So its short name is sent (kernel/ids.py),
and comes back as the order: a desk finds the one that it names.
"""

import re
from datetime import datetime

from finder.connectors.sdk.sessions import OrderNo
from finder.connectors.tcec102.config import ID_LENGTH
from finder.connectors.tcec102.values import SERIAL_LENGTH
from finder.errors import BadInput
from finder.kernel.ids import short

ROOM = SERIAL_LENGTH - ID_LENGTH
MAX_SHORT = ROOM - 2
# Capitals alone: some platforms keep numbers in a table that does not tell 'a' from 'A'.
_SHORT = re.compile(rf"[1-9A-Z][0-9A-Z]{{0,{MAX_SHORT - 1}}}")
_NAME = re.compile(rf"(?!00)[0-7][0-9A-HJKMNP-TV-Z]{{{ROOM - 1}}}")


def serial_of(order: OrderNo, our_id: str) -> str:
    """Our OperatorID and the order's short name; a number of at most 16 characters is filled up with zeros, of which
    a short name never has two at its beginning (they would mean the year 2004 and before). Raises BadInput.
    """
    if _SHORT.fullmatch(order):
        return our_id + order.rjust(ROOM, "0")
    try:
        name = short(order)
    except BadInput:
        name = ""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"订单号应为本平台的 29 位编号，或 1 至 {MAX_SHORT} 位数字和大写字母且不以 0 开头",
            f"an order's number must be one of ours of 29 characters, or have 1 to {MAX_SHORT} digits and capitals and "
            "not begin with 0",
            code="ORDER_NO",
        )
    return our_id + name


def order_of(serial: str, our_id: str) -> OrderNo | None:
    """The inverse, of a long number its short name; None for a number that we did not give: the operator, or another
    platform, began that session."""
    if not serial.startswith(our_id) or len(serial) != SERIAL_LENGTH:
        return None
    own = serial[len(our_id) :]
    if _NAME.fullmatch(own):
        return own
    filled = own.lstrip("0")
    return filled if own.startswith("00") and _SHORT.fullmatch(filled) else None


def question_serial(our_id: str, now: datetime, count: int) -> str:
    """The number of a question: our OperatorID, the second in the platform's zone, and a count within it."""
    return f"{our_id}{now:%Y%m%d%H%M%S}{count % 10_000:04d}"
