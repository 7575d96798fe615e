"""What Alembic runs for each command, in the transaction of the connection that it is handed."""

from alembic import context

given = context.config.attributes
# That transaction is ours: Alembic neither begins nor commits, in SQLite as in PostgreSQL.
context.configure(
    connection=given["connection"],
    target_metadata=given["tables"],
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
