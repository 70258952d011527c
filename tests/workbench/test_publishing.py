"""Publishing flows: what is said before, who stays where they are, and processes that take it up while they work."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sms_service.authoring import shelf
from sms_service.authoring.source import BrokenFlow
from sms_service.config import Config
from sms_service.engine.model import Inbound
from sms_service.service import PublishedHere, Service, open_service
from sms_service.store import database, flow_versions
from sms_service.store.tables import timer, turn
from sms_service.workbench import planning, publishing
from sms_service.workbench.moves import Affected
from sms_service.workbench.planning import NotPublished
from tests.gateways import AfricasTalking, Twilio
from tests.town import Town
from tests.typed import sms_service

SURVEY = """\
flow: survey
about: a flow of the tests
starts: {keywords: [SURVEY]}
languages: [en]
states:
  ask:
    say: "Your name?"
    ask: {into: who, type: name}
    next: bye
  bye: {say: "Thank you, {{ who }}.", end: true}
"""
EDITED = SURVEY.replace("Your name?", "What is your name?").replace("Thank you", "Thanks")
WITHOUT_ASK = SURVEY.replace("ask:\n    say", "asked:\n    say")
BROKEN = SURVEY.replace("next: bye", "nxet: bye")
HELP = """\
flow: help
about: the answer to anything else
starts: {words: help}
languages: [en]
states:
  help: {say: "Send SURVEY.", end: true}
"""
TALK = """\
phone Ram +919876543210
Ram > SURVEY
Ram < Your name?
Ram > Ram Kumar
Ram < Thank you, Ram Kumar.
"""

CALLED = SURVEY.replace("starts: {keywords: [SURVEY]}\n", "").replace("survey", "name")
CALLER = """\
flow: survey
about: a flow of the tests
starts: {keywords: [SURVEY]}
languages: [en]
states:
  part: {call: name, into: part, outcomes: {done: bye}}
  bye: {say: "Thank you.", end: true}
