"""Flow files that nobody has published by hand: a start of the service shows an edit, nothing else brings one in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sms_service import launch
from sms_service.authoring.source import BrokenFlow
from sms_service.config import PREFIX, Config, read_config
from sms_service.first_start import publish_edited, publish_where_nothing_is
from sms_service.service import Service, open_service, open_shelf
from sms_service.store import database, flow_versions
from sms_service.store.flow_versions import Publication
from sms_service.vocabulary import vocabulary
from tests import databases

GOOD = """\
flow: lesson
about: a flow of the tests
starts: {keywords: [LESSON]}
languages: [en]
states:
  hello: {say: {en: "Hello."}, end: true}
"""
EDITED = GOOD.replace("Hello.", "Good day.")
BROKEN = GOOD.replace("end: true", "nxet: bye}\n  bye: {end: true")
OTHER = GOOD.replace("lesson", "other").replace("LESSON", "OTHER")


@pytest.fixture
def config(stack: dict[str, str], tmp_path: Path) -> Config:
    """An installation that was never started, with one flow in its folder."""
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "lesson.yaml").write_text(GOOD)
    settings = {**stack, "FLOWS_DIR": str(folder), "DEMO_DIR": ""}
    return read_config({f"{PREFIX}{name}": value for name, value in settings.items()})


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    databases.migrated(config.sql_url)
    opened = database.open_database(config.sql_url)
    yield opened
    opened.dispose()


Write = Callable[..., None]


@pytest.fixture
def write(config: Config) -> Write:
    """Saves a flow file, as an operator does in an editor."""

    def saved(text: str, name: str = "lesson") -> None:
        (config.flows_dir / f"{name}.yaml").write_text(text)

    return saved


def run(config: Config) -> None:
    """What `sms-service run` does with the database before it starts the processes."""
    launch.prepare(config, time.time())


@contextmanager
def process(config: Config) -> Iterator[Service]:
    """A web process or a worker, as it starts, or starts again after it died."""
    service = open_service(config, time.time())
    try:
        yield service
    finally:
        service.close()


def serving(config: Config) -> dict[str, str]:
    """What a process that starts now says for each flow."""
    with process(config) as service:
        return {name: flow.templates.render("hello.say@en", {}) for name, flow in service.shelf.current.items()}


def published(engine: Engine, flow: str = "") -> list[Publication]:
    with engine.begin() as conn:
        return flow_versions.publications(conn, flow)


# --- sms-service run ----------------------------------------------------------------------------------------------


def test_the_first_start_publishes_every_file(config: Config, engine: Engine, write: Write) -> None:
    write(OTHER, "other")
    run(config)

    assert serving(config) == {"lesson": "Hello.", "other": "Hello."}
    assert [(one.flow, one.how) for one in published(engine)] == [("lesson", "first start"), ("other", "first start")]


def test_a_start_shows_an_edit(config: Config, write: Write) -> None:
    run(config)
    write(EDITED)
    run(config)
    assert serving(config) == {"lesson": "Good day."}


def test_a_start_without_an_edit_publishes_nothing(config: Config, engine: Engine) -> None:
    for _ in range(3):
        run(config)
    assert len(published(engine)) == 1


def test_what_was_rolled_back_stays_so_over_a_start_and_the_log_says_how_it_is(
    config: Config, engine: Engine, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    run(config)
    write(EDITED)
    run(config)
    edited, first = (one.version for one in published(engine))
    with engine.begin() as conn:
        flow_versions.publish(conn, "lesson", first, "rolled back", 9.0)

    run(config)

    assert serving(config) == {"lesson": "Hello."}
    assert (
        f"lesson.yaml is version {edited[:12]}, which served before; version {first[:12]} goes on serving "
        "(`sms-service flow publish lesson` changes that)"
    ) in caplog.text


def test_a_machine_with_old_files_does_not_bring_old_flows_back(config: Config, write: Write) -> None:
    run(config)
    write(EDITED)
    run(config)
    write(GOOD)
    run(config)
    assert serving(config) == {"lesson": "Good day."}


def test_a_broken_file_is_refused_and_the_published_version_goes_on_serving(
    config: Config, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    run(config)
    write(BROKEN)
    write(OTHER, "other")
    with caplog.at_level(logging.ERROR):
        run(config)

    assert serving(config) == {"lesson": "Hello.", "other": "Hello."}, "the other file is published all the same"
    assert "lesson.yaml is broken, version " in caplog.text
    assert 'lesson.yaml:6:32: unknown key "nxet", did you mean "next"?' in caplog.text


CALLS = """\
flow: calls
about: a flow of the tests
starts: {keywords: [CALL]}
languages: [en]
states:
  go: {call: lesson, outcomes: {done: hello}}
  hello: {say: {en: "Hello."}, end: true}
