"""The deaths of one story: which there are, and what came of each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.crash.lines import REDIS, Death, Failed, Gateways, Site
from tests.crash.once import Broken, settled
from tests.crash.stories import TURNS, Story
from tests.crash.stories_sending import WORK
from tests.crash.tracing import EVERYWHERE, OURS
from tests.gateways import AfricasTalking, Kannel, Twilio

STORIES: list[Story] = [*TURNS, *WORK]

Outcome = tuple[str, str]
"""Clean, Lost, Doubled, Half, Unsettled, or Failed (a process ended with a traceback); and what was wrong."""

CLEAN: Outcome = ("Clean", "")


@contextmanager
def stand_ins() -> Iterator[Gateways]:
    """The stand-in gateways."""
    with Twilio() as twilio, AfricasTalking() as africastalking, Kannel() as kannel:
        yield Gateways(twilio, africastalking, kannel)


@contextmanager
def staged(story: Story, live_url: str) -> Iterator[Site]:
    """A site on which everything stands as it was before the story's victim."""
    with tempfile.TemporaryDirectory(prefix="crash-") as folder, stand_ins() as gateways:
        site = Site(Path(folder), live_url, gateways, story.settings(gateways))
        try:
            site.prepare(story.before(site))
            site.restore("warm")
            yield site
        finally:
            site.close()


def that_tell(site: Site, story: Story) -> list[Death]:
    """Each line of ours where it is executed first, under one state of Redis; and the lines of ours on either side of whatever
    leaves the process, under each. Past the last line too: nothing died."""
    firsts, edges, lines = site.telling(lambda: story.victim(site), OURS)
    one = [Death(OURS, line, REDIS[number % len(REDIS)]) for number, line in enumerate([*firsts, lines + 1])]
    return [*one, *(Death(OURS, line, live) for line in edges for live in REDIS)]


def in_libraries(site: Site, story: Story) -> list[Death]:
    """The lines of any library on either side of whatever leaves the process."""
    _, edges, _ = site.telling(lambda: story.victim(site), EVERYWHERE)
    return [Death(EVERYWHERE, line, REDIS[number % len(REDIS)]) for number, line in enumerate(edges)]


def executed(site: Site, story: Story) -> list[Death]:
    """Before each executed line of ours, however often the same one is executed."""
    lines = site.lines_of(lambda: story.victim(site))
    return [Death(OURS, line, REDIS[line % len(REDIS)]) for line in range(1, lines + 2)]


Which = Callable[[Site, Story], list[Death]]


def outcomes(site: Site, story: Story, deaths: Sequence[Death]) -> Iterator[Outcome]:
    """Lets the victim of `story` die each of these deaths; what came of it."""
    for death in deaths:
        site.restore(death.live)
        place = site.dies(lambda: story.victim(site), death)
        try:
            site.forked(lambda: story.rest(site))
            settled(site)
            story.check(site)
        except (Broken, Failed) as error:
            where = f"killed before line {death.line} ({place or 'not at all'}), Redis {death.live}"
            yield word(error), f"{type(story).__name__}, {where}: {error}"
        else:
            yield CLEAN


def word(error: Exception) -> str:
    """Which promise it breaks: one that was found in the forked process names itself in the last line of its traceback."""
    if isinstance(error, Broken):
        return type(error).__name__
    last = str(error).strip().splitlines()[-1]
    return next((one.__name__ for one in Broken.__subclasses__() if f".{one.__name__}:" in last), "Failed")
