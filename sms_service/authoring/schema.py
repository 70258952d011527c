"""The shape of a flow file: which keys stand where. What the keys mean together is checked in load.py."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

UNITS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0}

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def _seconds(value: Any) -> Any:
    found = re.fullmatch(r"(\d{1,4}) (minute|hour|day|week)s?", value) if isinstance(value, str) else None
    if not found:
        raise ValueError("expected a length of time such as `24 hours` or `7 days`")
    return int(found[1]) * UNITS[found[2]]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Seconds = Annotated[float, BeforeValidator(_seconds)]
Words = Annotated[list[Annotated[str, BeforeValidator(_text)]], BeforeValidator(_listed)]
Key = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[0-9a-z]{1,3}$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ByKind(Part):
    """One text that must differ between SMS and USSD."""

    sms: str
    ussd: str


Texts = dict[Language, str | ByKind]
"""One text in every language of the flow."""


class StartsPart(Part):
    on: str = ""
    words: Literal["", "stop", "start", "help", "stopped"] = ""
    keywords: Words = []
    ussd: Words = []
    who: Literal["anyone", "enroler"] = "anyone"
    otherwise: str = ""


class ExpiresPart(Part):
    after: Seconds
    then: str = ""


class UnclearPart(Part):
    say: Texts | None = None
    times: int = Field(2, ge=1, le=10)
    then: str | None = None


class RemindPart(Part):
    after: Seconds
    times: int = Field(1, ge=1, le=5)


class WayPart(Part):
    key: Key
    next: str


class ConsentPart(Part):
    purpose: Name
    yes: WayPart
    no: WayPart
    other: dict[Key, str] = {}
    wrong_number: str = ""


class AskPart(Part):
    into: Name
    type: str


class FieldPart(Part):
    type: str
    ask: Texts
    wrong: Texts
    optional: bool = False


class CasePart(Part):
    when: str = ""
    next: str


class StatePart(Part):
    """One state: it may say something, and besides that does one thing (or nothing: then it says and goes on)."""

    say: Texts | None = None
    ask: AskPart | None = None
    choose: dict[Key, str] | None = None
    collect: dict[Name, FieldPart] | None = None
    consent: ConsentPart | None = None
    do: str | None = None
    outcomes: dict[str, str] = {}
    decide: list[CasePart] | None = None
    next: str | None = None
    end: bool = False
    unclear: UnclearPart | None = None
    remind: RemindPart | None = None


class FlowPart(Part):
    flow: Name
    about: str = Field(min_length=1)
    starts: StartsPart
    languages: list[Language] = Field(min_length=1)
    expires: ExpiresPart | None = None
    answers_stopped: bool = False
    states: dict[Name, StatePart] = Field(min_length=1)
