"""kill -9 before every executed line of a turn, of a delivery, of a card, of the sweeper: one consent, one of each message."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import pytest
from sqlalchemy import func, select, update

from sms_service import intake, launch
from sms_service.channels.base import Accepted, Outbound
from sms_service.config import read_config
from sms_service.engine.model import Inbound
from sms_service.enrolment import enrolers
from sms_service.service import open_service
from sms_service.store import claims, sessions
from sms_service.store import outbox as store_outbox
from sms_service.store.tables import area, card, consent, enroler, member, outbox, person, registration, turn
from tests.crash.lines import EVERYWHERE, OURS, REDIS, Failed, Site, points
from tests.crash.share import EVERY, OFFSET
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, ENTRY, MEMBER
from workers import cards, deliver, sweep

IN_LIBRARIES = 211
"""A turn executes a hundred times as many lines in libraries as of ours."""

SAVED, ASKED, UNCLEAR = "Saved", "XYZ: Anil entered you", "Not clear."
WELCOME, LINK, HELP = "You are a member", "XYZ card of", "XYZ: you are a member. LANG"
Steps = Sequence[Callable[[], object]]


class Story(Protocol):
    """Something that is to happen once, however often it dies on the way."""

    def before(self, site: Site) -> Steps:
        """What happened before, without anybody dying."""

    def victim(self, site: Site) -> object:
        """What dies."""

    def rest(self, site: Site) -> object:
        """What happens after: the gateway repeats what was not answered, leases end, the sweeper comes, life goes on."""

    def check(self, site: Site) -> None:
        """What must be there in the end."""


@pytest.fixture
def site(tmp_path: Path, valkey_url: str, twilio: Twilio, africastalking: AfricasTalking) -> Iterator[Site]:
    made = Site(tmp_path, valkey_url, twilio, africastalking)
    yield made
    made.close()


def sid(number: int) -> str:
    return f"SM{number:032d}"


def says(heard: list[str], *beginnings: str) -> None:
    """These messages were accepted, each once, in this order."""
    assert [text[: len(start)] for text, start in zip(heard, beginnings, strict=False)] == list(beginnings), heard
    assert len(heard) == len(beginnings), heard


def enrolled_once(site: Site) -> None:
    assert [row.decision for row in site.rows(consent)] == ["given"]
    assert [row.status for row in site.rows(registration)] == ["confirmed"]
    assert len(site.rows(member)) == 1
    assert [row.status for row in site.rows(card)] == ["ready"]
    assert {row.status for row in site.rows(outbox)} == {"sent"}
    assert len(site.service.spool) == 0


class Entry:
    """The enroler's line."""

    def before(self, site: Site) -> Steps:
        return []

    def victim(self, site: Site) -> object:
        return site.texts(ENROLER, ENTRY, sid(1))

    def rest(self, site: Site) -> object:
        self.victim(site)
        site.settle()
        site.texts(MEMBER, "1", sid(9))
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(ENROLER), SAVED)
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)


class LastAnswer(Entry):
    """The enroler's last answer, of an entry question by question."""

    def before(self, site: Site) -> Steps:
        answers = ("REG", "98765 43210", "ABC1234567", "12")
        return [lambda n=n, a=a: (site.texts(ENROLER, a, sid(10 + n)), site.work()) for n, a in enumerate(answers)]

    def victim(self, site: Site) -> object:
        return site.texts(ENROLER, "Ram Kumar", sid(1))

    def check(self, site: Site) -> None:
        says(site.heard(ENROLER), "Mobile number", "Voter ID?", "Number of the", "Name of", SAVED)
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)


class Yes:
    """The person's yes, after an answer that was not clear."""

    def before(self, site: Site) -> Steps:
        return [
            lambda: (site.texts(ENROLER, ENTRY, sid(1)), site.work()),
            lambda: (site.texts(MEMBER, "maybe", sid(2)), site.work()),
        ]

    def victim(self, site: Site) -> object:
        return site.texts(MEMBER, "1", sid(3))

    def rest(self, site: Site) -> object:
        self.victim(site)
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(ENROLER), SAVED)
        says(site.heard(MEMBER), ASKED, UNCLEAR, WELCOME, LINK)
        enrolled_once(site)


