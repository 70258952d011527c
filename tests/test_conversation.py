"""Dialogues with calls, menus and time-outs, through the whole service: by SMS and by USSD, with Redis lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sms_service.engine.model import MAX_STEPS, Inbound
from sms_service.faults import SORRY
from sms_service.store.tables import flow_version, outbox, timer, turn
from tests.town import MEMBER, Town, TownPhone

MINUTE, DAY = 60.0, 86_400.0
Opened = Callable[..., Town]

JOIN = """
flow: join
about: Somebody joins by herself.
starts: {keywords: [JOIN], ussd: "*384*96#"}
languages: [en, hi]
limits: {ussd_unicode: true}
expires: {after: 2 days, then: over}
states:
  which:
    say: {en: "Which language?", hi: "भाषा?"}
    ask:
      into: language
      type: choice
      options:
        en: {label: {en: English, hi: अंग्रेज़ी}}
        hi: {label: {en: Hindi, hi: हिंदी}}
    timeout: {after: 10 minutes, then: late}
    next: set
  set: {do: set_language, with: {language: "{{ language }}"}, next: who}
  who: {say: {en: "Your name?", hi: "आपका नाम?"}, ask: {into: name, type: name}, next: place}
  place: {call: place, with: {who: "{{ name }}"}, outcomes: {done: thanks, given_up: over}}
  thanks:
    say: {en: "Thank you, {{ name }} of {{ place.village }}.", hi: "धन्यवाद, {{ name }}, {{ place.village }}।"}
    end: true
  late: {say: {en: "Send JOIN when you have time.", hi: "बाद में JOIN भेजें।"}, end: true}
  over: {say: {en: "Nothing was saved.", hi: "कुछ दर्ज नहीं हुआ।"}, end: true}
"""

PLACE = """
flow: place
about: Where somebody lives; other flows call it.
languages: [en, hi]
takes: {who: name}
gives: [village]
limits: {ussd_unicode: true}
states:
  house:
    say: {en: "{{ who }}, how many live in your house?", hi: "{{ who }}, घर में कितने लोग हैं?"}
    ask: {into: people, type: number, min: 1, max: 50}
    next: village
  village:
    say: {en: "Which village?", hi: "गाँव?"}
    ask: {into: village, type: name}
    unclear: {times: 1, then: given_up}
    timeout: {after: 1 hour, then: given_up}
    next: found
  found: {end: true}
  given_up: {end: given_up}
"""


class Dialogue:
    """One person's dialogue, the same by SMS and by USSD: what she sends, and what she reads after it."""

    def __init__(self, town: Town, by: str) -> None:
        self.town, self.by = town, by
        self.phone: TownPhone = town.phone(MEMBER, by="africastalking")
        self.ussd: Any = None

    def begins(self, keyword: str = "JOIN") -> str:
        """She sends the keyword, or dials."""
        if self.by == "sms":
            return self.says(keyword)
        self.ussd = self.phone.dials()
        return str(self.ussd.screen)

    def says(self, text: str) -> str:
        """She answers; what she reads then."""
        if self.by == "ussd":
            return str(self.ussd.press(text))
        self.phone.texts(text)
        [answer] = self.phone.news
        return answer

    def waits(self, seconds: float) -> list[str]:
        """Nothing is heard of her for so long; the messages that come of it."""
        before = len(self.phone.heard)
        last = self.town.rows(turn)[-1]
        self.town.service.turns.tick(last.person_id, last.at + seconds)
        with self.town.service.engine.begin() as conn:
            conn.execute(outbox.update().values(due_at=0))  # due then is due now: the workers' clock has not moved
        self.town.work()
        return self.phone.heard[before:]

    @property
    def path(self) -> str:
        """What the turn log says of the last turn."""
        return str(self.town.rows(turn)[-1].path)


@pytest.fixture(params=["sms", "ussd"])
def join(request: pytest.FixtureRequest, opened: Opened) -> Dialogue:
    """Somebody who may join, by SMS and once more by USSD."""
    return Dialogue(opened(join=JOIN, place=PLACE), request.param)


