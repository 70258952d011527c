"""A gateway's fields, made fit to be stored and to be logged."""

from __future__ import annotations

import pytest

from sms_service.channels.base import Request, Unreadable
from sms_service.channels.incoming import field, iso_time, loggable, required, storable


def request(*form: tuple[str, str]) -> Request:
    return Request(method="POST", target="/", route="sms", secret="", header={}, form=form, body=b"")


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("yes\0", "yes"),
        ("\ud83d\ude00", "😀"),
        ("1 \ud800", "1 \ufffd"),
        ("\ude00 1", "\ufffd 1"),
        (" राम\r\n\t\u202e ", " राम\r\n\t\u202e "),
    ],
)
def test_a_text_loses_only_what_cannot_be_stored(raw: str, stored: str) -> None:
    assert storable(raw) == stored


def test_the_first_of_several_names_counts() -> None:
    assert required(request(("SmsSid", "SM2"), ("MessageSid", " ")), "MessageSid", "SmsSid") == "SM2"
    assert field(request(("id", " a\0 "), ("id", "b")), "id") == "a"


def test_what_is_unreadable_is_named() -> None:
    with pytest.raises(Unreadable, match="MessageSid is missing"):
        required(request(), "MessageSid", "SmsSid")
    with pytest.raises(Unreadable, match="id is longer than 64"):
        required(request(("id", "x" * 65)), "id")


@pytest.mark.parametrize("word", ["", "delivered", "partially_delivered", "UserInBlackList", "30005"])
def test_a_status_word_may_be_logged(word: str) -> None:
    assert loggable(word) == word


@pytest.mark.parametrize("word", ["254711000111", "+254711000111", "a\nb", "x" * 41, "राम", "<script>"])
def test_anything_else_may_not(word: str) -> None:
    assert loggable(word) == "other"


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("2017-05-03T06:04:45Z", "2017-05-03T06:04:45Z"),
        ("2006-01-02 15:04:05", "2006-01-02T15:04:05"),
        ("2006-01-02T15:04:05+03:00", "2006-01-02T15:04:05+03:00"),
        ("", ""),
        ("soon", ""),
    ],
)
def test_dates_are_iso_and_claim_no_zone_of_their_own(date: str, iso: str) -> None:
    assert iso_time(date) == iso
