"""No channel without the conformance suite: a module in sms_service/channels that defines one has a test class for it, and
so has every description that is shipped.

One that no gateway reaches (no routes: the handset) has no proof to check and no wire to break; it passes the part
Listening. Who only listens (no send: missed calls) passes the part Proving.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import sms_service.channels
from sms_service.channels import open_channels
from sms_service.config import PREFIX, read_config
from tests.channels.conformance import SECRETS, Conformance, Listening, Proving
from tests.web.every_channel import EVERY_CHANNEL

LISTENER = ("name", "methods", "verify", "parse", "reply", "busy")
CONTRACT = (*LISTENER, "routes", "send", "look_up")


def modules_with(members: tuple[str, ...]) -> list[tuple[str, type]]:
    """The modules of sms_service/channels that define a class with all these members, and that class."""
    found = []
    for info in pkgutil.iter_modules(sms_service.channels.__path__):
        module = importlib.import_module(f"sms_service.channels.{info.name}")
        if info.name != "base":
            own = [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__]
            found += [(info.name, one) for one in own if all(hasattr(one, member) for member in members)]
    return found


def channel_modules() -> list[tuple[str, type]]:
    """The modules that define a channel, and its class."""
    return modules_with(CONTRACT)


def suites_of(name: str, channel: type) -> list[type]:
    """The test classes in test_NAME.py that are about this class."""
    tests = importlib.import_module(f"tests.channels.test_{name}")
    classes = [one for title, one in inspect.getmembers(tests, inspect.isclass) if title.startswith("Test")]
    return [one for one in classes if getattr(one, "channel_class", None) is channel]


def test_the_search_finds_the_channels_there_are() -> None:
    assert {"twilio", "africastalking", "whatsapp", "described"} <= {name for name, _ in channel_modules()}
    assert ("missed_call", "MissedCalls") in {(name, one.__name__) for name, one in modules_with(LISTENER)}


@pytest.mark.parametrize(("name", "channel"), modules_with(LISTENER), ids=lambda value: str(value))
def test_whoever_listens_is_held_to_the_contract(name: str, channel: type) -> None:
    is_whole = all(hasattr(channel, member) for member in CONTRACT)
    suite_class = Proving if not is_whole else Conformance if channel.routes else Listening  # type: ignore[attr-defined]
    suites = suites_of(name, channel)
    assert suites, (
        f"tests/channels/test_{name}.py has no class Test...({suite_class.__name__}) about {channel.__name__}"
    )
    for suite in suites:
        assert issubclass(suite, suite_class)
        tests = [test for test in dir(suite_class) if test.startswith("test_")]
        replaced = [test for test in tests if getattr(suite, test) is not getattr(suite_class, test)]
        assert not replaced, f"{suite.__name__} replaces {replaced}; the contract is not the channel's to change"
        skipped = {"__test__", "pytestmark"} & {name for one in suite.__mro__ for name in vars(one)}
        assert not skipped, f"{suite.__name__} has {skipped}; the contract is not the channel's to skip"


def test_every_channel_that_can_be_switched_on_has_a_suite_of_its_own() -> None:
    """Descriptions too, which share a class."""
    config = read_config({f"{PREFIX}{name}": value for name, value in EVERY_CHANNEL.items()})
    tried = {one().channel(secrets=SECRETS).name for module in channel_modules() for one in suites_of(*module)}
    assert set(open_channels(config)) == tried
