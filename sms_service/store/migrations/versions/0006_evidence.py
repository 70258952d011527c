"""evidence of the delivery of a question, and of what a member corrected

Revision 0006, after 0005. New columns are NULL or have a default, so that processes of the release before go on writing.
Their indexes are built by 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sms_service.store.migrations.definitions import allow_null
from sms_service.store.migrations.evidence import append_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    evidence()
    photos()
    notices()
    calls()
    searches()
    moved()
    reaching()
    nights()
    refusals()
    languages()
    links()


def evidence() -> None:
    """What the gateway had reported of the question when it was answered; a correction, before and after."""
    op.add_column(
        "consent", sa.Column("report_word", sa.String(length=32), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("consent", sa.Column("report_at", sa.Double(), nullable=True))
    op.add_column("consent", sa.Column("change_sealed", sa.LargeBinary(), nullable=True))


def photos() -> None:
    """The portraits themselves, what the office decided of them, and what is still to be done at the gateway. Those that
    were received before are due at once."""
    op.add_column("photo", sa.Column("picture_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("photo", sa.Column("failure", sa.String(length=32), server_default=sa.text("''"), nullable=False))
    op.add_column("photo", sa.Column("reason_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("photo", sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("photo", sa.Column("due_at", sa.Double(), server_default=sa.text("0"), nullable=True))
    op.add_column("photo", sa.Column("decided_at", sa.Double(), nullable=True))
    allow_null("photo", "enroler_id", True, NUMBER)


def notices() -> None:
    """Every wording of the law's notice that was in force, and which of them each decision was taken under."""
    op.create_table(
        "notice",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_hash"), "notice", ["hash"])
    op.create_index("ix_notice_in_force", "notice", ["language", "since"])
    append_only("notice")
    op.add_column("consent", sa.Column("notice", sa.String(length=64), server_default=sa.text("''"), nullable=False))


def calls() -> None:
    """Missed calls, and the registration that each is weaker evidence for."""
    op.create_table(
        "missed_call",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("registration_id", NUMBER, nullable=True),
        sa.Column("inbound_id", sa.String(length=128), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_missed_call_person_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_missed_call_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_call")),
    )
    op.create_index("ix_missed_call_person_id", "missed_call", ["person_id", "at"])
    op.create_index(op.f("ix_missed_call_registration_id"), "missed_call", ["registration_id"])
    append_only("missed_call")


def searches() -> None:
    """What others have of forgotten people is looked for after the turn that forgets them, not in it."""
    op.create_table(
        "search",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("sought_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("looked_at", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
        sa.UniqueConstraint("person_id", name=op.f("uq_search_person_id")),
    )


def moved() -> None:
    """Whose numbers registrations have left: who is forgotten is looked for there too. Of moves before nothing is known."""
    op.create_table(
        "moved_registration",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("registration_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_moved_registration_registration_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_moved_registration_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_registration")),
    )
    op.create_index(op.f("ix_moved_registration_registration_id"), "moved_registration", ["registration_id"])
    op.create_index(op.f("ix_moved_registration_person_id"), "moved_registration", ["person_id"])


def reaching() -> None:
    """Numbers that texts do not reach: on how many days, and whether the enroler was told."""
    op.add_column("person", sa.Column("failed_days", sa.SmallInteger(), nullable=True))
    op.add_column("person", sa.Column("failed_at", sa.Double(), nullable=True))
    op.add_column("person", sa.Column("unreachable_at", sa.Double(), nullable=True))
    op.add_column("delivery_report", sa.Column("number_failed", sa.Boolean(), nullable=True))


def nights() -> None:
    """Which messages wait for the morning, so that whoever writes at night gets them, and her answer, at once."""
    op.add_column("outbox", sa.Column("put_off", sa.Boolean(), nullable=True))


def refusals() -> None:
    """What phones have said no to, as hashes that outlast the data; and the texts that the office is to read. Of wrong numbers
    before, it is known which phone they were said from; who refused before may be asked once more."""
    op.create_table(
        "refusal",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("who_index", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_index(op.f("ix_refusal_phone_index"), "refusal", ["phone_index"])
    op.create_index(op.f("ix_refusal_at"), "refusal", ["at"])
    op.execute(
        "INSERT INTO refusal (phone_index, at) SELECT person.phone_index, max(registration.decided_at) FROM registration"
        " JOIN person ON person.id = registration.person_id WHERE registration.status = 'wrong_number'"
        " AND registration.decided_at IS NOT NULL GROUP BY person.phone_index"
    )
    op.add_column("hold", sa.Column("said_sealed", sa.LargeBinary(), nullable=True))


def languages() -> None:
    """When somebody chose her language herself: those who did before have no date, and a keyword may change it."""
    op.add_column("person", sa.Column("language_at", sa.Double(), nullable=True))


def links() -> None:
    """The links of the ledger's chain have a keyed hash."""
    op.add_column("ledger_link", sa.Column("mac", sa.LargeBinary(), nullable=True))


def _without_photos() -> None:
    """Those that people sent themselves go: the release before has no place for them."""
    op.execute("DELETE FROM photo WHERE enroler_id IS NULL")
    allow_null("photo", "enroler_id", False, NUMBER)
    for name in ("decided_at", "due_at", "attempts", "reason_sealed", "failure", "picture_sealed"):
        op.drop_column("photo", name)


def _without_reaching() -> None:
    """The release before does not know texts that were not sent because a number cannot be reached: they are dropped."""
    op.execute("UPDATE outbox SET status = 'dropped' WHERE status = 'unreachable'")
    op.drop_column("delivery_report", "number_failed")
    for name in ("unreachable_at", "failed_at", "failed_days"):
        op.drop_column("person", name)


def downgrade() -> None:
    op.drop_column("ledger_link", "mac")
    op.drop_column("person", "language_at")
    op.drop_column("hold", "said_sealed")
    op.drop_table("refusal")
    op.drop_column("outbox", "put_off")
    _without_reaching()
    op.drop_table("moved_registration")
    op.drop_table("search")
    op.drop_table("missed_call")
    op.drop_column("consent", "notice")
    op.drop_table("notice")
    _without_photos()
    for name in ("change_sealed", "report_at", "report_word"):
        op.drop_column("consent", name)
