"""The demonstration: one enrolment from start to end over real HTTP, both phones' transcripts, and the card."""

from __future__ import annotations

import re
import socket
import tempfile
import time
from pathlib import Path

import requests

from sms_service import launch
from sms_service.config import Config, read_config
from sms_service.enrolment.numbers import written
from sms_service.phone import NoAnswer, Phone

ENROLER = "+254700000001"
MEMBER = "+254712345678"
ENTRY = "SAJILI 0712345678 ABC1234567 12 Amina Wanjiru"
MEMBER_NUMBER = written(1)
MEMBER_SIGNS = "4567"
"""The last four of her ID, which open her card."""

MESSAGE_SECONDS = 30.0
"""How long one message may take from the text that causes it; a second is usual."""

PNG = b"\x89PNG\r\n\x1a\n"


class DemoFailed(Exception):
    """A step of the demonstration did not do what it should. The message says which."""


def run_demo(keep: Path) -> None:
    """Starts the service in a folder of its own, enrols one person, and leaves her card at `keep`/card.png.

    Raises DemoFailed, NotStarted.
    """
    with tempfile.TemporaryDirectory(prefix="sms_service-") as folder:
        settings = {"DATA_DIR": folder, "DATABASE_URL": "", "REDIS_URL": "", "PUBLIC_URL": "", "REGION": "KE"}
        environment = launch.child_environment(WEB__PORT=str(free_port()), WEB__PROCESSES="1", **settings)
        config = read_config(environment)
        print("starting web, workers and sweeper on free ports ...", flush=True)
        with launch.running(config, environment, time.time()):
            card = enrol(config)
    keep.mkdir(parents=True, exist_ok=True)
    (keep / "card.png").write_bytes(card)
    print(
        f"\nthe card: {(keep / 'card.png').resolve()}\neverything is stopped; the enrolment took place and left nothing else."
    )


def enrol(config: Config) -> bytes:
    """One enrolment: the enroler's text, the person's yes, the three messages; the card's picture. Raises DemoFailed."""
    enroler, member = Phone(config.url, ENROLER), Phone(config.url, MEMBER)
    try:
        say("enroler", enroler, ENTRY)
        hear("enroler", enroler, "Amina Wanjiru")
        hear("member", member, "Amina Wanjiru")
        say("member", member, "Ndiyo!")
        hear("member", member, MEMBER_NUMBER)
        link = hear("member", member, "/card/?")
    except NoAnswer as error:
        raise DemoFailed(str(error)) from error
    return fetch_card(config, link)


def say(who: str, phone: Phone, text: str) -> None:
    """Sends and shows one text."""
    print(f"{who:>8} > {text}", flush=True)
    phone.text(text)


def hear(who: str, phone: Phone, must_hold: str) -> str:
    """Reads and shows the next message. Raises DemoFailed if it does not hold what it should."""
    text = phone.read(MESSAGE_SECONDS)
    print(f"{who:>8} < {text}", flush=True)
    if must_hold not in text:
        raise DemoFailed(f'the message above should hold "{must_hold}"')
    return text


def fetch_card(config: Config, message: str) -> bytes:
    """The picture behind the link in the third message, opened as its owner does; checks page, PDF and verification on the
    way. Raises DemoFailed."""
    found = re.search(r"https?://\S+", message)
    link = found.group() if found else ""
    browser = requests.Session()
    browser.trust_env = False
    browser.get(link, timeout=MESSAGE_SECONDS)  # the form, which shows nothing of hers
    page = browser.post(link, {"signs": MEMBER_SIGNS}, timeout=MESSAGE_SECONDS)
    _must_hold(page, b"Amina Wanjiru")
    pictures = dict(re.findall(r'"picture\.(png|pdf)(\?[^"]+)"', page.text))
    checks = re.findall(rf'"(https?://[^"]+/verify/{MEMBER_NUMBER}\?[0-9]+)"', page.text)  # as the card's code has it
    _must_hold(browser.get(checks[0] if checks else config.url, timeout=MESSAGE_SECONDS), b"Wanjiru")
    for kind, begins in (("pdf", b"%PDF"), ("png", PNG)):
        picture = browser.get(f"{config.url}/card/picture.{kind}{pictures.get(kind, '')}", timeout=MESSAGE_SECONDS)
        _must_hold(picture, begins)
    return picture.content


def _must_hold(answer: requests.Response, part: bytes) -> None:
    if not answer.ok or part not in answer.content:
        address = answer.url.partition("?")[0]
        raise DemoFailed(f"{address} answered {answer.status_code} and not what it should")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
