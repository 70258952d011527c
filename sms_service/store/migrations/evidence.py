"""Tables whose rows are evidence, for the revisions that make them. What stands here must not change: revisions call it."""

from __future__ import annotations

from alembic import op


def append_only(table: str) -> None:
    """The database itself refuses UPDATE, DELETE and TRUNCATE. On PostgreSQL by `refuse_change`, which 0001 makes."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    else:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are evidence and are never changed'); END"
            )