"""
RAM, SITA, GITA = "+919876543210", "+919876543211", "+919876543212"

Write = Callable[..., None]


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "survey.yaml").write_text(SURVEY)
    (folder / "help.yaml").write_text(HELP)
    return folder


@pytest.fixture
def town(
    stack: dict[str, str], flows: Path, twilio: Twilio, africastalking: AfricasTalking, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """The service with a survey in it; its processes look for publications before every message."""
    monkeypatch.setattr(shelf, "REFRESH_SECONDS", 0.0)
    with Town({**stack, "FLOWS_DIR": str(flows)}, twilio, africastalking) as made:
        yield made


@pytest.fixture
def other(town: Town) -> Iterator[Service]:
    """Another process of the same service, perhaps on another machine."""
    service = open_service(town.config, time.time())
    yield service
    service.close()


@pytest.fixture
def write(flows: Path) -> Write:
    """Saves a flow file, as an operator does in an editor."""

    def saved(text: str, name: str = "survey") -> None:
        (flows / f"{name}.yaml").write_text(text)

    return saved


def publish(town: Town, *names: str) -> None:
    """`sms-service flow publish --yes`, without its transcripts."""
    plan = planning.publication(town.config, town.service.engine, names)
    publishing.publish(town.service.engine, plan.newest, plan.moves, "published", time.time())


def text(service: Service, phone: str, words: str) -> None:
    """An SMS that reaches this process."""
    service.turns.handle(
        Inbound(
            channel="handset", id=uuid.uuid4().hex, kind="sms", phone=phone, to="", text=words, received_at=time.time()
        )
    )


def listed(town: Town, flow: str = "survey") -> list[tuple[str, bool, int]]:
    return [(one.how, one.current, one.sessions) for one in publishing.versions(town.service.engine, flow)]


# --- running processes --------------------------------------------------------------------------------------------


def test_another_process_serves_what_was_published_and_who_was_in_the_old_one_stays(
    town: Town, other: Service, write: Write
) -> None:
    text(other, RAM, "SURVEY")
    write(EDITED)
    publish(town)

    text(other, SITA, "SURVEY")
    text(other, RAM, "Ram Kumar")
    text(other, SITA, "Sita Devi")
    town.work()

    assert town.phone(RAM).heard == ["Your name?", "Thank you, Ram Kumar."]
    assert town.phone(SITA).heard == ["What is your name?", "Thanks, Sita Devi."]


def test_a_process_that_looked_a_moment_ago_needs_no_more_than_the_promised_time(
    town: Town, other: Service, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert shelf.REFRESH_SECONDS < 5
    write(EDITED)
    publish(town)
    other.shelf._look_at = time.monotonic()  # the time has passed
    text(other, SITA, "SURVEY")
    town.work()
    assert town.phone(SITA).heard == ["What is your name?"]


def test_a_roll_back_is_taken_up_just_so(town: Town, other: Service, write: Write) -> None:
    write(EDITED)
    publish(town)
    text(other, RAM, "SURVEY")
    plan = planning.rollback(town.config, town.service.engine, "survey")
    publishing.publish(town.service.engine, plan.newest, plan.moves, "rolled back", time.time())

    text(other, SITA, "SURVEY")
    text(other, RAM, "Ram Kumar")
    town.work()

    assert town.phone(RAM).heard == ["What is your name?", "Thanks, Ram Kumar."]
    assert town.phone(SITA).heard == ["Your name?"]


def test_no_message_fails_while_versions_change_under_it(town: Town, other: Service, write: Write) -> None:
    stop, failures, sent = threading.Event(), list[BaseException](), [0]

    def sends() -> None:
        try:
            while not stop.is_set():
                phone = f"+9198765{sent[0]:05}"
                text(other, phone, "SURVEY")
                text(other, phone, "Ram Kumar")
                sent[0] += 1
        except BaseException as error:  # noqa: BLE001 (whatever it is, it is this test's finding)
            failures.append(error)

    def a_few_more() -> None:
        until = sent[0] + 3
        while sent[0] < until and not failures:
            stop.wait(0.001)

    thread = threading.Thread(target=sends)
    thread.start()
    try:
        for number in range(10):
            write(SURVEY.replace("Your name?", f"Name {number}?"))
            publish(town)
            a_few_more()
    finally:
        stop.set()
        thread.join()

    assert failures == []
    answers = town.rows(turn)
    assert len(answers) == 2 * sent[0]
    assert len({row.version for row in answers}) >= 10, "it answered from every version on the way"
    dialogues: dict[int, set[str]] = {}
    for row in answers:
        dialogues.setdefault(row.person_id, set()).add(row.version)
    assert {len(seen) for seen in dialogues.values()} == {1}, "each dialogue ended on the version it began with"
    assert town.rows(timer) == []


def test_a_database_that_cannot_be_asked_for_publications_stops_nobody(
    town: Town, other: Service, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = database.open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    other.shelf._published = PublishedHere(nowhere)
    text(other, RAM, "SURVEY")
    text(other, RAM, "Ram Kumar")
    town.work()
    assert town.phone(RAM).heard == ["Your name?", "Thank you, Ram Kumar."]
    assert caplog.text.count("cannot see if flows were published (OperationalError): those known go on serving") == 1


def test_a_message_sees_the_same_flows_from_its_beginning_to_its_end(town: Town, other: Service, write: Write) -> None:
    """What it calls is of the moment it came in, though a publication is taken up between its start and the call."""
    write(CALLED, "name")
    write(CALLER)
    publish(town)
    other.shelf.refresh()
    before = other.shelf.serving
    write(CALLED.replace("Your name?", "Who?"), "name")
    publish(town)
    other.shelf.refresh()
    after, other.shelf.serving, other.shelf._look_at = other.shelf.serving, before, time.monotonic() + 1000
    assert after.current["name"] != before.current["name"]

    def id_made_while_another_thread_takes_it_up() -> str:
        other.shelf.serving = after
        return uuid.uuid4().hex

    other.turns._desk = replace(other.turns._desk, new_id=id_made_while_another_thread_takes_it_up)
    text(other, RAM, "SURVEY")
    text(other, SITA, "SURVEY")
    town.work()

    assert (town.phone(RAM).heard, town.phone(SITA).heard) == (["Your name?"], ["Who?"])


# --- what is said before ------------------------------------------------------------------------------------------


def test_who_stands_in_what_changes_is_said_before(town: Town, write: Write) -> None:
    for phone in (RAM, SITA):
        town.phone(phone).texts("SURVEY")
    write(EDITED)

    [move] = planning.publication(town.config, town.service.engine).moves

    assert move.affected == [Affected("ask", 2, "changes")]
    assert move.words() == [
        f"survey: {move.old[:12]} -> {move.new[:12]}",
        "  texts en: ask, bye",
        "  2 people stand in survey.ask, which changes: they finish on the version they began with.",
    ]


def test_and_in_what_is_gone(town: Town, write: Write) -> None:
    town.phone(RAM).texts("SURVEY")
    write(WITHOUT_ASK)

    [move] = planning.publication(town.config, town.service.engine).moves

    assert move.words()[1:] == [
        "  begins with: ask -> asked",
        "  states added: asked",
        "  states removed: ask",
        "  1 person stands in survey.ask, which is gone: they finish on the version they began with.",
    ]


def test_people_on_older_versions_are_told_by_what_changes_for_them(town: Town, write: Write) -> None:
    town.phone(RAM).texts("SURVEY")
    write(EDITED)
    publish(town)
    town.phone(SITA).texts("SURVEY")

    write(EDITED.replace("Thanks", "Many thanks"))
    [move] = planning.publication(town.config, town.service.engine).moves
    assert move.affected == [Affected("ask", 1, "changes")], "Ram, whose question is an older one still"

    write(SURVEY)
    [move] = planning.publication(town.config, town.service.engine).moves
    assert move.affected == [Affected("ask", 1, "changes")], "Sita; for Ram it becomes what he has"


def test_sessions_of_an_earlier_release_are_told_as_unknown(town: Town, write: Write) -> None:
    town.phone(RAM).texts("SURVEY")
    with town.service.engine.begin() as conn:
        conn.execute(timer.update().values(flow="", version="", state=""))
    write(EDITED)

    [move] = planning.publication(town.config, town.service.engine).moves

    assert (move.affected, move.unknown) == ([], 1)
    assert move.words()[-1] == "  Of 1 sessions of an earlier release nobody knows where they stand, until they move."


def test_a_flow_that_is_new_is_told_as_new(town: Town, write: Write) -> None:
    write(SURVEY.replace("survey", "poll").replace("SURVEY", "POLL"), "poll")
    [move] = planning.publication(town.config, town.service.engine).moves
    assert move.words() == [f"poll: {move.new[:12]}, never published before, 2 states"]


def test_where_nothing_differs_nothing_is_planned(town: Town) -> None:
    assert planning.publication(town.config, town.service.engine).moves == []


# --- what is refused ----------------------------------------------------------------------------------------------


def test_a_broken_file_is_refused_with_its_own_place_in_the_folder(town: Town, write: Write, flows: Path) -> None:
    write(BROKEN)
    write(HELP.replace("end: true", "end: tru e"), "help")
    with pytest.raises(BrokenFlow) as caught:
        planning.publication(town.config, town.service.engine)
    assert {finding.file for finding in caught.value.findings} == {f"{flows}/survey.yaml", f"{flows}/help.yaml"}


def test_a_flow_is_checked_as_it_would_serve_beside_what_is_published(town: Town, write: Write) -> None:
    """The unfinished file of another flow neither hinders nor helps."""
    write(EDITED)
    write(HELP.replace("end: true", "nxet: help"), "help")
    plan = planning.publication(town.config, town.service.engine, ["survey"])
    assert [move.flow for move in plan.moves] == ["survey"]
    assert plan.serving == {"survey": EDITED, "help": HELP}
    assert plan.drafts == ["help"]


def test_a_published_flow_that_calls_it_must_still_fit(town: Town, write: Write) -> None:
    write(CALLED, "name")
    write(CALLER)
    publish(town)
    write(CALLED.replace("end: true", "end: given_up"), "name")
    write(CALLER.replace("done: bye", "given_up: bye"))

    with pytest.raises(BrokenFlow, match=r"survey.yaml as it is published:\d+:\d+:"):
        planning.publication(town.config, town.service.engine, ["name"])

    assert len(planning.publication(town.config, town.service.engine).moves) == 2, "both together fit"


def test_what_was_published_meanwhile_is_not_overwritten(town: Town, write: Write) -> None:
    write(EDITED)
    slow = planning.publication(town.config, town.service.engine)
    write(WITHOUT_ASK)
    publish(town)

    with pytest.raises(NotPublished, match="somebody published survey meanwhile, nothing was written"):
        publishing.publish(town.service.engine, slow.newest, slow.moves, "published", time.time())

    assert len(listed(town)) == 2


def test_several_flows_are_published_together_or_not_at_all(town: Town, write: Write) -> None:
    write(HELP.replace("Send", "Please send"), "help")
    write(EDITED)
    slow = planning.publication(town.config, town.service.engine)
    publish(town, "survey")

    with pytest.raises(NotPublished):
        publishing.publish(town.service.engine, slow.newest, slow.moves, "published", time.time())

    assert len(listed(town, "help")) == 1


def test_a_flow_that_is_not_there_is_told_with_the_one_that_may_be_meant(town: Town) -> None:
    with pytest.raises(NotPublished, match=r'there is no file survy.yaml in .*, did you mean "survey"\?'):
        planning.publication(town.config, town.service.engine, ["survy"])
    with pytest.raises(NotPublished, match='no version of a flow survy was ever published here, did you mean "survey"'):
        publishing.versions(town.service.engine, "survy")


# --- transcripts --------------------------------------------------------------------------------------------------


def rehearsed(config: Config, plan: planning.Plan) -> list[str]:
    return [str(failure) for _, failures, _ in publishing.rehearse(config, plan) for failure in failures]


def test_transcripts_are_played_with_the_flows_as_they_would_serve(town: Town, write: Write, flows: Path) -> None:
    (flows / "survey.talk").write_text(TALK)
    write(EDITED)
    plan = planning.publication(town.config, town.service.engine)
    [failure] = rehearsed(town.config, plan)
    assert failure.startswith(f"{flows}/survey.talk:3: ")

    (flows / "survey.talk").write_text(TALK.replace("Your", "What is your").replace("Thank you", "Thanks"))
    assert rehearsed(town.config, planning.publication(town.config, town.service.engine)) == []


def test_those_of_drafts_that_are_not_published_now_are_left_out(town: Town, write: Write, flows: Path) -> None:
    (flows / "survey.talk").write_text(TALK.replace("Your name?", "A draft?"))
    write(SURVEY.replace("Your name?", "A draft?"))
    write(HELP.replace("Send", "Please send"), "help")
    (flows / "help.talk").write_text(
        "phone Ram +919876543210\nRam > help\nRam < Please send SURVEY.\nRam > SURVEY\nRam < Your name?\n"
    )

    plan = planning.publication(town.config, town.service.engine, ["help"])

    assert plan.transcripts == [flows / "help.talk"]
    assert rehearsed(town.config, plan) == []


# --- afterwards ---------------------------------------------------------------------------------------------------


def test_versions_are_listed_with_what_serves_and_how_many_are_in_them(town: Town, write: Write) -> None:
    town.phone(RAM).texts("SURVEY")
    town.phone(SITA).texts("SURVEY")
    write(EDITED)
    publish(town)
    town.phone(GITA).texts("SURVEY")

    assert listed(town) == [("published", True, 1), ("first start", False, 2)]
    assert {one.flow for one in publishing.versions(town.service.engine)} == {"help", "survey"}


def roll_back(town: Town, prefix: str = "") -> str:
    """Rolls back, and the question that survey begins with then."""
    plan = planning.rollback(town.config, town.service.engine, "survey", prefix)
    publishing.publish(town.service.engine, plan.newest, plan.moves, "rolled back", time.time())
    found = re.search(r'say: "(\w+) name', plan.serving["survey"])
    assert found
    return found[1]


def test_rolling_back_twice_goes_two_versions_back_and_not_to_the_one_it_came_from(town: Town, write: Write) -> None:
    for word in ("Second", "Third"):
        write(SURVEY.replace("Your", word))
        publish(town)

    assert roll_back(town) == "Second"
    assert roll_back(town) == "Your"
    with pytest.raises(NotPublished, match="survey has no version before "):
        roll_back(town)

    write(SURVEY.replace("Your", "Fourth"))
    publish(town)
    assert roll_back(town) == "Your", "the one that served before the fourth"


def test_a_version_is_named_by_how_its_hash_begins(town: Town, write: Write) -> None:
    first = publishing.versions(town.service.engine, "survey")[0].version
    for word in ("Second", "Third"):
        write(SURVEY.replace("Your", word))
        publish(town)

    assert roll_back(town, first[:8].upper()) == "Your"
    assert planning.rollback(town.config, town.service.engine, "survey", first[:8]).moves == [], "it serves already"
    with pytest.raises(NotPublished, match="no version of survey begins with zzz; `sms-service flow versions survey`"):
        roll_back(town, "zzz")
    with pytest.raises(NotPublished, match="no version of a flow poll was ever published here"):
        planning.rollback(town.config, town.service.engine, "poll")


def test_a_version_that_this_release_cannot_load_is_not_rolled_back_to(town: Town, write: Write) -> None:
    with town.service.engine.begin() as conn:
        flow_versions.keep(conn, "survey", "f" * 64, SURVEY.replace("type: name", "type: horoscope"), 1.0)
    with pytest.raises(BrokenFlow, match=r"survey, version ffffffffffff:8:\d+: there is no answer type \"horoscope\""):
        planning.rollback(town.config, town.service.engine, "survey", "ffff")


def test_the_published_version_is_compared_with_the_file(town: Town, write: Write, flows: Path) -> None:
    town.phone(RAM).texts("SURVEY")
    assert planning.difference(town.config, town.service.engine, "survey")[1] == []
    write(EDITED)

    move, lines = planning.difference(town.config, town.service.engine, "survey")

    assert move.words()[0] == f"survey: {move.old[:12]} -> the file"
    assert move.affected == [Affected("ask", 1, "changes")]
    assert lines[:2] == [f"--- {move.old[:12]}", f"+++ {flows}/survey.yaml"]
    assert '+    say: "What is your name?"' in lines


def test_two_versions_are_compared_with_each_other(town: Town, write: Write, flows: Path) -> None:
    write(EDITED)
    publish(town)
    new, old = (one.version for one in publishing.versions(town.service.engine, "survey"))
    (flows / "survey.yaml").unlink()

    move, lines = planning.difference(town.config, town.service.engine, "survey", new[:6], old[:6])

    assert (move.old, move.new) == (new, old)
    assert '-    say: "What is your name?"' in lines
    with pytest.raises(NotPublished, match=r"there is no file .*survey.yaml; name two versions"):
        planning.difference(town.config, town.service.engine, "survey")


def test_a_broken_file_can_be_compared_too(town: Town, write: Write) -> None:
    write(BROKEN)
    move, _ = planning.difference(town.config, town.service.engine, "survey")
    assert move.changes
    assert move.changes.words() == ["state ask: next is gone; nxet is new, bye"]


# --- the commands -------------------------------------------------------------------------------------------------


def test_publish_says_what_changes_and_for_whom_and_does_it(town: Town, other: Service, write: Write) -> None:
    town.phone(RAM).texts("SURVEY")
    write(EDITED)

    asked = sms_service(town.environment, "flow", "publish")
    assert asked.returncode == 1
    assert asked.stdout.endswith("Nothing was written: nobody can be asked here, repeat it with --yes.\n")
    assert len(listed(town)) == 1

    ended = sms_service(town.environment, "flow", "publish", "--yes")
    assert ended.returncode == 0
    assert "1 person stands in survey.ask, which changes" in ended.stdout
    assert ended.stdout.endswith(
        "Published: survey. Running processes take it up within 5 s; "
        "dialogues under way stay on the version they began with.\n"
    )
    text(other, SITA, "SURVEY")
    town.work()
    assert town.phone(SITA).heard == ["What is your name?"]

    again = sms_service(town.environment, "flow", "publish")
    assert (again.returncode, again.stdout) == (0, "Nothing changes: that is what serves.\n")


@pytest.mark.parametrize(("answer", "code", "count"), [(b"y\n", 0, 2), (b"n\n", 1, 1), (b"\n", 1, 1)])
def test_on_a_terminal_it_asks(town: Town, write: Write, answer: bytes, code: int, count: int) -> None:
    write(EDITED)
    ours, its = pty.openpty()
    os.write(ours, answer)

    ended = subprocess.run(
        [sys.executable, "-m", "sms_service", "flow", "publish"],
        env={**os.environ, **town.environment}, stdin=its, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    os.close(ours)
    os.close(its)
    assert "Publish? [y/N]" in ended.stdout + ended.stderr
    assert (ended.returncode, len(listed(town))) == (code, count)


def test_a_transcript_that_goes_another_way_keeps_it_from_being_published(
    town: Town, write: Write, flows: Path
) -> None:
    (flows / "survey.talk").write_text(TALK)
    write(EDITED)

    ended = sms_service(town.environment, "flow", "publish", "--yes")

    assert ended.returncode == 1
    assert f"{flows}/survey.talk:3: " in ended.stderr
    assert ended.stderr.endswith("Nothing was published: a scene goes another way than the transcripts say.\n")
    assert len(listed(town)) == 1


def test_so_does_a_broken_file(town: Town, write: Write, flows: Path) -> None:
    write(BROKEN)
    ended = sms_service(town.environment, "flow", "publish", "--yes")
    assert ended.returncode == 1
    assert f'{flows}/survey.yaml:9:5: unknown key "nxet", did you mean "next"?' in ended.stderr.splitlines()
    assert len(listed(town)) == 1


def test_a_flow_that_nobody_knows_is_one_sentence_for_every_command(town: Town) -> None:
    for command in ("publish", "versions", "diff", "rollback", "withdraw"):
        ended = sms_service(town.environment, "flow", command, "survy")
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)


def test_one_flow_is_published_and_the_drafts_of_others_are_named(town: Town, write: Write) -> None:
    write(EDITED)
    write(HELP.replace("Send", "Please send"), "help")
    ended = sms_service(town.environment, "flow", "publish", "survey", "--yes")
    assert ended.returncode == 0
    assert "Not published, though their files differ too: help." in ended.stderr
    assert (len(listed(town)), len(listed(town, "help"))) == (2, 1)


def test_versions_diff_and_rollback_on_the_command_line(town: Town, write: Write) -> None:
    write(EDITED)
    publish(town)
    write(WITHOUT_ASK)
    new, old = (one.version for one in publishing.versions(town.service.engine, "survey"))

    table = sms_service(town.environment, "flow", "versions", "survey").stdout
    assert re.search(rf"{new[:12]} +\d{{4}}-\d\d-\d\d \d\d:\d\d +published +yes", table)
    assert re.search(rf"{old[:12]} +.* first start +[0-9]", table)

    diff = sms_service(town.environment, "flow", "diff", "survey", old[:8], new[:8]).stdout
    assert diff.startswith(
        f"survey: {old[:12]} -> {new[:12]}\n  texts en: ask, bye\n\n--- {old[:12]}\n+++ {new[:12]}\n"
    )

    ended = sms_service(town.environment, "flow", "rollback", "survey", "--yes")
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"survey: {new[:12]} -> {old[:12]}\n  texts en: ask, bye\nRolled back: survey. ")
    assert ended.stdout.endswith(f"To undo it: `sms-service flow rollback survey {new[:12]}`.\n")
    assert listed(town)[0] == ("rolled back", True, 0)
    again = sms_service(town.environment, "flow", "rollback", "survey", old[:8])
    assert (again.returncode, again.stdout) == (0, "Nothing changes: that is what serves.\n")


def test_on_eighty_columns_nothing_of_a_version_is_cut(town: Town) -> None:
    ours, its = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "sms_service", "flow", "versions"],
        env={**os.environ, **town.environment, "COLUMNS": "80", "TERM": "dumb"}, stdout=its, timeout=60, check=True,
    )  # fmt: skip
    os.close(its)
    shown = os.read(ours, 100_000).decode().splitlines()
    os.close(ours)
    assert max(map(len, shown)) <= 80
    for one in publishing.versions(town.service.engine):
        assert any(f"{one.flow} " in line and one.version[:12] in line and "first start" in line for line in shown)


def test_all_of_it_for_programs(town: Town, write: Write) -> None:
    town.phone(RAM).texts("SURVEY")
    write(EDITED)

    def told(*arguments: str) -> Any:
        return json.loads(sms_service(town.environment, "flow", *arguments, "--json").stdout)

    looked = told("publish")
    assert (looked["published"], looked["changes"][0]["affected"]) == (
        False,
        [{"state": "ask", "people": 1, "fate": "changes"}],
    )
    assert told("publish", "--yes")["published"] is True
    assert told("publish") == {"published": False, "how": "published", "changes": [], "notes": []}
    assert [(one["how"], one["current"], one["sessions"]) for one in told("versions", "survey")] == [
        ("published", True, 0),
        ("first start", False, 1),
    ]
    assert told("diff", "survey")["lines"] == []
    assert told("rollback", "survey", "--yes")["changes"][0]["changes"]["texts"] == {"en": ["ask", "bye"]}


# --- what fits together -------------------------------------------------------------------------------------------

NEW_CALLED = CALLED.replace("end: true", "end: given_up")
NEW_CALLER = CALLER.replace("done: bye", "given_up: bye")
ASKS_FIRST = CALLER.replace(
    "  part:", '  ask: {say: "Shall we?", ask: {into: yes, type: yes_no}, next: part}\n  part:'
).replace("into: yes", "into: agreed")


def test_who_stands_in_an_older_caller_gets_the_version_that_it_knows(town: Town, other: Service, write: Write) -> None:
    write(CALLED, "name")
    write(ASKS_FIRST)
    publish(town)
    text(other, RAM, "SURVEY")
    write(NEW_CALLED.replace("Your name?", "Who?"), "name")
    write(ASKS_FIRST.replace("done: bye", "given_up: bye"))

    plan = planning.publication(town.config, town.service.engine)
    assert [move.behind for move in plan.moves] == [1, 0]
    assert plan.moves[0].words()[-1] == (
        "  1 person stands in older versions of flows that call name: they get the version of it that served beside "
        "theirs."
    )
    publish(town)
    for phone, words in ((RAM, "yes"), (RAM, "Ram Kumar"), (SITA, "SURVEY"), (SITA, "yes"), (SITA, "Sita Devi")):
        town.work()  # a question counts as asked once the gateway has it
        text(other, phone, words)
    town.work()

    assert town.phone(RAM).heard[:2] == ["Shall we?", "Your name?"]
    assert town.phone(SITA).heard[:2] == ["Shall we?", "Who?"]
    assert town.phone(RAM).heard[-1].endswith("Thank you.")
    assert town.phone(SITA).heard[-1].endswith("Thank you.")
    assert town.rows(timer) == []


def test_a_version_that_no_longer_fits_is_not_rolled_back_to(town: Town, write: Write) -> None:
    write(CALLED, "name")
    write(CALLER)
    publish(town)
    write(NEW_CALLED, "name")
    write(NEW_CALLER)
    publish(town)

    with pytest.raises(BrokenFlow, match=r"survey.yaml as it is published:\d+:\d+: flow name never ends as"):
        planning.rollback(town.config, town.service.engine, "name")
    with pytest.raises(BrokenFlow, match=r"survey, version [0-9a-f]{12}:\d+:\d+: flow name never ends as \"done\""):
        planning.rollback(town.config, town.service.engine, "survey")


def test_nor_one_that_wants_a_keyword_that_another_has_now(town: Town, write: Write) -> None:
    write(SURVEY.replace("SURVEY", "ASKME"))
    publish(town)
    write(SURVEY.replace("survey", "poll"), "poll")
    publish(town)
    with pytest.raises(BrokenFlow, match='the keyword "SURVEY" begins flow poll already'):
        planning.rollback(town.config, town.service.engine, "survey")


def test_a_keyword_that_a_published_flow_has_is_told_of_the_one_that_is_published_now(town: Town, write: Write) -> None:
    write(SURVEY.replace("survey", "another"), "another")
    with pytest.raises(BrokenFlow, match=r"another.yaml:3:21: the keyword \"SURVEY\" begins flow survey already"):
        planning.publication(town.config, town.service.engine, ["another"])


# --- out of service -----------------------------------------------------------------------------------------------


def test_a_flow_goes_out_of_service_and_who_is_in_it_finishes(town: Town, other: Service) -> None:
    text(other, RAM, "SURVEY")

    looked = sms_service(town.environment, "flow", "withdraw", "survey")
    assert (looked.returncode, len(listed(town))) == (1, 1)
    ended = sms_service(town.environment, "flow", "withdraw", "survey", "--yes")

    assert ended.returncode == 0
    assert ended.stdout.splitlines()[0].endswith("goes out of service")
    assert ended.stdout.splitlines()[1:3] == [
        "  Nothing begins by SURVEY any more.",
        "  1 person stands in it: they finish on the version they began with.",
    ]
    assert [one[:2] for one in listed(town)] == [("withdrawn", False), ("first start", False)]
    text(other, SITA, "SURVEY")
    text(other, RAM, "Ram Kumar")
    town.work()
    assert town.phone(SITA).heard == ["Send SURVEY."], "which is what help says"
    assert town.phone(RAM).heard == ["Your name?", "Thank you, Ram Kumar."]
    again = sms_service(town.environment, "flow", "withdraw", "survey")
    assert (again.returncode, again.stdout) == (0, "Nothing changes: it is out of service.\n")


def test_it_comes_back_by_its_name_alone_or_by_a_roll_back(town: Town, write: Write) -> None:
    for _ in range(2):
        assert sms_service(town.environment, "flow", "withdraw", "survey", "--yes").returncode == 0
        write(EDITED)
        every = sms_service(town.environment, "flow", "publish", "--yes")
        assert every.stdout == "Nothing changes: that is what serves.\n"
        assert "survey is out of service, though its file is there: `sms-service flow publish survey`" in every.stderr
        named = sms_service(town.environment, "flow", "publish", "survey")
        assert "out of service until now, 2 states" in named.stdout
        assert sms_service(town.environment, "flow", "rollback", "survey", "--yes").returncode == 0
        assert listed(town)[0][:2] == ("rolled back", True)


def test_what_a_serving_flow_calls_is_not_taken_out_of_service(town: Town, write: Write) -> None:
    write(CALLED, "name")
    write(CALLER)
    publish(town)
    with pytest.raises(
        NotPublished, match=r"name goes on serving: survey calls it\. Publish it without the call first"
    ):
        planning.withdraw(town.config, town.service.engine, "name")


def test_a_flow_whose_file_is_gone_is_named(town: Town, flows: Path) -> None:
    (flows / "survey.yaml").unlink()
    ended = sms_service(town.environment, "flow", "publish")
    assert "survey serves, though its file is gone: `sms-service flow withdraw survey`" in ended.stderr


def test_a_flow_that_no_transcript_plays_is_named(town: Town, write: Write, flows: Path) -> None:
    (flows / "survey.talk").write_text(TALK.replace("Your name?", "...").replace("Thank you", "..."))
    write(EDITED)
    write(HELP.replace("Send", "Please send"), "help")
    ended = sms_service(town.environment, "flow", "publish", "--yes")
    assert ended.returncode == 0
    assert f"No transcript plays help: `sms-service flow test --record {flows}/help.talk`" in ended.stderr
