"""publications; where sessions stand; the path and the language of a turn

Revision 0002, after 0001. The new columns have a default: PostgreSQL adds them without touching a row, and processes of the
release before, which do not know them, go on writing while this one starts.
"""

import sqlalchemy as sa
from alembic import op

from sms_service.store.migrations.evidence import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIMER, TURN = (("flow", 64), ("version", 64), ("state", 64)), (("path", 1000), ("language", 8))


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["flow_version.version"], name=op.f("fk_publication_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index(op.f("ix_publication_flow"), "publication", ["flow"], unique=False)
    publish_what_serves()
    append_only("publication")
    for table, columns in (("timer", TIMER), ("turn", TURN)):
        for name, length in columns:
            op.add_column(
                table, sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)
            )


def publish_what_serves() -> None:
    """Until now each start of a process marked all that it served with one and the same time: those that bear the last
    one serve. A flow whose file was gone by then must not come back."""
    op.execute(
        "INSERT INTO publication (flow, version, how, at) "
        "SELECT flow, max(version), 'earlier release', seen_at FROM flow_version "
        "WHERE seen_at = (SELECT max(seen_at) FROM flow_version) GROUP BY flow, seen_at ORDER BY flow"
    )


def downgrade() -> None:
    for table, columns in (("timer", TIMER), ("turn", TURN)):
        for name, _ in columns:
            op.drop_column(table, name)
    op.drop_index(op.f("ix_publication_flow"), table_name="publication")
    op.drop_table("publication")
