"""Vehicle identification numbers with their check digit (GB 16735-2019, ISO 3779)."""

import re
import unicodedata

from finder.errors import BadInput

LENGTH = 17
CHECK_AT = 8  # counted from 0: the ninth character
_FORM = re.compile(r"[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{4}[0-9]{4}")  # the last four are digits
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)


def check_character(vin: str) -> str:
    """What the ninth of these 17 characters must be. Raises KeyError for I, O, Q and whatever is no character of it."""
    rest = sum(weight * _VALUES[letter] for letter, weight in zip(vin, _WEIGHTS, strict=True) if weight) % 11
    return "X" if rest == 10 else str(rest)


def read_vin(text: str) -> str:
    """The number in upper case. Raises BadInput: VIN, or VIN_REVERSED where it holds when read backwards."""
    vin = unicodedata.normalize("NFKC", text).strip().upper() if len(text) <= 2 * LENGTH else ""
    if _holds(vin):
        return vin
    if _holds(vin[::-1]):
        raise BadInput(
            "车架号的字节顺序颠倒：请从第一位起按行驶证顺序填写",
            "the VIN is written backwards: give it in the order of the vehicle licence",
            code="VIN_REVERSED",
        )
    raise BadInput(
        "车架号有误：应为 17 位，不含 I、O、Q，第 9 位为校验位，末四位为数字，请对照行驶证核对",
        "the VIN is wrong: 17 characters without I, O and Q, the ninth a check digit, the last four digits; "
        "compare it with the vehicle licence",
        code="VIN",
    )


def _holds(vin: str) -> bool:
    return bool(_FORM.fullmatch(vin)) and check_character(vin) == vin[CHECK_AT]
