"""what the gateways bring with them: columns of the outbox, and tables of their own; one function a subject

Revision 0008, after 0007. The new columns are NULL or have a default: PostgreSQL adds them without touching a row, and
processes of the release before, which do not know them, go on writing while this one starts. Indexes on tables that have
rows stand in 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    sends()
    gateway_faults()
    registered_texts()


def downgrade() -> None:
    op.drop_table("dlt_refusal")
    for name in REGISTERED:
        op.drop_column("outbox", name)
    op.drop_table("gateway_fault")
    for name in SENDS:
        op.drop_column("outbox", name)


SENDS = ("repeats", "link", "price", "text_index")


def sends() -> None:
    """How often a message went anew after a definite failure; the premium message it answers; what it cost; equal texts."""
    op.add_column("outbox", sa.Column("repeats", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("outbox", sa.Column("link", sa.String(length=64), nullable=True))
    op.add_column("outbox", sa.Column("price", sa.String(length=20), nullable=True))
    op.add_column("outbox", sa.Column("text_index", sa.LargeBinary(), nullable=True))


def gateway_faults() -> None:
    """What only an operator can put right at a gateway, by its code."""
    op.create_table(
        "gateway_fault",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "code", name=op.f("pk_gateway_fault")),
    )


REGISTERED = ("dlt_entity", "dlt_template")


def registered_texts() -> None:
    """India's registry: the ids that go along with a message, and what was refused for want of them, by hour and code."""
    for name in REGISTERED:
        op.add_column("outbox", sa.Column(name, sa.String(length=19), nullable=True))
    op.create_table(
        "dlt_refusal",
        sa.Column("hour", NUMBER, nullable=False),
        sa.Column("code", sa.SmallInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "code", name=op.f("pk_dlt_refusal")),
    )
