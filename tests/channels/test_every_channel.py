"""No channel without the conformance suite: a module in sms_service/channels that defines one has a test class for it.

One that no gateway reaches (no routes: the handset) has no proof to check and no wire to break; it passes the part
Listening.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import sms_service.channels
from tests.channels.conformance import Conformance, Listening

CONTRACT = ("name", "routes", "verify", "parse", "reply", "busy", "send", "look_up")


def channel_modules() -> list[tuple[str, type]]:
    """The modules of sms_service/channels that define a class with all members of the contract, and that class."""
    found = []
    for info in pkgutil.iter_modules(sms_service.channels.__path__):
        module = importlib.import_module(f"sms_service.channels.{info.name}")
        if info.name != "base":
            own = [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__]
            found += [(info.name, one) for one in own if all(hasattr(one, member) for member in CONTRACT)]
    return found


def test_the_search_finds_the_channels_there_are() -> None:
    assert {"twilio", "africastalking"} <= {name for name, _ in channel_modules()}


@pytest.mark.parametrize(("name", "channel"), channel_modules(), ids=lambda value: str(value))
def test_the_channel_is_held_to_the_contract(name: str, channel: type) -> None:
    suite_class = Conformance if channel.routes else Listening  # type: ignore[attr-defined]
    tests = importlib.import_module(f"tests.channels.test_{name}")
    suites = [
        one
        for title, one in inspect.getmembers(tests, inspect.isclass)
        if title.startswith("Test") and issubclass(one, suite_class) and getattr(one, "channel_class", None) is channel
    ]
    assert suites, (
        f"tests/channels/test_{name}.py needs a class Test...({suite_class.__name__}) about {channel.__name__}"
    )
    for suite in suites:
        replaced = [test for test in dir(suite_class) if test.startswith("test_") and test in vars(suite)]
        assert not replaced, f"{suite.__name__} replaces {replaced}; the contract is not the channel's to change"
