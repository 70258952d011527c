"""Where a process may die, be held up, or lose its database: between what it does and what it says of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine

from sms_service.engine.model import Inbound
from sms_service.service import Service
from sms_service.store import claims
from sms_service.store.bell import Bell
from sms_service.store.claims import Claimed
from sms_service.store.inbox import Stored
from sms_service.store.sessions import LiveSessions
from sms_service.turn import Turns
from workers import deliver

if TYPE_CHECKING:
    from tests.model.world import World

SEAMS = ("before the commit", "after the commit", "before the bell", "in hand", "the gateway has it", "settled")
"""The points by name at which a process dies: beside any statement, those that matter most."""


class Died(BaseException):
    """kill -9, as far as one process can play it: nothing of the code behind this point runs."""


class Fuse:
    """Kills before the n-th thing that the code does outside of itself (a statement, a commit, a word to Redis or RQ), or at a
    seam."""

    def __init__(self) -> None:
        self._left: int | str | None = None

    def light(self, where: int | str | None) -> None:
        """After so many steps of this thread, or at the seam of this name; None: not at all."""
        self._left, self._thread = where, threading.get_ident()

    def burn(self, seam: str = "") -> None:
        """One more step is about to be taken. Raises Died."""
        if self._left is None or threading.get_ident() != self._thread:
            return
        if self._left in (0, seam):
            self._left = None
            raise Died
        if isinstance(self._left, int):
            self._left -= 1


@contextmanager
def commit_cut(engine: Engine, skips: int, *, late: bool) -> Iterator[None]:
    """The connection is lost at a COMMIT, after `skips` others of this thread: before the server has it, or (`late`) when it
    has it, and nobody hears so."""
    commit, thread, left = engine.dialect.do_commit, threading.get_ident(), [skips]

    def cut(connection: Any) -> None:
        if threading.get_ident() != thread or left[0] < 0:
            return commit(connection)
        left[0] -= 1
        if left[0] < 0:
            if late:
                commit(connection)
            raise engine.dialect.loaded_dbapi.OperationalError("a test cut the connection")
        return commit(connection)

    with patch.object(engine.dialect, "do_commit", cut):
        yield


def sewn(world: World) -> list[tuple[Any, str, Any]]:
    """What is put in the place of what: each seam burns the fuse, and does what is to happen there meanwhile; what was handed
    over, claimed and handled is noted."""
    in_time, kept_here, settle = deliver._in_time, deliver._kept_here, deliver.settle
    write, ring, handle = LiveSessions.write, Bell.ring, Turns.handle
    claim, claim_equal = claims.claim, claims.claim_equal

    def claiming(conn: Connection, *given: Any, **more: Any) -> Claimed | None:
        at = world.tick()
        claimed = claim(conn, *given, **more)
        if claimed:
            world.claimed[claimed.ref] = at
        return claimed

    def claiming_equal(conn: Connection, *given: Any) -> list[Claimed]:
        at = world.tick()
        found = claim_equal(conn, *given)
        world.claimed |= {one.ref: at for one in found}
        return found

    def looks_at_the_clock(service: Service, *claimed: Claimed) -> bool:
        world.happens_at("claimed")
        return in_time(service, *claimed)

    def about_to_send(service: Service, claimed: Claimed) -> Any:
        world.fuse.burn("in hand")
        world.happens_at("in hand")
        world.handed.append((claimed.ref, claimed.phone, claimed.text))
        return kept_here(service, claimed)

    def settled(service: Service, claimed: Claimed, sent: Any, *rest: Any, **more: Any) -> None:
        world.fuse.burn("the gateway has it")
        world.happens_at("the gateway has it")
        settle(service, claimed, sent, *rest, **more)
        world.fuse.burn("settled")

    def written(*given: Any) -> None:
        world.fuse.burn("after the commit")
        write(*given)

    def rung(*given: Any) -> None:
        world.fuse.burn("before the bell")
        ring(*given)

    def handled(turns: Turns, inbound: Inbound, kept: bool = False) -> Stored:
        stored = handle(turns, inbound, kept)
        world.handled.setdefault((inbound.channel, inbound.id), world.tick())
        return stored

    return [
        (Turns, "handle", handled), (claims, "claim", claiming), (claims, "claim_equal", claiming_equal),
        (deliver, "_in_time", looks_at_the_clock), (deliver, "_kept_here", about_to_send), (deliver, "settle", settled),
        (LiveSessions, "write", written), (Bell, "ring", rung),
    ]  # fmt: skip


Meanwhile = dict[str, Callable[[], None]]
"""What happens once at a seam, by its name."""
