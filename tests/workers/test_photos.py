"""Pictures that come with messages: fetched from the gateway, made portraits, deleted there; and what goes wrong."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import requests
from PIL import Image
from sqlalchemy import update

from sms_service.channels import sending, twilio_media
from sms_service.channels.base import Refused
from sms_service.channels.media import Fetched
from sms_service.enrolment import erasure, photo_media, photo_queue, photos, portrait
from sms_service.privacy import Keys
from sms_service.store import people, rotation
from sms_service.store.tables import card, card_change, member, person, photo, registration
from tests.enrolment.test_portrait import picture
from tests.gateways import Twilio
from tests.town import ENTRY, MEMBER, Town
from tests.workers.conftest import Clock
from workers import deliver, process
from workers import photos as worker


@pytest.fixture
def clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A minute on: what came by the web counts by the time of the machine. What is sent leaves by that time too, and later by
    what has passed, for nobody says yes to a question that leaves a minute later."""
    clock.pass_(60.0)
    begun = clock.now
    monkeypatch.setattr(deliver, "time", SimpleNamespace(time=lambda: time.time() + clock.now - begun))
    return clock


def sends(town: Town, *files: bytes, phone: str = MEMBER, text: str = "") -> list[str]:
    """An MMS with these files; their addresses at the gateway."""
    addresses = [town.twilio.keeps(file) for file in files]
    media = {f"MediaUrl{place}": address for place, address in enumerate(addresses)}
    assert town.twilio.text(town.url, phone, text, None, NumMedia=str(len(files)), **media).status == 200
    town.work()
    return addresses


def fetch(town: Town) -> int:
    """What the worker does in a round."""
    count = worker.fetch_due(town.service, 100)
    town.work()
    return count


def statuses(town: Town) -> list[str]:
    return [row.status for row in town.rows(photo)]


def portraits(town: Town) -> list[bytes]:
    """What the office sees."""
    with town.service.reads.begin() as conn:
        waiting = photo_queue.waiting(conn, town.service.keys, 100)
        return [photo_queue.picture(conn, town.service.keys, one.id) for one in waiting]


def member_by_twilio(town: Town) -> Any:
    """The member, whose phone is reached by Twilio from now on."""
    town.enrols()
    phone = town.phone(MEMBER, by="twilio")
    phone.texts("ME")
    return phone


# --- the way of a picture -----------------------------------------------------------------------------------------


def test_a_members_picture_is_fetched_made_a_portrait_and_deleted_at_the_gateway(any_town: Town) -> None:
    member_by_twilio(any_town)
    sends(any_town, picture())
    assert statuses(any_town) == ["received"]

    fetch(any_town)

    assert statuses(any_town) == ["waiting"]
    assert any_town.twilio.pictures == {}
    [made] = portraits(any_town)
    assert made == portrait.clean(picture())
    [row] = any_town.rows(photo)
    assert (row.media_sealed, row.due_at) == (b"", None)
    assert made not in row.picture_sealed


def test_an_accepted_portrait_is_on_the_same_card_drawn_anew(any_town: Town) -> None:
    phone = member_by_twilio(any_town)
    [before] = any_town.rows(card)
    sends(any_town, picture())
    fetch(any_town)
    [row] = any_town.rows(photo)
    with any_town.service.engine.begin() as conn:
        assert photo_queue.accept(conn, any_town.service.keys, row.id, time.time())
    any_town.work()

    [after] = any_town.rows(card)
    assert (after.status, after.serial, after.member_number) == ("ready", before.serial, before.member_number)
    assert after.token_hash != before.token_hash
    assert "/card/?" in phone.last
    assert [one.change for one in any_town.rows(card_change)] == ["photo"]
    with any_town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, any_town.service.keys, MEMBER)
        assert somebody
        assert photos.accepted(conn, somebody.key, row.registration_id) == portrait.clean(picture())
    assert portraits(any_town) == []


def test_an_enrolers_picture_is_fetched_at_once_and_seen_once_its_person_has_consented(any_town: Town) -> None:
    enroler = any_town.phone(any_town.enroler.number, by="twilio")
    sends(any_town, picture(), phone=enroler.number, text=ENTRY)
    fetch(any_town)
    assert statuses(any_town) == ["waiting"]
    assert any_town.twilio.pictures == {}
    assert portraits(any_town) == []
    any_town.phone(MEMBER, by="twilio").texts("1")
    assert len(portraits(any_town)) == 1


