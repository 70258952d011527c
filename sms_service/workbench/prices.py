"""What the messages of flows cost: a table of every message at its longest, for `flow check --lengths`."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from sms_service.authoring.check import Checked
from sms_service.authoring.lengths import Message
from sms_service.config import Price
from sms_service.engine.navigation import pages

THOUSAND = 1000


def rows(checked: Checked, price: Price) -> list[dict[str, Any]]:
    """One row a text: flow, text (`ask.say`), language, and of the longest SMS that it stands in: encoding, segments,
    characters, the character that forces UCS-2 on Latin text (or ""), the price of a thousand in `price.currency`, and the
    `message` itself. `screens` are the USSD pages of the longest that it stands in there; None in a flow without USSD."""
    found: list[dict[str, Any]] = []
    for flow, lengths in sorted(checked.lengths.items()):
        by_ussd = lengths.every("ussd") if flow in checked.by_ussd else ()
        screens = {(one.slot, one.language): len(pages(one.text, one.language, back=True)) for one in by_ussd}
        found += (
            {"flow": flow, "text": message.slot, "language": message.language,
             **message.count._asdict(), "because_of": message.stray, "price": thousand(message, price),
             "screens": screens.get((message.slot, message.language)), "message": message.text}
            for message in lengths.every("sms")
        )  # fmt: skip
    return found


def thousand(message: Message, price: Price) -> float:
    """The price of a thousand of these messages."""
    return round(message.count.segments * price.segment * THOUSAND, 2)


def table(listed: list[dict[str, Any]], price: Price) -> Table:
    """The rows as people read them."""
    made = Table()
    for head in (
        "flow", "text", "lang", "encoding", "segments", "characters", f"{price.currency} a thousand", "USSD screens",
    ):  # fmt: skip
        made.add_column(head, overflow="fold")
    for row in listed:
        encoding = f"{row['encoding']} ({row['because_of']})" if row["because_of"] else row["encoding"]
        made.add_row(
            row["flow"], row["text"], row["language"], encoding, str(row["segments"]),
            str(row["characters"]), f"{row['price']:,.2f}", str(row["screens"] or "-"),
        )  # fmt: skip
    return made
