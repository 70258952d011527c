"""Transcripts as people write them."""

from __future__ import annotations

import pytest

from sms_service.authoring.source import BrokenFlow
from sms_service.authoring.talk import Newcomer, Scene, fits, got, read_talk

PHONES = "phone Anil +919800000002\nphone Ram +919876543210\n"


def steps_of(scene: Scene) -> list[tuple[str, str, str]]:
    return [(step.kind, step.name, step.text) for step in scene.steps]


def problems_of(text: str) -> list[str]:
    with pytest.raises(BrokenFlow) as broken:
        read_talk(text, "x.talk")
    return [str(finding) for finding in broken.value.findings]


def test_every_kind_of_line() -> None:
    [scene] = read_talk(
        "# a comment\n== She says yes\n" + PHONES + "Anil > REG\nAnil < Mobile?\nafter 25 hours\n"
        "Anil dials *384*96#\nAnil sees Mobile?\nAnil types 98765\nAnil drops\nRam < nothing\nRam rings\n",
        "x.talk",
    )
    assert scene.title == "She says yes"
    assert scene.phones == {"Anil": "+919800000002", "Ram": "+919876543210"}
    assert steps_of(scene) == [
        ("texts", "Anil", "REG"),
        ("gets", "Anil", "Mobile?"),
        ("after", "", ""),
        ("dials", "Anil", "*384*96#"),
        ("sees", "Anil", "Mobile?"),
        ("types", "Anil", "98765"),
        ("drops", "Anil", ""),
        ("gets", "Ram", "nothing"),
        ("rings", "Ram", ""),
    ]
    assert scene.steps[2].seconds == 25 * 3600


def test_a_picture_is_sent_with_a_text_or_without_and_may_be_no_good() -> None:
    [scene] = read_talk(
        PHONES + "Ram sends a picture\nAnil sends a picture: PHOTO {ref}\nRam's picture is no good: dark\n", "x.talk"
    )
    assert steps_of(scene) == [
        ("pictures", "Ram", ""),
        ("pictures", "Anil", "PHOTO {ref}"),
        ("unusable", "Ram", "dark"),
    ]
    assert "who is Sita?" in problems_of(PHONES + "Sita sends a picture\n")[0]
    assert "not a line of a transcript" in problems_of(PHONES + "Ram's picture is no good\n")[0]


def test_a_text_goes_on_in_lines_that_begin_with_two_spaces() -> None:
    [scene] = read_talk(PHONES + "Anil < one\n  two\n  three\nAnil > next\n", "x.talk")
    assert [(step.line, step.text) for step in scene.steps] == [(3, "one\ntwo\nthree"), (6, "next")]


def test_scenes_begin_with_two_equals_signs() -> None:
    first, second = read_talk("== One\n" + PHONES + "Anil > a\n\n== Two\n" + PHONES + "Anil > b\n", "x.talk")
    assert (first.title, first.line) == ("One", 1)
    assert (second.title, second.line) == ("Two", 6)


def test_signs_without_a_name_belong_to_the_phone_named_last() -> None:
    [scene] = read_talk("phone Ram +919876543210\n> LANG\n< Which?\n> 2\n", "x.talk")
    assert steps_of(scene) == [("texts", "Ram", "LANG"), ("gets", "Ram", "Which?"), ("texts", "Ram", "2")]
    [scene] = read_talk(PHONES + "Anil > hello\n< Yes?\nafter 1 hour\n> hello\nRam > hi\n< No.\n", "x.talk")
    assert [step.name for step in scene.steps] == ["Anil", "Anil", "", "Anil", "Ram", "Ram"]
    assert problems_of("> hello\n") == ["x.talk:1:1: whose phone is it? say first: phone NAME +..."]


def test_a_phone_may_read_a_language_and_an_enroler_work_somewhere() -> None:
    [scene] = read_talk(
        "phone Sita +919800000009 speaks hi\nenroler Hari +919800000008\nenroler Asha +919800000007 in JH speaks hi\n"
        "Sita > HELP\n",
        "x.talk",
    )
    assert scene.newcomers == [
        Newcomer(1, "Sita", "+919800000009", enroler=False, area="", language="hi"),
        Newcomer(2, "Hari", "+919800000008", enroler=True, area="", language=""),
        Newcomer(3, "Asha", "+919800000007", enroler=True, area="JH", language="hi"),
    ]


