"""Who may do what: every field has a row, and every row holds for every standing, one's own and another's."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString

from finder.errors import Denied, Forbidden
from finder.graphql.guard import guard, may
from finder.graphql.policy import PERSONAL, POLICY, PUBLIC, ROOTS
from finder.graphql.program import Programs
from finder.graphql.schema import build_schema
from finder.graphql.standing import MINE, OPEN, Row, Standing
from finder.identity.roles import Caller, Granted, Role, usable
from finder.identity.sessions import NotSignedIn

SCHEMA = build_schema()._schema
ME, ANOTHER = "person-1", "person-2"


def caller_of(standing: Standing) -> Caller | None:
    if standing is Standing.ANYONE:
        return None
    return Caller(ME, "session-1", frozenset({Role.DRIVER, Role(standing.value)}), strong=True)


@dataclass
class Asking:
    """What a guarded field reads of a request."""

    caller_now: Caller | None

    async def caller(self) -> Caller:
        if self.caller_now is None:
            raise NotSignedIn
        return self.caller_now


def field_of(name: str) -> GraphQLField:
    type_name, field = name.split(".")
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    found: GraphQLField = type_.fields[field]
    return found


def test_every_field_of_the_roots_and_of_people_has_a_row_and_every_row_a_field() -> None:
    fields = {
        f"{type_.name}.{field}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_.name in ROOTS | PERSONAL
        for field in type_.fields
    }
    assert fields == set(POLICY), "add a row to finder/graphql/policy.py"


def test_every_other_type_is_public_by_name() -> None:
    named = {
        type_.name
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
    }
    assert named == ROOTS | PERSONAL | PUBLIC


def schema_with(*fields: str, of: str = "Query") -> GraphQLSchema:
    query = GraphQLObjectType("Query", {name: GraphQLField(GraphQLString) for name in fields})
    other = GraphQLObjectType(of, {"about": GraphQLField(GraphQLString)})
    return GraphQLSchema(query, types=[] if of == "Query" else [other])


def test_a_field_without_a_row_a_type_without_a_side_and_a_row_without_a_field_keep_the_schema_from_being_built() -> (
    None
):
    policy = {"Query.about": OPEN}
    guard(schema_with("about"), policy)
    with pytest.raises(LookupError, match=r"Query\.secrets"):
        guard(schema_with("about", "secrets"), policy)
    with pytest.raises(LookupError, match="Diary"):
        guard(schema_with("about", of="Diary"), policy)
    with pytest.raises(LookupError, match=r"Query\.gone"):
        guard(schema_with("about"), {**policy, "Query.gone": OPEN})


# A root has no owner: its room looks for the caller's own only, see tests/protocol/test_accounts.py.
GUARDED = sorted(
    (name, own)
    for name, row in POLICY.items()
    for own in (True, False)
    if row is not OPEN and (own or name.split(".")[0] not in ROOTS)
)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize(("name", "own"), GUARDED)
async def test_a_guarded_field_answers_those_of_its_row_and_nobody_else(
    name: str, standing: Standing, own: bool
) -> None:
    row, caller = POLICY[name], caller_of(standing)
    root = name.split(".")[0] in ROOTS
    source = None if root else SimpleNamespace(person=ME if own else ANOTHER)
    info: Any = SimpleNamespace(context=Asking(caller), field_name=name)
    field = field_of(name)
    resolve = field.subscribe if name.startswith("Subscription.") else field.resolve
    assert resolve is not None
    refused: Denied | None = None
    try:
        await resolve(source, info)
    except Denied as no:
        refused = no
    except Exception:
        pass  # it was let through, and its resolver found nothing here to work on
    allowed = standing in (row.own if own else row.other)
    assert (refused is None) is allowed
    if not allowed:
        assert type(refused) is (NotSignedIn if caller is None else Forbidden)


@pytest.mark.parametrize("standing", Standing)
def test_whoever_is_more_than_a_driver_may_do_what_a_driver_may_and_nothing_of_anothers(standing: Standing) -> None:
    caller = caller_of(standing)
    assert may(OPEN, caller, own=False)
    assert may(MINE, caller, own=True) is (caller is not None)
    assert not may(MINE, caller, own=False)
    auditors = Row(frozenset({Standing.DRIVER}), frozenset({Standing.AUDITOR}))
    assert may(auditors, caller, own=False) is (standing is Standing.AUDITOR)


def test_the_finder_is_open_and_nothing_of_it_is_wrapped() -> None:
    for name in ("stationsNear", "stationsInBox", "station", "searchStations", "operators", "places", "about"):
        assert POLICY[f"Query.{name}"] is OPEN
        resolve = field_of(f"Query.{name}").resolve
        assert resolve is not None
        assert resolve.__name__ != "guarded"


def test_what_is_guarded_is_never_compiled() -> None:
    programs = Programs(build_schema(), SCHEMA)
    assert programs is not None
    for name, row in POLICY.items():
        resolve = field_of(name).resolve
        if row is not OPEN and not name.startswith("Subscription."):
            assert resolve is not None
            assert resolve.__name__ == "guarded"


def test_an_administrators_role_asks_for_a_second_factor() -> None:
    granted = [Granted(Role.ADMINISTRATOR), Granted(Role.SUPERVISOR)]
    assert usable(granted, strong=False) == {Role.DRIVER, Role.SUPERVISOR}
    assert usable(granted, strong=True) == {Role.DRIVER, Role.SUPERVISOR, Role.ADMINISTRATOR}
