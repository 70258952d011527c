"""Time: reminders, time-outs, expiry; when a session wants to be looked at, and ticks that come early, late or for nothing."""

from __future__ import annotations

import pytest

from sms_service.engine.model import DAY, DEFAULT_EXPIRY, Effect
from sms_service.engine.waiting import due_at, from_handing_over
from tests.engine.conftest import HEAD, Play, Player, part
from tests.engine.test_step import ASK_NAME, CONSENT

HOUR = 3600.0
MINUTE = 60.0

REMINDED = CONSENT.replace("joined:", "  remind: {after: 24 hours, times: 2}\njoined:", 1)
QUESTION = "XYZ: join? Yes 1, a mistake 2, no 3"

TIMED = """
menu:
  say: {en: "Tea? 1"}
  choose: {1: tea}
  timeout: {after: 10 minutes, then: late}
tea: {say: {en: "Tea it is."}, end: true}
late: {say: {en: "Another time."}, end: true}
"""

TWO_FIELDS = """
details:
  collect:
    name: {type: name, ask: {en: "Name?"}}
    mobile: {type: mobile, ask: {en: "Mobile?"}}
  remind: {after: 1 hour}
  next: bye
bye: {end: true}
"""


def due(lesson: Play) -> float:
    """In how many seconds the session wants to be looked at."""
    assert lesson.session
    return due_at(lesson.flows[lesson.session.flow], lesson.session) - lesson.now


# --- reminders ----------------------------------------------------------------------------------------------------


def test_a_reminder_comes_when_it_is_due_and_no_more_often_than_it_should(play: Player) -> None:
    lesson = play(REMINDED)
    lesson.begin()

    assert lesson.tick(after=23 * HOUR) == [], "early"
    assert lesson.tick(after=1 * HOUR) == [QUESTION]
    assert lesson.turn.path == ["ask", "remind"]
    assert lesson.turn.prompted
    assert lesson.tick(after=0) == [], "the same tick once more"
    assert lesson.tick(after=24 * HOUR) == [QUESTION]
    assert lesson.tick(after=24 * HOUR) == [], "two were promised"
    assert lesson.session


def test_a_late_tick_reminds_once_not_once_for_each_that_was_missed(play: Player) -> None:
    lesson = play(REMINDED.replace("times: 2", "times: 5"))
    lesson.begin()
    assert lesson.tick(after=50 * HOUR) == [QUESTION]
    assert lesson.tick(after=10) == [], "two were due, one was enough"
    assert due(lesson) == 22 * HOUR - 10
    assert lesson.tick(after=22 * HOUR) == [QUESTION]


def test_an_early_tick_changes_nothing(play: Player) -> None:
    lesson = play(REMINDED)
    lesson.begin()
    before = lesson.session
    assert lesson.tick(after=1) == []
    assert lesson.session == before
    assert lesson.turn.path == []


def test_a_reminder_may_have_words_of_its_own(play: Player) -> None:
    states = ASK_NAME.replace("  next: thanks", '  next: thanks\n  remind: {after: 1 hour, say: {en: "Still there?"}}')
    lesson = play(states)
    lesson.begin()
    assert lesson.tick(after=HOUR) == ["Still there?"]
    assert lesson.hear("Ram", name="Ram") == ["Thank you, Ram."]


def test_nobody_consents_to_the_words_of_a_reminder(play: Player) -> None:
    """The message that her yes refers to stays the one with the question in full."""
    lesson = play(REMINDED.replace("times: 2}\njoined", 'times: 2, say: {en: "We wait for your answer."}}\njoined'))
    lesson.begin()
    assert lesson.tick(after=24 * HOUR) == ["We wait for your answer."]
    assert not lesson.turn.prompted


def test_a_menu_is_said_again_with_its_lines(play: Player) -> None:
    lesson = play("""
menu: {say: {en: "Which?"}, choose: {1: {label: Tea, next: bye}}, remind: {after: 1 hour}}
bye: {end: true}
""")
    lesson.begin()
    assert lesson.tick(after=HOUR) == ["Which?", "1. Tea"]


def test_each_field_of_a_collect_is_reminded_of(play: Player) -> None:
    lesson = play(TWO_FIELDS)
    lesson.begin()
    assert lesson.tick(after=HOUR) == ["Name?"]
    assert lesson.hear("Ram", name="Ram") == ["Mobile?"]
    assert due(lesson) == HOUR
    assert lesson.tick(after=HOUR) == ["Mobile?"]
    assert lesson.tick(after=HOUR) == []


def test_after_an_unclear_answer_the_silence_begins_anew(play: Player) -> None:
    lesson = play(ASK_NAME.replace("  next: thanks", "  next: thanks\n  remind: {after: 1 hour}"))
    lesson.begin()
    assert lesson.tick(HOUR) == ["Your name?"]
    lesson.hear("12")
    assert lesson.tick(HOUR - 1) == []
    assert lesson.tick(1) == ["Your name?"]


