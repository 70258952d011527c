"""Pictures that enrolers send: kept with the person they show, whatever is open, and never silently dropped."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from sms_service.engine.model import Inbound
from sms_service.engine.navigation import GO_ON
from sms_service.enrolment import photos
from sms_service.enrolment.numbers import written
from sms_service.store import people
from sms_service.store.tables import enroler, member, outbox, person, photo, registration, timer
from tests.town import ENROLER, ENTRY, MEMBER, Town

ADDRESS = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
NUMBERS = count(1)


def pictured(
    town: Town, text: str = "", phone: str = ENROLER, media: tuple[str, ...] = (ADDRESS,), later: float = 0
) -> str:
    """Sends a picture, so many seconds later than all that was before; what it is answered (all that is new on that phone)."""
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(created_at=registration.c.created_at - later))
    theirs = town.phone(phone)
    before = len(theirs.heard)
    inbound = Inbound(
        channel="handset", id=f"mms{next(NUMBERS)}", kind="sms", phone=phone, to="51969", text=text,
        received_at=time.time(), media=media,
    )  # fmt: skip
    town.service.turns.handle(inbound)
    town.work()
    return "\n".join(theirs.heard[before:])


def kept(town: Town) -> list[tuple[str, str]]:
    """Reference and address of every photo that is kept for somebody, opened with that person's key."""
    found = []
    with town.service.reads.begin() as conn:
        for row in conn.execute(select(photo).order_by(photo.c.id)):
            whose = conn.execute(select(registration).where(registration.c.id == row.registration_id)).one()
            somebody = people.by_id(conn, town.service.keys, whose.person_id)
            assert somebody
            assert row.status == "received"
            found.append((whose.ref, somebody.key.decrypt("photo.media", row.media_sealed)))
    return found


def wanted(town: Town) -> list[Any]:
    """All photos but those that are only to be deleted at the gateway."""
    return [row for row in town.rows(photo) if row.status != "unwanted"]


def ref(town: Town) -> str:
    return str(town.rows(registration)[-1].ref)


# --- whose it is --------------------------------------------------------------------------------------------------


def test_keep_photo_kept_with_the_line_it_came_with(any_town: Town) -> None:
    saved, photo_kept = pictured(any_town, ENTRY).split("\n")
    assert saved.startswith(f"Saved {ref(any_town)}: Ram Kumar")
    assert photo_kept == f"Photo for {ref(any_town)} Ram kept."
    assert kept(any_town) == [(ref(any_town), ADDRESS)]


