"""`sms-service photos ...`: what the office types to look at photos, to take them and to refuse them."""

from __future__ import annotations

import io
import json
import re
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from sqlalchemy import update
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.commands import photos as commands
from sms_service.enrolment import card_changes, cards, photo_queue, photos, portrait
from sms_service.enrolment.effect_shapes import WHY, WHY_MAX
from sms_service.store import people
from sms_service.store.tables import card, member, person, photo
from tests.enrolment.test_portrait import picture
from tests.town import MEMBER, Town


@pytest.fixture
def office(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A member with a card, whose photo waits."""
    for name, value in any_town.environment.items():
        monkeypatch.setenv(name, value)
    any_town.enrols()
    upload(any_town)
    return any_town


def upload(town: Town, phone: str = MEMBER, data: bytes | None = None) -> int:
    """The member puts a photo by her link; its id."""
    with town.service.engine.begin() as conn:
        whom = people.by_phone(conn, town.service.keys, phone)
        assert whom
        [hers] = [row for row in town.rows(member) if row.person_id == whom.id]
        photo_id = photos.begin_upload(conn, whom, hers.registration_id, time.time())
        assert photo_id
        made = portrait.clean(data or picture())
        assert photos.finish_upload(conn, whom, photo_id, hers.registration_id, made)
    return photo_id


REDDISH = [[255 if abs(value - wanted) < 25 else 0 for value in range(256)] for wanted in (200, 0, 0)]
"""For each channel, white where it is as in the upper half of the photo."""


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def accepted(town: Town) -> bytes | None:
    with town.service.reads.begin() as conn:
        whom = people.by_phone(conn, town.service.keys, MEMBER)
        assert whom
        return photos.accepted(conn, whom.key, town.rows(member)[0].registration_id)


# --- list, show ---------------------------------------------------------------------------------------------------


def test_the_list_shows_what_waits_and_no_more_of_the_member_than_needed(office: Town) -> None:
    with office.service.engine.begin() as conn:
        conn.execute(update(photo).values(received_at=time.time() - 3 * 3600 - 5))
    told = typed("photos", "list").stdout
    assert re.search(r"1 .*3 h.*0000013 R\. Kumar.*herself", told)
    assert "ABC1234567" not in told
    [one] = json.loads(typed("photos", "list", "--json").stdout)
    assert 3 * 3600 <= one.pop("age_seconds") < 3 * 3600 + 600
    assert one == {"id": 1, "member": "0000013", "sent_by": "herself"}


def test_an_empty_list_says_so(office: Town) -> None:
    typed("photos", "accept", "1")
    assert typed("photos", "list").stdout == "no photo waits.\n"
    assert json.loads(typed("photos", "list", "--json").stdout) == []


def test_a_long_list_shows_the_oldest_and_says_how_many_wait(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    office.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    office.phone("+919876511111").texts("1")
    upload(office, "+919876511111")
    monkeypatch.setattr(commands, "LISTED", 1)
    told = typed("photos", "list").stdout
    assert "R. Kumar" in told
    assert "Devi" not in told
    assert "2 photos wait; these are the oldest." in told


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 min"), (7199, "119 min"), (7200, "2 h"), (172_799, "47 h"), (172_800, "2 days")]
)
def test_an_age_is_said_as_in_an_office(seconds: int, said: str) -> None:
    assert commands.age(seconds) == said


def test_a_photo_is_shown_in_a_file_of_ones_own(office: Town, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    told = typed("photos", "show", "1", str(file))
    assert told.exit_code == 0
    assert file.read_bytes() == portrait.clean(picture())
    assert file.stat().st_mode & 0o777 == 0o600
    again = typed("photos", "show", "1", str(file))
    assert again.exit_code == 1
    assert "cannot be written: File exists" in again.stderr


# --- accept -------------------------------------------------------------------------------------------------------


def test_an_accepted_photo_is_on_the_card_which_comes_anew_with_the_same_number_and_serial(office: Town) -> None:
    [before] = office.rows(card)
    link = office.member.last
    told = typed("photos", "accept", "1")
    assert (told.exit_code, told.stdout) == (0, "1 is accepted; the card comes anew.\n")
    office.work()
    [after] = office.rows(card)
    assert (after.member_number, after.serial, after.status) == (before.member_number, before.serial, "ready")
    assert accepted(office) == portrait.clean(picture())
    assert "/card/?" in office.member.last
    assert office.member.last != link
    assert office.service.redis.exists("sms_service:bell:cards")


def test_the_card_is_drawn_with_the_photo(office: Town) -> None:
    def red() -> int:
        """Pixels of the card that are as red as the upper half of the photo."""
        with office.service.reads.begin() as conn:
            made = cards.by_id(conn, office.service.keys, 1)
            assert made
            drawn = Image.open(io.BytesIO(cards.picture(conn, made, "png"))).convert("RGB")
        r, g, b = (channel.point(table) for channel, table in zip(drawn.split(), REDDISH, strict=True))
        return ImageChops.multiply(ImageChops.multiply(r, g), b).histogram()[255]

    assert red() == 0
    typed("photos", "accept", "1")
    office.work()
    assert red() > 10_000


def test_a_newer_accepted_photo_takes_the_place_of_the_older(office: Town) -> None:
    typed("photos", "accept", "1")
    office.work()
    second = upload(office, data=picture(mode="L"))
    assert typed("photos", "accept", str(second)).exit_code == 0
    assert accepted(office) == portrait.clean(picture(mode="L"))
    assert [(row.status, row.picture_sealed is None) for row in office.rows(photo)] == [
        ("replaced", True),
        ("accepted", False),
    ]


def test_a_card_that_is_about_to_be_drawn_is_drawn_with_it(office: Town) -> None:
    with office.service.engine.begin() as conn:
        old = cards.by_id(conn, office.service.keys, 1)
        assert old
        assert card_changes.reissue(conn, old, "", time.time() - 5)
    [wanted] = office.rows(card)
    assert "comes anew" in typed("photos", "accept", "1").stdout
    [row] = office.rows(card)
    assert (row.status, row.serial) == ("wanted", 2)
    assert row.wanted_at > wanted.wanted_at, "whoever is drawing it without the photo cannot finish it"


def test_of_a_revoked_card_the_photo_waits_for_the_next(office: Town) -> None:
    typed("card", "revoke", "0000013", "--reason", "lost")
    assert typed("photos", "accept", "1").stdout == "1 is accepted; no card of hers is valid now.\n"
    assert office.rows(card)[0].status == "revoked"
    assert accepted(office)


@pytest.mark.parametrize("command", [("accept",), ("refuse", "--reason", "dark")])
def test_what_does_not_wait_is_named_and_the_others_are_decided(office: Town, command: tuple[str, ...]) -> None:
    verb, *rest = command
    told = typed("photos", verb, "7", "1", "1", *rest)
    assert told.exit_code == 1
    assert told.stdout.startswith("1 is ")
    assert told.stderr == "no photo waits as 7; `sms-service photos list` shows what does\n"
    assert typed("photos", verb, "1", *rest).stderr.startswith("no photo waits as 1;")


def test_of_who_has_left_no_photo_waits_nor_can_be_seen(office: Town, tmp_path: Path) -> None:
    with office.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    assert json.loads(typed("photos", "list", "--json").stdout) == []
    assert typed("photos", "accept", "1").exit_code == 1
    assert typed("photos", "show", "1", str(tmp_path / "x.jpg")).stderr.startswith("no photo 1 waits;")
    assert not (tmp_path / "x.jpg").exists()


def test_two_decisions_at_once_are_one(office: Town) -> None:
    keys, now = office.service.keys, time.time()
    with office.service.engine.begin() as conn:
        photo_queue.accept(conn, keys, 1, now)
        with pytest.raises(photo_queue.NotWaiting):
            photo_queue.refuse(conn, keys, 1, "dark", now)


# --- refuse -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "reason", "said"),
    [
        (
            "en",
            "dark",
            "XYZ: your photo was NOT taken: it is too dark. Send another by the link of your card (CARD sends it).",
        ),
        ("hi", "several", "XYZ: फोटो नहीं ली: एक से अधिक लोग। कार्ड लिंक से फिर भेजें"),
        (
            "sw",
            "face",
            "XYZ: picha yako HAIJAPOKELEWA: uso hauonekani. Tuma nyingine kwa kiungo cha kadi yako (tuma KADI).",
        ),
        ("ta", "blurred", "XYZ: your photo was NOT taken: it is not sharp. Send another by the link of your card"),
        ("en", "  a  hat ", "XYZ: your photo was NOT taken: a hat. Send another"),
    ],
)
def test_a_refused_photo_is_deleted_and_its_member_told_why(
    office: Town, language: str, reason: str, said: str
) -> None:
    with office.service.engine.begin() as conn:
        conn.execute(update(person).values(language=language))
    told = typed("photos", "refuse", "1", "--reason", reason)
    assert (told.exit_code, told.stdout) == (0, "1 is refused, and its member is told.\n")
    office.work()
    assert office.member.last.startswith(said)
    [row] = office.rows(photo)
    assert (row.status, row.picture_sealed) == ("refused", None)
    assert row.decided_at
    assert accepted(office) is None


@pytest.mark.parametrize("reason", ["", "  ", "a reason that is far too long for an SMS"])
def test_a_reason_is_a_word_or_two(office: Town, reason: str) -> None:
    told = typed("photos", "refuse", "1", "--reason", reason)
    assert told.exit_code == 1
    assert told.stderr == "--reason is a word or two, at most 25 letters: it stands in an SMS to the member\n"
    assert office.rows(photo)[0].status == "waiting"


def test_who_wants_no_texts_is_not_told(office: Town) -> None:
    office.member.texts("STOP")
    before = office.member.heard
    assert typed("photos", "refuse", "1", "--reason", "dark").exit_code == 0
    office.work()
    assert office.member.heard == before


def test_every_word_for_why_is_one_that_texts_are_measured_with() -> None:
    assert {*portrait.PROBLEMS, "lost"} <= WHY.keys()
    for words in WHY.values():
        assert words.keys() == {"en", "hi", "sw"}
        assert all(len(text) <= WHY_MAX for text in words.values())
