"""Number plates of mainland China: ordinary ones (GA 36-2018) and the longer ones of new-energy cars."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from finder.errors import BadInput

MAX_TEXT = 24
_FILLING = re.compile(r"[\s·•.\-]")
_HEAD = r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
_ORDINARY = re.compile(_HEAD + r"[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]")
# A to E runs on electricity alone, F to K does not; it leads on small cars and ends on large ones.
_NEW_ENERGY = re.compile(_HEAD + r"(?:[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK])")


_SPECIAL = frozenset("挂学警港澳")  # trailers, schools, police, cars of Hong Kong and Macao: of any drive


class Drive(StrEnum):
    """What a plate's form says of what drives the car."""

    FUEL = "FUEL"  # blue or yellow, 7 characters; electric cars of the years before 2018 may still have one
    ELECTRIC = "ELECTRIC"  # green, 8 characters: A to E on electricity alone
    PLUG_IN = "PLUG_IN"  # green too, F to K: with an engine, or a fuel cell
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate without its dot. `new_energy` is what its form says."""

    text: str = field(repr=False)
    new_energy: bool

    @property
    def drive(self) -> Drive:
        """What drives the car."""
        if self.new_energy:
            letter = self.text[2] if self.text[2].isalpha() else self.text[-1]
            return Drive.ELECTRIC if letter in "ABCDE" else Drive.PLUG_IN
        return Drive.UNKNOWN if self.text[-1] in _SPECIAL else Drive.FUEL

    @property
    def region(self) -> str:
        """Province and city that gave it, such as 晋H for Xinzhou."""
        return self.text[:2]


def read_plate(text: str) -> Plate:
    """The plate in upper case. Raises BadInput, PLATE."""
    plain = _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper() if len(text) <= MAX_TEXT else ""
    if _NEW_ENERGY.fullmatch(plain):
        return Plate(plain, new_energy=True)
    if _ORDINARY.fullmatch(plain):
        return Plate(plain, new_energy=False)
    raise BadInput(
        "车牌号有误：新能源车牌 8 位（如 晋H·D12345），普通车牌 7 位（如 晋H·12345），不含 I 和 O",
        "the plate is wrong: 8 characters for a new-energy car (晋H·D12345), 7 for others (晋H·12345), without I and O",
        code="PLATE",
    )
