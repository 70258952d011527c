"""cards that are signed, reissued, revoked and expire, and whose links ask for four signs

Revision 0005, after 0004. New columns are NULL or have a default, so that processes of the release before go on writing.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from sms_service.store.migrations.evidence import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ENDS = sa.text("status = 'ready' AND valid_until IS NOT NULL")
STOPPED = sa.text("stopped_at IS NOT NULL AND wrapped_key IS NOT NULL")
ERASABLE = sa.text("erased_at IS NULL AND status IN ('refused', 'wrong_number', 'expired', 'returned', 'deleted')")
EVIDENCE = ("card_change",)


def upgrade() -> None:
    cards()
    erasing()
    without_enroler()
    for table in EVIDENCE:
        append_only(table)


def cards() -> None:
    """Serial, end, the small picture and wrong guesses of each card; what became of cards."""
    op.add_column("card", sa.Column("serial", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("card", sa.Column("valid_until", sa.Double(), nullable=True))
    op.add_column("card", sa.Column("screen_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("card", sa.Column("wrong", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("card", sa.Column("wrong_since", sa.Double(), nullable=True))
    op.create_index("ix_card_ends", "card", ["valid_until"], sqlite_where=ENDS, postgresql_where=ENDS)
    op.create_table(
        "card_change",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("member_number", NUMBER, nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["member_number"], ["member.number"], name=op.f("fk_card_change_member_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_change")),
    )
    op.create_index(op.f("ix_card_change_member_number"), "card_change", ["member_number"])
    op.create_index(op.f("ix_card_change_token_hash"), "card_change", ["token_hash"])


def erasing() -> None:
    """What is forgotten, and what of it is still to be deleted."""
    op.add_column("person", sa.Column("forgotten_at", sa.Double(), nullable=True))
    op.add_column("person", sa.Column("former_index", sa.LargeBinary(), nullable=True))
    op.create_index("ix_person_stopped", "person", ["stopped_at"], sqlite_where=STOPPED, postgresql_where=STOPPED)
    op.add_column("registration", sa.Column("erased_at", sa.Double(), nullable=True))
    op.create_index(
        "ix_registration_erasable", "registration", ["decided_at"], sqlite_where=ERASABLE, postgresql_where=ERASABLE
    )
    op.add_column("outbox", sa.Column("farewell_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("swept_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )


def without_enroler() -> None:
    """Who enters herself (JOIN) has no enroler."""
    _enroler_needed(False)


def _enroler_needed(needed: bool) -> None:
    """SQLite drops a NOT NULL only with its table, and with that all its triggers; what it allows is to write the
    definition anew, inside a transaction (sqlite.org/lang_altertable.html, section 7). The rows are as they were."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.alter_column("registration", "enroler_id", existing_type=NUMBER, nullable=not needed)
        return
    one = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'registration'"
    before = str(bind.execute(sa.text(one)).scalar_one())
    pattern = r"(\benroler_id \w+)" if needed else r"(\benroler_id \w+) NOT NULL"
    after, found = re.subn(pattern, r"\1 NOT NULL" if needed else r"\1", before, count=1)
    if not found:
        raise RuntimeError("the table registration has not the definition that the revisions before gave it")
    number = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    change = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'registration'")
    bind.execute(change, {"sql": after})
    bind.execute(sa.text(f"PRAGMA schema_version = {number + 1}"))  # every connection reads it anew
    bind.execute(sa.text("PRAGMA writable_schema = OFF"))


def downgrade() -> None:
    themselves = sa.text("SELECT count(*) FROM registration WHERE enroler_id IS NULL")
    if count := op.get_bind().execute(themselves).scalar_one():
        raise RuntimeError(f"{count} people entered themselves: the release before cannot hold them")
    _enroler_needed(True)
    op.drop_table("erasure")
    op.drop_column("outbox", "farewell_sealed")
    op.drop_index("ix_registration_erasable", "registration")
    op.drop_column("registration", "erased_at")
    op.drop_index("ix_person_stopped", "person")
    for name in ("former_index", "forgotten_at"):
        op.drop_column("person", name)
    op.drop_table("card_change")
    op.drop_index("ix_card_ends", "card")
    for name in ("wrong_since", "wrong", "screen_sealed", "valid_until", "serial"):
        op.drop_column("card", name)
