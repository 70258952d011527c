"""A fault of a flow file at run time: what it is called, and the sentence by which its person hears of it.

The checker refuses such files as far as it can see them; this is for what it cannot see, such as a value that some answer
leaves out. A fault of our own code is none of these: see intake.py.
"""

from __future__ import annotations

from sms_service.engine.navigation import TooManyCalls
from sms_service.engine.templates import TemplateFailed
from sms_service.engine.walk import FlowFault

FAULTS = (FlowFault, TemplateFailed, TooManyCalls)
"""What the engine raises where a flow leads nowhere. Their messages quote the flow, never a person: they may be logged."""

SORRY = {
    "en": "Sorry, something is wrong on our side. Please start again or send HELP.",
    "hi": "क्षमा करें, हमारी ओर से गड़बड़ है। फिर से शुरू करें या HELP भेजें।",
    "sw": "Samahani, kuna hitilafu upande wetu. Tafadhali anza tena au tuma HELP.",
}
"""What she reads whose dialogue broke, by language; English for the others. One segment each, one USSD screen."""


class Broken(Exception):
    """A flow cannot go on; the message is a sentence for the operator. `state` is where it stood in the file.

    `session` is the id of the session in which the message, or the clock, brought that about. It is not always one of the
    broken flow: the enroler's entry begins the question to the person entered. "" where nobody's session did.
    """

    def __init__(self, problem: str, flow: str, version: str, state: str, session: str = "") -> None:
        super().__init__(problem)
        self.flow, self.version, self.state, self.session = flow, version, state, session
