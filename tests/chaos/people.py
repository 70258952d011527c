"""Two hundred phones at a time and those who enter them: what each answers to what it is asked, by SMS and USSD."""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

import requests

from tests.chaos.gateways import PhonesByAfricasTalking, PhonesByTwilio
from tests.crash.waiting import until
from tests.gateways import UssdPhone
from tests.gateways.gateway import Message
from tests.load.posting import Posting

ASKED, UNCLEAR, WELCOME, LINK = "XYZ: Anil entered you", "Not clear.", "You are a member of XYZ", "XYZ card of R. Kumar"
REFUSED, STOPPED = "You are NOT a member of XYZ", "XYZ: no more SMS to this number"

ENROLERS, BY_USSD = 20, 4
"""Who enter people: by SMS, and by USSD."""

PHONES = 200
"""Phones that are at something at a time: where all are, members ask for help and enrolers count instead."""

AGAIN_EVERY, HELP_EVERY, USSD_EVERY = 12, 5, 25
"""Of so many moments in one somebody who refused is entered once more; somebody asks for HELP; somebody is entered by USSD."""

ENTRY = {
    "You had begun something": "1", "Mobile number": "", "Voter ID": "ABC1234567", "Number of the polling": "12",
    "Name of the new": "Ram Kumar",
}  # fmt: skip
"""What an enroler types on which screen; "": the person's number."""

BUSY = "We cannot answer at this moment"

FLOODED = 300.0
"""Seconds within which a flood is taken: texts of one number are taken one after the other."""

REPLIES: dict[str, tuple[str, ...]] = {
    "yes": ("1",), "yes in words": ("YES",), "twice": ("1",), "unclear": ("maybe", "1"), "no": ("3",), "stop": ("STOP",),
    "silent": (), "yes, then STOP": ("1",), "ussd": (),
}  # fmt: skip
"""What she answers to the first question, the second ..., and the last of these to all others."""

WEIGHTS = {"yes": 40, "yes in words": 10, "twice": 8, "unclear": 8, "no": 10, "stop": 8, "silent": 4,
           "yes, then STOP": 5, "ussd": 7}  # fmt: skip

YES = frozenset({"yes", "yes in words", "twice", "unclear", "yes, then STOP", "ussd"})


@dataclass(repr=False)
class Person:
    """One phone. `heard` is every text that a gateway took for it, in that order; `said` how often each of her texts was
    answered 2xx."""

    number: str
    gateway: str
    kind: str
    entries: int = 0
    heard: list[str] = field(default_factory=list)
    said: int = 0
    answered: int = 0
    done: bool = False

    def __repr__(self) -> str:
        return f"{self.number} by {self.gateway}, {self.kind}, said {self.said}: {[text[:14] for text in self.heard]}"

    def count(self, beginning: str) -> int:
        return sum(text.startswith(beginning) for text in self.heard)


