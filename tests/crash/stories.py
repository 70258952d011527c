"""What is to happen once, however often it dies on the way: the turns of enrolers and people, by SMS, USSD and the clock."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from sms_service import intake
from sms_service.engine.model import Inbound
from sms_service.store import sessions
from sms_service.store.tables import card, consent, member, person, registration, turn
from tests.crash.lines import Gateways, Job, Site
from tests.crash.once import Half, counts, enrolled_once, has, same, says
from tests.town import ENROLER, ENTRY, MEMBER
from workers import sweep

SAVED, ASKED, UNCLEAR = "Saved", "XYZ: Anil entered you", "Not clear."
WELCOME, LINK, HELP = "You are a member", "XYZ card of", "XYZ: you are a member. CARD"
ASKS_FIRST, LAST_SMS = "XYZ: shall we erase", "XYZ: your data are erased"

ANSWERS = ("98765 43210", "ABC1234567", "12", "Ram Kumar")
"""What the enroler says question by question."""

Steps = Sequence[Job]


class Story:
    """Something that is to happen once, however often it dies on the way."""

    def settings(self, gateways: Gateways) -> dict[str, str]:
        """Further settings of the service."""
        return {}

    def before(self, site: Site) -> Steps:
        """What happened before, without anybody dying."""
        return []

    def victim(self, site: Site) -> object:
        """What dies."""
        raise NotImplementedError

    def rest(self, site: Site) -> object:
        """What happens after: the gateway repeats what was not answered, leases end, the sweeper comes, life goes on."""
        return site.settle()

    def check(self, site: Site) -> None:
        """What must be there in the end. Raises Broken."""
        raise NotImplementedError


def sid(number: int) -> str:
    return f"SM{number:032d}"


class Entry(Story):
    """The enroler's line."""

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


class EntryUnrepeated(Entry):
    """The same where the gateway repeats nothing: all of it took place or none; then she sends it once more, as people do."""

    def rest(self, site: Site) -> object:
        saved = len(site.rows(registration))
        turns = [row for row in site.rows(turn) if row.channel == "twilio"]
        if saved != len(turns):
            raise Half(f"{saved} registrations, {len(turns)} turns")
        site.settle()
        if not saved:
            site.texts(ENROLER, ENTRY, sid(2))
        site.settle()
        site.texts(MEMBER, "1", sid(9))
        return site.settle()


class LastAnswer(Entry):
    """The enroler's last answer, of an entry question by question."""

    def before(self, site: Site) -> Steps:
        answers = ("REG", *ANSWERS[:-1])
        return [lambda n=n, a=a: (site.texts(ENROLER, a, sid(10 + n)), site.work()) for n, a in enumerate(answers)]

    def victim(self, site: Site) -> object:
        return site.texts(ENROLER, ANSWERS[-1], sid(1))

    def check(self, site: Site) -> None:
        says(site.heard(ENROLER), "Mobile number", "Voter ID?", "Number of the", "Name of", SAVED)
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)


class LastScreen(Entry):
    """The last screen of an entry by USSD: the network sends the hop again, and it is the same screen."""

    def before(self, site: Site) -> Steps:
        typed = ["*".join(ANSWERS[:count]) for count in range(len(ANSWERS))]
        return [lambda t=t: site.hops(ENROLER, "ATUid_1", t) for t in typed]

    def victim(self, site: Site) -> object:
        return site.hops(ENROLER, "ATUid_1", "*".join(ANSWERS))

    def rest(self, site: Site) -> object:
        says([str(self.victim(site))], f"END {SAVED}")
        site.settle()
        site.texts(MEMBER, "1", sid(9))
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(MEMBER), ASKED, WELCOME, LINK)
        enrolled_once(site)


class Yes(Story):
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
        if len({len(site.rows(table)) for table in (consent, member, card)}) > 1:
            raise Half(f"{[len(site.rows(table)) for table in (consent, member, card)]} consents, members, cards")
        site.settle()
        site.texts(MEMBER, "1", sid(4))
        return site.settle()

    def check(self, site: Site) -> None:
        helped = [HELP] if any(text.startswith(HELP) for text in site.heard(MEMBER)) else []
        says(site.heard(MEMBER), ASKED, UNCLEAR, WELCOME, LINK, *helped)
        enrolled_once(site)


