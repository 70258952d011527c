"""Which messages were taken: the claim on an inbound id, and the answer that was given to it. Lives in the turn log."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from sms_service.engine.model import Inbound
from sms_service.privacy import Keys
from sms_service.store.tables import person, turn


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer that a message got when it was taken: a USSD screen ("" for SMS), and whether its session ended. `farewell`:
    the SMS to somebody who has just been forgotten, for the handset's page; it stands nowhere, and is "" the second time."""

    text: str
    ends: bool
    farewell: str = ""


def taken(conn: Connection, keys: Keys, channel: str, inbound_id: str) -> Stored | None:
    """The stored answer of a message seen before; None for a new one. A forgotten person's answer is empty."""
    row = conn.execute(
        select(turn.c.reply_sealed, turn.c.ends, person.c.wrapped_key)
        .join(person, person.c.id == turn.c.person_id)
        .where(turn.c.channel == channel, turn.c.inbound_id == inbound_id)
    ).one_or_none()
    if row is None:
        return None
    text = keys.person_key(row.wrapped_key).decrypt("turn.reply", row.reply_sealed) if row.wrapped_key else ""
    return Stored(text, row.ends)


def identified(keys: Keys, inbound: Inbound) -> Inbound:
    """A made id as a keyed hash: it cannot be guessed from the log, nor one phone's screen be asked for by another."""
    if not inbound.made:
        return inbound
    return msgspec.structs.replace(inbound, id=keys.index("inbound", f"{inbound.phone} {inbound.id}").hex(), made=False)
