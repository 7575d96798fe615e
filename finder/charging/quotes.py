"""A quote's id: what was quoted, sealed, so that a start can be held to it and nothing is kept until then."""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Protocol

import msgspec

from finder.charging.quote import Quote
from finder.errors import BadInput, SettingsError
from finder.stations.model import EvseId, StationId, Tariff

MAX_ID = 1_024
_PLACE = "charging-quote"


class Sealing(Protocol):
    """Seals for a place; nobody else can make or read it."""

    def seal(self, plain: bytes, place: str) -> bytes:
        """The sealed text."""

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain text. Raises SettingsError for what was sealed otherwise."""


class Quoted(msgspec.Struct, frozen=True, array_like=True):
    """What a quote was of."""

    station_id: StationId
    evse_id: EvseId
    connector_id: str
    tariff: bytes  # its digest
    total_fen: int | None
    valid_until: datetime


def tariff_digest(tariff: Tariff | None) -> bytes:
    """By which a version of a tariff is known."""
    return hashlib.sha256(msgspec.json.encode(tariff)).digest()[:16]


class QuoteIds:
    """Makes and reads quotes' ids."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def make(self, quote: Quote) -> str:
        """The id of a quote that was just made."""
        total = None if quote.total is None else quote.total.fen
        told = Quoted(
            quote.station_id, quote.evse_id, quote.connector_id, tariff_digest(quote.tariff), total, quote.valid_until
        )
        return base64.urlsafe_b64encode(self._sealing.seal(msgspec.msgpack.encode(told), _PLACE)).decode().rstrip("=")

    def read(self, quote_id: str, now: datetime) -> Quoted:
        """Raises BadInput for an id that is not ours, and for one whose time is over."""
        try:
            if len(quote_id) > MAX_ID:
                raise ValueError(quote_id[:40])
            sealed = base64.b64decode(quote_id + "=" * (-len(quote_id) % 4), altchars=b"-_", validate=True)
            told = msgspec.msgpack.decode(self._sealing.open(sealed, _PLACE), type=Quoted)
        except (ValueError, binascii.Error, msgspec.MsgspecError, SettingsError):
            raise BadInput("报价编号无效，请重新报价", "this is no quote's id: ask for a quote", code="QUOTE") from None
        if now >= told.valid_until:
            raise BadInput(
                "报价已过期，请重新报价", "this quote's time is over: ask for a new one", code="QUOTE_EXPIRED"
            )
        return told
