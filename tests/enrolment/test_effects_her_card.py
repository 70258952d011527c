"""CARD: the link once more. What she printed stays good, and what the office ended stays so."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import update

from sms_service.enrolment import cards
from sms_service.store.tables import card, card_change
from tests.town import Town


def token(text: str) -> str:
    found = re.search(r"/card/\?(\S+)", text)
    assert found, text
    return found[1]


def test_send_card_again_coming_the_old_link_opens_nothing_and_the_printed_card_is_good(any_town: Town) -> None:
    any_town.enrols()
    before = token(any_town.member.last)
    any_town.member.texts("CARD")
    after = token(any_town.member.last)
    assert "Printed cards stay valid." in any_town.member.heard[-2]
    assert before != after
    [row] = any_town.rows(card)
    assert (row.status, row.serial) == ("ready", 1)
    with any_town.service.reads.begin() as conn:
        standings = [cards.behind(conn, any_town.service.keys, one, time.time())[1] for one in (before, after)]
    assert standings == ["replaced", "valid"]


def test_send_card_again_sent_once_a_day(any_town: Town) -> None:
    any_town.enrols()
    for _ in range(4):
        any_town.member.texts("CARD")
    assert "was sent less than a day ago" in any_town.member.last
    assert [row.change for row in any_town.rows(card_change)] == ["sent again"]
    assert len([text for text in any_town.member.heard if "/card/?" in text]) == 2


@pytest.mark.parametrize("values", [{"status": "expired"}, {"valid_until": 1.0}])
def test_send_card_again_expired_is_for_the_office(town: Town, values: dict[str, object]) -> None:
    town.enrols()
    with town.service.engine.begin() as conn:
        conn.execute(update(card).values(values))
    town.member.texts("CARD")
    assert "the card of member 0000013 has expired" in town.member.last
    assert town.rows(card_change) == []


def test_send_card_again_revoked_by_the_office_stays_so(town: Town) -> None:
    town.enrols()
    with town.service.engine.begin() as conn:
        conn.execute(update(card).values(status="revoked"))
    town.member.texts("CARD")
    assert "there is no card for member 0000013 now" in town.member.last
