"""Numbers that we give: sortable, unguessable, and short enough for every payment channel.

One alphabet everywhere: a ULID of 26 characters and three that say what of it is meant. WeChat takes at most 32
characters, UnionPay 8 to 40 without '-' and '_'.
"""

import re
from typing import TypeAlias

from ulid import ULID

from finder.errors import BadInput
from finder.kernel.clock import Clock, system_clock

Number: TypeAlias = str  # 29 characters

ORDER = "000"  # what ends an order's own number
_NUMBER = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}[0-9A-Z]{3}")
MOST = 99


def new_ulid(clock: Clock = system_clock) -> str:
    """26 characters of Crockford's base 32 that sort by time."""
    return str(ULID.from_datetime(clock()))


def new_order(clock: Clock = system_clock) -> Number:
    """An order's number."""
    return new_ulid(clock) + ORDER


def part(order: Number, letter: str, count: int) -> Number:
    """The number of an order's effect outside: a letter for its kind (A … Z), and which one it is, 0 … 99.

    The same effect has the same number however often it is tried. Raises BadInput.
    """
    check_number(order)
    if not (len(letter) == 1 and "A" <= letter <= "Z") or not 0 <= count <= MOST:
        raise BadInput(
            f"订单 {order} 的操作次数超过 {MOST}，请人工处理",
            f"order {order}: over {MOST} effects of one kind, a person must look at it",
            code="TOO_MANY_EFFECTS",
        )
    return f"{order[:26]}{letter}{count:02}"


def order_of(number: Number) -> Number:
    """The order to which a part belongs."""
    return check_number(number)[:26] + ORDER


def short(order: Number) -> str:
    """18 characters that name an order where there is no room for 29: its millisecond, and the last 40 of its random
    bits, since within a millisecond one process only counts up. Raises BadInput.
    """
    check_number(order)
    return order[:10] + order[18:26]


def long(name: str) -> str:
    """What an order of this short name is LIKE, in SQL."""
    return f"{name[:10]}{'_' * 8}{name[10:]}{ORDER}"


def check_number(number: str) -> Number:
    """The same number. Raises BadInput where it is none of ours."""
    if not _NUMBER.fullmatch(number):
        raise BadInput(f"编号 {number[:40]!r} 无效", f"{number[:40]!r} is no number of ours", code="NUMBER")
    return number
