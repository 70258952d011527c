"""A flow as large as they get: 400 states in three languages, of every kind. Written, not drawn by lot: always the same file.

python -m benchmarks.big_flow > big.yaml
sms-service flow check big.yaml
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LANGUAGES = ("en", "hi", "sw")
STATES = 400

_ROUND = 8
"""States of one round of questions, see `_round`; the rest of the flow is one state that begins and those that end."""

_SAID = {
    "welcome": ("{{ org }}: a few questions.", "{{ org }}: कुछ सवाल।", "{{ org }}: maswali machache."),
    "who": ("{n}. Who lives in house {n}? Send the name.", "{n}. घर {n} में कौन रहता है?", "{n}. Nani anaishi nyumba {n}?"),
    "age": ("How old is {{ {who} }}? In years.", "{{ {who} }} की उम्र? वर्षों में।", "{{ {who} }} ana miaka mingapi?"),
    "young": ("At least {{ min }}, please.", "कम से कम {{ min }}।", "Angalau {{ min }}."),
    "work": ("What does {{ {who} }} do?", "{{ {who} }} क्या करते हैं?", "{{ {who} }} hufanya kazi gani?"),
    "fields": ("Farming", "खेती", "Kilimo"),
    "shop": ("A shop", "दुकान", "Duka"),
    "other": ("Something else", "कुछ और", "Kingine"),
    "lines": ("Send 1, 2 or 3.", "1, 2 या 3 भेजें।", "Tuma 1, 2 au 3."),
    "child": (
        "{{ {who} }} is {{ {age} }}: too young.", "{{ {who} }}: {{ {age} }} वर्ष, कम उम्र।", "{{ {who} }}: miaka {{ {age} }}.",
    ),
    "since": ("Since which day?", "किस तारीख से?", "Tangu tarehe gani?"),
    "right": (
        "{{ {who} }}, {{ {age} }}{% if {age} > 60 %}, senior{% endif %}. Right? 1 yes, 2 again",
        "{{ {who} }}, {{ {age} }}{% if {age} > 60 %}, वरिष्ठ{% endif %}. सही? 1 हां, 2 फिर से",
        "{{ {who} }}, {{ {age} }}{% if {age} > 60 %}, mzee{% endif %}. Sahihi? 1 ndiyo, 2 tena",
    ),
    "thanks": ("Thank you.", "धन्यवाद।", "Asante."),
    "later": ("We ask again another day.", "हम फिर पूछेंगे।", "Tutauliza tena."),
}  # fmt: skip


def big_flow(states: int = STATES, languages: Sequence[str] = LANGUAGES, name: str = "big") -> str:
    """A flow file of so many states (a little fewer, where they do not make whole rounds), without a mistake."""
    rounds = max(1, (states - 3) // _ROUND)
    lines = [
        f"flow: {name}",
        "about: A long list of questions, to see how long the tools take.",
        "starts: {keywords: [CENSUS]}",
        f"languages: [{', '.join(languages)}]",
        "limits: {segments: 5}",
        "expires: {after: 7 days, then: later}",
        "states:",
        "  welcome:",
        *_texts("say", "welcome", languages, 4),
        "    next: who1",
    ]
    for number in range(1, rounds + 1):
        lines += _round(number, f"who{number + 1}" if number < rounds else "thanks", languages)
    for ending in ("thanks", "later"):
        lines += [f"  {ending}:", *_texts("say", ending, languages, 4), "    end: true"]
    return "\n".join(lines) + "\n"


def _round(number: int, then: str, languages: Sequence[str]) -> Iterator[str]:
    who, age = f"name{number}", f"age{number}"

    def texts(key: str, said: str, indent: int) -> Iterator[str]:
        return _texts(key, said, languages, indent, n=str(number), who=who, age=age)

    yield f"  who{number}:"
    yield from texts("say", "who", 4)
    yield f"    ask: {{into: {who}, type: name}}"
    yield "    remind: {after: 24 hours, times: 2}"
    yield f"    next: age{number}"
    yield f"  age{number}:"
    yield from texts("say", "age", 4)
    yield "    ask:"
    yield f"      into: {age}"
    yield "      type: number"
    yield "      min: 1"
    yield "      max: 120"
    yield "      wrong:"
    yield from texts("too_small", "young", 8)
    yield "    timeout: {after: 3 days, then: later}"
    yield f"    next: old{number}"
    yield f"  old{number}:"
    yield "    decide:"
    yield f'      - {{when: "{age} < 18", next: child{number}}}'
    yield f"      - {{next: work{number}}}"
    yield f"  child{number}:"
    yield from texts("say", "child", 4)
    yield f"    next: right{number}"
    yield f"  work{number}:"
    yield from texts("say", "work", 4)
    yield "    choose:"
    for key, option in enumerate(("fields", "shop", "other"), start=1):
        yield f"      {key}:"
        yield f"        next: {'right' if option == 'other' else 'since'}{number}"
        yield from texts("label", option, 8)
    yield "    unclear:"
    yield from texts("say", "lines", 6)
    yield "      times: 2"
    yield "      then: later"
    yield f"  since{number}:"
    yield "    collect:"
    yield f"      since{number}:"
    yield "        type: date"
    yield "        max: today"
    yield from texts("ask", "since", 8)
    yield "    unclear: {times: 3, then: later}"
    yield f"    next: right{number}"
    yield f"  right{number}:"
    yield from texts("say", "right", 4)
    yield f"    choose: {{1: kept{number}, 2: who{number}}}"
    yield f"  kept{number}:"
    yield from texts("say", "thanks", 4)
    yield f"    next: {then}"


def _texts(key: str, said: str, languages: Sequence[str], indent: int, **names: str) -> Iterator[str]:
    """The lines of one text in every language; those beyond LANGUAGES have the first one's."""
    yield f"{' ' * indent}{key}:"
    texts = dict(zip(LANGUAGES, _SAID[said], strict=True))
    for language in languages:
        text = texts.get(language, texts["en"])
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        yield f'{" " * indent}  {language}: "{text}"'


if __name__ == "__main__":
    print(big_flow(), end="")
