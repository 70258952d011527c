"""How many examples are played, and which."""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.share import OFFSET
from tests.model.machine import Machine
from tests.model.world import Parts

EXAMPLES, STEPS = (int(os.environ.get(f"MODEL_{name}", value)) for name, value in (("EXAMPLES", "30"), ("STEPS", "30")))
"""A quarter of a minute, a whole one where the machine is busy."""

SHORTENS = bool(os.environ.get("MODEL_SHORTENS"))
"""Whether what fails is made as short as it can be, which takes some minutes."""


def play(machine: type[Machine], parts: Parts, number: int = OFFSET, examples: int = EXAMPLES) -> Counter[str]:
    """Plays them; the figures. `number`: another one makes others. What fails is told with the command that plays it again."""

    class Played(machine):  # type: ignore[misc, valid-type]
        """With the parts of this test, and figures of its own."""

    Played.parts, Played.figures = parts, Counter()
    phases = (Phase.generate, Phase.shrink) if SHORTENS else (Phase.generate,)
    try:
        run_state_machine_as_test(
            seed(number)(Played),
            settings=settings(
                max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None, phases=phases,
                suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False,
            ),
        )  # fmt: skip
    except BaseException as broken:
        broken.add_note(f"Again: {again(number, examples, STEPS)}")
        raise
    return Played.figures


def again(number: int, examples: int, steps: int) -> str:
    """What plays these examples once more."""
    database = f"MODEL_DATABASE={os.environ['MODEL_DATABASE']} " if "MODEL_DATABASE" in os.environ else ""
    play_them = f"CRASH_OFFSET={number} MODEL_EXAMPLES={examples} MODEL_STEPS={steps}"
    return f"{database}{play_them} .venv/bin/python -m pytest -q tests/model/test_model.py"


def line(figures: Counter[str]) -> str:
    """One line of figures."""
    return (
        f"{figures['examples']:,} examples, {figures['steps']:,} steps, {figures['messages']:,} messages posted "
        f"{figures['posts']:,} times, {figures['deaths']:,} deaths, {figures['texts']:,} texts sent, "
        f"{figures['consents']:,} consents ({figures['surely asked']:,} had to be)"
    )
