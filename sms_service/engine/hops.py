"""USSD hops: what was typed last, and which page of a screen comes next. Pure.

Africa's Talking sends with every hop all that was typed since the dial, joined by `*`. A person may type `*` herself, so
the newest input is what follows the text of the hop before, never what follows the last `*`.
"""

from __future__ import annotations

from sms_service.engine.model import MAX_DIRECT_DIAL_INPUTS, UssdScreen
from sms_service.engine.texts import screens

MORE = "98"
"""The key that pages on, as phones in Kenya know it."""

MORE_LINE = "98 more"


def is_first(screen: UssdScreen | None, network_session: str) -> bool:
    """Whether this hop begins a USSD session that we have not answered in yet."""
    return screen is None or screen.id != network_session


def newest_input(screen: UssdScreen, text: str) -> str:
    """What was typed on the screen before, given the whole text of this hop."""
    if not screen.text:
        return text
    if text.startswith(screen.text + "*"):
        return text[len(screen.text) + 1 :]
    return text  # a gateway that sends only the newest input, or one that lost count: take it as it is


def direct_dial(text: str) -> list[str]:
    """The menu steps of a first hop that already holds text (`*384*96*1*2#`)."""
    return text.split("*")[:MAX_DIRECT_DIAL_INPUTS] if text else []


def pages(text: str) -> list[str]:
    """The screens of one text, each within the network's limit; every one but the last ends with "98 more"."""
    return screens(text, MORE_LINE)
