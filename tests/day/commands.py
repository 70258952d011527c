"""What enrolers and those in charge of them command, each a scene; and that COUNT says what the book says."""

from __future__ import annotations

from tests.day.country import Enroler
from tests.day.doors import PAUSE, drafts, someone, without
from tests.day.play import Day, Scene

COMMAND = {
    "count": {"hi": "गिनती", "en": "COUNT", "sw": "HESABU"},
    "last": {"hi": "आखिरी", "en": "last", "sw": "MWISHO"},
    "list": {"hi": "सूची", "en": "LIST", "sw": "ORODHA"},
    "who": {"hi": "कौन", "en": "Who", "sw": "NANI"},
    "delete": {"hi": "हटाओ", "en": "DEL", "sw": "FUTA"},
    "try": {"hi": "अभ्यास", "en": "TRY", "sw": "JARIBU"},
    "fee": {"hi": "शुल्क", "en": "FEE", "sw": "ADA"},
    "hold": {"hi": "थामो", "en": "HOLD", "sw": "ZUIA"},
    "free": {"hi": "छोड़ो", "en": "FREE", "sw": "RUHUSU"},
    "ok": {"hi": "ठीक", "en": "OK", "sw": "SAWA"},
    "add": {"hi": "नया", "en": "ADD", "sw": "TEUA"},
    "sum": {"hi": "योग", "en": "SUM", "sw": "JUMLA"},
}

COUNTED = {
    "yes": ("confirmed",), "waiting": ("waiting", "held"), "wrong": ("returned", "wrong_number"), "no": ("refused",),
    "silent": ("expired",),
}  # fmt: skip
"""The statuses that COUNT adds up, by its words."""


# --- her own ---


def counts(day: Day, her: Enroler) -> None:
    """COUNT says what the book says, of today and of all days; of nobody silent it says nothing."""
    [said] = day.text(her.phone, COMMAND["count"][her.language], [(her.phone, "count.counted")])
    for span, since in (("today", day.book.midnight(her, day.now)), ("ever", 0.0)):
        statuses = [one.status for one in day.book.entries if one.enroler is her and one.at >= since]
        book = {"all": len(statuses) - statuses.count("deleted")}
        book |= {name: sum(map(statuses.count, of)) for name, of in COUNTED.items()}
        told = {name: int(said.values.get(f"{span}_{name}", 0 if name == "silent" else -1)) for name in book}
        if told != book:
            day.wrong(f"COUNT of {her.phone} says {said.text!r}, the book of {span} {book}")


def looks_back(day: Day, her: Enroler) -> Scene:
    """COUNT, LAST, LIST, WHO."""
    who = someone(day, her)
    entry = day.enters(her, who, day.crowd.line(her.language, who))
    yield PAUSE
    if entry is None:  # she is held, and was told so
        return
    counts(day, her)
    [last] = day.text(her.phone, COMMAND["last"][her.language], [(her.phone, "last.found")])
    [shown] = day.text(her.phone, f"{COMMAND['who'][her.language]} {entry.ref}", [(her.phone, "who.found")])
    if not last.values.get("ref") == shown.values.get("ref") == entry.ref:
        day.wrong(f"LAST says {last.text!r}, WHO {shown.text!r}; the last was {entry.ref}")
    day.text(her.phone, COMMAND["list"][her.language], [(her.phone, "list.found")])


def mends(day: Day, her: Enroler) -> Scene:
    """FIX of the booth, the name, the phone; the person is asked again, on the right phone."""
    who = someone(day, her)
    entry = day.enters(her, who, day.crowd.line(her.language, who), meaning="yes in 7000")
    for field in ("booth", "name", "mobile"):
        yield PAUSE
        other = someone(day, her)
        if entry and getattr(other, field) != getattr(entry.who, field):
            day.fixes(her, entry, entry.who.but(**{field: getattr(other, field)}), field)


def deletes(day: Day, her: Enroler) -> Scene:
    """DEL; whoever answers all the same is told what this is, and is no member."""
    who = someone(day, her)
    entry = day.enters(her, who, day.crowd.line(her.language, who), meaning="nothing")
    yield PAUSE
    if entry is None:
        return
    kind, sends = day.book.delete(entry)
    day.figures.outcomes[kind] += 1
    day.text(her.phone, f"{COMMAND['delete'][her.language]} {entry.ref}", [(her.phone, kind), *day.sent(sends)])
    yield PAUSE
    day.text(who.mobile, "1", [(who.mobile, "help")])


def pays(day: Day, her: Enroler) -> Scene:
    """FEE, then the same receipt for somebody else."""
    who, other = someone(day, her), someone(day, her)
    first = day.enters(her, who, day.crowd.line(her.language, who))
    yield PAUSE
    second = day.enters(her, other, day.crowd.line(her.language, other))
    receipt, kind = f"B{day.rng.randrange(1000, 9999)}", "fee.saved"
    for entry in (first, second):
        yield PAUSE
        if entry:
            day.text(her.phone, f"{COMMAND['fee'][her.language]} {entry.ref} {receipt} 5", [(her.phone, kind)])
            kind = "fee.used"


