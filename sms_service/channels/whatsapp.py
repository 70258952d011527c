"""WhatsApp by Twilio: the same account and the same webhooks as its SMS, with `whatsapp:` before every number.

Sources: Twilio's pages messaging/guides/webhook-request and api/errors/63016 (the 24 hours), and the fields that RapidPro's
gateway reads. A person is the same by WhatsApp and by SMS: she is her number.
"""

from __future__ import annotations

from typing import Any

from sms_service.channels.twilio import WHATSAPP, Twilio
from sms_service.engine.model import DAY


class WhatsApp(Twilio):
    """One WhatsApp sender of a Twilio account. `from_` is its number (+...), or a Messaging Service that holds it."""

    name = "whatsapp"
    prefix = WHATSAPP
    is_sms = False
    window = DAY
    """Seconds after her last message in which one may write freely. Later WhatsApp takes registered templates only, which
    Twilio tells by 63016: then the text goes by the next channel of its route (workers/fallback.py)."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(whatsapp=True, **settings)
