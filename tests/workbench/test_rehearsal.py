"""Transcripts are played: what is told where one goes another way, what none visits, and how one is recorded."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sms_service.authoring.source import BrokenFlow
from sms_service.commands import rehearsal
from sms_service.config import PREFIX, Config, read_config
from sms_service.turn import Turns
from sms_service.workbench.coverage import Coverage, Visits, covered, read_path
from sms_service.workbench.recording import Recorder, TurnFailed
from sms_service.workbench.rehearsal import Failure, play, play_scenes, read_file
from sms_service.workbench.stage import Stage
from tests.conftest import ROOT
from tests.typed import sms_service

SURVEY = """\
flow: survey
about: a flow of the tests
starts: {keywords: [SURVEY], ussd: "*384*7#"}
languages: [en, sw]
expires: {after: 2 days, then: late}
states:
  name:
    say: {en: "Your name?", sw: "Jina lako?"}
    ask: {into: who, type: name}
    remind: {after: 1 hour, times: 1}
    next: taste
  taste:
    say: {en: "Tea: 1. Coffee: 2", sw: "Chai: 1. Kahawa: 2"}
    choose: {1: part, 2: bye}
    unclear: {times: 1, then: bye}
  part:
    call: colour
    next: bye
  bye:
    say: {en: "Thank you, {{ who }}.", sw: "Asante, {{ who }}."}
    end: true
  late:
    say: {en: "Too late.", sw: "Umechelewa."}
    end: true
"""
COLOUR = """\
flow: colour
about: a part of the survey
languages: [en]
states:
  which:
    say: "Which colour?"
    ask: {into: colour, type: choice, options: {red: {label: Red}, blue: {label: Blue}}}
    unclear: {times: 1, then: none}
    end: true
  none:
    say: "No colour."
    end: true
"""
ENTRY = """\
flow: entry
about: an enroler enters somebody
starts: {keywords: [ADD], who: enroler, otherwise: stranger}
languages: [en, sw]
states:
  details:
    collect:
      mobile: {type: mobile, ask: {en: "Mobile?", sw: "Mobile?"}}
      booth: {type: booth, ask: {en: "Booth?", sw: "Booth?"}}
      name: {type: name, ask: {en: "Name?", sw: "Name?"}}
    next: save
  save:
    do: save_registration
    outcomes: {saved: saved, held: twice, outside: twice, refused: twice}
  saved: {say: {en: "Saved {{ ref }}.", sw: "Imehifadhiwa {{ ref }}."}, end: true}
  twice: {say: {en: "Not saved.", sw: "Bado."}, end: true}
  stranger: {say: {en: "Who are you?", sw: "Nani?"}, end: true}
"""
ASKED = """\
flow: asked
about: whoever was entered is told
starts: {on: registration.saved}
languages: [en, sw]
states:
  tell: {say: {en: "{{ enroler.first_name }} entered {{ name }}.", sw: "{{ enroler.first_name }}: {{ name }}."}, end: true}
"""
NOTHING = """\
flow: nothing
about: asks nothing
languages: [en, sw]
takes: {word: text}
states:
  which: {decide: [{when: "word == 'enough'", next: other}, {next: done}]}
  other: {end: other}
  done: {end: true}
