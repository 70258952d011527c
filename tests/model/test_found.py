"""What the model has found, each as short as it can be told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.acts import PHONES
from tests.model.machine import Machine
from tests.model.world import Parts


@pytest.fixture
def machine(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """One that is driven by hand."""
    monkeypatch.setattr(Machine, "parts", parts, raising=False)
    made = Machine()
    made.begins()
    try:
        yield made
    finally:
        made.teardown()


def test_a_yes_that_waited_on_disk_is_no_answer_to_a_question_that_left_after_it(machine: Machine) -> None:
    """It came while SQL was away, and the question was still queued: a minute later both were taken up."""
    machine.enters(who=1, by="twilio", dies=None, away="", works=False)
    machine.world.passes(1.0)
    machine.says(who=1, by="twilio", text="1", dies=None, away="sql")
    machine.world.passes(30.0)
    machine.world.works()
    machine.the_sweeper_sweeps(dies=None)
    machine.world.works()
    machine.promises_are_kept()
    assert machine.promises.consents == []

    machine.says(who=1, by="twilio", text="1", dies=None, away="")
    machine.promises_are_kept()
    assert [row.decision for row in machine.promises.consents] == ["given"]
    assert [text for text in machine.parts.twilio.texts_to(PHONES[1]) if "Right and I join: 1" in text]


def test_nor_where_our_clock_was_set_back_in_between(machine: Machine) -> None:
    """By the clock the question left an hour before the yes came that was on disk."""
    machine.enters(who=1, by="twilio", dies=None, away="", works=False)
    machine.world.passes(1.0)
    machine.says(who=1, by="twilio", text="1", dies=None, away="sql")
    machine.our_clock_is_set(skew=-3_600.0)
    machine.says(who=1, by="twilio", text="what?", dies=None, away="")
    machine.world.works()
    machine.the_sweeper_sweeps(dies=None)
    machine.promises_are_kept()
    assert machine.promises.consents == []


def test_what_an_hour_too_fast_clock_has_sent_is_found_at_its_gateway(machine: Machine) -> None:
    """A worker died or stood still after Twilio took it: by Twilio's clock that was an hour before it was written."""
    machine.our_clock_is_set(skew=3_600.0)
    machine.a_worker_is_held_up(who=1, by="twilio", held_up=("the gateway has it", 300.0), text="", sweeps=True)
    machine.promises_are_kept()
    texts = machine.parts.twilio.texts_to(PHONES[1])
    assert len(texts) == 1
