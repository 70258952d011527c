"""The stand-in gateways in bad weather: each send is treated by lot, and all that was tried is noted."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.test import Client

from tests.gateways import AfricasTalking, Answer, Asked, Message, Twilio
from tests.gateways.gateway import Behaviour, Gateway

Words = Mapping[tuple[str, bool | None], int]

WORDS: Words = {
    ("500", True): 120, ("500", False): 80, ("503", False): 100, ("reset", True): 100, ("reset", False): 100,
    ("truncated", None): 120, ("html", True): 50, ("html", False): 50, ("429", None): 200, ("early-report", None): 79,
    ("silent", None): 1,
}  # fmt: skip
"""How a send ends that does not end well, whether the gateway took the text all the same, and how many of ten thousand. A
silent one costs the ten seconds that the service waits for a gateway."""

CLEAR = ("ok", "early-report")


@dataclass
class Try:
    """One text that we handed to a gateway, or tried to. `known`: the gateway surely told us that it took it, `since`: when
    this message was tried first."""

    by: str
    to: str
    text: str
    word: str
    at: float
    message: Message | None = None
    known: bool = False
    reported: str = ""
    kind: str = ""
    since: float = 0.0

    @property
    def has_it(self) -> bool:
        """Whether it surely came as far as the gateway, and has not failed from there on."""
        return self.known and self.reported != "failed"

    @property
    def unclear(self) -> bool:
        """Whether its outcome was unknown when it was tried."""
        return self.word not in (*CLEAR, "429")

    @property
    def tried_again(self) -> bool:
        """Whether the service tries it again by itself: it was told to, or Twilio says that it has none."""
        return self.word == "429" or (self.by == "twilio" and self.unclear and self.message is None)


class Weather(Gateway):
    """What both have of it. `tries` is all that was tried, oldest first; `storm` turns it on."""

    def brew(self, rng: random.Random, client: Client) -> None:
        """Begins: calls go to the application without a network in between."""
        self.rng, self.client, self.storm = rng, client, True
        self.tries: list[Try] = []
        self.posted = 0

    def take(self, asked: Asked) -> tuple[Behaviour, bool]:
        behaviour, sends = super().take(asked)
        self.requests.clear()
        if sends and self.storm:
            lot = self.rng.randrange(10_000)
            for (word, accept), share in WORDS.items():
                lot -= share
                if lot < 0:
                    options: dict[str, Any] = {} if accept is None else {"accept": accept}
                    behaviour = Behaviour(word, "send", options)
                    break
        if sends:
            form = {name.lower(): value for name, value in asked.form.items()}
            text = form.get("body", form.get("message", ""))
            self.tries.append(Try(self.name, form.get("to", ""), text, behaviour.word, self.now()))
        return behaviour, sends

    def accept(self, messages: list[Message]) -> None:
        super().accept(messages)
        if messages:
            self.tries[-1].message = messages[0]
            self.tries[-1].known = self.tries[-1].word in CLEAR

    def call(self, url: str, fields: list[tuple[str, str]], header: dict[str, str] | None = None) -> Answer:
        parts = urlsplit(url)
        self.posted += 1
        got = self.client.post(
            f"{parts.path}?{parts.query}" if parts.query else parts.path, base_url=f"{parts.scheme}://{parts.netloc}",
            data=urlencode(fields), content_type="application/x-www-form-urlencoded", headers=header,
        )  # fmt: skip
        return Answer(got.status_code, got.get_data(as_text=True), got.headers.get("Content-Type", ""))


class StormyTwilio(Weather, Twilio):
    """Twilio on such a day: it can be asked what it took."""


class StormyAfricasTalking(Weather, AfricasTalking):
    """Africa's Talking on such a day: it cannot be asked."""
