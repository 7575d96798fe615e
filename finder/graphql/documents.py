"""Documents from text: parsed, measured, validated, and remembered."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.validation.validate import ValidationAbortedError

from finder.errors import BadInput, TooLarge
from finder.graphql.limits import Limits, Size, check_size
from finder.graphql.variables import Shapes

MAX_REMEMBERED = 512  # operations
MAX_REMEMBERED_TEXT = 16_384  # a longer text is not worth its memory


@dataclass(slots=True)
class Operation:
    """One operation of a valid document, ready to run.

    `conditions` (the variables that decide what is selected), `shapes` (those of its variables where all are plain)
    and `programs` (what it was compiled to, by the conditions' values) are filled in when it first runs.
    """

    text: str
    document: DocumentNode
    node: OperationDefinitionNode
    size: Size
    conditions: tuple[str, ...] | None = None
    shapes: Shapes | None = None
    programs: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation

    @property
    def name(self) -> str | None:
        """As the document names it."""
        return self.node.name.value if self.node.name else None

    @property
    def root(self) -> str:
        """The first field that is asked for, for metrics; from the schema, so there are few."""
        first = self.node.selection_set.selections[0]
        return first.name.value if isinstance(first, FieldNode) else "fragment"


class Refused(Exception):
    """The document cannot be run; graphql's own errors say why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Documents:
    """Prepares operations and keeps the last few hundred by text and operation name."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._known: OrderedDict[tuple[str, str | None], Operation] = OrderedDict()

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation of that name, or the only one. Raises Refused or BadInput."""
        key = (text, name)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        operation = self._prepare(text, name)
        if len(text) <= MAX_REMEMBERED_TEXT:
            self._known[key] = operation
            if len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)
        return operation

    def _prepare(self, text: str, name: str | None) -> Operation:
        try:
            document = parse(text, max_tokens=self._limits.tokens)
            sizes = check_size(document, self._limits)
            errors = validate(self._schema, document, max_errors=10)
        except GraphQLError as bad:
            if bad.message.endswith(f"more than {self._limits.tokens} tokens. Parsing aborted."):
                raise TooLarge(
                    f"查询最多 {self._limits.tokens} 个词法单元，请拆分查询",
                    f"a query may have at most {self._limits.tokens} tokens: split it",
                    code="QUERY_TOKENS",
                ) from bad
            raise Refused([bad]) from bad
        if len(errors) == 1 and isinstance(errors[0], ValidationAbortedError):
            raise TooLarge(
                "查询中重复的字段过多，请拆分查询", "the query repeats too many fields: split it", code="QUERY_REPEATS"
            )
        if errors:
            raise Refused(errors)
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        for node, size in zip(operations, sizes, strict=True):
            if (name is None and len(operations) == 1) or (node.name and node.name.value == name):
                return Operation(text, document, node, size)
        if name is None:
            raise BadInput(
                "文档有多个操作，请用 operationName 指定一个",
                "the document has several operations: choose one by operationName",
                code="OPERATION_NAME",
            )
        raise BadInput(
            f"文档中没有操作 {name[:64]!r}", f"the document has no operation {name[:64]!r}", code="OPERATION_NAME"
        )
