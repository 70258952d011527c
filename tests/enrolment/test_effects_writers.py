"""What is known of somebody who wrote, before anything is done for her."""

from __future__ import annotations

from sqlalchemy import update

from sms_service.engine import texts
from sms_service.store import people
from sms_service.store.tables import enroler, member, timer
from tests.town import ENROLER, Town

REKHA = "+919800000003"


def test_recognise_writer_enroler_gets_her_commands(any_town: Town) -> None:
    any_town.enroler.texts("HELP")
    assert any_town.enroler.last.startswith("REG mobile voter-ID booth name.")


def test_recognise_writer_in_charge_gets_those_for_her_enrolers_too(any_town: Town) -> None:
    rekha = any_town.phone(REKHA)
    rekha.texts("HELP")
    assert rekha.last.startswith("SUM area, HOLD or FREE phone,")


COMMANDS = ["REG", "FIX", "DEL", "WHO", "PHOTO", "FEE", "LAST", "LIST", "COUNT", "TRY", "LANG"]


def test_help_names_every_command_in_one_segment(town: Town) -> None:
    """All that 70 signs hold: whoever is in charge and reads Hindi has found LANG."""
    rekha = town.phone(REKHA)
    for language in ("1", "2"):
        for phone, commands in ((town.enroler, COMMANDS), (rekha, [*COMMANDS, "SUM", "HOLD", "FREE", "OK", "ADD"])):
            phone.texts("LANG")
            phone.texts(language)
            phone.texts("HELP")
            missing = [word for word in commands if word not in phone.last]
            assert missing == (["LANG"] if (language, phone) == ("2", rekha) else [])
            assert texts.count(phone.last).segments == 1


def test_recognise_writer_member_as_long_as_she_is_one(any_town: Town) -> None:
    any_town.enrols()
    any_town.member.texts("HELP")
    assert "you are a member" in any_town.member.last

    with any_town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    any_town.member.texts("HELP")
    assert "people are entered by our enrolers" in any_town.member.last


def test_recognise_writer_other_a_held_enroler_has_no_commands(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        held = people.by_phone(conn, any_town.service.keys, ENROLER)
        assert held
        conn.execute(update(enroler).where(enroler.c.person_id == held.id).values(status="held"))
    any_town.enroler.texts("HELP")
    assert "people are entered by our enrolers" in any_town.enroler.last


def test_answer_once_answered_when_she_asks_and_else_once_a_day(any_town: Town) -> None:
    stranger = any_town.phone("+919811122233")
    for text in ("hello", "hello", "good morning"):
        stranger.texts(text)
    assert len(stranger.heard) == 1
    stranger.texts("HELP")
    assert len(stranger.heard) == 2
    assert stranger.heard[0] == stranger.heard[1]


def test_answer_once_silent_says_nothing_and_leaves_nothing_open(any_town: Town) -> None:
    stranger = any_town.phone("+919811122233")
    for text in ("hello", "hello"):
        stranger.texts(text)
    assert len(stranger.heard) == 1
    assert any_town.rows(timer) == []