def test_keep_photo_kept_alone_for_her_last_registration_within_the_hour(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    assert pictured(any_town, later=3000) == f"Photo for {ref(any_town)} Sita kept."
    assert kept(any_town) == [(ref(any_town), ADDRESS)]


@pytest.mark.parametrize(
    "text", ["PHOTO {ref}", "photo: {ref}.", "फोटो {ref}", "picha {ref}", "COUNT {ref}", "FIX {ref} BOOTH 11"]
)
def test_keep_photo_kept_for_the_registration_that_the_text_names(town: Town, text: str) -> None:
    town.enroler.texts(ENTRY)
    named = ref(town)
    town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    assert pictured(town, text.format(ref=named), later=10_000).endswith(f"Photo for {named} Ram kept.")
    assert kept(town) == [(named, ADDRESS)]


def test_keep_photo_kept_each_of_several(town: Town) -> None:
    pictured(town, ENTRY, media=(ADDRESS, f"{ADDRESS}2"))
    assert [address for _, address in kept(town)] == [ADDRESS, f"{ADDRESS}2"]


def test_keep_photo_kept_the_same_delivery_again_keeps_nothing_more(town: Town) -> None:
    inbound = Inbound(
        channel="handset", id="twice", kind="sms", phone=ENROLER, to="51969", text=ENTRY, received_at=time.time(),
        media=(ADDRESS,),
    )  # fmt: skip
    town.service.turns.handle(inbound)
    town.service.turns.handle(msgspec.structs.replace(inbound, received_at=time.time() + 5))
    assert len(town.rows(photo)) == 1


# --- while something else is open ---------------------------------------------------------------------------------


def test_keep_photo_draft_it_goes_with_the_entry_that_is_not_complete(any_town: Town) -> None:
    said = pictured(any_town, "REG 9876543210 ABC1234567 Ram Kumar")
    assert said == "Number of the polling booth?\nPhoto kept: it goes with this entry."
    any_town.service.redis.flushall()
    any_town.enroler.texts("12")
    saved, photo_kept = any_town.enroler.last.split("\n")
    assert saved.startswith(f"Saved {ref(any_town)}")
    assert photo_kept == f"Photo for {ref(any_town)} Ram kept."
    assert kept(any_town) == [(ref(any_town), ADDRESS)]


def test_keep_photo_draft_with_an_answer_that_completes_the_entry_it_is_kept_at_once(town: Town) -> None:
    town.enroler.texts("REG 9876543210 ABC1234567 Ram Kumar")
    assert pictured(town, "12").endswith(f"Photo for {ref(town)} Ram kept.")
    assert kept(town) == [(ref(town), ADDRESS)]


def test_keep_photo_kept_alone_while_an_entry_is_open_and_redis_is_lost_and_the_entry_stays(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876511111 ABC7654321 Sita Devi")
    any_town.service.redis.flushall()
    assert pictured(any_town) == f"Photo for {ref(any_town)} Ram kept."
    any_town.enroler.texts("12")
    assert any_town.enroler.last.startswith("Saved")
    assert "Sita Devi" in any_town.enroler.last


def test_keep_photo_none_a_picture_of_an_entry_that_was_not_saved_is_given_to_nobody_else(town: Town) -> None:
    town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    said = pictured(town, f"REG {ENROLER} ABC1234567 12 Anil Oraon")
    assert said.startswith("NOT saved: this is your own number.")
    assert "Whose photo is it? It was NOT kept." in said
    assert wanted(town) == []


def test_keep_photo_kept_with_the_entry_that_is_completed_by_ussd(any_town: Town) -> None:
    pictured(any_town, "REG 9876543210 ABC1234567 Ram Kumar")
    phone = any_town.phone(ENROLER, by="africastalking").dials()
    phone.press(GO_ON)
    assert phone.press("12").splitlines()[-1] == f"Photo for {ref(any_town)} Ram kept."
    assert kept(any_town) == [(ref(any_town), ADDRESS)]


LOST = "The photo that you sent before was NOT kept: its entry was not saved."


def test_keep_photo_lost_of_a_person_whose_entry_gave_way_to_another(any_town: Town) -> None:
    pictured(any_town, "REG 9876543210 12 Ram Kumar")
    any_town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    *_, saved, lost = any_town.enroler.last.split("\n")
    assert "Sita Devi" in saved
    assert lost.startswith(LOST)
    assert wanted(any_town) == []


def test_keep_photo_lost_of_a_person_who_was_not_saved_is_not_given_to_the_next(any_town: Town) -> None:
    pictured(any_town, "REG 9876543210 ABC1234567 Ram Kumar")
    any_town.member.texts("STOP")
    any_town.enroler.texts("12")
    refusal, lost = any_town.enroler.last.split("\n")
    assert refusal.startswith("NOT saved: ")
    assert lost.startswith(LOST)
    any_town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    assert "hoto" not in any_town.enroler.last
    assert wanted(any_town) == []


def test_keep_photo_lost_said_on_the_screen_too(town: Town) -> None:
    pictured(town, "REG 9876543210 ABC1234567 Ram Kumar")
    town.member.texts("STOP")
    screen = town.phone(ENROLER, by="africastalking").dials()
    screen.press(GO_ON)
    assert screen.press("12").startswith("NOT saved")
    assert screen.press("98").startswith(LOST)
    assert screen.ended


def test_keep_photo_lost_with_an_entry_that_nobody_completed(any_town: Town) -> None:
    pictured(any_town, "REG 9876543210 ABC1234567 Ram Kumar")
    [due] = [one for one in any_town.rows(timer) if one.flow == "register"]
    any_town.service.turns.tick(due.person_id, time.time() + 25 * 3600)
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(due_at=time.time()))  # that day has come
    any_town.work()
    assert any_town.enroler.last.startswith(LOST)
    assert wanted(any_town) == []


def test_a_photo_whose_entry_ended_by_stop_is_dropped_by_the_sweeper(
    any_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    pictured(any_town, "REG 9876543210 ABC1234567 Ram Kumar")
    any_town.sweep()
    assert len(any_town.rows(photo)) == 1  # the entry is still open
    any_town.enroler.texts("STOP")
    assert "hoto" not in any_town.enroler.last
    any_town.sweep()
    assert wanted(any_town) == []
    assert "1 photos were dropped" in caplog.text


def test_a_picture_alone_leaves_the_one_that_waits_to_its_entry(town: Town) -> None:
    town.enroler.texts(ENTRY)
    pictured(town, "REG 9876511111 ABC7654321 Sita Devi")
    assert pictured(town, media=(f"{ADDRESS}2",)) == f"Photo for {ref(town)} Ram kept."
    ram = ref(town)
    town.enroler.texts("12")
    assert kept(town) == [(ref(town), ADDRESS), (ram, f"{ADDRESS}2")]


# --- what fits nothing --------------------------------------------------------------------------------------------


def test_keep_photo_none_after_an_hour_or_before_any_registration(town: Town) -> None:
    assert pictured(town).startswith("Whose photo is it? It was NOT kept.")
    town.enroler.texts(ENTRY)
    assert pictured(town, later=3700).startswith("Whose photo is it? It was NOT kept.")
    assert pictured(town, "here is his picture", later=3700).startswith("Whose photo is it?")
    assert wanted(town) == []


@pytest.mark.parametrize("text", ["PHOTO R4K7Q", "PHOTO of Ram", "photo R4K7", "picture R4K7Q"])
def test_keep_photo_unknown_is_the_same_for_a_mistyped_reference_and_somebody_elses(town: Town, text: str) -> None:
    town.enroler.texts(ENTRY)
    theirs = ref(town)
    town.enroler.texts("REG 9876511111 ABC7654321 12 Sita Devi")
    unknown = "Photo NOT kept: you have no registration of that reference. LIST shows your latest."
    assert pictured(town, text) == unknown
    assert pictured(town, f"PHOTO {theirs}", phone="+919800000003") == unknown
    assert wanted(town) == []


def test_keep_photo_closed_says_how_it_stands(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts("wrong number")
    assert pictured(town) == f"Photo NOT kept. {ref(town)} is closed: wrong number."
    assert wanted(town) == []


def test_keep_photo_no_picture_came_with_the_keyword(town: Town) -> None:
    town.enroler.texts("PHOTO R4K7P")
    assert town.enroler.last.startswith("No picture came. Send it by MMS or WhatsApp,")


def test_keep_photo_not_enroler_a_person_who_is_asked_may_still_answer(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    said = pictured(any_town, phone=MEMBER)
    assert said.startswith("XYZ: your picture was NOT kept. Only members and enrolers send pictures.")
    assert wanted(any_town) == []
    any_town.member.texts("1")
    assert any("You are a member" in text for text in any_town.member.heard)


def test_keep_photo_not_enroler_a_stranger_a_held_enroler_and_stop(town: Town) -> None:
    assert "NOT kept" in pictured(town, phone="+919811111111")
    assert "no more SMS" in pictured(town, "STOP", phone="+919811111111")
    with town.service.engine.begin() as conn:
        held = people.by_phone(conn, town.service.keys, ENROLER)
        assert held
        conn.execute(update(enroler).where(enroler.c.person_id == held.id).values(status="held"))
    assert "NOT kept" in pictured(town)
    assert wanted(town) == []


# --- of a member herself ------------------------------------------------------------------------------------------


def of_herself(town: Town) -> list[tuple[str, str]]:
    """Reference and status of every photo that came from the person it shows."""
    with town.service.reads.begin() as conn:
        query = select(registration.c.ref, photo.c.status).join(
            registration, photo.c.registration_id == registration.c.id
        )
        return [tuple(row) for row in conn.execute(query.where(photo.c.enroler_id.is_(None)).order_by(photo.c.id))]


OWN = "XYZ: your photo is here. Once the office has looked at it, your card comes anew with it."


OWN_HI = "XYZ: फोटो मिली। कार्यालय देखेगा, फिर नया कार्ड आएगा।"


@pytest.mark.parametrize(("text", "said"), [("", OWN), ("PHOTO", OWN), ("this is me", OWN), ("फोटो", OWN_HI)])
def test_keep_photo_own_a_members_picture_is_hers(any_town: Town, text: str, said: str) -> None:
    any_town.enrols()
    assert pictured(any_town, text, phone=MEMBER) == said
    assert of_herself(any_town) == [(ref(any_town), "received")]


def test_keep_photo_own_beside_a_command_both_are_answered(any_town: Town) -> None:
    any_town.enrols()
    me, own = pictured(any_town, "ME", phone=MEMBER).split("\n")
    assert "Ram Kumar" in me
    assert own == OWN


def test_keep_photo_own_an_enroler_names_herself_by_her_number(town: Town) -> None:
    other = town.phone("+919800000003")
    other.texts(f"REG {MEMBER} ABC1234567 12 Ram Kumar")
    town.member.texts("1")
    with town.service.engine.begin() as conn:
        ram = people.by_phone(conn, town.service.keys, MEMBER)
        anil = people.by_phone(conn, town.service.keys, ENROLER)
        assert ram
        assert anil
        columns = {one.name: one for one in enroler.columns}
        values = conn.execute(select(*columns.values()).where(enroler.c.person_id == anil.id)).one()._asdict()
        values |= {"person_id": ram.id, "name_sealed": ram.key.encrypt("enroler.name", "Ram Kumar")}
        conn.execute(enroler.insert().values(values))
    [member_row] = town.rows(member)
    assert pictured(town, "PHOTO", phone=MEMBER).startswith("Whose photo is it?")
    assert pictured(town, f"PHOTO {written(member_row.number)}", phone=MEMBER) == OWN
    assert [status for _, status in of_herself(town)] == ["received"]


def family(town: Town) -> None:
    """Two members with one phone."""
    town.enrols()
    town.enroler.texts("REG 9876543210 ABC7654321 12 Sita Devi")
    town.member.texts("1")


def test_keep_photo_several_members_with_one_phone_are_told_to_name_one(any_town: Town) -> None:
    family(any_town)
    first, second = any_town.rows(member)
    assert pictured(any_town, phone=MEMBER).startswith("XYZ: several members have this phone. Photo NOT kept")
    assert pictured(any_town, "PHOTO 0000001", phone=MEMBER).startswith("XYZ: several members")
    assert of_herself(any_town) == []
    assert pictured(any_town, f"PHOTO {written(second.number)}", phone=MEMBER) == OWN
    assert of_herself(any_town) == [(ref(any_town), "received")]
    assert first.number != second.number


def test_keep_photo_several_somebody_elses_number_is_as_none(any_town: Town) -> None:
    family(any_town)
    any_town.enroler.texts("REG 9876511111 ABC7654329 12 Gita Devi")
    any_town.phone("+919876511111").texts("1")
    theirs = any_town.rows(member)[-1].number
    said = pictured(any_town, f"PHOTO {written(theirs)}", phone=MEMBER)
    assert said == pictured(any_town, "PHOTO 999", phone=MEMBER)
    assert said.startswith("XYZ: several members have this phone.")
    assert of_herself(any_town) == []


def test_keep_photo_too_many_in_a_day(town: Town) -> None:
    town.enrols()
    assert pictured(town, phone=MEMBER, media=tuple(f"{ADDRESS}{n}" for n in range(9))) == OWN
    assert pictured(town, phone=MEMBER, media=(ADDRESS, f"{ADDRESS}0")) == OWN  # one of the two
    assert pictured(town, phone=MEMBER) == "XYZ: photo NOT kept. You have sent many today; send one again tomorrow."
    assert len(of_herself(town)) == photos.OWN_A_DAY == 10
    with town.service.engine.begin() as conn:
        conn.execute(update(photo).values(received_at=photo.c.received_at - 86_500))
    assert pictured(town, phone=MEMBER) == OWN


def test_keep_photo_how_a_member_without_a_picture_hears_how_to_send_one(town: Town) -> None:
    town.enrols()
    town.member.texts("PHOTO")
    assert town.member.last.startswith("XYZ: for a photo on your card open the link of your card (CARD sends it)")


def test_keep_photo_stranger_without_a_picture_is_turned_away(town: Town) -> None:
    stranger = town.phone("+919811111111")
    stranger.texts("PHOTO")
    assert stranger.last.startswith("XYZ: this phone may not enter members.")


def test_keep_photo_not_enroler_who_has_left_is_nobody_whose_picture_is_kept(town: Town) -> None:
    town.enrols()
    with town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    assert "NOT kept" in pictured(town, phone=MEMBER)
    assert of_herself(town) == []


def test_the_photos_of_a_registration_go_with_it_to_a_mended_number(any_town: Town) -> None:
    pictured(any_town, ENTRY)
    any_town.enroler.texts(f"FIX {ref(any_town)} MOBILE 9876511111")
    assert kept(any_town) == [(ref(any_town), ADDRESS)]


def test_a_picture_with_a_yes_leaves_the_yes_a_yes(town: Town) -> None:
    town.enroler.texts(ENTRY)
    assert "You are a member" in pictured(town, "yes", phone=MEMBER)
    assert wanted(town) == []


def test_nothing_of_the_address_lies_open_and_no_session_stays(town: Town) -> None:
    pictured(town, ENTRY)
    [row] = town.rows(photo)
    assert b"twilio" not in row.media_sealed
    with town.service.reads.begin() as conn:
        anil = people.by_phone(conn, town.service.keys, ENROLER)
        assert anil
        assert conn.execute(select(timer.c.flow).where(timer.c.person_id == anil.id)).all() == []
        assert conn.execute(select(person.c.id)).all()