"""


def test_what_can_be_loaded_and_is_wrong_is_not_published_either(
    config: Config, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    run(config)
    write(EDITED + '  lost: {say: {en: "{{ nobody }}"}, end: true}\n')
    with caplog.at_level(logging.ERROR):
        run(config)
    assert serving(config) == {"lesson": "Hello."}
    assert 'lesson.yaml:7:3: nothing leads to "lost"' in caplog.text


def test_what_would_be_wrong_beside_a_flow_that_serves_is_not_published(
    config: Config, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write(CALLS, "calls")
    run(config)
    write(EDITED.replace("end: true", "end: ended"))
    write(OTHER, "other")
    with caplog.at_level(logging.ERROR):
        run(config)
    assert serving(config) == {"lesson": "Hello.", "calls": "Hello.", "other": "Hello."}
    assert 'calls.yaml as it is published:6:22: flow lesson may end as "ended"' in caplog.text


def test_a_word_that_two_flows_want_stays_with_the_one_that_has_it(
    config: Config, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write(OTHER, "other")
    run(config)
    write(EDITED.replace("LESSON", "OTHER"))
    with caplog.at_level(logging.ERROR):
        run(config)
    assert serving(config)["lesson"] == "Hello."
    assert 'the keyword "OTHER" begins flow other already' in caplog.text


def test_warnings_are_logged_and_hinder_nothing(config: Config, write: Write, caplog: pytest.LogCaptureFixture) -> None:
    write(EDITED.replace("[LESSON]", "[LESSON, INFO]"))
    run(config)
    assert serving(config) == {"lesson": "Good day."}
    assert "lesson.yaml:3:29: warning: " in caplog.text


def test_a_flow_that_was_withdrawn_stays_so_over_a_start(
    config: Config, engine: Engine, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write(OTHER, "other")
    run(config)
    with engine.begin() as conn:
        flow_versions.publish(conn, "lesson", flow_versions.current(conn)["lesson"], "withdrawn", 9.0)
    write(EDITED)
    run(config)
    assert serving(config) == {"other": "Hello."}
    assert "lesson.yaml is there, and the flow was taken out of service" in caplog.text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"states: [\n", b""])
def test_so_is_one_that_is_no_flow_at_all(config: Config, content: bytes) -> None:
    run(config)
    (config.flows_dir / "lesson.yaml").write_bytes(content)
    run(config)
    assert serving(config) == {"lesson": "Hello."}


def test_a_broken_file_that_was_never_good_stops_the_start_with_the_findings_of_all(
    config: Config, engine: Engine, write: Write
) -> None:
    write(BROKEN)
    write(BROKEN.replace("lesson", "another"), "another")
    write(OTHER, "other")

    with pytest.raises(BrokenFlow) as caught:
        run(config)

    assert [Path(finding.file).name for finding in caught.value.findings] == ["another.yaml", "lesson.yaml"]
    assert published(engine) == []


def test_a_flow_whose_file_is_gone_goes_on_serving(config: Config, write: Write) -> None:
    write(OTHER, "other")
    run(config)
    (config.flows_dir / "lesson.yaml").unlink()
    run(config)
    assert serving(config) == {"lesson": "Hello.", "other": "Hello."}


# --- every other process ------------------------------------------------------------------------------------------


def test_a_draft_never_goes_live_because_a_process_was_started_again(config: Config, write: Write) -> None:
    run(config)
    with process(config):  # it dies
        write(EDITED)
        write(OTHER, "other")

    assert serving(config) == {"lesson": "Hello."}


def test_a_broken_draft_does_not_keep_a_process_from_starting(config: Config, write: Write) -> None:
    run(config)
    write(BROKEN)
    write(BROKEN.replace("lesson", "unfinished"), "unfinished")
    assert serving(config) == {"lesson": "Hello."}


def test_files_that_are_gone_do_not_either(config: Config) -> None:
    run(config)
    (config.flows_dir / "lesson.yaml").unlink()
    assert serving(config) == {"lesson": "Hello."}


def test_a_service_begun_without_run_publishes_the_files(config: Config, engine: Engine) -> None:
    assert serving(config) == {"lesson": "Hello."}
    assert [one.how for one in published(engine)] == ["first start"]


def test_several_processes_may_be_the_first(config: Config, engine: Engine) -> None:
    at_once = threading.Barrier(4)

    def start() -> None:
        at_once.wait()
        publish_where_nothing_is(engine, config.flows_dir, vocabulary(config), 1.0)
        publish_edited(engine, config.flows_dir, vocabulary(config), 1.0)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(published(engine)) == 1


def test_without_run_a_broken_file_that_was_never_good_is_told(config: Config, engine: Engine, write: Write) -> None:
    write(BROKEN)
    with pytest.raises(BrokenFlow, match='unknown key "nxet"'):
        open_shelf(config, engine, 1.0)
    assert published(engine) == []