def test_what_she_sends_later_takes_the_place_of_what_waits(any_town: Town) -> None:
    member_by_twilio(any_town)
    sends(any_town, picture())
    fetch(any_town)
    sends(any_town, picture(mode="L"))
    fetch(any_town)
    assert statuses(any_town) == ["replaced", "waiting"]
    assert portraits(any_town) == [portrait.clean(picture(mode="L"))]
    assert any_town.rows(photo)[0].picture_sealed is None


def test_a_picture_that_none_can_be_made_of_is_told_its_sender_and_deleted(any_town: Town) -> None:
    phone = member_by_twilio(any_town)
    sends(any_town, b"<svg/>")
    fetch(any_town)
    assert phone.last.startswith("XYZ: your photo was NOT taken: it is no JPEG or PNG. Send another")
    assert statuses(any_town) == ["failed"]
    assert any_town.rows(photo)[0].failure == "wrong_kind"
    assert any_town.twilio.pictures == {}


def test_of_an_enrolers_picture_that_cannot_be_used_she_hears_whose(any_town: Town) -> None:
    enroler = any_town.phone(any_town.enroler.number, by="twilio")
    sends(any_town, picture()[:-900], phone=enroler.number, text=ENTRY)
    fetch(any_town)
    ref = any_town.rows(registration)[0].ref
    assert enroler.last == (
        f"The photo for {ref} Ram cannot be used: the file is broken. Send another with PHOTO {ref}."
    )


def test_a_file_is_read_no_further_than_its_limit(town: Town) -> None:
    phone = member_by_twilio(town)
    sends(town, picture() + bytes(portrait.BYTES_MAX))
    fetch(town)
    assert "NOT taken: larger than 5 MB." in phone.last
    assert town.twilio.pictures == {}


# --- what goes wrong at the gateway -------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["503", "429", "404", "401", "reset", "truncated"])
def test_a_gateway_that_fails_is_asked_again_with_growing_pauses(town: Town, clock: Clock, word: str) -> None:
    member_by_twilio(town)
    sends(town, picture())
    town.twilio.behave(word, on="list")
    assert fetch(town) == 1
    assert fetch(town) == 0  # not at once
    clock.pass_(31)
    assert fetch(town) == 1
    clock.pass_(31)
    assert fetch(town) == 0
    clock.pass_(30)
    town.twilio.behave("ok")
    assert fetch(town) == 2  # fetched, and deleted
    assert statuses(town) == ["waiting"]


def test_what_never_comes_is_given_up_with_a_reason_and_told(town: Town, clock: Clock) -> None:
    phone = member_by_twilio(town)
    sends(town, picture())
    town.twilio.behave("404", on="list")
    tries = 0
    while statuses(town) == ["received"]:
        clock.pass_(photo_media.PAUSE_MAX)
        tries += fetch(town)
    [row] = town.rows(photo)
    assert (row.status, row.failure) == ("failed", "lost")
    clock.pass_(61.0)
    town.work()
    assert "NOT taken: it did not reach us." in phone.last
    assert photo_media.ATTEMPTS <= tries <= 2 * photo_media.ATTEMPTS


def test_a_slow_gateway_is_not_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_media, "TIMEOUT", (1.0, 0.2))
    member_by_twilio(town)
    sends(town, picture())
    town.twilio.behave("slow", 1, on="list", pause=0.05)
    assert fetch(town) == 1
    assert statuses(town) == ["received"]


def test_a_file_that_the_gateway_does_not_delete_is_tried_again_and_its_portrait_waits_meanwhile(
    town: Town, clock: Clock
) -> None:
    member_by_twilio(town)
    sends(town, picture())
    with patch.object(twilio_media.TwilioMedia, "discard", return_value=Refused("HTTP 500", again=True)):
        fetch(town)
    assert statuses(town) == ["waiting"]
    assert len(portraits(town)) == len(town.twilio.pictures) == 1
    clock.pass_(31)
    fetch(town)
    assert town.twilio.pictures == {}


