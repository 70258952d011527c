"""Redis flushed, turned back or dead between any two messages: every dialogue goes on at the same place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sms_service.store.tables import card, consent, member
from tests.conftest import KEY
from tests.crash.conftest import OwnValkey
from tests.crash.drive import Drive
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, ENTRY, MEMBER, Town

ASKED = "XYZ: Anil entered you as Ram Kumar"
UNCLEAR = "Not clear. Send 1"
WELCOME = "You are a member of XYZ. No 0000013."
LINK = "XYZ card of R. Kumar, No 0000013:"


@dataclass(frozen=True)
class Talk:
    """Who texts what, one after the other, and how the texts begin that the two phones get."""

    said: list[tuple[str, str]]
    enroler_hears: list[str]
    member_hears: list[str]


TALKS = {
    "entered question by question": Talk(
        [
            ("enroler", "REG"),
            ("enroler", "98765 43210"),
            ("enroler", "ABC1234567"),
            ("enroler", "booth twelve"),
            ("enroler", "12"),
            ("enroler", "Ram Kumar"),
            ("member", "haan"),
        ],
        ["Mobile number", "Voter ID?", "Number of the polling", "Booth: only", "Name of the new", "Saved"],
        [ASKED, WELCOME, LINK],
    ),
    "yes at the second try": Talk(
        [("enroler", ENTRY), ("member", "maybe"), ("member", "1")],
        ["Saved"],
        [ASKED, UNCLEAR, WELCOME, LINK],
    ),
    "a mistake, mended": Talk(
        [("enroler", ENTRY), ("member", "2"), ("member", "3"), ("member", "13"), ("member", "YES")],
        ["Saved", ""],
        [ASKED, "What is wrong?", "What is the number", "XYZ: so you are Ram Kumar", WELCOME, LINK],
    ),
    "STOP, START, and asked anew": Talk(
        [
            ("enroler", ENTRY),
            ("member", "STOP"),
            ("member", "1"),
            ("enroler", ENTRY),
            ("member", "START"),
            ("enroler", ENTRY),
            ("member", "1"),
        ],
        ["Saved", "NOT saved: ..210 wants no messages", "Saved"],
        [
            ASKED,
            "XYZ: no more SMS",
            "XYZ: you asked for no SMS",
            "XYZ: you get SMS from us again",
            ASKED,
            WELCOME,
            LINK,
        ],
    ),
}

Meddling = Callable[[OwnValkey], None]


def nothing() -> Meddling:
    return lambda valkey: None


def flushed() -> Meddling:
    """FLUSHALL."""

    def meddle(valkey: OwnValkey) -> None:
        valkey.client.flushall()

    return meddle


def turned_back() -> Meddling:
    """What Redis held one message earlier, as after a restart from an old dump or a failover to a replica behind."""
    kept: list[dict[bytes, bytes]] = [{}]

    def meddle(valkey: OwnValkey) -> None:
        client = valkey.client
        keys = [key for key in client.scan_iter() if client.type(key) == b"string"]
        kept.append({key: value for key in keys if isinstance(value := client.dump(key), bytes)})
        client.flushall()
        for key, value in kept[-2].items():
            client.restore(key, 0, value)

    return meddle


def garbled() -> Meddling:
    """Somebody else's sessions, and bytes that are nobody's."""

    def meddle(valkey: OwnValkey) -> None:
        client = valkey.client
        keys = sorted(client.keys("sms_service:live:*"))
        values = [value for key in keys if isinstance(value := client.get(key), bytes)]
        for key, value in zip(keys, [*values[1:], b"\x00garbage"], strict=True):
            client.set(key, value)

    return meddle


def stopped() -> Meddling:
    """kill -9 after the first message, and nobody starts it again."""
    return lambda valkey: valkey.stop()


MEDDLINGS = [nothing, flushed, turned_back, garbled, stopped]


@pytest.fixture
def own_town(tmp_path: Path, own_valkey: OwnValkey, twilio: Twilio, africastalking: AfricasTalking) -> Iterator[Town]:
    """A town whose Valkey may be killed."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": own_valkey.url, "PRIVACY__KEY": KEY}
    with Town(settings, twilio, africastalking) as made:
        yield made


