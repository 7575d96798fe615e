"""A compiled operation: asks the rooms through the schema's own resolvers, then writes the answer's JSON at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    OperationType,
    located_error,
)
from graphql.execution.values import VariableValues
from strawberry import Schema

from finder.errors import FinderError
from finder.graphql.arguments import Arguments
from finder.graphql.compile import Compiler, Hole, Writer
from finder.graphql.documents import Operation
from finder.graphql.guard import is_open
from finder.graphql.moment import Context
from finder.graphql.selection import NotCompilable, Selections, conditions_of
from finder.graphql.template import Templates, filled
from finder.graphql.variables import read_variables, shapes_of

MAX_VARIANTS = 8  # of one operation, by the values of its conditions


class Asking(NamedTuple):
    """What a resolver reads of strawberry's Info."""

    context: Context


@dataclass(frozen=True, slots=True)
class Root:
    """A root field; `__typename` has only a text."""

    key: str
    field: GraphQLField | None
    nodes: Sequence[FieldNode]
    resolve: Callable[..., Awaitable[Any]] | None
    write: Writer | None
    arguments: Arguments | None = None
    text: str = ""


class Program:
    """One operation, for one set of values of its conditions."""

    def __init__(self, roots: Sequence[Root]) -> None:
        self._roots = roots

    async def run(self, context: Context, variables: VariableValues) -> bytes | ExecutionResult:
        """The answer as JSON; a result with one error where the only root field was refused on purpose.

        Whatever else goes wrong is raised: graphql-core then runs the operation anew and words it.
        """
        text: list[str] = []
        holes: list[Hole] = []
        for root in self._roots:
            if root.resolve is None or root.write is None or root.arguments is None:
                text.append(f'"{root.key}":{root.text}')
                continue
            try:
                value = await root.resolve(Asking(context), **root.arguments.read(variables))
            except FinderError as refused:
                if len(self._roots) > 1:
                    raise
                return _refused(root, refused)
            text.append(f'"{root.key}":{root.write(value, context.moment, holes.append)}')
        out: list[bytes] = []
        filled('{"data":{' + ",".join(text) + "}}", holes, context.moment, out)
        return b"".join(out)


def _refused(root: Root, error: FinderError) -> ExecutionResult:
    located = located_error(error, root.nodes, [root.key])
    nullable = root.field is not None and not isinstance(root.field.type, GraphQLNonNull)
    return ExecutionResult({root.key: None} if nullable else None, [located])


class Programs:
    """Compiles operations when they are first run, and remembers those that cannot be."""

    def __init__(self, schema: Schema, core: GraphQLSchema) -> None:
        self._schema = schema
        self._core = core
        self._templates = Templates()

    async def run(
        self, operation: Operation, context: Context, given: dict[str, Any] | None
    ) -> bytes | ExecutionResult | None:
        """The answer of the compiled operation; None where graphql-core must run it."""
        if operation.conditions is None:
            operation.conditions = conditions_of(operation.document, operation.node)
            operation.shapes = shapes_of(self._core, operation.node)
        variables = read_variables(self._core, operation.node, operation.shapes, given or {})
        if variables is None:
            return None
        program = self._program(operation, operation.conditions, variables)
        try:
            return None if program is None else await program.run(context, variables)
        except TimeoutError:
            raise
        except Exception:
            return None

    def _program(self, operation: Operation, names: Sequence[str], variables: VariableValues) -> Program | None:
        values = tuple(variables.coerced.get(name) for name in names)
        if values not in operation.programs:
            if len(operation.programs) >= MAX_VARIANTS:
                return None
            conditions = dict(zip(names, values, strict=True))
            try:
                operation.programs[values] = self._compile(operation, conditions)
            except NotCompilable:
                operation.programs[values] = None
        program: Program | None = operation.programs[values]
        return program

    def _compile(self, operation: Operation, conditions: dict[str, Any]) -> Program:
        query = self._core.query_type
        if operation.kind is not OperationType.QUERY or query is None:
            raise NotCompilable(operation.kind.value)
        selections = Selections(operation.document, conditions)
        compiler = Compiler(self._core, selections, self._templates)
        roots = []
        for key, nodes in selections.fields([operation.node.selection_set], query.name).items():
            name = nodes[0].name.value
            if name == "__typename":
                roots.append(Root(key, None, nodes, None, None, text=f'"{query.name}"'))
                continue
            field = query.fields.get(name)
            if field is None or not is_open(query.name, name):
                raise NotCompilable(name)
            resolver = field.extensions["strawberry-definition"].base_resolver.wrapped_func
            try:
                arguments = Arguments(self._schema, field, nodes[0])
            except Exception as odd:  # graphql-core words it
                raise NotCompilable(name) from odd
            roots.append(Root(key, field, nodes, resolver, compiler.writer(field, nodes), arguments))
        return Program(roots)