class YesOnAScreen(Yes):
    """Her yes by USSD, to the question that she dialled for: the network sends the hop again."""

    screens = (f"END {WELCOME}",)

    def before(self, site: Site) -> Steps:
        return [
            lambda: (site.texts(ENROLER, ENTRY, sid(1)), site.work()),
            lambda: site.hops(MEMBER, "ATUid_2", ""),
        ]

    def victim(self, site: Site) -> object:
        return site.hops(MEMBER, "ATUid_2", "1")

    def rest(self, site: Site) -> object:
        says([str(self.victim(site))], *self.screens)
        return site.settle()

    def check(self, site: Site) -> None:
        says(site.heard(MEMBER), ASKED, LINK)
        enrolled_once(site)


class YesOnALostScreen(YesOnAScreen):
    """The same where the network ends the session: she dials anew, and is asked again unless her yes was taken."""

    def rest(self, site: Site) -> object:
        if len({len(site.rows(table)) for table in (consent, member, card)}) > 1:
            raise Half("a consent, a member or a card is missing")
        taken = len(site.rows(consent)) == 1
        screen = site.hops(MEMBER, "ATUid_3", "")
        if not taken:
            says([screen], f"CON {ASKED}")
            says([site.hops(MEMBER, "ATUid_3", "1")], *self.screens)
        return site.settle()


class Mistake(Yes):
    """Her word what is right: her turn mends the registration, and begins one of the enroler's."""

    def before(self, site: Site) -> Steps:
        wrong = [lambda n=n, a=a: (site.texts(MEMBER, a, sid(10 + n)), site.work()) for n, a in enumerate(("2", "3"))]
        return [*super().before(site), *wrong]

    def victim(self, site: Site) -> object:
        return site.texts(MEMBER, "13", sid(3))

    def check(self, site: Site) -> None:
        has(site, registration, "status", "waiting")
        [entered] = site.rows(registration)
        says(site.heard(MEMBER), ASKED, UNCLEAR, "What is wrong?", "What is the number", "XYZ: so you are Ram Kumar")
        says(site.heard(ENROLER), SAVED, f"{entered.ref}: the person mended it. Was: 12. Is: 13.")
        counts(site, consent=0, member=0)


class Stop(Yes):
    """Her STOP, to the question whether she joins."""

    def victim(self, site: Site) -> object:
        return site.texts(MEMBER, "STOP", sid(3))

    def check(self, site: Site) -> None:
        has(site, consent, "decision", "refused")
        has(site, registration, "status", "refused")
        counts(site, member=0)
        same([row.turn_no for row in site.rows(person) if row.stopped_at], [3], "the turn of her STOP")
        says(site.heard(MEMBER), ASKED, UNCLEAR, "XYZ: no more SMS")


class StopUnrepeated(Stop):
    """Her STOP, of which nobody hears again where it was not taken: all of it or nothing, and her next one counts."""

    def rest(self, site: Site) -> object:
        taken = [len(site.rows(consent)), len([row for row in site.rows(person) if row.stopped_at])]
        if len(set(taken)) > 1:
            raise Half(f"{taken} refusals, people who are stopped")
        site.settle()
        if not taken[0]:
            site.texts(MEMBER, "STOP", sid(3))
        return site.settle()


class Forget(Yes):
    """A member's word that all of hers be erased."""

    def before(self, site: Site) -> Steps:
        return [
            *super().before(site),
            lambda: (site.texts(MEMBER, "1", sid(4)), site.work()),
            lambda: (site.texts(MEMBER, "FORGET", sid(5)), site.work()),
        ]

    def check(self, site: Site) -> None:
        says(site.heard(MEMBER), ASKED, UNCLEAR, WELCOME, LINK, ASKS_FIRST, LAST_SMS)
        same([row.phone_sealed for row in site.rows(person) if row.wrapped_key is None], [b""], "her number")
        says(site.heard(ENROLER), SAVED)


class Expiry(Story):
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
        has(site, registration, "status", "expired")
        same([row.channel for row in site.rows(turn) if row.channel == "clock"], ["clock"], "turns of the clock")
        counts(site, consent=0, member=0)
        says(site.heard(MEMBER), ASKED)


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


TURNS: list[Story] = [
    Entry(), EntryUnrepeated(), LastAnswer(), LastScreen(), Yes(), YesUnrepeated(), YesOnAScreen(), YesOnALostScreen(),
    Mistake(), Stop(), StopUnrepeated(), Forget(), Expiry(), Spooled(),
]  # fmt: skip
