"""Routes: which channel brings a text to which country and for which purpose, and what the start says of wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sms_service.config import PREFIX, ConfigError, read_config
from sms_service.config_routes import Route
from sms_service.routing import country
from sms_service.store.tables import outbox
from tests.conftest import KEY
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENTRY, MEMBER, Town
from tests.web.every_channel import EVERY_CHANNEL

US, KENYA = "+14155550123", "+254711000111"

Open = Callable[..., Town]


@pytest.fixture
def opened_with(
    tmp_path: Path, valkey_url: str, live: object, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Open]:
    """Opens the service with routes, and other settings."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    with ExitStack() as stack:
        yield lambda routes="[]", **more: stack.enter_context(
            Town({**settings, "ROUTES": routes, **more}, twilio, africastalking)
        )


def ways(town: Town) -> list[tuple[str, str | None]]:
    """The channel and the route of each message."""
    return [(one.channel, one.route) for one in town.rows(outbox)]


# --- which way --------------------------------------------------------------------------------------------------------


def test_without_routes_she_is_answered_as_she_wrote(opened_with: Open) -> None:
    town = opened_with()
    town.phone(US, by="twilio").sends("HELP")
    town.phone(KENYA, by="africastalking").sends("HELP")
    assert ways(town) == [("twilio", None), ("africastalking", None)]


def test_the_first_route_that_fits_her_country_counts(opened_with: Open) -> None:
    town = opened_with(
        "[{country: KE, channels: [africastalking]}, {country: KE, channels: [twilio]}, "
        "{channels: [twilio, africastalking]}]"
    )
    town.phone(KENYA, by="twilio").sends("HELP")
    town.phone(US, by="africastalking").sends("HELP")
    assert ways(town) == [("africastalking", None), ("twilio", "twilio,africastalking")]


def test_no_route_fits_and_she_is_answered_as_she_wrote(opened_with: Open) -> None:
    town = opened_with("[{country: IN, channels: [africastalking]}]")
    town.phone(US, by="twilio").sends("HELP")
    assert ways(town) == [("twilio", None)]


def test_answers_and_what_nobody_asked_for_have_routes_of_their_own(opened_with: Open) -> None:
    town = opened_with("[{purpose: bulk, channels: [africastalking]}, {purpose: reply, channels: [twilio]}]")
    town.enroler.texts(ENTRY)  # he sits at the handset
    question = [one.channel for one in town.rows(outbox) if one.turn_no == 1 and one.channel != "handset"]
    assert question == ["africastalking"], "she is asked, and never wrote"
    town.phone(MEMBER, by="africastalking").sends("HELP")
    assert ways(town)[-1] == ("twilio", None)


def test_who_never_wrote_is_asked_by_the_default_channel(opened_with: Open) -> None:
    town = opened_with(CHANNELS__DEFAULT="africastalking")
    town.enroler.texts(ENTRY)
    assert [one.channel for one in town.rows(outbox)].count("africastalking") == 1


def test_without_a_default_one_by_that_of_her_enroler(opened_with: Open) -> None:
    town = opened_with()
    town.enroler.texts(ENTRY)
    assert {one.channel for one in town.rows(outbox)} == {"handset"}


def test_the_phone_on_this_machine_is_answered_there(opened_with: Open) -> None:
    town = opened_with("[{channels: [twilio]}]")
    town.phone(US).texts("HELP")
    assert ways(town) == [("handset", None)]


def test_a_premium_message_is_answered_where_it_came_from(opened_with: Open, africastalking: AfricasTalking) -> None:
    town = opened_with("[{channels: [twilio]}]", CHANNELS__AFRICASTALKING__PREMIUM=africastalking.sender)
    town.phone(KENYA, by="africastalking").sends("HELP")
    [row] = town.rows(outbox)
    assert (row.channel, row.route, row.link) == ("africastalking", None, "SampleLinkId123")


def test_a_ussd_session_is_answered_in_it(opened_with: Open) -> None:
    town = opened_with("[{channels: [twilio]}]")
    session = town.phone(KENYA, by="africastalking").dials()
    assert session.screen
    assert town.rows(outbox) == []


def test_who_wrote_by_whatsapp_is_answered_there_and_else_along_the_route(opened_with: Open, twilio: Twilio) -> None:
    town = opened_with("[{channels: [africastalking]}]", CHANNELS__TWILIO__WHATSAPP_FROM=twilio.number)
    twilio.whatsapp(town.url, US, "HELP")
    assert ways(town) == [("whatsapp", "whatsapp,africastalking")]


