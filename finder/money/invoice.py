"""Invoices: who issues which line, at which rate, for exactly what was paid and not given back."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path

import msgspec

from finder.errors import BadInput, SettingsError
from finder.kernel.credit_code import read_credit_code
from finder.kernel.ids import Number
from finder.kernel.money import Money
from finder.stations.model import SourceId

TAX_CLASSES = Path(__file__).with_name("tax_classes.toml")
MAX_TITLE = 100
MAX_ORDERS = 100  # of one request


class Part(StrEnum):
    """What a line is for; each has its tax class."""

    ELECTRICITY = "ELECTRICITY"
    SERVICE = "SERVICE"
    PARKING = "PARKING"
    COMMISSION = "COMMISSION"  # ours, to the operator


class Kind(StrEnum):
    """Whose supply it is."""

    SUPPLY = "SUPPLY"  # the operator's (or the car park's), to the driver
    COMMISSION = "COMMISSION"  # ours, to the operator


class State(StrEnum):
    """Where an invoice stands."""

    REQUESTED = "REQUESTED"  # the issuer is asked, or will be
    ISSUED = "ISSUED"
    REFUSED = "REFUSED"
    REVERSING = "REVERSING"  # the issuer is asked for the red one
    REVERSED = "REVERSED"


NEXT: Mapping[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.ISSUED, State.REFUSED}),
    State.ISSUED: frozenset({State.REVERSING}),
    State.REVERSING: frozenset({State.REVERSED, State.ISSUED}),  # an issuer may refuse to reverse
    State.REFUSED: frozenset(),
    State.REVERSED: frozenset(),
}
LIVE = (State.REQUESTED, State.ISSUED, State.REVERSING)


@dataclass(frozen=True, slots=True)
class TaxClass:
    """How a part is named and taxed."""

    name: str
    rate_percent: int
    source: str

    def tax(self, amount: Money) -> Money:
        """The tax that is included in an amount, half up to the fen."""
        share = Decimal(amount.fen * self.rate_percent) / (100 + self.rate_percent)
        return Money(int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom an invoice is made out to; a person has no tax number."""

    title: str = field(repr=False)
    tax_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A line, tax included."""

    order: Number
    part: Part
    name: str
    rate_percent: int
    amount: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it is kept; `buyer` names whom it is made out to without saying who it is."""

    number: Number
    kind: Kind
    person: str | None
    operator: SourceId
    issuer: str
    buyer: str
    state: State
    lines: Sequence[Line]
    asked_at: datetime
    issued_at: datetime | None = None
    invoice_no: str | None = None  # the issuer's
    red_no: str | None = None  # of what reversed it
    reason: str | None = None  # why it was refused, or not reversed: a code
    goes: bool = False  # it is to be reversed as soon as it is issued
    replaces: Number | None = None
    replaced: bool = False
    reversals: int = 0  # how often a red one was asked for and refused

    @property
    def total(self) -> Money:
        """The sum of its lines."""
        return Money(sum(line.amount.fen for line in self.lines))

    @property
    def orders(self) -> list[Number]:
        """Those it is for."""
        return sorted({line.order for line in self.lines})


@dataclass(frozen=True, slots=True)
class Paid:
    """An order's money: what an operator billed, by part where it told, and what was paid and not given back."""

    order: Number
    operator: SourceId
    total: Money
    electricity: Money | None
    service: Money | None
    parking: Money | None
    left: Money


def read_buyer(title: str, tax_number: str | None) -> Buyer:
    """Raises BadInput, INVOICE_TITLE and CREDIT_CODE."""
    cleaned = title.strip()
    if not (1 <= len(cleaned) <= MAX_TITLE and cleaned.isprintable()):
        raise BadInput(
            f"发票抬头应为 1 至 {MAX_TITLE} 个字符",
            f"an invoice's title has 1 to {MAX_TITLE} characters",
            code="INVOICE_TITLE",
        )
    return Buyer(cleaned, read_credit_code(tax_number) if tax_number else None)


def read_tax_classes(path: Path = TAX_CLASSES) -> dict[Part, TaxClass]:
    """Every part's tax class. Raises SettingsError."""
    try:
        classes = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[Part, TaxClass])
    except (OSError, ValueError) as bad:
        raise SettingsError(
            f"税目文件 {path} 无法使用：{bad}", f"the tax classes {path} cannot be used: {bad}"
        ) from None
    if missing := set(Part) - classes.keys():
        names = ", ".join(sorted(missing))
        raise SettingsError(f"税目文件 {path} 缺少 {names}", f"the tax classes {path} lack {names}")
    if wrong := [part for part, each in classes.items() if not 0 <= each.rate_percent < 100]:
        raise SettingsError(f"税率有误：{wrong[0]}", f"a rate must be 0 to 99 percent: {wrong[0]}")
    return classes


def divide(paid: Paid) -> dict[Part, Money]:
    """What was paid and not given back, over the bill's parts; they sum to it exactly.

    Each part is rounded down and the largest takes the rest, so that none appears only because less was paid. What an
    operator does not tell apart counts as electricity, which has the highest rate: never too little tax.
    """
    parking = (paid.parking or Money(0)).fen
    rest = max(paid.total.fen - parking, 0)
    service = min(_told(paid.service, paid.electricity, rest), rest)
    weights = {Part.ELECTRICITY: rest - service, Part.SERVICE: service, Part.PARKING: min(parking, paid.total.fen)}
    whole = sum(weights.values())
    if whole <= 0 or paid.left.fen <= 0:
        return {}
    shares = {part: paid.left.fen * weight // whole for part, weight in weights.items()}
    shares[max(weights, key=lambda part: weights[part])] += paid.left.fen - sum(shares.values())
    return {part: Money(fen) for part, fen in shares.items() if fen}


def _told(service: Money | None, electricity: Money | None, rest: int) -> int:
    if service is not None:
        return service.fen
    return max(rest - electricity.fen, 0) if electricity is not None else 0


def line(order: Number, part: Part, amount: Money, classes: Mapping[Part, TaxClass]) -> Line:
    """A line at its part's rate."""
    tax_class = classes[part]
    return Line(order, part, tax_class.name, tax_class.rate_percent, amount, tax_class.tax(amount))
