"""What does nothing in a flow file is told by the check, and does not keep a version from being loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.authoring.load import load_flow
from tests.authoring.checking import BROKEN, VOCABULARY, findings

TOLERATED = (
    "answers/parameter_of_another_type", "answers/problem_misspelt", "calls/inputs", "effects/next_beside_outcomes",
    "effects/purpose_misspelt", "effects/without_a_consent", "effects/language_of_no_flow", "lengths/all_wrong_at_once",
    "shape/key_that_does_nothing", "starts/nothing_that_happens", "starts/otherwise_for_nobody",
    "starts/stop_without_an_answer", "starts/takes_and_keyword", "starts/twice", "starts/type_of_what_it_takes",
    "starts/written_to_the_stopped", "texts/language_not_announced", "texts/variable_in_a_label", "texts/yes_no_in_a_text",
    "variables/name_of_the_service", "variables/number_compared_with_a_text", "ways/says_and_does_nothing",
)  # fmt: skip


@pytest.mark.parametrize("name", TOLERATED)
def test_what_is_only_told_does_not_keep_an_old_version_from_serving(name: str) -> None:
    file = BROKEN / f"{name}.yaml"
    assert findings(file) != []
    assert load_flow(file.read_text(), str(file), VOCABULARY).name == Path(name).name