def test_without_routes_whatsapp_has_the_ways_by_sms_beside_it(opened_with: Open, twilio: Twilio) -> None:
    town = opened_with(CHANNELS__TWILIO__WHATSAPP_FROM=twilio.number)
    town.phone(US, by="africastalking").sends("HELP")
    twilio.whatsapp(town.url, US, "HELP")
    assert ways(town)[-1] == ("whatsapp", "whatsapp,africastalking,twilio")


@pytest.mark.parametrize(
    ("phone", "its"),
    [
        ("+919876543210", "IN"),
        ("+254711000111", "KE"),
        ("+14155550123", "US"),
        ("+14165550123", "CA"),
        ("+77012345678", "KZ"),
        ("+79161234567", "RU"),
        ("+447400123456", "GB"),
        ("+9112345", "IN"),  # no number of India, but none of another country
        ("+8831000000000", "001"),  # international networks
        ("+9990000000", ""),  # of nobody
        ("+912", ""),
    ],
)
def test_the_country_of_a_number(phone: str, its: str) -> None:
    assert country(phone) == its


# --- what the start says ----------------------------------------------------------------------------------------------

ON = {f"{PREFIX}{name}": value for name, value in EVERY_CHANNEL.items()}


def said(tmp_path: Path, routes: str, environ: dict[str, str] = ON) -> str:
    file = tmp_path / "config.yaml"
    file.write_text(f"routes: {routes}\n")
    with pytest.raises(ConfigError) as wrong:
        read_config(environ, file)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [
        ("[{country: KE, channels: [kannel]}, {channels: [sema]}]", "setting routes: the channel sema in routes.1 is not"),
        ("[{channels: [handset]}]", "setting routes: the channel handset in routes.0 brings no text to a phone"),
        ("[{channels: [missed_call]}]", "setting routes: the channel missed_call in routes.0 brings no text to a phone"),
        ("[{channels: [default]}]", "setting routes: the channel default in routes.0 is not known"),
        ("[{country: XX, channels: [kannel]}]", "setting routes.0.country: XX is no country"),
        ("[{country: in, channels: [kannel]}]", "setting routes.0.country: in is no country; write it in two capitals"),
        ("[{country: NO, channels: [kannel]}]", 'setting routes.0.country: write Norway in quotes: "NO"'),
        ("[{purpose: news, channels: [kannel]}]", "setting routes.0.purpose: news is no purpose; write reply or bulk"),
        ("[{country: IN, channels: []}]", "setting routes.0.channels: Tuple should have at least 1 item"),
        ("[{country: IN}]", "setting routes.0.channels: Field required"),
        ("[{channels: [kannel, kannel]}]", "setting routes.0.channels: one of them stands there twice"),
        ("[{channel: kannel}]", "setting routes.0"),
        ("kannel", "setting routes: Input should be a valid list"),
        ('"[{"', "setting routes: cannot be read"),
    ],
)  # fmt: skip
def test_a_route_that_leads_nowhere_is_one_sentence_with_its_place(tmp_path: Path, routes: str, sentence: str) -> None:
    assert said(tmp_path, routes).startswith(sentence)


@pytest.mark.parametrize("channel", ["twilio", "whatsapp", "kannel", "exotel"])
def test_a_channel_that_is_off_is_told_with_what_it_needs(tmp_path: Path, channel: str) -> None:
    begun = {f"{PREFIX}CHANNELS__DESCRIBED__EXOTEL__DESCRIPTION": "exotel"}
    told = said(tmp_path, f"[{{channels: [{channel}]}}]", begun)
    assert told.startswith(f"setting routes: the channel {channel} in routes.0 is off: set ")
    assert "or take it out of the route" in told


def test_whatsapp_is_off_without_a_sender_of_its_own(tmp_path: Path) -> None:
    without = {name: value for name, value in ON.items() if "WHATSAPP" not in name}
    assert "set whatsapp_from of channels.twilio" in said(tmp_path, "[{channels: [whatsapp]}]", without)


def test_they_come_by_the_environment_too_in_yaml_or_json(tmp_path: Path) -> None:
    expected = [Route(country="IN", purpose="bulk", channels=("exotel", "kannel"))]
    for text in (
        "[{country: IN, purpose: bulk, channels: [exotel, kannel]}]",
        '[{"country": "IN", "purpose": "bulk", "channels": ["exotel", "kannel"]}]',
        "- country: IN\n  purpose: bulk\n  channels: [exotel, kannel]\n",
    ):
        environ: dict[str, Any] = {**ON, f"{PREFIX}ROUTES": text}
        assert read_config(environ, tmp_path / "none.yaml").routes == expected
    assert read_config({f"{PREFIX}ROUTES": ""}, tmp_path / "none.yaml").routes == []
