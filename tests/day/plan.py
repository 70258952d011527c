"""Who does what on the day: all that is special happens, everybody enters somebody, 3 % of the texts are malformed."""

from __future__ import annotations

from itertools import cycle, islice

from tests.day import commands, entries
from tests.day.country import Enroler
from tests.day.doors import Play
from tests.day.malformed import MALFORMED
from tests.day.play import Day, Scene

WORK = 9 * 3_600.0
"""Seconds from the first entry to the last."""

NOT_OPEN = "ST-DHA-TUN"
"""A block in which the drive begins later."""

FULL = "ST-KTU-KYU-32"
"""A booth with a target of two."""

SHARE, TEXTS_OF_A_SCENE = 0.03, 2.2
"""How many of the enrolers' texts are malformed: one in each malformed scene."""

USUAL: tuple[Play, ...] = (
    *(entries.complete,) * 8, entries.one_missing, entries.two_missing, entries.question_by_question, entries.by_ussd,
    entries.family, commands.looks_back, commands.mends,
)  # fmt: skip
SPECIAL: tuple[Play, ...] = (
    *(entries.by_ussd, entries.family, entries.the_same_again, entries.two_at_one_door, entries.outside) * 2,
    *(entries.left_open, entries.thanks, entries.outside, commands.one_time_password) * 3,
    *(commands.mends, commands.deletes, commands.tries, commands.held_and_freed, commands.freed_registration) * 2,
    *(commands.appoints,) * 2, commands.looks_back, commands.pays, commands.stranger, entries.question_by_question,
    entries.five_on_one_phone, entries.too_fast, entries.in_a_row, entries.one_hand, entries.wrong_numbers,
    entries.enrolers_own_phones, entries.after_stop,
)  # fmt: skip
"""What happens once a day, or twice, to enrolers all over the country."""


def plan(day: Day, morning: float, usual: int) -> None:
    """Begins the day of every enroler, with so many usual scenes each."""
    workers = [one for one in day.country.enrolers.values() if one.level == "booth"]
    spread = [one for one in workers if NOT_OPEN not in one.area]
    hers: dict[str, list[Play]] = {one.phone: [] for one in workers}
    for place, play in enumerate(SPECIAL):
        hers[spread[place * len(spread) // len(SPECIAL)].phone].append(play)
    hers[next(one for one in workers if one.area == FULL).phone].append(entries.full_booth)
    for one in workers:
        hers[one.phone] += day.rng.choices(USUAL, k=usual)
    wanted = round(sum(map(len, hers.values())) * TEXTS_OF_A_SCENE * SHARE)
    for place, play in enumerate(islice(cycle(MALFORMED), wanted)):
        day.figures.malformed[play.__name__] += 1
        hers[spread[(place * 29 + 3) % len(spread)].phone].append(play)
    for one in workers:
        hers[one.phone].sort(key=lambda play: play is entries.left_open)  # a dial would go on with it
        day.begin(_works(day, one, hers[one.phone]), morning + day.rng.uniform(0, 3_600))


def _works(day: Day, her: Enroler, plays: list[Play]) -> Scene:
    for play in plays:
        yield day.rng.uniform(60, WORK / (len(plays) + 1))
        yield from play(day, her)


def malformed_share(day: Day) -> float:
    """Malformed texts of all that enrolers sent; what is delivered twice more counts as two."""
    malformed = day.figures.malformed
    return (malformed.total() + malformed["delivered_twice"]) / day.figures.texts["of enrolers"]
