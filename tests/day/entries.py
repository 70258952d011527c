"""What happens at doors: entries of every kind, each a scene that says what is typed and what should come of it."""

from __future__ import annotations

from itertools import pairwise

from sms_service.engine.navigation import GO_ON, RESUME
from tests.day.commands import counts, frees
from tests.day.country import Enroler
from tests.day.crowd import FIELDS
from tests.day.doors import PAUSE, drafts, someone, without
from tests.day.play import Day, Scene


def complete(day: Day, her: Enroler) -> Scene:
    """All in one line."""
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who))
    yield PAUSE


def one_missing(day: Day, her: Enroler) -> Scene:
    """One field missing, then it comes: alone, with a label, or a command comes first."""
    who, missing = someone(day, her), day.rng.choice(FIELDS)
    drafts(day, her, day.crowd.line(her.language, who, without(missing)), {missing})
    yield PAUSE
    if day.rng.random() < 0.3:
        counts(day, her)
        yield PAUSE
    labelled = day.rng.random() < 0.5
    day.enters(her, who, day.crowd.labelled(her.language, who, missing) if labelled else getattr(who, missing))


def left_open(day: Day, her: Enroler) -> Scene:
    """One field missing, and nobody sends it: the draft waits, and is no registration."""
    who, missing = someone(day, her), day.rng.choice(FIELDS)
    drafts(day, her, day.crowd.line(her.language, who, without(missing)), {missing})
    yield PAUSE


def two_missing(day: Day, her: Enroler) -> Scene:
    """Two fields missing; one more text brings both, or they come one by one."""
    who, missing = someone(day, her), set(day.rng.sample(FIELDS, 2))
    drafts(day, her, day.crowd.line(her.language, who, without(*missing)), missing)
    yield PAUSE
    first, second = (name for name in FIELDS if name in missing)
    if day.rng.random() < 0.5:
        drafts(day, her, day.crowd.labelled(her.language, who, first), {second})
        yield PAUSE
        day.enters(her, who, day.crowd.labelled(her.language, who, second))
    else:
        day.enters(her, who, day.crowd.line(her.language, who, (first, second), keyword=""))


def question_by_question(day: Day, her: Enroler) -> Scene:
    """The keyword alone, then each answer."""
    who = someone(day, her)
    drafts(day, her, day.crowd.line(her.language, who, ()), {"mobile"})
    for name, then in pairwise(FIELDS):
        yield PAUSE
        drafts(day, her, getattr(who, name), {then})
    yield PAUSE
    day.enters(her, who, who.name)


def by_ussd(day: Day, her: Enroler) -> Scene:
    """Screen by screen; some lose the network in the middle and dial again."""
    who = someone(day, her)
    phone = day.town.africastalking.dial(day.town.url, her.phone)
    for name in FIELDS:
        shows_question(day, her, phone.screen, name)
        if name == "booth" and day.rng.random() < 0.3:
            phone.hang_up()
            yield PAUSE
            phone = day.town.africastalking.dial(day.town.url, her.phone)
            if phone.screen not in RESUME.values():
                day.wrong(f"{her.phone} dialled again and should be asked whether she goes on, not {phone.screen!r}")
            phone.press(GO_ON)
            shows_question(day, her, phone.screen, name)
        if phone.ended:
            return
        phone.press(getattr(who, name))
    day.figures.texts["USSD sessions"] += 1
    day.screened(her, who, phone.screen)


def shows_question(day: Day, her: Enroler, screen: str, name: str) -> None:
    """The screen asks for this field; from the second on with the key that leads back."""
    question, _, key = screen.partition("\n")
    if (
        day.wordings.asked(question) != {name}
        or (bool(key) != (name != "mobile"))
        or (key and not key.startswith("0 "))
    ):
        day.wrong(f"{her.phone} on USSD should be asked for {name}, not {screen!r}")


def family(day: Day, her: Enroler) -> Scene:
    """Two to five people on one phone."""
    phone = day.crowd.phone(her.language)
    for _ in range(day.rng.randint(2, 5)):
        who = someone(day, her, phone)
        day.enters(her, who, day.crowd.line(her.language, who), meaning=day.rng.choice(("", "yes", "yes")))
        yield PAUSE


def five_on_one_phone(day: Day, her: Enroler) -> Scene:
    """The fifth is one too many while nobody has answered."""
    phone = day.crowd.phone(her.language)
    for _ in range(5):
        who = someone(day, her, phone)
        day.enters(her, who, day.crowd.line(her.language, who), meaning="yes in 900")
        yield PAUSE


