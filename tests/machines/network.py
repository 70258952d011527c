"""A network of machines on one box: a namespace each, joined by a bridge, with addresses of their own. Needs root.

The process that makes it has first gone into a network and a /run/netns of its own (`enter`), so that nothing of it is
seen from outside, and nothing is left when it ends, however it ends.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.machines.machine import Machine

NET = "10.87.0"
"""The machines' addresses begin so. Nobody outside our own namespace sees them."""

BRIDGE = "sms0"
HERE = f"{NET}.1"
"""Our own address: the gateway's, the load balancer's and the phones'."""

NOBODY = "02:00:00:00:00:fe"
"""A network card that no machine has: what is sent to it is lost without a word, as behind a broken switch."""

_MARK = "MACHINES_ENTERED"


def enter() -> None:
    """Starts this process anew in a network of its own. Returns if it is there already. Needs root."""
    if os.environ.get(_MARK):
        return
    inside = 'mkdir -p /run/netns && mount -t tmpfs none /run/netns && exec "$@"'
    os.environ[_MARK] = "1"
    command = ["unshare", "--net", "--mount", "sh", "-c", inside, "sh", sys.executable, "-m", "tests.machines"]
    os.execvp("unshare", command)


class Network:
    """The bridge and its machines."""

    def __init__(self) -> None:
        self.here = HERE
        _ip("link", "set", "lo", "up")
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")

    def machine(self, name: str, number: int) -> Machine:
        """A new machine with the address 10.87.0.`number`."""
        made = Machine(name, f"{NET}.{number}", ("ip", "netns", "exec", name))
        _ip("netns", "add", name)
        _ip("link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", f"v-{name}", "master", BRIDGE, "up")
        for words in (
            ("link", "set", "lo", "up"),
            ("addr", "add", f"{made.address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
        ):
            _ip("-n", name, *words)
        return made

    def cut(self, machine: Machine) -> None:
        """Its cable is pulled at the switch: nothing arrives, nothing is refused, and the machine itself goes on."""
        _ip("link", "set", f"v-{machine.name}", "down")

    def mend(self, machine: Machine) -> None:
        _ip("link", "set", f"v-{machine.name}", "up")

    def part(self, one: Machine, other: Machine) -> None:
        """These two hear nothing of each other any more; both hear all the others."""
        for here, there in ((one, other), (other, one)):
            _ip("-n", here.name, "neigh", "replace", there.address, "lladdr", NOBODY, "dev", "eth0", "nud", "permanent")

    def join(self, one: Machine, other: Machine) -> None:
        for here, there in ((one, other), (other, one)):
            _ip("-n", here.name, "neigh", "del", there.address, "dev", "eth0")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
