"""By which other channel a text goes that one cannot bring to a person now (WhatsApp, a day after she last wrote)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from sms_service.channels.base import Channel, HasWindow
from sms_service.store.tables import turn

OUTSIDE = "outside of the hours"
"""The reason of a message that WhatsApp would refuse by 63016: she has not written for a day."""


def elsewhere(conn: Connection, person_id: int, channel: str, channels: Mapping[str, Channel], default: str) -> str:
    """The channel for SMS by which she last wrote; else the default one; else, for WhatsApp, the SMS of the same account.
    "" if she has none: then the text fails, with the reason that the first channel gave."""
    usable = [one.name for one in channels.values() if one.name != channel and not isinstance(one, HasWindow)]
    written = conn.execute(
        select(turn.c.channel)
        .where(turn.c.person_id == person_id, turn.c.kind == "sms", turn.c.channel.in_(usable))
        .order_by(turn.c.turn_no.desc())
        .limit(1)
    ).scalar_one_or_none()
    if written:
        return str(written)
    has_twin = channel == "whatsapp" and bool(getattr(channels.get("twilio"), "from_", None))
    twin = "twilio" if has_twin else ""
    return next((one for one in (default, twin) if one in usable), "")


def is_open(conn: Connection, person_id: int, channel: str, window: float, now: float) -> bool:
    """Whether she wrote by this channel within its window (seconds)."""
    wrote = select(turn.c.at).where(turn.c.person_id == person_id, turn.c.channel == channel)
    last = conn.execute(wrote.order_by(turn.c.turn_no.desc()).limit(1)).scalar_one_or_none()
    return last is not None and last > now - window
