"""Cards as rows: wanted, drawn once, and opened only by their own token while their member is valid."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from sms_service.enrolment import card_code, cards
from sms_service.enrolment.cards import Card
from sms_service.privacy import Unreadable, new_token
from sms_service.store.tables import card, member, person
from tests.town import ENTRY, Town

PICTURES = {"png": b"the png", "pdf": b"the pdf", "screen": b"the small png"}
SITA = "REG 9876543211 ABC1234568 13 Sita Devi"


@pytest.fixture
def wanted(any_town: Town) -> Town:
    """Two members, whose cards nobody has drawn yet."""
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts(SITA)
    any_town.member.sends("1")
    any_town.phone("+919876543211").sends("1")
    return any_town


def next_wanted(town: Town, after: int = 0) -> Card | None:
    with town.service.reads.begin() as conn:
        return cards.next_wanted(conn, town.service.keys, time.time(), after)


def first(town: Town) -> Card:
    found = next_wanted(town)
    assert found
    return found


def finish(town: Town, made: Card, token: str) -> bool:
    with town.service.engine.begin() as conn:
        return cards.finish(conn, made, token, PICTURES, 7.0)


def opened(town: Town, token: str) -> Card | None:
    with town.service.reads.begin() as conn:
        return cards.by_token(conn, town.service.keys, token, 8.0)


def test_a_wanted_card_knows_what_is_to_be_drawn(wanted: Town) -> None:
    keys = wanted.service.keys
    face = first(wanted).face("XYZ", "https://sms.example.org", keys, date(2026, 3, 14), date(2027, 3, 14))

    assert (face.organisation, face.number, face.name, face.area) == ("XYZ", "0000013", "Ram Kumar", "Booth 12, Kanke")
    assert face.until == date(2027, 3, 14)
    address, _, digits = face.verify_url.partition("?")
    assert address == "https://sms.example.org/verify/0000013"
    code = card_code.checked(keys.public_key("card"), "0000013", digits)
    assert code == card_code.CardCode(1, 1, date(2026, 3, 14), date(2027, 3, 14))
    assert face.since == datetime.fromtimestamp(wanted.rows(member)[0].since, UTC).date()


def test_cards_are_wanted_in_their_order(wanted: Town) -> None:
    one = first(wanted)
    two = next_wanted(wanted, after=one.id)
    assert two
    assert (one.name, two.name) == ("Ram Kumar", "Sita Devi")
    assert next_wanted(wanted, after=two.id) is None


def test_a_card_is_finished_once_and_the_first_token_counts(wanted: Town) -> None:
    made, token, late = first(wanted), new_token(), new_token()

    assert finish(wanted, made, token)
    assert not finish(wanted, made, late)

    found = opened(wanted, token)
    assert found
    assert found.name == "Ram Kumar"
    assert opened(wanted, late) is None


def test_a_token_is_stored_only_as_its_hash_and_the_pictures_encrypted(wanted: Town) -> None:
    made, token = first(wanted), new_token()
    finish(wanted, made, token)

    row, _ = wanted.rows(card)
    assert token.encode() not in row.token_hash
    assert b"the png" not in row.png_sealed
    with wanted.service.reads.begin() as conn:
        assert cards.picture(conn, made, "png") == b"the png"
        assert cards.picture(conn, made, "pdf") == b"the pdf"
        assert cards.picture(conn, made, "screen") == b"the small png"


@pytest.mark.parametrize("token", ["", "x", "ÿ" * 30, "\ud800", new_token()])
def test_no_other_token_opens_anything(wanted: Town, token: str) -> None:
    finish(wanted, first(wanted), new_token())
    assert opened(wanted, token) is None


def test_the_card_of_one_who_withdrew_or_was_forgotten_opens_no_more(wanted: Town) -> None:
    made, token = first(wanted), new_token()
    finish(wanted, made, token)
    with wanted.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    assert opened(wanted, token) is None

    with wanted.service.engine.begin() as conn:
        conn.execute(update(member).values(status="valid"))
        conn.execute(update(person).where(person.c.id == made.person.id).values(wrapped_key=None))
    assert opened(wanted, token) is None


def test_a_card_that_was_revoked_opens_no_more(wanted: Town) -> None:
    made, token = first(wanted), new_token()
    finish(wanted, made, token)
    with wanted.service.engine.begin() as conn:
        conn.execute(update(card).where(card.c.id == made.id).values(status="revoked"))
    assert opened(wanted, token) is None


def test_a_card_is_found_by_its_members_number(wanted: Town) -> None:
    with wanted.service.reads.begin() as conn:
        found = cards.by_member(conn, wanted.service.keys, 2)
        assert found
        assert found.name == "Sita Devi"
        assert cards.by_member(conn, wanted.service.keys, 9) is None
        assert cards.by_id(conn, wanted.service.keys, 99) is None


def test_a_picture_cannot_be_read_with_another_persons_key(wanted: Town) -> None:
    one = first(wanted)
    two = next_wanted(wanted, after=one.id)
    assert two
    finish(wanted, one, new_token())
    row, _ = wanted.rows(card)
    with pytest.raises(Unreadable):
        two.person.key.decrypt_bytes("card.png", row.png_sealed)
