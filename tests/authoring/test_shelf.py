"""The flows that serve: what is published is taken up as a whole, a version that cannot be loaded never takes a good one's
place, and an old version stays while somebody is in it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from sms_service.authoring.shelf import REFRESH_SECONDS, Shelf, UnknownVersion, read_flow
from sms_service.authoring.source import BrokenFlow
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Session

GOOD = """\
flow: lesson
about: a flow of the tests
starts: {keywords: [LESSON]}
languages: [en]
states:
  hello: {say: {en: "Hello."}, end: true}
"""
NEWER = GOOD.replace("Hello.", "Good day.").replace("LESSON", "TEACH")
OTHER = GOOD.replace("lesson", "other").replace("LESSON", "OTHER")
BROKEN = GOOD.replace("end: true", "nxet: bye}\n  bye: {end: true")


class Away(Exception):
    """The database cannot be asked."""


class Stored:
    """What the database knows, in memory. `away`: it cannot be asked. `looks` counts how often it was."""

    errors = (Away,)

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        self.published: list[Mapping[str, str]] = []
        self.away, self.looks = False, 0
        self.meanwhile: Callable[[], None] = lambda: None

    def publish(self, source: str, flow: str = "lesson") -> str:
        version = sha256(source.encode()).hexdigest()
        self.sources[version] = source
        self.published.append({flow: version})
        return version

    def newest(self) -> int:
        self.looks += 1
        if self.away:
            raise Away
        self.meanwhile()
        return len(self.published)

    def moments(self) -> list[Mapping[str, str]]:
        return self.published

    def source_of(self, version: str) -> str | None:
        return self.sources.get(version)


class Clock:
    """Seconds that pass when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float = REFRESH_SECONDS) -> None:
        self.now += seconds


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(stored: Stored, clock: Clock) -> Shelf:
    """A process that began when GOOD served."""
    stored.publish(GOOD)
    return Shelf(Vocabulary(), stored, clock)


def hello(shelf: Shelf, version: str) -> str:
    return shelf.version(version).templates.render("hello.say@en", {})


# --- what serves --------------------------------------------------------------------------------------------------


def test_what_was_published_last_serves_and_has_its_ways_in(stored: Stored, clock: Clock) -> None:
    stored.publish(GOOD)
    stored.publish(OTHER, "other")
    newest = stored.publish(NEWER)

    shelf = Shelf(Vocabulary(), stored, clock)

    assert {name: flow.version for name, flow in shelf.current.items()}["lesson"] == newest
    assert shelf.ways.keywords["teach"] is shelf.current["lesson"]
    assert "lesson" not in shelf.ways.keywords
    assert shelf.ways.keywords["other"] is shelf.current["other"]


def test_where_two_flows_claim_one_word_every_process_gives_it_to_the_same(stored: Stored, clock: Clock) -> None:
    stored.publish(GOOD)
    stored.publish(OTHER.replace("OTHER", "LESSON"), "other")
    before = Shelf(Vocabulary(), stored, clock).ways.keywords["lesson"].name
    stored.publish(GOOD.replace("Hello.", "Good day."))

    assert Shelf(Vocabulary(), stored, clock).ways.keywords["lesson"].name == before


def test_before_anything_is_published_nothing_serves(stored: Stored, clock: Clock) -> None:
    assert Shelf(Vocabulary(), stored, clock).current == {}


