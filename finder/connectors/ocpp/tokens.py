"""What a driver shows to a pile: a card, a car, a contract; and the tokens that we make for orders."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from finder.connectors.sdk.desk import TokenKind

VEHICLE = "VID:"  # AutoCharge
_KINDS_201: Mapping[str, TokenKind] = {
    "eMAID": TokenKind.EMAID,
    "ISO14443": TokenKind.CARD,
    "ISO15693": TokenKind.CARD,
    "Central": TokenKind.APP,
    "KeyCode": TokenKind.OTHER,
    "Local": TokenKind.OTHER,
    "MacAddress": TokenKind.OTHER,
}
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
# GB 16735 and ISO 3779: what each letter counts, and each place.
_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Shown:
    """A token as it was shown. It is personal: never logged, never kept."""

    kind: TokenKind
    token: str = field(repr=False)


def new_tag() -> str:
    """A token for one order: 20 characters, which is all that 1.6 takes."""
    return secrets.token_hex(10).upper()


def as_tag(token: str) -> str:
    """How a token would stand in our book: 1.6 does not tell capitals from small letters."""
    return token.upper()


def shown_16(id_tag: str) -> Shown | None:
    """An idTag of 1.6; None for an empty one. Padding with blanks and NUL is left out."""
    return _vehicle(id_tag) or _shown(TokenKind.CARD, id_tag)


def shown_201(id_token: Mapping[str, Any] | None) -> Shown | None:
    """An IdTokenType of 2.0.1; None where nothing was shown."""
    if not id_token or id_token["type"] == "NoAuthorization":
        return None
    return _vehicle(id_token["id_token"]) or _shown(_KINDS_201[id_token["type"]], id_token["id_token"])


def _shown(kind: TokenKind, token: str) -> Shown | None:
    bare = token.strip("\0 ")
    return Shown(kind, bare) if bare and bare.isprintable() else None


def _vehicle(token: str) -> Shown | None:
    """A VIN after `VID:`. 1.6 has no room for one: what stands there is the car's MAC, and stays what it is."""
    bare = token.strip("\0 ").upper()
    vin = bare.removeprefix(VEHICLE)
    if not bare.startswith(VEHICLE):
        return None
    if not _VIN.fullmatch(vin):
        return Shown(TokenKind.OTHER, bare) if bare.isprintable() else None
    # Some chargers read the VIN from its end; the check digit tells.
    backwards = not _checks(vin) and _checks(vin[::-1])
    return Shown(TokenKind.VIN, vin[::-1] if backwards else vin)


def _checks(vin: str) -> bool:
    """Whether the ninth place is the check digit of the others."""
    values = (int(c) if c.isdigit() else _LETTERS[c] for c in vin)
    rest = sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=True)) % 11
    return vin[8] == ("X" if rest == 10 else str(rest))
