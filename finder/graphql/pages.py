"""A page of rows that officials and drivers turn over; stations have connections of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from finder.errors import BadInput

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """What PageInfo shows."""

    has_next: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A page of them."""

    nodes: Sequence[T]
    page: Page


def check_first(first: int, most: int) -> None:
    """Raises BadInput FIRST_OUT_OF_RANGE."""
    if not 1 <= first <= most:
        raise BadInput(f"first 应为 1 至 {most}", f"first must be 1 to {most}", code="FIRST_OUT_OF_RANGE")
