"""What a rule is: a registered function that looks at one entry or one reply, and says what is odd about it, or "".

Rules of `before` are not asked from here: each is called by name where it has to speak, before there is an entry at all,
and so takes what is known there. They stand among the others for the page, the settings and the tests.

A rule counts with an index and reads few rows: it runs inside a turn. Each has its settings in config.yaml (`rules:`),
its line in docs/rules.md and its tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from sms_service.config import Rules
from sms_service.enrolment.enrolers import Enroler
from sms_service.enrolment.families import Relative
from sms_service.enrolment.registrations import Registration
from sms_service.privacy import Keys
from sms_service.store.people import Person

HOUR, DAY = 3_600.0, 86_400.0

When = Literal["before", "entry", "reply"]
Does = Literal["refused", "held", "warned", "noted", "suspended"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What an enroler entered, or a person about herself (`enroler` None), before it is saved. `outside`: its booth
    is not among the enroler's, and she says that it is right. `relatives`: who else was entered with this phone. `id_index`:
    the keyed hash of her ID."""

    conn: Connection
    keys: Keys
    rules: Rules
    now: float
    enroler: Enroler | None
    person: Person
    fields: Mapping[str, Any]
    area_id: int
    outside: bool
    relatives: Sequence[Relative]
    id_index: bytes | None = None

    @property
    def enroler_id(self) -> int | None:
        """Who entered it."""
        return self.enroler.person.id if self.enroler else None

    @property
    def asked_now(self) -> str:
        """The ref of the registration that the phone is asked about now, or ""."""
        return next((one.ref for one in self.relatives if one.status == "waiting"), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the person said, and the registration that it decided."""

    conn: Connection
    keys: Keys
    rules: Rules
    now: float
    entered: Registration
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it is asked, what comes of it, and which settings of the section `rules` it goes by."""

    name: str
    when: When
    does: Does
    settings: tuple[str, ...]
    check: Callable[..., str]


@dataclass(frozen=True, slots=True)
class Found:
    """A rule spoke up. `detail` is for the office: figures and references, nobody's data."""

    rule: Rule
    detail: str


RULES: dict[str, Rule] = {}
"""All of them by name, in the order in which the office reads them."""


def rule(when: When, does: Does, *settings: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Registers a function as a rule under its own name. `settings`: those of the section `rules` that it goes by."""

    def registered(check: Callable[..., str]) -> Callable[..., str]:
        RULES[check.__name__] = Rule(check.__name__, when, does, settings, check)
        return check

    return registered


def on_entry(entry: Entry) -> list[Found]:
    """Why this entry is held, each reason once; nothing where nobody has to look at it."""
    return _found("entry", entry)


def on_reply(reply: Reply) -> list[Found]:
    """What is odd about this reply."""
    return _found("reply", reply)


def _found(when: When, what: Entry | Reply) -> list[Found]:
    asked = ((one, one.check(what)) for one in RULES.values() if one.when == when)
    return [Found(one, detail) for one, detail in asked if detail]
