"""Selections with their fragments written out and their conditions decided, as graphql-core collects them."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    visit,
)


class NotCompilable(Exception):
    """The operation has something that only graphql-core runs."""


class Selections:
    """Collects the fields of a document's selection sets, for one set of values of its conditions' variables."""

    def __init__(self, document: DocumentNode, conditions: Mapping[str, Any]) -> None:
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._conditions = conditions

    def fields(self, sets: Iterable[SelectionSetNode], type_name: str) -> dict[str, list[FieldNode]]:
        """The nodes of each response key, in the order of first appearance. Every type here is an object type."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for each in sets:
            self._collect(each, type_name, found, visited)
        return found

    def inside(self, nodes: Iterable[FieldNode], type_name: str) -> dict[str, list[FieldNode]]:
        """The fields selected on what these nodes give."""
        return self.fields([node.selection_set for node in nodes if node.selection_set], type_name)

    def _collect(
        self, selections: SelectionSetNode, type_name: str, found: dict[str, list[FieldNode]], visited: set[str]
    ) -> None:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or node.type_condition.name.value == type_name:
                    self._collect(node.selection_set, type_name, found, visited)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                if node.name.value not in visited and fragment.type_condition.name.value == type_name:
                    visited.add(node.name.value)
                    self._collect(fragment.selection_set, type_name, found, visited)

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value not in ("skip", "include"):
                raise NotCompilable(directive.name.value)
            (argument,) = directive.arguments
            holds = self._truth(argument.value)
            if holds is (directive.name.value == "skip"):
                return False
        return True

    def _truth(self, value: Any) -> bool:
        if isinstance(value, BooleanValueNode):
            return value.value
        holds = self._conditions[value.name.value]
        if not isinstance(holds, bool):
            raise NotCompilable("a condition without a value")
        return holds


def conditions_of(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The variables of the operation that some condition of the document reads, sorted."""
    names: set[str] = set()

    class Reader(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            names.update(a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode))

    visit(document, Reader())
    return tuple(sorted(names & {v.variable.name.value for v in operation.variable_definitions or ()}))