"""
RAM = "phone Ram +919876543210\n"
MWENDE = "phone Mwende +254700000001\n"


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    folder = tmp_path / "flows"
    folder.mkdir()
    for name, text in {"survey": SURVEY, "colour": COLOUR, "entry": ENTRY, "asked": ASKED}.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture
def config(flows: Path) -> Config:
    return read_config(file=ROOT / "config.yaml").model_copy(update={"flows_dir": flows})


@pytest.fixture
def settings(flows: Path, tmp_path: Path) -> dict[str, str]:
    return {f"{PREFIX}FLOWS_DIR": str(flows), f"{PREFIX}DATA_DIR": str(tmp_path / "data")}


def runs_in_a_circle(flows: Path) -> None:
    """Who takes coffee makes the survey fail, which no checker can see."""
    again = "call: nothing, with: {word: again}, outcomes: {done: %s, other: bye}"
    circle = f"  one: {{{again % 'two'}}}\n  two: {{{again % 'one'}}}\n"
    (flows / "survey.yaml").write_text(SURVEY.replace("2: bye}", "2: one}") + circle)
    (flows / "nothing.yaml").write_text(NOTHING)


def played(config: Config, text: str) -> list[Failure]:
    file = config.flows_dir / "survey.talk"
    file.write_text(text)
    return play(config, file)


# --- what is told -------------------------------------------------------------------------------------------------


def test_the_lines_before_it_and_both_lines_are_shown_and_the_words_that_differ(config: Config) -> None:
    [failure] = played(config, f"== Her name\n{RAM}Ram > SURVEY\nRam < Your name?\nRam > Ram\n> 1\nRam < Tee: 1. ...\n")
    assert str(failure).splitlines() == [
        f"{config.flows_dir}/survey.talk:7: Her name: Ram gets something else",
        "    Ram > SURVEY",
        "    Ram < Your name?",
        "    Ram > Ram",
        "    > 1",
        "  - Ram < [-Tee-]: 1. ...",
        "  + Ram < {+Tea+}: 1. Coffee: 2",
    ]
    assert (failure.line, failure.expected, failure.said) == (7, "Ram < Tee: 1. ...", "Ram < Tea: 1. Coffee: 2")


def test_a_scene_that_fails_does_not_stop_the_others(config: Config) -> None:
    bad = f"== Bad\n{RAM}Ram > SURVEY\nRam < Nonsense\n"
    good = f"== Good\n{RAM}Ram > SURVEY\nRam < Your name?\n"
    assert [(one.scene, one.line) for one in played(config, bad + good + bad)] == [("Bad", 4), ("Bad", 12)]


def test_every_scene_begins_on_an_empty_service(config: Config) -> None:
    scene = f"{RAM}Ram > SURVEY\nRam < Your name?\nRam > Ram\nRam < Tea: 1. Coffee: 2\n"
    assert played(config, f"== One\n{scene}== Two\n{scene}") == []


def test_a_message_that_no_line_names_is_told_where_it_came(config: Config) -> None:
    [failure] = played(config, RAM + MWENDE + "Ram > SURVEY\nMwende > SURVEY\nMwende < Jina lako?\n")
    assert (failure.line, failure.message) == (3, "Ram also gets what no line says")
    assert failure.said == "Ram < Your name?"


def test_nothing_means_that_nothing_came(config: Config) -> None:
    assert (
        played(config, RAM + "Ram < nothing\nRam > SURVEY\n< Your name?\n< nothing\nafter 59 minutes\n< nothing\n")
        == []
    )
    [failure] = played(config, RAM + "Ram > SURVEY\nRam < nothing\n")
    assert (failure.message, failure.said) == ("Ram gets something", "Ram < Your name?")


def test_a_phone_that_gets_nothing_is_told(config: Config) -> None:
    [failure] = played(config, RAM + "Ram < Your name?\n")
    assert str(failure).splitlines()[1:] == ["  - Ram < Your name?"]
    assert failure.message == "Ram gets nothing"


def test_a_text_that_cannot_be_made_is_told_at_its_line(config: Config, flows: Path) -> None:
    runs_in_a_circle(flows)
    [failure] = played(config, RAM + "Ram > SURVEY\n< Your name?\n> Ram\n< ...\n> 2\n< ...\n")
    assert failure.line == 6
    assert failure.message.startswith("here the flow fails: ")
    assert "without a question" in failure.message


def test_broken_flows_and_broken_transcripts_are_told_with_their_place(config: Config, flows: Path) -> None:
    with pytest.raises(BrokenFlow, match=r"survey\.talk:1:1: not a line of a transcript"):
        played(config, "nonsense\n")
    (flows / "survey.yaml").write_text(SURVEY.replace("next: taste", "next: tsate"))
    with pytest.raises(BrokenFlow, match=r'survey\.yaml:\d+:\d+: .*did you mean "taste"'):
        played(config, RAM + "Ram > SURVEY\n< Your name?\n")


def test_a_rehearsal_is_quiet_and_looks_for_no_redis(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sms_service")
    assert played(config, RAM + "Ram > SURVEY\n< Your name?\n") == []
    assert caplog.records == []


# --- time, USSD, people -------------------------------------------------------------------------------------------


def test_time_passes(config: Config) -> None:
    lines = (
        "Ram > SURVEY\n< Your name?\nafter 1 hour\n< Your name?\nafter 2 days\n< Too late.\nafter 2 weeks\n< nothing\n"
    )
    assert played(config, RAM + lines) == []


def test_nothing_typed_on_a_screen_asks_again(config: Config) -> None:
    dialled = "Mwende dials *384*7#\nMwende sees Jina lako?\nMwende types\nMwende sees ...Jina lako?\n"
    further = "Mwende types Mwende Musyoka\nMwende sees Chai: 1. ...\nMwende types\nMwende sees Chai: 1. ...\n"
    assert played(config, f"== A\nphone Mwende +254700000001\n{dialled}{further}") == []


def test_a_session_drops_and_the_next_dial_goes_on_where_it_was(config: Config) -> None:
    dialled = "Mwende dials *384*7#\nMwende sees Jina lako?\nMwende types Mwende Musyoka\nMwende sees Chai: 1. ...\n"
    again = "Mwende drops\nMwende dials *384*7#\nMwende sees Ulikuwa umeanza. 1 Endelea. 2 Anza upya\nMwende types 1\n"
    assert played(config, f"{MWENDE}{dialled}{again}Mwende sees Chai: 1. ...\n") == []
    [failure] = played(config, f"{MWENDE}{dialled}Mwende drops\nMwende sees Chai: 1. ...\n")
    assert failure.message == "Mwende sees no screen"


def test_nobody_types_on_the_last_screen(config: Config) -> None:
    lines = "Ram dials *384*7#\nRam types Ram\nRam types 2\nRam sees Thank you, Ram.\nRam types 1\n"
    [failure] = played(config, RAM + lines)
    assert (failure.line, failure.message) == (6, "Ram can type nothing here: the last screen ended the session")


def test_a_direct_dial_answers_at_once(config: Config) -> None:
    assert played(config, RAM + "Ram dials *384*7*Ram Kumar#\nRam sees Tea: 1. Coffee: 2...\n") == []


def test_a_phone_speaks_a_language(config: Config) -> None:
    assert played(config, "phone Asha +919876543210 speaks sw\nAsha > SURVEY\n< Jina lako?\n") == []


def test_an_enroler_is_made_for_a_scene(config: Config) -> None:
    lines = "phone Ram +919876543210\nHari > ADD 9876543210 12 Ram Kumar\n"
    told = "Hari < Imehifadhiwa ...\nRam < Hari: Ram Kumar.\n"
    assert played(config, f"enroler Hari +919811111112 in JH-N-RAN-KAN-12 speaks sw\n{lines}{told}") == []
    assert played(config, f"enroler Hari +919811111112 speaks sw\n{lines}{told}") == []
    [failure] = played(config, f"enroler Hari +919811111112 in JH-X\n{lines}")
    assert (failure.line, failure.message) == (1, "there is no area JH-X; import the areas first")


def test_an_enroler_needs_an_area_to_work_in(config: Config) -> None:
    alone = config.model_copy(update={"demo_dir": ""})
    [failure] = played(alone, "enroler Hari +919811111112\nHari > ADD\n< Mobile?\n")
    assert failure.message == "Hari has no area to work in: write `in AREA`, with areas in demo_dir (config.yaml)"


def test_a_person_is_entered_in_one_line(config: Config) -> None:
    anil = "phone Anil +919800000002\n"
    entered = "person +919876543210 entered by Anil: Ram Kumar, booth 12\n"
    assert played(config, f"{anil}{entered}< Anil entered Ram Kumar.\n") == []
    [failure] = played(
        config,
        f"{anil}{entered}".replace("Anil +919800000002", "Anil +919800000001"),
    )
    assert failure.said == "+919876543210 < सुनीता entered Ram Kumar."
    [failure] = played(config, f"{anil}{entered.replace('booth 12', 'booth north')}")
    assert failure.message.startswith("+919876543210 was not entered, Anil < ")


# --- what no transcript visits ------------------------------------------------------------------------------------


def coverage(config: Config, text: str) -> dict[str, Coverage]:
    file = config.flows_dir / "survey.talk"
    file.write_text(text)
    with Stage(config) as stage:
        visits = Visits(stage.flows)
        assert play_scenes(stage, file, read_file(file), visits.add) == []
        return {one.flow: one for one in covered(visits, config.flows_dir)}


def test_states_ways_options_and_languages_that_nobody_visits_are_named(config: Config) -> None:
    flows = coverage(
        config, RAM + "Ram > SURVEY\n< Your name?\n> Ram\n< Tea...\n> 1\n< Which...\n> red\n< Thank you, Ram.\n"
    )

    survey = flows["survey"]
    assert survey.counts == {"state": (4, 5), "way": (3, 5), "option": (0, 0), "language": (1, 2)}
    assert [(one.line, one.message) for one in survey.missing] == [
        (12, "no transcript leaves taste by 2, to bye"),
        (12, "no transcript leaves taste by unclear, to bye"),
        (22, "no transcript comes to late"),
        (4, "no transcript speaks sw"),
    ]
    assert [one.message for one in flows["colour"].missing] == [
        "no transcript leaves which by unclear, to none",
        "no transcript chooses colour: blue in which",
        "no transcript comes to none",
    ]
    assert flows["entry"].untouched
    assert not survey.untouched


def test_a_flow_that_was_walked_through_has_nothing_missing(config: Config) -> None:
    text = (
        f"{RAM}Ram > SURVEY\n< Your name?\n> Ram\n< Tea...\n> 1\n< Which...\n> red\n< Thank you...\n"
        f"== Blue\n{RAM}Ram > SURVEY\n< Your name?\n> Ram\n< Tea...\n> maybe\n< Tea...\n> 1\n< Which...\n> 2\n< Thank...\n"
        f"== Coffee\n{MWENDE}Mwende > SURVEY\n< ...\n> Mwende\n< ...\n> 2\n< Asante...\n"
        f"== Unclear\n{RAM}Ram > SURVEY\n< ...\n> Ram\n< ...\n> x\n< ...\n> y\n< Thank...\n"
        f"== No colour\n{RAM}Ram > SURVEY\n< ...\n> Ram\n< ...\n> 1\n< ...\n> x\n< ...\n> y\n< No colour....\n"
        f"== Late\n{RAM}Ram > SURVEY\n< ...\nafter 1 hour\n< ...\nafter 3 days\n< Too late.\n"
    )
    flows = coverage(config, text)
    assert (flows["survey"].missing, flows["colour"].missing) == ([], [])


def test_an_answer_that_was_not_clear_is_no_way_out(config: Config) -> None:
    flows = coverage(config, RAM + "Ram > SURVEY\n< ...\n> Ram\n< Tea...\n> maybe\n< Tea...\n")
    assert "no transcript leaves taste by unclear, to bye" in [one.message for one in flows["survey"].missing]


def test_the_path_of_a_called_flow_is_read_on_in_the_next_turn(config: Config) -> None:
    with Stage(config) as stage:
        calls: dict = {}
        first = list(read_path("name next taste 1 part colour/which", "survey", stage.flows, calls))
        then = list(read_path("colour/which next colour/(done) done bye", "survey", stage.flows, calls))
    assert [tuple(one) for one in first] == [
        ("survey", "name", "next"), ("survey", "taste", "1"), ("survey", "part", ""), ("colour", "which", ""),
    ]  # fmt: skip
    assert [tuple(one) for one in then] == [
        ("colour", "which", "next"), ("colour", "(done)", ""), ("survey", "part", "done"), ("survey", "bye", ""),
    ]  # fmt: skip


# --- recording ----------------------------------------------------------------------------------------------------

TYPED = """\
== Hari enters Ram
enroler Hari +919811111112 speaks sw
phone Ram +919876543210
Hari > ADD 9876543210 12 Ram Kumar
after 1 hour
> SURVEY
> Ram
== By USSD

