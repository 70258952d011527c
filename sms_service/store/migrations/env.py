"""Alembic's entry: runs the revisions on the connection that store.database.migrate hands over.

On PostgreSQL each revision is a transaction of its own, and none waits longer than MIGRATION_LOCK_TIMEOUT for a table:
whoever wants that table meanwhile would wait behind it, and with them every turn.
"""

from alembic import context
from sqlalchemy import Connection, event

from sms_service.store import database
from sms_service.store.tables import metadata

connection = context.config.attributes["connection"]
on_postgres = connection.dialect.name == "postgresql"
if on_postgres:
    connection.rollback()  # an index is built outside of any transaction: there must be none around

    def set_timeout(begun: Connection) -> None:
        begun.exec_driver_sql(f"SET lock_timeout = '{database.MIGRATION_LOCK_TIMEOUT}'")

    event.listen(connection, "begin", set_timeout)

context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=on_postgres,
)
with context.begin_transaction():
    context.run_migrations()
