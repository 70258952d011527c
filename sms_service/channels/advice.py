"""What an operator is to do about a gateway's code: one sentence each, for /readyz and `sms-service outbox list`."""

from __future__ import annotations

from sms_service.channels import twilio_errors

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
PLAIN = {
    "HTTP 401": LOCKED_OUT,
    "HTTP 403": LOCKED_OUT,
    "HTTP 412": "Jasmin has no way to this number: add an MT route to it (jcli, mtrouter)",
}
"""Of all other gateways."""


def advice(channel: str, code: str) -> str:
    """The sentence for this code of a channel; "" where an operator can do nothing, or nothing is known."""
    if channel in ("twilio", "whatsapp"):
        return twilio_errors.meaning(code).operator
    return (AFRICASTALKING if channel == "africastalking" else PLAIN).get(code, "")


def told(channel: str, code: str, times: int) -> str:
    """The sentence with its head, for messages that failed with this code."""
    many = f"{times} message{'' if times == 1 else 's'}"
    return f"{channel} {code}: {advice(channel, code) or 'look at the gateway'} ({many})"
