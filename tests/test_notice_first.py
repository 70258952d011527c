"""The notice comes to the person's own phone before any answer counts, and never to the enroler's (as in MomConnect's clinics,
where the nurse who typed the number also typed the yes)."""

from __future__ import annotations

import pytest

from sms_service.store.tables import consent, member
from tests.town import ENROLER, ENTRY, MEMBER, Town

ASKED = "Right and I join: 1."
SITA = "+919876511111"


def is_told(
    town: Town, text: str, who: str = "Anil entered you", what: str = "Ram Kumar, voter ID ABC..567, booth 12"
) -> bool:
    """Who, what data, why, how to refuse and to stop, and where the notice stands: in one text."""
    parts = (f"XYZ: {who}", what, "for your membership only", "no: 3", "No SMS: STOP", f"{town.config.notice_address}")
    return all(part in text for part in parts)


def members(town: Town) -> int:
    return len(town.rows(member))


def test_by_sms(any_town: Town) -> None:
    any_town.enroler.sends(ENTRY)
    any_town.member.sends("1")
    any_town.work()
    assert members(any_town) == 0, "she said it before any notice was handed over"

    first = next(text for text in any_town.member.heard if ASKED in text)
    assert is_told(any_town, first)
    assert not any(any_town.config.notice_address in text or ASKED in text for text in any_town.enroler.heard)
    any_town.enroler.texts("1")
    any_town.enroler.texts("yes")
    assert (members(any_town), any_town.rows(consent)) == (0, [])

    any_town.member.texts("1")
    assert members(any_town) == 1


def test_by_an_enroler_who_enters_by_ussd_at_the_door(town: Town) -> None:
    """The screen is in her hands: whatever she types on it, she cannot say yes for the person before her."""
    enroler = town.phone(ENROLER, by="africastalking")
    amina = town.phone("+254711000111", by="africastalking")
    phone = enroler.dials()
    shown = [phone.screen]
    shown += [phone.press(typed) for typed in (amina.number, "ABC1234567", "12", "Amina Wanjiru")]
    assert phone.ended
    again = enroler.dials("*384*96*1#")
    shown.append(again.screen)
    if not again.ended:
        shown.append(again.press("1"))
    town.work()

    assert not any(ASKED in screen or "/notice/" in screen for screen in shown), "the notice is not for her"
    assert (members(town), town.rows(consent)) == (0, [])
    [asked] = [text for text in amina.heard if ASKED in text]
    assert is_told(town, asked, what="Amina Wanjiru, voter ID ABC..567, booth 12")
    amina.texts("1")
    assert members(town) == 1


def test_on_a_family_phone_each_has_her_own(any_town: Town) -> None:
    """One yes is one person's: the second notice comes after the first was answered, and names another one."""
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876543210 ABC1234568 12 Gita Kumari")
    [first] = any_town.member.heard
    assert is_told(any_town, first)

    any_town.member.texts("1")
    second = next(text for text in any_town.member.heard if "Gita Kumari" in text)
    assert is_told(any_town, second, what="Gita Kumari, voter ID ABC..568, booth 12")
    assert members(any_town) == 1, "the first yes made one member"
    any_town.member.texts("1")
    assert members(any_town) == 2


@pytest.mark.parametrize("code", ["*384*96#", "*384*96*1#", "*384*96*1*1#"])
def test_by_ussd_the_question_is_seen_before_any_key_counts(town: Town, code: str) -> None:
    """What arrives with the first hop of a session never answers a consent."""
    amina = town.phone("+254711000111", by="africastalking")
    town.enroler.texts("REG +254711000111 ABC1234567 12 Amina Wanjiru")
    phone = amina.dials(code)
    assert "Right and I join: 1" in phone.screen
    assert members(town) == 0
    while phone.screen.endswith("98 more"):
        phone.press("98")
    assert phone.screen.splitlines()[-1].endswith("/notice/")
    phone.press("1")
    assert members(town) == 1


def test_who_joins_by_herself_is_told_the_same(any_town: Town) -> None:
    sita = any_town.phone(SITA)
    sita.texts("JOIN Sita Devi ABC1234567 Kanke booth 12")
    assert is_told(any_town, sita.last, who="you entered yourself", what="Sita Devi, voter ID ABC..567, booth 12")
    assert MEMBER not in sita.last