def test_two_workers_do_not_fetch_one_file_twice_and_a_dead_ones_is_taken_up_later(town: Town, clock: Clock) -> None:
    member_by_twilio(town)
    sends(town, picture())
    with town.service.engine.begin() as conn:
        taken = photo_media.take(conn, town.service.keys, clock.now)
    assert taken
    assert taken.wanted
    assert fetch(town) == 0
    clock.pass_(photo_media.LEASE + 1)
    assert fetch(town) == 2


def test_a_file_of_a_process_of_the_release_before_is_fetched_too(town: Town) -> None:
    member_by_twilio(town)
    sends(town, picture())
    with town.service.engine.begin() as conn:
        row = dict(conn.execute(photo.select()).one()._mapping)
        old = {name: row[name] for name in ("registration_id", "enroler_id", "media_sealed", "received_at", "status")}
        conn.execute(photo.delete())
        conn.execute(photo.insert().values(**old))
    fetch(town)
    assert statuses(town) == ["waiting"]


# --- where it never goes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        "https://169.254.169.254/latest/meta-data/",
        "https://api.twilio.com.example.org/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        "https://api.twilio.com@10.0.0.1/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/../../../../x",
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1?x=1",
        "http://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
    ],
)
def test_no_other_address_than_a_picture_of_the_gateway_is_asked_for(town: Town, address: str) -> None:
    phone = member_by_twilio(town)
    before = len(town.twilio.requests)
    town.twilio.text(town.url, MEMBER, "", None, NumMedia="1", MediaUrl0=address)
    town.work()
    with patch.object(requests.Session, "request", side_effect=AssertionError("it asked")):
        worker.fetch_due(town.service, 10)
    town.work()
    assert not [one for one in town.twilio.requests[before:] if one.method == "GET"]
    assert statuses(town) in (["failed"], [])
    assert "photo" in phone.last.lower() or statuses(town) == []


@pytest.mark.parametrize(
    "store",
    [
        "https://127.0.0.1/store/",
        "https://169.254.169.254/latest/",
        "http://mms.twiliocdn.com/",
        "https://mms.twiliocdn.com:8443/",
        "https://s3-external-1.amazonaws.com/somebody-elses/",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../somebody-elses/",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/%2e%2e/somebody-elses/",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/.%2E/somebody-elses/",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1%2F..%2F..%2Fsomebody-elses/",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/./",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com//",
        "https://user@mms.twiliocdn.com/",
        "file:///etc/passwd?",
    ],
)
def test_it_follows_the_gateway_to_its_own_stores_only(town: Town, store: str) -> None:
    phone = member_by_twilio(town)
    sends(town, picture())
    town.twilio.store = store
    worker.fetch_due(town.service, 1)
    town.work()
    assert statuses(town) == ["failed"]
    assert "NOT taken: it did not reach us." in phone.last


def test_it_follows_no_more_than_a_few_times(town: Town) -> None:
    member_by_twilio(town)
    [address] = sends(town, picture())
    town.twilio.store = f"{town.twilio.url}{address.removeprefix('https://api.twilio.com').rpartition('/')[0]}/"
    worker.fetch_due(town.service, 1)
    assert statuses(town) == ["failed"]


def test_the_password_stays_with_the_gateways_api(twilio: Twilio) -> None:
    media = twilio_media.TwilioMedia(twilio.account_sid, twilio.auth_token, twilio.url)
    twilio.store = "https://mms.twiliocdn.com/AC1/"
    asked: list[dict[str, Any]] = []

    def seen(self: requests.Session, prepared: requests.PreparedRequest, **options: Any) -> requests.Response:
        asked.append({"url": prepared.url, "headers": prepared.headers, "outside": self is media._outside})
        if str(prepared.url).startswith(twilio.url):
            return real(self, prepared, **options)
        answer = requests.Response()
        answer.status_code, answer.raw = 200, io.BytesIO(b"file")
        return answer

    real = requests.Session.send
    with patch.object(requests.Session, "send", seen):
        got = media.fetch(twilio.keeps(b"x"), 100)
    assert got == Fetched(b"file")
    first, second = asked
    assert "Authorization" in first["headers"]
    assert second["url"].startswith("https://mms.twiliocdn.com/AC1/ME")
    assert "Authorization" not in second["headers"]
    assert second["outside"]


