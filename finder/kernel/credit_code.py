"""The unified social credit code of a Chinese organisation, with its check digit (GB 32100-2015)."""

from finder.errors import BadInput

LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z
_WEIGHTS = [pow(3, n, 31) for n in range(LENGTH - 1)]


def check_character(first: str) -> str:
    """The eighteenth character for the first seventeen. Raises ValueError for a character that no code has."""
    total = sum(_ALPHABET.index(letter) * weight for letter, weight in zip(first, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def read_credit_code(text: str) -> str:
    """The code in upper case. Raises BadInput, CREDIT_CODE."""
    code = text.strip().upper()
    try:
        if len(code) == LENGTH and code.isascii() and code[2:8].isdigit() and check_character(code[:-1]) == code[-1]:
            return code
    except ValueError:
        pass
    raise BadInput(
        "统一社会信用代码有误：应为 18 位，不含 I、O、S、V、Z，末位为校验码，请对照营业执照核对",
        "the unified social credit code is wrong: 18 characters without I, O, S, V and Z, the last one a check digit; "
        "compare it with the business licence",
        code="CREDIT_CODE",
    )
