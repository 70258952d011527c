"""What an operator is to do about a gateway's code: one sentence each, for /readyz and `sms-service outbox list`."""

from __future__ import annotations

import time

from sms_service.channels import twilio_errors
from sms_service.config_gateways import account_of

AFRICASTALKING = {
    "RiskHold": "Africa's Talking has put the account on hold: write to its support",
    "InvalidSenderId": "channels.africastalking.from is no sender of this account: put in one that its dashboard lists",
    "InsufficientBalance": "The balance at Africa's Talking is used up: top it up; messages are tried again by themselves",
    "CouldNotRoute": "Africa's Talking has no way to this network with this sender: ask its support for one",
    "HTTP 401": "Africa's Talking does not accept username and API key: compare channels.africastalking with its dashboard",
    "InvalidLinkId": "Premium replies are refused: compare channels.africastalking.premium and keyword with the product",
}
AFRICASTALKING |= {
    "HTTP 403": AFRICASTALKING["HTTP 401"],
    "UserNotSubscribedToProduct": AFRICASTALKING["InvalidLinkId"],
}

LOCKED_OUT = "It does not accept user and password (or key): compare its section of `channels` with the account there"
"""Whatever the gateway calls it: by Refused.locked_out."""

PLAIN = {
    "HTTP 412": "Jasmin has no way to this number: add an MT route to it (jcli, mtrouter)",
}
"""Of all other gateways."""


def advice(channel: str, code: str, *, locked_out: bool = False) -> str:
    """The sentence for this code of a channel, `locked_out` as of Refused; "" where an operator can do nothing, or nothing is
    known."""
    account = account_of(channel)
    if account == "twilio":
        of_code = twilio_errors.meaning(code).operator
    else:
        of_code = (AFRICASTALKING if account == "africastalking" else PLAIN).get(code, "")
    return of_code or (LOCKED_OUT if locked_out else "")


def told_down(channel: str, since: float, reason: str) -> str:
    """A gateway that is down since `since` (seconds since 1970), because of `reason`."""
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(since))
    return (
        f"gateway {channel} is down since {moment} ({reason}): its messages go by the next channel of their route, "
        "without one they wait, and none is lost; see whether it runs and can be reached. It is tried again by itself"
    )


def told(channel: str, code: str, times: int, *, locked_out: bool = False) -> str:
    """The sentence with its head, for messages that failed with this code."""
    many = f"{times} message{'' if times == 1 else 's'}"
    return f"{channel} {code}: {advice(channel, code, locked_out=locked_out) or 'look at the gateway'} ({many})"
