"""How big a document may be: one pass that looks at each fragment once, whatever spreads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from finder.errors import TooLarge

_ENOUGH = 1_000_000  # counts stop here, or nested fragments would make them astronomic


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may hold once its fragments are written out; `depth` does not count introspection."""

    tokens: int = 1_000
    depth: int = 10
    introspection_depth: int = 20
    aliases: int = 15
    directives: int = 50
    fields: int = 5_000


class Size(NamedTuple):
    """What a selection set comes to with every fragment written out."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0


class Sizes:
    """Measures one document. A fragment that spreads itself counts as empty there: validation refuses it."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._known: dict[str, Size] = {}

    def of(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Size:
        """The size of an operation, or of a fragment that may be unused."""
        size = self._set(node.selection_set)
        return size._replace(directives=size.directives + len(node.directives or ()))

    def _fragment(self, name: str) -> Size:
        if name not in self._known:
            self._known[name] = Size()
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._known[name] = self.of(fragment)
        return self._known[name]

    def _set(self, selections: SelectionSetNode | None) -> Size:
        depth = introspection = aliases = directives = fields = 0
        for node in selections.selections if selections else ():
            directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                inside = self._set(node.selection_set)
                fields += 1
                aliases += node.alias is not None
                if node.name.value in ("__schema", "__type"):
                    inside = inside._replace(depth=0, introspection_depth=max(inside[:2]) + 1)
                inside = inside._replace(depth=inside.depth + 1)
            elif isinstance(node, FragmentSpreadNode):
                inside = self._fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                inside = self._set(node.selection_set)
            else:  # pragma: no cover
                continue
            depth = max(depth, inside.depth)
            introspection = max(introspection, inside.introspection_depth)
            aliases = min(aliases + inside.aliases, _ENOUGH)
            directives = min(directives + inside.directives, _ENOUGH)
            fields = min(fields + inside.fields, _ENOUGH)
        return Size(depth, introspection, aliases, directives, fields)


_WORDS = {
    "depth": ("层数", "levels"),
    "introspection_depth": ("内省层数", "levels of introspection"),
    "aliases": ("别名", "aliases"),
    "directives": ("指令", "directives"),
    "fields": ("字段", "fields"),
}


def check_size(document: DocumentNode, limits: Limits) -> Sequence[Size]:
    """The size of each operation, in the document's order. Raises TooLarge, with the limit's name as its code."""
    sizes = Sizes(document)
    operations = []
    for node in document.definitions:
        if not isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            continue
        size = sizes.of(node)
        if isinstance(node, FragmentDefinitionNode) and node.type_condition.name.value.startswith("__"):
            size = size._replace(depth=0, introspection_depth=max(size[:2]))
        for name, (zh, en) in _WORDS.items():
            most = getattr(limits, name)
            if getattr(size, name) > most:
                raise TooLarge(
                    f"查询展开后最多允许 {most} 个{zh}，请拆分查询",
                    f"a query may have at most {most} {en} once its fragments are written out: split it",
                    code=f"QUERY_{name.upper()}",
                )
        if isinstance(node, OperationDefinitionNode):
            operations.append(size)
    return operations
