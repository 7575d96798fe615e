"""JSON of leaf values; whatever is not plainly of its GraphQL type raises, and graphql-core judges it.

A writer is a function or, where most values are few, a mapping: looking up costs a third of a call.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, TypeAlias

from graphql import GraphQLEnumType

from finder.graphql.views import iso

_MAX_INT = 2**31 - 1


class _Ints(dict[int, str]):
    """32-bit integers; the small ones are kept."""

    def __missing__(self, value: Any) -> str:
        if type(value) is int and -_MAX_INT - 1 <= value <= _MAX_INT:
            return str(value)
        raise TypeError("not a GraphQL Int")


def write_float(value: Any) -> str:
    """A finite number."""
    if type(value) is float and math.isfinite(value):
        return repr(value)
    if type(value) is int and -_MAX_INT <= value <= _MAX_INT:
        return str(value)
    raise TypeError("not a GraphQL Float")


@lru_cache(65_536)
def write_moment(value: Any) -> str:
    """As the schema's DateTime. What was observed once is in every answer until the next sight."""
    return f'"{iso(value)}"'


def write_tenths(value: float | None) -> str:
    """A number that is not negative, rounded to a tenth, in one step."""
    if value is None:
        return "null"
    if 0.0 <= value < 1e15:
        return f"{value:.1f}"
    raise TypeError("not a number from 0 on")


def write_age(then: datetime, now: datetime) -> str:
    """An age in seconds as `views.since` has it: never below 0, in tenths."""
    age_s = (now - then).total_seconds()
    return f"{age_s:.1f}" if age_s > 0 else "0.0"


Writer: TypeAlias = Callable[[Any], str] | Mapping[Any, str]

WRITERS: Mapping[str, Writer] = {
    "Int": _Ints({n: str(n) for n in range(-1, 10_000)}),
    "Float": write_float,
    "Boolean": {True: "true", False: "false"},
    "String": encode_basestring,
    "ID": encode_basestring,
    "DateTime": write_moment,
}


def enum_writer(type_: GraphQLEnumType) -> dict[Any, str]:
    """Each member's name in quotes, by the member."""
    members = type_.wrapped_cls  # type: ignore[attr-defined]  # strawberry's own enum type
    return {members[name]: f'"{name}"' for name in type_.values}
