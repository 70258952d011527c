"""A phone over HTTP: speaks with a running service through the handset's addresses, as its page does."""

from __future__ import annotations

import time
import uuid
from typing import Any

import requests

TIMEOUT = 10.0
"""Seconds for one request; a screen takes 5 at the most."""


class NoAnswer(Exception):
    """The message that was waited for did not come. The message says which."""


class Phone:
    """One phone. `heard` are the messages it has read so far, oldest first."""

    def __init__(self, url: str, number: str, secret: str = "") -> None:
        self._url, self.number = url, number
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy of the surroundings has no business between us and ourselves
        self._http.headers["X-Handset"] = "1"
        if secret:
            self._http.cookies.set("handset", secret)
        self._dialled, self._typed = "", ""
        self.heard: list[str] = []
        self.farewells: list[str] = []

    def text(self, text: str) -> None:
        """Sends an SMS. Raises requests' errors, and NoAnswer with the service's own sentence if it was not taken."""
        told = self._post("sms", {"id": uuid.uuid4().hex, "text": text})
        if told.get("farewell"):  # nothing is left of the conversation, nor of this text
            self.heard.clear()
            self.farewells.append(str(told["farewell"]))

    def dial(self, code: str) -> tuple[str, bool]:
        """Opens a USSD session; the screen, and whether it ended."""
        self._dialled, self._typed, self._code = uuid.uuid4().hex, "", code
        return self._hop()

    def press(self, typed: str) -> tuple[str, bool]:
        """Types on the screen; the next screen, and whether it ended."""
        self._typed = f"{self._typed}*{typed}" if self._typed else typed
        return self._hop()

    def _hop(self) -> tuple[str, bool]:
        answer = self._post("ussd", {"session": self._dialled, "code": self._code, "text": self._typed})
        return str(answer["screen"]), bool(answer["ends"])

    def conversation(self) -> list[dict[str, Any]]:
        """All bubbles, oldest first."""
        found: list[dict[str, Any]] = self._post("messages", {})["messages"]
        return found

    def read(self, seconds: float) -> str:
        """The next message that was sent to this phone and not read yet; waits for it at most so long. Raises NoAnswer."""
        end = time.monotonic() + seconds
        while True:
            if self.farewells:
                return self.farewells.pop(0)
            arrived = [
                bubble["text"]
                for bubble in self.conversation()
                if not bubble["from_me"] and bubble["state"] in ("sent", "delivered")
            ]
            if len(arrived) > len(self.heard):
                self.heard.append(arrived[len(self.heard)])
                return self.heard[-1]
            if time.monotonic() > end:
                raise NoAnswer(f"no message number {len(self.heard) + 1} came within {seconds:.0f} s")
            time.sleep(0.1)

    def _post(self, what: str, data: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(f"{self._url}/phone/{what}", json={"phone": self.number, **data}, timeout=TIMEOUT)
        told: dict[str, Any] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if not answer.ok:
            raise NoAnswer(told.get("problem") or f"the service answered {answer.status_code}")
        return told
