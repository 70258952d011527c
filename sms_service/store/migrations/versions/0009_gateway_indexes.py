"""indexes of revision 0008, on tables that have rows already, built while everybody goes on writing

Revision 0009, after 0008. Nothing else may stand here: see migrations/indexes.py.
"""

from __future__ import annotations

from sms_service.store.migrations.indexes import build_index, drop_index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, list[str], str], ...] = (
    ("ix_outbox_text_index", "outbox", ["text_index"], "status = 'queued' AND text_index IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        build_index(name, table, columns, where)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        drop_index(name, table)
