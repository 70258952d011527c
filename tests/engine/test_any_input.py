"""Whatever is typed, whenever, in any of the flows that are right: nothing breaks, what is kept can be read again, and every
screen fits a phone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_service.authoring.load import load_flow
from sms_service.authoring.variables import nested
from sms_service.engine.answering import offers_back
from sms_service.engine.clusters import units
from sms_service.engine.model import Ask, Begin, Effect, Flow, Heard, Outcome, Reading, Session, UssdScreen
from sms_service.engine.navigation import pages, turned
from sms_service.engine.texts import USSD_SEPTETS, USSD_UCS2, sendable, septets
from sms_service.engine.waiting import due_at
from sms_service.engine.walk import fields_of
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.reading import answer
from tests.authoring.checking import GOOD, VOCABULARY
from tests.conftest import ROOT
from tests.engine.conftest import Play

FLOWS: dict[str, Flow] = {
    file.stem: load_flow(file.read_text(), str(file), VOCABULARY)
    for folder in (ROOT / "flows", GOOD)
    for file in sorted(folder.glob("*.yaml"))
}

BROUGHT: dict[str, Any] = {
    "before": "12", "after": "13",
    "ref": "AB2CD", "name": "Ram Kumar", "first_name": "Ram", "enroler.first_name": "Anil", "voter_id": "ABC1234567",
    "booth": "12", "mobile": "+919876543210", "member.number": "000007", "card.link": "https://xyz.example/card",
    "person": "Ram Kumar", "again": False, "area_name": "Kanke", "below": "Booth 12: 3/100.", "target": 100, "confirmed": 3,
    "waiting": 2, "held": 0, "refused": 1, "code": "83511", "fee": "INR 5.00", "why": "too dark",
}  # fmt: skip
"""What happenings, effects and calling flows bring."""

TYPED = (
    "0", "0.", " 0 ", "०", "٠", "00", "००", "௦௦", "98", "९८", "1", "1.", "२", "3", "one", "ek", "12", "", " ", "-", "?",
    "yes", "haan ji", "हां", "ndiyo", "no", "nahi", "STOP", "wrong number", "yes but", "start", "HELP",
    "Ram Kumar", "राम कुमार", "ram <b>{{ 7*7 }}</b>", "9876543210", "0712345678", "ABC1234567", "31/12/1990", "31-2-90",
    "9876543210 ABC1234567 12 Ram Kumar", "9876543210, ABC1, 12, Ram", "12 Ram",
    "https://xyz.example/a.jpg", "\ud83d", "9" * 200,
)  # fmt: skip

inputs = st.one_of(st.sampled_from(TYPED), st.sampled_from(TYPED), st.text(max_size=40))
moves = st.one_of(
    st.tuples(st.just("hear"), inputs),
    st.tuples(st.just("hear"), inputs),
    st.tuples(st.just("tick"), st.sampled_from([60.0, 7200.0, 90_000.0, 700_000.0])),
    st.tuples(st.just("show"), st.none()),
)


def read(lesson: Play, text: str, media: tuple[str, ...]) -> Reading:
    """What the service reads in a text for the open question."""
    assert lesson.session
    state = lesson.flows[lesson.session.flow].states[lesson.session.state]
    fields = fields_of(state)
    if not fields:
        return Reading()
    asked = state.field.name if isinstance(state, Ask) else lesson.session.asked
    setting = Setting(
        ("IN", "KE"), lesson.session.language, lesson.now, media, lambda named, _level="": named[:2] or None
    )
    return answer.read(text, fields, asked, setting)


@pytest.mark.parametrize("name", FLOWS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), kind=st.sampled_from(["sms", "ussd"]), did=st.lists(moves, max_size=30))
def test_whatever_is_typed_a_flow_that_is_right_never_breaks(
    name: str, data: st.DataObject, kind: Any, did: Any
) -> None:
    flow = FLOWS[name]
    language = data.draw(st.sampled_from([*flow.languages, "zu"]))
    lesson = Play(flow, language, kind, {}, FLOWS.values())
    assert lesson.session
    if not flow.starts.keywords:
        lesson.session.variables = nested(BROUGHT, VOCABULARY)
    lesson.happens(
        Begin(read(lesson, data.draw(inputs), ()), flow.starts.otherwise if data.draw(st.booleans()) else "")
    )
    for what, with_it in did:
        perform(lesson, data)
        assert_well(lesson)
        if lesson.session is None:
            return
        if what == "hear":
            media = data.draw(st.sampled_from([(), (), ("https://xyz.example/a.jpg",)]))
            lesson.happens(Heard(with_it, data.draw(st.booleans()), read(lesson, with_it, media)))
        elif what == "tick":
            lesson.tick(with_it)
        else:
            lesson.show()


def perform(lesson: Play, data: st.DataObject) -> None:
    """Effects end in any of their ways, until nothing more is wanted."""
    while isinstance(wanted := lesson.turn.wants, Effect):
        outcomes = VOCABULARY.effects[wanted.name].outcomes
        outcome = data.draw(st.sampled_from(sorted(outcomes)))
        brought = nested({one: brought_as(kind) for one, kind in outcomes[outcome].items()}, VOCABULARY)
        said = lesson.turn.texts
        lesson.happens(Outcome(outcome, brought, VOCABULARY.effects[wanted.name].kinds.get(outcome, "")))
        lesson.turn.texts[:0] = said


def brought_as(kind: str) -> Any:
    """A value of a type that an effect may bring."""
    if kind in VOCABULARY.given:
        return VOCABULARY.given[kind]("en")
    return VOCABULARY.types[kind].longest({}, "en")


def assert_well(lesson: Play) -> None:
    """What is true after every turn."""
    session = lesson.session
    back = session is not None and offers_back(lesson.flows[session.flow], session)
    text = sendable("\n".join(lesson.turn.texts))
    screens = pages(text, lesson.steps[0].before.language, back)
    for screen in screens:
        length = septets(screen)
        assert units(screen) <= USSD_UCS2 if length is None else length <= USSD_SEPTETS
    shown = UssdScreen(id="s", text="", pages=screens)
    assert sum(turned(shown, "98") for _ in range(100)) == len(screens) - 1, "98 leads through to the last page"
    if session is not None:
        assert msgspec.json.decode(msgspec.json.encode(session), type=Session) == session
        assert due_at(lesson.flows[session.flow], session) <= session.expires_at
