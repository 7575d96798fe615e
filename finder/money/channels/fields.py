"""Typed access to what a channel sent; whatever is missing or of another kind is a lie, named."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from finder.errors import BadInput, ChannelLied
from finder.kernel.clock import SHANGHAI
from finder.kernel.ids import Number, check_number
from finder.kernel.money import Money
from finder.money.channels.yuan import from_yuan

_MOST_TEXT = 2048
_MOST_FEN = 10**12


class Fields:
    """One object of a channel's message. Every method but `text_or_none` raises ChannelLied."""

    def __init__(self, channel: str, told: Mapping[str, Any]) -> None:
        self._channel, self._told = channel, told

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._told.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_TEXT:
            raise self.lied(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text, or None where it is absent, empty or something else."""
        value = self._told.get(name)
        return value[:_MOST_TEXT] if isinstance(value, str) and value else None

    def number(self, name: str) -> Number:
        """One of our own numbers."""
        try:
            return check_number(self.text(name))
        except BadInput:
            raise self.lied(name) from None

    def same(self, name: str, ours: str) -> None:
        """That it speaks of what we asked about."""
        if self.text(name) != ours:
            raise self.lied(name)

    def fen(self, name: str) -> Money:
        """A whole number of fen, 0 or more."""
        value = self._told.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_FEN:
            raise self.lied(name)
        return Money(value)

    def fen_or_none(self, name: str) -> Money | None:
        """The same, or None where it is absent."""
        return None if self._told.get(name) is None else self.fen(name)

    def yuan(self, name: str) -> Money:
        """Yuan with at most two decimals, 0 or more, as a text or a number."""
        try:
            amount = from_yuan(self._told.get(name))
        except ValueError:
            raise self.lied(name) from None
        if amount.fen < 0:
            raise self.lied(name)
        return amount

    def yuan_or_none(self, name: str) -> Money | None:
        """The same, or None where it is absent or empty."""
        return None if self._told.get(name) in (None, "") else self.yuan(name)

    def truth(self, name: str) -> bool:
        """True or false, as such or as a text."""
        value = self._told.get(name)
        if value in (True, "true"):
            return True
        if value in (False, "false"):
            return False
        raise self.lied(name)

    def moment(self, name: str) -> datetime | None:
        """RFC 3339, 'YYYYmmddHHMMSS' or 'YYYY-mm-dd HH:MM:SS' (both in Asia/Shanghai); None where it is absent."""
        text = self.text_or_none(name)
        if text is None:
            return None
        try:
            when = datetime.strptime(text, "%Y%m%d%H%M%S") if text.isdigit() else datetime.fromisoformat(text)
            return when if when.tzinfo else when.replace(tzinfo=SHANGHAI)
        except (ValueError, OverflowError):
            raise self.lied(name) from None

    def inner(self, name: str) -> "Fields":
        """An object within; an empty one where it is absent."""
        value = self._told.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.lied(name)
        return Fields(self._channel, value or {})

    def items(self, name: str) -> "list[Fields]":
        """A list of objects; none where it is absent."""
        value = self._told.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            raise self.lied(name)
        return [Fields(self._channel, item) for item in value or ()]

    def lied(self, name: str) -> ChannelLied:
        """What to raise for a field that cannot be believed."""
        return ChannelLied(
            f"{self._channel}：字段 {name} 缺失或有误",
            f"{self._channel}: the field {name} is missing or cannot be believed",
            code="CHANNEL_FIELD",
        )
