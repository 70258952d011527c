"""A small load balancer, as docs/deploy.md has HAProxy do it: in turn to the machines that live.

Not to those that are ready: /readyz is red while SQL is away, and then the machines still take messages, to their disks.
"""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import threading
from collections.abc import Sequence
from typing import Self

import requests

CHECK_EVERY = 0.5
"""Seconds between two looks at each machine."""

CONNECT_SECONDS = 1.0
"""How long a machine may take to accept a connection until the next one is asked."""


class Balancer:
    """Listens at `address`; passes bytes on, whole connections at a time. Use `with`."""

    def __init__(self, address: tuple[str, int], machines: Sequence[tuple[str, int]]) -> None:
        self._machines = list(machines)
        self._alive: dict[tuple[str, int], bool] = {}
        self._number = itertools.count()
        self._listening = socket.create_server(address, backlog=256)
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        watches = [threading.Thread(target=self._watch, args=(machine,), daemon=True) for machine in self._machines]
        for thread in (*watches, threading.Thread(target=self._accept, daemon=True)):
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._listening.close()

    def alive(self, machine: tuple[str, int]) -> bool:
        return self._alive.get(machine, False)

    def _watch(self, machine: tuple[str, int]) -> None:
        while not self._stopping.is_set():
            self._alive[machine] = _lives(machine)
            self._stopping.wait(CHECK_EVERY)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                phone, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _serve(self, phone: socket.socket) -> None:
        with contextlib.closing(phone), contextlib.suppress(OSError):  # one of the two hung up
            machine = self._connected()
            if machine is not None:
                with contextlib.closing(machine):
                    _pass_on(phone, machine)

    def _connected(self) -> socket.socket | None:
        """The next machine that accepts; None if none does: then the connection ends without an answer."""
        fit = [one for one in self._machines if self.alive(one)]
        first = next(self._number)
        for number in range(len(fit)):
            with contextlib.suppress(OSError):
                machine = socket.create_connection(fit[(first + number) % len(fit)], CONNECT_SECONDS)
                machine.settimeout(None)
                return machine
        return None


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    while True:
        for ready in select.select([one, other], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


def _lives(machine: tuple[str, int]) -> bool:
    try:
        return requests.get(f"http://{machine[0]}:{machine[1]}/healthz", timeout=3).ok
    except requests.RequestException:
        return False