def the_same_again(day: Day, her: Enroler) -> Scene:
    """The same person twice."""
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who))
    yield day.rng.choice((60.0, 4 * 3_600.0))
    day.enters(her, who, day.crowd.line(her.language, who))


def two_at_one_door(day: Day, her: Enroler) -> Scene:
    """Another enroler of the district enters the person too; and, with another phone, her ID."""
    area = day.country.block_of(her.area).parent
    other = next(one for one in day.country.enrolers.values() if one.level == "booth" and one.phone != her.phone
                 and day.country.block_of(one.area).parent == area)  # fmt: skip
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who), meaning="yes")
    yield PAUSE
    theirs = who.but(booth=someone(day, other).booth)
    day.enters(other, theirs, day.crowd.line(other.language, theirs))
    yield PAUSE
    again = theirs.but(mobile=day.crowd.phone(her.language))
    day.enters(other, again, day.crowd.line(other.language, again))


def outside(day: Day, her: Enroler) -> Scene:
    """A booth of another block: right (1), or mistyped (2 and the right one)."""
    good, bad = someone(day, her), "77"
    far = good.but(booth=bad)
    day.figures.outcomes["asked about a booth outside"] += 1
    day.text(her.phone, day.crowd.line(her.language, far), [(her.phone, "register.outside")])
    yield PAUSE
    if day.rng.random() < 0.5:
        day.enters(her, far, "1", sure=True)
        return
    drafts(day, her, "2", {"booth"})
    yield PAUSE
    day.enters(her, good, good.booth)


def too_fast(day: Day, her: Enroler) -> Scene:
    """Twenty-three in an hour, whose people reply within the minute: more are held than may be, and somebody should look."""
    for _ in range(23):
        who = someone(day, her)
        day.enters(her, who, day.crowd.line(her.language, who), meaning="yes in 45")
        yield 100.0


def in_a_row(day: Day, her: Enroler) -> Scene:
    """Three numbers from one shop."""
    first = day.crowd.phone(her.language)
    for step in range(3):
        who = someone(day, her, f"+{int(first[1:]) + step}")
        day.enters(her, who, day.crowd.line(her.language, who))
        yield PAUSE


def one_hand(day: Day, her: Enroler) -> Scene:
    """Three phones reply the same within ten seconds."""
    at = day.now + 2_000
    for place in range(3):
        who = someone(day, her)
        day.enters(her, who, day.crowd.line(her.language, who), meaning=f"yes:Yes I join in {at + 3 * place - day.now}")
        yield PAUSE


def wrong_numbers(day: Day, her: Enroler) -> Scene:
    """Five people who were never asked: she is suspended, and freed by the one in charge of her block."""
    for _ in range(5):
        who = someone(day, her)
        day.enters(her, who, day.crowd.line(her.language, who), meaning="wrong in 600")
        yield PAUSE
    yield 1_800.0
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who))
    yield PAUSE
    frees(day, her)
    yield PAUSE
    day.enters(her, who, day.crowd.line(her.language, who))


def full_booth(day: Day, her: Enroler) -> Scene:
    """More in a booth than its roll."""
    block = day.country.block_of(her.area)
    number = [area.number for area in day.country.areas.values() if area.parent == block.code][-1]
    for _ in range(3):
        who = someone(day, her).but(booth=number)
        day.enters(her, who, day.crowd.line(her.language, who), meaning="yes")
        yield PAUSE


def enrolers_own_phones(day: Day, her: Enroler) -> Scene:
    """Her own phone, and that of another enroler."""
    for phone in (her.phone, day.country.in_charge("ST").phone):
        who = someone(day, her, phone)
        day.enters(her, who, day.crowd.line(her.language, who))
        yield PAUSE


def thanks(day: Day, her: Enroler) -> Scene:
    """A member says OK once more, which is a command of those in charge: she gets help, and is not turned away."""
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who), meaning="yes in 300")
    yield 900.0
    day.text(who.mobile, {"hi": "ठीक", "en": "OK", "sw": "Sawa"}[her.language], [(who.mobile, "help")])


def after_stop(day: Day, her: Enroler) -> Scene:
    """Somebody who wants no messages is entered again."""
    who = someone(day, her)
    day.enters(her, who, day.crowd.line(her.language, who), meaning="stop in 300")
    yield 600.0
    day.enters(her, who, day.crowd.line(her.language, who))