class People:
    """All of them, behind two gateways. Use `with`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.posting = Posting()
        self.people: dict[str, Person] = {}
        self.posted: dict[str, set[str]] = {"twilio": set(), "africastalking": set()}
        """The ids of the SMS that were answered 2xx."""
        self.busy = 0
        """Screens that said so, and hops that were not answered."""
        self._refused: list[Person] = []
        self._members: list[Person] = []
        self._numbers = itertools.count()
        self.twilio = PhonesByTwilio(self.hears, seed, ledger=folder / "twilio.jsonl")
        self.africastalking = PhonesByAfricasTalking(self.hears, seed, ledger=folder / "africastalking.jsonl")
        self.gateways = {"twilio": self.twilio, "africastalking": self.africastalking}

    @staticmethod
    def demo(folder: Path, areas: Path) -> Path:
        """A folder for `demo_dir`: the areas of `areas`, and the enrolers, all in one booth."""
        folder.mkdir()
        (folder / "areas.csv").write_text(areas.read_text())
        lines = ["phone,name,area,level,language"]
        lines += [f"{enroler(number)},Anil Oraon,JH-N-RAN-KAN-11,booth,en" for number in range(ENROLERS + BY_USSD)]
        (folder / "enrolers.csv").write_text("\n".join(lines) + "\n")
        return folder

    def __enter__(self) -> Self:
        for gateway in self.gateways.values():
            gateway.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.posting.end()
        for gateway in self.gateways.values():
            gateway.ends()
            gateway.__exit__(None, None, None)

    # --- the load -------------------------------------------------------------------------------------------------

    def load(self, rate: float, over: threading.Event) -> None:
        """`rate` messages a second, answers among them, until `over`: none waits for another."""
        due = time.monotonic()
        idle = [f"{enroler(number)}" for number in range(ENROLERS, ENROLERS + BY_USSD)]
        while not over.wait(max(due - time.monotonic(), 0)):
            number = next(self._numbers)
            due += self._one(number, idle) / rate

    def _one(self, number: int, idle: list[str]) -> int:
        """Something begins; how many messages it comes to."""
        if number % AGAIN_EVERY == 5 and self._refused:
            self._enters(self._refused[self._random.randrange(len(self._refused))], number)
            return 1
        if number % HELP_EVERY == 2 or sum(not one.done for one in list(self.people.values())) >= PHONES:
            if number % 2 and self._members:
                one = self._members[self._random.randrange(len(self._members))]
                self._texts(one.gateway, one.number, "HELP", lambda: None)
            else:
                self._texts("twilio", enroler(number % ENROLERS), "COUNT", lambda: None)
            return 1
        gateway = "africastalking" if number % 5 == 0 else "twilio"
        kind = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if kind == "ussd":
            gateway = "africastalking"
        person = Person(f"+919876{number:06d}", gateway, kind)
        self.people[person.number] = person
        if number % USSD_EVERY == 0 and idle:
            person.gateway = "africastalking"  # she is reached by the channel that her enroler wrote by
            self.posting.does(partial(self._enters_by_ussd, idle.pop(), person, idle))
            return 6
        self._enters(person, number)
        return 2

    def _enters(self, person: Person, number: int) -> None:
        def entered() -> None:
            person.entries += 1

        self._texts(person.gateway, enroler(number % ENROLERS), f"REG {person.number} ABC1234567 12 Ram Kumar", entered)

    # --- what they hear and say -----------------------------------------------------------------------------------

    def hears(self, message: Message) -> None:
        """A gateway took a text for somebody."""
        person = self.people.get(message.to)
        if person is None:
            return
        text = message.text
        asked, number = text.startswith((ASKED, UNCLEAR)), person.answered
        with self._lock:
            self._notes(person, text)
            person.answered += asked
        if asked:
            self._is_asked(person, number)
        if text.startswith(WELCOME) and person.kind == "yes, then STOP":
            self._answers(person, "STOP")

    def _notes(self, person: Person, text: str) -> None:
        person.heard.append(text)
        if person.done or not text.startswith((LINK, REFUSED, STOPPED)):
            return
        person.done = True
        if not text.startswith(LINK):
            self._refused.append(person)
        elif person.kind != "yes, then STOP":  # who is stopped asks for no HELP, which is answered all the same
            self._members.append(person)

    def _is_asked(self, person: Person, number: int) -> None:
        """A question has reached her, her first one if `number` is 0."""
        replies = REPLIES[person.kind]
        if person.kind == "ussd":
            if number == 0:
                self.posting.does(partial(self._decides_by_ussd, person))
        elif replies:
            self._answers(person, replies[min(number, len(replies) - 1)])
            if person.kind == "twice" and number == 0:
                self._answers(person, "YES")
        else:
            person.done = True

    def _answers(self, person: Person, text: str) -> None:
        def answered() -> None:
            with self._lock:
                person.said += 1

        self._texts(person.gateway, person.number, text, answered)

    def _texts(self, gateway: str, phone: str, text: str, then: Callable[[], None]) -> None:
        sid = f"SM{uuid.uuid4().hex}"

        def taken() -> None:
            self._taken(gateway, sid)
            then()

        self.posting.post(self._once(gateway, phone, text, sid), taken)

    def _once(self, gateway: str, phone: str, text: str, sid: str) -> Callable[[], int]:
        by = self.gateways[gateway]
        return lambda: by.text(by.web_url, phone, text, sid).status

    def _taken(self, gateway: str, sid: str) -> None:
        with self._lock:
            self.posted[gateway].add(sid)

    # --- USSD -----------------------------------------------------------------------------------------------------

    def _enters_by_ussd(self, phone: str, person: Person, idle: list[str]) -> None:
        """Screen by screen; where the network fails she dials again, until she reads that it is saved, or was."""
        while self.posting.rests():
            with self._network():
                ussd = self._dials(phone)
                while keys := [key for start, key in ENTRY.items() if start in ussd.screen]:
                    self._presses(ussd, keys[0] or person.number)
                if ussd.screen.startswith(("Saved", "NOT saved")):
                    break
        person.entries += 1
        idle.append(phone)

    def _decides_by_ussd(self, person: Person) -> None:
        """She says yes on the screen, and dials again where she did not see what became of it."""
        while self.posting.rests():
            with self._network():
                ussd = self._dials(person.number)
                if ASKED not in ussd.screen:
                    if person.said and not ussd.screen.startswith(BUSY):
                        break  # that she is one already, she hears by SMS
                    continue
                while ussd.screen.endswith("98 more"):
                    self._presses(ussd, "98")
                if not ussd.ended:
                    person.said += 1
                    self._presses(ussd, "1")
                if ussd.screen.startswith(WELCOME):
                    break
        person.done = True

    @contextlib.contextmanager
    def _network(self) -> Iterator[None]:
        """Whoever is not answered dials again."""
        try:
            yield
        except requests.RequestException:
            self.busy += 1

    def _dials(self, phone: str) -> UssdPhone:
        ussd = self.africastalking.dial(self.africastalking.web_url, phone)
        self._is_shown(ussd)
        return ussd

    def _presses(self, ussd: UssdPhone, key: str) -> None:
        ussd.press(key)
        self._is_shown(ussd)

    def _is_shown(self, ussd: UssdPhone) -> None:
        self.posting.counts()
        self.busy += ussd.screen.startswith(BUSY) or ussd.answer.status // 100 != 2

    # --- strangers ------------------------------------------------------------------------------------------------

    def flood(self, texts: list[tuple[str, str]], at_once: int) -> None:
        """These texts of strangers, each with its number, as fast as they are taken."""
        flooding = Posting(at_once)
        for phone, text in texts:
            flooding.post(
                self._once("twilio", phone, text, sid := f"SM{uuid.uuid4().hex}"), partial(self._taken, "twilio", sid)
            )
        until(lambda: not flooding.waiting, "a flood taken", FLOODED)
        flooding.end()


def enroler(number: int) -> str:
    """The phone of one of them."""
    return f"+9198000001{number:02d}"