def test_a_name_that_leads_to_an_inside_address_is_not_spoken_to(twilio: Twilio) -> None:
    session = sending.new_session(outside=True)
    before = twilio.connections
    with pytest.raises(requests.ConnectionError) as refused:
        session.get(twilio.url.replace("http://127.0.0.1", "https://localhost"), timeout=2)
    assert "not public" in str(refused.value) or "refused" in str(refused.value)
    assert isinstance(refused.value.__context__ or refused.value, Exception)
    assert not twilio.requests
    assert twilio.connections <= before + 1


def test_a_packed_answer_is_not_unpacked(twilio: Twilio) -> None:
    answer = requests.Response()
    answer.status_code, answer.raw, answer.headers["Content-Encoding"] = 200, io.BytesIO(b"x"), "gzip"
    assert twilio_media._read(answer, 10) == Refused("a packed answer", again=False)


# --- what is not wanted any more ----------------------------------------------------------------------------------


def forget(town: Town, number: str = MEMBER) -> None:
    with town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, number)
        assert somebody
        assert erasure.forget(conn, town.service.keys, somebody, time.time())


def test_of_a_forgotten_person_no_photo_is_left_here_or_at_the_gateway(any_town: Town) -> None:
    member_by_twilio(any_town)
    sends(any_town, picture())
    fetch(any_town)
    sends(any_town, picture(mode="L"))
    forget(any_town)
    [row] = any_town.rows(photo)
    assert (row.status, row.registration_id, row.enroler_id, row.picture_sealed) == ("unwanted", None, None, None)
    with any_town.service.reads.begin() as conn:
        [pictures] = [kept for kept in rotation.KEPT if kept.what == "photos"]
        assert sum(rotation.counts(conn, pictures).values()) == 1, "a rotation of the service's key finds it"
    fetch(any_town)
    assert any_town.rows(photo) == []
    assert any_town.twilio.pictures == {}


def test_a_photo_of_an_entry_that_its_forgotten_enroler_was_making_goes_too(town: Town) -> None:
    enroler = town.phone(town.enroler.number, by="twilio")
    sends(town, picture(), phone=enroler.number, text="REG 9876543210 ABC1234567 Ram Kumar")
    forget(town, enroler.number)
    fetch(town)
    assert town.rows(photo) == []
    assert town.twilio.pictures == {}


def test_a_person_forgotten_while_her_file_is_fetched_leaves_nothing(town: Town, clock: Clock) -> None:
    member_by_twilio(town)
    sends(town, picture())
    with town.service.engine.begin() as conn:
        job = photo_media.take(conn, town.service.keys, clock.now)
    assert job
    forget(town)
    with town.service.engine.begin() as conn:
        assert not photo_media.fetched(conn, job, picture(), clock.now)
        assert not photo_media.failed(conn, job, "broken", clock.now, delete_there=True)
    assert statuses(town) == ["unwanted"]
    fetch(town)
    assert town.rows(photo) == []


# --- while a file is fetched, which may take a minute -------------------------------------------------------------


def fetch_while(town: Town, happens: Callable[[], object]) -> None:
    """One file is fetched; this happens before it is drawn."""
    real = twilio_media.TwilioMedia.fetch

    def slow(self: twilio_media.TwilioMedia, address: str, most: int) -> Any:
        got = real(self, address, most)
        happens()
        return got

    with patch.object(twilio_media.TwilioMedia, "fetch", slow):
        worker.fetch_due(town.service, 1)
    town.work()


def test_a_photo_that_she_removes_while_it_is_fetched_does_not_come_back(any_town: Town) -> None:
    member_by_twilio(any_town)
    sends(any_town, picture())

    def remove() -> None:
        with any_town.service.engine.begin() as conn:
            photos.remove(conn, 1, time.time())

    fetch_while(any_town, remove)
    assert statuses(any_town) == ["unwanted"]
    fetch(any_town)
    assert any_town.rows(photo) == []
    assert any_town.twilio.pictures == {}


def test_a_photo_of_who_leaves_while_it_is_fetched_does_not_come_back(any_town: Town) -> None:
    phone = member_by_twilio(any_town)
    sends(any_town, picture())

    def leave() -> None:
        phone.texts("LEAVE")
        phone.texts("1")

    fetch_while(any_town, leave)
    assert statuses(any_town) == ["unwanted"]
    fetch(any_town)
    assert any_town.rows(photo) == []
    assert any_town.twilio.pictures == {}