def test_an_answer_puts_the_reminder_off(play: Player) -> None:
    lesson = play(REMINDED)
    lesson.begin()
    lesson.now += 20 * HOUR
    lesson.hear("maybe")
    assert due(lesson) == 24 * HOUR


# --- time-outs ----------------------------------------------------------------------------------------------------


def test_after_its_time_out_a_dialogue_goes_on_by_itself(play: Player) -> None:
    lesson = play(TIMED)
    lesson.begin()

    assert lesson.tick(after=9 * MINUTE) == []
    assert lesson.tick(after=1 * MINUTE) == ["Another time."]
    assert lesson.turn.path == ["menu", "timeout", "late"]
    assert lesson.session is None


def test_a_useless_answer_is_no_silence(play: Player) -> None:
    lesson = play(TIMED)
    lesson.begin()
    lesson.now += 9 * MINUTE
    lesson.hear("what?")
    assert due(lesson) == 10 * MINUTE
    assert lesson.tick(after=9 * MINUTE) == []


def test_a_time_out_comes_before_a_reminder_that_is_due_too(play: Player) -> None:
    lesson = play(TIMED.replace("  timeout:", "  remind: {after: 5 minutes}\n  timeout:"))
    lesson.begin()
    assert due(lesson) == 5 * MINUTE
    assert lesson.tick(after=20 * MINUTE) == ["Another time."]


@pytest.mark.parametrize("after", [10 * MINUTE, 30 * MINUTE, 5 * DAY])
def test_the_tick_of_a_state_already_left_does_nothing(play: Player, after: float) -> None:
    """The timer of the menu is late: she has answered, and stands at a question without one."""
    lesson = play(TIMED.replace('"Tea it is."}, end: true', "How many?}, choose: {1: late}"))
    lesson.begin()
    lesson.now += 9 * MINUTE
    assert lesson.hear("1") == ["How many?"]
    before = lesson.session

    assert lesson.tick(after=after) == []
    assert lesson.session == before


def test_the_tick_of_a_question_come_back_to_counts_from_then(play: Player) -> None:
    lesson = play(
        'first: {say: {en: "First? 1"}, choose: {1: second}, timeout: {after: 1 hour, then: bye}}\n'
        'second: {say: {en: "Second? 1"}, choose: {1: bye}}\nbye: {say: {en: "Bye."}, end: true}'
    )
    lesson.begin()
    lesson.now += 50 * MINUTE
    lesson.hear("1")
    lesson.now += 50 * MINUTE
    assert lesson.hear("0") == ["First? 1"]

    assert lesson.tick(after=59 * MINUTE) == []
    assert lesson.tick(after=1 * MINUTE) == ["Bye."]


def test_a_time_out_may_lead_to_a_question_with_a_time_of_its_own(play: Player) -> None:
    lesson = play(TIMED.replace('"Another time."}, end: true', '"Coffee? 1"}, choose: {1: tea}'))
    lesson.begin()
    assert lesson.tick(after=10 * MINUTE) == ["Coffee? 1"]
    assert due(lesson) == DEFAULT_EXPIRY - 10 * MINUTE, "silence went on: her expiry was not put off"


# --- expiry -------------------------------------------------------------------------------------------------------


