"""What must hold at the end of an example, when the weather is good again and ninety seconds have passed."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from sms_service.commands import erasure
from sms_service.enrolment import ledger, ledger_heads, ledger_members, ledger_notices
from sms_service.store import flow_versions, people, tables
from tests.model.promises import Promises
from tests.model.world import ROUND, World

UNKNOWN = re.compile(r"could not be taken|still cannot be taken|failed; next round|an expiry failed|was not worked off")
"""What the log says of faults of our own."""

BACK_AT_WORK = 9
"""Rounds of the sweeper in ninety seconds."""

PAUSES = 60
"""Quarters of an hour in which all that waits for another try has had it."""

NAMES = re.compile(r"9876543\d{3}|Ram Kumar|Sita Devi|ABC\d{7}")
"""What is nobody's business: numbers, names and IDs that people of the model have."""


def settle(world: World, promises: Promises) -> None:
    """Good weather, and time enough. G4: what died is settled after ninety seconds, but for what its gateway could not tell
    when it was asked: it is asked again."""
    for gateway in world.gateways.values():
        gateway.behave("ok")
    world.sets_clock(0.0)
    world.passes(world.ahead)  # what was written by a clock that was ahead is due when the right one comes to it
    for _ in range(BACK_AT_WORK):
        _round(world, promises, ROUND)
    assert len(world.service.spool) == 0, "G5: a message lies in the spool after ninety seconds"
    asked = {row.ref for row in promises.rows.values() if row.looked_since is not None}
    assert not set(_rows(world, "sending")) - asked, "G4: a message is `sending` after ninety seconds"
    for _ in range(PAUSES):
        if not _rows(world, "queued", "sending"):
            break
        _round(world, promises, ROUND * 90)
    assert not _rows(world, "queued", "sending"), "G3: a message never left"


def check(world: World, promises: Promises, *, refused: bool, unclear: bool) -> None:
    """`refused`: a gateway has refused something or reported that it failed; `unclear`: somebody died or heard no answer."""
    everything_said_counts_once(promises)
    everything_has_left(world, promises, refused=refused, unclear=unclear)
    sql_refuses_a_second_turn(world)
    the_ledger_is_right(world)
    figures_are_rows(world)
    nothing_personal_is_told(world)
    nothing_was_not_understood(world)


def everything_said_counts_once(promises: Promises) -> None:
    """G1: what was acknowledged is one turn (that it is not two is looked at when they are made)."""
    for said in promises.said:
        assert said.turn or said.forgotten or not said.acknowledged, (
            f"G1: message {said.number} was acknowledged and never taken"
        )


def everything_has_left(world: World, promises: Promises, *, refused: bool, unclear: bool) -> None:
    """G3: what was sent is what the gateways took. Who can be asked leaves nothing held; nothing fails by itself."""
    taken = Counter(one.ref for one in world.accepted)
    for ref, row in promises.rows.items():
        if row.status in ("sent", "delivered"):
            assert taken[ref], f"{ref} is {row.status}, and no gateway took it"
        assert row.status != "failed" or refused, f"{ref} failed ({row.reason}), and nobody refused anything"
        assert row.status != "held" or (row.channel == "africastalking" and unclear), f"{ref} is held: {row.reason}"
    for row in promises.consents:
        told = [one for one in promises.rows.values() if (one.person_id, one.turn_no) == (row.person_id, row.turn_no)]
        said = [one for one in promises.said if one.turn == (row.person_id, row.turn_no)]
        if row.decision == "given" and said and not said[0].session:
            assert len(told) == 1, f"G2: consent {row.id} has {len(told)} confirmations"


def sql_refuses_a_second_turn(world: World) -> None:
    """The last line of defence: the unique keys of the turn log."""
    turn = tables.turn
    with world.service.reads.begin() as conn:
        row = conn.execute(select(turn).order_by(turn.c.person_id.desc(), turn.c.turn_no.desc()).limit(1)).one_or_none()
    if row is None:
        return
    same_message = {**row._asdict(), "turn_no": row.turn_no + 1_000_000}
    same_number = {**row._asdict(), "inbound_id": "another"}
    for copy in (same_message, same_number):
        try:
            with world.service.engine.begin() as conn:
                conn.execute(insert(turn).values(copy))
                raise AssertionError("SQL takes a second turn of one message or one number")
        except IntegrityError:
            continue


def the_ledger_is_right(world: World) -> None:
    """G8: as `ledger verify` says it."""
    keys = world.service.keys
    with world.service.reads.begin() as conn:
        heads = [one.head for one in ledger_heads.all_closed(conn)]
        found = [one for one in ledger.faults(conn, keys, heads) if not isinstance(one, int)]
        found += ledger_notices.faults(conn)
        figures = ledger_members.figures(conn)
        found += ledger_members.faults(conn, figures)
    assert not found, f"G8: {found[0]}"
    assert figures.fits, f"G8: {figures}"


def figures_are_rows(world: World) -> None:
    """What SUM and COUNT add up is what is there."""
    with world.service.reads.begin() as conn:
        above = {row.id: row.parent_id for row in conn.execute(select(tables.area.c.id, tables.area.c.parent_id))}
        told = {(row.area_id, row.status): (row.own, row.within) for row in conn.execute(select(tables.tally))}
        left = conn.execute(select(tables.tally_change)).all()
        rows = [
            (row.area_id, row.status)
            for table in (tables.registration, tables.member)
            for row in conn.execute(select(table.c.area_id, table.c.status))
        ]
    assert not left, "changes of the figures are not settled"
    own, within = Counter(rows), Counter[tuple[int, str]]()
    for area_id, status in rows:
        one: int | None = area_id
        while one is not None:
            within[one, status] += 1
            one = above[one]
    counted = {kind: (own[kind], within[kind]) for kind in own.keys() | within.keys()}
    told = {kind: value for kind, value in told.items() if value != (0, 0)}
    assert told == counted, f"the figures say {told}, the rows {counted}"


def nothing_personal_is_told(world: World) -> None:
    """G10: nobody's number, name or ID in a line of the log, nor in Redis."""
    for line in world.lines.lines:
        assert not NAMES.search(line), f"G10: the log says {line!r}"
    for key in world.redis.scan_iter():
        held = key + (world.redis.dump(key) or b"")
        assert not NAMES.search(held.decode("latin-1")), f"G10: Redis has it under {key!r}"


def nothing_was_not_understood(world: World) -> None:
    """Whatever comes is taken, or answered by a named failure: nothing is caught as unknown, and no message set aside."""
    for line in world.lines.lines:
        assert not UNKNOWN.search(line), f"G1: {line}"


def _round(world: World, promises: Promises, seconds: float) -> None:
    world.sweeps()
    world.works()
    promises.look()
    world.passes(seconds)


def _rows(world: World, *statuses: str) -> list[str]:
    with world.service.reads.begin() as conn:
        return list(conn.execute(select(tables.outbox.c.ref).where(tables.outbox.c.status.in_(statuses))).scalars())


def forget(world: World, phone: str) -> bool:
    """As `sms-service forget` does; False if nobody is known by that number."""
    service = world.service
    with service.reads.begin() as conn:
        her = people.by_phone(conn, service.keys, phone)
    if her is None:
        return False
    erasure._forget(service.engine, service.keys, her)
    return True


def published(world: World, flow: str, source: str, now: float) -> str:
    """Makes a version serve, as `flow publish` does that checks nothing; its version."""
    version = hashlib.sha256(source.encode()).hexdigest()
    with world.service.engine.begin() as conn:
        flow_versions.keep(conn, flow, version, source, now)
        flow_versions.publish(conn, flow, version, "published", now)
    return version
