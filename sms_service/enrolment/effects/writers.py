"""The effect that tells people apart: what somebody may send depends on who she is here."""

from __future__ import annotations

from sms_service.engine.answers import read_answer
from sms_service.enrolment import charge, members
from sms_service.enrolment.effects.act import Act, Done, effect
from sms_service.enrolment.effects.entering import is_told


@effect
def recognise_writer(act: Act) -> Done:
    """Who wrote: in charge of enrolers, an activated enroler, the phone of a member, or somebody else (a stranger, one who is
    asked, an enroler who is held or not activated yet). An enroler who is a member too is an enroler."""
    if act.person.enroler:
        return Done("in_charge" if charge.of(act.conn, act.person.id) else "enroler")
    return Done("member" if members.on_phone(act.conn, act.person.id) else "other")


@effect
def answer_once(act: Act) -> Done:
    """Whether a text that nobody understands is answered: always where it asks for help, else once a day."""
    asks = act.inbound.kind == "ussd" or read_answer(act.inbound.text, act.person.language, "none") == "help"
    return Done("answered" if asks or is_told(act) else "silent")
