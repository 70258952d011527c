"""What a person does herself: she mends what was entered, sees what is stored, starts, leaves, is forgotten."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import update

from sms_service.engine.model import Inbound, Session
from sms_service.engine.walk import FlowFault
from sms_service.enrolment import cards, erasure, held, ledger, registrations
from sms_service.enrolment import consent as consents
from sms_service.enrolment.effects import Act, perform
from sms_service.store import people
from sms_service.store.tables import area, card, consent, hold, member, person, registration
from tests.town import ENROLER, ENTRY, MEMBER, Town
from workers import deliver

SITA, GITA = "+919876511111", "+919876522222"


def says(town: Town, *texts: str) -> None:
    for text in texts:
        town.member.texts(text)


def entered(town: Town, number: int = 0) -> dict[str, Any]:
    """What a registration holds, opened."""
    row = town.rows(registration)[number]
    with town.service.reads.begin() as conn:
        somebody = people.by_id(conn, town.service.keys, row.person_id)
        assert somebody
        return registrations.opened(somebody.key, row.fields_sealed)


def statuses(town: Town) -> list[str]:
    return [row.status for row in town.rows(registration)]


def holds(town: Town) -> list[str]:
    return [row.rule for row in town.rows(hold)]


# --- correct_registration -----------------------------------------------------------------------------------------


def test_correct_registration_corrected_counts_for_the_booth_that_she_names(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "2", "3", "13")
    assert entered(any_town) == {"name": "Ram Kumar", "voter_id": "ABC1234567", "booth": "13"}
    [saved] = any_town.rows(registration)
    [booth] = [row.code for row in any_town.rows(area) if row.id == saved.area_id]
    assert (booth, saved.status, saved.decided_at) == ("JH-N-RAN-KAN-13", "waiting", None)
    assert any_town.enroler.last.endswith("the person mended it. Was: 12. Is: 13. There is nothing to do.")


def test_correct_registration_corrected_proves_what_she_was_shown_the_second_time(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "2", "1", "Ram Kumari", "1")
    [given] = town.rows(consent)
    with town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, MEMBER)
        assert somebody
        assert "so you are Ram Kumari" in somebody.key.decrypt("consent.wording", given.wording_sealed)


def test_correct_registration_corrected_shows_the_enroler_no_id(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "2", "2", "ABC7654321")
    assert "Was: ABC..567. Is: ABC..321." in town.enroler.last


def test_correct_registration_same_is_asked_again_and_no_news_for_the_enroler(town: Town) -> None:
    town.enroler.texts(ENTRY)
    heard = len(town.enroler.heard)
    says(town, "2", "3", "12")
    assert "so you are Ram Kumar" in town.member.last
    assert len(town.enroler.heard) == heard


def test_correct_registration_held_where_a_rule_speaks_up(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876511111 ABC1234568 12 Sita Devi")
    for text in ("2", "2", "ABC1234567"):
        any_town.phone(SITA).texts(text)
    assert statuses(any_town) == ["waiting", "held"]
    assert holds(any_town) == ["same_id"]
    assert "the office of XYZ looks at your data first" in any_town.phone(SITA).last


def test_correct_registration_refused_one_who_is_on_this_phone_already(town: Town) -> None:
    town.enrols()
    town.enroler.texts("REG 9876543210 ABC1234568 12 Sita Devi")
    says(town, "2", "2", "ABC1234567")
    assert statuses(town) == ["confirmed", "refused"]
    assert "You are NOT a member" in town.member.last


def test_correct_registration_not_waiting_once_it_is_over(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "2", "3")
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(status="expired"))
    says(town, "13")
    assert "this registration is closed" in town.member.last
    assert entered(town)["booth"] == "12"


def test_a_second_mistake_is_mended_as_the_first(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "mistake booth 13", "MISTAKE name Dela Otieno")
    assert "so you are Dela Otieno, voter ID ABC..567, booth 13." in town.member.last
    assert statuses(town) == ["waiting"]


def test_hold_registration_for_a_mistake_that_nobody_can_mend_says_why(town: Town) -> None:
    says(town, "JOIN Ram Kumar ABC1234567 Kanke booth 12", "2", "who", "what", "is it")
    assert statuses(town) == ["held"]
    assert holds(town) == ["mistake"]


def said(town: Town) -> list[list[str]]:
    """What the office reads of the texts that could not be read, row by row."""
    with town.service.reads.begin() as conn:
        return [one.said for one in held.listed(conn, town.service.keys)]


def test_hold_registration_shows_the_office_what_she_texted(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "yes but who are you people", "HELP", "maybe")
    assert statuses(any_town) == ["held"], "the second text that is not clear goes to the office"
    assert said(any_town) == [["yes but who are you people", "maybe"]]
    says(any_town, "yes")
    assert statuses(any_town) == ["held"]


def test_hold_registration_shows_only_the_texts_to_this_question(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "hmm", "mistake booth 13", "well", "so so")
    assert said(any_town) == [["well", "so so"]]


def test_hold_registration_keeps_no_text_of_who_is_forgotten_or_whose_phone_it_was_not(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "hmm", "well")
    any_town.enroler.texts(f"FIX {any_town.rows(registration)[0].ref} mobile 9876500001")
    assert said(any_town) == [[]], "under another's key by now, and another's words"
    any_town.enroler.texts("REG 9876543210 ABC1000001 12 Sita Devi")
    says(any_town, "hmm", "well")
    assert said(any_town)[-1] == ["hmm", "well"]
    says(any_town, "FORGET", "1")
    assert {row.said_sealed for row in any_town.rows(hold)} == {None}


def test_whose_enroler_is_gone_mends_it_all_the_same(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("STOP")
    says(town, "2", "3", "13", "1")
    assert statuses(town) == ["confirmed"]


# --- a town of members --------------------------------------------------------------------------------------------

NUMBER, SECOND = "0000013", "0000021"


def enrols_two(town: Town) -> None:
    """Ram Kumar and Sita Devi are members, with one phone."""
    town.enrols()
    town.enroler.texts("REG 9876543210 ABC7654321 12 Sita Devi")
    says(town, "1")


def member_statuses(town: Town) -> list[str]:
    return [row.status for row in town.rows(member)]


def link(text: str) -> str:
    return text.partition("https://")[2].split()[0] if "https://" in text else text.partition("http://")[2].split()[0]


def decisions(town: Town) -> list[tuple[str, str]]:
    return [(row.purpose, row.decision) for row in town.rows(consent)]


def verified(town: Town) -> list[Any]:
    with town.service.engine.begin() as conn:
        ledger.chain(conn, town.service.keys)
        return [one for one in ledger.faults(conn, town.service.keys, []) if not isinstance(one, int)]


# --- find_membership ----------------------------------------------------------------------------------------------


def test_find_membership_found_the_only_one_on_this_phone(town: Town) -> None:
    town.enrols()
    says(town, "LEAVE")
    assert "membership 0000013 of R. Kumar" in town.member.last


def test_find_membership_several_are_asked_which_of_them(town: Town) -> None:
    enrols_two(town)
    says(town, "LEAVE")
    assert "Several members have this phone." in town.member.last
    says(town, SECOND)
    assert "membership 0000021 of S. Devi" in town.member.last


@pytest.mark.parametrize("number", ["0000021", "0000014", "9999999"])
def test_find_membership_unknown_says_the_same_of_another_phone_and_of_none(town: Town, number: str) -> None:
    town.enrols()
    town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    town.phone(SITA).texts("1")
    says(town, f"LEAVE {number}")
    assert town.member.last == "XYZ: no member with that number has this phone. The number stands on the card."


@pytest.mark.parametrize("command", ["CARD", "LEAVE"])
def test_find_membership_none_where_she_is_no_member(town: Town, command: str) -> None:
    town.enroler.texts(ENTRY)
    says(town, "no", command)
    assert town.member.last == "XYZ: nobody is a member with this phone. To become one send JOIN."


# --- show_own_data ------------------------------------------------------------------------------------------------


def test_show_own_data_member_with_id_and_phone_masked(town: Town) -> None:
    town.enrols()
    says(town, "ME")
    assert "Ram Kumar, ..210, ABC..567, 12, Booth 12, Kanke. Member 0000013." in town.member.last
    assert "ABC1234567" not in town.member.last


def test_show_own_data_entered_and_no_member(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "maybe", "hmm", "ME")
    assert "You are no member (at the office)." in town.member.last


@pytest.mark.parametrize(
    ("answers", "standing"),
    [(["no"], "no"), (["2", "1", "123", "123", "123", "123"], "mistake"), (["1", "LEAVE", "1"], "has left")],
)
def test_show_own_data_entered_as_long_as_anything_of_it_is_stored(
    town: Town, answers: list[str], standing: str
) -> None:
    town.enroler.texts(ENTRY)
    says(town, *answers, "ME")
    assert (
        f"XYZ has: Ram Kumar, ..210, ABC..567, 12, Booth 12, Kanke. You are no member ({standing})." in town.member.last
    )


def test_show_own_data_entered_of_what_her_enroler_took_back(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("DEL " + town.rows(registration)[0].ref)
    says(town, "ME")
    assert "You are no member (taken back)." in town.member.last


def test_show_own_data_several_that_are_open_and_that_ended(town: Town) -> None:
    enrols_two(town)
    town.enroler.texts("REG 9876543210 ABC7654322 12 Gita Devi")
    says(town, "no", "NEWS", "yes", "EVENTS", "yes", "ME")
    assert town.member.last == (
        "XYZ has of this phone:\nSita Devi, ABC..321, 12: 0000021\nRam Kumar, ABC..567, 12: 0000013\n"
        "Gita Devi, ABC..322, 12: no\nYes to: events, news. ME and a number tells more, FORGET erases all."
    )
    says(town, f"ME {NUMBER}")
    assert "Ram Kumar, ..210, ABC..567, 12, Booth 12, Kanke. Member 0000013. Yes to: events, news." in town.member.last


def test_show_own_data_member_whose_other_entry_was_refused_hears_of_both(town: Town) -> None:
    town.enrols()
    town.enroler.texts("REG 9876543210 ABC7654322 12 Gita Devi")
    says(town, "no", "ME")
    assert "Gita Devi, ABC..322, 12: no" in town.member.last
    assert "Ram Kumar, ABC..567, 12: 0000013" in town.member.last


def test_show_own_data_nothing_once_it_is_erased(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "no")
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(erased_at=1.0))
    says(town, "ME")
    assert town.member.last.startswith("XYZ: nobody is entered with this phone.")


def test_show_own_data_nothing_of_somebody_whom_the_phone_does_not_know(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "wrong number", "ME")
    assert town.member.last.startswith("XYZ: nobody is entered with this phone.")


def test_show_own_data_nothing_of_a_stranger_nor_of_others(town: Town) -> None:
    town.enrols()
    town.phone(SITA).texts("ME")
    assert town.phone(SITA).last.startswith("XYZ: nobody is entered with this phone.")


# --- correct_membership -------------------------------------------------------------------------------------------


def test_correct_membership_corrected_moves_her_and_draws_the_card_anew(any_town: Town) -> None:
    any_town.enrols()
    says(any_town, "FIX BOOTH 13")
    [one] = any_town.rows(member)
    [booth] = [row.code for row in any_town.rows(area) if row.id == one.area_id]
    assert (booth, one.status, entered(any_town)["booth"]) == ("JH-N-RAN-KAN-13", "valid", "13")
    assert statuses(any_town) == ["confirmed"]
    assert any_town.rows(card)[0].serial == 2


def test_correct_membership_corrected_with_an_id_that_another_has_is_noted_for_the_office(town: Town) -> None:
    town.enrols()
    town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    says(town, "FIX ABC7654321")
    assert holds(town) == ["same_id"]
    assert member_statuses(town) == ["valid"]


@pytest.mark.parametrize("line", ["ABC 1234999", f"ABC 1234999 {NUMBER}", "ABC1234999"])
def test_correct_membership_corrected_by_an_id_that_looks_like_a_membership_number(town: Town, line: str) -> None:
    town.enrols()
    says(town, f"FIX {line}")
    assert entered(town)["voter_id"] == "ABC1234999"


def test_correct_membership_which_of_two_by_a_number_among_other_digits(town: Town) -> None:
    enrols_two(town)
    says(town, f"FIX {SECOND} ABC 1234999")
    assert [entered(town, number)["voter_id"] for number in (0, 1)] == ["ABC1234567", "ABC1234999"]


def test_correct_membership_wrong_where_a_phone_number_is_named(town: Town) -> None:
    town.enrols()
    says(town, "FIX MOBILE 9812345678")
    assert town.member.last.startswith("Nothing was changed.")


def test_correct_membership_same_draws_no_card(town: Town) -> None:
    town.enrols()
    says(town, "FIX NAME Ram Kumar")
    assert "We have that already" in town.member.last
    assert town.rows(card)[0].serial == 1


def test_correct_membership_which_is_asked_where_nothing_came_along(town: Town) -> None:
    town.enrols()
    says(town, "FIX", "3", "13")
    assert entered(town)["booth"] == "13"


def test_correct_membership_wrong_changes_nothing(town: Town) -> None:
    town.enrols()
    says(town, "FIX BOOTH 99999")
    assert town.member.last.startswith("Nothing was changed. Booth:")
    assert entered(town)["booth"] == "12"


def test_correct_membership_refused_to_be_somebody_else_on_this_phone(town: Town) -> None:
    enrols_two(town)
    says(town, f"FIX {NUMBER} ABC7654321")
    assert "are one already on this phone" in town.member.last
    assert entered(town)["voter_id"] == "ABC1234567"


def test_correct_membership_unknown_once_she_has_left(town: Town) -> None:
    town.enrols()
    says(town, "FIX")
    with town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    says(town, "3", "13")
    assert "no member with that number has this phone" in town.member.last
    assert entered(town)["booth"] == "12"


def test_fix_of_an_enroler_is_about_what_she_entered(town: Town) -> None:
    town.enrols()
    town.enroler.texts("FIX BOOTH 13")
    assert town.enroler.last.startswith("Which registration?")


# --- leave_membership ---------------------------------------------------------------------------------------------


def test_leave_membership_left_is_proved_and_her_card_is_worth_nothing(any_town: Town) -> None:
    any_town.enrols()
    last = any_town.member.last
    says(any_town, "LEAVE", "1")
    assert member_statuses(any_town) == ["withdrawn"]
    assert decisions(any_town) == [("membership", "given"), ("membership", "withdrawn")]
    withdrawn = any_town.rows(consent)[-1]
    assert withdrawn.registration_id == any_town.rows(registration)[0].id
    with any_town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, any_town.service.keys, MEMBER)
        assert somebody
        shown, reply = consents.opened(somebody.key, withdrawn.wording_sealed, withdrawn.reply_sealed)
        token = link(last).partition("?")[2]
        assert cards.behind(conn, any_town.service.keys, token, time.time())[1] == "withdrawn"
    assert (reply, "shall the membership 0000013 of R. Kumar end?" in shown) == ("1", True)
    assert verified(any_town) == []
    page = requests.get(f"{any_town.url}/verify/{NUMBER}", timeout=10).text
    assert "This membership has ended." in page


def test_leave_membership_left_by_one_of_two_the_other_stays(town: Town) -> None:
    enrols_two(town)
    says(town, f"LEAVE {NUMBER}", "yes")
    assert member_statuses(town) == ["withdrawn", "valid"]


def test_leave_membership_unknown_where_it_ended_before_she_answered(town: Town) -> None:
    town.enrols()
    says(town, "LEAVE")
    with town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    says(town, "1")
    assert decisions(town) == [("membership", "given")]


def test_leave_membership_left_is_proved_by_the_question_whatever_came_between(town: Town) -> None:
    town.enrols()
    says(town, "LEAVE", "CARD", "1")
    assert member_statuses(town) == ["withdrawn"]
    withdrawn = town.rows(consent)[-1]
    with town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, MEMBER)
        assert somebody
        shown, _ = consents.opened(somebody.key, withdrawn.wording_sealed, withdrawn.reply_sealed)
    assert "shall the membership 0000013 of R. Kumar end?" in shown
    assert "https://" not in shown


def test_leave_membership_left_before_her_card_is_drawn_gets_none(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.sends("1")
    deliver.send_due(town.service, 1000)
    assert [row.status for row in town.rows(card)] == ["wanted"]
    town.member.sends("LEAVE")
    deliver.send_due(town.service, 1000)
    says(town, "1")
    assert member_statuses(town) == ["withdrawn"]
    assert [row.status for row in town.rows(card)] == ["revoked"]
    assert not any("/card/" in text for text in town.member.heard)


@pytest.mark.parametrize("reply", ["no", "2", "why", "maybe I leave"])
def test_whoever_does_not_say_yes_stays(town: Town, reply: str) -> None:
    town.enrols()
    says(town, "LEAVE", reply)
    assert member_statuses(town) == ["valid"]


def test_whoever_left_may_join_again_and_is_asked_again(town: Town) -> None:
    town.enrols()
    says(town, "LEAVE", "1", "JOIN Ram Kumar ABC1234567 Kanke booth 12")
    assert "you entered yourself as Ram Kumar" in town.member.last
    assert member_statuses(town) == ["withdrawn"]
    says(town, "1")
    assert member_statuses(town) == ["withdrawn", "valid"]


# --- forget_me ----------------------------------------------------------------------------------------------------


def test_forget_me_takes_her_data_and_still_says_so(any_town: Town) -> None:
    any_town.enrols()
    phone = any_town.phone(MEMBER, by="twilio")  # the handset forgets with us; a gateway has sent it
    for text in ("FORGET", "1"):
        phone.texts(text)
    assert phone.last.startswith("XYZ: your data are erased")
    [row] = [one for one in any_town.rows(person) if one.forgotten_at is not None]
    assert row.wrapped_key is None
    assert member_statuses(any_town) == ["withdrawn"]
    assert verified(any_town) == []


def test_forget_me_of_somebody_who_sent_stop(town: Town) -> None:
    town.enrols()
    phone = town.phone(MEMBER, by="twilio")
    for text in ("STOP", "FORGET", "1"):
        phone.texts(text)
    assert phone.last.startswith("XYZ: your data are erased")


def test_whoever_does_not_say_yes_is_not_forgotten(town: Town) -> None:
    town.enrols()
    says(town, "FORGET", "no")
    assert town.member.last == "XYZ: nothing was erased. FORGET asks again."
    assert member_statuses(town) == ["valid"]


# --- save_own_registration ----------------------------------------------------------------------------------------

JOINS = "JOIN Ram Kumar ABC1234567 Kanke booth 12"


def test_save_own_registration_saved_and_nobody_is_a_member_without_the_consent(any_town: Town) -> None:
    says(any_town, JOINS)
    [saved] = any_town.rows(registration)
    [booth] = [row.code for row in any_town.rows(area) if row.id == saved.area_id]
    assert (saved.enroler_id, saved.way, saved.status, booth) == (None, "self", "waiting", "JH-N-RAN-KAN-12")
    assert any_town.rows(member) == []
    says(any_town, "1")
    assert member_statuses(any_town) == ["valid"]
    [given] = any_town.rows(consent)
    assert json.loads(given.entered_by)["enroler"] is None
    assert verified(any_town) == []


def test_save_own_registration_saved_what_is_a_mistake_she_mends(town: Town) -> None:
    says(town, JOINS, "2", "3", "13", "1")
    assert entered(town)["booth"] == "13"
    assert member_statuses(town) == ["valid"]


@pytest.mark.parametrize("line", ["MISTAKE booth 13", "2 booth no 13", "2 3 13", "GALAT booth 13 hai", "FIX BOOTH 13"])
def test_a_mistake_and_what_is_right_in_one_text(town: Town, line: str) -> None:
    says(town, JOINS, line)
    assert "so you are Ram Kumar, voter ID ABC..567, booth 13." in town.member.last
    assert (entered(town)["booth"], town.rows(consent)) == ("13", [])
    says(town, "1")
    assert member_statuses(town) == ["valid"]


def test_a_strangers_word_where_a_name_is_asked_for_removes_nobody(town: Town) -> None:
    town.enroler.texts(ENTRY)
    says(town, "2", "1", "It is not Ramu")
    assert statuses(town) == ["waiting"]


def test_save_own_registration_saved_whose_mistake_nobody_finds_goes_to_the_office(town: Town) -> None:
    says(town, JOINS, "2", "it is wrong", "all of it", "really")
    assert (statuses(town), holds(town)) == (["held"], ["mistake"])


def test_save_own_registration_saved_says_the_same_where_the_id_is_somebody_elses(town: Town) -> None:
    town.phone(GITA).texts("JOIN Gita Oraon ABC1234999 Kanke booth 12")
    free = next(text for text in town.phone(GITA).heard if "thank you" in text)
    town.enroler.texts(ENTRY)
    town.phone(SITA).texts(JOINS)
    assert town.phone(SITA).heard == [free], "nobody learns by JOIN who is entered with an ID"
    assert (statuses(town), holds(town)) == (["waiting", "waiting", "held"], ["same_id"])


def test_save_own_registration_held_where_more_than_the_id_is_odd(town: Town) -> None:
    town.enroler.texts("REG 9876511111 ABC1234567 12 Sita Devi")
    with town.service.engine.begin() as conn:
        conn.execute(update(area).values(closes_at=1.0))
    says(town, JOINS)
    assert "the office looks at it first" in town.member.last
    assert sorted(holds(town)) == ["closed", "same_id"]


def test_save_own_registration_queued_behind_another_on_this_phone(town: Town) -> None:
    town.enroler.texts(ENTRY)
    assert act(town, "save_own_registration", name="Sita Devi").outcome == "queued"
    assert (statuses(town), holds(town)) == (["waiting", "held"], ["same_phone"])


def test_save_own_registration_closed_is_kept_for_the_office(town: Town) -> None:
    with town.service.engine.begin() as conn:
        conn.execute(update(area).values(closes_at=1.0))
    says(town, JOINS)
    assert "Nobody can join there now" in town.member.last
    assert statuses(town) == ["held"]


def test_save_own_registration_waiting_at_the_office_already(town: Town) -> None:
    says(town, JOINS, "maybe", "hmm", "well", JOINS)
    assert "you are entered already, and no member yet" in town.member.last
    assert statuses(town) == ["held"]


def test_save_own_registration_member_already(town: Town) -> None:
    town.enrols()
    says(town, JOINS)
    assert "you are a member already" in town.member.last
    assert member_statuses(town) == ["valid"]


OLD_ENOUGH = """
flow: join
about: It asks the age.
starts: {keywords: [JOIN]}
languages: [en]
states:
  details:
    collect:
      name: {type: name, ask: "Name?"}
      age: {type: number, ask: "Age?"}
    next: save
  save:
    do: save_own_registration
    outcomes: {saved: end, held: end, refused: refused, under_age: under_age}
  end: {say: "Thank you.", end: true}
  refused: {say: "NOT saved.", end: true}
  under_age: {say: "Members must be 18.", end: true}