phone Mwende +254700000001
Mwende dials *384*7#
Mwende types Mwende Musyoka
Mwende drops
Mwende dials *384*7#
Mwende types 1
Mwende types 2
"""
RECORDED = """\
== Hari enters Ram
enroler Hari +919811111112 speaks sw
phone Ram +919876543210
Hari > ADD 9876543210 12 Ram Kumar
Hari < Imehifadhiwa ...
Ram < Hari: Ram Kumar.
after 1 hour
Ram > SURVEY
Ram < Jina lako?
Ram > Ram
Ram < Chai: 1. Kahawa: 2

== By USSD
phone Mwende +254700000001
Mwende dials *384*7#
Mwende sees Jina lako?
Mwende types Mwende Musyoka
Mwende sees Chai: 1. Kahawa: 2
  0 rudi
Mwende drops
Mwende dials *384*7#
Mwende sees Ulikuwa umeanza. 1 Endelea. 2 Anza upya
Mwende types 1
Mwende sees Chai: 1. Kahawa: 2
  0 rudi
Mwende types 2
Mwende sees Asante, Mwende Musyoka.
"""


def test_what_is_typed_is_played_shown_and_written_down(settings: dict[str, str], flows: Path) -> None:
    file = flows / "survey.talk"
    ended = sms_service(settings, "flow", "test", "--record", str(file), stdin=TYPED)
    assert (ended.returncode, ended.stderr) == (0, "")
    shown = ended.stdout.splitlines()
    assert shown[0].startswith("Hari < Imehifadhiwa ")
    assert shown[1:3] == ["Ram < Hari: Ram Kumar.", "Ram < Jina lako?"]
    assert shown[-1] == f"{file}: 2 scenes added."
    assert file.read_text() == RECORDED

    ended = sms_service(settings, "flow", "test", str(file))
    assert ended.returncode == 0, ended.stdout


def test_a_recorded_scene_is_added_below_those_that_are_there(settings: dict[str, str], flows: Path) -> None:
    file = flows / "survey.talk"
    file.write_text(f"== There\n{RAM}Ram > SURVEY\n< Your name?")
    typed = f"== New\n{RAM}Ram > SURVEY\n"
    assert sms_service(settings, "flow", "test", "--record", str(file), stdin=typed).returncode == 0
    assert file.read_text() == (
        f"== There\n{RAM}Ram > SURVEY\n< Your name?\n\n== New\n{RAM}Ram > SURVEY\nRam < Your name?\n"
    )
    assert sms_service(settings, "flow", "test", str(file)).returncode == 0


def test_a_phone_that_has_no_name_yet_is_shown_with_what_to_do(settings: dict[str, str], flows: Path) -> None:
    typed = "== Late\nphone Anil +919800000002\nAnil > ADD 9876543210 12 Ram Kumar\nphone Ram +919876543210\n"
    ended = sms_service(settings, "flow", "test", "--record", str(flows / "x.talk"), stdin=typed)
    assert "(+919876543210 < Anil entered Ram Kumar.)" in ended.stdout
    assert "`phone NAME +919876543210` takes it into the transcript" in ended.stdout
    assert (flows / "x.talk").read_text().endswith("Anil < Saved ...\nRam < Anil entered Ram Kumar.\n")


@pytest.mark.parametrize(
    ("typed", "told", "kept"),
    [
        ("Ram > SURVEY\n", "line 1: begin with a line `== what this scene shows`", []),
        ("== A\nRam > SURVEY\n", "line 2: who is Ram? say first: phone Ram +...", []),
        (
            f"== A\n{RAM}Ram > SURVEY\nRam < Your name?\n",
            "line 4: what a phone gets is written down by itself; ",
            ["Ram > SURVEY", "Ram < Your name?"],
        ),
        (f"== A\n{RAM}Ram drops\n", "line 3: Ram is in no USSD session that could drop", []),
        (
            f"== A\n{RAM}> SURVEY\nphone R +919876543210\n",
            "line 4: +919876543210 is another phone of this scene already",
            ["Ram > SURVEY", "Ram < Your name?"],
        ),
        (
            "== A\nphone Anil +919800000002\nAnil > ADD 9876543210 12 Ram Kumar\nphone Ram +919876543210 speaks sw\n",
            "line 4: +919876543210 has taken part already; this must be said before",
            ["Anil > ADD 9876543210 12 Ram Kumar", "Anil < Saved ..."],
        ),
    ],
)
def test_a_mistake_in_a_pipe_is_told_with_its_line_and_what_was_played_before_it_is_kept(
    settings: dict[str, str], flows: Path, typed: str, told: str, kept: list[str]
) -> None:
    file = flows / "new.talk"
    ended = sms_service(settings, "flow", "test", "--record", str(file), stdin=typed)
    assert ended.returncode == 1
    assert ended.stderr.startswith(told)
    assert ended.stderr.endswith("This line and those after it were left out.\n")
    assert ended.stdout.endswith(f"{file}: 1 scene added.\n" if kept else "Nothing was written.\n")
    written = file.read_text().splitlines() if file.exists() else []
    assert [line for line in written if " > " in line or " < " in line] == kept


def test_a_turn_that_fails_is_told_and_what_was_played_before_it_is_kept(settings: dict[str, str], flows: Path) -> None:
    runs_in_a_circle(flows)
    file = flows / "new.talk"
    typed = f"== A\n{RAM}Ram > SURVEY\n== B\n{RAM}Ram > SURVEY\nRam > Ram\nRam > 2\nRam > HELP\n"

    ended = sms_service(settings, "flow", "test", "--record", str(file), stdin=typed)

    assert ended.returncode == 1
    assert ended.stderr.startswith("line 8: here the flow fails: ")
    assert "without a question" in ended.stderr
    assert ended.stderr.endswith("This line and those after it were left out.\n")
    assert ended.stdout.endswith("2 scenes added.\n")
    assert file.read_text().endswith("Ram > Ram\nRam < Tea: 1. Coffee: 2\n")


def test_a_fault_of_ours_is_a_sentence_and_no_traceback(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_turns: Turns, _inbound: object) -> None:
        raise LookupError("nobody knows why")

    monkeypatch.setattr(Turns, "handle", fails)
    with Stage(config) as stage:
        recorder = Recorder(stage, config.flows_dir / "new.talk")
        for number, line in enumerate(("== A", RAM), start=1):
            recorder.take(line, number)
        with pytest.raises(TurnFailed, match="please report it: LookupError: nobody knows why"):
            recorder.take("Ram > SURVEY", 3)
        assert recorder.write() == 0


def test_where_nothing_is_played_nothing_is_written(settings: dict[str, str], flows: Path) -> None:
    ended = sms_service(settings, "flow", "test", "--record", str(flows / "new.talk"), stdin=f"== A\n{RAM}")
    assert (ended.returncode, ended.stdout) == (0, "Nothing was played, so nothing was written.\n")
    assert not (flows / "new.talk").exists()


def test_on_a_terminal_the_title_is_asked_for_and_a_mistake_costs_only_its_line(
    settings: dict[str, str], flows: Path
) -> None:
    ours, its = pty.openpty()
    os.write(ours, f"Her name\n{RAM}Rma > SURVEY\nRam > SURVEY\n\x04".encode())

    ended = subprocess.run(
        [sys.executable, "-m", "sms_service", "flow", "test", "--record", str(flows / "new.talk")],
        env={**os.environ, **settings}, stdin=its, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    os.close(ours)
    os.close(its)
    assert ended.returncode == 0, ended.stderr
    assert "Title of the scene: " in ended.stdout
    assert "talk> " in ended.stdout
    assert "who is Rma? say first: phone Rma +..." in ended.stderr
    assert (flows / "new.talk").read_text() == f"== Her name\n{RAM}Ram > SURVEY\nRam < Your name?\n"


# --- the command --------------------------------------------------------------------------------------------------


def test_files_and_folders_are_played_and_their_coverage_is_summed_up(settings: dict[str, str], flows: Path) -> None:
    (flows / "survey.talk").write_text(f"{RAM}Ram > SURVEY\n< Your name?\n")
    (flows / "entry.talk").write_text(f"{RAM}Ram > ADD\n< Who are you?\n")

    ended = sms_service(settings, "flow", "test")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "2 transcripts, 2 scenes: all goes as it stands there.",
        "They visit 2 of 13 states, 0 of 12 ways, 0 of 2 options, 2 of 7 languages of 4 flows; `--coverage` names the rest.",
        "Without a transcript: asked, colour.",
    ]
    ended = sms_service(settings, "flow", "test", str(flows / "entry.talk"))
    assert ended.stdout.splitlines()[:2] == [
        "1 transcript, 1 scene: all goes as it stands there.",
        "They visit 1 of 5 states, 0 of 5 ways, 1 of 2 languages of 1 flow; `--coverage` names the rest.",
    ]


def test_the_flows_beside_a_transcript_are_those_it_is_played_with(flows: Path, tmp_path: Path) -> None:
    (flows / "survey.talk").write_text(f"{RAM}Ram > SURVEY\n< Your name?\n")
    ended = sms_service({f"{PREFIX}DATA_DIR": str(tmp_path / "data")}, "flow", "test", str(flows))
    assert ended.stdout.startswith("1 transcript, 1 scene: all goes as it stands there.\n")


def test_coverage_is_shown_in_full_with_the_lines_of_the_flow_files(settings: dict[str, str], flows: Path) -> None:
    (flows / "survey.talk").write_text(f"{RAM}Ram > SURVEY\n< Your name?\n")
    ended = sms_service(settings, "flow", "test", "--coverage")
    assert f"{flows}/survey.yaml:12: no transcript comes to taste\n" in ended.stdout
    assert f"{flows}/entry.yaml:1: no transcript comes through this flow\n" in ended.stdout
    told = json.loads(sms_service(settings, "flow", "test", "--coverage", "--json").stdout)
    assert told["failures"] == []
    [survey] = [one for one in told["coverage"] if one["flow"] == "survey"]
    assert survey["state"] == {"visited": 1, "of": 5}
    assert survey["missing"][0] == {
        "kind": "way", "state": "name", "name": "next", "line": 7,
        "message": "no transcript leaves name by next, to taste",
    }  # fmt: skip


def test_what_cannot_be_read_is_told_and_the_rest_is_played(settings: dict[str, str], flows: Path) -> None:
    (flows / "a.talk").write_text("nonsense\n")
    (flows / "b.talk").write_bytes(b"== caf\xe9\n")
    (flows / "survey.talk").write_text(f"{RAM}Ram > SURVEY\n< My name?\n")
    ended = sms_service(settings, "flow", "test")
    assert ended.returncode == 1
    assert f"{flows}/a.talk:1: not a line of a transcript" in ended.stdout
    assert f"{flows}/b.talk:1: this letter is not UTF-8" in ended.stdout
    assert f"{flows}/survey.talk:3: Ram gets something else\n" in ended.stdout
    assert ended.stdout.endswith("1 of 1 scene goes another way than its transcript says.\n")
    failures = json.loads(sms_service(settings, "flow", "test", "--json").stdout)
    assert [(Path(one["file"]).name, one["line"]) for one in failures] == [
        ("a.talk", 1),
        ("b.talk", 1),
        ("survey.talk", 3),
    ]
    assert failures[2]["said"] == "Ram < Your name?"


def test_broken_flows_are_told_instead(settings: dict[str, str], flows: Path) -> None:
    (flows / "survey.talk").write_text(f"{RAM}Ram > SURVEY\n< My name?\n")
    (flows / "colour.yaml").write_text(COLOUR.replace("then: none", "then: nobody"))
    ended = sms_service(settings, "flow", "test")
    assert ended.returncode == 1
    assert ended.stdout.startswith(f'{flows}/colour.yaml:8: there is no state "nobody"')


def test_where_there_is_no_transcript_that_is_said(settings: dict[str, str], flows: Path) -> None:
    ended = sms_service(settings, "flow", "test")
    assert (ended.returncode, ended.stderr) == (1, f"no transcripts (*.talk) in {flows}\n")
    ended = sms_service(settings, "flow", "test", "nowhere.talk")
    assert (ended.returncode, ended.stderr) == (1, "there is no file nowhere.talk\n")


def test_on_a_terminal_colours_mark_the_words_that_differ(config: Config) -> None:
    [failure] = played(config, f"== A\n{RAM}Ram > SURVEY\nRam < My name?\n")
    terminal = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=200)
    terminal.print(rehearsal.coloured(failure))
    assert isinstance(terminal.file, io.StringIO)
    shown = terminal.file.getvalue()
    assert "\x1b[7;31mMy\x1b[0m" in shown
    assert "\x1b[7;32mYour\x1b[0m" in shown
    assert "[-" not in shown
