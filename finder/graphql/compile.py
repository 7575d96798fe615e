"""Compiles a validated selection into Python that writes JSON; graphql-core stays the judge of what it must write.

The text of a generated function holds only names that the schema or GraphQL's grammar allows, and numbers of our own;
values reach it through its namespace. What is static about a station is written once and kept, what stands until
the next flip or minute is written then, and only ages are written each second (see template.py).
"""

from collections.abc import Callable, Sequence
from enum import Enum
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
from finder.graphql.types import AGE, LIVE, STATIC, TEXT
from finder.graphql.writers import WRITERS, enum_writer, write_age

TEMPLATED = "Station"  # the type whose static part is kept

Hole: TypeAlias = tuple[Template, Any]
Writer: TypeAlias = Callable[[Any, Moment, Callable[[Hole], None]], str]


class Stratum(Enum):
    """How long what is being written will stand: for one answer, or within a station's template."""

    EACH = "each answer"
    STANDING = "until the next flip or minute"
    STATIC = "as long as the station's record"


class Compiler:
    """Compiles the selections of one operation; its functions share a namespace."""

    def __init__(self, schema: GraphQLSchema, selections: Selections, templates: Templates) -> None:
        self._schema = schema
        self._selections = selections
        self._templates = templates
        self._names: dict[str, Any] = {"Z": HOLE, "write_age": write_age}
        self._count = 0

    def writer(self, field: GraphQLField, nodes: Sequence[FieldNode]) -> Writer:
        """A function (value, moment, keep) that writes what a root field gave; it leaves a mark for each station."""
        value = self._value(field.type, nodes, "s", Stratum.EACH)
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

    def _value(self, type_: Any, nodes: Sequence[FieldNode], source: str, stratum: Stratum) -> str:
        """An expression for the JSON of the expression `source`."""
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, nodes, source, stratum)
        name = self._new("v")
        inner = self._present(type_, nodes, name, stratum)
        return f'("null" if ({name} := {source}) is None else {inner})'

    def _present(self, type_: Any, nodes: Sequence[FieldNode], source: str, stratum: Stratum) -> str:
        if isinstance(type_, GraphQLList):
            item = self._new("x")
            inner = self._item(type_.of_type, nodes, item, stratum)
            return f'"[" + ",".join([{inner} for {item} in {source}]) + "]"'
        if isinstance(type_, GraphQLScalarType) and type_.name in WRITERS:
            writer = WRITERS[type_.name]
            name = self._new("w", writer)
            return f"{name}({source})" if callable(writer) else f"{name}[{source}]"
        if isinstance(type_, GraphQLEnumType):
            return f"{self._new('w', enum_writer(type_))}[{source}]"
        if isinstance(type_, GraphQLObjectType):
            if type_.name == TEMPLATED and stratum is Stratum.EACH:
                return f"(A(({self._new('T', self._template(type_, nodes))}, {source})) or Z)"
            return f"{self._object(type_, nodes, stratum)}({source}, m, A)"
        raise NotCompilable(str(type_))

    def _item(self, type_: Any, nodes: Sequence[FieldNode], item: str, stratum: Stratum) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, nodes, item, stratum)
        return f'("null" if {item} is None else {self._present(type_, nodes, item, stratum)})'

    def _object(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], stratum: Stratum) -> str:
        """The name of a function that writes an object of that type."""
        parts = []
        for key, same in self._selections.inside(nodes, type_.name).items():
            parts.append(f'"{key}":{self._field(type_, same, stratum)}')
        text = ",".join(parts)
        function = self._function(f"return f'''{{{{{text}}}}}'''", "s, m, A")
        return str(function.__name__)

    def _field(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], stratum: Stratum) -> str:
        """The text of a field's value within an f-string."""
        name = nodes[0].name.value
        if name == "__typename":
            return f'"{type_.name}"'
        field = type_.fields.get(name)
        if field is None or field.args:
            raise NotCompilable(f"{type_.name}.{name}")
        told = field.extensions["strawberry-definition"]
        live, static, age, text = (told.metadata.get(kind) for kind in (LIVE, STATIC, AGE, TEXT))
        if stratum is Stratum.STATIC and (live is not None or age is not None):
            live_value = self._field(type_, nodes, Stratum.STANDING)
            standing = self._function(f"return f'''{live_value}'''", "s, m, A")
            return f"{{(A(({self._new('E', standing)}, s)) or Z)}}"
        if age is not None:
            then, told = self._new("v"), self._new("V", age)
            written = "(A(THEN) or Z)" if stratum is Stratum.STANDING else "write_age(THEN, m.now)"
            return f'{{("null" if ({then} := {told}(s)) is None else {written.replace("THEN", then)})}}'
        if text is not None:
            return f"{{{self._new('V', text)}(s)}}"
        if live is not None:
            source = f"{self._new('V', live)}(s, m)"
        elif static is not None:
            source = f"{self._new('V', static)}(s)"
        elif told.base_resolver is None and told.python_name.isidentifier():
            source = f"s.{told.python_name}"
        else:
            raise NotCompilable(f"{type_.name}.{name}")
        return f"{{{self._value(field.type, nodes, source, stratum)}}}"

    def _template(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Template:
        name = self._object(type_, nodes, Stratum.STATIC)
        return self._templates.template(self._names[name])
