"""Stand-ins of the gateways: real HTTP servers on 127.0.0.1 that answer, misbehave and call back as the gateways do.

with Twilio() as gateway:                        # gateway.url is what a channel gets as api_url
    gateway.behave("silent", times=1)            # the next send is taken and never answered
    ...
    message = gateway.wait_for(1)[0]
    gateway.report(message, "delivered")         # signed status callback
    gateway.text(web_url, "+919800000001", "1")  # an SMS of a person, signed like Twilio's
"""

from tests.gateways.africastalking import AfricasTalking, UssdPhone
from tests.gateways.gateway import Gateway, Message
from tests.gateways.jasmin import Jasmin
from tests.gateways.kannel import Kannel
from tests.gateways.server import Answer, Asked
from tests.gateways.twilio import Twilio

__all__ = ["AfricasTalking", "Answer", "Asked", "Gateway", "Jasmin", "Kannel", "Message", "Twilio", "UssdPhone"]
