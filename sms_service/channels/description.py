"""What a gateway's description says: a YAML file by which an HTTP gateway is used without code. docs/gateways.md tells it.

The shipped ones lie in gateways/ beside this file. A description is data: `{name}` in its addresses and fields is replaced,
and nothing in it is run.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

SHIPPED = Path(__file__).parent / "gateways"

SETTINGS = ("account", "username", "password", "key", "from")
"""What an operator can be asked for in config.yaml."""

MESSAGE = ("phone", "text", "ref", "reports", "entity_id", "template_id", "coding")
"""What comes with each text. The ids are India's; a field that has nothing else in it is left out where they are not there."""

NAME = re.compile(r"\{([a-z_]+)\}")

MEANT = re.compile(r"(\{+)(\s*)([A-Za-z][\w.-]*)(\s*)(\}?)")
"""What looks like one. Mistyped it would be sent to the person as it stands."""

PATTERN_MAX = 200
"""Characters of a pattern. They are tried on answers of a gateway, at most MATCHED_MAX characters long (described.py)."""


class DescriptionError(Exception):
    """A description cannot be used. The message is one sentence for the operator: which file, where, what."""


def _known_names(template: str) -> str:
    for opened, before, name, after, closed in MEANT.findall(template):
        if name not in SETTINGS + MESSAGE:
            raise ValueError(f"{{{name}}} is not known; there are {', '.join(SETTINGS + MESSAGE)}")
        if (opened, before, after, closed) != ("{", "", "", "}"):
            raise ValueError(
                f"{opened}{before}{name}{after}{closed} is to be {{{name}}}, without blanks, in one pair of braces"
            )
    return template


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text} is no pattern: {error}") from error
    return text


Template = Annotated[str, AfterValidator(_known_names)]
Pattern = Annotated[str, Field(max_length=PATTERN_MAX), AfterValidator(_pattern)]
Path_ = str
"""Where a value stands: `status`, `response.id`, `messages.0.messageId`."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Answer(Part):
    """How to recognise an answer: its HTTP status, and values that must stand in its body (`when`) or a pattern of it."""

    status: tuple[int, ...] = ()
    when: dict[Path_, tuple[str, ...]] = {}
    matches: Pattern = ""


class Accepted(Answer):
    """The answer that says the text was taken; its `id` is a path, or `id` a named group of `matches`."""

    status: tuple[int, ...] = (200,)
    id: Path_ = ""

    @model_validator(mode="after")
    def _names_the_message(self) -> Self:
        """Of an answer without an id nobody could tell whether the text was taken, nor which one a report is about."""
        if not self.id and "id" not in re.compile(self.matches).groupindex:
            raise ValueError(
                "it says nowhere where the id stands: give `id`, a path, or in `matches` a group (?P<id>...)"
            )
        return self


class Send(Part):
    """How a text is handed over. `fields` is the form, the query or the JSON; `codings` what {coding} is for a text in GSM-7
    and for another one."""

    method: Literal["POST", "GET"] = "POST"
    url: Template
    basic: tuple[Template, Template] | None = None
    headers: dict[str, Template] = {}
    format: Literal["form", "json", "query"] = "form"
    fields: dict[str, Any]
    codings: tuple[str, str] = ("", "")
    phones: Literal["plus", "digits"] = "plus"
    accepted: Accepted
    refused: tuple[Answer, ...] = ()
    locked_out: tuple[Answer, ...] = ()
    again: tuple[Answer, ...] = ()
    reason: Path_ = ""

    @field_validator("fields")
    @classmethod
    def _are_known(cls, fields: dict[str, Any]) -> dict[str, Any]:
        for template in _templates(fields):
            _known_names(template)
        return fields


class Sms(Part):
    """Where a message's values stand in the gateway's request."""

    each: tuple[Path_, ...] = ()
    id: Path_
    sender: Path_ = Field(alias="from")
    to: Path_ = ""
    text: Path_
    time: Path_ = ""


class Delivery(Part):
    """Where a report's values stand, and which of the gateway's words are final. `opted_out`, `unreachable`: its words, or its
    reasons, that say that the person blocked us, or that texts do not reach the number."""

    each: tuple[Path_, ...] = ()
    id: Path_
    ref: Path_ = ""
    phone: Path_ = ""
    status: Path_
    reason: Path_ = ""
    segments: Path_ = ""
    delivered: tuple[str, ...]
    failed: tuple[str, ...]
    opted_out: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()


class Description(Part):
    """A gateway. `pages` are the addresses of its own documentation, `needs` the settings that it wants."""

    gateway: str
    pages: tuple[str, ...]
    needs: tuple[Literal["account", "username", "password", "key", "from"], ...]
    region: str = ""
    methods: tuple[Literal["POST", "GET"], ...] = ("POST",)
    answer: str = ""
    send: Send
    sms: Sms | None = None
    delivery: Delivery | None = None

    @model_validator(mode="after")
    def _sends_a_text(self) -> Self:
        """Raises ValueError where no text could arrive, or a setting is used that nobody is asked for."""
        told = self.send
        templates = [told.url, *(told.basic or ()), *told.headers.values(), *_templates(told.fields)]
        used = {name for template in templates for name in NAME.findall(template)}
        for name in ("phone", "text"):
            if name not in used:
                raise ValueError(f"send: {{{name}}} stands nowhere: neither in `fields` nor in `url`")
        if unasked := sorted(used & set(SETTINGS) - set(self.needs)):
            raise ValueError(f"send: {{{unasked[0]}}} is used, and `needs` does not name it")
        return self


def shipped() -> list[str]:
    """The names of the descriptions that come with the service."""
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def read_description(name: str) -> Description:
    """The shipped description of this name, else the file of this path. Raises DescriptionError."""
    file = SHIPPED / f"{name}.yaml" if name in shipped() else Path(name)
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DescriptionError(
            f"there is no description {name}: name one of {', '.join(shipped())}, or a file"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DescriptionError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
    try:
        return Description.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = "is not known here" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise DescriptionError(": ".join(part for part in (str(file), where, what) if part)) from error


def _templates(value: Any) -> list[str]:
    """All texts in a tree of fields."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _templates(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _templates(inner)]
    return [value] if isinstance(value, str) else []


def filled(value: Any, values: dict[str, str]) -> Any:
    """A tree of fields with `values` put in. Texts that come out empty, and what only held such, are left out."""
    if isinstance(value, dict):
        made = {name: filled(inner, values) for name, inner in value.items()}
        return {name: inner for name, inner in made.items() if inner not in ("", {}, [])}
    if isinstance(value, list):
        return [inner for inner in (filled(one, values) for one in value) if inner not in ("", {}, [])]
    return NAME.sub(lambda name: values.get(name[1], ""), value) if isinstance(value, str) else value


def at(tree: Any, path: Path_) -> str:
    """The value at a path of JSON or of a form, as text; "" where there is none."""
    for step in path.split(".") if path else ():
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return ""
    if isinstance(tree, bool):
        return str(tree).lower()
    return str(tree) if isinstance(tree, str | int | float) else ""
