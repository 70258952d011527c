"""Whom a text is for. The order: opt-out words, wrong number, enroler's commands, the open dialogue, keywords, help."""

from __future__ import annotations

import pytest

from sms_service.engine.keywords import first_word
from sms_service.engine.listen import Target, Ways, Writer, dial, listen, top, ways_into, word_of
from sms_service.engine.model import Kind, Session, Sessions
from sms_service.engine.words import WORDS
from tests.engine.conftest import flow_of

STOP_WORDS = [
    phrase.strip()
    for language in WORDS.values()
    for meaning in ("stop", "no_more")
    for phrase in language.get(meaning, "").split(",")
    if phrase.strip()
]


def flow(name: str, starts: str) -> str:
    """The head of a flow; one that begins with STOP, START or HELP, or is called leave, also answers those who sent STOP."""
    answers = "answers_stopped: true\n" if "{words:" in starts or name == "leave" else ""
    return f"flow: {name}\nabout: a flow of the tests\nstarts: {starts}\nlanguages: [en]\n{answers}"


def ways() -> Ways:
    heads = {
        "stop": "{words: stop}",
        "start": "{words: start}",
        "help": "{words: help}",
        "still_stopped": "{words: stopped}",
        "confirm": "{on: registration.saved}",
        "register": '{keywords: [REG, जोड़ें], ussd: "*384*96#", who: enroler, otherwise: bye}',
        "news": "{keywords: [NEWS]}",
        "join": "{keywords: [JOIN]}",
        "leave": "{keywords: [LEAVE]}",
        "ok": "{keywords: [OK, SAWA], who: enroler, otherwise: bye}",
    }
    return ways_into(
        flow_of("hello: {end: true}\nbye: {end: true}", flow(name, starts)) for name, starts in heads.items()
    )


def session(name: str, kind: Kind = "sms", about: str = "") -> Session:
    return Session(id=name, flow=name, version="v", state="ask", language="en", kind=kind, about=about)


def writer(*open_: Session, enroler: bool = False, stopped: bool = False, language: str = "en") -> Writer:
    return Writer(language, enroler, stopped, Sessions(open=list(open_)))


def told(target: Target) -> str:
    """The target in one word: `register/bye 12` is that flow, at state bye, with 12 after the keyword."""
    if target.session:
        return f"session {target.session.id}"
    if target.flow is None:
        return "nobody"
    return f"{target.flow.name}{'/' if target.at else ''}{target.at} {target.rest}".strip()


PLACES = {
    "nobody's": writer(),
    "asked for consent": writer(session("confirm", about="7")),
    "in the middle of a registration": writer(session("register"), enroler=True),
    "a USSD session open": writer(session("register", kind="ussd"), enroler=True),
    "stopped already": writer(stopped=True),
    "of another language": writer(session("confirm", about="7"), language="sw"),
}


@pytest.mark.parametrize("place", PLACES)
def test_stop_wins_in_every_language_at_every_place(place: str) -> None:
    heard = {word: told(listen(word, PLACES[place], ways())) for word in STOP_WORDS}
    assert {word: target for word, target in heard.items() if target != "stop"} == {}


def test_there_are_words_for_stop_in_every_language_of_the_lists() -> None:
    assert len(STOP_WORDS) > 100
    assert all("stop" in language for language in WORDS.values())


@pytest.mark.parametrize(
    ("text", "who", "target"),
    [
        ("yes stop", writer(session("confirm", about="7")), "stop"),
        ("REG stop", writer(enroler=True), "stop"),
        ("wrong number", writer(session("confirm", about="7")), "session confirm"),
        ("wrong number", writer(session("register"), enroler=True), "session register"),
        ("wrong number", writer(), "help"),
        ("help", writer(session("confirm", about="7")), "help"),
        ("START", writer(stopped=True), "start"),
        ("REG 98 ABC", writer(enroler=True), "register 98 ABC"),
        ("REG 98 ABC", writer(session("confirm", about="7"), enroler=True), "register 98 ABC"),
        ("reg", writer(enroler=True), "register"),
        ("जोड़ें 98", writer(enroler=True, language="hi"), "register 98"),
        ("REG 98 ABC", writer(), "register/bye"),
        ("REG 98 ABC", writer(session("confirm", about="7")), "session confirm"),
        ("REG 98 ABC", writer(stopped=True), "still_stopped"),
        ("REG 98", writer(stopped=True, enroler=True), "still_stopped"),
        ("REG98 ABC", writer(enroler=True), "register 98 ABC"),
        ("Reg,98,ABC", writer(enroler=True), "register 98,ABC"),
        ("REG1234567", writer(session("register"), enroler=True), "session register"),
        ("RGE1234567", writer(session("register"), enroler=True), "session register"),
        ("RGE 1234567", writer(session("register"), enroler=True), "session register"),
        ("REG9876543210", writer(session("register"), enroler=True), "register 9876543210"),
        ("1", writer(session("confirm", about="7")), "session confirm"),
        ("1", writer(session("confirm", about="7"), stopped=True), "still_stopped"),
        ("NEWS", writer(session("confirm", about="7")), "news"),
        ("NEWS please", writer(session("confirm", about="7")), "session confirm"),
        ("NEWS please", writer(session("news")), "news please"),
        ("NEWS today", writer(), "news today"),
        ("NEWS", writer(stopped=True), "still_stopped"),
        ("LEAVE 7", writer(stopped=True), "leave 7"),
        ("1", writer(session("leave"), stopped=True), "session leave"),
        ("1", writer(session("news"), stopped=True), "still_stopped"),
        ("OK", writer(), "help"),
        ("Sawa", writer(session("confirm", about="7")), "session confirm"),
        ("OK", writer(enroler=True), "ok"),
        ("help", writer(stopped=True), "help"),
        ("hello", writer(), "help"),
        ("", writer(), "help"),
        ("hello", writer(stopped=True), "still_stopped"),
    ],
)
def test_the_order_of_the_listening(text: str, who: Writer, target: str) -> None:
    found = listen(text, who, ways())
    if target == "register/bye":
        assert told(found).startswith(target)
    else:
        assert told(found) == target


