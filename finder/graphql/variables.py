"""Variables that are plainly what their types ask for, as a place is; graphql-core judges all others."""

import math
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLFloat,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_variable_values

Shapes = Mapping[str, tuple[str, ...]]


def shapes_of(schema: GraphQLSchema, node: OperationDefinitionNode) -> Shapes | None:
    """The fields of each variable, where all are required input objects of nothing but required floats."""
    shapes: dict[str, tuple[str, ...]] = {}
    for definition in node.variable_definitions or ():
        type_ = type_from_ast(schema, definition.type)
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else None
        if not isinstance(inner, GraphQLInputObjectType) or inner.is_one_of:
            return None
        types = [field.type for field in inner.fields.values()]
        if not all(isinstance(t, GraphQLNonNull) and t.of_type is GraphQLFloat for t in types):
            return None
        shapes[definition.variable.name.value] = tuple(inner.fields)
    return shapes or None


def _plain(shapes: Shapes, given: dict[str, Any]) -> dict[str, Any] | None:
    coerced = {}
    for name, fields in shapes.items():
        value = given.get(name)
        if type(value) is not dict or len(value) != len(fields):
            return None
        for field in fields:
            number = value.get(field)
            if type(number) is not float or not math.isfinite(number):
                return None
        coerced[name] = value
    return coerced


def read_variables(
    schema: GraphQLSchema, node: OperationDefinitionNode, shapes: Shapes | None, given: dict[str, Any]
) -> VariableValues | None:
    """The variables as their types say; None where they do not fit, which graphql-core then words."""
    coerced = None if shapes is None else _plain(shapes, given)
    if coerced is not None:
        return VariableValues({}, coerced)
    variables = get_variable_values(schema, node.variable_definitions or (), given, 50)
    return variables if isinstance(variables, VariableValues) else None
