"""Bad weather: every gateway in every weather, through the real worker and over HTTP, and what becomes of the message later.

What is to be expected is read from the table in docs/gateways.md, "What becomes of a message".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from sqlalchemy import delete

from sms_service.channels import open_channels
from sms_service.config import PREFIX, read_config
from sms_service.store import outbox as store
from sms_service.store import people
from sms_service.store.tables import gateway_down, outbox
from tests.conftest import KEY, ROOT
from tests.gateways import AfricasTalking, Gateway, Jasmin, Kannel, Twilio, described
from tests.gateways.gateway import Message
from tests.town import Town
from tests.web.every_channel import EVERY_CHANNEL
from tests.workers.conftest import Clock
from workers import deliver

DESCRIBED = (described.Exotel, described.Gupshup, described.Infobip, described.Msg91)
COLUMNS = {
    "Twilio, WhatsApp": ("twilio", "whatsapp"),
    "Africa's Talking": ("africastalking", "africastalking-bulk"),
    "Kannel": ("kannel",),
    "Jasmin": ("jasmin",),
    "described": tuple(one.name for one in DESCRIBED),
}
ASKED_FOR = {
    "429", "Retry-After", "500", "502", "503", "302", "down", "unread", "reset", "silent", "slow", "endless", "truncated",
    "half", "html", "empty", "huge", "garbage", "more", "wrong-type",
}  # fmt: skip
WITHOUT_END = ("silent", "slow", "endless")
"""Weathers in which no answer comes, so that each case waits for the channel's time-out."""

QUICK = (2.0, 0.25)
WAIT = 7
"""Seconds that Retry-After asks for."""

_numbers = itertools.count()


def section() -> str:
    text = (ROOT / "docs" / "gateways.md").read_text()
    return text.partition("\n## What becomes of a message\n")[2].partition("\n## ")[0]


def bring_our_reference() -> set[str]:
    """The gateways whose reports settle what is held."""
    found = re.search(r"brings our reference still settles it \((.+?)\)", section())
    assert found
    return {name.strip().lower() for name in found[1].split(",")}


def table() -> list[list[str]]:
    """The rows of the table in the documentation, its heading first."""
    rows = [line.strip("|").split("|") for line in section().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not row[0].startswith("---")]


def expectations() -> list[tuple[str, str, str]]:
    """Gateway, weather, outcome."""
    heading, *rows = table()
    return [
        (name, weather, outcome)
        for row in rows
        for weather in re.findall(r"`([^`]+)`", row[0])
        for column, outcome in zip(heading[1:], row[1:], strict=True)
        for name in COLUMNS[column]
    ]


def test_the_documentation_tells_of_every_gateway_and_every_weather() -> None:
    assert set(table()[0][1:]) == set(COLUMNS)
    assert {weather for _, weather, _ in expectations()} == ASKED_FOR


def test_every_channel_that_can_be_switched_on_has_its_weather_told() -> None:
    config = read_config({f"{PREFIX}{name}": value for name, value in EVERY_CHANNEL.items()})
    told = {name.removesuffix("-bulk") for names in COLUMNS.values() for name in names}
    assert told == set(open_channels(config)) - {"handset"}


