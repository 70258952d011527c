"""One enrolment through the processes of the Procfile, from the gateways' webhooks to the card: on SQLite with the
embedded Valkey, and on PostgreSQL with a Redis of its own. And the demonstration, as people run it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from sms_service import launch
from sms_service.config import Config, read_config
from sms_service.demo import free_port
from tests.conftest import ROOT
from tests.gateways import AfricasTalking, Twilio
from tests.town import gateway_settings

ENROLER, MEMBER = "+919800000002", "+919876543210"
KENYAN_ENROLER, KENYAN = "+254700000001", "+254712345678"


@dataclass
class Running:
    """The service as it runs, and the gateways around it."""

    config: Config
    twilio: Twilio
    africastalking: AfricasTalking


@pytest.fixture(params=["SQLite and the embedded Valkey", "PostgreSQL and Redis"])
def running(
    request: pytest.FixtureRequest, tmp_path: Path, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Running]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"DATA_DIR": str(tmp_path), "WEB__PORT": str(port), **gateway_settings(twilio, africastalking)}
    if request.param == "PostgreSQL and Redis":
        settings["DATABASE_URL"] = request.getfixturevalue("fresh_postgres")
        settings["REDIS_URL"] = request.getfixturevalue("valkey_url")
        request.getfixturevalue("live")
    twilio.public_url = twilio.web_url = africastalking.web_url = url
    twilio.auto_reports = africastalking.auto_reports = True
    environment = launch.child_environment(**settings)
    config = read_config(environment)
    with launch.running(config, environment, time.time()):
        yield Running(config, twilio, africastalking)


def heard(gateway: Twilio | AfricasTalking, phone: str, count: int) -> list[str]:
    """What this phone was sent, as soon as there are `count` messages."""
    enough = f"message {count} to {phone} after {gateway.texts_to(phone)}"
    gateway.wait_until(lambda: len(gateway.texts_to(phone)) >= count, enough)
    return gateway.texts_to(phone)


def test_by_sms_through_twilio(running: Running) -> None:
    url, twilio = running.config.url, running.twilio
    assert twilio.text(url, ENROLER, "REG 9876543210 ABC1234567 12 Ram Kumar").body == "<Response/>"
    assert "Saved" in heard(twilio, ENROLER, 1)[0]
    assert "Anil entered you as Ram Kumar" in heard(twilio, MEMBER, 1)[0]

    twilio.wait_for_reports()  # nobody answers before her phone has it; who does is in tests/test_enrolment.py
    twilio.text(url, MEMBER, "haan ji")

    _, welcome, link = heard(twilio, MEMBER, 3)
    assert "You are a member of XYZ. No 0000013." in welcome
    address = re.search(r"https?://\S+", link).group()  # type: ignore[union-attr]
    assert "Ram Kumar" not in requests.get(address, timeout=20).text
    page = requests.post(address, {"signs": "4567"}, timeout=20).text
    assert "Ram Kumar" in page
    [check] = re.findall(r'href="([^"]+/verify/0000013\?[0-9]+)"', page)
    assert "R. Kumar" in requests.get(check, timeout=20).text
    twilio.wait_for_reports()
    assert len(twilio.accepted) == 4


def test_entered_by_ussd_and_confirmed_by_sms_through_africas_talking(running: Running) -> None:
    url, gateway = running.config.url, running.africastalking
    enroler = gateway.dial(url, KENYAN_ENROLER)
    for typed in ("0712345678", "ABC1234567", "12", "Amina Wanjiru"):
        enroler.press(typed)
    assert enroler.ended
    assert "Amina Wanjiru" in enroler.screen
    assert "Mwende amekuandikisha" in heard(gateway, KENYAN, 1)[0]

    gateway.wait_for_reports()
    gateway.text(url, KENYAN, "Ndiyo")

    _, welcome, link = heard(gateway, KENYAN, 3)
    assert "Wewe ni mwanachama wa XYZ. Na 0000013." in welcome
    assert f"{url}/card/?" in link


def test_the_demonstration_ends_well_and_leaves_the_card(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sms_service", "demo", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "enroler > SAJILI 0712345678 ABC1234567 12 Amina Wanjiru" in done.stdout
    assert "member < Wewe ni mwanachama wa XYZ. Na 0000013." in done.stdout
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")
