"""What the messages of flows cost: a table of every message at its longest, for `flow check --lengths`."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from sms_service.authoring.check import Checked
from sms_service.authoring.lengths import Message
from sms_service.config import Price

THOUSAND = 1000


def rows(checked: Checked, price: Price) -> list[dict[str, Any]]:
    """One row a message: flow, text (`ask.say`), language, encoding, segments, characters, the character that forces UCS-2 on
    Latin text (or ""), and the price of a thousand in `price.currency`."""
    return [
        {"flow": flow, "text": message.slot, "language": message.language,
         **message.count._asdict(), "because_of": message.stray, "price": thousand(message, price)}
        for flow, messages in sorted(checked.messages.items())
        for message in messages
    ]  # fmt: skip


def thousand(message: Message, price: Price) -> float:
    """The price of a thousand of these messages."""
    return round(message.count.segments * price.segment * THOUSAND, 2)


def table(listed: list[dict[str, Any]], price: Price) -> Table:
    """The rows as people read them."""
    made = Table("flow", "text", "lang", "encoding", "segments", "characters", f"{price.currency} a thousand")
    for row in listed:
        encoding = f"{row['encoding']} ({row['because_of']})" if row["because_of"] else row["encoding"]
        made.add_row(
            row["flow"], row["text"], row["language"], encoding, str(row["segments"]),
            str(row["characters"]), f"{row['price']:,.2f}",
        )  # fmt: skip
    return made