def tries(day: Day, her: Enroler) -> Scene:
    """TRY in one text, and in two; nothing is saved."""
    who = someone(day, her)
    day.text(
        her.phone, day.crowd.line(her.language, who, keyword=COMMAND["try"][her.language]), [(her.phone, "try.entered")]
    )
    yield PAUSE
    day.text(her.phone, COMMAND["try"][her.language], [(her.phone, "try.begin")])
    yield PAUSE
    day.text(her.phone, day.crowd.line(her.language, who, without("booth"), keyword=""), [(her.phone, "try.more")])
    yield PAUSE
    day.text(her.phone, who.booth, [(her.phone, "try.entered")])


def one_time_password(day: Day, her: Enroler) -> Scene:
    """What a bank sent to the person, forwarded."""
    text = day.rng.choice(("Your OTP is 483920. Do not share it.", "OTP 5521", "448812"))
    day.text(her.phone, text, [(her.phone, "otp.warning")])
    yield PAUSE


# --- those in charge ---


def frees(day: Day, her: Enroler) -> None:
    """FREE by the one in charge of her block."""
    above = day.country.in_charge(day.country.block_of(her.area).code)
    kind = "free.freed" if her.status == "held" else "free.unknown"
    day.text(above.phone, f"{COMMAND['free'][above.language]} {her.phone}", [(above.phone, kind)])
    her.status = "activated"


def held_and_freed(day: Day, her: Enroler) -> Scene:
    """HOLD in the middle of an entry: nothing is saved until FREE, then the draft goes on."""
    above = day.country.in_charge(day.country.block_of(her.area).code)
    who = someone(day, her)
    drafts(day, her, day.crowd.line(her.language, who, without("booth")), {"booth"})
    yield PAUSE
    day.text(above.phone, f"{COMMAND['hold'][above.language]} {her.phone}", [(above.phone, "hold.held")])
    her.status = "held"
    yield PAUSE
    day.text(her.phone, who.booth, [(her.phone, "turned_away.held")])
    yield PAUSE
    other = someone(day, her)
    day.enters(her, other, day.crowd.line(her.language, other))
    yield PAUSE
    frees(day, her)
    yield PAUSE
    day.enters(her, who, who.booth)


def freed_registration(day: Day, her: Enroler) -> Scene:
    """OK of a held one by the one in charge of the block; not by the enroler of a booth, nor one of another block."""
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who), meaning="yes")
    yield PAUSE
    again = someone(day, her).but(voter_id=who.voter_id)
    held = day.enters(her, again, day.crowd.line(her.language, again), meaning="yes")
    if held is None:
        return
    yield PAUSE
    day.text(her.phone, f"{COMMAND['ok'][her.language]} {held.ref}", [(her.phone, "ok.not_in_charge")])
    block = day.country.block_of(her.area)
    near = next(area for area in day.country.areas.values() if area.parent == block.parent and area.code != block.code)
    for area in (near, block):
        yield PAUSE
        above = day.country.in_charge(area.code)
        kind, sends = ("ok.unknown", []) if area is near else day.book.free(held)
        day.text(above.phone, f"{COMMAND['ok'][above.language]} {held.ref}", [(above.phone, kind), *day.sent(sends)])


def appoints(day: Day, her: Enroler) -> Scene:
    """ADD by the one in charge of the block; the new one activates her phone and enters somebody."""
    above = day.country.in_charge(day.country.block_of(her.area).code)
    phone, name = day.crowd.phone(her.language), day.crowd.name(her.language)
    new = Enroler(phone, name, her.area, "booth", above.language, above.by, "appointed")
    day.country.enrolers[phone] = new
    text = f"{COMMAND['add'][above.language]} {phone} {name} {her.area}"
    _, code = day.text(above.phone, text, [(above.phone, "add.appointed"), (phone, "appointed.code")])
    yield PAUSE
    who = someone(day, new)
    day.enters(new, who, day.crowd.line(new.language, who))
    yield PAUSE
    day.text(phone, "ACT 10000", [(phone, "activate.wrong")])
    yield PAUSE
    day.text(phone, f"ACT {code.values.get('code')}", [(phone, "activate.activated")])
    new.status = "activated"
    yield PAUSE
    day.enters(new, who, day.crowd.line(new.language, who))


def stranger(day: Day, her: Enroler) -> Scene:
    """A phone that is no enroler's: told once a day, then silence, whatever she sends; she may still ask for help."""
    phone, who = day.crowd.phone(her.language), someone(day, her)
    day.text(phone, day.crowd.line("en", who), [(phone, "turned_away.stranger")])
    yield PAUSE
    day.text(phone, day.crowd.line("en", who), [])
    yield PAUSE
    day.text(phone, "hello?", [])
    yield PAUSE
    day.text(phone, "HELP", [(phone, "help")])
