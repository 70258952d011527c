"""One scene as it is acted: what its phones do, what the workers do after each of it, and a clock that can be moved on."""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select

from sms_service.authoring.talk import NOTHING, Scene, Step, got
from sms_service.channels.missed_call import MissedCalls
from sms_service.engine.model import Inbound
from sms_service.engine.walk import FlowFault
from sms_service.enrolment.cards import Card, next_wanted
from sms_service.faults import Broken
from sms_service.service import Service
from sms_service.store import claims, outbox, people, reach, sessions, tables
from sms_service.store.inbox import Stored
from sms_service.store.tables import person, registration, timer
from workers import cards, photos, unreachable

PICTURE = "https://pictures.example/1"
"""The address of every picture that a phone sends: none is fetched."""

log = logging.getLogger(__name__)

BATCH = 1000
"""People whose reminders are looked at when time passes."""

MAX_ROUNDS = 10_000
"""Reminders and expiries in one `after`: more is a clock that stands still, not a conversation."""

REF = re.compile(r"\{ref(?: (\w+))?\}")
"""Where a sender of a transcript types the reference of a registration."""

CODE = re.compile(r"ACT (\d{5})")
"""An activation code in a text to a new enroler."""

FAULTS = (Broken, FlowFault)
"""What a flow can do wrong that no checker saw; in service its person reads an apology, and here it is told."""


class Arrival(NamedTuple):
    """One SMS that a phone (E.164) got."""

    number: str
    text: str


@dataclass
class Dialled:
    """A USSD session under way: the network's id, the code, and all that was typed so far."""

    session: str
    code: str
    typed: str