class YesUnrepeated(Yes):
    """Her yes again, where the gateway repeats nothing: all of it took place or none, and her next yes ends well."""

    def rest(self, site: Site) -> object:
        counts = {len(site.rows(table)) for table in (consent, member, card)}
        assert counts in ({0}, {1}), counts
        site.settle()
        site.texts(MEMBER, "1", sid(4))
        return site.settle()

    def check(self, site: Site) -> None:
        helped = [HELP] if any(text.startswith(HELP) for text in site.heard(MEMBER)) else []
        says(site.heard(MEMBER), ASKED, UNCLEAR, WELCOME, LINK, *helped)
        enrolled_once(site)


class Mistake(Yes):
    """Her word what is right: her turn mends the registration, and begins one of the enroler's."""

    def before(self, site: Site) -> Steps:
        wrong = [lambda n=n, a=a: (site.texts(MEMBER, a, sid(10 + n)), site.work()) for n, a in enumerate(("2", "3"))]
        return [*super().before(site), *wrong]

    def victim(self, site: Site) -> object:
        return site.texts(MEMBER, "13", sid(3))

    def check(self, site: Site) -> None:
        [entered] = site.rows(registration)
        assert entered.status == "waiting"
        says(site.heard(MEMBER), ASKED, UNCLEAR, "What is wrong?", "What is the number", "XYZ: so you are Ram Kumar")
        says(site.heard(ENROLER), SAVED, f"{entered.ref}: the person mended it. Was: 12. Is: 13.")
        assert site.rows(consent) == site.rows(member) == []


class Stop(Yes):
    """Her STOP, to the question whether she joins."""

    def victim(self, site: Site) -> object:
        return site.texts(MEMBER, "STOP", sid(3))

    def check(self, site: Site) -> None:
        assert [row.decision for row in site.rows(consent)] == ["refused"]
        assert [row.status for row in site.rows(registration)] == ["refused"]
        assert site.rows(member) == []
        assert [row.turn_no for row in site.rows(person) if row.stopped_at] == [3]
        says(site.heard(MEMBER), ASKED, UNCLEAR, "XYZ: no more SMS")


class Expiry:
    """The end of the week in which she did not answer, told by the clock."""

    def before(self, site: Site) -> Steps:
        return [lambda: site.texts(ENROLER, ENTRY, sid(1)), site.work]

    def victim(self, site: Site) -> object:
        now = time.time() + 8 * 86_400
        with site.service.reads.begin() as conn:
            due = sessions.due_people(conn, now, 100)
        for person_id in due:
            site.service.turns.tick(person_id, now)
        return due

    def rest(self, site: Site) -> object:
        self.victim(site)
        return site.settle()

    def check(self, site: Site) -> None:
        assert [row.status for row in site.rows(registration)] == ["expired"]
        assert len([row for row in site.rows(turn) if row.channel == "clock"]) == 1
        assert site.rows(consent) == site.rows(member) == []
        says(site.heard(MEMBER), ASKED)


class Delivery:
    """The worker that sends: to a gateway that can be asked what it took."""

    def before(self, site: Site) -> Steps:
        return [lambda: site.texts(ENROLER, ENTRY, sid(1))]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def rest(self, site: Site) -> object:
        site.settle()
        site.texts(MEMBER, "1", sid(2))
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(ENROLER), SAVED)
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)


class DeliveryUnasked:
    """The same to a gateway that cannot be asked: nothing twice, and what nobody knows is held and listed."""

    def before(self, site: Site) -> Steps:
        return [lambda: site.texts_by_africastalking(ENROLER, ENTRY, "ATXid_1")]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def rest(self, site: Site) -> object:
        return site.settle()

    def check(self, site: Site) -> None:
        phones = {ENROLER: SAVED, MEMBER: ASKED}
        with site.service.reads.begin() as conn:
            listed = [row.ref for row in store_outbox.listed(conn, ["held"])]
        statuses = [row.status for row in site.rows(outbox)]
        assert statuses in (["sent", "sent"], ["held", "sent"], ["sent", "held"])
        assert len(listed) == statuses.count("held")
        for (phone, text), status in zip(phones.items(), statuses, strict=True):
            heard = site.heard(phone)
            assert len(heard) <= 1
            assert heard or status == "held"
            says(heard, *[text] * len(heard))


class CardDrawn:
    """The worker that draws the card."""

    def before(self, site: Site) -> Steps:
        return [
            lambda: (site.texts(ENROLER, ENTRY, sid(1)), site.work()),
            lambda: (site.texts(MEMBER, "1", sid(2)), deliver.send_due(site.service, 100)),
        ]

    def victim(self, site: Site) -> object:
        return cards.draw_wanted(site.service, 100)

    def rest(self, site: Site) -> object:
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)
        token = site.heard(MEMBER)[-1].partition("/card/?")[2].split()[0]

        def opens() -> None:
            assert site.get(f"/card/?{token}") == 200, "the link that she got opens her card"

        site.forked(opens)


