"""A flow to translate, for the tests of export and import."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sms_service.authoring.catalogues import export
from sms_service.authoring.pofile import PoFile, parse_po
from sms_service.authoring.translatable import FlowFile, read_flows
from sms_service.authoring.vocabulary import TypeShape, Vocabulary

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def letters(count: int, language: str) -> str:
    """So many letters, as people of this language write them."""
    return ("क" if language == "hi" else "m") * count


VOCABULARY = Vocabulary(
    types={
        "name": TypeShape({}, lambda _parameters, language: letters(60, language)),
        "number": TypeShape({}, lambda _parameters, _language: 99, parameters=("min", "max")),
        "choice": TypeShape({}, lambda _parameters, _language: "", parameters=("options",), required=("options",)),
    },
    constants={"org": "XYZ"},
)

MENU = """\
# what people may ask us
flow: menu
about: a flow of the tests
starts: {keywords: [MENU], ussd: "*384*96#"}
languages: [en, hi]   # the office reads both
limits: {ussd_unicode: true}

states:
  ask:
    say: {en: "Your name?", hi: "नाम?"}
    ask: {into: name, type: name}   # asked first
    next: age
    unclear: {say: {en: "Not clear.", hi: "साफ़ नहीं।"}}
    remind: {after: 24 hours, say: {en: "Still there?", hi: "क्या आप हैं?"}}

  age:
    collect:
      age:
        type: number
        min: 16
        ask:
          en: "How old, {{ name }}?"
          hi: "{{ name }}, उम्र?"
        wrong:
          en: "{{ min }} at least."
          hi: "कम से कम {{ min }}।"
    next: pick

  pick:
    say:
      en: {sms: "What do you want to know?", ussd: "Topic"}
      hi: {sms: "क्या जानना है?", ussd: "विषय"}
    choose:
      1: {next: bye, label: {en: "News", hi: "समाचार"}, words: {en: [novelties, press], hi: [खबर]}}
      2: {next: bye, label: {en: "Money", hi: "पैसा"}}

  bye:
    say:
      en: "Thank you, {{ name }}."
      hi: "धन्यवाद।"
    end: true
"""


def flow_file(folder: Path, text: str = MENU, name: str = "menu") -> FlowFile:
    """The flow, in a file."""
    file = folder / f"{name}.yaml"
    file.write_bytes(text.encode())
    return read_flows([file], VOCABULARY)[0]


def exported(file: FlowFile, language: str = "hi", old: PoFile | None = None) -> PoFile:
    """What translators get."""
    return export(language, [file], {file.flow.name: file.flow}, VOCABULARY, NOW, old)


def po(*entries: tuple[str, str, str], head: str = "") -> PoFile:
    """A PO file of these entries (name, text, translation), each of three lines from line 1 on."""
    lines = [head, *(f'msgctxt "{name}"\nmsgid "{text}"\nmsgstr "{new}"\n' for name, text, new in entries)]
    return parse_po("".join(lines).encode(), "hi.po")
