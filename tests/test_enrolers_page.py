"""docs/enrolers.md, which is printed and handed out: every text in it is answered as it stands there, and none is missing."""

from __future__ import annotations

import re
import time

import pytest

from sms_service.authoring.load import load_flow
from sms_service.config import Config
from sms_service.engine.model import Inbound
from sms_service.store.tables import registration
from sms_service.vocabulary import vocabulary
from tests.conftest import ROOT
from tests.town import Town

PAGE = (ROOT / "docs" / "enrolers.md").read_text()
ROWS = re.findall(r"^\| `([^`]+)` \| .*? ?\| (.+) \|$", PAGE, re.MULTILINE)
IN_CHARGE = ("SUM", "HOLD", "FREE", "OK", "ADD")
MEMBERS = (ROOT / "docs" / "members.md").read_text()
WORDS = set(re.findall(r"[^\s`]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE + MEMBERS))))
KEYWORDS = [
    (file.stem, keyword)
    for file in sorted((ROOT / "flows").glob("*.yaml"))
    for keyword in load_flow(file.read_text(), file.name, vocabulary(Config())).starts.keywords
]


@pytest.mark.parametrize(("flow", "keyword"), KEYWORDS)
def test_every_keyword_of_the_flows_is_on_one_of_the_pages(flow: str, keyword: str) -> None:
    assert keyword in WORDS, (
        f"neither docs/enrolers.md nor docs/members.md tells {keyword}, with which flow {flow} begins"
    )


def test_the_readme_leads_to_the_pages() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "docs/enrolers.md" in readme
    assert "docs/members.md" in readme


def test_every_text_on_the_page_is_answered_as_it_stands_there(town: Town) -> None:
    """In the order of the page; the member takes back nothing meanwhile, and one registration is held for OK."""
    rekha, hari = town.phone("+919800000003"), town.phone("+919811111112")
    different = []
    for text, answer in sorted(ROWS, key=lambda row: row[0].startswith("ACT")):
        phone = rekha if text.startswith(IN_CHARGE) else hari if text.startswith("ACT") else town.enroler
        if text.startswith("OK"):
            town.enroler.texts("REG 9876511111 ABC7654321 11 Sita Devi")
            town.enroler.texts("REG 9876533333 ABC7654321 11 Gita Devi")
        newest = rows[-1].ref if (rows := town.rows(registration)) else ""
        code = re.search(r"ACT (\d+)", hari.heard[-1]) if hari.heard else None
        typed = text.replace("R4K7P", newest).replace("83511", code[1] if code else "")
        if text.startswith("PHOTO"):
            town.service.turns.handle(
                Inbound(
                    channel="handset", id="mms", kind="sms", phone=phone.number, to="", text=typed, received_at=time.time(),
                    media=("https://api.twilio.com/ME1",),
                )
            )  # fmt: skip
            town.work()
        else:
            phone.texts(typed)
        newest = rows[-1].ref if (rows := town.rows(registration)) else newest
        came = phone.last.replace(newest or "R4K7P", "R4K7P").replace("\n", " ")
        wanted = ".*".join(re.escape(part.strip()) for part in answer.split("..."))
        if not re.fullmatch(wanted, came, re.DOTALL):
            different.append((text, answer, came))
        if text == "LANG":
            town.enroler.texts("1")
    assert different == []
