"""An answer to one question of several: to the question, unless it says that it is something else."""

from __future__ import annotations

import pytest

from sms_service.engine.model import Field, Reading
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.reading import answer

FIELDS = tuple(Field(name, name) for name in ("mobile", "voter_id", "booth", "name"))


def answered(text: str, asked: str = "name", region: str = "IN") -> Reading:
    return answer.read(text, FIELDS, asked, Setting((region,), "", 0.0))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Asha Devi thanks", "Asha Devi"), ("my name is Ram Kumar", "Ram Kumar"), ("mera naam Ram Kumar hai", "Ram Kumar"),
        ("NAME Haan Singh", "Haan Singh"), ("Haan Singh", "Haan Singh"), ("Booth Singh", "Booth Singh"),
        ("Pati Ram", "Pati Ram"), ("Naya Kumari", "Naya Kumari"), ("Ok Chand", "Ok Chand"), ("Will Smith", "Will Smith"),
        ("NAME Kwame Asante", "Kwame Asante"), ("Kal Singh", "Kal Singh"), ("Xi", "Xi"), ("Kumar, Ram", "Kumar Ram"),
    ],
)  # fmt: skip
def test_a_name_that_was_asked_for(text: str, name: str) -> None:
    assert answered(text, region="KE") == Reading({"name": name})


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "नहीं", "ok", "please wait", "I do not know", "she will tell tomorrow", "kal bataungi", "मुझे नहीं पता",
     "sijui", "pata nahi", "stop it", "thanks", "Ram Kumar and Sita Devi"],
)  # fmt: skip
def test_no_answer_and_no_sentence_becomes_a_name(text: str) -> None:
    read = answered(text)
    assert read.values == {}
    assert set(read.wrong) == {"name"}


def test_a_label_says_more_than_the_question() -> None:
    assert answered("BOOTH 14").values == {"booth": "14"}
    assert answered("12", asked="booth").values == {"booth": "12"}


@pytest.mark.parametrize(
    ("text", "values", "wrong"),
    [
        ("NAME <script>alert(1)</script>", {}, {"name": "two_values"}),
        ("NAME Ram14", {}, {"name": "two_values"}),
        ("naam ram1kumar2", {}, {"name": "two_values"}),
        ("NAME Ram Kumar BOOTH 14", {"name": "Ram Kumar", "booth": "14"}, {}),
        ("BOOTH 14", {"booth": "14"}, {}),
        ("NAME Ram Kumar", {"name": "Ram Kumar"}, {}),
        ("ID ABC12", {}, {"voter_id": "wrong_shape"}),
    ],
)
def test_what_is_to_be_mended_is_what_the_label_says(text: str, values: dict[str, str], wrong: dict[str, str]) -> None:
    read = answer.read_change(text, FIELDS[1:], Setting(("IN",), "", 0.0))
    assert (read.values, read.wrong) == (values, wrong)


@pytest.mark.parametrize("name", ["Karen", "Karen Wanjiru", "Del Person"])
def test_names_that_look_like_courtesies(name: str) -> None:
    assert answered(name).values == {"name": name}
