"""A town to test in: the whole service on real parts, two stand-in gateways, and people with phones.

    town.enroler.texts("REG 9876543210 ABC1234567 12 Ram Kumar")
    assert "Right and I join: 1" in town.member.last
    town.member.texts("1")

The web part answers over HTTP on a free port; the workers' work is done by `town.work()`, which `texts` calls, so that
nothing is waited for.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from unittest.mock import patch

import msgspec
from sqlalchemy import Table, select
from werkzeug.serving import make_server

from sms_service.authoring import shelf
from sms_service.authoring.load import load_flow
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.config import PREFIX, Config, read_config
from sms_service.engine.model import Flow
from sms_service.phone import Phone
from sms_service.service import Service, open_service
from sms_service.web.app import create_app
from tests import databases
from tests.gateways import AfricasTalking, Twilio
from tests.gateways.gateway import STOPS_WITHIN
from workers import cards, deliver, sweep

ENTRY = "REG 9876543210 ABC1234567 12 Ram Kumar"
ENROLER, MEMBER = "+919800000002", "+919876543210"
RULES_OFF = {
    f"RULES__{name}": "0"
    for name in (
        "ID_SHARED",
        "ENTRIES_HOUR",
        "ENTRIES_DAY",
        "BOOTH_ROLL",
        "SEQUENCE",
        "IDENTICAL_REPLIES",
        "SAME_MINUTE",
    )
} | {"LOOPS__TEN_MINUTES": "0", "OUTBOX__PERSON_HOUR": "0", "OUTBOX__ANSWERS_HOUR": "0"}
"""For tests in which one enroler enters hundreds in a minute, with one ID and numbers in a row."""

_loaded: dict[tuple[str, str, str], Flow] = {}


def loaded_once(text: str, file: str, vocabulary: Vocabulary) -> Flow:
    """`load_flow`, which makes the same Flow, and one that nobody can change, of the thirty files of each town. A town's
    vocabulary differs from another's by its constants alone; by `notice`, which holds its port, in nothing that is checked."""
    constants = dict(vocabulary.constants)
    key = (text, file, repr(sorted((name, value) for name, value in constants.items() if name != "notice")))
    if key not in _loaded:
        _loaded[key] = load_flow(text, file, vocabulary)
    return msgspec.structs.replace(_loaded[key], constants=constants)


By = Literal["handset", "twilio", "africastalking"]


def gateway_settings(twilio: Twilio, africastalking: AfricasTalking) -> dict[str, str]:
    """The settings that send to the stand-ins."""
    return {
        "CHANNELS__TWILIO__ACCOUNT_SID": twilio.account_sid,
        "CHANNELS__TWILIO__AUTH_TOKEN": twilio.auth_token,
        "CHANNELS__TWILIO__FROM": twilio.number,
        "CHANNELS__TWILIO__API_URL": twilio.url,
        "CHANNELS__AFRICASTALKING__USERNAME": africastalking.username,
        "CHANNELS__AFRICASTALKING__API_KEY": africastalking.api_key,
        "CHANNELS__AFRICASTALKING__FROM": africastalking.sender,
        "CHANNELS__AFRICASTALKING__SECRET": africastalking.secret,
        "CHANNELS__AFRICASTALKING__API_URL": africastalking.url,
    }


@dataclass
class TownPhone:
    """One phone, reached by one channel. `heard` is all that it ever got, oldest first."""

    town: Town
    number: str
    by: By
    seen: int = field(default=0)

    def texts(self, text: str, sid: str | None = None) -> int:
        """Sends an SMS, lets the workers work; the HTTP status that the gateway got (200 for the handset)."""
        status = self.sends(text, sid)
        self.town.work()
        return status

    def sends(self, text: str, sid: str | None = None) -> int:
        """Sends an SMS, and nobody works."""
        if self.by == "twilio":
            return self.town.twilio.text(self.town.url, self.number, text, sid).status
        if self.by == "africastalking":
            return self.town.africastalking.text(self.town.url, self.number, text, sid).status
        Phone(self.town.url, self.number).text(text)
        return 200

    def dials(self, code: str = "*384*96#") -> Any:
        """Opens a USSD session at Africa's Talking."""
        return self.town.africastalking.dial(self.town.url, self.number, code)

    @property
    def heard(self) -> list[str]:
        if self.by == "twilio":
            return self.town.twilio.texts_to(self.number)
        if self.by == "africastalking":
            return self.town.africastalking.texts_to(self.number)
        conversation = Phone(self.town.url, self.number).conversation()
        return [b["text"] for b in conversation if not b["from_me"] and b["state"] in ("sent", "delivered")]

    @property
    def last(self) -> str:
        """The newest message."""
        return self.heard[-1]

    @property
    def news(self) -> list[str]:
        """What came since `news` was last looked at."""
        heard = self.heard
        fresh, self.seen = heard[self.seen :], len(heard)
        return fresh


class Town:
    """The service with its surroundings. Use `with`."""

    def __init__(self, settings: dict[str, str], twilio: Twilio, africastalking: AfricasTalking) -> None:
        self.twilio, self.africastalking = twilio, africastalking
        self._settings = {**gateway_settings(twilio, africastalking), **settings}

    def __enter__(self) -> Self:
        self._server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        settings = {**self._settings, "PUBLIC_URL": self.url}
        self.environment = {f"{PREFIX}{name}": value for name, value in settings.items()}
        self.config: Config = read_config(self.environment)
        with patch.object(shelf, "load_flow", loaded_once):
            databases.prepared(self.config)
            self.service: Service = open_service(self.config, time.time())
        self._server.app = create_app(self.service)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(STOPS_WITHIN,), daemon=True)
        self._thread.start()
        self.twilio.web_url = self.twilio.public_url = self.africastalking.web_url = self.url
        self.enroler = self.phone(ENROLER)
        self.member = self.phone(MEMBER)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.service.close()

    def phone(self, number: str, by: By = "handset") -> TownPhone:
        """Somebody's phone."""
        return TownPhone(self, number, by)

    def work(self) -> None:
        """What the workers do, until nothing is left to do."""
        while cards.draw_wanted(self.service, 100) + deliver.send_due(self.service, 1000):
            pass

    def sweep(self) -> None:
        """One round of the sweeper."""
        sweep.sweep(self.service)

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table, in the order of their primary key."""
        with self.service.reads.begin() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key)))

    def enrols(self) -> None:
        """One enrolment by SMS, from the entry to the card."""
        self.enroler.texts(ENTRY)
        self.member.texts("1")
