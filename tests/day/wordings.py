"""What a message says, as its reader would tell: the flow files' texts as patterns. Made of the YAML alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sms_service.enrolment.answer_types.problems import PROBLEMS

ORGANISATION = "XYZ"
FIELDS = ("mobile", "voter_id", "booth", "name")

REPEATED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "register.saved": {"en": ("name", "mobile", "voter_id", "booth"), "sw": ("name", "mobile", "voter_id", "booth"),
                       "hi": ("name", "mobile", "booth")},
    "register.held": {"en": ("first_name", "mobile", "booth"), "sw": ("first_name", "mobile", "booth"),
                      "hi": ("first_name", "mobile")},
    "register.queued": dict.fromkeys(("en", "hi", "sw"), ("first_name", "mobile")),
}  # fmt: skip
"""What each answer repeats of the entry; 70 signs of Hindi hold less."""

REF = "[2-9A-HJ-NP-Z]{5}"

NUMBERS = ("confirmed", "target", "waiting", "held", "refused", "today.", "ever.", "code", "member.number")
"""Variables that are counts: a name before them may end in digits."""

MARK = re.compile(r"({{.*?}}|{%.*?%})", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """One message, told: `kind` is flow.state (or flow.state.field, flow.state.unclear), `values` what stood in its gaps."""

    kind: str
    language: str
    values: dict[str, str]
    text: str


class Wordings:
    """All texts of the flows."""

    def __init__(self, folder: Path) -> None:
        self._patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for file in sorted(folder.glob("*.yaml")):
            flow = yaml.safe_load(file.read_text(encoding="utf-8"))
            for name, state in flow["states"].items():
                for kind, texts in _texts(f"{flow['flow']}.{name}", state):
                    for language, text in texts.items():
                        for one in text.values() if isinstance(text, dict) else (text,):  # SMS and USSD may differ
                            self._patterns.setdefault(kind, []).append((language, _pattern(one)))
        for name in FIELDS:  # what the service says of a field where the flow has no words of its own
            for sentences in PROBLEMS[name].values():
                told = [(language, _pattern(text)) for language, text in sentences.items()]
                self._patterns.setdefault(f"register.details.{name}", []).extend(told)

    def read(self, kind: str, text: str) -> Said | None:
        """`text` as a message of this kind; None if it is none. `help` is any answer of that flow: each role has its own."""
        kinds = [known for known in self._patterns if known == kind or known.partition(".")[0] == kind]
        for found_kind, language, pattern in ((known, *one) for known in kinds for one in self._patterns[known]):
            if found := pattern.fullmatch(text):
                values = {name: value for name, value in found.groupdict().items() if value is not None}
                return Said(found_kind, language, values, text)
        return None

    def asked(self, text: str) -> set[str] | None:
        """The fields that a question to an enroler in the middle of an entry asks for, one line each; None if it says
        anything else besides."""
        fields: set[str] = set()
        for line in text.split("\n"):
            known = [name for name in FIELDS if self.read(f"register.details.{name}", line)]
            if len(known) != 1:
                return None
            fields.add(known[0])
        return fields

    def told(self, text: str) -> str:
        """What kind of message this is, for a failing test."""
        if self.asked(text):
            return "a question for fields"
        return " or ".join(kind for kind in self._patterns if self.read(kind, text)) or "nothing known"


def _texts(name: str, state: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    if isinstance(state.get("say"), dict):
        found.append((name, state["say"]))
    if isinstance(state.get("unclear"), dict) and isinstance(state["unclear"].get("say"), dict):
        found.append((f"{name}.unclear", state["unclear"]["say"]))
    for field, asked in (state.get("collect") or {}).items():
        found += [(f"{name}.{field}", asked[slot]) for slot in ("ask", "wrong") if isinstance(asked.get(slot), dict)]
    return found


def _pattern(template: str) -> re.Pattern[str]:
    made, named = "", set[str]()
    for part in MARK.split(template):
        if part.startswith("{%"):
            word = part.strip("{}% ").split()[0]
            made += {"if": "(?:", "for": "(?:", "else": "|", "endif": ")?", "endfor": ")*"}[word]
        elif part.startswith("{{"):
            made += _gap(part.strip("{} ").partition("|")[0].strip(), named)
        else:
            made += re.escape(part)
    return re.compile(made, re.DOTALL)


def _gap(variable: str, named: set[str]) -> str:
    if variable == "org":
        return re.escape(ORGANISATION)
    any_text = REF if variable == "ref" else r"\d+" if variable.startswith(NUMBERS) else ".+?"
    name = variable.replace(".", "_")
    if name in named or "one." in variable:
        return any_text
    named.add(name)
    return f"(?P<{name}>{any_text})"
