"""What is to happen once, however often it dies on the way: what the workers do, for gateways of every kind."""

from __future__ import annotations

import time
from types import SimpleNamespace
from unittest.mock import patch

from sqlalchemy import update

from sms_service.channels.base import Accepted, Outbound
from sms_service.enrolment import erasure, searches
from sms_service.store import claims, people
from sms_service.store.tables import consent, outbox, person, registration, search
from sms_service.store.tables import erasure as left
from tests.crash.lines import Gateways, Site, kannel_settings
from tests.crash.once import Doubled, Half, Lost, all_sent, enrolled_once, has, once_or_held, same, says
from tests.crash.stories import ASKED, LINK, SAVED, WELCOME, Steps, Story, sid
from tests.town import ENROLER, ENTRY, MEMBER
from workers import cards, deliver, erase

CROWD = [f"+9198765{number:05d}" for number in range(60001, 60006)]
HELPED = "XYZ"
"""How the answer to HELP begins, of which each of the crowd is to have one."""

DAY = 86_400.0


class Delivery(Story):
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


class DeliveryUnasked(Story):
    """The same to a gateway that cannot be asked: nothing twice, and what nobody knows is held and listed."""

    def before(self, site: Site) -> Steps:
        return [lambda: site.texts_by_africastalking(ENROLER, ENTRY, "ATXid_1")]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def check(self, site: Site) -> None:
        once_or_held(site, {ENROLER: SAVED, MEMBER: ASKED})
        same(["held" for row in site.rows(outbox) if row.status == "held"][1:], [], "held, at most one")


class DeliveryOfMany(Story):
    """One call of the worker with the same text for five phones, to the gateway that cannot be asked: what it had in hand is
    accepted once, or held and listed, each by itself."""

    def before(self, site: Site) -> Steps:
        def news() -> None:
            """Answers leave one by one; equal texts that nobody asked for leave together."""
            with site.service.engine.begin() as conn:
                conn.execute(update(outbox).values(text_index=b"the same for all"))

        wrote = [lambda n=n, p=p: site.texts_by_africastalking(p, "HELP", f"ATXid_{n}") for n, p in enumerate(CROWD)]
        return [*wrote, news]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def check(self, site: Site) -> None:
        once_or_held(site, dict.fromkeys(CROWD, HELPED))


class DeliveryByWhatsApp(Story):
    """Answers by WhatsApp, which can be asked: each once."""

    def settings(self, gateways: Gateways) -> dict[str, str]:
        return {"CHANNELS__TWILIO__WHATSAPP_FROM": gateways.twilio.number}

    def before(self, site: Site) -> Steps:
        return [lambda n=n, p=p: site.texts_by_whatsapp(p, "HELP", sid(n)) for n, p in enumerate(CROWD[:2])]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def check(self, site: Site) -> None:
        for phone in CROWD[:2]:
            says(site.heard(phone), HELPED)
        all_sent(site)


class DeliveryByAnother(Story):
    """The first gateway of the route refuses, and goes down; the next takes what certainly did not leave. What was in hand
    with the first, which cannot be asked, is held and listed."""

    def settings(self, gateways: Gateways) -> dict[str, str]:
        return kannel_settings(gateways)

    def before(self, site: Site) -> Steps:
        site.kannel.behave("temporal")
        return [lambda n=n, p=p: site.texts(p, "HELP", sid(n)) for n, p in enumerate(CROWD)]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def check(self, site: Site) -> None:
        once_or_held(site, dict.fromkeys(CROWD, HELPED))
        same([text for phone in CROWD for text in site.kannel.texts_to(phone)], [], "Kannel took")


class ReportOfAFailure(Story):
    """The report that a text did not arrive, by which it goes anew, once."""

    def before(self, site: Site) -> Steps:
        return [lambda: (site.texts(CROWD[0], "HELP", sid(1)), site.work())]

    def victim(self, site: Site) -> object:
        [first] = [one for one in site.twilio.accepted if one.to == CROWD[0]][:1]
        return site.reports(first, "undelivered", "30003")

    def rest(self, site: Site) -> object:
        self.victim(site)
        site.settle()
        self.victim(site)  # it comes twice, and late
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(CROWD[0]), HELPED, HELPED)
        has(site, outbox, "repeats", 1)
        all_sent(site)


class DeliveryAnew(ReportOfAFailure):
    """The worker that sends it anew."""

    def before(self, site: Site) -> Steps:
        def due() -> None:
            ReportOfAFailure.victim(self, site)
            with site.service.engine.begin() as conn:
                conn.execute(update(outbox).values(due_at=0.0))

        return [*super().before(site), due]

    def victim(self, site: Site) -> object:
        return deliver.send_due(site.service, 100)

    def rest(self, site: Site) -> object:
        return site.settle()


