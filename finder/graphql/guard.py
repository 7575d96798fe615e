"""The policy, enforced for every transport: it stands before each field that is not open."""

from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, default_field_resolver

from finder.errors import Forbidden
from finder.graphql.moment import Context
from finder.graphql.policy import PERSONAL, POLICY, PUBLIC, ROOTS
from finder.graphql.standing import OPEN, Row, Standing
from finder.identity.roles import Caller


def may(row: Row, caller: Caller | None, *, own: bool) -> bool:
    """Whether somebody with that session, or with none, may ask."""
    allowed = row.own if own else row.other
    roles: set[str] = set() if caller is None else {role.value for role in caller.roles}
    return Standing.ANYONE in allowed or bool(roles & {standing.value for standing in allowed})


def guard(schema: GraphQLSchema, policy: Mapping[str, Row] = POLICY) -> None:
    """Puts the policy in front of every field that is not open. Raises LookupError for what it does not name."""
    seen = set()
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__") or type_.name in PUBLIC:
            continue
        if type_.name not in ROOTS | PERSONAL:
            raise LookupError(f"{type_.name} is neither public nor personal: say which in policy.py")
        for name, field in type_.fields.items():
            row = policy.get(f"{type_.name}.{name}")
            if row is None:
                raise LookupError(f"{type_.name}.{name} has no row in policy.py")
            seen.add(f"{type_.name}.{name}")
            if row is not OPEN:
                _put_before(field, row, subscribed=type_.name == "Subscription")
    if past := policy.keys() - seen:
        raise LookupError(f"policy.py has rows for fields that are no more: {', '.join(sorted(past))}")


def is_open(type_name: str, field: str) -> bool:
    """Whether a root field may be asked for by everyone, so that a compiled operation need not look."""
    return POLICY[f"{type_name}.{field}"] is OPEN


async def check(row: Row, source: Any, context: Context) -> None:
    """Raises NotSignedIn or Forbidden."""
    if Standing.ANYONE in row.own & row.other:
        return
    caller = await context.caller()
    own = source is None or getattr(source, "person", None) == caller.person  # the books are nobody's own
    if not may(row, caller, own=own):
        raise Forbidden("您无权查看或操作此内容", "you may not see or do this")


def _put_before(field: GraphQLField, row: Row, *, subscribed: bool) -> None:
    inner: Callable[..., Any] = (field.subscribe if subscribed else field.resolve) or default_field_resolver

    async def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        await check(row, source, info.context)
        told = inner(source, info, **arguments)
        return await told if isawaitable(told) else told

    if subscribed:
        field.subscribe = guarded
    else:
        field.resolve = guarded
