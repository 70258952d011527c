"""indexes of revision 0010, on tables that have rows already, built while everybody goes on writing

Revision 0011, after 0010. Nothing else may stand here: see migrations/indexes.py.
"""

from __future__ import annotations

from sms_service.store.migrations.indexes import build_index, drop_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, list[str], str], ...] = (
    ("ix_outbox_next", "outbox", ["answers", "channel", "due_at", "id"], "status = 'queued'"),
    ("ix_outbox_hers", "outbox", ["person_id", "id"], "status IN ('queued', 'sending')"),
    ("ix_outbox_routed", "outbox", ["channel", "route", "id"], "status = 'queued' AND route IS NOT NULL"),
    ("ix_outbox_sending", "outbox", ["id"], "status = 'sending'"),
    ("ix_outbox_differs", "outbox", ["id"], "segments > 0 AND segments <> counted"),
    ("ix_outbox_person_id_sent_at", "outbox", ["person_id", "sent_at"], "sent_at IS NOT NULL"),
    ("ix_delivery_report_outbox_id", "delivery_report", ["outbox_id"], ""),
    ("ix_delivery_report_unknown", "delivery_report", ["at"], "outbox_id IS NULL"),
    ("ix_turn_unanswered", "turn", ["at"], "unanswered IS NOT NULL"),
)


EQUAL = "status = 'queued' AND text_index IS NOT NULL"
"""Rows that leave with others of the same text: 0009 has them in no order."""


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        build_index(name, table, columns, where)
    build_index("ix_outbox_equal", "outbox", ["text_index", "channel", "due_at", "id"], EQUAL)
    drop_index("ix_outbox_text_index", "outbox")


def downgrade() -> None:
    build_index("ix_outbox_text_index", "outbox", ["text_index"], EQUAL)
    drop_index("ix_outbox_equal", "outbox")
    for name, table, _, _ in INDEXES:
        drop_index(name, table)
