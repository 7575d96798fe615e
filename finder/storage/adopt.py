"""Whether the tables of a database that has no revision are those of a revision: only then is it taken over."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from finder.errors import SchemaError

_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
}


def check(connection: sa.Connection, tables: sa.MetaData, triggers: Mapping[str, Collection[str]]) -> set[str]:
    """Which of these tables are there. Raises SchemaError where one is not what it should be; others are let alone."""
    inspector = sa.inspect(connection)
    there = set(tables.tables) & set(inspector.get_table_names())

    def ours(_: Any, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return kind != "table" or name in there

    options = {"include_object": ours, "compare_type": True, "compare_server_default": True}
    for difference in compare_metadata(MigrationContext.configure(connection, opts=options), tables):
        raise _differs(_told(difference))
    found = {(table, name) for table, name in connection.execute(sa.text(_TRIGGERS[connection.dialect.name]))}
    for name in sorted(there):
        key = [column.name for column in tables.tables[name].primary_key]
        if inspector.get_pk_constraint(name)["constrained_columns"] != key:
            raise _differs(f"primary key of {name}")
        _compare_partial_indexes(inspector, tables.tables[name])
        for missing in sorted({(name, each) for each in triggers.get(name, ())} - found):
            raise _differs(f"trigger {missing[1]}")
    return there


def _compare_partial_indexes(inspector: sa.Inspector, table: sa.Table) -> None:
    # Alembic does not look at an index's condition, and each database rewrites it: its values are what counts.
    option = f"{inspector.dialect.name}_where"
    known = {index["name"]: index.get("dialect_options", {}).get(option) for index in inspector.get_indexes(table.name)}
    for index in table.indexes:
        if _values(index.dialect_kwargs.get(option)) != _values(known.get(index.name)):
            raise _differs(f"condition of index {index.name}")


def _values(condition: object) -> set[str]:
    return set(re.findall(r"'([^']*)'", "" if condition is None else str(condition)))


def _told(difference: Any) -> str:
    first = difference[0] if isinstance(difference, list) else difference
    names = [str(getattr(part, "name", part)) for part in first[:5] if isinstance(part, str | sa.schema.SchemaItem)]
    return " ".join(names)


def _differs(what: str) -> SchemaError:
    return SchemaError(
        f"数据库中的表与本程序的初始版本不一致（{what}），未作任何修改：请备份后修正该处，"
        "或用 FINDER_STORE_URL 指定另一个空数据库",
        f"the tables in the database are not those of our first revision ({what}); nothing was changed: back it up and "
        "mend that, or name another, empty database in FINDER_STORE_URL",
        code="SCHEMA_DIFFERS",
    )