def test_without_a_flow_for_it_a_text_is_for_nobody() -> None:
    assert told(listen("STOP", writer(), Ways())) == "nobody"
    assert told(listen("hello", writer(), Ways())) == "nobody"


@pytest.mark.parametrize(
    ("code", "who", "target"),
    [
        ("*384*96#", writer(enroler=True), "register"),
        ("*384*96#", writer(), "register/bye"),
        ("*384*96#", writer(session("confirm", about="7"), enroler=True), "session confirm"),
        ("*384*97#", writer(enroler=True), "register"),
    ],
)
def test_a_dial_goes_on_with_what_is_open_else_begins_the_flow_of_its_code(code: str, who: Writer, target: str) -> None:
    assert told(dial(code, who, ways())) == target


def test_a_code_that_could_be_for_two_flows_gets_help() -> None:
    two = ways()
    two.ussd["*384*1#"] = two.keywords["news"]
    assert told(dial("*384*1#", writer(), two)) == "news"
    assert told(dial("*384*2#", writer(), two)) == "help"


def test_an_answer_is_for_the_newest_session_of_its_kind_of_message() -> None:
    sms, ussd, newer = session("a"), session("b", kind="ussd"), session("c")
    assert top(Sessions(open=[sms, newer, ussd]), "sms") is newer
    assert top(Sessions(open=[ussd, sms]), "ussd") is ussd
    assert top(Sessions(open=[sms]), "ussd") is sms
    assert top(Sessions(), "sms") is None


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [("REG  98 12", "REG", "98 12"), ("REG\n98", "REG", "98"), ("REG", "REG", ""), (" ", "", "")],
)
def test_the_first_word(text: str, first: str, rest: str) -> None:
    assert first_word(text) == (first, rest)


@pytest.mark.parametrize("name", ["Acha", "Opt Out", "End", "Quit", "Band", "Simama", "not me", "help"])
@pytest.mark.parametrize("language", ["", "en", "hi", "sw"])
@pytest.mark.parametrize("keyword", ["REG ", "REG", "जोड़ें "])
def test_whoever_an_enroler_enters_it_is_no_stop_of_hers(name: str, language: str, keyword: str) -> None:
    for text in (f"{keyword}9655888004, HHE1234567, 12, {name}", f"{keyword}9655888004 HHE1234567 12 {name}"):
        assert told(listen(text, writer(enroler=True, language=language), ways())).startswith("register ")


@pytest.mark.parametrize(
    "text",
    ["RGE 9655888004 Opt Out", "REG R4K7P End", "9655888004, HHE1234567, 12, Quit", "Ram End 9655888004 HHE1234567"],
)
def test_an_entry_or_correction_without_its_keyword_or_nearly_with_it_is_none_either(text: str) -> None:
    assert word_of(text, "en", True, ways()) == "unclear"
    assert word_of(text, "en", False, ways()) == "stop"


@pytest.mark.parametrize(
    "text", ["REG stop", "STOP 9655888004", "OK stop 9655888004", "stop REG 9655888004 HHE1234567"]
)
def test_an_enroler_can_still_stop(text: str) -> None:
    assert told(listen(text, writer(enroler=True), ways())) == "stop"


@pytest.mark.parametrize(("asked_to_join", "target"), [(True, "session leave"), (False, "join")])
def test_join_answers_the_question_of_membership_only(asked_to_join: bool, target: str) -> None:
    asked = Writer("en", False, False, Sessions(open=[session("leave")]), lambda _: asked_to_join)
    assert told(listen("JOIN", asked, ways())) == target
    assert told(listen("JOIN please", asked, ways())) == "session leave"
    assert told(listen("yes", asked, ways())) == "session leave"
