"""What a drill comes to: the figures, and the promises that were broken."""

from __future__ import annotations

import time
from collections import Counter

from tests.crash.waiting import until
from tests.machines.drill import Drill
from tests.machines.people import ASKED, LINK, WELCOME

DRAINED = 90.0
"""Seconds within which everything is settled after the last message."""

UNSETTLED = "status NOT IN ('sent', 'delivered')"


def drain(drill: Drill) -> float:
    """Nobody new is entered; seconds until all messages are answered and all that they caused is settled."""
    begun = time.monotonic()
    drill.end_load()
    until(lambda: not drill.phones.waiting, "every message answered", DRAINED)
    until(drill.settled, "everything settled", DRAINED)
    return time.monotonic() - begun


def figures(drill: Drill, rate: float, drained: float) -> tuple[str, list[str]]:
    """The line, and the promises that were broken."""
    people = list(drill.phones.people.values())
    count = drill.sql.asked
    said_yes = {one.number for one in people if one.yes}
    counted = {
        name: int(count(f"SELECT count(*) FROM {table}"))
        for name, table in (
            ("entries", "registration WHERE status = 'confirmed'"), ("consents", "consent WHERE decision = 'given'"),
            ("members", "member"), ("cards", "card WHERE status = 'ready'"), ("held", "outbox WHERE status = 'held'"),
            ("unsettled", f"outbox WHERE {UNSETTLED}"), ("messages", "outbox"),
        )
    }  # fmt: skip
    welcomed = sum(one.heard[WELCOME] for one in people)
    refs = Counter(message.ref for message in drill.phones.accepted)
    twice = sum(1 for times in refs.values() if times > 1)
    more = sum(1 for one in people if one.heard[WELCOME] != 1 or one.heard[LINK] != 1 or not one.heard[ASKED])
    verified = drill.verified()
    print(
        "not settled:",
        count(f"SELECT json_agg(o) FROM (SELECT ref, status, reason, flow FROM outbox WHERE {UNSETTLED}) o"),
    )
    promises = {
        "everybody who was entered is entered once": counted["entries"] == len(people),
        "everybody who said yes is a member, and nobody else": counted["consents"]
        == counted["members"]
        == len(said_yes),
        "one confirmation and one card each": welcomed == len(said_yes) == counted["cards"] and not more,
        "no text twice": not twice,
        "every message settled, none held": counted["unsettled"] == 0,
        "every message of the outbox was taken by the gateway, and no other": len(refs) == counted["messages"],
        "`ledger verify` passes": not verified,
    }
    longest = max(drill.took, key=lambda one: drill.took[one])
    line = (
        f"machines: {rate:g} a second, {drill.phones.acknowledged:,} messages, {len(said_yes):,} said yes, "
        f"{counted['consents']:,} consents, "
        f"{welcomed:,} confirmations, {twice} twice, {counted['held']} held, {len(drill.took)} blows, "
        f"back after {drill.took[longest]:.0f} s at most ({longest}), drained in {drained:.0f} s"
    )
    return line, [promise for promise, kept in promises.items() if not kept]
