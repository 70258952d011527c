"""areas numbered as a tree; activation of enrolers; the raw text, the way and the flags of a registration; holds; receipts;
tallies of each area

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
    ("ix_enroler_appointed_by", "enroler", ["appointed_by"]),
    ("ix_registration_person_id", "registration", ["person_id"]),
    ("ix_registration_enroler_id_created_at", "registration", ["enroler_id", "created_at"]),
    ("ix_registration_enroler_id_decided_at", "registration", ["enroler_id", "decided_at"]),
    ("ix_registration_area_id_status", "registration", ["area_id", "status"]),
)
PARTIAL = (
    ("ix_registration_held", "registration", ["id"], "status = 'held'"),
    ("ix_hold_undecided", "hold", ["registration_id"], "decided_at IS NULL"),
)
"""What waits for the office: few rows of many."""

COUNTED = ("registration", "member")
NOTE = "INSERT INTO tally_change (area_id, status, change)"


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
    for name, table, indexed, where in PARTIAL:
        op.create_index(
            op.f(name), table, indexed, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
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
    _photo()
    _tally()


def _photo() -> None:
    op.create_table(
        "photo",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("registration_id", NUMBER, nullable=True),
        sa.Column("session_id", sa.String(length=32), nullable=True),
        sa.Column("enroler_id", NUMBER, nullable=False),
        sa.Column("media_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_photo_registration_id")),
        sa.ForeignKeyConstraint(["enroler_id"], ["enroler.person_id"], name=op.f("fk_photo_enroler_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_registration_id"), "photo", ["registration_id"], unique=False)
    waiting = sa.text("session_id IS NOT NULL")
    op.create_index(
        op.f("ix_photo_waiting"), "photo", ["session_id"], unique=False, sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(op.f("ix_photo_enroler_id"), "photo", ["enroler_id"], unique=False)


def _tally() -> None:
    """From here on each change of a registration or a member is counted; what is there already is a change by itself."""
    op.create_table(
        "tally",
        sa.Column("area_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_tally_area_id")),
        sa.PrimaryKeyConstraint("area_id", "status", name=op.f("pk_tally")),
    )
    op.create_table(
        "tally_change",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("area_id", NUMBER, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_change")),
    )
    _count_changes()
    for table in COUNTED:
        op.execute(f"{NOTE} SELECT area_id, status, count(*) FROM {table} GROUP BY area_id, status")  # noqa: S608 our own


def _count_changes() -> None:
    """Triggers: whatever writes, also a process of the release before, is counted in the transaction that it writes in.
    On SQLite they are lost when a later revision copies the table (batch_alter_table): that one must make them anew."""
    less, more = f"{NOTE} VALUES (OLD.area_id, OLD.status, -1);", f"{NOTE} VALUES (NEW.area_id, NEW.status, 1);"
    differs = "OLD.area_id <> NEW.area_id OR OLD.status <> NEW.status"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN {less} ELSIF TG_OP = 'INSERT' THEN {more} "
            f"ELSIF {differs} THEN {less} {more} END IF; RETURN NULL; END $$"
        )
        for table in COUNTED:
            op.execute(
                f"CREATE TRIGGER {table}_counted AFTER INSERT OR DELETE OR UPDATE OF area_id, status ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION count_change()"
            )
        return
    for table in COUNTED:
        op.execute(f"CREATE TRIGGER {table}_entered AFTER INSERT ON {table} BEGIN {more} END")
        op.execute(f"CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN {less} END")
        op.execute(
            f"CREATE TRIGGER {table}_changed AFTER UPDATE OF area_id, status ON {table} "
            f"WHEN {differs} BEGIN {less} {more} END"
        )


def _fold_names() -> None:
    """The areas that are there can be found by name at once. Their numbers come with the next import."""
    area = sa.table("area", *(sa.column(name) for name in ("id", "code", "name", "name_folded", "code_folded")))
    known = op.get_bind().execute(sa.select(area.c.id, area.c.name, area.c.code)).all()
    rows = [{"of": row.id, "to_name": folded(row.name), "to_code": folded(row.code)} for row in known]
    if rows:
        change = sa.update(area).where(area.c.id == sa.bindparam("of"))
        new: dict[str, Any] = {"name_folded": sa.bindparam("to_name"), "code_folded": sa.bindparam("to_code")}
        op.get_bind().execute(change.values(new), rows)


def downgrade() -> None:
    for table in COUNTED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_counted ON {table}")
        else:
            for what in ("entered", "deleted", "changed"):
                op.execute(f"DROP TRIGGER {table}_{what}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION count_change")
    op.drop_table("tally_change")
    op.drop_table("tally")
    op.drop_table("photo")
    op.drop_table("fee_receipt")
    op.drop_table("hold")
    op.drop_index(op.f("ix_registration_held"), table_name="registration")
    for name, table, _ in INDEXES:
        op.drop_index(op.f(name), table_name=table)
    for table, name, _, _ in TEXTS:
        op.drop_column(table, name)
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
