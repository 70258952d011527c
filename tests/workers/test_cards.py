"""Cards: drawn once each, and the link sent; one that cannot be drawn holds nobody up."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import insert, update

from sms_service.enrolment import cardface, cards, photos
from sms_service.enrolment.cardface import CardFace, Template
from sms_service.enrolment.cards import Card
from sms_service.store.bell import waiting_key
from sms_service.store.database import SqlDown
from sms_service.store.tables import card, card_change, outbox, photo
from tests.town import ENTRY, Town
from workers import cards as worker
from workers import deliver, process

SITA = "REG 9876543211 ABC1234568 13 Sita Devi"


@pytest.fixture
def two_wanted(town: Town) -> Town:
    """Two members whose cards nobody has drawn."""
    for entry, phone in ((ENTRY, town.member), (SITA, town.phone("+919876543211"))):
        town.enroler.sends(entry)
        deliver.send_due(town.service, 100)
        phone.sends("1")
    deliver.send_due(town.service, 100)
    return town


def links(town: Town) -> list[str]:
    """The tokens that were texted."""
    phones = (town.member, town.phone("+919876543211"))
    return [found[1] for phone in phones for text in phone.heard if (found := re.search(r"/card/\?(\S+)", text))]


def test_wanted_cards_are_drawn_and_their_links_queued_in_one(two_wanted: Town) -> None:
    assert worker.draw_wanted(two_wanted.service, 100) == 2

    assert [row.status for row in two_wanted.rows(card)] == ["ready", "ready"]
    assert [row.status for row in two_wanted.rows(outbox) if row.flow == "card"] == ["queued", "queued"]
    deliver.send_due(two_wanted.service, 100)
    for token in links(two_wanted):
        with two_wanted.service.reads.begin() as conn:
            found = cards.by_token(conn, two_wanted.service.keys, token, time.time())
            assert found
            assert cards.picture(conn, found, "png").startswith(b"\x89PNG")
            assert cards.picture(conn, found, "pdf").startswith(b"%PDF")
    assert len(set(links(two_wanted))) == 2
    assert worker.draw_wanted(two_wanted.service, 100) == 0


def test_no_more_are_drawn_than_asked_for(two_wanted: Town) -> None:
    assert worker.draw_wanted(two_wanted.service, 1) == 1
    assert [row.status for row in two_wanted.rows(card)] == ["ready", "wanted"]


def test_a_card_drawn_by_two_workers_at_once_has_one_token_and_one_message(two_wanted: Town) -> None:
    service = two_wanted.service
    with service.reads.begin() as conn:
        wanted = cards.next_wanted(conn, service.keys, time.time())
    assert wanted

    worker.draw(service, wanted, time.time())
    worker.draw(service, wanted, time.time())

    assert len([row for row in two_wanted.rows(outbox) if row.flow == "card"]) == 1
    deliver.send_due(service, 100)
    [token] = links(two_wanted)
    with service.reads.begin() as conn:
        assert cards.by_token(conn, service.keys, token, time.time())


def test_a_card_that_cannot_be_drawn_stays_wanted_and_holds_up_nobody(
    two_wanted: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    png = cardface.png

    def fails_for_ram(face: CardFace, template: Template) -> bytes:
        if face.name == "Ram Kumar":
            raise ValueError("Ram Kumar")
        return png(face, template)

    monkeypatch.setattr(cardface, "png", fails_for_ram)
    assert worker.draw_wanted(two_wanted.service, 100) == 1
    assert [row.status for row in two_wanted.rows(card)] == ["wanted", "ready"]
    assert "card 1 cannot be drawn: ValueError" in caplog.text

    monkeypatch.setattr(cardface, "png", png)
    assert worker.draw_wanted(two_wanted.service, 100) == 1
    assert [row.status for row in two_wanted.rows(card)] == ["ready", "ready"]


def test_a_database_that_is_down_ends_the_round(two_wanted: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise SqlDown("OperationalError")

    monkeypatch.setattr(two_wanted.service.turns, "start", down)
    with pytest.raises(SqlDown):
        worker.draw_wanted(two_wanted.service, 100)
    assert [row.status for row in two_wanted.rows(card)] == ["wanted", "wanted"]


def test_asked_to_end_it_draws_no_more(two_wanted: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_stop", threading.Event())
    process.stop()
    assert worker.draw_wanted(two_wanted.service, 100) == 0


def test_a_ring_is_answered_and_passed_on_when_there_is_more(two_wanted: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "service", lambda: two_wanted.service)
    monkeypatch.setattr(worker, "RING_MAX", 1)
    redis, key = two_wanted.service.redis, waiting_key("cards")

    worker.drain()
    assert ([row.status for row in two_wanted.rows(card)], redis.exists(key)) == (["ready", "wanted"], 1)
    worker.drain()
    worker.drain()
    assert ([row.status for row in two_wanted.rows(card)], redis.exists(key)) == (["ready", "ready"], 0)


def test_a_photo_that_was_accepted_is_on_the_card(two_wanted: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    service, png, faces = two_wanted.service, cardface.png, []

    def drawn(face: CardFace, template: Template) -> bytes:
        faces.append(face)
        return png(face, template)

    out = BytesIO()
    Image.new("RGB", (300, 400), (200, 150, 100)).save(out, "JPEG")
    with service.reads.begin() as conn:
        rams = cards.next_wanted(conn, service.keys, time.time())
    assert rams
    accept(two_wanted, rams, out.getvalue())
    monkeypatch.setattr(cardface, "png", drawn)
    assert worker.draw_wanted(service, 10) == 2
    assert [face.photo for face in faces] == [out.getvalue(), None]


def accept(town: Town, whose: Card, jpeg: bytes) -> None:
    """As the office's queue leaves a photo that it has accepted."""
    with town.service.engine.begin() as conn:
        conn.execute(insert(photo).values(
            registration_id=whose.member.registration_id, received_at=1.0, status="accepted", media_sealed=b"",
            picture_sealed=whose.person.key.encrypt_bytes(photos.PICTURE_SEALED, jpeg),
        ))  # fmt: skip


def test_letters_without_a_font_are_told_to_the_log_and_never_which(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.enroler.texts(ENTRY.replace("Ram", "陈小"))
    town.member.texts("1")
    assert "card 1 lacks letters of its name or area" in caplog.text
    assert "陈" not in caplog.text


def test_a_card_with_an_end_ends_and_is_noted_once(town: Town) -> None:
    config = town.service.config
    limited = config.model_copy(update={"card": config.card.model_copy(update={"valid_days": 30})})
    service = replace(town.service, config=limited)
    town.enroler.sends(ENTRY)
    deliver.send_due(service, 100)
    town.member.sends("1")
    deliver.send_due(service, 100)
    assert worker.draw_wanted(service, 10) == 1
    [row] = town.rows(card)
    assert 30 * 86_400 <= row.valid_until - row.ready_at <= 31 * 86_400
    assert worker.expire(service) == 0

    with service.engine.begin() as conn:
        conn.execute(update(card).values(valid_until=time.time() - 1))
    assert (worker.expire(service), worker.expire(service)) == (1, 0)
    [row], [change] = town.rows(card), town.rows(card_change)
    assert (row.status, change.change, change.serial) == ("expired", "expired", 1)
