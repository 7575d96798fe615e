"""Everything that the finder kept before it had revisions."""

from collections.abc import Mapping

from alembic import op

from finder.storage.adopt import check
from finder.storage.migrations.initial import METADATA

revision = "0001"
down_revision = None

_STAYS = "BEGIN SELECT RAISE(ABORT, '{}'); END"
_LEDGER, _AUDIT = _STAYS.format("the ledger is append-only"), _STAYS.format("audit entries are never changed")
_GUARD = "EXECUTE FUNCTION ledger_append_only()"
# By dialect, table and trigger's name. Money and the audit are only ever added to.
TRIGGERS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "sqlite": {
        table: {
            f"{table}_no_update": f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stays}",
            f"{table}_no_delete": f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stays}",
        }
        for table, stays in {"audit_entry": _AUDIT, "ledger_transaction": _LEDGER, "ledger_posting": _LEDGER}.items()
    },
    "postgresql": {
        table: {
            f"{table}_no_{event.lower()}": f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"FOR EACH {each} {_GUARD}"
            for event, each in {"UPDATE": "ROW", "DELETE": "ROW", "TRUNCATE": "STATEMENT"}.items()
        }
        for table in ("ledger_transaction", "ledger_posting")
    }
    | {
        "audit_entry": {
            "audit_entry_stays": "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()"
        }
    },
}
FUNCTIONS = {
    "ledger_append_only": "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
    "audit_entry_stays": "$$BEGIN RAISE EXCEPTION 'audit entries are never changed'; END$$",
}


def upgrade() -> None:
    """Makes what is missing of a database whose tables came one by one; refuses one that is not the same."""
    connection = op.get_bind()
    triggers = TRIGGERS[connection.dialect.name]
    there = check(connection, METADATA, triggers)
    METADATA.create_all(connection)
    if connection.dialect.name == "postgresql":
        for name, body in FUNCTIONS.items():
            op.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {body}")
    for table, statements in triggers.items():
        if table not in there:
            for statement in statements.values():
                op.execute(statement)
