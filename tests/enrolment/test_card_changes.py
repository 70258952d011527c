"""What becomes of cards: nothing that ended comes back by itself, and nobody who has left or was forgotten gets one."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import event, update

from sms_service.enrolment import card_changes, card_code, cards, erasure
from sms_service.enrolment.cards import Card
from sms_service.privacy import new_token
from sms_service.store.tables import card, card_change, member
from tests.town import ENTRY, Town
from workers import deliver

PICTURES = {"png": b"the png", "pdf": b"the pdf", "screen": b"the small png"}
NOW = time.time() + 3_600  # later than anything these tests do
SITA = "REG 9876543211 ABC1234568 13 Sita Devi"


@pytest.fixture
def drawn(any_town: Town) -> Town:
    """Ram has his card."""
    any_town.enrols()
    return any_town


def hers(town: Town, number: int = 1) -> Card:
    with town.service.reads.begin() as conn:
        found = cards.by_member(conn, town.service.keys, number)
    assert found
    return found


def does(town: Town, what: Callable[..., bool], old: Card, *args: object) -> bool:
    with town.service.engine.begin() as conn:
        return what(conn, old, *args)


def finish(town: Town, made: Card) -> str:
    """Finishes the card; the token that opens it."""
    token = new_token()
    with town.service.engine.begin() as conn:
        assert cards.finish(conn, made, token, PICTURES, NOW)
    return token


def next_wanted(town: Town, now: float = NOW) -> Card | None:
    with town.service.reads.begin() as conn:
        return cards.next_wanted(conn, town.service.keys, now)


def standing(town: Town, token: str) -> str:
    with town.service.reads.begin() as conn:
        return cards.behind(conn, town.service.keys, token, NOW)[1]


# --- the membership ends ------------------------------------------------------------------------------------------


def test_who_has_left_has_no_pictures_and_no_link_and_it_is_noted(drawn: Town) -> None:
    token = drawn.member.last.partition("/card/?")[2].split()[0]
    for text in ("LEAVE", "1"):
        drawn.member.texts(text)
    [row], [change] = drawn.rows(card), drawn.rows(card_change)
    assert (row.status, row.token_hash, row.png_sealed, row.pdf_sealed, row.screen_sealed) == ("revoked", *[None] * 4)
    assert (change.change, change.serial, bool(change.token_hash)) == ("withdrawn", 1, True)
    assert standing(drawn, token) == "withdrawn"


def test_who_leaves_before_her_card_is_drawn_gets_none(any_town: Town) -> None:
    any_town.enroler.sends(ENTRY)
    any_town.work()
    any_town.member.sends("1")
    assert next_wanted(any_town)
    for text in ("LEAVE", "1"):
        any_town.member.sends(text)
        deliver.send_due(any_town.service, 100)
    assert next_wanted(any_town) is None
    any_town.work()
    assert not any("/card/?" in text for text in any_town.member.heard)
    assert [row.status for row in any_town.rows(card)] == ["revoked"]


def test_a_card_that_is_being_drawn_while_she_leaves_is_not_finished(any_town: Town) -> None:
    any_town.enroler.sends(ENTRY)
    any_town.work()
    any_town.member.sends("1")
    made = next_wanted(any_town)
    assert made
    with any_town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))  # as a process of the release before does it
    with any_town.service.engine.begin() as conn:
        assert not cards.finish(conn, made, new_token(), PICTURES, NOW)


def test_a_wanted_card_of_one_who_is_gone_holds_up_nobody(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts(SITA)
    any_town.member.sends("1")
    any_town.phone("+919876543211").sends("1")
    with any_town.service.engine.begin() as conn:
        conn.execute(update(member).where(member.c.number == 1).values(status="withdrawn"))
    found = next_wanted(any_town)
    assert found
    assert found.name == "Sita Devi"
    with any_town.service.reads.begin() as conn:
        assert cards.longest_wanted(conn, NOW) == found.wanted_at


def test_a_card_of_one_who_is_forgotten_in_this_moment_does_not_come_back(drawn: Town) -> None:
    assert does(drawn, card_changes.revoke, hers(drawn), "photo of another", NOW)
    read_before = hers(drawn)
    with drawn.service.engine.begin() as conn:
        erasure.forget(conn, drawn.service.keys, read_before.person, NOW)
    assert not does(drawn, card_changes.reissue, read_before, "by the office", NOW)
    assert not does(drawn, card_changes.revoke, read_before, "by the office", NOW)
    assert [row.status for row in drawn.rows(card)] == ["revoked"]


# --- links that were replaced -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "told"), [("revoked", "revoked"), ("expired", "expired"), ("ready", "replaced")])
def test_an_older_link_says_how_the_newer_card_stands(drawn: Town, status: str, told: str) -> None:
    token = drawn.member.last.partition("/card/?")[2].split()[0]
    drawn.member.texts("CARD")
    with drawn.service.engine.begin() as conn:
        conn.execute(update(card).values(status=status))
    assert standing(drawn, token) == told


# --- her data are mended ------------------------------------------------------------------------------------------


def test_the_fourth_correction_in_a_day_has_its_card_drawn_when_the_day_is_over(drawn: Town) -> None:
    for nth in range(card_changes.DRAWN_A_DAY):
        assert does(drawn, card_changes.mended, hers(drawn), NOW + nth)
        finish(drawn, hers(drawn))
    assert does(drawn, card_changes.mended, hers(drawn), NOW + 9)
    assert next_wanted(drawn, NOW + 10) is None
    assert next_wanted(drawn, NOW + card_changes.DAY - 1) is None
    assert next_wanted(drawn, NOW + card_changes.DAY + 1)


def test_a_card_that_is_being_drawn_while_her_data_are_mended_is_drawn_once_more(drawn: Town) -> None:
    assert does(drawn, card_changes.reissue, hers(drawn), "", NOW)
    old = hers(drawn)
    assert does(drawn, card_changes.mended, hers(drawn), NOW + 1)
    with drawn.service.engine.begin() as conn:
        assert not cards.finish(conn, old, new_token(), PICTURES, NOW + 2)
    finish(drawn, hers(drawn))
    assert hers(drawn).serial == 2


@pytest.mark.parametrize("values", [{"status": "revoked"}, {"status": "expired"}, {"valid_until": 1.0}])
def test_a_card_that_the_office_ended_or_that_expired_does_not_come_back_by_a_correction(
    drawn: Town, values: dict[str, object]
) -> None:
    with drawn.service.engine.begin() as conn:
        conn.execute(update(card).values(values))
    assert not does(drawn, card_changes.mended, hers(drawn), NOW)
    assert drawn.rows(card_change) == []


def test_the_last_serial_that_a_code_holds_is_the_last(drawn: Town) -> None:
    with drawn.service.engine.begin() as conn:
        conn.execute(update(card).values(serial=card_code.SERIAL_MAX))
    assert not does(drawn, card_changes.reissue, hers(drawn), "", NOW)
    assert not does(drawn, card_changes.mended, hers(drawn), NOW)
    assert hers(drawn).face("XYZ", "https://xyz.example", drawn.service.keys, card_code.EPOCH)


# --- expire -------------------------------------------------------------------------------------------------------


def test_cards_that_end_are_noted_without_their_pictures_being_read(any_town: Town) -> None:
    any_town.enrols()
    any_town.enroler.texts(SITA)
    any_town.phone("+919876543211").texts("1")
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    with any_town.service.engine.begin() as conn:
        conn.execute(update(card).values(valid_until=1.0))
        event.listen(conn, "before_cursor_execute", note)
        counts = [
            card_changes.expire(conn, NOW, 1),
            card_changes.expire(conn, NOW, 9),
            card_changes.expire(conn, NOW, 9),
        ]
    assert counts == [1, 1, 0]
    assert not any(
        "sealed" in statement.partition("RETURNING")[2] or statement.startswith("SELECT") for statement in said
    )
    assert [(row.member_number, row.change, bool(row.token_hash)) for row in any_town.rows(card_change)] == [
        (1, "expired", True),
        (2, "expired", True),
    ]


# --- a photo ------------------------------------------------------------------------------------------------------


def test_a_photo_has_the_same_card_drawn_anew(drawn: Town) -> None:
    assert does(drawn, card_changes.photographed, hers(drawn), NOW)
    assert (hers(drawn).status, hers(drawn).serial) == ("wanted", 1)