class Recovery(Delivery):
    """The sweeper that asks what became of two sends: the first was accepted, the second never left."""

    def before(self, site: Site) -> Steps:
        def claimed_and_died() -> None:
            service = site.service
            for sends in (True, False):
                with service.engine.begin() as conn:
                    claimed = claims.claim(conn, service.keys, time.time(), 60)
                assert claimed
                if sends:
                    message = Outbound(ref=claimed.ref, phone=claimed.phone, text=claimed.text)
                    assert isinstance(service.channels["twilio"].send(message), Accepted)
            with service.engine.begin() as conn:
                conn.execute(update(outbox).values(lease_until=0.0))

        return [*super().before(site), claimed_and_died]

    def victim(self, site: Site) -> object:
        return deliver.recover(site.service)


class Spooled(Yes):
    """The sweeper that takes her yes from the disk, where it was kept while SQL was down."""

    def before(self, site: Site) -> Steps:
        def kept() -> None:
            yes = Inbound(
                channel="twilio", id=sid(3), kind="sms", phone=MEMBER, to=site.twilio.number, text="1",
                received_at=time.time(),
            )  # fmt: skip
            site.service.spool.put(yes.received_at, yes.id, msgspec.msgpack.encode(intake._Kept(inbound=yes)))

        return [*super().before(site), kept]

    def victim(self, site: Site) -> object:
        sweep.sweep(site.service)
        return None

    def rest(self, site: Site) -> object:
        return site.settle()


STORIES: list[Story] = [
    Entry(), LastAnswer(), Yes(), YesUnrepeated(), Mistake(), Stop(), Expiry(), Delivery(), DeliveryUnasked(),
    CardDrawn(), Recovery(), Spooled(),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: type(story).__name__)
def test_killed_before_any_line_everything_happens_once(site: Site, story: Story) -> None:
    assert list(deaths(site, story, EVERY)) == []


@pytest.mark.parametrize("story", [Yes(), Delivery(), CardDrawn()], ids=lambda story: type(story).__name__)
def test_killed_inside_any_library_everything_happens_once(site: Site, story: Story) -> None:
    assert list(deaths(site, story, EVERY * IN_LIBRARIES, EVERYWHERE)) == []


def test_a_worker_that_sends_again_without_asking_is_caught(site: Site) -> None:
    class Blind(Delivery):
        def rest(self, site: Site) -> object:
            with site.service.engine.begin() as conn:
                conn.execute(update(outbox).where(outbox.c.status == "sending").values(status="queued"))
            return super().rest(site)

    assert next(deaths(site, Blind(), 5), "") != ""


def test_killed_while_it_makes_its_database_the_next_start_makes_it(site: Site, tmp_path: Path) -> None:
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

    demo = [len(site.rows(table)) for table in (area, enroler)]
    files = tuple(f"{OURS[0]}{part}" for part in ("launch", "config", "service", "store", "enrolment", "privacy"))
    lines = site.lines_of(start, files)
    assert lines > 500, lines
    for line in points(lines, EVERY, OFFSET):
        shutil.rmtree(fresh.data_dir)
        place = site.dies(start, line, files)
        try:
            site.forked(start)
            site.forked(serves)
        except Failed as error:
            pytest.fail(f"killed before line {line} of {lines} ({place or 'not at all'}): {error}")


def deaths(site: Site, story: Story, every: int, files: tuple[str, ...] = OURS) -> Iterator[str]:
    """Lets the victim of `story` die before each of its lines in this share; what was wrong afterwards, a line each."""
    site.prepare(story.before(site))
    site.restore("warm")
    lines = site.lines_of(lambda: story.victim(site), files)
    assert lines > 100, "the lines of the victim are followed"
    for number, line in enumerate(points(lines, every, OFFSET)):
        live = REDIS[number % len(REDIS)]
        site.restore(live)
        place = site.dies(lambda: story.victim(site), line, files)
        try:
            site.forked(lambda: story.rest(site))
            story.check(site)
        except (AssertionError, Failed) as error:
            yield f"killed before line {line} of {lines} ({place or 'not at all'}), Redis {live}: {error}"
