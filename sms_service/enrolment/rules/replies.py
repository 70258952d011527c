"""Rules on replies: many phones in one hand, and phones that belong to nobody who was entered.

What is odd about a reply does not undo it: the person's yes is in the ledger. The office looks at the registration, and
calls some of the people.
"""

from __future__ import annotations

from sqlalchemy import func, select

from sms_service.engine.answers import fold
from sms_service.enrolment.rules.registry import DAY, Reply, rule
from sms_service.store.tables import consent, person, registration

MINUTE = 60.0

COMPARED = 20
"""Replies that are opened and compared, the newest first: so many in some seconds are enough to speak up."""


@rule("reply", "noted", "identical_replies", "identical_seconds")
def identical_replies(reply: Reply) -> str:
    """The same text from several phones of one enroler, within seconds."""
    least, seconds = reply.rules.identical_replies, reply.rules.identical_seconds
    if not least or reply.entered.enroler_id is None:
        return ""
    since = reply.now - seconds
    query = (
        select(consent.c.person_id, consent.c.reply_sealed, person.c.wrapped_key)
        .join(registration, registration.c.id == consent.c.registration_id)
        .join(person, person.c.id == consent.c.person_id)
        .where(registration.c.enroler_id == reply.entered.enroler_id, registration.c.decided_at >= since)
        .where(consent.c.at >= since, consent.c.person_id != reply.entered.person_id)
        .where(person.c.wrapped_key.is_not(None))
        .order_by(consent.c.id.desc())
        .limit(COMPARED)
    )
    said, phones = fold(reply.text), {reply.entered.person_id}
    for row in reply.conn.execute(query):
        if fold(reply.keys.person_key(row.wrapped_key).decrypt("consent.reply", row.reply_sealed)) == said:
            phones.add(row.person_id)
    return f"{len(phones)} phones with one text in {seconds:g} seconds" if len(phones) >= least else ""


@rule("reply", "noted", "same_minute", "same_minute_replies")
def same_minute(reply: Reply) -> str:
    """Nearly all of an enroler's people reply within a minute of the entry: she may hold their phones."""
    if reply.entered.status != "confirmed" or not reply.rules.same_minute or reply.entered.enroler_id is None:
        return ""
    quick = registration.c.decided_at - registration.c.created_at < MINUTE
    query = select(func.count(), func.count().filter(quick)).where(
        registration.c.enroler_id == reply.entered.enroler_id,
        registration.c.created_at > reply.now - DAY,
        registration.c.status == "confirmed",
    )
    everybody, at_once = reply.conn.execute(query).one()
    if everybody < reply.rules.same_minute_replies or at_once * 100 < reply.rules.same_minute * everybody:
        return ""
    return f"{at_once} of {everybody} replied within a minute"


@rule("reply", "suspended", "wrong_numbers", "wrong_number_days")
def wrong_numbers(reply: Reply) -> str:
    """Several people on whom an enroler entered a phone that is not theirs: she is held, and enters nobody until the
    office, or somebody in charge of her, frees her."""
    if reply.entered.status != "wrong_number" or not reply.rules.wrong_numbers or reply.entered.enroler_id is None:
        return ""
    since = reply.now - reply.rules.wrong_number_days * DAY
    query = select(func.count()).where(
        registration.c.enroler_id == reply.entered.enroler_id,
        registration.c.status == "wrong_number",
        registration.c.decided_at > since,
    )
    count = reply.conn.execute(query).scalar_one()
    if count < reply.rules.wrong_numbers:
        return ""
    return f"{count} wrong numbers in {reply.rules.wrong_number_days:g} days"
