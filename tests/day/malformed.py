"""Texts as they must not be: cut off, garbled, twice, out of order. Each a scene."""

from __future__ import annotations

from tests.day.country import Enroler
from tests.day.crowd import LABELS
from tests.day.doors import PAUSE, Play, drafts, someone, without
from tests.day.play import Day, Scene


def cut_off(day: Day, her: Enroler) -> Scene:
    """The text ends in the middle of the mobile or of the ID."""
    who = someone(day, her)
    if day.rng.random() < 0.5:
        names: tuple[str, ...] = ("voter_id", "booth", "name")
        cut = f"{who.mobile} {who.voter_id[: day.rng.randint(4, 8)]}"
    else:
        cut, names = f"{who.name} {who.booth} {who.voter_id} {who.mobile[: day.rng.randint(7, 10)]}", ("mobile",)
    drafts(day, her, f"REG {cut}", {names[0]}, set(names))
    yield PAUSE
    day.enters(her, who, day.crowd.line(her.language, who, names, keyword=""))


def garbled(day: Day, her: Enroler) -> Scene:
    """What the network made of it: told what to send, and nothing is saved."""
    text = day.rng.choice(("Ã ¤œÃ ¥‹", "#@ ;;", "....", "asdfgh qwert", "�����"))
    day.text(her.phone, text, [(her.phone, "help")])
    yield PAUSE


def two_phones(day: Day, her: Enroler) -> Scene:
    """Two mobiles in one line: asked which, never chosen."""
    who, other = someone(day, her), day.crowd.phone(her.language)
    drafts(day, her, f"REG {who.mobile} {other} {who.voter_id} {who.booth} {who.name}", {"mobile"})
    yield PAUSE
    day.enters(her, who, who.mobile)


def wrong_keyword(day: Day, her: Enroler) -> Scene:
    """A letter wrong, missing, swapped, glued to the number."""
    who = someone(day, her)
    word = day.rng.choice(
        {"hi": ("RGE ", "JOOD ", "REGG "), "en": ("RGE ", "REGG ", "RG "), "sw": ("SAJLI ", "SAJILLI ", "RGE ")}[
            her.language
        ]
    )
    day.enters(her, who, day.crowd.line(her.language, who, keyword=word.strip()))
    yield PAUSE


def no_keyword(day: Day, her: Enroler) -> Scene:
    """The keyword forgotten."""
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who, keyword=""))
    yield PAUSE


def delivered_twice(day: Day, her: Enroler) -> Scene:
    """The gateway posts the same message again, at once and later: nothing happens."""
    who, sid = someone(day, her), f"{day.rng.randrange(16**12):012x}"
    line = day.crowd.line(her.language, who)
    day.send_as(sid)
    day.enters(her, who, line)
    for pause in (1.0, 900.0):
        yield pause
        day.text(her.phone, line, [], sid=sid)


def out_of_order(day: Day, her: Enroler) -> Scene:
    """The second text of an entry comes before the first, which then asks for it again."""
    who = someone(day, her)
    day.text(her.phone, f"{LABELS[her.language]['booth']} {who.booth}", [(her.phone, "help")])
    yield 3.0
    drafts(day, her, day.crowd.line(her.language, who, without("booth")), {"booth"})
    yield PAUSE
    day.enters(her, who, who.booth)


MALFORMED: tuple[Play, ...] = (
    cut_off, garbled, two_phones, wrong_keyword, no_keyword, delivered_twice, out_of_order,
)  # fmt: skip