class CardDrawn(Story):
    """The worker that draws the card."""

    def before(self, site: Site) -> Steps:
        return [
            lambda: (site.texts(ENROLER, ENTRY, sid(1)), site.work()),
            lambda: (site.texts(MEMBER, "1", sid(2)), deliver.send_due(site.service, 100)),
        ]

    def victim(self, site: Site) -> object:
        return cards.draw_wanted(site.service, 100)

    def check(self, site: Site) -> None:
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)
        token = site.heard(MEMBER)[-1].partition("/card/?")[2].split()[0]

        def opens() -> None:
            if site.get(f"/card/?{token}") != 200:
                raise Lost("the link that she got does not open her card")

        site.forked(opens)


class Recovery(Delivery):
    """The sweeper that asks what became of two sends: the first was accepted, the second never left."""

    channel = "twilio"

    def before(self, site: Site) -> Steps:
        def claimed_and_died() -> None:
            service = site.service
            for sends in (True, False):
                with service.engine.begin() as conn:
                    claimed = claims.claim(conn, service.keys, time.time(), 60)
                assert claimed
                if sends:
                    message = Outbound(ref=claimed.ref, phone=claimed.phone, text=claimed.text)
                    assert isinstance(service.channels[self.channel].send(message), Accepted)
            with service.engine.begin() as conn:
                conn.execute(update(outbox).values(lease_until=0.0))

        return [*super().before(site), claimed_and_died]

    def victim(self, site: Site) -> object:
        return deliver.recover(site.service)


class RecoveryUnasked(Recovery):
    """The same of a gateway that cannot be asked: both are held and listed, and nothing more leaves."""

    channel = "africastalking"

    def before(self, site: Site) -> Steps:
        return [lambda: site.texts_by_africastalking(ENROLER, ENTRY, "ATXid_1"), *super().before(site)[1:]]

    def rest(self, site: Site) -> object:
        return site.settle()

    def check(self, site: Site) -> None:
        has(site, outbox, "status", "held", "held")
        same(sorted(site.listed()), sorted(row.ref for row in site.rows(outbox)), "listed")
        if len(site.heard(ENROLER) + site.heard(MEMBER)) > 1:
            raise Doubled("what is held left once more")


class Erased(Story):
    """The sweeper that takes out what is left of a member who was forgotten."""

    def before(self, site: Site) -> Steps:
        def forgets() -> None:
            keys, now = site.service.keys, time.time()
            with site.service.engine.begin() as conn:
                her = people.by_phone(conn, keys, MEMBER)
                assert her
                assert erasure.forget(conn, keys, her, now)
                people.count_turn(conn, her.id, her.turn_no)

        return [
            lambda: (site.texts(ENROLER, ENTRY, sid(1)), site.work()),
            lambda: (site.texts(MEMBER, "1", sid(2)), site.work()),
            forgets,
        ]

    def victim(self, site: Site) -> object:
        return self.at(site, 60.0)

    def at(self, site: Site, later: float) -> None:
        """One round, so many seconds later."""
        now = time.time() + later
        with patch.object(erase, "time", SimpleNamespace(time=lambda: now)), patch.object(erase, "_seen", erase.Seen()):
            erase.forgotten(site.service)

    def rest(self, site: Site) -> object:
        for round_ in (1, 2, 3, 4):
            self.at(site, 60.0 + round_ * 2 * searches.SETTLED_SECONDS)
        return site.settle()

    def check(self, site: Site) -> None:
        same([row.person_id for row in site.rows(search)], [], "searches left")
        same([row.person_id for row in site.rows(left)], [], "copies left")
        gone = [row for row in site.rows(person) if row.wrapped_key is None]
        same([row.phone_sealed for row in gone], [b""], "her number")
        has(site, consent, "decision", "given", "withdrawn")
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)


class CameToNothing(Erased):
    """The sweeper that erases somebody who refused eight days ago: whole, or not yet."""

    def before(self, site: Site) -> Steps:
        return [
            lambda: (site.texts(ENROLER, ENTRY, sid(1)), site.work()),
            lambda: (site.texts(MEMBER, "3", sid(2)), site.work()),
        ]

    def at(self, site: Site, later: float) -> None:
        now = time.time() + 8 * DAY + later
        with patch.object(erase, "time", SimpleNamespace(time=lambda: now)), patch.object(erase, "_seen", erase.Seen()):
            erase.came_to_nothing(site.service)
            erase.forgotten(site.service)

    def check(self, site: Site) -> None:
        [entered] = site.rows(registration)
        gone = {row.id for row in site.rows(person) if row.wrapped_key is None}
        if gone != {entered.person_id}:
            raise Half(f"{gone} are erased")
        same([row.person_id for row in site.rows(search)], [], "searches left")
        same([row.person_id for row in site.rows(left)], [], "copies left")


WORK: list[Story] = [
    Delivery(), DeliveryUnasked(), DeliveryOfMany(), DeliveryByWhatsApp(), DeliveryByAnother(), ReportOfAFailure(),
    DeliveryAnew(), CardDrawn(), Recovery(), RecoveryUnasked(), Erased(), CameToNothing(),
]  # fmt: skip
