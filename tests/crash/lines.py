"""kill -9 before any executed line of ours: a forked process does one thing and dies at its n-th line.

    site = Site(folder, live_url, gateways)
    site.prepare([lambda: site.texts(ENROLER, ENTRY), site.work])     # where every death starts from
    for death in site.deaths(victim):
        site.restore(death.live)
        place = site.dies(victim, death)
        site.forked(rest)
        assert site.heard(MEMBER) == [...]

Everything that touches the database runs in forked processes, so that none inherits a connection of another. The stand-in
gateways live in the process of the test: what they accepted survives every death.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import redis
import requests
import twilio.rest  # noqa: F401  imported before the forks, and not once in each of them
from sqlalchemy import Table, select, update

from sms_service import launch
from sms_service.config import PREFIX, read_config
from sms_service.service import open_service
from sms_service.store import outbox as store_outbox
from sms_service.store.tables import outbox
from sms_service.web.app import create_app
from tests.crash.tracing import OURS, Lines, Telling
from tests.crash.waiting import until
from tests.gateways import AfricasTalking, Gateway, Kannel, Twilio
from tests.gateways.gateway import Message
from tests.gateways.kannel import PASSWORD, PATH, SECRET, USERNAME
from tests.town import gateway_settings
from workers import cards, deliver, sweep

CHILD_SECONDS = 60
"""A forked process that takes longer hangs: the kernel ends it, and the test fails."""

MAX_ROUNDS = 20
"""Rounds of the sweeper within which everything must be settled; two are usual."""

Redis = Literal["warm", "cold", "stale", "wiped"]
REDIS: tuple[Redis, ...] = ("warm", "cold", "stale", "wiped")
"""What Redis holds when the process dies: the right sessions, nothing, or those of a step before; or the right ones, and
nothing afterwards."""

Job = Callable[[], object]


@dataclass(frozen=True)
class Death:
    """Before which executed line of `files`, and what Redis holds then."""

    files: tuple[str, ...]
    line: int
    live: Redis


@dataclass(frozen=True)
class Gateways:
    """The three stand-ins: one that can be asked what it took, one that cannot, and one that there is another way beside."""

    twilio: Twilio
    africastalking: AfricasTalking
    kannel: Kannel

    @property
    def all(self) -> list[Gateway]:
        return [self.twilio, self.africastalking, self.kannel]


class Failed(Exception):
    """A forked process ended otherwise than it should. The message is its traceback, or the signal."""


class Site:
    """A database file, a Redis and stand-in gateways that a process can die upon, again and again."""

    def __init__(self, folder: Path, live_url: str, gateways: Gateways, more: dict[str, str] | None = None) -> None:
        """`more`: further settings."""
        self.twilio, self.africastalking, self.kannel = gateways.twilio, gateways.africastalking, gateways.kannel
        self._gateways = gateways.all
        self._data, self._template = folder / "data", folder / "template"
        self._live = redis.Redis.from_url(live_url)
        settings = {
            "DATA_DIR": str(self._data),
            "REDIS_URL": live_url,
            "PUBLIC_URL": self.twilio.public_url,
            "OUTBOX__BACKOFF": "0.001",  # what is to be sent again is due at once
            **gateway_settings(self.twilio, self.africastalking),
            **(more or {}),
        }
        config = read_config({f"{PREFIX}{name}": value for name, value in settings.items()})
        launch.prepare(config, time.time())
        self.service = open_service(config, time.time())
        self._app = create_app(self.service)
        self._wipes = False

    # --- what happens here; each runs in a forked process ---------------------------------------------------------

    def texts(self, phone: str, text: str, sid: str) -> int:
        """An SMS of this phone, delivered by Twilio; the status it was answered with."""
        fields = self.twilio.sms_fields(phone, text, sid)
        signature = self.twilio.sign(f"{self.twilio.public_url}/hooks/twilio/sms", fields)
        return self._post("/hooks/twilio/sms", fields, {"X-Twilio-Signature": signature})

    def texts_by_africastalking(self, phone: str, text: str, sid: str) -> int:
        """The same, delivered by Africa's Talking."""
        fields = self.africastalking.sms_fields(phone, text, sid)
        return self._post(f"/hooks/africastalking/{self.africastalking.secret}/sms", fields, {})

    def texts_by_whatsapp(self, phone: str, text: str, sid: str) -> int:
        """The same by WhatsApp."""
        fields = self.twilio.whatsapp_fields(phone, text, sid)
        signature = self.twilio.sign(f"{self.twilio.public_url}/hooks/whatsapp/sms", fields)
        return self._post("/hooks/whatsapp/sms", fields, {"X-Twilio-Signature": signature})

    def hops(self, phone: str, session: str, typed: str) -> str:
        """A hop of a USSD session, `typed` being all that was typed in it; the screen, behind CON or END."""
        fields = {
            "sessionId": session, "phoneNumber": phone, "networkCode": "63902", "text": typed,
            "serviceCode": self.africastalking.service_code,
        }  # fmt: skip
        path = f"/hooks/africastalking/{self.africastalking.secret}/ussd"
        return self._app.test_client().post(path, data=fields, base_url=self.twilio.public_url).text

    def reports(self, message: Message, status: str, error: str) -> int:
        """What Twilio tells later of a text that it took."""
        fields = [("MessageStatus", status), ("MessageSid", message.id), ("To", message.to), ("ErrorCode", error)]
        address = urlsplit(message.status_callback)
        signature = self.twilio.sign(message.status_callback, fields)
        return self._post(f"{address.path}?{address.query}", fields, {"X-Twilio-Signature": signature})

    def get(self, path: str) -> int:
        """Somebody opens an address; the status it was answered with."""
        return self._app.test_client().get(path, base_url=self.twilio.public_url).status_code

    def _post(self, path: str, fields: list[tuple[str, str]], header: dict[str, str]) -> int:
        client = self._app.test_client()
        return client.post(path, data=dict(fields), headers=header, base_url=self.twilio.public_url).status_code

    def work(self) -> int:
        """What the workers do, until nothing is left to do; how much there was."""
        done = 0
        while more := cards.draw_wanted(self.service, 100) + deliver.send_due(self.service, 1000):
            done += more
        return done

    def settle(self) -> None:
        """Leases end, pauses end, the sweeper comes, the workers work, until every message is settled one way or the other,
        or nobody may hope for that any more."""
        for _ in range(MAX_ROUNDS):
            with self.service.engine.begin() as conn:
                conn.execute(update(outbox).where(outbox.c.status == "sending").values(lease_until=0.0))
                conn.execute(update(outbox).where(outbox.c.status == "queued").values(due_at=0.0))
            sweep.sweep(self.service)
            self.work()
            with self.service.reads.begin() as conn:
                if not conn.execute(select(outbox.c.id).where(outbox.c.status.in_(("queued", "sending")))).first():
                    return

    # --- the template ---------------------------------------------------------------------------------------------

    def prepare(self, steps: Sequence[Job]) -> None:
        """Takes these steps; where they lead to is where `restore` comes back to."""
        self._live.flushall()
        copies: list[dict[str, bytes]] = [{}]
        for step in steps:
            self.forked(step)
            copies.append(self._live_copies())
        self._copies = {"warm": copies[-1], "cold": {}, "stale": copies[max(len(copies) - 2, 0)], "wiped": copies[-1]}
        self._accepted = [[copy(message) for message in gateway.accepted] for gateway in self._gateways]
        connection = sqlite3.connect(self._data / "sms_service.sqlite3")  # whose WAL no forked process moved into it
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.rmtree(self._template, ignore_errors=True)
        shutil.copytree(self._data, self._template)

    def restore(self, live: Redis) -> None:
        """Everything is as `prepare` left it, but for what Redis holds."""
        self.service.engine.dispose()
        shutil.rmtree(self._data)
        shutil.copytree(self._template, self._data)
        for gateway, accepted in zip(self._gateways, self._accepted, strict=True):
            gateway.accepted[:] = [copy(message) for message in accepted]
        self._wipes = live == "wiped"
        self._live.flushall()
        for key, value in self._copies[live].items():
            self._live.set(key, value)

    def _live_copies(self) -> dict[str, bytes]:
        keys: list[Any] = list(self._live.scan_iter("sms_service:live:*"))
        return {key: value for key in keys if isinstance(value := self._live.get(key), bytes)}

    # --- dying ----------------------------------------------------------------------------------------------------

    def lines_of(self, victim: Job, files: tuple[str, ...] = OURS) -> int:
        """How many lines `victim` executes in `files` when nothing kills it."""
        return int(self.forked(victim, Lines(files)))

    def telling(self, victim: Job, files: tuple[str, ...]) -> tuple[list[int], list[int], int]:
        """The lines that tell, of those that `victim` executes in `files`: each where it is executed first, those on either
        side of what leaves the process, and how many are executed in all."""
        said = json.loads(self.forked(victim, Telling(files)))
        return said["firsts"], sorted(set(said["edges"])), said["lines"]

    def dies(self, victim: Job, death: Death) -> str:
        """Runs `victim` and kills it; where, "" if it had ended by then."""
        place = self.forked(victim, Lines(death.files, death.line))
        self._quiet()
        if self._wipes:
            self._live.flushall()
        return place

    def forked(self, do: Job, lines: Lines | None = None) -> str:
        """Runs `do` in a process of its own; what its `lines` told of it. Raises Failed."""
        self.service.engine.dispose()  # a connection used on both sides of a fork is the end of a database
        hear, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            _child(do, lines, tell)
        os.close(tell)
        try:
            with os.fdopen(hear, "rb") as told:
                said = told.read().decode()
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code and not (code == -signal.SIGKILL and lines and lines.before):
            raise Failed(said or f"a forked process ended with {code}")
        return said

    def _quiet(self) -> None:
        """Returns when the gateways are through with whatever the dead process had sent them.

        They take connections in their order: once a connection of ours was answered, that of the dead is known to them.
        """
        for gateway in self._gateways:
            requests.get(f"{gateway.url}/quiet", timeout=CHILD_SECONDS, headers={"Connection": "close"})
            until(lambda: not gateway._server._open, "the end of a request to a gateway")  # noqa: B023

    # --- what is there afterwards ---------------------------------------------------------------------------------

    def heard(self, phone: str) -> list[str]:
        """Every text that a gateway accepted for this phone, in their order."""
        accepted = [message for gateway in self._gateways for message in gateway.accepted if message.to == phone]
        return [message.text for message in sorted(accepted, key=lambda message: message.at)]

    def listed(self) -> list[str]:
        """The references of what the office sees as held."""
        with self.service.reads.begin() as conn:
            return [row.ref for row in store_outbox.listed(conn, ["held"])]

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table."""
        with self.service.reads.begin() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key)))

    def close(self) -> None:
        """Lets go of everything."""
        self.service.close()
        self._live.close()


def _child(do: Job, lines: Lines | None, tell: int) -> None:
    """The life of a forked process. Does not return."""
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.alarm(CHILD_SECONDS)
        if lines:
            lines.begin(tell)
        do()
        sys.settrace(None)
        if lines:
            os.write(tell, lines.said().encode())
        code = 0
    except BaseException:  # noqa: BLE001  the parent raises it
        os.write(tell, traceback.format_exc().encode()[-4000:])
    finally:
        os._exit(code)


def kannel_settings(gateways: Gateways) -> dict[str, str]:
    """The settings that send by Kannel, and by Twilio where it is down."""
    return {
        "CHANNELS__KANNEL__SEND_URL": f"{gateways.kannel.url}{PATH}",
        "CHANNELS__KANNEL__USERNAME": USERNAME,
        "CHANNELS__KANNEL__PASSWORD": PASSWORD,
        "CHANNELS__KANNEL__SECRET": SECRET,
        "ROUTES": "[{channels: [kannel, twilio]}]",
    }
