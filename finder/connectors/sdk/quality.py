"""The quality scale: what a kind of connector claims of itself. `check/quality.py` holds the claim against a check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Grade(StrEnum):
    """BRONZE misleads nobody; SILVER can be relied on; at GOLD people charge and pay."""

    BRONZE = "BRONZE"
    SILVER = "SILVER"
    GOLD = "GOLD"


@dataclass(frozen=True, slots=True)
class Claim:
    """The grade that a kind says it reaches, and which criteria its vendor makes impossible, each with the reason."""

    grade: Grade
    exempt: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Claims(Protocol):
    """A kind of connector that claims a grade."""

    @property
    def quality(self) -> Claim:
        """What it claims."""


def claim_of(kind: object) -> Claim | None:
    """What this kind claims; None where it claims nothing."""
    return kind.quality if isinstance(kind, Claims) else None