def test_an_old_version_stays_loadable_after_a_new_one_serves(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    old = shelf.current["lesson"].version
    stored.publish(NEWER)

    later = Shelf(Vocabulary(), stored, clock)

    assert hello(later, old) == "Hello."
    assert hello(later, later.current["lesson"].version) == "Good day.", "loading an old one does not make it serve"


def test_a_version_is_loaded_once_and_kept(shelf: Shelf, stored: Stored) -> None:
    old = shelf.current["lesson"]
    stored.sources.clear()
    assert shelf.version(old.version) is old


def test_a_version_that_was_never_stored_here_is_unknown(shelf: Shelf) -> None:
    with pytest.raises(UnknownVersion, match="flow version abcdefabcdef was never stored here"):
        shelf.version("abcdef" * 10)


# --- taking up what is published ----------------------------------------------------------------------------------


def test_a_publication_is_taken_up_at_the_next_look(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    newest = stored.publish(NEWER)
    shelf.refresh()
    assert shelf.current["lesson"].version != newest, "it looked a moment ago"

    clock.passes()
    shelf.refresh()

    assert shelf.current["lesson"].version == newest
    assert list(shelf.ways.keywords) == ["teach"]


def test_so_is_a_version_that_is_made_current_again(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    first = shelf.current["lesson"].version
    for source in (NEWER, GOOD):
        stored.publish(source)
        clock.passes()
        shelf.refresh()
    assert shelf.current["lesson"].version == first


def test_looks_are_rare_and_one_where_nothing_was_published_replaces_nothing(
    shelf: Shelf, stored: Stored, clock: Clock
) -> None:
    serving, before = shelf.serving, stored.looks
    for _ in range(100):
        shelf.refresh()
    clock.passes()
    for _ in range(100):
        shelf.refresh()

    assert stored.looks == before + 1
    assert shelf.serving is serving


def test_who_is_in_the_middle_of_a_turn_keeps_its_flows(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    during = shelf.serving
    stored.publish(NEWER)
    stored.publish(OTHER, "other")
    clock.passes()
    shelf.refresh()

    assert set(shelf.current) == {"lesson", "other"}
    assert set(during.current) == {"lesson"}
    assert list(during.ways.keywords) == ["lesson"]


def test_while_one_thread_looks_the_others_go_on_with_what_serves(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    newest = stored.publish(NEWER)
    looking, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        looking.set()
        assert go_on.wait(30)

    stored.meanwhile = slow
    clock.passes()
    looks = threading.Thread(target=shelf.refresh)
    looks.start()
    assert looking.wait(30)

    shelf.refresh()  # does not wait, and does not ask
    assert shelf.current["lesson"].version != newest

    go_on.set()
    looks.join()
    assert shelf.current["lesson"].version == newest


def test_what_is_published_between_the_two_questions_of_a_look_is_not_lost(
    shelf: Shelf, stored: Stored, clock: Clock
) -> None:
    stored.publish(NEWER)
    clock.passes()
    counted = stored.newest
    late: list[str] = []

    def newest() -> int:
        number = counted()
        if not late:
            late.append(stored.publish(OTHER, "other"))
        return number

    stored.newest = newest  # type: ignore[method-assign]
    shelf.refresh()
    clock.passes()
    shelf.refresh()

    assert shelf.current["other"].version == late[0]
    assert shelf.serving.newest == 3


def test_a_look_that_fails_keeps_what_serves_and_is_logged_once(
    shelf: Shelf, stored: Stored, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    serving, stored.away = shelf.serving, True
    newest = stored.publish(NEWER)
    for _ in range(3):
        clock.passes()
        shelf.refresh()
    assert shelf.serving is serving
    assert caplog.text.count("cannot see if flows were published (Away): those known go on serving") == 1

    stored.away = False
    clock.passes()
    shelf.refresh()
    assert shelf.current["lesson"].version == newest

    stored.away = True
    clock.passes()
    shelf.refresh()
    assert caplog.text.count("cannot see if flows were published") == 2, "the next outage is told again"


# --- versions that cannot be loaded any more ----------------------------------------------------------------------


def test_a_version_that_cannot_be_loaded_never_takes_a_good_ones_place(
    shelf: Shelf, stored: Stored, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    good = shelf.current["lesson"].version
    bad = stored.publish(BROKEN)
    other = stored.publish(OTHER, "other")
    clock.passes()
    with caplog.at_level(logging.ERROR):
        shelf.refresh()

    assert shelf.current["lesson"].version == good
    assert shelf.current["other"].version == other, "what else was published is taken up"
    assert (
        f"flow lesson: version {good[:12]} goes on serving, what was published after it cannot be loaded" in caplog.text
    )
    assert f'version {bad[:12]}:6:32: unknown key "nxet", did you mean "next"?' in caplog.text


def test_a_process_that_starts_now_finds_the_same_good_one(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    good = shelf.current["lesson"].version
    stored.publish(BROKEN)
    stored.publish(BROKEN.replace("Hello.", "Hi."))

    assert Shelf(Vocabulary(), stored, clock).current["lesson"].version == good


def test_a_flow_without_any_loadable_version_does_not_keep_the_others_from_serving(
    stored: Stored, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    stored.publish(BROKEN)
    stored.publish(OTHER, "other")

    shelf = Shelf(Vocabulary(), stored, clock)

    assert set(shelf.current) == {"other"}
    assert "flow lesson does not serve, no published version of it can be loaded" in caplog.text


# --- files --------------------------------------------------------------------------------------------------------


def test_a_file_is_read_with_its_flow(tmp_path: Path) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)
    text, flow = read_flow(tmp_path / "lesson.yaml", Vocabulary())
    assert (text, flow.name, flow.version) == (GOOD, "lesson", sha256(GOOD.encode()).hexdigest())


def test_a_flow_stands_in_the_file_of_its_name_so_that_no_two_files_can_claim_it(tmp_path: Path) -> None:
    (tmp_path / "copy.yaml").write_text(GOOD)
    with pytest.raises(BrokenFlow, match=r"copy.yaml:1:1: flow lesson belongs in lesson.yaml"):
        read_flow(tmp_path / "copy.yaml", Vocabulary())


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "lesson.yaml").write_bytes(b"about: \xff")
    with pytest.raises(BrokenFlow, match=r"lesson\.yaml:1:8: this letter is not UTF-8: save the file as UTF-8"):
        read_flow(tmp_path / "lesson.yaml", Vocabulary())


# --- what a session calls -----------------------------------------------------------------------------------------

CALLER = """\
flow: caller
about: a flow of the tests
starts: {keywords: [CALL]}
languages: [en]
states:
  go: {call: lesson, outcomes: {done: bye}}
  bye: {end: true}
"""
NEW_CALLER = CALLER.replace("done: bye", "ended: bye")
NEW_RESULT = NEWER.replace("end: true", "end: ended")


def calls(shelf: Shelf, caller: str) -> str:
    """The first text of the lesson that a session gets which began with this version of the caller."""
    version = sha256(caller.encode()).hexdigest()
    session = Session(id="s", flow="caller", version=version, state="go", language="en", kind="sms")
    found = shelf.called("lesson", session, shelf.serving)
    return found.templates.render("hello.say@en", {}) if found else "nothing"


def test_a_version_that_serves_calls_what_serves(shelf: Shelf, stored: Stored, clock: Clock) -> None:
    stored.publish(CALLER, "caller")
    stored.publish(NEWER)
    assert calls(Shelf(Vocabulary(), stored, clock), CALLER) == "Good day."


def test_a_version_that_was_replaced_calls_what_served_beside_it_at_last(stored: Stored, clock: Clock) -> None:
    stored.publish(GOOD)
    stored.publish(CALLER, "caller")
    mended = stored.publish(GOOD.replace("Hello.", "Hello!"))
    stored.publish(NEW_RESULT)
    stored.publish(NEW_CALLER, "caller")
    stored.published[-2:] = [{**stored.published[-2], **stored.published[-1]}]  # both at once, as they must be

    shelf = Shelf(Vocabulary(), stored, clock)

    assert calls(shelf, CALLER) == "Hello!", "it was mended while both served"
    assert calls(shelf, NEW_CALLER) == "Good day."
    assert shelf.version(mended)


def test_what_is_withdrawn_is_still_called_by_those_it_served_beside(stored: Stored, clock: Clock) -> None:
    stored.publish(GOOD)
    stored.publish(CALLER, "caller")
    stored.publish(OTHER.replace("other", "caller"), "caller")
    stored.published.append({"lesson": ""})

    shelf = Shelf(Vocabulary(), stored, clock)

    assert "lesson" not in shelf.current
    assert "lesson" not in shelf.ways.keywords
    assert calls(shelf, CALLER) == "Hello."
    stored.publish(NEWER)
    assert Shelf(Vocabulary(), stored, clock).current["lesson"].starts.keywords == ("TEACH",)


def test_a_session_of_a_version_that_this_process_has_not_heard_of_makes_it_look(
    shelf: Shelf, stored: Stored, clock: Clock
) -> None:
    stored.published.append({"lesson": stored.publish(NEW_RESULT), "caller": stored.publish(NEW_CALLER, "caller")})
    assert "caller" not in shelf.current
    assert calls(shelf, NEW_CALLER) == "Good day."


def test_a_version_that_cannot_be_loaded_any_more_gives_way_to_the_one_that_serves(
    stored: Stored, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    first = stored.publish(GOOD)
    stored.publish(CALLER, "caller")
    stored.published.append({"lesson": stored.publish(NEWER), "caller": stored.publish(NEW_CALLER, "caller")})
    del stored.published[-3:-1]
    stored.sources[first] = BROKEN

    assert calls(Shelf(Vocabulary(), stored, clock), CALLER) == "Good day."
    assert f"flow lesson: version {first[:12]} cannot be loaded any more, its callers get another" in caplog.text


def test_a_flow_that_never_served_is_called_by_nobody(shelf: Shelf, stored: Stored) -> None:
    stored.published.clear()
    stored.publish(CALLER, "caller")
    shelf.serving = shelf._read(1)
    assert calls(shelf, CALLER) == "nothing"