def test_a_photo_of_who_says_no_while_it_is_fetched_is_deleted_at_the_gateway(any_town: Town) -> None:
    enroler = any_town.phone(any_town.enroler.number, by="twilio")
    sends(any_town, picture(), phone=enroler.number, text=ENTRY)
    fetch_while(any_town, lambda: any_town.phone(MEMBER, by="twilio").texts("no"))
    assert [row.picture_sealed for row in any_town.rows(photo)] == [None]
    fetch(any_town)
    assert any_town.rows(photo) == []
    assert any_town.twilio.pictures == {}


def test_a_photo_whose_number_is_mended_while_it_is_fetched_is_sealed_for_the_new_one(any_town: Town) -> None:
    enroler = any_town.phone(any_town.enroler.number, by="twilio")
    sends(any_town, picture(), phone=enroler.number, text=ENTRY)
    ref = any_town.rows(registration)[0].ref
    fetch_while(any_town, lambda: enroler.texts(f"FIX {ref} 9876511111"))
    assert statuses(any_town) == ["received"]
    fetch(any_town)
    assert any_town.twilio.pictures == {}
    any_town.phone("+919876511111", by="twilio").texts("1")
    assert portraits(any_town) == [portrait.clean(picture())]


def test_a_file_that_was_let_go_is_deleted_at_once_though_its_fetching_failed(town: Town) -> None:
    member_by_twilio(town)
    sends(town, picture())
    with town.service.engine.begin() as conn:
        job = photo_media.take(conn, town.service.keys, time.time())
        assert job
        photos.remove(conn, 1, time.time())
        assert photo_media.again(conn, job, 3600.0, time.time())
    fetch(town)
    assert town.rows(photo) == []


def test_a_portrait_of_a_member_who_has_left_is_dropped_and_not_fetched(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker._ended, "next", 0.0)
    member_by_twilio(town)
    sends(town, picture())
    fetch(town)
    sends(town, picture())
    with town.service.engine.begin() as conn:
        conn.execute(member.update().values(status="withdrawn"))
    before = len(town.twilio.requests)
    worker.work(town.service)
    assert town.rows(photo) == []
    assert not [one for one in town.twilio.requests[before:] if one.method == "GET"]


def test_while_others_are_drawn_it_is_tried_later(town: Town, clock: Clock) -> None:
    phone = member_by_twilio(town)
    sends(town, picture())
    before = phone.last
    with patch.object(portrait, "clean", side_effect=portrait.Busy):
        fetch(town)
    assert (statuses(town), phone.last) == (["received"], before)
    clock.pass_(31)
    fetch(town)
    assert statuses(town) == ["waiting"]


# --- whose keys do not open ---------------------------------------------------------------------------------------