"""


def test_save_own_registration_under_age_keeps_nothing(opened: Callable[..., Town]) -> None:
    town = opened(join=OLD_ENOUGH)
    says(town, "JOIN Ram Kumar 17")
    assert town.member.last == "Members must be 18."
    assert town.rows(registration) == []


def test_save_own_registration_refused_for_a_reason_that_the_flow_does_not_name(opened: Callable[..., Town]) -> None:
    town = opened(join=OLD_ENOUGH.replace(", under_age: under_age", ""))
    says(town, "JOIN Ram Kumar 17")
    assert town.member.last == "NOT saved."


def test_an_enroler_may_join_herself_by_her_own_yes(town: Town) -> None:
    town.enroler.texts("JOIN Anil Oraon ABC1234567 Kanke booth 12")
    assert "you entered yourself as Anil Oraon" in town.enroler.last
    town.enroler.texts("yes")
    assert member_statuses(town) == ["valid"]


def test_turn_away_dialled_by_a_stranger_who_may_join(town: Town) -> None:
    screen = town.phone(MEMBER, by="africastalking").dials()
    assert screen.screen.startswith("XYZ: welcome. What is your name?")


# --- consents to other purposes -----------------------------------------------------------------------------------


def state(town: Town, purpose: str) -> str:
    with town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, MEMBER)
        return consents.state_of(conn, somebody.id, purpose) if somebody else "none"


def test_look_at_consent_open_then_given(any_town: Town) -> None:
    any_town.enrols()
    assert (state(any_town, "membership"), state(any_town, "news")) == ("given", "none")
    says(any_town, "NEWS")
    assert state(any_town, "news") == "asked"
    says(any_town, "yes")
    assert (state(any_town, "news"), state(any_town, "events")) == ("given", "none")


def test_look_at_consent_given_asks_whether_it_shall_end(town: Town) -> None:
    says(town, "NEWS", "yes", "NEWS")
    assert town.member.last == "XYZ: you get news. Shall that end? 1 yes, 2 no"


def test_withdraw_consent_withdrawn_leaves_the_membership(any_town: Town) -> None:
    any_town.enrols()
    says(any_town, "NEWS", "yes", "NEWS", "1")
    assert (state(any_town, "news"), state(any_town, "membership")) == ("withdrawn", "given")
    assert decisions(any_town)[1:] == [("news", "given"), ("news", "withdrawn")]
    assert verified(any_town) == []
    says(any_town, "NEWS", "no")
    assert state(any_town, "news") == "refused"


def test_withdraw_consent_none_where_there_is_none(town: Town) -> None:
    town.enrols()
    assert act(town, "withdraw_consent", purpose="events").outcome == "none"
    with pytest.raises(FlowFault, match="leave_membership"):
        act(town, "withdraw_consent", purpose="membership")


def test_the_state_of_a_membership(town: Town) -> None:
    assert state(town, "membership") == "none"
    town.enroler.texts(ENTRY)
    assert state(town, "membership") == "asked"
    says(town, "no")
    assert state(town, "membership") == "refused"
    says(town, "START")
    town.enroler.texts(ENTRY)
    says(town, "yes")
    assert state(town, "membership") == "given"
    says(town, "LEAVE", "1")
    assert state(town, "membership") == "withdrawn"


def test_of_two_on_one_phone_membership_is_given_while_one_is_a_member(town: Town) -> None:
    enrols_two(town)
    says(town, f"LEAVE {NUMBER}", "yes")
    assert state(town, "membership") == "given"


def act(town: Town, name: str, /, **arguments: Any) -> Any:
    """Performs one effect for the member, as a flow would have it done."""
    service = town.service
    inbound = Inbound(channel="handset", id="x", kind="sms", phone=MEMBER, to="", text="", received_at=9.0)
    session = Session(id="s", flow="news", version="v", state="ask", language="en", kind="sms")
    with service.engine.begin() as conn:
        somebody: Any = people.by_phone(conn, service.keys, MEMBER)
        return perform(name, Act(conn, service.keys, 9.0, somebody, session, inbound), arguments)


def test_a_word_that_says_yes_answers_the_question_and_is_no_keyword(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts("Join")
    assert "You are a member of XYZ." in " ".join(town.member.heard), "not JOIN, which asks for her name"


def test_people_of_an_enroler_who_was_forgotten_are_asked_all_the_same(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("REG 9876543210 ABD1234568 12 Sita Devi")
    with town.service.engine.begin() as conn:
        her = people.by_phone(conn, town.service.keys, ENROLER)
        assert her
        erasure.forget(conn, town.service.keys, her, 1.0)
    town.member.texts("1")
    assert "An enroler entered you as Sita Devi" in " ".join(town.member.heard)
