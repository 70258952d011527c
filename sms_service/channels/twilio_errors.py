"""Twilio's error codes, and what each means for a message: no, later, by another channel, she left, or an operator must act.

Sources: Twilio's pages api/errors/CODE and messaging/api/message-resource, its support article 115002943027 (429), the
meanings that RapidPro's gateway keeps; what is marked (memory) is from memory. Twilio says itself that codes may change,
so one that is not here is a plain refusal.
"""

from __future__ import annotations

from msgspec import Struct

from sms_service.channels.base import Refused

HOUR = 3600.0


class Meaning(Struct, frozen=True, kw_only=True):
    """What one code means. `later`: seconds after which a refused send may be tried again (-1: never). `again`: how often
    a message that was accepted and then failed is sent anew, first after `after` seconds. The rest as of base.Refused;
    `operator` is what is to be done, "" where nothing is."""

    later: float = -1.0
    again: int = 0
    after: float = 0.0
    opted_out: bool = False
    number_failed: bool = False
    elsewhere: bool = False
    operator: str = ""


KEYS = (
    "Twilio does not accept account SID and token: compare channels.twilio with its console (a token that was rotated?)"
)
BALANCE = "Twilio has suspended the account, mostly for want of balance: look into its console"
REGISTER = "The sender is not registered for this country: register it at Twilio (A2P 10DLC, toll-free, India's DLT)"
SENDER = "channels.twilio.from is no sender of this account that can send there: put in one that Twilio's console lists"
SERVICE = "The Messaging Service (channels.twilio.from, MG...) is gone or has no sender: look into Twilio's console"
COUNTRY = "Sending to this country is switched off: Twilio console, Messaging, Settings, Geo permissions"

NEVER = Meaning()

MEANINGS: dict[int, Meaning] = {
    # the account
    401: Meaning(operator=KEYS),
    403: Meaning(operator=KEYS),
    20003: Meaning(operator=KEYS),
    20005: Meaning(operator=BALANCE),
    20404: Meaning(operator=KEYS),  # the account in the address does not exist
    20429: Meaning(later=0.0, again=3, after=60.0),
    30002: Meaning(operator=BALANCE),
    # the sender
    21212: Meaning(operator=SENDER),
    21408: Meaning(operator=COUNTRY),
    21603: Meaning(operator=SENDER),
    21606: Meaning(operator=SENDER),
    21611: Meaning(later=HOUR, again=3, after=HOUR),  # its queue of ten hours is full
    21612: Meaning(operator=SENDER),
    21617: NEVER,
    21659: Meaning(operator=SENDER),  # (memory) and the next four
    21660: Meaning(operator=SENDER),
    21701: Meaning(operator=SERVICE),
    21703: Meaning(operator=SERVICE),
    21704: Meaning(operator=SERVICE),
    21901: Meaning(
        operator="India's registry does not know this text: put its template id into the flow's dlt section"
    ),
    30001: Meaning(later=HOUR, again=3, after=HOUR),
    30007: Meaning(
        operator="Twilio or the carrier filters this text as spam: change its words or links, or ask Twilio"
    ),
    30032: Meaning(operator=REGISTER),  # (memory)
    30034: Meaning(operator=REGISTER),
    # the person and her phone
    21211: Meaning(number_failed=True),
    21610: Meaning(opted_out=True, number_failed=True),
    21614: Meaning(number_failed=True),
    30003: Meaning(number_failed=True, again=3, after=900.0),  # off or without network: "Retry the message"
    30004: Meaning(number_failed=True),
    30005: Meaning(number_failed=True),
    30006: Meaning(number_failed=True),
    30008: Meaning(again=1, after=900.0),
    # WhatsApp
    63003: Meaning(elsewhere=True),  # (memory) no WhatsApp at this number
    63007: Meaning(operator="channels.twilio.whatsapp_from is no WhatsApp sender of this account"),  # (memory)
    63016: Meaning(elsewhere=True),  # outside of the 24 hours after she last wrote
    63018: Meaning(later=60.0, again=3, after=60.0),  # the channel's rate
    63024: Meaning(elsewhere=True),  # (memory) she has no WhatsApp, or an old one
}


def meaning(code: object) -> Meaning:
    """What `code` (a number, or its digits) means; a plain no if it is not known."""
    digits = str(code)
    return MEANINGS.get(int(digits), NEVER) if digits.isascii() and digits.isdigit() and len(digits) < 7 else NEVER


def refused(code: object, reason: str) -> Refused:
    """The refusal that Twilio's error `code` is, told as `reason`."""
    means = meaning(code)
    return Refused(
        reason,
        again=means.later >= 0,
        after=max(means.later, 0.0),
        opted_out=means.opted_out,
        number_failed=means.number_failed,
        operator=bool(means.operator),
        elsewhere=means.elsewhere,
    )
