"""JSON of leaf values; whatever is not plainly of its GraphQL type raises, and graphql-core judges it."""

import math
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any

from graphql import GraphQLEnumType

from finder.graphql.views import iso

_MAX_INT = 2**31 - 1


def write_int(value: Any) -> str:
    """A 32-bit integer."""
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


def write_boolean(value: Any) -> str:
    """True or false."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise TypeError("not a GraphQL Boolean")


def write_moment(value: Any) -> str:
    """As the schema's DateTime."""
    return f'"{iso(value)}"'


WRITERS: Mapping[str, Callable[[Any], str]] = {
    "Int": write_int,
    "Float": write_float,
    "Boolean": write_boolean,
    "String": encode_basestring,
    "ID": encode_basestring,
    "DateTime": write_moment,
}


def enum_writer(type_: GraphQLEnumType) -> dict[Any, str]:
    """Each member's name in quotes, by the member."""
    members = type_.wrapped_cls  # type: ignore[attr-defined]  # strawberry's own enum type
    return {members[name]: f'"{name}"' for name in type_.values}
