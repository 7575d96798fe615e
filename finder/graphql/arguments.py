"""A root field's arguments: what the document fixes is read once, the rest as cheaply as its type allows."""

from collections.abc import Callable
from typing import Any

import orjson
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLScalarType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments

MAX_REMEMBERED = 256  # sets of values of one field, as filters are: many callers, few wishes
MAX_KEY = 2_000  # bytes of values that are remembered: a route of thousands of points never comes again

Build = Callable[..., Any]


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.append(node.name.value)


def _variables(node: Any) -> list[str]:
    seen = _Variables()
    visit(node, seen)
    return seen.names


def _flat(argument: GraphQLArgument) -> Build | None:
    """Makes the value of an input object of required plain numbers; None for any other type."""
    type_ = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else None
    if not isinstance(type_, GraphQLInputObjectType):
        return None
    told = type_.extensions["strawberry-definition"]
    names = {field.python_name for field in told.fields}
    plain = all(
        isinstance(field.type, GraphQLNonNull)
        and isinstance(field.type.of_type, GraphQLScalarType)
        and field.type.of_type.name in ("Float", "Int", "Boolean")
        and name in names
        for name, field in type_.fields.items()
    )
    build: Build = told.origin
    return build if plain else None


class Arguments:
    """Reads the arguments of one field node, as strawberry would give them to its resolver."""

    def __init__(self, schema: Schema, field: GraphQLField, node: FieldNode) -> None:
        self._schema = schema
        self._told = field.extensions["strawberry-definition"].arguments
        self._flat: list[tuple[str, str, Build]] = []
        given = {a.name.value: a for a in node.arguments or ()}
        fixed: dict[str, GraphQLArgument] = {}
        loose: dict[str, GraphQLArgument] = {}
        for name, argument in field.args.items():
            used = _variables(given[name].value) if name in given else []
            build = _flat(argument)
            if build and name in given and isinstance(given[name].value, VariableNode):
                self._flat.append((self._python_name(name), used[0], build))
            else:
                (loose if used else fixed)[name] = argument
        self._names = sorted({v for name in loose for v in _variables(given[name].value)})
        self._loose = self._part(field, node, loose)
        self._fixed = self._convert(self._part(field, node, fixed), VariableValues({}, {}))
        self._known: dict[bytes, dict[str, Any]] = {}

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """By python name. Raises where a value is missing or of another kind; graphql-core then words it."""
        coerced = variables.coerced
        values = dict(self._fixed)
        for python_name, variable, build in self._flat:
            values[python_name] = build(**coerced[variable])
        if self._names:
            values.update(self._read_loose(variables))
        return values

    def _read_loose(self, variables: VariableValues) -> dict[str, Any]:
        key = orjson.dumps({name: variables.coerced[name] for name in self._names if name in variables.coerced})
        known = self._known.get(key)
        if known is None and len(key) > MAX_KEY:
            return self._convert(self._loose, variables)
        if known is None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._convert(self._loose, variables)
        return known

    def _part(
        self, field: GraphQLField, node: FieldNode, arguments: dict[str, GraphQLArgument]
    ) -> tuple[GraphQLField, FieldNode]:
        kept = tuple(a for a in node.arguments or () if a.name.value in arguments)
        part = FieldNode(name=node.name, arguments=kept, directives=(), loc=node.loc)
        return GraphQLField(field.type, args=arguments), part

    def _convert(self, part: tuple[GraphQLField, FieldNode], variables: VariableValues) -> dict[str, Any]:
        values = get_argument_values(*part, variables)
        converter = self._schema.schema_converter
        told = [a for a in self._told if converter.config.name_converter.get_graphql_name(a) in part[0].args]
        return convert_arguments(values, told, converter.scalar_registry, self._schema.config)

    def _python_name(self, name: str) -> str:
        converter = self._schema.config.name_converter
        return str(next(a.python_name for a in self._told if converter.get_graphql_name(a) == name))
