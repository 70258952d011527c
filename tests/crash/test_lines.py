"""kill -9 before every executed line of a turn, of a delivery, of a card, of the sweeper: one consent, one of each message.

A share of the deaths that `make crash` dies: of every third story, every CRASH_EVERY-th.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from sms_service import launch
from sms_service.config import read_config
from sms_service.enrolment import enrolers
from sms_service.service import open_service
from sms_service.store.tables import area, enroler, outbox
from tests.crash import deaths
from tests.crash.deaths import CLEAN, STORIES, staged
from tests.crash.lines import Death, Failed, Site
from tests.crash.share import EVERY, OFFSET
from tests.crash.stories import Entry, Story, Yes
from tests.crash.stories_sending import CardDrawn, Delivery, DeliveryOfMany, DeliveryUnasked
from tests.crash.tracing import EVERYWHERE, OURS

IN_LIBRARIES = 211
"""A turn executes a hundred times as many lines in libraries as of ours."""

OF_STORIES = 3 if EVERY > 1 else 1
"""Every so manieth story in one run: setting one up takes longer than a death."""

ONE_STORY: list[Story] = [Yes(), Delivery(), CardDrawn()]
"""Of each kind of process one, in whose libraries it dies."""


def name(story: Story) -> str:
    return type(story).__name__


@pytest.mark.parametrize("story", STORIES[OFFSET % OF_STORIES :: OF_STORIES], ids=name)
def test_killed_before_any_line_everything_happens_once(valkey_url: str, story: Story) -> None:
    with staged(story, valkey_url) as site:
        every = max(EVERY // OF_STORIES, 1)
        share = deaths.that_tell(site, story)[OFFSET % every :: every]
        assert share, "the lines of the victim are followed"
        assert wrong(site, story, share) == []


@pytest.mark.parametrize("story", ONE_STORY[OFFSET % OF_STORIES :: OF_STORIES], ids=name)
def test_killed_inside_any_library_everything_happens_once(valkey_url: str, story: Story) -> None:
    with staged(story, valkey_url) as site:
        lines, every = site.lines_of(lambda: story.victim(site), EVERYWHERE), EVERY * IN_LIBRARIES
        share = [Death(EVERYWHERE, line, "warm") for line in range(1 + OFFSET % every, lines + 2, every)]
        assert wrong(site, story, share) == []


def wrong(site: Site, story: Story, share: list[Death]) -> list[tuple[str, str]]:
    return [outcome for outcome in deaths.outcomes(site, story, share) if outcome != CLEAN]


def test_a_worker_that_sends_again_without_asking_is_caught(valkey_url: str) -> None:
    class Blind(Delivery):
        def rest(self, site: Site) -> object:
            with site.service.engine.begin() as conn:
                conn.execute(update(outbox).where(outbox.c.status == "sending").values(status="queued"))
            return super().rest(site)

    story = Blind()
    with staged(story, valkey_url) as site:
        _, edges, _ = site.telling(lambda: story.victim(site), OURS)
        found = deaths.outcomes(site, story, [Death(OURS, line, "warm") for line in edges])
        assert next((word for word, _ in found if word != "Clean"), "") == "Doubled"


def test_five_answers_leave_in_one_call(valkey_url: str) -> None:
    story = DeliveryOfMany()
    with staged(story, valkey_url) as site:
        before = len(site.africastalking.requests)
        site.forked(lambda: story.victim(site))
        assert len(site.africastalking.requests) == before + 1
        assert len(site.africastalking.accepted) == 5


@pytest.mark.parametrize(
    ("story", "spoil", "word"),
    [
        (Yes(), lambda site: site.twilio.accepted.pop(), "Lost"),
        (Yes(), lambda site: site.twilio.accepted.append(site.twilio.accepted[-1]), "Doubled"),
        (Yes(), lambda site: site.twilio.accepted.insert(0, site.twilio.accepted.pop()), "Clean"),
        (DeliveryUnasked(), lambda site: site.africastalking.accepted.pop(), "Lost"),
    ],
)
def test_what_is_wrong_is_called_by_its_name(
    valkey_url: str, story: Story, spoil: Callable[[Site], object], word: str
) -> None:
    class Spoilt(type(story)):  # type: ignore[misc]
        def check(self, site: Site) -> None:
            spoil(site)
            super().check(site)

    with staged(story, valkey_url) as site:
        [(found, _)] = deaths.outcomes(site, Spoilt(), [Death(OURS, 1, "warm")])
        assert found == word


def test_killed_while_it_makes_its_database_the_next_start_makes_it(valkey_url: str, tmp_path: Path) -> None:
    """Migrations, the service key, the flows and the demonstration drive: all from nothing."""
    fresh = read_config({"SMS_SERVICE__DATA_DIR": str(tmp_path / "fresh")})

    def start() -> None:
        launch.prepare(fresh, time.time())

    def serves() -> None:
        service = open_service(fresh, time.time())
        with service.reads.begin() as conn:
            counts = [conn.execute(select(func.count()).select_from(table)).scalar_one() for table in (area, enroler)]
            assert counts == demo
            assert len(enrolers.everybody(conn, service.keys, 10)) == demo[1], "and their names can be read"

    files = tuple(f"{OURS[0]}{part}" for part in ("launch", "config", "service", "store", "enrolment", "privacy"))
    with staged(Entry(), valkey_url) as site:
        demo = [len(site.rows(table)) for table in (area, enroler)]
        lines = site.lines_of(start, files)
        assert lines > 500, lines
        for line in range(1 + OFFSET % EVERY, lines + 2, EVERY):
            shutil.rmtree(fresh.data_dir)
            place = site.dies(start, Death(files, line, "warm"))
            try:
                site.forked(start)
                site.forked(serves)
            except Failed as error:
                pytest.fail(f"killed before line {line} of {lines} ({place or 'not at all'}): {error}")