@dataclass
class Acting:
    """One scene as it is acted: its clock, the phones' screens, and `arrived`, what came by SMS and was not taken away yet.
    `failed`: a turn did, and what has happened in the scene since cannot be relied on."""

    service: Service
    now: float
    arrived: list[Arrival] = field(default_factory=list)
    screens: dict[str, str] = field(default_factory=dict)
    dialled: dict[str, Dialled] = field(default_factory=dict)
    failed: bool = False

    def act(self, scene: Scene, step: Step) -> str:
        """Does what one line says, and the workers' work after it; the problem, or ""."""
        problem = ""
        try:
            problem = self._do(scene, step)
            self.work()
        except FAULTS as error:
            self.failed, problem = True, f"here the flow fails: {error}"
        except Exception as error:
            # No flow should be able to bring this about; whoever wrote it can do without a traceback, and we cannot.
            log.debug("a turn failed", exc_info=True)
            self.failed = True
            problem = f"here the service itself fails, please report it: {type(error).__name__}: {error}"
        return problem

    def _do(self, scene: Scene, step: Step) -> str:
        """What one line says, without the workers' work; the problem, or ""."""
        number = scene.phones.get(step.name, "")
        match step.kind:
            case "after":
                self.pass_time(step.seconds)
            case "texts" | "rings":
                self.send(step.kind, number, self.with_code(number, self.with_refs(scene, step.text)))
            case "enters":
                return self.enter(scene.phones[step.by], step.by, number, step)
            case "dials":
                self.dial(number, step.text)
            case "types":
                return self.type(number, step)
            case "unreachable":
                return self.lose(step.name, number)
            case "pictures":
                self.send("sms", number, self.with_refs(scene, step.text), media=(PICTURE,))
            case "unusable":
                return self.spoil(step)
            case "drops":
                self.dialled.pop(number, None)
                self.screens.pop(number, None)
        return ""

    def with_refs(self, scene: Scene, text: str) -> str:
        """`text` with the reference of the newest registration for `{ref}`, of Ram's newest for `{ref Ram}`: they are drawn
        by lot. What has none stays as it stands."""

        def ref(found: re.Match[str]) -> str:
            query = select(registration.c.ref).order_by(registration.c.id.desc()).limit(1)
            if name := found[1]:
                index = self.service.keys.index("phone", scene.phones.get(name, ""))
                query = query.join(person, person.c.id == registration.c.person_id).where(person.c.phone_index == index)
            with self.service.reads.begin() as conn:
                return conn.execute(query).scalar() or found[0]

        return REF.sub(ref, text)

    def with_code(self, number: str, text: str) -> str:
        """`text` with the activation code that this phone was sent last for `{code}`: it is drawn by lot."""
        if "{code}" not in text:
            return text
        with self.service.reads.begin() as conn:
            somebody = people.by_phone(conn, self.service.keys, number)
            query = select(tables.outbox.c.text_sealed).order_by(tables.outbox.c.id.desc())
            rows = conn.execute(query.where(tables.outbox.c.person_id == somebody.id)).scalars() if somebody else ()
            sent = [somebody.key.decrypt("outbox.text", row) for row in rows] if somebody else []
        codes = [found[1] for one in sent if (found := CODE.search(one))]
        return text.replace("{code}", codes[0]) if codes else text

    def enter(self, enroler: str, by: str, number: str, step: Step) -> str:
        """The entry of a person as one line of text: her number, what stands behind her name, her name."""
        ways = self.service.shelf.ways.keywords
        # of all the enrolers' commands, the one that enters
        entering = {word: flow.starts for word, flow in ways.items() if flow.starts.who == "enroler"}
        keyword = max(entering, key=lambda word: entering[word].words == "line", default=None)
        if keyword is None:
            return "there is no flow that begins with an enroler's keyword (starts: who: enroler)"
        name, *others = (part.strip() for part in step.text.split(","))
        values = [part.split()[-1] for part in others if part]  # "booth 12" is 12 in the enroler's line
        self.send("sms", enroler, " ".join([keyword.upper(), number, *values, name]))
        self.work()
        answers = [one.text for one in self.arrived if one.number == enroler]
        if any(one.number == number for one in self.arrived):
            self.arrived = [one for one in self.arrived if one.number != enroler]
            return ""
        return f"{step.name} was not entered, {got(by, answers[-1] if answers else NOTHING)}"

    def lose(self, name: str, number: str) -> str:
        """Texts to this number have failed on too many days, and the sweeper comes by."""
        with self.service.engine.begin() as conn:
            somebody = people.by_phone(conn, self.service.keys, number)
            if somebody is None:
                return f"nobody has texted {name} yet"
            reach.failed(conn, somebody.id, self.now)
        unreachable.tell_enroler(self.service, somebody.id, self.now)
        return ""

    def spoil(self, step: Step) -> str:
        """No photo comes of the pictures that are still at the gateway."""
        spoilt = 0
        while (job := photos.next_due(self.service, self.now)) is not None:
            photos.unusable(self.service, job, step.text, self.now, delete_there=False)
            spoilt += 1
        return "" if spoilt else f"no picture of {step.name} was kept that could be no good"

    def dial(self, number: str, dialled: str) -> None:
        """Opens a USSD session; *384*96*1# types 1 at once where the code is *384*96#."""
        codes = [code for code in self.service.shelf.ways.ussd if dialled.startswith(f"{code[:-1]}*")]
        code = max(codes, key=len, default=dialled)
        typed = dialled[len(code) :].removesuffix("#") if codes else ""
        self.dialled[number] = Dialled(uuid.uuid4().hex, code, typed)
        self.hop(number)

    def type(self, number: str, step: Step) -> str:
        session = self.dialled.get(number)
        if session is None:
            return f"{step.name} can type nothing here: the last screen ended the session"
        session.typed = f"{session.typed}*{step.text}" if session.typed else step.text
        self.hop(number)
        return ""

    def hop(self, number: str) -> None:
        session = self.dialled[number]
        stored = self.send("ussd", number, session.typed, session=session.session, to=session.code)
        self.screens[number] = stored.text
        if stored.ends:
            del self.dialled[number]

    def send(
        self, kind: str, number: str, text: str, session: str = "", to: str = "", media: tuple[str, ...] = ()
    ) -> Stored:  # fmt: skip
        """What a phone does: an SMS, a hop of USSD (`ussd`), a missed call (`rings`)."""
        self.now += 1
        rings = kind == "rings"
        return self.service.turns.handle(
            Inbound(
                channel=MissedCalls.name if rings else "handset",
                id=f"{session}:{text}" if session else uuid.uuid4().hex,
                kind="ussd" if kind == "ussd" else "sms", phone=number, to=to, text=text,
                received_at=self.now, session=session, answer_by="handset" if rings else "", media=media,
            )
        )  # fmt: skip

    def pass_time(self, seconds: float) -> None:
        """Moves the clock on, stopping wherever a reminder or an expiry is due on the way."""
        end = self.now + seconds
        for _ in range(MAX_ROUNDS):
            with self.service.reads.begin() as conn:
                due = conn.execute(select(func.min(timer.c.due_at))).scalar_one()
            if due is None or due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            with self.service.reads.begin() as conn:
                people = sessions.due_people(conn, self.now, BATCH)
            for person_id in people:
                self.service.turns.tick(person_id, self.now)
            self.work()
        raise FlowFault(f"{MAX_ROUNDS} reminders came in this time, and there was no end of them")

    def work(self) -> None:
        """What the workers do: draws cards, hands over every message."""
        self.now += 1
        while wanted := self._next_card():
            cards.draw(self.service, wanted, self.now)
        while True:
            with self.service.engine.begin() as conn:
                claimed = claims.claim(conn, self.service.keys, self.now, lease=60)
                if claimed is None:
                    return
                outbox.settle(conn, claimed.id, status="sent", gateway_id=claimed.ref, sent_at=self.now, segments=0)
            self.arrived.append(Arrival(claimed.phone, claimed.text))

    def _next_card(self) -> Card | None:
        with self.service.reads.begin() as conn:
            return next_wanted(conn, self.service.keys, self.now)
