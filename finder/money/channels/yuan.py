"""Fen and the yuan that channels write, with never a float between."""

from decimal import Decimal, InvalidOperation

from finder.kernel.money import Money

_MOST_FEN = 10**12


def yuan(amount: Money) -> str:
    """'12.34'."""
    sign, fen = "-" if amount.fen < 0 else "", abs(amount.fen)
    return f"{sign}{fen // 100}.{fen % 100:02}"


def from_yuan(text: object) -> Money:
    """Reads yuan of at most two decimals (more only as zeros), with or without a sign. Raises ValueError."""
    try:
        fen = Decimal(str(text).strip().replace(",", "")) * 100
    except InvalidOperation:
        raise ValueError("no amount of yuan") from None
    if not fen.is_finite() or abs(fen) > _MOST_FEN or fen != fen.to_integral_value():
        raise ValueError("no whole number of fen")
    return Money(int(fen))
