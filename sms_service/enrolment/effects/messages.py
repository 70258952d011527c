"""The effects about messages themselves: whether a person gets any, and in which language."""

from __future__ import annotations

import re

from sms_service.engine.walk import FlowFault
from sms_service.enrolment import families, refusals, registrations
from sms_service.enrolment.effects.act import Act, Done, effect
from sms_service.store import people


@effect
def opt_out(act: Act) -> Done:
    """No more messages to this person; whatever she was still asked, or would be, counts as refused."""
    people.set_stopped(act.conn, act.person.id, act.now)
    waiting = registrations.waiting_for(act.conn, act.person.id)
    if waiting is not None:
        registrations.decide(act.conn, waiting, "refused", act.now)
    families.refuse_all(act.conn, act.person.id, act.now)
    return Done("done", closes_others=True)


@effect
def opt_in(act: Act) -> Done:
    """Messages again. What was refused stays refused, but whoever enters her may have her asked anew."""
    people.set_started(act.conn, act.person.id, act.now)
    refusals.forget(act.conn, act.person.phone_index)
    return Done("done")


@effect
def set_language(act: Act, language: str) -> Done:
    """This person is spoken to in another language from now on, also in what she has open. Raises FlowFault for what is no
    code of a language (ISO 639: en, hi, kok): no flow would ever have texts in it."""
    if not (isinstance(language, str) and re.fullmatch(r"[a-z]{2,3}", language)):
        # what was given is not quoted: a person may have typed it
        raise FlowFault("set_language was given what is no language code; write it like en or hi")
    people.set_language(act.conn, act.person.id, language, chosen_at=act.now)
    return Done("done", language=language)