# --- by SMS and by USSD alike -------------------------------------------------------------------------------------


def test_a_menu_an_effect_and_a_call(join: Dialogue) -> None:
    assert join.begins() == "Which language?\n1. English\n2. Hindi"
    assert join.says("1").startswith("Your name?")
    assert join.path == "which next set done who"
    assert join.says("Ram Kumar").startswith("Ram Kumar, how many live in your house?")
    assert join.path == "who next place place/house"
    assert join.says("4").startswith("Which village?")
    assert join.says("Rampur") == "Thank you, Ram Kumar of Rampur."
    assert join.path == "place/village next place/found return place done thanks"
    assert join.town.rows(timer) == []
    [first, *_, last] = join.town.rows(turn)
    assert {(row.flow, row.version) for row in join.town.rows(turn)} == {("join", first.version)}
    assert (first.state_before, last.state_after) == ("", "thanks")


def test_the_language_she_chose_is_that_of_the_next_text(join: Dialogue) -> None:
    join.begins()
    assert join.says("Hindi").startswith("आपका नाम?")
    assert join.says("राम कुमार").startswith("राम कुमार, घर में कितने लोग हैं?")
    assert join.says("4").startswith("गाँव?"), "in the flow that is called too"
    join.phone.texts("HELP")
    assert join.phone.last.startswith("XYZ: कार्यकर्ता"), "and in whatever she begins next"


def test_all_of_redis_is_lost_in_the_middle_of_a_called_flow(join: Dialogue) -> None:
    join.begins()
    join.says("1")
    join.says("Ram Kumar")
    for answer, reads in (("many", "number"), ("4", "Which village?"), ("Rampur", "Thank you, Ram Kumar of Rampur.")):
        join.town.service.redis.flushall()
        assert reads in join.says(answer)


def test_back_within_a_called_flow_and_before_it(join: Dialogue) -> None:
    join.begins()
    assert join.says("1") == "Your name?", "nothing leads back beyond an effect"
    assert "how many" in join.says("Ram Kumar")
    assert "Which village?" in join.says("4")
    assert "how many" in join.says("0")
    assert join.path == "place/village back place/house"
    assert "Which village?" in join.says("5")
    assert join.says("Rampur") == "Thank you, Ram Kumar of Rampur."


def test_a_called_flow_gives_up_and_its_caller_goes_on(join: Dialogue) -> None:
    join.begins()
    join.says("1")
    join.says("Ram Kumar")
    join.says("4")
    join.says("12")
    assert join.says("13") == "Nothing was saved."
    assert join.path == "place/village unclear place/given_up return place given_up over"


def test_after_a_time_out_the_dialogue_goes_on_by_itself(join: Dialogue) -> None:
    join.begins()
    assert join.waits(9 * MINUTE) == []
    assert join.waits(2 * MINUTE) == ["Send JOIN when you have time."]
    assert join.path == "which timeout late"
    assert join.town.rows(timer) == []


def test_a_time_out_of_a_called_flow_goes_on_in_its_caller(join: Dialogue) -> None:
    join.begins()
    join.says("1")
    join.says("Ram Kumar")
    join.says("4")
    assert join.waits(60 * MINUTE) == ["Nothing was saved."]
    assert join.path == "place/village timeout place/given_up return place given_up over"


def test_the_timer_of_a_state_already_left_does_nothing(join: Dialogue) -> None:
    """The sweeper took it from the table before she answered, and comes too late."""
    join.begins()
    [before] = join.town.rows(timer)
    join.says("1")
    [after] = join.town.rows(timer)
    assert (before.state, after.state) == ("which", "who")
    assert before.due_at < after.due_at

    join.town.service.turns.tick(before.person_id, before.due_at)
    join.town.work()
    assert join.path == ""
    assert join.town.rows(timer) == [after]
    assert "how many" in join.says("Ram Kumar")


