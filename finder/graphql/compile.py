"""Compiles a validated selection into Python that writes JSON; graphql-core stays the judge of what it must write.

The text of a generated function holds only names that the schema or GraphQL's grammar allows, and numbers of our own;
values reach it through its namespace. What is static about a station is written once and kept (see template.py);
what lives is written for each answer.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
)

from finder.graphql.moment import Moment
from finder.graphql.selection import NotCompilable, Selections
from finder.graphql.template import HOLE, Template, Templates
from finder.graphql.types import LIVE, STATIC
from finder.graphql.writers import WRITERS, enum_writer

TEMPLATED = "Station"  # the type whose static part is kept

Hole: TypeAlias = tuple[Template, Any]
Writer: TypeAlias = Callable[[Any, Moment, Callable[[Hole], None]], str]


class Compiler:
    """Compiles the selections of one operation; its functions share a namespace."""

    def __init__(self, schema: GraphQLSchema, selections: Selections, templates: Templates) -> None:
        self._schema = schema
        self._selections = selections
        self._templates = templates
        self._names: dict[str, Any] = {"Z": HOLE}
        self._count = 0

    def writer(self, field: GraphQLField, nodes: Sequence[FieldNode]) -> Writer:
        """A function (value, moment, keep) that writes what a root field gave; it leaves a mark for each station."""
        value = self._value(field.type, nodes, "s", templating=False)
        write: Writer = self._function(f"return {value}", "s, m, A")
        return write

    def _new(self, prefix: str, value: Any = None) -> str:
        self._count += 1
        name = f"{prefix}{self._count}"
        if value is not None:
            self._names[name] = value
        return name

    def _function(self, body: str, parameters: str) -> Any:
        name = self._new("f")
        # Safe: the text is made of schema names, GraphQL names and our own counters; see the module's docstring.
        exec(f"def {name}({parameters}):\n    {body}\n", self._names)  # noqa: S102
        return self._names[name]

    def _value(self, type_: Any, nodes: Sequence[FieldNode], source: str, *, templating: bool) -> str:
        """An expression for the JSON of the expression `source`."""
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, nodes, source, templating=templating)
        name = self._new("v")
        inner = self._present(type_, nodes, name, templating=templating)
        return f'("null" if ({name} := {source}) is None else {inner})'

    def _present(self, type_: Any, nodes: Sequence[FieldNode], source: str, *, templating: bool) -> str:
        if isinstance(type_, GraphQLList):
            item = self._new("x")
            inner = self._item(type_.of_type, nodes, item, templating=templating)
            return f'"[" + ",".join([{inner} for {item} in {source}]) + "]"'
        if isinstance(type_, GraphQLScalarType) and type_.name in WRITERS:
            return f"{self._new('w', WRITERS[type_.name])}({source})"
        if isinstance(type_, GraphQLEnumType):
            return f"{self._new('w', enum_writer(type_))}[{source}]"
        if isinstance(type_, GraphQLObjectType):
            if type_.name == TEMPLATED and not templating:
                return f"(A(({self._new('T', self._template(type_, nodes))}, {source})) or Z)"
            return f"{self._object(type_, nodes, templating=templating)}({source}, m, A)"
        raise NotCompilable(str(type_))

    def _item(self, type_: Any, nodes: Sequence[FieldNode], item: str, *, templating: bool) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, nodes, item, templating=templating)
        return f'("null" if {item} is None else {self._present(type_, nodes, item, templating=templating)})'

    def _object(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], *, templating: bool) -> str:
        """The name of a function that writes an object of that type."""
        parts = []
        for key, same in self._selections.inside(nodes, type_.name).items():
            parts.append(f'"{key}":{self._field(type_, same, templating=templating)}')
        text = ",".join(parts)
        function = self._function(f"return f'''{{{{{text}}}}}'''", "s, m, A")
        return str(function.__name__)

    def _field(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], *, templating: bool) -> str:
        """The text of a field's value within an f-string."""
        name = nodes[0].name.value
        if name == "__typename":
            return f'"{type_.name}"'
        field = type_.fields.get(name)
        if field is None or field.args:
            raise NotCompilable(f"{type_.name}.{name}")
        told = field.extensions["strawberry-definition"]
        live, static = told.metadata.get(LIVE), told.metadata.get(STATIC)
        if live is not None and templating:
            emit = self._live(field, nodes, live)
            return f"{{(A(({self._new('E', emit)}, s)) or Z)}}"
        if live is not None:
            source = f"{self._new('V', live)}(s, m)"
        elif static is not None:
            source = f"{self._new('V', static)}(s)"
        elif told.base_resolver is None and told.python_name.isidentifier():
            source = f"s.{told.python_name}"
        else:
            raise NotCompilable(f"{type_.name}.{name}")
        return f"{{{self._value(field.type, nodes, source, templating=templating)}}}"

    def _live(self, field: GraphQLField, nodes: Sequence[FieldNode], view: Any) -> Callable[[Any, Moment], bytes]:
        source = f"{self._new('V', view)}(s, m)"
        value = self._value(field.type, nodes, source, templating=False)
        # A live value never holds a station, so there is nothing to keep.
        emit: Callable[[Any, Moment], bytes] = self._function(f"return ({value}).encode()", "s, m, A=None")
        return emit

    def _template(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Template:
        name = self._object(type_, nodes, templating=True)
        return self._templates.template(self._names[name])
