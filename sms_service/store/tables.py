"""Every table. Times are seconds since 1970 (UTC); columns named *_sealed are encrypted under their person's key.

Changes go through Alembic (store/migrations); this file says what the newest revision looks like, and a test holds the
two against each other.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from sms_service.store.folded import FOLDED_MAX, code_folded, name_folded

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names are fixed, so that a migration can name them on every database."""

metadata = MetaData(naming_convention=NAMES)

Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows only in a column that is called INTEGER."""

area = Table(
    "area",
    metadata,
    Column("id", Number, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("parent_id", ForeignKey("area.id"), index=True),
    Column("level", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("target", Integer, nullable=False, server_default=text("0")),
    # Nested numbers: an area holds all whose first number lies between its two. NULL until the tree is numbered.
    Column("first", Integer, index=True),
    Column("last", Integer),
    # When the drive is on here and in all that it holds; NULL: as the area above says, and without any, always.
    Column("opens_at", Double),
    Column("closes_at", Double),
    # To be found by, however somebody spells them. NULL: written by a process of the release before.
    Column("name_folded", String(FOLDED_MAX), default=name_folded),
    Column("code_folded", String(FOLDED_MAX), default=code_folded, index=True),
    Index("ix_area_name_folded_level", "name_folded", "level"),
)

quiet_window = Table(
    "quiet_window",  # when nothing leaves that nobody awaits, in an area and in all that it holds
    metadata,
    Column("id", Number, primary_key=True),
    Column("area_id", ForeignKey("area.id"), nullable=False, index=True),
    Column("begins_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False, index=True),
    Column("daily_from", String(5)),  # 21:00 and 10:00: each day between these; NULL: all the time
    Column("daily_to", String(5)),
)

ASKED_FOR_IT = "forgotten_at = stopped_at"
"""People who were forgotten because they asked for it: their numbers are blocked since the same moment."""

person = Table(
    "person",
    metadata,
    Column("id", Number, primary_key=True),
    Column("phone_index", LargeBinary, nullable=False, unique=True),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("wrapped_key", LargeBinary),  # NULL: forgotten, nothing sealed under it can be read again
    Column("language", String(8), nullable=False),
    Column(
        "language_at", Double
    ),  # when she chose it; NULL: it was guessed, from who entered her or from what she wrote
    Column("channel", String(32), nullable=False),  # the channel that she last wrote by, or her enroler did
    Column("turn_no", Integer, nullable=False),  # of her last turn; the compare-and-set
    Column("stopped_at", Double),  # since when she wants no messages
    Column("started_at", Double),  # when she last said that she wants them again (START)
    Column("created_at", Double, nullable=False),
    Column("told_at", Double),  # when a phone that may not enter anybody was last told so
    Column("wrong_codes", SmallInteger),  # activation codes from this phone that were none ...
    Column("wrong_codes_since", Double),  # ... since the first of them
    Column("forgotten_at", Double),  # when her key was destroyed; stopped_at says whether the number is blocked
    Column("former_index", LargeBinary),  # of a forgotten phone that came back as somebody new: its number, keyed
    # Texts that did not reach the number (store/reach.py): on how many days, when the last one was counted, and when her
    # enroler was told. NULL: it can be reached.
    Column("failed_days", SmallInteger),
    Column("failed_at", Double),
    Column("unreachable_at", Double),
    # Which service key hers is wrapped by. SQLAlchemy cannot read it back from SQLite: whoever makes this table anew there has
    # to build it anew.
    Index("ix_person_service_key", text("substr(wrapped_key, 1, 1)")),
    Index(
        "ix_person_failed_days",
        "failed_days",
        sqlite_where=text("failed_days IS NOT NULL AND unreachable_at IS NULL"),
        postgresql_where=text("failed_days IS NOT NULL AND unreachable_at IS NULL"),
    ),
    Index(
        "ix_person_forgotten",
        "forgotten_at",
        sqlite_where=text(ASKED_FOR_IT),
        postgresql_where=text(ASKED_FOR_IT),
    ),
    Index(
        "ix_person_stopped",
        "stopped_at",
        sqlite_where=text("stopped_at IS NOT NULL AND wrapped_key IS NOT NULL"),
        postgresql_where=text("stopped_at IS NOT NULL AND wrapped_key IS NOT NULL"),
    ),
)

enroler = Table(
    "enroler",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("area_id", ForeignKey("area.id"), nullable=False, index=True),
    Column("level", String(32), nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("status", String(16), nullable=False),  # appointed activated held retired
    Column("surplus_sealed", LargeBinary),  # columns of the import that we do not know, as JSON
    Column("created_at", Double, nullable=False),
    Column("appointed_by", Number, index=True),  # the person who texted ADD; NULL: the office
    Column("code_index", LargeBinary, index=True),  # of the activation code, keyed; NULL once it was used
    Column("code_until", Double),
    Column("hold_reason", String(64), nullable=False, server_default=text("''")),
)

ERASABLE = "erased_at IS NULL AND status IN ('refused', 'wrong_number', 'expired', 'returned', 'deleted')"
"""Registrations that came to nothing, and still tell whose they were."""

registration = Table(
    "registration",
    metadata,
    Column("id", Number, primary_key=True),
    Column("ref", String(8), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("enroler_id", ForeignKey("enroler.person_id"), index=True),  # NULL: she entered herself (JOIN)
    Column("area_id", ForeignKey("area.id"), nullable=False, index=True),
    Column("fields_sealed", LargeBinary, nullable=False),  # what was entered, as JSON
    Column("voter_id_index", LargeBinary, index=True),
    Column(
        "status", String(16), nullable=False
    ),  # waiting confirmed refused returned wrong_number held expired deleted
    Column("created_at", Double, nullable=False),
    Column("decided_at", Double),
    Column("raw_sealed", LargeBinary),  # the text she was entered by, as it came
    Column("way", String(8), nullable=False, server_default=text("'sms'")),  # sms ussd paper self
    Column("flags", String(100), nullable=False, server_default=text("''")),  # of its values: voter_id:legacy ...
    Column("erased_at", Double),  # since when nothing of what was entered is left
    Index("ix_registration_enroler_id_created_at", "enroler_id", "created_at"),
    Index("ix_registration_enroler_id_decided_at", "enroler_id", "decided_at"),
    Index("ix_registration_area_id_status", "area_id", "status"),
    # One open registration a person: two enrolers at the same door make one question, not two.
    Index(
        "uq_registration_waiting",
        "person_id",
        unique=True,
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
    # What the sweeper has still to erase, the oldest first.
    Index(
        "ix_registration_erasable",
        "decided_at",
        sqlite_where=text(ERASABLE),
        postgresql_where=text(ERASABLE),
    ),
    Index(
        "ix_registration_held",
        "id",
        sqlite_where=text("status = 'held'"),
        postgresql_where=text("status = 'held'"),
    ),
)

moved_registration = Table(
    "moved_registration",  # a registration that was entered for a wrong number, and whose number it has left (FIX)
    metadata,
    Column("id", Number, primary_key=True),
    Column("registration_id", ForeignKey("registration.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
)

hold = Table(
    "hold",  # why a registration waits for the office, or is to be looked at: one row a rule that spoke up
    metadata,
    Column("id", Number, primary_key=True),
    Column("registration_id", ForeignKey("registration.id"), nullable=False, index=True),
    Column("rule", String(32), nullable=False),
    Column("detail", String(200), nullable=False, server_default=text("''")),  # figures and references, nobody's data
    Column("at", Double, nullable=False, index=True),
    Column("decided_at", Double),
    Column("decision", String(16), nullable=False, server_default=text("''")),  # freed refused seen deleted
    Column("decided_by", Number),  # the person who texted OK; NULL: the office
    Column("said_sealed", LargeBinary),  # her texts that could not be read, as JSON, by her key
    Index(
        "ix_hold_undecided",
        "registration_id",
        sqlite_where=text("decided_at IS NULL"),
        postgresql_where=text("decided_at IS NULL"),
    ),
)

refusal = Table(
    "refusal",  # what a phone has said no to, as keyed hashes: see enrolment/refusals.py
    metadata,
    Column("id", Number, primary_key=True),
    Column("phone_index", LargeBinary, nullable=False, index=True),
    Column("who_index", LargeBinary),  # who refused on it; NULL: it was a wrong number
    Column("at", Double, nullable=False, index=True),
)

tally = Table(
    "tally",  # how many registrations and members of one status an area has; only enrolment/tallies.py writes here
    metadata,
    Column("area_id", ForeignKey("area.id"), primary_key=True, autoincrement=False),
    Column("status", String(16), primary_key=True),  # as of registration; valid and withdrawn: of member
    Column("own", Integer, nullable=False),  # entered for the area itself
    Column("within", Integer, nullable=False),  # that, and what was entered for all areas below it
)

tally_change = Table(
    "tally_change",  # what is not in the tallies yet; triggers on registration and member write here, and nothing else
    metadata,
    Column("id", Number, primary_key=True),
    Column(
        "area_id", Number, nullable=False
    ),  # no foreign key: one look less for each change, and the row it is of has it
    Column("status", String(16), nullable=False),
    Column("change", Integer, nullable=False),
)

PHOTO_AT_GATEWAY = "due_at IS NOT NULL"
"""Photos with something to do at the gateway: to be fetched, or to be deleted there."""

photo = Table(
    "photo",  # a picture of somebody: its address while the gateway has it, then the portrait that was made of it
    metadata,
    Column("id", Number, primary_key=True),
    Column("registration_id", ForeignKey("registration.id"), index=True),
    Column("session_id", String(32)),  # of the entry that it came with, while that is under way; else NULL
    Column("enroler_id", ForeignKey("enroler.person_id"), index=True),  # NULL: it came from herself
    Column("media_sealed", LargeBinary, nullable=False),  # its address there; by her key, else the enroler's, else ours
    Column("received_at", Double, nullable=False),
    # received waiting accepted refused replaced failed; unwanted: only to be deleted at the gateway
    Column("status", String(16), nullable=False),
    # From here on NULL or a default in rows of releases before revision 0006.
    Column("picture_sealed", LargeBinary),  # the portrait, as JPEG, by her key
    Column("failure", String(32), nullable=False, server_default=text("''")),  # why there is none
    Column("reason_sealed", LargeBinary),  # in the office's words, why it was refused
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),  # at the gateway
    # When the gateway is asked next; NULL: not now. Of processes of the release before: at once.
    Column("due_at", Double, server_default=text("0")),
    Column("decided_at", Double),
    Index(
        "ix_photo_waiting",
        "session_id",
        sqlite_where=text("session_id IS NOT NULL"),
        postgresql_where=text("session_id IS NOT NULL"),
    ),
    Index(
        "ix_photo_due_at",
        "due_at",
        sqlite_where=text(PHOTO_AT_GATEWAY),
        postgresql_where=text(PHOTO_AT_GATEWAY),
    ),
    Index(
        "ix_photo_queue",
        "received_at",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)

fee_receipt = Table(
    "fee_receipt",  # a leaf of a receipt book: one registration's fee
    metadata,
    Column("id", Number, primary_key=True),
    Column("registration_id", ForeignKey("registration.id"), nullable=False, index=True),
    Column("enroler_id", ForeignKey("enroler.person_id"), nullable=False, index=True),
    Column("book", String(32), nullable=False),
    Column("number", String(32), nullable=False),
    Column("amount", Integer, nullable=False),  # in minor units: 500 is 5 rupees
    Column("currency", String(3), nullable=False),
    Column("at", Double, nullable=False),
    UniqueConstraint("book", "number"),
)

erasure = Table(
    "erasure",  # copies outside of SQL that are still to be deleted: the sweeper does it twice, and takes the row out
    metadata,
    Column("id", Number, primary_key=True),
    Column("person_id", Number, nullable=False),  # whose
    Column("phone_index", LargeBinary, nullable=False),  # under which Redis has it
    Column("swept_at", Double),  # when it was deleted for the first time
)

search = Table(
    "search",  # what others have of forgotten people, still to be looked for: see enrolment/searches.py
    metadata,
    Column("id", Number, primary_key=True),
    Column("person_id", Number, nullable=False, unique=True),
    Column("asked", Boolean, nullable=False),  # she asked to be forgotten: before all who came to nothing
    Column("sought_sealed", LargeBinary, nullable=False),  # what she is found by, by the service's key
    Column("looked_at", Double),  # when it was done for the first time
    Column("due_at", Double),  # not before: it failed; NULL: it did not
)

turn = Table(
    "turn",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("turn_no", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(32), nullable=False),  # "clock" and "service" for turns that no message caused
    Column("inbound_id", String(128), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("flow", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("state_before", String(64), nullable=False),
    Column("state_after", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("gateway_time", String(32), nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),  # what the person sent, whole
    Column("reply_sealed", LargeBinary, nullable=False),  # the screen that answered a USSD hop
    Column("ends", Boolean, nullable=False),
    Column("sessions_sealed", LargeBinary, nullable=False),  # all she has open after this turn, as JSON
    # What is counted for the writer of the flow: state, way, state ... state, and in which language. "" before revision 0002.
    Column("path", String(1000), nullable=False, server_default=text("''")),
    Column("language", String(8), nullable=False, server_default=text("''")),
    Column(
        "unanswered", String(12)
    ),  # why it was heard and not answered (loops.py); NULL: it was, if there was an answer
    UniqueConstraint("channel", "inbound_id"),  # the dedupe: one message, one turn
    Index(
        "ix_turn_unanswered",
        "at",
        sqlite_where=text("unanswered IS NOT NULL"),
        postgresql_where=text("unanswered IS NOT NULL"),
    ),
)

timer = Table(
    "timer",  # one row for each open session
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("due_at", Double, nullable=False, index=True),
    # Where it stands; "" for a session that has not moved since before revision 0002.
    Column("flow", String(64), nullable=False, server_default=text("''")),
    Column("version", String(64), nullable=False, server_default=text("''")),
    Column("state", String(64), nullable=False, server_default=text("''")),
)

consent = Table(
    "consent",  # append-only: triggers refuse UPDATE and DELETE
    metadata,
    Column("id", Number, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("registration_id", ForeignKey("registration.id"), index=True),
    Column("purpose", String(32), nullable=False),
    Column("decision", String(16), nullable=False),  # given refused wrong_number withdrawn corrected
    Column("verdict", String(16), nullable=False),  # how the answer was read: the key, or the kind of word
    Column("language", String(8), nullable=False),
    Column("flow", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("state", String(64), nullable=False),
    Column("wording_sealed", LargeBinary, nullable=False),  # the exact text she was shown
    Column("prompt", String(64), nullable=False),  # the outbox ref, or hop:<turn>, that carried it
    Column("prompt_gateway_id", String(64), nullable=False),
    Column("reply_sealed", LargeBinary, nullable=False),  # the exact text she sent
    Column("channel", String(32), nullable=False),
    Column("inbound_id", String(128), nullable=False),
    Column("turn_no", Integer, nullable=False),
    Column("gateway_time", String(32), nullable=False),
    Column("at", Double, nullable=False),
    # From here on NULL or "" in rows of releases before revision 0004.
    Column("from_sealed", LargeBinary),  # the number that the answer came from
    Column("sent_to", String(32), nullable=False, server_default=text("''")),  # ours, that it came to
    Column(
        "prompt_status", String(16), nullable=False, server_default=text("''")
    ),  # of the question, when it was answered
    Column("prompt_at", Double),  # when the question was handed to the gateway, or shown on the screen
    Column(
        "entered_by", String(400), nullable=False, server_default=text("''")
    ),  # enroler and chain above, as JSON of ids
    Column("mac", LargeBinary),  # keyed hash of all columns but id and itself
    # From here on "" or NULL in rows of releases before revision 0006, and where there is none.
    Column("report_word", String(32), nullable=False, server_default=text("''")),  # of the gateway, about the question
    Column("report_at", Double),  # when that report came
    Column("change_sealed", LargeBinary),  # of a correction: the fields before and after, as JSON
    Column(
        "notice", String(64), nullable=False, server_default=text("''")
    ),  # hash of the one in force when she was asked
    UniqueConstraint("person_id", "turn_no", "purpose"),
)

notice = Table(
    "notice",  # append-only: each wording of the law's notice that was in force; the newest of a language is
    metadata,
    Column("id", Number, primary_key=True),
    Column("hash", String(64), nullable=False, index=True),  # of the text: SHA-256, hexadecimal
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("since", Double, nullable=False),
    Index("ix_notice_in_force", "language", "since"),
)

missed_call = Table(
    "missed_call",  # append-only: that a phone rang us; never a consent
    metadata,
    Column("id", Number, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("registration_id", ForeignKey("registration.id"), index=True),  # the only one that she was asked about
    Column("inbound_id", String(128), nullable=False),  # as in her turn
    Column("answered", Boolean, nullable=False),  # an SMS was sent because of it
    Column("at", Double, nullable=False),
    Index("ix_missed_call_person_id", "person_id", "at"),
)

ledger_link = Table(
    "ledger_link",  # append-only: the rows of consent as a hash chain, see enrolment/ledger.py
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column(
        "consent_id", Number, nullable=False, unique=True
    ),  # no foreign key: a row deleted past the triggers must show
    Column("digest", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("mac", LargeBinary),  # of the head, under our key; NULL: by a release before revision 0006
)

ledger_head = Table(
    "ledger_head",  # append-only: the head of each day, signed; whoever kept one can prove that nothing before it changed
    metadata,
    Column("day", String(10), primary_key=True),
    Column("seq", Number, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

member = Table(
    "member",
    metadata,
    Column("number", Number, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("registration_id", ForeignKey("registration.id"), nullable=False, unique=True),
    Column("consent_id", ForeignKey("consent.id"), nullable=False, unique=True),
    Column("area_id", ForeignKey("area.id"), nullable=False, index=True),
    Column("status", String(16), nullable=False),  # valid withdrawn
    Column("since", Double, nullable=False),
)

card = Table(
    "card",
    metadata,
    Column("id", Number, primary_key=True),
    Column("member_number", ForeignKey("member.number"), nullable=False, unique=True),
    Column("status", String(16), nullable=False),  # wanted ready revoked expired
    Column("token_hash", LargeBinary, unique=True),
    Column("png_sealed", LargeBinary),
    Column("pdf_sealed", LargeBinary),
    Column("wanted_at", Double, nullable=False),
    Column("ready_at", Double),
    Column("serial", Integer, nullable=False, server_default=text("1")),  # one more with each reissue
    Column("valid_until", Double),  # the end of its last day; NULL: as long as the membership
    Column("screen_sealed", LargeBinary),  # a small picture for the page; NULL in cards of before revision 0005
    Column("wrong", SmallInteger, nullable=False, server_default=text("0")),  # guesses at the four signs ...
    Column("wrong_since", Double),  # ... since the first of them
    Index(
        "ix_card_wanted",
        "wanted_at",
        sqlite_where=text("status = 'wanted'"),
        postgresql_where=text("status = 'wanted'"),
    ),
    Index(
        "ix_card_ends",
        "valid_until",
        sqlite_where=text("status = 'ready' AND valid_until IS NOT NULL"),
        postgresql_where=text("status = 'ready' AND valid_until IS NOT NULL"),
    ),
)

card_change = Table(
    "card_change",  # append-only: what became of a card, and the link that it ended
    metadata,
    Column("id", Number, primary_key=True),
    Column("member_number", ForeignKey("member.number"), nullable=False, index=True),
    Column("serial", Integer, nullable=False),  # of the card that this happened to
    Column("change", String(16), nullable=False),  # reissued, sent again, revoked, expired
    Column("reason_sealed", LargeBinary),  # in the office's words
    Column("token_hash", LargeBinary, index=True),  # of the link that opens nothing from then on
    Column("at", Double, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("ref", String(32), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("turn_no", Integer, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("flow", String(64), nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("to_stopped", Boolean, nullable=False),  # goes out although she sent STOP: the answer to STOP, START, HELP
    Column("status", String(16), nullable=False),  # queued sending sent delivered failed held dropped unreachable
    Column("reason", String(120), nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("put_off", Boolean),  # until due_at: it is night or quiet where she is, or she had enough; NULL: it is not
    Column("lease_until", Double),
    Column("looked_since", Double),  # since then its gateway was asked what became of it, and did not say; NULL: never
    Column("gateway_id", String(64), nullable=False),
    Column("segments", SmallInteger, nullable=False),  # as the gateway billed them; 0: it did not say
    Column(
        "counted", SmallInteger
    ),  # as we counted them; NULL: not sent yet, no SMS, or sent by a release that did not
    Column("created_at", Double, nullable=False),
    Column("sent_at", Double),
    Column(
        "farewell_sealed", LargeBinary
    ),  # number and text, by the service's key: what a forgotten person is told last
    Column("repeats", SmallInteger, nullable=False, server_default=text("0")),  # sent anew after a definite failure
    # How often it was sent anew or released: reports on the copies before this one are told from those on this one.
    Column("copy", SmallInteger, nullable=False, server_default=text("0")),
    Column("link", String(64)),  # the premium message it answers, as its gateway names it (linkId)
    Column("route", String(250)),  # the channels it may go by, the best first: "exotel,kannel"; NULL: by its own alone
    Column("price", String(20)),  # what the gateway says it cost: "KES 0.8000"
    Column("text_index", LargeBinary),  # a keyed hash of the text, while queued: equal ones leave in one call
    Column("dlt_entity", String(19)),  # India's registry: whose text it is ...
    Column("dlt_template", String(19)),  # ... and which; NULL: none that is registered, or no number of India
    # Said in a turn that a message of hers caused. The release before, which does not say, is taken to answer.
    Column("answers", Boolean, nullable=False, server_default=text("true")),
    # Nothing hears an answer to it any more: what has not left yet stays here. NULL: it stands.
    Column("withdrawn", Boolean),
    UniqueConstraint("person_id", "turn_no"),  # one turn says one message
    Index(
        "ix_outbox_open",
        "due_at",
        sqlite_where=text("status IN ('queued', 'sending')"),
        postgresql_where=text("status IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_held",
        "id",
        sqlite_where=text("status = 'held'"),
        postgresql_where=text("status = 'held'"),
    ),
    Index(
        "ix_outbox_next",
        "answers",
        "channel",
        "due_at",
        "id",
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "ix_outbox_hers",
        "person_id",
        "id",
        sqlite_where=text("status IN ('queued', 'sending')"),
        postgresql_where=text("status IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_routed",
        "channel",
        "route",
        "id",
        sqlite_where=text("status = 'queued' AND route IS NOT NULL"),
        postgresql_where=text("status = 'queued' AND route IS NOT NULL"),
    ),
    Index(
        "ix_outbox_sending",
        "id",
        sqlite_where=text("status = 'sending'"),
        postgresql_where=text("status = 'sending'"),
    ),
    Index("ix_outbox_gateway_id", "channel", "gateway_id"),
    Index(
        "ix_outbox_differs",
        "id",
        sqlite_where=text("segments > 0 AND segments <> counted"),
        postgresql_where=text("segments > 0 AND segments <> counted"),
    ),
    Index(
        "ix_outbox_person_id_sent_at",
        "person_id",
        "sent_at",
        sqlite_where=text("sent_at IS NOT NULL"),
        postgresql_where=text("sent_at IS NOT NULL"),
    ),
    Index(
        "ix_outbox_equal",
        "text_index",
        "channel",
        "due_at",
        "id",
        sqlite_where=text("status = 'queued' AND text_index IS NOT NULL"),
        postgresql_where=text("status = 'queued' AND text_index IS NOT NULL"),
    ),
)

channel_log = Table(
    "channel_log",  # what gateways were asked and answered, nothing of a person in it; kept for a week
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", Double, nullable=False, index=True),
    Column("ref", String(32), nullable=False, index=True),  # of the outbox
    Column("channel", String(32), nullable=False),
    Column("step", String(12), nullable=False),  # one of channel_log.Step
    Column("outcome", String(160), nullable=False),
    Column("due_at", Double),  # when it is to leave again
    Column("with_ref", String(32)),  # the message whose call this one went with: what was asked stands there
    Column("asked", String(800)),
    Column("status", SmallInteger),  # of HTTP; 0: no answer was read
    Column("seconds", Double),
    Column("answer", String(800)),
)

gateway_fault = Table(
    "gateway_fault",  # what only an operator can put right, by the gateway's own code
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("locked_out", Boolean),  # it does not accept who we say we are, whatever it calls that; NULL: it does
)

gateway_down = Table(
    "gateway_down",  # what is known of channels that did not take what they were given
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),  # in a row
    Column("failed_at", Double, nullable=False, server_default=text("0")),
    Column("reason", String(64), nullable=False, server_default=text("''")),  # of the last one
    Column("opened_at", Double),  # since when it is down; NULL: it is not
    Column("probe_at", Double, nullable=False, server_default=text("0")),  # from when on a message may try it
    Column("pause", Double, nullable=False, server_default=text("0")),
    Column("probe", Number),  # the row of the outbox that tries it
    Column("moved", Integer, nullable=False, server_default=text("0")),  # messages that went by another channel instead
)

dlt_refusal = Table(
    "dlt_refusal",  # how often India's registry refused our texts, or we did for want of a registered one
    metadata,
    Column("hour", Number, primary_key=True, autoincrement=False),  # since 1970
    Column("code", SmallInteger, primary_key=True, autoincrement=False),  # 0: nothing registered is like the text
    Column("times", Integer, nullable=False),
)

delivery_report = Table(
    "delivery_report",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("gateway_id", String(64), nullable=False),
    Column("ref", String(32), nullable=False),
    Column("word", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("number_failed", Boolean),  # the fault is the number's; NULL: it is not
    Column("outbox_id", Number, index=True),  # its message; NULL: not known yet, or written by the release before
    Column("early", Text),  # all that it said, as JSON, while its message is not known
    UniqueConstraint("channel", "gateway_id", "word"),
    Index(
        "ix_delivery_report_unknown",
        "at",
        sqlite_where=text("outbox_id IS NULL"),
        postgresql_where=text("outbox_id IS NULL"),
    ),
)

flow_version = Table(
    "flow_version",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("flow", String(64), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("seen_at", Double, nullable=False),
)

publication = Table(
    "publication",  # append-only: the newest of a flow says which version of it serves
    metadata,
    Column("id", Number, primary_key=True),
    Column("flow", String(64), nullable=False, index=True),
    Column("version", ForeignKey("flow_version.version"), nullable=False),
    Column("how", String(16), nullable=False),  # published, first start, rolled back, withdrawn
    Column("at", Double, nullable=False),
)

installation = Table(
    "installation",  # what is said once for the whole database
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

APPEND_ONLY = ("consent", "publication", "ledger_link", "ledger_head", "card_change", "notice", "missed_call")
"""Tables whose rows are never changed: the migrations put triggers on them that refuse UPDATE and DELETE. What `ledger verify`
proves of them is in docs/decisions.md; of `card_change` and `missed_call` nothing."""
