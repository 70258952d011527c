"""areas numbered as a tree; activation of enrolers; the raw text, the way and the flags of a registration; holds; receipts

Revision 0003, after 0002. New columns are NULL or have a default, so that processes of the release before go on writing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from sms_service.store.folded import folded

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

COLUMNS: dict[str, dict[str, Any]] = {
    "area": {
        "first": sa.Integer(),
        "last": sa.Integer(),
        "opens_at": sa.Double(),
        "closes_at": sa.Double(),
        "name_folded": sa.String(length=200),
        "code_folded": sa.String(length=200),
    },
    "person": {"told_at": sa.Double(), "wrong_codes": sa.SmallInteger(), "wrong_codes_since": sa.Double()},
    "enroler": {"appointed_by": NUMBER, "code_index": sa.LargeBinary(), "code_until": sa.Double()},
    "registration": {"raw_sealed": sa.LargeBinary()},
}
TEXTS = (("enroler", "hold_reason", 64, ""), ("registration", "way", 8, "sms"), ("registration", "flags", 100, ""))
INDEXES = (
    ("ix_area_first", "area", ["first"]),
    ("ix_area_name_folded_level", "area", ["name_folded", "level"]),
    ("ix_area_code_folded", "area", ["code_folded"]),
    ("ix_enroler_code_index", "enroler", ["code_index"]),
    ("ix_registration_person_id", "registration", ["person_id"]),
    ("ix_registration_enroler_id_created_at", "registration", ["enroler_id", "created_at"]),
    ("ix_registration_area_id_status", "registration", ["area_id", "status"]),
)


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    for table, name, length, default in TEXTS:
        default_text = sa.text(f"'{default}'")
        op.add_column(table, sa.Column(name, sa.String(length=length), server_default=default_text, nullable=False))
    _fold_names()
    for name, table, indexed in INDEXES:
        op.create_index(op.f(name), table, indexed, unique=False)
    op.create_table(
        "hold",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("registration_id", NUMBER, nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("decision", sa.String(length=16), server_default=sa.text("''"), nullable=False),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_hold_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_registration_id"), "hold", ["registration_id"], unique=False)
    op.create_index(op.f("ix_hold_at"), "hold", ["at"], unique=False)
    op.create_table(
        "fee_receipt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("registration_id", NUMBER, nullable=False),
        sa.Column("enroler_id", NUMBER, nullable=False),
        sa.Column("book", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_fee_receipt_registration_id")),
        sa.ForeignKeyConstraint(["enroler_id"], ["enroler.person_id"], name=op.f("fk_fee_receipt_enroler_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_receipt")),
        sa.UniqueConstraint("book", "number", name=op.f("uq_fee_receipt_book_number")),
    )
    op.create_index(op.f("ix_fee_receipt_registration_id"), "fee_receipt", ["registration_id"], unique=False)
    op.create_index(op.f("ix_fee_receipt_enroler_id"), "fee_receipt", ["enroler_id"], unique=False)


def _fold_names() -> None:
    """The areas that are there can be found by name at once. Their numbers come with the next import."""
    area = sa.table("area", *(sa.column(name) for name in ("id", "code", "name", "name_folded", "code_folded")))
    known = op.get_bind().execute(sa.select(area.c.id, area.c.name, area.c.code)).all()
    rows = [{"of": row.id, "name": folded(row.name), "code": folded(row.code)} for row in known]
    if rows:
        change = sa.update(area).where(area.c.id == sa.bindparam("of"))
        new: dict[str, Any] = {"name_folded": sa.bindparam("name"), "code_folded": sa.bindparam("code")}
        op.get_bind().execute(change.values(new), rows)


def downgrade() -> None:
    op.drop_table("fee_receipt")
    op.drop_table("hold")
    for name, table, _ in INDEXES:
        op.drop_index(op.f(name), table_name=table)
    for table, name, _, _ in TEXTS:
        op.drop_column(table, name)
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