def test_a_photo_whose_person_cannot_be_opened_keeps_no_other_waiting(
    any_town: Town, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    member_by_twilio(any_town)
    any_town.enroler.texts("REG 9876512348 12 ABC1234568 Anna Quix")
    anna = any_town.phone("+919876512348", by="twilio")
    anna.texts("1")
    anna.texts("ME")
    sends(any_town, picture())
    sends(any_town, picture(), phone=anna.number)
    with any_town.service.engine.begin() as conn:
        whom = people.by_phone(conn, any_town.service.keys, MEMBER)
        assert whom
        wrapped = any_town.service.keys.new_person_key()
        conn.execute(update(person).where(person.c.id == whom.id).values(wrapped_key=b"\xfe" + wrapped[1:-1] + b"x"))
    fetch(any_town)
    assert statuses(any_town) == ["received", "waiting"]
    assert "photo 1 cannot be opened with the service keys of this process" in caplog.text
    [aside, _] = any_town.rows(photo)
    assert (aside.due_at, aside.attempts) == (clock.now + photo_media.ASIDE, 0)


def test_a_file_of_nobody_under_a_key_that_this_process_lacks_waits_for_it(town: Town, clock: Clock) -> None:
    member_by_twilio(town)
    sends(town, picture())
    forget(town)
    with town.service.engine.begin() as conn:
        assert photo_media.take(conn, Keys(b"k" * 32, numbers=[7]), clock.now) is None
    assert statuses(town) == ["unwanted"]
    clock.pass_(photo_media.ASIDE)
    fetch(town)
    assert town.rows(photo) == []
    assert town.twilio.pictures == {}


def test_of_many_that_do_not_open_so_many_are_stepped_over_at_once(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_media, "ASIDE_MAX", 2)
    member_by_twilio(town)
    for _ in range(3):
        sends(town, picture())
    forget(town)
    strange = Keys(b"k" * 32, numbers=[7])
    for due in (1, 0):
        with town.service.engine.begin() as conn:
            assert photo_media.take(conn, strange, clock.now) is None
        assert len([row for row in town.rows(photo) if row.due_at <= clock.now]) == due


def test_a_photo_that_fails_by_a_fault_of_ours_keeps_no_other_waiting(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    member_by_twilio(town)
    sends(town, picture())
    sends(town, picture(mode="L"))
    with patch.object(portrait, "clean", side_effect=[RuntimeError("9876543210"), picture()]):
        fetch(town)
    assert statuses(town) == ["received", "waiting"]
    assert "photo 1 failed (RuntimeError)" in caplog.text


@pytest.mark.parametrize("answer", ["no", "wrong number", "STOP"])
def test_a_picture_of_somebody_who_says_no_is_not_fetched_and_deleted_at_the_gateway(town: Town, answer: str) -> None:
    enroler = town.phone(town.enroler.number, by="twilio")
    sends(town, picture(), phone=enroler.number, text=ENTRY)
    town.phone(MEMBER, by="twilio").texts(answer)
    fetch(town)
    assert town.rows(photo) == []
    assert town.twilio.pictures == {}
    assert not [one for one in town.twilio.requests if one.method == "GET"]


def test_a_portrait_of_somebody_who_says_no_later_is_dropped(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker._ended, "next", 0.0)
    enroler = town.phone(town.enroler.number, by="twilio")
    sends(town, picture(), phone=enroler.number, text=ENTRY)
    fetch(town)
    worker.work(town.service)
    assert statuses(town) == ["waiting"]
    town.phone(MEMBER, by="twilio").texts("no")
    clock.pass_(3601)
    worker.work(town.service)
    assert town.rows(photo) == []


def test_a_picture_of_an_entry_that_was_not_saved_is_deleted_at_the_gateway(town: Town) -> None:
    enroler = town.phone(town.enroler.number, by="twilio")
    sends(town, picture(), phone=enroler.number, text="REG 9876543210 12 Ram Kumar")
    assert fetch(town) == 0  # it waits for its entry
    enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    fetch(town)
    assert town.rows(photo) == []
    assert town.twilio.pictures == {}


def test_who_leaves_takes_her_photos_with_her(any_town: Town) -> None:
    phone = member_by_twilio(any_town)
    sends(any_town, picture())
    fetch(any_town)
    with any_town.service.engine.begin() as conn:
        photo_queue.accept(conn, any_town.service.keys, 1, time.time())
    any_town.work()
    sends(any_town, picture(mode="L"))
    phone.texts("LEAVE")
    phone.texts("1")
    fetch(any_town)
    assert not [row for row in any_town.rows(photo) if row.picture_sealed or row.media_sealed]
    assert any_town.twilio.pictures == {}


# --- the round ----------------------------------------------------------------------------------------------------


def test_a_round_that_fails_is_logged_and_the_next_comes_back(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    member_by_twilio(town)
    sends(town, picture())
    with patch.object(photo_media, "take", side_effect=RuntimeError("9876543210")):
        worker.work(town.service)
    assert "photos failed (RuntimeError)" in caplog.text
    worker.work(town.service)
    assert statuses(town) == ["waiting"]


def test_a_worker_that_is_to_end_takes_up_nothing_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    member_by_twilio(town)
    sends(town, picture())
    monkeypatch.setattr(process, "stopping", lambda: True)
    assert fetch(town) == 0


def test_no_line_of_the_log_has_an_address_or_a_number(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    member_by_twilio(town)
    [address] = sends(town, picture()[:-900])
    fetch(town)
    told = [one.getMessage() for one in caplog.records if one.name.startswith(("workers", "sms_service", "urllib3"))]
    assert any("photo 1 is none: broken" in one for one in told)
    assert not [one for one in told if "ME" in one or MEMBER[1:] in one or address in one]


def test_what_was_made_can_be_seen(town: Town) -> None:
    member_by_twilio(town)
    sends(town, picture())
    fetch(town)
    [made] = portraits(town)
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (portrait.WIDTH, portrait.HEIGHT)
