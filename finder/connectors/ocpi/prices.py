"""Amounts: OCPI's Price in either version's form, as integer fen; unknown is None, never 0."""

from decimal import ROUND_HALF_UP, Decimal

from finder.connectors.ocpi.values import decimal, mapping, objects, refuse
from finder.kernel.money import Money

CURRENCY = "CNY"


def price(value: object, what: str) -> Decimal | None:
    """Yuan with taxes: of {before_taxes, taxes[]} (2.3.0) their sum, of {excl_vat, incl_vat} (2.2.1) what is owed.

    2.2.1 leaves `incl_vat` out where no VAT applies. None where absent; raises BadInput for another form.
    """
    if value is None:
        return None
    raw = mapping(value, what)
    if "before_taxes" in raw:
        parts = [raw["before_taxes"], *(tax.get("amount") for tax in objects(raw, "taxes"))]
        read = [decimal(part) for part in parts]
        total = None if None in read else sum((each for each in read if each is not None), Decimal(0))
    else:
        total = decimal(raw.get("incl_vat") if raw.get("incl_vat") is not None else raw.get("excl_vat"))
    if total is None:
        refuse("BAD_PRICE", f"{what} 不是金额", f"{what} is no amount")
    return total


def fen(yuan: Decimal) -> Money:
    """Rounded half up to the fen. Raises BadInput for a sum that nobody can mean."""
    if not -1_000_000_000 < yuan < 1_000_000_000:
        refuse("MONEY_OUT_OF_RANGE", "金额超出范围", "an amount is out of range")
    return Money(int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def in_yuan(currency: object) -> bool:
    """Whether amounts are in yuan; those in another currency cannot be said in fen."""
    return isinstance(currency, str) and currency.strip().upper() == CURRENCY
