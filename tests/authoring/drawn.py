"""Flows to draw: one with every kind of state, one full of what could break a picture."""

from __future__ import annotations

import json

from sms_service.authoring.load import load_flow
from sms_service.authoring.vocabulary import EffectShape, Happening, TypeShape, Vocabulary
from sms_service.engine.model import Flow


def _type(*parameters: str, by_key: bool = False) -> TypeShape:
    return TypeShape({}, lambda _parameters, _language: "m", parameters, by_key=by_key)


VOCABULARY = Vocabulary(
    effects={
        "save": EffectShape({"saved": {"ref": "ref"}, "known": {}}, more=True),
        "note": EffectShape({"done": {}}, {"what": "text"}, ("what",)),
    },
    types={"name": _type(), "number": _type("min", "max"), "choice": _type("options", by_key=True)},
    happenings={"registration.saved": Happening({"ref": "ref"})},
    constants={"org": "XYZ"},
)

EVERY_KIND = """
flow: lesson
about: every kind of state
starts: {keywords: [LESSON, पाठ], ussd: "*384*9#", who: enroler, otherwise: stranger}
languages: [en, hi]
expires: {after: 7 days, then: expired}
states:
  which:
    say: {en: "Language?", hi: "भाषा?"}
    choose:
      1: {label: {en: Hindi, hi: हिन्दी}, next: person}
      2: {label: {en: English, hi: अंग्रेज़ी}, next: person}
      3: {label: {en: Neither, hi: कोई नहीं}, next: stranger}
    unclear: {times: 2, then: stranger}
    timeout: {after: 2 days, then: person}
  person:
    say: {en: "Two things, {{ org|upper }}.", hi: "दो बातें।"}
    collect:
      name: {type: name, ask: {en: "Name?", hi: "नाम?"}}
      age: {type: number, min: 18, ask: {en: "Age?", hi: "आयु?"}}
    next: old_enough
  old_enough:
    decide:
      - {when: "age >= 18 and name != '<b>'", next: agree}
      - {next: stranger}
  agree:
    say: {en: "News?", hi: "समाचार?"}
    consent:
      purpose: news
      yes: {key: 1, next: save}
      no: {key: 2, next: bye}
      other: {3: which}
      wrong_number: bye
    remind: {after: 24 hours}
  save:
    do: save
    with: {area: "{{ name }}"}
    outcomes: {saved: address, known: stranger}
  address:
    call: address
    outcomes: {done: bye, given_up: stranger}
  bye:
    say: {en: "Good bye.", hi: "नमस्ते।"}
    next: note
  note:
    do: note
    end: true
  stranger:
    say: {en: "No.", hi: "नहीं।"}
    end: refused
  expired:
    say: {en: "Too late.", hi: "देर हो गई।"}
    end: true
"""

NASTY = [
    '"]; malicious --> x["',
    "</text></svg><script>alert(1)</script>",
    "<b onmouseover=alert(1)>&lt;&amp;&#60;",
    "|\"|`markdown`|';\\N\\G\\l\\",
    "]]> <!-- <![CDATA[ <?xml ?>",
    "%%{init: {'theme': 'x'}}%% %% click s0 href",
    "style s0 fill:#f9f; classDef x:#1; #quot; #34;",
    "#set text(red) $x^2$ #{panic()} @ref <label> //c /*",
    "line one\nline two\r\nthree\u2028four\u0085five\ttab",
    "bidi \u202emalicious\u202c \u2066x\u2069 \ufeff\u200b zero",
    "waytoolong" * 40,
    "हिन्दी தமிழ் العربية বাংলা 😀",
    "\ufffe\uffff control \x07\x1b[31m",
]
"""Texts that break out of whatever is careless with them."""


def every_kind() -> Flow:
    return load_flow(EVERY_KIND, "lesson.yaml", VOCABULARY)


def nasty() -> Flow:
    """One state for each of NASTY: as its text, as an option, as a keyword, as a condition, as what an effect is given."""
    lines = ["flow: nasty", f"about: {json.dumps(' '.join(NASTY[:7]))}", "languages: [en]"]
    lines += [f"starts: {{keywords: {json.dumps(NASTY[:9])}}}", "states:"]
    for place, text in enumerate(map(_plain, NASTY)):
        lines += [
            f"  s{place}:",
            f"    say: {text}",
            "    choose:",
            f"      1: {{label: {text}, next: if{place}}}",
            f"      2: {{label: Two, next: s{place + 1}}}",
            f"  if{place}:",
            "    decide:",
            f"      - {{when: {_condition(NASTY[place])}, next: note{place}}}",
            f"      - {{next: s{place + 1}}}",
            f"  note{place}:",
            "    do: note",
            f"    with: {{what: {text if '{' not in text else json.dumps('x')}}}",
            f"    next: s{place + 1}",
        ]
    lines += [f"  s{len(NASTY)}:", "    say: done", "    end: true"]
    return load_flow("\n".join(lines), "nasty.yaml", VOCABULARY)


def _plain(text: str) -> str:
    """As a YAML text in quotes; what a template would not take is left out."""
    kept = text.replace("{{", "{").replace("{%", "{").replace("{#", "{").replace("%}", "}").replace("}}", "}")
    return json.dumps("".join(c for c in kept if c not in "\x07\x1b\ufffe\uffff"), ensure_ascii=False)


def _condition(text: str) -> str:
    return _plain("org == '" + text.replace("'", "").replace("\\", "") + "'")