@dataclass
class Country:
    """The service with all gateways there are."""

    town: Town
    gateways: dict[str, Gateway]

    def __post_init__(self) -> None:
        self._patient, self._quick = dict(self.town.service.channels), open_channels(self.town.config)
        for channel in self._quick.values():
            channel._timeout = QUICK  # type: ignore[attr-defined]

    def waits(self, for_long: bool) -> None:
        """How long the channels wait for an answer. Each keeps its time-out with its connection, so there are two of each."""
        self.town.service.channels.update(self._patient if for_long else self._quick)

    def write(self, name: str, clock: Clock) -> list[int]:
        """Texts wait in the outbox: the answer to somebody who wrote by this gateway, or (bulk) one text for three. The ids
        of their rows."""
        known = {row.id for row in self.town.rows(outbox)}
        phones = [f"+2547110{next(_numbers):05}" for _ in range(3)]
        if name == "africastalking-bulk":
            self._remind(phones, clock.now)
        elif name == "whatsapp":
            self.town.twilio.whatsapp(self.town.url, phones[0], "HELP")
        else:
            self.gateways[name].text(self.town.url, phones[0], "HELP")  # type: ignore[attr-defined]
        made = [row for row in self.town.rows(outbox) if row.id not in known]
        assert [row.channel for row in made] == [name.removesuffix("-bulk")] * len(made) != []
        return [row.id for row in made]

    def _remind(self, phones: list[str], now: float) -> None:
        keys, said = self.town.service.keys, "XYZ: we meet on Sunday at 10."
        with self.town.service.engine.begin() as conn:
            for phone in phones:
                one = people.find_or_add(conn, keys, phone, "en", "africastalking", now)
                values = {"ref": f"reminds{phone[1:]}", "person_id": one.id, "turn_no": 1, "channel": "africastalking"}
                values |= {"text_sealed": one.key.encrypt("outbox.text", said), "to_stopped": False, "flow": ""}
                values |= {"text_index": keys.index("outbox.text", said), "due_at": now, "created_at": now}
                store.add(conn, values)

    def send(self) -> int:
        return deliver.send_due(self.town.service, 100)

    def recover(self) -> int:
        return deliver.recover(self.town.service)


