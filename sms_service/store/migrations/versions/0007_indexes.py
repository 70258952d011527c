"""indexes on tables that have rows already, built while everybody goes on writing

Revision 0007, after 0006. Nothing else may stand here: see migrations/indexes.py.
"""

from __future__ import annotations

import sqlalchemy as sa

from sms_service.store.migrations.indexes import build_index, drop_index

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_outbox_held", "outbox", "id", "status = 'held'"),
    ("ix_person_failed_days", "person", "failed_days", "failed_days IS NOT NULL AND unreachable_at IS NULL"),
    ("ix_person_forgotten", "person", "forgotten_at", "forgotten_at = stopped_at"),
    ("ix_person_service_key", "person", sa.text("substr(wrapped_key, 1, 1)"), ""),
    ("ix_photo_due_at", "photo", "due_at", "due_at IS NOT NULL"),
    ("ix_photo_queue", "photo", "received_at", "status = 'waiting'"),
)


def upgrade() -> None:
    for name, table, column, where in INDEXES:
        build_index(name, table, [column], where)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        drop_index(name, table)
