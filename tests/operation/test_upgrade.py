"""From the release before to this one and back, while people text: who was half-way goes on, and nothing comes twice."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from sms_service import addresses
from sms_service.store import database
from sms_service.store.tables import card, consent, member, outbox
from tests.conftest import KEY
from tests.crash.conftest import OwnPostgres, OwnValkey
from tests.crash.share import EVERY
from tests.crash.waiting import until
from tests.gateways import AfricasTalking, Twilio
from tests.operation.releases import HERE, Release, source_before
from tests.town import ENROLER, RULES_OFF, gateway_settings

ASKED, WELCOME, LINK = "XYZ: Anil entered you", "You are a member of XYZ", "XYZ card of"
AMINA = "+254711000111"
SIDE_BY_SIDE = 24 if EVERY == 1 else 4
"""Enrolments while both releases run: with question, yes, welcome and card a hundred messages in `make operation`."""


class Both:
    """One database, served by two releases; and the people."""

    def __init__(self, old: Release, new: Release, sql: str, twilio: Twilio, africastalking: AfricasTalking) -> None:
        self.old, self.new, self.sql = old, new, sql
        self.twilio, self.africastalking = twilio, africastalking
        self.said_yes: list[str] = []
        self._numbers = count(1)

    def texts(self, release: Release, phone: str, text: str) -> None:
        """Again until it is answered, as Twilio does where it was told to."""
        sid = f"SM{uuid.uuid4().hex}"
        self.twilio.public_url = release.url

        def taken() -> bool:
            try:
                return self.twilio.text(release.url, phone, text, sid).status == 200
            except requests.RequestException:
                return False

        until(taken, "an answer to a webhook")

    def enters(self, release: Release) -> str:
        """Somebody new is entered; she, once she was asked."""
        phone = f"+91987654{next(self._numbers):04d}"
        self.texts(release, ENROLER, f"REG {phone} ABC1234567 12 Ram Kumar")
        self.hears(phone, ASKED)
        return phone

    def says_yes(self, release: Release, phone: str) -> None:
        """As soon as it is written down that her question left: whoever is quicker is asked once more."""
        until(lambda: "sending" not in {row.status for row in everything(self.sql)["outbox"]}, "all sends written down")
        self.said_yes.append(phone)
        self.texts(release, phone, "1")

    def hears(self, phone: str, beginning: str) -> None:
        heard = self.twilio.texts_to
        self.twilio.wait_until(
            lambda: any(text.startswith(beginning) for text in heard(phone)), f"{phone}: {beginning}", 60
        )


@pytest.fixture
def both(
    tmp_path: Path, own_postgres: OwnPostgres, own_valkey: OwnValkey, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Both]:
    settings = {
        "DATABASE_URL": own_postgres.url, "REDIS_URL": own_valkey.url, "PRIVACY__KEY": KEY, "SWEEP__EVERY": "1",
        **RULES_OFF, **gateway_settings(twilio, africastalking),
    }  # fmt: skip
    known = {name: value for name, value in settings.items() if name.partition("__")[0] != "LOOPS"}
    known = {
        name: value for name, value in known.items() if name not in ("OUTBOX__PERSON_HOUR", "OUTBOX__ANSWERS_HOUR")
    }
    old = Release(source_before(tmp_path / "before"), **known, DATA_DIR=str(tmp_path / "old"))
    new = Release(HERE, **known, DATA_DIR=str(tmp_path / "new"))
    made = Both(old, new, own_postgres.url, twilio, africastalking)
    made.new.environment |= {f"SMS_SERVICE__{name}": settings[name] for name in settings.keys() - known.keys()}
    try:
        yield made
    finally:
        made.new.stop()
        made.old.stop()


def test_up_and_back_while_people_text(both: Both, own_postgres: OwnPostgres) -> None:
    old, new = both.old, both.new
    old.command("db", "upgrade")
    old.start()
    load_drive(old)
    waits, waits_longer = both.enters(old), both.enters(old)
    dialling = both.africastalking.dial(old.url, AMINA)
    dialling.press("Amina Wanjiru")

    new.command("db", "upgrade")
    alone = both.enters(old)  # the release before goes on, on what the new one made of its database
    both.says_yes(old, alone)
    both.hears(alone, LINK)

    new.start()
    for number in range(SIDE_BY_SIDE):
        first, then = (old, new) if number % 2 else (new, old)
        both.says_yes(then, both.enters(first))
    both.says_yes(new, waits)
    dialling.web_url = new.url
    for typed in ("ABC1234567", "Kanke", "12"):
        dialling.press(typed)
    assert dialling.screen == "XYZ: thank you. You are no member yet: we ask you once more by SMS."
    old.stop()

    waits_for_the_old = both.enters(new)
    new.stop()
    old.start()  # back by one release: the schema stays
    both.says_yes(old, waits_for_the_old)
    both.says_yes(old, both.enters(old))
    old.stop()

    new.start()
    both.says_yes(new, waits_longer)
    for phone in both.said_yes:
        both.hears(phone, LINK)
    rows = everything(own_postgres.url)
    assert len(rows["member"]) == len(rows["consent"]) == len(rows["card"]) == len(both.said_yes)
    for phone in both.said_yes:
        heard = both.twilio.texts_to(phone)
        assert [text[: len(start)] for text, start in zip(heard, (ASKED, WELCOME, LINK), strict=True)] == [
            ASKED,
            WELCOME,
            LINK,
        ]
    until(
        lambda: {row.status for row in everything(own_postgres.url)["outbox"]} <= {"sent", "delivered"}, "all settled"
    )
    assert json.loads(new.command("ledger", "verify", "--json"))["faults"] == []


def load_drive(release: Release) -> None:
    """The demonstration's areas and enrolers, which only `run` loads by itself."""
    release.command("areas", "import", "demo/areas.csv")
    release.command("enrolers", "import", "demo/enrolers.csv")


def everything(url: str) -> dict[str, list[object]]:
    engine = database.open_database(addresses.sqlalchemy_address(url))
    with database.reading(engine).begin() as conn:
        found = {table.name: list(conn.execute(select(table))) for table in (member, consent, card, outbox)}
    engine.dispose()
    return found