def test_silence_in_a_called_flow_ends_where_the_flow_that_began_it_says(join: Dialogue) -> None:
    join.begins()
    join.says("1")
    join.says("Ram Kumar")
    assert join.waits(DAY) == []
    assert join.waits(2 * DAY) == ["Nothing was saved."]
    assert join.path == "place expired over"


def test_stop_in_the_middle_of_a_called_flow_ends_all_of_it(join: Dialogue) -> None:
    join.begins()
    join.says("1")
    join.says("Ram Kumar")
    assert join.says("STOP").startswith("XYZ: no more SMS to this number.")
    assert join.town.rows(timer) == []


# --- by SMS -------------------------------------------------------------------------------------------------------


def test_a_flow_begun_by_a_keyword_calls_another_at_once(opened: Opened) -> None:
    tell = """
flow: tell
about: Where somebody lives, and nothing else.
starts: {keywords: [TELL]}
languages: [en, hi]
states:
  place: {call: place, with: {who: Friend}, outcomes: {done: thanks, given_up: bye}}
  thanks: {say: {en: "Noted: {{ place.village }}.", hi: "-"}, end: true}
  bye: {end: true}
"""
    person = Dialogue(opened(tell=tell, place=PLACE), "sms")
    assert person.begins("tell") == "Friend, how many live in your house?"
    assert person.path == "place place/house"
    assert person.says("4") == "Which village?"
    assert person.says("Rampur") == "Noted: Rampur."


def test_the_keyword_once_more_begins_anew_in_the_middle_of_a_called_flow(opened: Opened) -> None:
    """The session is still that of the flow that was begun, although another one asks."""
    keyword_first = JOIN.replace("keywords: [JOIN]", "keywords: [JOIN], who: enroler, otherwise: over")
    town = opened(join=keyword_first, place=PLACE)
    for text in ("JOIN", "1", "Ram Kumar", "JOIN"):
        town.enroler.texts(text)
    assert town.enroler.last == "Which language?\n1. English\n2. Hindi"
    assert len(town.rows(timer)) == 1


def test_a_circle_through_flows_that_ask_nothing_is_stopped_and_nothing_of_it_remains(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    circle = """
flow: circle
about: A fault that no single file shows.
starts: {keywords: [ROUND]}
languages: [en]
states:
  one: {call: nothing, with: {word: again}, outcomes: {done: two, other: bye}}
  two: {call: nothing, with: {word: again}, outcomes: {done: one, other: bye}}
  bye: {end: true}
"""
    nothing = """
flow: nothing
about: Asks nothing.
languages: [en]
takes: {word: text}
states:
  which: {decide: [{when: "word == 'enough'", next: other}, {next: done}]}
  other: {end: other}
  done: {end: true}
"""
    town = opened(circle=circle, nothing=nothing)
    inbound = Inbound(
        channel="handset", id="1", kind="sms", phone=MEMBER, to="", text="ROUND", received_at=1_790_000_000.0
    )
    town.service.turns.handle(inbound)

    assert f"passed {MAX_STEPS} states without a question, last " in caplog.text
    [row] = town.rows(turn)
    assert (row.flow, row.path) == ("", ""), "nobody went anywhere"
    town.work()
    assert town.phone(MEMBER).heard == [SORRY["en"]]


def test_a_session_whose_calling_flow_cannot_be_had_any_more_ends(opened: Opened) -> None:
    """A release that cannot read it has come. Else her last answer would fail, again and again, and she could do nothing."""
    person = Dialogue(opened(join=JOIN, place=PLACE), "sms")
    person.begins()
    person.says("1")
    person.says("Ram Kumar")
    service = person.town.service
    lost = service.shelf.current["join"].version
    with service.engine.begin() as conn:
        conn.execute(
            flow_version.update().where(flow_version.c.version == lost).values(source="flow: of another release")
        )
    del service.shelf._versions[lost]

    assert person.says("4").startswith("XYZ: people are entered by our enrolers")
    assert person.town.rows(timer) == []