@dataclass
class Case:
    """Some texts of one gateway, and what it had taken before them."""

    country: Country
    gateway: Gateway
    rows: list[int]
    before: int

    @property
    def now(self) -> list[Any]:
        """Their rows as they are."""
        return [row for row in self.country.town.rows(outbox) if row.id in self.rows]

    @property
    def statuses(self) -> set[str]:
        return {row.status for row in self.now}

    @property
    def taken(self) -> list[Message]:
        """What the gateway took since."""
        return self.gateway.accepted[self.before :]


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Country]:
    redis.Redis.from_url(valkey_url).flushall()
    settings = {"DATA_DIR": str(tmp_path_factory.mktemp("country")), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    with ExitStack() as stack:
        twilio, africastalking = stack.enter_context(Twilio()), stack.enter_context(AfricasTalking())
        kannel, jasmin = stack.enter_context(Kannel()), stack.enter_context(Jasmin())
        settings |= {"CHANNELS__TWILIO__WHATSAPP_FROM": twilio.number}
        for local, path in ((kannel, "/cgi-bin/sendsms"), (jasmin, "/send")):
            values = {"send_url": local.url + path, "username": local.login[0], "password": local.login[1]}
            values |= {"from": local.number, "secret": local.secret}
            settings |= {f"CHANNELS__{local.name}__{key}".upper(): value for key, value in values.items()}
        gateways: dict[str, Gateway] = {"twilio": twilio, "whatsapp": twilio, "africastalking": africastalking}
        gateways |= {"africastalking-bulk": africastalking, "kannel": kannel, "jasmin": jasmin}
        for stand_in in DESCRIBED:
            one = stack.enter_context(stand_in())
            values = {**stand_in.settings, stand_in.proof: "key", "api_url": one.url, "description": one.name}
            values |= {"secret": described.SECRET}
            settings |= {f"CHANNELS__DESCRIBED__{one.name}__{key}".upper(): value for key, value in values.items()}
            gateways[one.name] = one
        town = stack.enter_context(Town(settings, twilio, africastalking))
        for gateway in gateways.values():
            gateway.web_url = town.url
        yield Country(town, gateways)


@pytest.fixture
def case(request: pytest.FixtureRequest, country: Country, clock: Clock) -> Iterator[Case]:
    """Texts that wait to be sent by the gateway of this test; afterwards the weather is fair again."""
    name = request.getfixturevalue("name")
    with country.town.service.engine.begin() as conn:
        conn.execute(delete(gateway_down))  # what the case before made of the gateway
    country.town.service.redis.flushall()  # and its pause, which it asked for by 429
    gateway = country.gateways[name]
    yield Case(country, gateway, country.write(name, clock), len(gateway.accepted))
    gateway.behave("ok")


def sends_in(weather: str, case: Case) -> None:
    """One try in this weather; then it is fair."""
    case.country.waits(for_long=weather not in WITHOUT_END)
    if weather != "down":
        if weather == "Retry-After":
            case.gateway.behave("429", times=1, retry_after=WAIT)
        else:
            case.gateway.behave(weather, times=1)
    with case.gateway.away() if weather == "down" else nullcontext():
        assert case.country.send() == len(case.rows)
    case.country.waits(for_long=True)


@pytest.mark.parametrize(("name", "weather", "outcome"), expectations())
def test_it_becomes_what_the_documentation_says_and_goes_once(
    case: Case, clock: Clock, name: str, weather: str, outcome: str
) -> None:
    sends_in(weather, case)
    LATER[outcome](case, clock, weather)
    assert len({message.to for message in case.taken}) == len(case.taken) <= len(case.rows), "twice"


def is_sent(case: Case, clock: Clock, weather: str) -> None:
    assert case.statuses == {"sent"}
    clock.pass_(10_000)
    assert (case.country.send(), case.country.recover()) == (0, 0)
    assert len(case.taken) == len(case.rows)


def goes_again(case: Case, clock: Clock, weather: str) -> None:
    wait = {row.due_at - clock.now for row in case.now}
    assert (case.statuses, case.taken) == ({"queued"}, [])
    assert wait == {WAIT if weather == "Retry-After" else case.country.town.config.outbox.backoff}
    assert case.country.send() == 0, "not before its time"
    clock.pass_(max(wait))
    assert case.country.send() == len(case.rows)
    is_sent(case, clock, weather)


def is_asked_for(case: Case, clock: Clock, weather: str) -> None:
    assert case.statuses == {"sending"}
    assert (case.country.send(), case.country.recover()) == (0, 0), "not before the lease ends"
    taken = len(case.taken)
    clock.pass_(case.country.town.config.outbox.lease)
    assert case.country.recover() == 1
    assert case.statuses == {"sent" if taken else "queued"}
    case.country.send()
    is_sent(case, clock, weather)
    assert {row.gateway_id for row in case.now} == {message.id for message in case.taken}


def is_held(case: Case, clock: Clock, weather: str) -> None:
    asked = len(case.gateway.requests)
    for _ in range(3):
        clock.pass_(10_000)
        assert (case.country.send(), case.country.recover()) == (0, 0)
    assert case.statuses == {"held"}
    assert all(row.reason for row in case.now)
    assert len(case.gateway.requests) == asked, "nobody can say what came of it, so nothing goes again"
    for message in case.taken:
        case.gateway.report_delivered(message)
    settled = case.taken and {row.channel for row in case.now} <= bring_our_reference()
    assert case.statuses == {"delivered" if settled else "held"}


LATER = {"sent": is_sent, "again": goes_again, "asked": is_asked_for, "held": is_held}


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "lost"])
@pytest.mark.parametrize(
    ("name", "weather", "outcome"), [one for one in expectations() if one[0] in COLUMNS["Twilio, WhatsApp"]]
)
def test_a_list_that_is_asked_in_bad_weather_is_asked_again(
    case: Case, clock: Clock, name: str, weather: str, outcome: str, taken: bool
) -> None:
    case.gateway.behave("500", times=1, accept=taken)
    case.country.send()
    clock.pass_(case.country.town.config.outbox.lease)
    case.country.waits(for_long=weather not in WITHOUT_END)
    if weather not in ("down", "Retry-After"):
        case.gateway.behave(weather, times=1, on="list")
    with case.gateway.away() if weather == "down" else nullcontext():
        assert case.country.recover() == 1
    if outcome != "sent" and weather != "Retry-After":
        assert case.statuses == {"sending"}, "the list did not say, so it is neither sent again nor given up"
        clock.pass_(case.country.town.config.outbox.lease)
        case.country.waits(for_long=True)
        assert case.country.recover() == 1
    case.country.send()
    is_sent(case, clock, weather)
