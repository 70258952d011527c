"""Why a registration waits for the office, or is to be looked at: one row a rule that spoke up. Rows stay as evidence."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, insert, select, update

from sms_service.store.tables import hold


def put(
    conn: Connection, registration_id: int, rule: str, detail: str, now: float, said_sealed: bytes | None = None
) -> None:
    """Notes that a rule spoke up. `detail` is for the office: figures and references, nobody's data. `said_sealed`: what its
    person texted (unread.py)."""
    row = {"registration_id": registration_id, "rule": rule, "detail": detail, "at": now, "said_sealed": said_sealed}
    conn.execute(insert(hold).values(row))


def drop_texts(conn: Connection, registration_id: int) -> None:
    """It is about somebody else from now on: what the one before texted is none of that one's, nor under her key."""
    conn.execute(update(hold).where(hold.c.registration_id == registration_id).values(said_sealed=None))


def open_rules(conn: Connection, registration_id: int) -> list[str]:
    """The rules that nobody has decided upon yet, the first to speak first."""
    query = select(hold.c.rule).where(hold.c.registration_id == registration_id, hold.c.decided_at.is_(None))
    return list(conn.execute(query.order_by(hold.c.id)).scalars())


def freed_rules(conn: Connection, registration_id: int, rules: Collection[str]) -> list[str]:
    """Those of these rules that spoke up, and that somebody has decided to let pass."""
    freed = (hold.c.registration_id == registration_id) & (hold.c.decision == "freed")
    return list(conn.execute(select(hold.c.rule).where(freed, hold.c.rule.in_(rules))).scalars())


def decide(
    conn: Connection, registration_id: int, decision: str, now: float, by: int | None = None, rule: str = ""
) -> int:
    """Decides what is open (only of `rule`, if one is given) as `freed` or `refused`, as `seen` where it holds nothing, as
    `deleted` with its registration; how many rows that were. `by`: the person who texted it; None: the office, or the
    service itself."""
    undecided = (hold.c.registration_id == registration_id) & hold.c.decided_at.is_(None)
    query = update(hold).where(undecided & (hold.c.rule == rule) if rule else undecided)
    return conn.execute(query.values(decided_at=now, decision=decision, decided_by=by)).rowcount
