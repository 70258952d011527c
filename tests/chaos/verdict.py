"""What a run comes to: the figures, and the promises that were broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.chaos.installation import Installation
from tests.chaos.people import ASKED, LINK, REFUSED, STOPPED, WELCOME, YES, People, Person
from tests.crash.waiting import until

DRAINED = 90.0
"""Seconds within which everything is settled after the last blow."""

OPEN = """SELECT (SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending'))
             + (SELECT count(*) FROM card WHERE status = 'wanted')"""


def settled(town: Installation, people: People) -> bool:
    """Whether every message is answered and all that they caused is done."""
    return not people.posting.waiting and town.sql.answers and not town.spooled() and not town.sql.count(OPEN)


def drain(town: Installation, people: People) -> None:
    """Returns when it is. Raises TimeoutError with what is left."""
    try:
        until(lambda: settled(town, people), "everything settled", DRAINED)
    except TimeoutError as error:
        left = town.sql.rows(
            "SELECT channel, flow, status, reason, attempts, looked_since IS NOT NULL, count(*), "
            "min(created_at) - extract(epoch FROM now()), max(lease_until) - extract(epoch FROM now()) "
            "FROM outbox WHERE status IN ('queued', 'sending') GROUP BY 1, 2, 3, 4, 5, 6"
        )
        wanted = town.sql.count("SELECT count(*) FROM card WHERE status = 'wanted'")
        raise TimeoutError(
            f"{error}; {people.posting.waiting} unanswered, {town.spooled()} on the disk, {wanted} cards wanted, {left}"
        ) from error


@dataclass
class Hers:
    """What SQL has of one phone."""

    decisions: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By each channel, how many messages are in each status."""

    @property
    def is_held(self) -> bool:
        return any(statuses["held"] for statuses in self.by.values())


def known(town: Installation) -> dict[bytes, Hers]:
    """All phones, by the keyed hash of their number."""
    found: dict[bytes, Hers] = defaultdict(Hers)
    ask = town.sql.rows
    joined = "JOIN person ON person.id = person_id GROUP BY 1, 2"
    for phone, decision, times in ask(f"SELECT phone_index, decision, count(*) FROM consent {joined}"):
        found[bytes(phone)].decisions[decision] = times
    for phone, status, times in ask(f"SELECT phone_index, status, count(*) FROM registration {joined}"):
        found[bytes(phone)].entries[status] = times
    for phone, status, channel, times in ask(
        f"SELECT phone_index, status, outbox.channel, count(*) FROM outbox {joined}, 3"
    ):
        found[bytes(phone)].by[channel][status] = times
    return found


def verdict(town: Installation, people: People) -> tuple[str, list[str]]:
    """The figures, and each promise that was broken, with some of those whom it was broken to."""
    sql, hers = town.sql, known(town)
    everybody = [(one, hers[town.keys.index("phone", one.number)]) for one in people.people.values()]
    broken: dict[str, list[object]] = {
        "everybody who said yes to a question that was handed over is a member, and nobody else": [
            one for one in everybody if not _rightly_decided(*one)
        ],
        "one confirmation each": [one for one in everybody if not _told_once(*one)],
        "the link after the confirmation": [one for one, _ in everybody if not _in_order(one)],
        "everybody who was entered is entered once": [
            one for one in everybody if sum(one[1].entries.values()) - one[1].entries["held"] != 1
        ],
        "nothing to who sent STOP": [one for one, _ in everybody if not _obeyed(one)],
        "nobody is asked who refused": [one for one, _ in everybody if _asked_after_refusing(one)],
        "every message that was answered 2xx took effect, once": _effects(town, people),
        "no text twice, and none lost": _twice(town, people, hers),
        "what is held is what the gateway could not be asked about": sql.rows(
            "SELECT ref, channel, reason FROM outbox WHERE status = 'held' AND channel <> 'africastalking'"
        ),
        "nothing failed": sql.rows("SELECT ref, status, reason FROM outbox WHERE status IN ('failed', 'unreachable')"),
        "nothing is under way": sql.rows("SELECT ref, status FROM outbox WHERE status IN ('queued', 'sending')"),
        "a card for each member": sql.rows("SELECT count(*) FROM card WHERE status <> 'ready'")
        if sql.count("SELECT count(*) FROM member") != sql.count("SELECT count(*) FROM card WHERE status = 'ready'")
        else [],
        "nothing is left on the disk": [town.spooled()] if town.spooled() else [],
        "`ledger verify` passes": [said] if (said := town.verified()) else [],
    }
    said_yes = sum(one.kind in YES and bool(one.said) for one, _ in everybody)
    consents = sql.count("SELECT count(*) FROM consent WHERE decision = 'given'")
    members = sql.count("SELECT count(*) FROM member")
    held = sql.count("SELECT count(*) FROM outbox WHERE status = 'held'")
    line = (
        f"{people.posting.acknowledged:,} messages, {said_yes:,} said yes, {consents:,} consents, {members:,} members, "
        f"{sum(one.count(WELCOME) for one, _ in everybody):,} confirmations by SMS, "
        f"{len(broken['no text twice, and none lost'])} twice or lost, {held} held"
    )
    return line, [f"{promise}: {len(found)}, {found[:3]}" for promise, found in broken.items() if found]


def _rightly_decided(one: Person, hers: Hers) -> bool:
    given = hers.decisions["given"]
    if one.kind not in YES or not one.said or not one.count(ASKED):
        return given == 0
    # Of what its gateway cannot be asked about, nobody knows whether she had been asked: her yes may be to nothing.
    return given == 1 or (given == 0 and hers.is_held)


def _told_once(one: Person, hers: Hers) -> bool:
    given, told, links = hers.decisions["given"], one.count(WELCOME), one.count(LINK)
    if told > given or links > given:
        return False
    by_sms = given if one.kind != "ussd" else 0  # who said yes on a screen was told there
    stops = one.kind == "yes, then STOP"
    return hers.is_held or (told == by_sms and (links == given or stops))


def _in_order(one: Person) -> bool:
    first = [text.startswith(LINK) for text in one.heard if text.startswith((WELCOME, LINK))]
    return first == sorted(first)


def _obeyed(one: Person) -> bool:
    """From the answer to STOP on she hears that answer, and nothing else."""
    after = _after(one, STOPPED)
    return all(text.startswith(STOPPED) for text in after)


def _asked_after_refusing(one: Person) -> bool:
    return any(text.startswith(ASKED) for text in _after(one, REFUSED))


def _after(one: Person, beginning: str) -> list[str]:
    first = next((number for number, text in enumerate(one.heard) if text.startswith(beginning)), len(one.heard))
    return one.heard[first + 1 :]


def _effects(town: Installation, people: People) -> list[object]:
    """The messages that are not in the turn log exactly once."""
    wrong: list[object] = []
    for gateway, posted in people.posted.items():
        rows = town.sql.rows("SELECT inbound_id FROM turn WHERE channel = %s AND kind = 'sms'", gateway)
        times = Counter(row[0] for row in rows)
        wrong += [(gateway, sid, times[sid]) for sid in posted if times[sid] != 1]
        wrong += [(gateway, sid, "never answered 2xx") for sid in times if sid not in posted]
    return wrong


def _twice(town: Installation, people: People, hers: dict[bytes, Hers]) -> list[object]:
    """Of Twilio, which is told our reference: those that it has twice, or that we do not know it has. Of Africa's Talking,
    which is not: phones that got more or less than was sent and may have been."""
    refs = Counter(message.ref for message in people.twilio.accepted)
    sent = {row[0] for row in town.sql.rows(
        "SELECT ref FROM outbox WHERE channel = 'twilio' AND status IN ('sent', 'delivered')"
    )}  # fmt: skip
    wrong: list[object] = [(ref, times) for ref, times in refs.items() if times > 1]
    wrong += [(ref, "not known to be sent" if ref in refs else "never sent") for ref in sent ^ refs.keys()]
    got = Counter(town.keys.index("phone", message.to) for message in people.africastalking.accepted)
    for phone, one in hers.items():
        statuses = one.by["africastalking"]
        surely = statuses["sent"] + statuses["delivered"]
        if not surely <= got[phone] <= surely + statuses["held"]:
            wrong.append((phone.hex()[:8], got[phone], dict(statuses)))
    return wrong
