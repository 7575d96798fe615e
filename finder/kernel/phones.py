"""Mobile numbers of mainland China, as people write them and as they are kept."""

import re
import unicodedata

from finder.errors import BadInput

_FILLING = re.compile(r"[\s\-()]")
_NUMBER = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
MAX_TEXT = 32


def read_phone(text: str) -> str:
    """The 11 digits of a mobile number, with or without +86, blanks and dashes. Raises BadInput, PHONE."""
    plain = _FILLING.sub("", unicodedata.normalize("NFKC", text)) if len(text) <= MAX_TEXT else ""
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise BadInput(
            "手机号有误：应为中国大陆 11 位手机号，请核对后重试",
            "the phone number is wrong: 11 digits of a mobile number of mainland China; check it and try again",
            code="PHONE",
        )
    return match[1]


def masked(phone: str) -> str:
    """As it is shown to its owner: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"
