"""what routing, the loop guard and the campaign windows bring with them; one function a subject

Revision 0010, after 0009. The new columns are NULL or have a default: PostgreSQL adds them without touching a row, and
processes of the release before, which do not know them, go on writing while this one starts. Indexes on tables that have
rows stand in 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    channel_log()
    counted_segments()
    looks()
    locked_out()
    answers()
    withdrawn()
    unanswered_texts()
    quiet_windows()
    routes()
    reports()


def downgrade() -> None:
    op.drop_column("outbox", "looked_since")
    op.drop_column("gateway_fault", "locked_out")
    op.drop_column("person", "started_at")
    op.drop_column("outbox", "copy")
    op.drop_column("delivery_report", "early")
    op.drop_column("delivery_report", "outbox_id")
    op.drop_column("outbox", "counted")
    op.drop_table("channel_log")
    op.drop_table("gateway_down")
    op.drop_column("outbox", "route")
    op.drop_column("outbox", "answers")
    op.drop_column("outbox", "withdrawn")
    op.drop_table("quiet_window")
    op.drop_column("turn", "unanswered")


def looks() -> None:
    """Since when a gateway is asked in vain what became of a message."""
    op.add_column("outbox", sa.Column("looked_since", sa.Double(), nullable=True))


def locked_out() -> None:
    """Whether a fault is that the gateway does not accept who we say we are."""
    op.add_column("gateway_fault", sa.Column("locked_out", sa.Boolean(), nullable=True))


def answers() -> None:
    """Whether a message answers one of hers. What the release before writes is taken for an answer."""
    op.add_column("outbox", sa.Column("answers", sa.Boolean(), server_default=sa.text("true"), nullable=False))


def withdrawn() -> None:
    """Whether a message that a worker has in hand must not leave again: its question is over."""
    op.add_column("outbox", sa.Column("withdrawn", sa.Boolean(), nullable=True))


def unanswered_texts() -> None:
    """Why a text was heard and not answered: a machine was talking to us."""
    op.add_column("turn", sa.Column("unanswered", sa.String(length=12), nullable=True))


def quiet_windows() -> None:
    """When nothing is sent in an area that nobody awaits: from one moment to another, or each day between two hours."""
    op.create_table(
        "quiet_window",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("area_id", NUMBER, nullable=False),
        sa.Column("begins_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.Column("daily_from", sa.String(length=5), nullable=True),
        sa.Column("daily_to", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_quiet_window_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_window")),
    )
    op.create_index(op.f("ix_quiet_window_area_id"), "quiet_window", ["area_id"], unique=False)
    op.create_index(op.f("ix_quiet_window_ends_at"), "quiet_window", ["ends_at"], unique=False)


def routes() -> None:
    """The channels that a message may go by; and those that are down."""
    op.add_column("outbox", sa.Column("route", sa.String(length=250), nullable=True))
    op.create_table(
        "gateway_down",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=True),
        sa.Column("probe_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("pause", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("probe", NUMBER, nullable=True),
        sa.Column("moved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_gateway_down")),
    )


def reports() -> None:
    """Which message a report is about, and which copy of it; what it said while that is not known. When she sent START."""
    op.add_column("delivery_report", sa.Column("outbox_id", NUMBER, nullable=True))
    op.add_column("delivery_report", sa.Column("early", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("copy", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("person", sa.Column("started_at", sa.Double(), nullable=True))


def channel_log() -> None:
    """What gateways were asked and what they answered, with nothing of a person in it, for a week."""
    op.create_table(
        "channel_log",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=160), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("with_ref", sa.String(length=32), nullable=True),
        sa.Column("asked", sa.String(length=800), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("answer", sa.String(length=800), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_log")),
    )
    op.create_index(op.f("ix_channel_log_at"), "channel_log", ["at"], unique=False)
    op.create_index(op.f("ix_channel_log_ref"), "channel_log", ["ref"], unique=False)


def counted_segments() -> None:
    """How many SMS segments we counted; what the gateway billed stands in `segments`."""
    op.add_column("outbox", sa.Column("counted", sa.SmallInteger(), nullable=True))