@pytest.mark.parametrize("meddling", MEDDLINGS)
@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS)
def test_between_any_two_texts(
    own_town: Town, own_valkey: OwnValkey, talk: Talk, meddling: Callable[[], Meddling]
) -> None:
    meddle = meddling()
    phones = {"enroler": own_town.enroler, "member": own_town.member}
    for who, text in talk.said:
        phones[who].texts(text)
        meddle(own_valkey)

    begin_like(own_town.enroler.heard, talk.enroler_hears)
    begin_like(own_town.member.heard, talk.member_hears)
    given = [row for row in own_town.rows(consent) if row.decision == "given"]
    assert len(given) == len(own_town.rows(member)) == len(own_town.rows(card)) == 1


@pytest.mark.parametrize("meddling", MEDDLINGS)
def test_between_any_two_screens(own_town: Town, own_valkey: OwnValkey, meddling: Callable[[], Meddling]) -> None:
    meddle = meddling()
    enroler = own_town.phone(ENROLER, by="africastalking").dials()
    screens = [enroler.screen]
    for keys in ("98765 43210", "ABC1234567", "booth twelve", "12", "Ram Kumar"):
        meddle(own_valkey)
        screens.append(enroler.press(keys))
    own_town.work()
    meddle(own_valkey)
    member_phone = own_town.phone(MEMBER, by="africastalking").dials()
    screens.append(member_phone.screen)
    meddle(own_valkey)
    screens.append(member_phone.press("1"))
    own_town.work()

    begin_like(
        screens,
        [
            "Mobile number",
            "Voter ID?",
            "Number of the polling",
            "Booth: only",
            "Name of the new",
            "Saved",
            ASKED,
            WELCOME,
        ],
    )
    assert len(own_town.rows(consent)) == len(own_town.rows(member)) == len(own_town.rows(card)) == 1


def test_a_redis_that_hangs_delays_no_screen_beyond_what_the_gateway_waits(
    own_town: Town, own_valkey: OwnValkey
) -> None:
    own_valkey.freeze()

    enroler = own_town.phone(ENROLER, by="africastalking").dials()
    screens = [enroler.screen, enroler.press("98765 43210"), enroler.press("ABC1234567")]

    begin_like(screens, ["Mobile number", "Voter ID?", "Number of the polling"])


def test_a_redis_that_comes_back_serves_again(own_town: Town, own_valkey: OwnValkey) -> None:
    own_valkey.stop()
    own_town.enroler.texts(ENTRY)
    own_valkey.start()
    own_town.member.texts("1")

    assert len(own_town.rows(member)) == 1
    assert own_valkey.client.keys("sms_service:live:*") != []
    assert own_valkey.client.llen("rq:queue:deliver") == 1  # and its bell is rung again


def test_without_any_redis_the_sweeper_does_the_workers_work(tmp_path: Path, twilio: Twilio) -> None:
    """The processes of the Procfile; the address of Redis is one where nobody ever listened."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": f"unix://{tmp_path}/nobody.sock", "PRIVACY__KEY": KEY}
    with Drive(settings, twilio) as drive:
        drive.texts(ENROLER, ENTRY)
        begin_like(drive.hears(MEMBER, 1), [ASKED])
        drive.until_settled()
        drive.texts(MEMBER, "1")
        begin_like(drive.hears(MEMBER, 3), [ASKED, WELCOME, LINK])
        drive.until_settled()

        assert len(drive.rows(consent)) == len(drive.rows(member)) == len(drive.rows(card)) == 1
        assert len(twilio.accepted) == 4


def begin_like(heard: list[str], beginnings: list[str]) -> None:
    assert len(heard) == len(beginnings), heard
    assert [text[: len(begin)] for text, begin in zip(heard, beginnings, strict=True)] == beginnings