def test_a_session_nobody_answers_is_closed(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()

    lesson.tick(after=7 * DAY - 1)
    assert lesson.session
    assert lesson.tick(after=1) == []
    assert lesson.session is None
    assert lesson.turn.path == ["who", "expired"]


def test_an_answer_puts_the_expiry_off(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()
    lesson.now += 6 * DAY
    lesson.hear("?")

    lesson.tick(after=6 * DAY)
    assert lesson.session


def test_an_expiring_session_goes_where_its_flow_says(play: Player) -> None:
    head = HEAD + "expires: {after: 2 days, then: over}\n"
    lesson = play(CONSENT + 'over: {do: note, say: {en: "Too late."}, end: true}\n', head)
    lesson.begin()

    lesson.tick(after=2 * DAY)

    assert isinstance(lesson.turn.wants, Effect)
    assert lesson.turn.wants.name == "note"
    assert lesson.turn.decision is None
    assert lesson.turn.path == ["ask", "expired", "over"]
    assert lesson.effect_ends("done") == ["Too late."]
    assert lesson.session is None


def test_a_question_that_an_expired_session_is_led_to_has_its_own_time(play: Player) -> None:
    head = HEAD + "expires: {after: 2 days, then: last}\n"
    lesson = play(ASK_NAME + 'last: {say: {en: "Still there?"}, choose: {1: thanks}}\n', head)
    lesson.begin()

    assert lesson.tick(after=2 * DAY) == ["Still there?"]
    assert lesson.tick(after=10) == []
    assert due(lesson) == 2 * DAY - 10


def test_an_expiry_comes_before_a_time_out_that_is_due_too(play: Player) -> None:
    lesson = play(TIMED, HEAD + "expires: {after: 1 hour}\n")
    lesson.begin()
    assert lesson.tick(after=2 * HOUR) == []
    assert lesson.turn.path == ["menu", "expired"]


# --- in a called flow ---------------------------------------------------------------------------------------------

CALLER = """
place: {call: place, next: done}
done: {say: {en: "Done."}, end: true}
over: {say: {en: "Too late."}, end: true}
"""
INSIDE = 'state: {say: {en: "State?"}, ask: {into: state, type: name}, next: bye}\nbye: {end: true}\n'


def test_expiry_in_a_called_flow_ends_where_the_flow_that_began_it_all_says(play: Player) -> None:
    """Two calls deep, and the called flows have an expiry of their own: it is not asked."""
    deep = part("deep", INSIDE, "expires: {after: 1 hour}\n")
    place = part("place", "go: {call: deep, next: bye}\nbye: {end: true}", "expires: {after: 1 hour, then: bye}\n")
    lesson = play(CALLER, HEAD + "expires: {after: 2 days, then: over}\n", parts=[place, deep])
    assert lesson.begin() == ["State?"]
    assert due(lesson) == 2 * DAY

    assert lesson.tick(after=2 * HOUR) == []
    assert lesson.tick(after=2 * DAY) == ["Too late."]
    assert lesson.session is None
    assert lesson.turn.path == ["place", "expired", "over"]


def test_without_such_a_state_it_is_closed(play: Player) -> None:
    lesson = play(CALLER.replace("over:", "other:"), parts=[part("place", INSIDE)])
    lesson.begin()
    assert lesson.tick(after=7 * DAY) == []
    assert lesson.session is None
    assert lesson.turn.path == ["place", "expired"]


def test_a_question_in_a_called_flow_has_its_reminder_and_its_time_out(play: Player) -> None:
    inside = INSIDE.replace(
        "next: bye}", "next: bye, remind: {after: 1 hour}, timeout: {after: 3 hours, then: bye}}", 1
    )
    lesson = play(CALLER, parts=[part("place", inside)])
    lesson.begin()

    assert lesson.tick(after=HOUR) == ["State?"]
    assert lesson.turn.path == ["place/state", "remind"]
    assert lesson.tick(after=2 * HOUR) == ["Done."]
    assert lesson.turn.path == ["place/state", "timeout", "place/bye", "return", "place", "done", "done"]


# --- when it is due -----------------------------------------------------------------------------------------------


def test_a_session_is_due_at_its_next_reminder_its_time_out_or_its_expiry(play: Player) -> None:
    lesson = play(REMINDED.replace("joined:", "  timeout: {after: 3 days, then: office}\njoined:", 1))
    lesson.begin()

    assert due(lesson) == 24 * HOUR
    lesson.tick(after=24 * HOUR)
    assert due(lesson) == 24 * HOUR
    lesson.tick(after=24 * HOUR)
    assert due(lesson) == 24 * HOUR, "no third reminder, but the time-out"
    assert lesson.tick(after=24 * HOUR) == ["The office looks at it."]

    lesson = play(ASK_NAME)
    lesson.begin()
    assert due(lesson) == DEFAULT_EXPIRY


# --- a question that was handed over late -------------------------------------------------------------------------


def handed_over(lesson: Play, left_at: float | None, newest_at: float) -> None:
    """The outbox says that the question, written when the dialogue began, left then."""
    session = lesson.session
    assert session
    flow, written_at = lesson.flows[session.flow], session.waits_since
    lesson.session = from_handing_over(flow, session, lesson.now, written_at, left_at, newest_at)


def test_the_reminder_counts_from_when_the_question_left(play: Player) -> None:
    lesson = play(REMINDED)
    lesson.begin()
    began = lesson.now
    lesson.tick(after=23 * HOUR)
    handed_over(lesson, began + 20 * HOUR, began + 20 * HOUR)
    assert lesson.tick(after=2 * HOUR) == []
    assert lesson.tick(after=19 * HOUR) == [QUESTION]


def test_a_question_that_waits_is_not_reminded_of_and_expires_all_the_same(play: Player) -> None:
    lesson = play(REMINDED)
    lesson.begin()
    for _ in range(6):
        lesson.tick(after=23 * HOUR)
        handed_over(lesson, None, lesson.now)
        assert lesson.tick(after=1 * HOUR) == []
    assert lesson.session
    assert due(lesson) <= DEFAULT_EXPIRY - 6 * DAY


def test_who_got_the_question_late_has_the_whole_time_to_answer_once(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()
    began = lesson.now
    lesson.now = began + DEFAULT_EXPIRY
    handed_over(lesson, began + 6 * DAY, began + 6 * DAY)
    assert lesson.session
    assert due(lesson) == 6 * DAY
    handed_over(lesson, began + 6 * DAY, began + 6 * DAY)
    assert due(lesson) == 6 * DAY
