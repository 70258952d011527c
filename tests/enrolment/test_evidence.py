"""What a row of the ledger holds, field by field, for every way in which a person decides something."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sms_service.enrolment import consent as consents
from sms_service.enrolment import erasure, ledger, ledger_members, proofs
from sms_service.enrolment.proofs import Proof
from sms_service.store import people
from sms_service.store.tables import consent, member, outbox, person, registration, turn
from tests.enrolment.test_paper import RAM, imports
from tests.town import ENTRY, MEMBER, By, Town

KENYAN, HER = "+254700000001", "+254712345678"
KENYAN_ENTRY = "SAJILI 0712345678 ABC1234567 12 Amina Wanjiru"


def proved(town: Town) -> list[Proof]:
    """The rows of the first registration, opened; their hashes hold, and members fit consents."""
    [saved, *_] = town.rows(registration)
    with town.service.engine.begin() as conn:
        ledger.chain(conn, town.service.keys)
    with town.service.reads.begin() as conn:
        about = proofs.subject(conn, town.service.keys, saved.ref)
        assert about
        found = proofs.proofs(conn, town.service.keys, about)
        assert [one for one in ledger.faults(conn, town.service.keys, []) if not isinstance(one, int)] == []
        assert list(ledger_members.faults(conn, ledger_members.figures(conn))) == []
        assert ledger_members.figures(conn).fits
    assert [one.problem for one in found] == [""] * len(found)
    return found


def answered_turn(town: Town, one: Proof) -> Any:
    """The turn of the message that the row names."""
    [row] = [r for r in town.rows(turn) if (r.channel, r.inbound_id) == (one.answer.channel, one.answer.message_id)]
    return row


@dataclass(frozen=True)
class Channel:
    """One way to text, with whoever enters and whoever is entered there, and what that gateway tells."""

    by: By
    enroler: str
    entry: str
    her: str
    clock: bool
    status: str
    language: str = "en"


CHANNELS = [
    Channel("handset", "+919800000002", ENTRY, MEMBER, False, "sent"),
    Channel("twilio", "+919800000002", ENTRY, MEMBER, False, "sent"),
    Channel("africastalking", KENYAN, KENYAN_ENTRY, HER, True, "sent", "sw"),
]


@pytest.mark.parametrize("way", CHANNELS, ids=lambda way: way.by)
def test_a_yes_by_sms_holds_every_field(town: Town, way: Channel) -> None:
    town.phone(way.enroler, by=way.by).texts(way.entry)
    her = town.phone(way.her, by=way.by)
    asked = her.last
    her.texts("  YES!! ")

    [one] = proved(town)
    [question] = [row for row in town.rows(outbox) if row.ref == one.asked.by]
    came = answered_turn(town, one)

    # exact text shown, language, flow version and message ids
    assert one.asked.text == asked
    assert (one.asked.language, one.asked.flow, one.asked.state) == (way.language, "confirm", "ask")
    assert one.asked.version == came.version != ""
    assert one.asked.gateway_id == question.gateway_id != ""
    # how far it had come, and when it was handed over
    assert one.asked.status == way.status
    assert one.asked.at == question.sent_at is not None
    # raw reply, numbers, gateway id, both clocks
    assert (one.answer.text, one.answer.raw) == ("  YES!! ", "  YES!! ")
    assert (one.answer.sender, one.answer.channel) == (way.her, way.by)
    assert bool(one.answer.to) == (way.by != "handset")
    assert one.answer.message_id == came.inbound_id != ""
    assert bool(one.answer.gateway_time) == way.clock
    assert one.answer.at == came.at > 0
    # enroler and the chain above, and how it was entered; the parser's verdict
    assert one.entered
    assert one.entered.enroler
    assert one.entered.way == "sms"
    assert len(one.entered.areas) > 3
    assert (one.purpose, one.decision, one.verdict) == ("membership", "given", "yes")


def test_a_delivery_report_that_came_before_the_answer_is_in_the_row(town: Town) -> None:
    her = town.phone(MEMBER, by="twilio")
    town.phone("+919800000002", by="twilio").texts(ENTRY)
    [question] = [row for row in town.rows(outbox) if row.flow == "confirm"]
    assert town.twilio.report(town.twilio.message(question.ref), "delivered").status == 204
    her.texts("1")
    [one] = proved(town)
    assert (one.asked.status, one.asked.report_word, one.asked.later) == ("delivered", "delivered", "")
    assert one.asked.report_at is not None


def test_a_delivery_report_that_came_after_the_answer_is_told_beside_the_row(town: Town) -> None:
    her = town.phone(MEMBER, by="twilio")
    town.phone("+919800000002", by="twilio").texts(ENTRY)
    [question] = [row for row in town.rows(outbox) if row.flow == "confirm"]
    her.texts("1")
    assert town.twilio.report(town.twilio.message(question.ref), "delivered").status == 204
    [one] = proved(town)
    assert (one.asked.status, one.asked.report_word, one.asked.later) == ("sent", "", "delivered")


def test_a_yes_by_ussd_holds_every_field(town: Town) -> None:
    town.phone(KENYAN, by="africastalking").texts(KENYAN_ENTRY)
    screen = town.phone(HER, by="africastalking").dials()
    shown = [screen.screen]
    while "98 " in screen.screen:
        shown.append(screen.press("98"))
    screen.press("1")
    [one] = proved(town)
    came = answered_turn(town, one)
    assert (one.asked.text, one.asked.language, one.asked.status) == ("\n".join(shown), "sw", "shown")
    assert one.asked.by.startswith("hop:")
    assert (one.asked.gateway_id, one.asked.report_word) == ("", "")
    assert one.asked.at is not None
    assert (one.answer.text, one.answer.channel, one.answer.sender) == ("1", "africastalking", HER)
    assert one.answer.raw == "*".join(["98"] * (len(shown) - 1) + ["1"])
    assert one.answer.to.startswith("*384*")
    assert one.answer.message_id == came.inbound_id
    assert (one.decision, one.verdict) == ("given", "1")


# --- the question is the one that was answered ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "state", "asked", "purpose"),
    [
        (["LEAVE"], "ask", "shall the membership 0000013", "membership"),
        (["NEWS", "1", "NEWS"], "given", "you get news. Shall that end?", "news"),
    ],
)
def test_what_ends_a_consent_is_proved_by_the_question_that_was_answered(
    any_town: Town, texts: list[str], state: str, asked: str, purpose: str
) -> None:
    """CARD comes between question and answer; its message is newer, and asked nothing."""
    any_town.enrols()
    for text in (*texts, "CARD", "haan"):
        any_town.member.texts(text)
    one = proved(any_town)[-1]
    assert one.asked.text
    assert asked in one.asked.text
    assert (one.purpose, one.decision, one.verdict, one.asked.state) == (purpose, "withdrawn", "yes", state)
    assert (one.answer.text, one.answer.sender) == ("haan", MEMBER)
    assert (one.asked.flow, one.asked.status) == (texts[-1].lower(), "sent")
    assert (one.entered is not None) == (purpose == "membership")


def test_leave_from_somebody_who_sent_stop_is_proved_too(any_town: Town) -> None:
    any_town.enrols()
    for text in ("STOP", "LEAVE", "1"):
        any_town.member.texts(text)
    one = proved(any_town)[-1]
    assert (one.decision, one.asked.flow, one.answer.text) == ("withdrawn", "leave", "1")


def test_forget_is_proved_by_its_question_as_long_as_anybody_can_read_it(any_town: Town) -> None:
    any_town.enrols()
    for text in ("FORGET", "CARD", "yes"):
        any_town.member.texts(text)
    one = proved(any_town)[-1]
    [question] = [row for row in any_town.rows(outbox) if row.flow == "forget"][:1]
    assert (one.decision, one.verdict, one.purpose) == ("withdrawn", "forget", "membership")
    assert (one.asked.by, one.asked.flow, one.asked.state) == (question.ref, "forget", "ask")
    assert one.asked.status == "sent"
    assert one.asked.gateway_id == question.gateway_id
    assert one.answer.message_id == answered_turn(any_town, one).inbound_id
    assert (one.asked.text, one.answer.text, one.answer.sender) == (None, None, None)
    [row] = [row for row in any_town.rows(consent) if row.decision == "withdrawn"]
    assert row.from_sealed
    assert one.entered
    assert one.entered.enroler


def test_forget_by_the_office_says_that_no_text_of_hers_did_it(any_town: Town) -> None:
    any_town.enrols()
    with any_town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, any_town.service.keys, MEMBER)
        assert somebody
        assert erasure.forget(conn, any_town.service.keys, somebody, 5.0)
    one = proved(any_town)[-1]
    assert (one.decision, one.answer.channel, one.asked.by, one.answer.at) == ("withdrawn", "office", "", 5.0)


# --- no, wrong number, STOP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "decision", "verdict", "asked"),
    [
        (["3"], "refused", "3", "Right and I join: 1"),
        (["nahi"], "refused", "no", "Right and I join: 1"),
        (["wrong number"], "wrong_number", "wrong_number", "Right and I join: 1"),
        (["2", "4"], "wrong_number", "4", "I am somebody else, not that person: 4"),
        (["STOP"], "refused", "stop", "Right and I join: 1"),
        (["2", "1", "STOP"], "refused", "stop", "What is your name?"),
    ],
)
def test_each_way_to_say_no_is_one_row(
    any_town: Town, texts: list[str], decision: str, verdict: str, asked: str
) -> None:
    any_town.enroler.texts(ENTRY)
    for text in texts:
        any_town.member.texts(text)
    [one] = proved(any_town)
    assert one.asked.text
    assert asked in one.asked.text
    assert (one.purpose, one.decision, one.verdict, one.answer.text) == ("membership", decision, verdict, texts[-1])
    assert (one.asked.status, one.answer.sender) == ("sent", MEMBER)
    assert one.entered
    [saved] = any_town.rows(registration)
    assert saved.status == decision


def test_a_wrong_number_that_a_consent_took_is_written_once(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("this is not my number")
    assert [one.decision for one in proved(any_town)] == ["wrong_number"]


# --- a list on paper -----------------------------------------------------------------------------------------------


def test_who_came_by_a_paper_list_is_proved_by_her_own_text(town: Town, tmp_path: Path) -> None:
    imports(town, tmp_path, RAM)
    her = town.phone(MEMBER)
    asked = her.last
    her.texts("1")
    [one] = proved(town)
    assert (one.asked.text, one.answer.text, one.decision) == (asked, "1", "given")
    assert one.entered
    assert one.entered.way == "paper"


# --- what she corrects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "asked"), [(["FIX BOOTH 13"], ""), (["FIX", "3", "13"], "What is the number of the polling booth?")]
)
def test_a_correction_holds_what_it_was_and_is(any_town: Town, texts: list[str], asked: str) -> None:
    any_town.enrols()
    for text in texts:
        any_town.member.texts(text)
    one = proved(any_town)[-1]
    assert (one.purpose, one.decision, one.change) == (
        "data", "corrected", {"before": {"booth": "12"}, "after": {"booth": "13"}},
    )  # fmt: skip
    assert (one.asked.text, one.answer.text, one.answer.sender) == (asked, texts[-1], MEMBER)
    assert one.answer.message_id == answered_turn(any_town, one).inbound_id
    with any_town.service.reads.begin() as conn:
        [hers] = any_town.rows(member)
        assert consents.state_of(conn, hers.person_id, "membership") == "given"


def test_what_changes_nothing_is_no_row(any_town: Town) -> None:
    any_town.enrols()
    any_town.member.texts("FIX BOOTH 12")
    assert [one.decision for one in proved(any_town)] == ["given"]


def test_before_and_after_are_sealed_with_her_key(any_town: Town) -> None:
    any_town.enrols()
    any_town.member.texts("FIX NAME Ram Kumari")
    [*_, row] = any_town.rows(consent)
    assert b"Kumar" not in row.change_sealed
    [hers] = [one for one in any_town.rows(person) if one.id == row.person_id]
    key = any_town.service.keys.person_key(hers.wrapped_key)
    assert json.loads(key.decrypt("consent.change", row.change_sealed))["before"] == {"name": "Ram Kumar"}


# --- how a consent stands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "stands"), [("withdrawn", "withdrawn"), ("given", "given")])
def test_of_other_purposes_the_newest_decision_counts_whatever_it_was_about(
    any_town: Town, last: str, stands: str
) -> None:
    """News asked in a dialogue about a registration is given for that; NEWS takes it back for none."""
    any_town.enrols()
    any_town.member.texts("NEWS")
    any_town.member.texts("1")
    [*_, given] = any_town.rows(consent)
    [saved] = any_town.rows(registration)
    row = {name: value for name, value in given._mapping.items() if name != "id"}
    with any_town.service.engine.begin() as conn:
        conn.execute(consent.insert().values({**row, "registration_id": saved.id, "turn_no": 90}))
        conn.execute(consent.insert().values({**row, "registration_id": None, "decision": last, "turn_no": 91}))
    with any_town.service.reads.begin() as conn:
        assert consents.state_of(conn, given.person_id, "news") == stands
