"""What one step of the engine costs: `python benchmarks/engine.py` (or `make bench`) prints a small table.

A dialogue of five questions is answered to its end; before every step its session is read from JSON, after it written to
JSON again. Beside it stands a yardstick, the least that any such step has to do: look up the state in a dict, fill one
template by minijinja, and the same session from JSON and back. The rounds of both take turns, so that a machine which
slows down slows both down; the median of the rounds is what counts, the best shows what the machine could do.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from sms_service.authoring.load import load_flow
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Begin, Cause, Flow, Heard, Reading, Session
from sms_service.engine.step import step
from sms_service.enrolment import answer_types

ROUNDS = 30
"""Rounds of each; with fewer the median of a busy machine moves by more than it is read for."""

DIALOGUES = 200
"""Dialogues of one round: about 50 ms, so that a clock tick is nothing in it."""

GOAL = 40.0
"""Microseconds a step may take: 250 turns a second of two steps each are then 2 % of one core."""

FLOW = """
flow: lesson
about: Five questions of different kinds.
starts: {keywords: [LESSON]}
languages: [en, hi]
states:
  who:
    say: {en: "{{ org }}: what is your name?", hi: "{{ org }}: आपका नाम?"}
    ask: {into: name, type: name}
    next: age
  age:
    say: {en: "{{ name }}, how old are you?", hi: "{{ name }}, आपकी उम्र?"}
    ask: {into: age, type: number, min: 18, max: 120}
    next: grown
  grown: {decide: [{when: "age >= 18", next: work}, {next: bye}]}
  work:
    say: {en: "What do you do?", hi: "आप क्या करते हैं?"}
    choose:
      1: {label: {en: Farming, hi: खेती}, next: details}
      2: {label: {en: Trade, hi: व्यापार}, next: details}
      3: {label: {en: Something else, hi: कुछ और}, next: details}
  details:
    collect:
      mobile: {type: mobile, ask: {en: "Your mobile number?", hi: "आपका मोबाइल?"}}
      drink:
        type: choice
        ask: {en: "Tea or coffee?", hi: "चाय या कॉफ़ी?"}
        options: {tea: {label: {en: Tea, hi: चाय}}, coffee: {label: {en: Coffee, hi: कॉफ़ी}}}
    next: bye
  bye:
    say:
      en: "Thank you, {{ name }}, {{ age }}, {{ mobile|masked }}."
      hi: "धन्यवाद, {{ name }}, {{ age }}, {{ mobile|masked }}।"
    end: true
"""

HEARD = (
    Heard("Ram Kumar", seen=True, reading=Reading({"name": "Ram Kumar"})),
    Heard("42", seen=True, reading=Reading({"age": 42})),
    Heard("3", seen=True),
    Heard("9876543210", seen=True, reading=Reading({"mobile": "+919876543210"})),
    Heard("1", seen=True, reading=Reading({"drink": "tea"})),
)
CAUSES: tuple[Cause, ...] = (Begin(), *HEARD)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Session).decode


def dialogue(flow: Flow) -> list[bytes]:
    """One dialogue from its first step to its last: the session as it was stored before each."""
    session = Session(
        id="a" * 32, flow=flow.name, version=flow.version, state=flow.first, language="hi", kind="sms", about="12"
    )
    stored, kept = encode(session), []
    for number, cause in enumerate(CAUSES):
        kept.append(stored)
        turn = step(flow, decode(stored), cause, 1000.0 + number)
        if turn.session:
            stored = encode(turn.session)
    assert turn.session is None, "the dialogue has come to its end"
    return kept


def steps(flow: Flow) -> Callable[[], None]:
    """A round of dialogues."""

    def run() -> None:
        for _ in range(DIALOGUES):
            dialogue(flow)

    return run


def least(flow: Flow) -> Callable[[], None]:
    """The yardstick: for each step of the same dialogues, one look-up, one template, the session from JSON and back."""
    kept = dialogue(flow)
    values = {"org": "XYZ", "name": "Ram Kumar"}

    def run() -> None:
        for _ in range(DIALOGUES):
            for stored in kept:
                session = decode(stored)
                flow.states[session.state]
                flow.templates.render("age.say@hi", values)
                encode(session)

    return run


def measured(kinds: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Microseconds a step of every round, by kind; the rounds take turns."""
    found: dict[str, list[float]] = {name: [] for name in kinds}
    for run in kinds.values():
        run()
    for _ in range(ROUNDS):
        for name, run in kinds.items():
            begun = time.perf_counter()
            run()
            found[name].append((time.perf_counter() - begun) / (DIALOGUES * len(CAUSES)) * 1e6)
    return found


def main() -> None:
    """Prints the table."""
    flow = load_flow(FLOW, "lesson.yaml", Vocabulary(types=answer_types.shapes(), constants={"org": "XYZ"}))
    found = measured({"the least a step must do": least(flow), "engine.step, from JSON and back": steps(flow)})
    print(
        f"{'microseconds a step':<34}{'median':>8}{'best':>8}   of {ROUNDS} rounds of {DIALOGUES * len(CAUSES)} steps"
    )
    for name, figures in found.items():
        print(f"{name:<34}{statistics.median(figures):>8.1f}{min(figures):>8.1f}")
    middle = statistics.median(found["engine.step, from JSON and back"])
    print(f"\ngoal: under {GOAL:.0f}; {'reached' if middle < GOAL else 'NOT reached'}")


if __name__ == "__main__":
    main()
