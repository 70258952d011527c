"""THE transaction, seen from outside: what is taken once, and what is kept of a message that has no id of its own."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from sms_service.engine.model import Inbound
from sms_service.store.tables import turn
from tests.town import ENROLER, MEMBER, Town

HOP = Inbound(
    channel="africastalking", id="ATUid_1:5678", made=True, kind="ussd", phone=ENROLER, to="*384*96#", text="",
    received_at=1_790_000_000.0, session="ATUid_1",
)  # fmt: skip


def test_the_same_hop_again_gets_the_stored_screen(town: Town) -> None:
    first = town.service.turns.handle(HOP)
    assert first.text == "Mobile number of the new member?"
    assert town.service.turns.handle(HOP) == first
    assert len(town.rows(turn)) == 1


def test_another_phone_with_the_same_session_id_does_not_get_her_screen(town: Town) -> None:
    town.service.turns.handle(HOP)
    other = town.service.turns.handle(msgspec.structs.replace(HOP, phone=MEMBER))
    assert "this phone may not enter members" in other.text


def test_an_id_made_from_what_was_typed_cannot_be_guessed_from_the_log(town: Town) -> None:
    typed = sha256(b"9876543210").hexdigest()[:16]
    town.service.turns.handle(msgspec.structs.replace(HOP, id=f"ATUid_1:{typed}", text="9876543210"))
    [row] = town.rows(turn)
    assert typed not in row.inbound_id
    assert len(row.inbound_id) == 64