def test_a_person_is_entered_by_an_enroler_and_called_by_name_or_number() -> None:
    [scene] = read_talk(
        "phone Anil +919800000002\nperson +919876543210 entered by Anil: Ram Kumar, ABC1234567, booth 12\n"
        "< Is it right?\n> haan\nperson Sita +919876543211 entered by Anil: Sita Devi, XYZ1234567, booth 12\n",
        "x.talk",
    )
    assert scene.phones == {"Anil": "+919800000002", "+919876543210": "+919876543210", "Sita": "+919876543211"}
    assert steps_of(scene)[:3] == [
        ("enters", "+919876543210", "Ram Kumar, ABC1234567, booth 12"),
        ("gets", "+919876543210", "Is it right?"),
        ("texts", "+919876543210", "haan"),
    ]
    assert scene.steps[0].by == "Anil"
    assert problems_of("person +919876543210 entered by Hari: Ram\n") == [
        "x.talk:1:1: who is Hari? say first: phone Hari +..."
    ]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("", "nothing was dialled"),
        ("Ram dials *384*96#\nRam drops\n", "it dropped in line 4"),
        ("Ram dials *384*96#\nafter 10 minutes\n", "networks end a session after 3 minutes"),
    ],
)
def test_nobody_types_where_no_ussd_session_is_open(lines: str, why: str) -> None:
    [problem] = problems_of(PHONES + lines + "Ram types 1\n")
    assert problem.endswith(f": Ram is in no USSD session ({why}): dial first, `Ram dials *384*96#`")


def test_one_can_send_without_typing_on_a_screen() -> None:
    [scene] = read_talk(PHONES + "Ram dials *384*96#\nRam types\n", "x")
    assert [(step.kind, step.text) for step in scene.steps] == [("dials", "*384*96#"), ("types", "")]


def test_a_session_that_dropped_is_dialled_anew() -> None:
    [scene] = read_talk(
        PHONES + "Ram dials *384*96#\nafter 2 minutes\nRam types 1\nRam drops\nRam dials *384*96#\nRam types 1\n", "x"
    )
    assert [step.kind for step in scene.steps] == ["dials", "after", "types", "drops", "dials", "types"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PHONES + "Anil says hello\n", "3:1: not a line of a transcript; they are: `phone A +...`, "),
        (PHONES + "Sita > hi\n", "3:1: who is Sita? say first: phone Sita +..."),
        (PHONES + "Anil <\n", "3:1: nothing stands behind `<`; where nothing comes, write `Anil < nothing`"),
        (PHONES + "Sita rings\n", "3:1: who is Sita? say first: phone Sita +..."),
        (PHONES + "Anil drops\n", "3:1: Anil is in no USSD session that could drop: dial first, "),
        (PHONES + "phone Anil +919800000003\n", "3:1: Anil has a phone already in this scene; "),
        (PHONES + "phone Sita +919800000002\n", "3:1: +919800000002 is another phone of this scene already"),
        (PHONES, "1:1: nothing happens in this scene"),
        ("# to be written\n", "1:1: no scene stands here; write one, or `sms-service flow test --record` does"),
    ],
)
def test_what_cannot_be_played_is_told_with_its_line(text: str, problem: str) -> None:
    [told] = problems_of(text)
    assert told.startswith(f"x.talk:{problem}")


def test_all_that_cannot_be_read_is_told_at_once() -> None:
    told = problems_of(PHONES + "Anil says hello\nSita > hi\n")
    assert [line.split(" ")[0] for line in told] == ["x.talk:3:1:", "x.talk:4:1:"]


@pytest.mark.parametrize(
    ("expected", "said", "fit"),
    [
        ("Saved ...: Ram", "Saved R4K7: Ram", True),
        ("...", "anything\nat all", True),
        ("Saved", "Saved now", False),
        ("a ... b ... c", "a 1 b 2 c", True),
        ("Price (1.0)?", "Price (1.0)?", True),
        ("Price (1.0)?", "Price (150)?", False),
        ("... of XYZ", "members of XYZ\nand more", False),
    ],
)
def test_three_dots_stand_for_anything(expected: str, said: str, fit: bool) -> None:
    assert fits(expected, said) is fit


def test_empty_lines_and_spaces_at_the_ends_of_lines_do_not_count() -> None:
    said = "One \n\n  two\n"
    assert got("Ram", said) == "Ram < One\n  two"
    assert fits("One\ntwo", said)
