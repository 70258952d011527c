"""The town of machines under load, and what befalls them one after the other."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from typing import Self

from sms_service import launch
from sms_service.config import read_config
from tests.conftest import KEY, ROOT
from tests.crash.waiting import until
from tests.machines.balancer import Balancer
from tests.machines.machine import Loopback, Machine
from tests.machines.network import Network
from tests.machines.people import Phones, demo
from tests.machines.processes import WEB, WORK, Processes
from tests.machines.sql_pair import SqlPair
from tests.machines.valkeys import Valkeys
from tests.town import RULES_OFF

WEB_PORT, BALANCER_PORT = 18000, 18080
BACK = 90.0
"""Seconds within which all works again after each blow: somebody entered after it is a member, and was told so."""

LEASE = 60.0
"""The setting outbox.lease as it is shipped, in seconds."""

ENDED = 15.0
"""Seconds after SIGTERM in which all that was being sent is settled."""

SENT_EACH = 25.0
"""Messages that one `deliver` sends a second: each costs three commits that wait for the standby. Two leave for each that
comes in, and one `work` machine is to carry all while the other is away."""

KEPT = 25
"""Messages that a machine without SQL takes to its disk."""


class Drill:
    """Eight machines and three that keep data. Use `with`; whatever was started is ended, by its id."""

    def __init__(self, folder: Path, rate: float, net: Network | Loopback) -> None:
        self._folder, self._rate = folder, rate
        self._work = (*["deliver"] * ceil(2 * rate / SENT_EACH), *WORK[1:])
        self.took: dict[str, float] = {}
        self._net = net
        at = net.machine
        self.sql = SqlPair(folder / "sql", at("sql1", 31), at("sql2", 32))
        self.valkeys = Valkeys(folder, at("live1", 41), at("live2", 42), at("watch", 43))
        self.phones = Phones(ledger=folder / "ledger.jsonl", host=net.here)
        self._stop = threading.Event()
        machines = {
            name: at(name, number) for name, number in (("web1", 11), ("web2", 12), ("work1", 21), ("work2", 22))
        }
        self._made = machines

    @property
    def net(self) -> Network:
        """For what loopback cannot do."""
        assert isinstance(self._net, Network)
        return self._net

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.sql.stop)
            stack.callback(self.valkeys.stop)
            self.sql.start()
            self.valkeys.start()
            stack.enter_context(self.phones)
            stack.callback(self.phones.end)
            self.phones.web_url = self.phones.public_url = f"http://{self._net.here}:{BALANCER_PORT}"
            settings = self._settings()
            self.machines = {
                name: Processes(machine, WEB if name.startswith("web") else self._work, self._folder / name, settings)
                for name, machine in self._made.items()
            }
            launch.prepare(read_config(self.machines["web1"].environment), time.time())
            for machine in self.machines.values():
                stack.callback(machine.kill)
                machine.start()
            addresses = [(self._made[name].address, WEB_PORT) for name in ("web1", "web2")]
            self.balancer = stack.enter_context(Balancer((self._net.here, BALANCER_PORT), addresses))
            self.until_ready("web1", "web2")
            load = threading.Thread(target=self.phones.load, args=(self._rate, self._stop), daemon=True)
            load.start()
            stack.callback(load.join)
            stack.callback(self._stop.set)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _settings(self) -> dict[str, str]:
        return {
            **RULES_OFF,
            "PRIVACY__KEY": KEY,
            "DATABASE_URL": self.sql.url,
            "REDIS_URL": self.valkeys.url,
            "DEMO_DIR": str(demo(self._folder / "demo", ROOT / "demo" / "areas.csv")),
            "PUBLIC_URL": self.phones.public_url,
            "WEB__PORT": str(WEB_PORT),
            "QUIET_HOURS__FROM": "",
            "QUIET_HOURS__TO": "",
            "CHANNELS__TWILIO__ACCOUNT_SID": self.phones.account_sid,
            "CHANNELS__TWILIO__AUTH_TOKEN": self.phones.auth_token,
            "CHANNELS__TWILIO__FROM": self.phones.number,
            "CHANNELS__TWILIO__API_URL": self.phones.url,
        }

    # --- what is awaited ------------------------------------------------------------------------------------------

    def until_ready(self, *names: str) -> None:
        """Returns when the balancer sends to these web machines."""
        addresses = [(self._made[name].address, WEB_PORT) for name in names]
        until(lambda: all(map(self.balancer.alive, addresses)), f"{' and '.join(names)} answering", BACK)

    def until_back(self, what: str, begun: float, struck: float) -> None:
        """Returns when somebody who was entered after `struck` is a member, and has been told; it counts from `begun`."""

        def told() -> float | None:
            after = [one.welcomed_at for one in list(self.phones.people.values()) if one.entered_at > struck]
            return min((at for at in after if at), default=None)

        at = until(told, f"work after {what}", BACK)
        self.took[what] = (at or begun) - begun
        print(f"{what}: back after {self.took[what]:.1f} s", flush=True)

    @contextmanager
    def blow(self, what: str, strike: Callable[[], None]) -> Iterator[None]:
        """After `strike`, and what is done about it inside, all works again BACK seconds later."""
        print(f"{what}: now", flush=True)
        begun = time.monotonic()
        strike()
        struck = time.monotonic()
        yield
        self.until_back(what, begun, struck)

    # --- what befalls them ----------------------------------------------------------------------------------------

    def all_of_it(self) -> None:
        """Every blow, each after all is well again."""
        blows: tuple[Callable[[], None], ...] = (
            self.sql_killed, self.valkey_killed, self.web_cut_off, self.worker_cut_off, self.valkey_parted,
            self.sql_cut_off, self.web_rolled, self.worker_rolled, self.disk_brought_back, self.files_copied,
        )  # fmt: skip
        for one in blows:
            one()

    def sql_killed(self) -> None:
        with self.blow("SQL killed", self.sql.kill):
            self.sql.promote()
        self.sql.rebuild()

    def sql_cut_off(self) -> None:
        """Its machine is gone from the network without a word, with our connections open."""
        old = self.sql.primary
        with self.blow("SQL cut off", lambda: self.net.cut(old)):
            self.sql.promote()
        self.sql.fence()
        self.net.mend(old)
        self.sql.rebuild()

    def valkey_killed(self) -> None:
        old = self._valkey_primary()
        with self.blow("Valkey killed", lambda: self.valkeys.kill(old)):
            self.valkeys.until_primary_is_not(old)
        self.valkeys.until_replica(old)

    def valkey_parted(self) -> None:
        """The old primary sees neither sentinels nor its replica, but our machines: they go on writing to it."""
        old = self._valkey_primary()
        others = [one for one in self.valkeys.watchers if one != old]
        with self.blow("Valkey parted", lambda: self._part(old, others)):
            self.valkeys.until_primary_is_not(old)
        for other in others:
            self.net.join(old, other)
        self.valkeys.until_replica(old)

    def web_cut_off(self) -> None:
        with self.blow("web cut off", lambda: self.net.cut(self._made["web1"])):
            pass
        self.net.mend(self._made["web1"])
        self.until_ready("web1")

    def worker_cut_off(self) -> None:
        """In mid-send: the gateway has the texts of both workers and is slow to say so. Nobody hears of this one's before its
        lease is over."""
        self.phones.behave("late", seconds=2.0, on="send")
        count = len(self.phones.accepted)
        self.phones.wait_until(lambda: len(self.phones.accepted) > count + 2, "sends under way")
        with self.blow("worker cut off", lambda: self.net.cut(self._made["work1"])):
            at = time.time()
            self.phones.behave("ok")
        gone = "SELECT count(*) FROM pg_stat_activity WHERE client_addr = %s"
        until(lambda: not self.sql.asked(gone, self._made["work1"].address), "SQL to let go of what it held", LEASE)
        until(lambda: not self._claimed_before(at), "its message settled by another", BACK + LEASE)
        self.net.mend(self._made["work1"])

    def web_killed(self) -> None:
        self._killed("web1")
        self.until_ready("web1")

    def worker_killed(self) -> None:
        self._killed("work1")

    def _killed(self, name: str) -> None:
        """All of its processes at once; it boots again when the others have shown that they go on."""
        with self.blow(f"{name} killed", self.machines[name].kill):
            pass
        self.machines[name].start()

    def web_rolled(self) -> None:
        self._rolled("web1", "web2")

    def worker_rolled(self) -> None:
        self._rolled("work1", "work2")

    def _rolled(self, *names: str) -> None:
        """As at an upgrade: one machine after the other ends at SIGTERM and starts anew. What each had in hand it finishes: no
        answer of 5xx, and no message left as it was being sent."""
        failed = self.phones.refused
        for name in names:
            with self.blow(f"{name} rolled", self.machines[name].stop):
                at = time.time()
                self.machines[name].start()
                if name.startswith("web"):
                    self.until_ready(name)
                until(lambda at=at: not self._claimed_before(at), f"nothing left as {name} was sending it", ENDED)
        assert self.phones.refused == failed, f"{self.phones.refused - failed} answers of 5xx while {names} were rolled"

    def disk_brought_back(self) -> None:
        """A web machine takes messages to its disk, and dies; it comes back with that disk."""
        self._fill("web1")
        with self.blow("web died", self.machines["web1"].kill):
            pass
        self._see_sql("web1", sees=True)
        self.machines["web1"].start()
        until(lambda: not self.machines["web1"].spooled(), "the disk's messages taken", BACK)
        self.until_ready("web1")

    def files_copied(self) -> None:
        """It does not come back; its files are copied to another one, and it is replaced by an empty one."""
        self._fill("web2")
        dead = self.machines["web2"]
        with self.blow("web lost", dead.kill):
            pass
        for file in (dead.data / "spool").iterdir():
            shutil.copy(file, self.machines["web1"].data / "spool")
        shutil.rmtree(dead.data)
        dead.data.mkdir()
        until(lambda: not self.machines["web1"].spooled(), "the copied messages taken", BACK)
        self._see_sql("web2", sees=True)
        dead.start()
        self.until_ready("web2")

    def _fill(self, name: str) -> None:
        self._see_sql(name, sees=False)
        url = f"http://{self._made[name].address}:{WEB_PORT}"
        for _ in range(KEPT):
            self.phones.enters(url)
        until(lambda: self.machines[name].spooled() >= KEPT, "messages on the disk of a machine without SQL", BACK)

    def _see_sql(self, name: str, sees: bool) -> None:
        for sql in (self.sql.primary, self.sql.standby):
            (self.net.join if sees else self.net.part)(self._made[name], sql)

    def _claimed_before(self, at: float) -> int:
        """Messages that somebody claimed before `at` (seconds since 1970) and that nobody has settled."""
        query = "SELECT count(*) FROM outbox WHERE status = 'sending' AND lease_until <= %s"
        return int(self.sql.asked(query, at + LEASE))

    def _part(self, one: Machine, others: list[Machine]) -> None:
        for other in others:
            self.net.part(one, other)

    def _valkey_primary(self) -> Machine:
        found = until(self.valkeys.primary, "a Valkey that is the primary")
        assert found is not None
        return found

    # --- how it ends ----------------------------------------------------------------------------------------------

    def end_load(self) -> None:
        """Nobody new is entered."""
        self._stop.set()

    def settled(self) -> bool:
        """Whether everybody has her card, no message is under way, and nobody has said anything meanwhile: what leaves may be
        answered, and an answer makes others."""
        said = self.phones.acknowledged
        over = """SELECT (SELECT count(*) FROM card WHERE status = 'ready') = %s
            AND NOT EXISTS (SELECT FROM outbox WHERE status IN ('queued', 'sending'))"""
        kept = sum(self.machines[name].spooled() for name in ("web1", "web2"))
        is_over = not kept and bool(self.sql.asked(over, len(self.phones.people)))
        return is_over and not self.phones.waiting and said == self.phones.acknowledged

    def verified(self) -> str:
        """What `sms-service ledger verify` finds, on a machine of the service; "" if nothing."""
        machine = self.machines["work1"]
        command = [*machine.machine.prefix, sys.executable, "-m", "sms_service", "ledger", "verify"]
        done = subprocess.run(command, env=machine.environment, cwd=ROOT, capture_output=True, text=True)
        print(done.stdout, done.stderr)
        return done.stdout + done.stderr if done.returncode else ""
