"""Which messages were taken, and what each was answered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import IntegrityError

from sms_service.privacy import Keys
from sms_service.store import inbox, sessions
from sms_service.store.inbox import Stored
from sms_service.store.people import Person
from sms_service.store.tables import person
from tests.store.conftest import NOW


def turn(her: Person, number: int, inbound_id: str, reply: str = "", ends: bool = True) -> dict[str, Any]:
    return {
        "person_id": her.id, "turn_no": number, "channel": "africastalking", "inbound_id": inbound_id, "kind": "ussd",
        "flow": "register", "version": "v", "state_before": "", "state_after": "details", "at": NOW, "ends": ends,
        "gateway_time": "", "text_sealed": her.key.encrypt("turn.text", "1"),
        "reply_sealed": her.key.encrypt("turn.reply", reply), "sessions_sealed": b"",
    }  # fmt: skip


def test_a_message_seen_before_gets_the_same_answer(conn: Connection, keys: Keys, her: Person) -> None:
    sessions.add_turn(conn, turn(her, 1, "ATUid_1:abc", "Namba ya kituo?", ends=False))

    assert inbox.taken(conn, keys, "africastalking", "ATUid_1:abc") == Stored("Namba ya kituo?", ends=False)


def test_a_new_message_was_not_taken(conn: Connection, keys: Keys, her: Person) -> None:
    sessions.add_turn(conn, turn(her, 1, "ATUid_1:abc"))

    assert inbox.taken(conn, keys, "africastalking", "ATUid_1:def") is None
    assert inbox.taken(conn, keys, "twilio", "ATUid_1:abc") is None, "another gateway's id is another message"


def test_the_answer_to_a_forgotten_person_is_gone(conn: Connection, keys: Keys, her: Person) -> None:
    sessions.add_turn(conn, turn(her, 1, "ATUid_1:abc", "Namba ya kituo?"))
    conn.execute(update(person).values(wrapped_key=None))

    assert inbox.taken(conn, keys, "africastalking", "ATUid_1:abc") == Stored("", ends=True)


@pytest.mark.parametrize(("number", "inbound_id"), [(1, "another"), (2, "the first")])
def test_the_log_takes_no_turn_twice(engine: Engine, her: Person, number: int, inbound_id: str) -> None:
    with engine.begin() as conn:
        sessions.add_turn(conn, turn(her, 1, "the first"))
    with pytest.raises(IntegrityError), engine.begin() as conn:
        sessions.add_turn(conn, turn(her, number, inbound_id))
