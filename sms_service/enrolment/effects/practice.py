"""The effect of TRY: an entry is answered as it would be, and nothing is saved."""

from __future__ import annotations

import msgspec

from sms_service.engine.answers import fold
from sms_service.engine.keywords import first_word
from sms_service.engine.model import Begin, Effect, Flow, Heard, Outcome, Session
from sms_service.engine.step import step
from sms_service.engine.walk import fields_of
from sms_service.enrolment import enrolers
from sms_service.enrolment.effect_shapes import PRACTICE_REF
from sms_service.enrolment.effects.act import Act, Done, effect, first_name
from sms_service.enrolment.reading import answer
from sms_service.enrolment.reading.setting import setting_of


@effect
def rehearse_registration(act: Act, line: str, practice: str = "") -> Done:
    """Says what would be said of this line if it were an entry, and what its person would read; nothing is looked up, and
    nothing saved, so that fifty enrolers can practise with one number. `practice`: the entry under way, as JSON."""
    flow = act.line
    if flow is None:
        return Done("over", {"reply": ""})
    setting = setting_of(act.conn, act.person, act.region, act.now)
    word, rest = first_word(line)
    if act.ways.keywords.get(fold(word)) is flow:
        line = rest  # TRY REG 98...: the whole line that she would send
    session = msgspec.json.decode(practice, type=Session) if practice else None
    if session is None or session.version != flow.version:  # it begins, or another one was published since
        begun = Begin(answer.read(line, act.line_fields, "", setting))
        turn = step(flow, practising(act, flow), begun, act.now)
    else:
        read = answer.read(line, fields_of(flow.states[session.state]), session.asked, setting)
        turn = step(flow, session, Heard(line, True, read), act.now)
    if isinstance(turn.wants, Effect):
        return _entered(act, flow, turn.wants, turn.texts)
    said = {"reply": "\n".join(turn.texts)}
    if turn.session is None or turn.wants:
        return Done("over", said)
    return Done("goes_on", {**said, "practice": msgspec.json.encode(turn.session).decode()})


def practising(act: Act, flow: Flow) -> Session:
    """A session of hers in a flow, which is stored nowhere."""
    spoken = act.session
    return Session(
        id="", flow=flow.name, version=flow.version, state=flow.first, language=spoken.language, kind=spoken.kind
    )


def _entered(act: Act, flow: Flow, wanted: Effect, texts: list[str]) -> Done:
    """The entry is whole: what is answered once it is saved, and what its person is asked."""
    values = wanted.session.variables
    named = first_name(str(values["name"]))
    turn = step(flow, wanted.session, Outcome("saved", {"ref": PRACTICE_REF, "first_name": named}), act.now)
    reply = "\n".join([*texts, *turn.texts])
    asks = act.ways.on.get("registration.saved")
    enroler = enrolers.by_person(act.conn, act.person)
    if asks is None or enroler is None:
        return Done("over", {"reply": reply})
    begun = practising(act, asks)
    begun.variables = {**values, "ref": PRACTICE_REF, "enroler": {"first_name": first_name(enroler.name)}}
    return Done("entered", {"reply": reply, "asked": "\n".join(step(asks, begun, Begin(), act.now).texts)})
