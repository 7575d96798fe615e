"""What Alembic runs for each command, in the transaction of the connection that it is handed."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given["tables"],
    # SQLite, too, takes back what a transaction changed of tables; how our engines begin one, see storage/database.py.
    transactional_ddl=True,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
