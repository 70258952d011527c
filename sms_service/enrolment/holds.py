"""Why a registration waits for the office, or is to be looked at: one row a rule that spoke up. Rows stay as evidence."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from sms_service.store.tables import hold


def put(conn: Connection, registration_id: int, rule: str, detail: str, now: float) -> None:
    """Notes that a rule spoke up. `detail` is for the office: figures and references, nobody's data."""
    conn.execute(insert(hold).values(registration_id=registration_id, rule=rule, detail=detail, at=now))


def open_rules(conn: Connection, registration_id: int) -> list[str]:
    """The rules that nobody has decided upon yet, the first to speak first."""
    query = select(hold.c.rule).where(hold.c.registration_id == registration_id, hold.c.decided_at.is_(None))
    return list(conn.execute(query.order_by(hold.c.id)).scalars())


def decide(
    conn: Connection, registration_id: int, decision: str, now: float, by: int | None = None, rule: str = ""
) -> int:
    """Decides what is open (only of `rule`, if one is given) as `freed` or `refused`, as `seen` where it holds nothing, as
    `deleted` with its registration; how many rows that were. `by`: the person who texted it; None: the office, or the
    service itself."""
    undecided = (hold.c.registration_id == registration_id) & hold.c.decided_at.is_(None)
    query = update(hold).where(undecided & (hold.c.rule == rule) if rule else undecided)
    return conn.execute(query.values(decided_at=now, decision=decision, decided_by=by)).rowcount
