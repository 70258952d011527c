"""THE transaction, seen from outside: what is taken once, what is kept of a message without an id, what is late."""

from __future__ import annotations

from hashlib import sha256

import msgspec
from rq import Queue
from rq.serializers import JSONSerializer

from sms_service.engine.model import Inbound
from sms_service.store.bell import waiting_key
from sms_service.store.tables import outbox, turn
from tests.town import ENROLER, MEMBER, Town
from workers import deliver, sweep

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
    assert other.text == "XYZ: welcome. What is your name?", "her own: she may join"


def test_an_id_made_from_what_was_typed_cannot_be_guessed_from_the_log(town: Town) -> None:
    typed = sha256(b"9876543210").hexdigest()[:16]
    town.service.turns.handle(msgspec.structs.replace(HOP, id=f"ATUid_1:{typed}", text="9876543210"))
    [row] = town.rows(turn)
    assert typed not in row.inbound_id
    assert len(row.inbound_id) == 64


def test_what_the_gateway_surely_does_not_have_is_sent_again_without_another_wait(town: Town) -> None:
    """Its lease has been waiting a minute; a back-off on top would leave an enroler without an answer for two."""
    phone = town.phone(ENROLER, by="twilio")
    town.twilio.behave("500", times=1, accept=False)
    phone.texts("HELP")
    assert [row.status for row in town.rows(outbox)] == ["sending"]
    with town.service.engine.begin() as conn:
        conn.execute(outbox.update().values(lease_until=0))

    deliver.recover(town.service)
    town.work()

    assert [(row.status, row.attempts) for row in town.rows(outbox)] == [("sent", 2)]
    assert len(phone.heard) == 1


def test_a_ring_whose_ringer_died_does_not_mute_the_bell(town: Town) -> None:
    """The flag stands, but no job was enqueued: the sweeper rings all the same."""
    town.service.redis.set(waiting_key("deliver"), b"1", ex=30)
    town.phone(ENROLER).sends("HELP")
    queue = Queue("deliver", connection=town.service.redis, serializer=JSONSerializer)
    assert queue.count == 0

    sweep.overdue_messages(town.service)

    assert queue.count == 1


def test_the_turn_log_knows_the_whole_way_of_a_direct_dial(town: Town) -> None:
    town.phone("+254700000001").dials("*384*96*0712345678*ABC1234567#")
    [entered] = town.rows(turn)
    assert (entered.state_before, entered.state_after) == ("", "details")
    assert entered.path == "details"
    assert entered.language == "sw"
