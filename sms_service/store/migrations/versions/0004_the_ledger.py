"""evidence that was missing in a decision; the decisions as a hash chain, and its head of each day

Revision 0004, after 0003. New columns are NULL or have a default, so that processes of the release before go on writing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from sms_service.store.migrations.evidence import append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TEXTS = (("sent_to", 32), ("prompt_status", 16), ("entered_by", 400))
OTHERS: tuple[tuple[str, Any], ...] = (
    ("from_sealed", sa.LargeBinary()),
    ("prompt_at", sa.Double()),
    ("mac", sa.LargeBinary()),
)
EVIDENCE = ("ledger_link", "ledger_head")


def upgrade() -> None:
    for name, length in TEXTS:
        op.add_column(
            "consent", sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)
        )
    for name, kind in OTHERS:
        op.add_column("consent", sa.Column(name, kind, nullable=True))
    op.create_table(
        "ledger_link",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("consent_id", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_link")),
        sa.UniqueConstraint("consent_id", name=op.f("uq_ledger_link_consent_id")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_head")),
    )
    for table in EVIDENCE:
        append_only(table)


def downgrade() -> None:
    for table in reversed(EVIDENCE):
        op.drop_table(table)
    for name in (*(name for name, _ in OTHERS), *(name for name, _ in TEXTS)):
        op.drop_column("consent", name)
