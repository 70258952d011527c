"""The settings of the channels: each gateway's account, and what they have in common."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from sms_service.config_section import Secret, Section

PROGRAMMED = {"handset", "twilio", "whatsapp", "africastalking", "kannel", "jasmin", "default", "described"}
"""Names in the section `channels`, which no described gateway can have."""

OURS = {"service", "clock", "missed_call"}
"""Names under which the turn log has what no gateway brought: news, the passing of time, calls. What came by a gateway of
such a name would count as never asked for, and be told to nobody."""

IN_SECTION_OF = {"whatsapp": "twilio"}
"""Channels that are of another one's account. Their own settings stand in its section, with their name in front:
`whatsapp_from`."""

RATE_MIN = 0.1
"""Segments a second: a text of ten takes more than a minute and a half then."""


def account_of(channel: str) -> str:
    """The section of the settings in which a channel's account stands, and the gateway whose codes it speaks."""
    return IN_SECTION_OF.get(channel, channel)


class Handset(Section):
    secret: Secret = ""


def _rate(rate: float) -> float:
    if 0 < rate < RATE_MIN:
        raise ValueError(f"{rate} is too slow for anybody to wait for: at least {RATE_MIN}, or 0 for no rate")
    return rate


Rate = Annotated[float, Field(ge=0, le=10_000), AfterValidator(_rate)]
"""SMS segments a second; 0: none."""


class GatewaySection(Section):
    """The settings of a gateway. It is on when all of NEEDED are there. `rate` is how fast its sender may send."""

    NEEDED: ClassVar[tuple[str, ...]] = ()
    rate: Rate = 0.0

    def missing(self) -> list[str]:
        """Those of NEEDED that are empty."""
        return [name for name in self.NEEDED if not getattr(self, name)]

    @property
    def on(self) -> bool:
        return not self.missing()


class Twilio(GatewaySection):
    NEEDED = ("account_sid", "auth_token")
    account_sid: str = ""
    auth_token: Secret = ""
    shared_key: Secret = ""
    from_: str = Field(default="", alias="from")
    whatsapp_from: str = ""
    whatsapp_rate: Rate = 0.0
    api_url: str = ""


class AfricasTalking(GatewaySection):
    NEEDED = ("username", "api_key", "secret")
    username: str = ""
    api_key: Secret = ""
    from_: str = Field(default="", alias="from")
    premium: str = ""
    keyword: str = ""
    secret: Secret = ""
    api_url: str = ""


class Kannel(GatewaySection):
    NEEDED = ("send_url", "username", "password", "secret")
    send_url: str = ""
    username: str = ""
    password: Secret = ""
    from_: str = Field(default="", alias="from")
    secret: Secret = ""
    smsc: str = ""
    entity_tag: str = "PEID"
    template_tag: str = "TEMPID"


class Jasmin(GatewaySection):
    NEEDED = ("send_url", "username", "password", "secret")
    send_url: str = ""
    username: str = ""
    password: Secret = ""
    from_: str = Field(default="", alias="from")
    secret: Secret = ""
    entity_tag: str = "0x1400"
    template_tag: str = "0x1401"


def _gateway_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", name):
        raise ValueError(f"{name} is no name: small letters, digits and _, at most 30, like exotel")
    if name in PROGRAMMED:
        raise ValueError(f"{name} is a gateway of its own: see channels.{name}")
    if name in OURS:
        raise ValueError(f"{name} is a name that the service itself uses: choose another one")
    return name


class DescribedGateway(GatewaySection):
    """An account at an HTTP gateway that a description (channels/description.py) tells of, and what such may need."""

    NEEDED = ("description", "secret")
    description: str = ""
    account: str = ""
    username: str = ""
    password: Secret = ""
    key: Secret = ""
    from_: str = Field(default="", alias="from")
    secret: Secret = ""
    api_url: str = ""


class MissedCall(Section):
    """Calls that nobody takes: whoever rings is asked by SMS. `secret` stands in the address they are told at."""

    secret: Secret = ""

    @property
    def on(self) -> bool:
        return bool(self.secret)


def own_setting(channel: str, name: str) -> str:
    """What a setting of a channel's own is called in the section of its account."""
    return name if account_of(channel) == channel else f"{channel}_{name}"


class Channels(Section):
    default: str = ""
    handset: Handset = Handset()
    twilio: Twilio = Twilio()
    africastalking: AfricasTalking = AfricasTalking()
    kannel: Kannel = Kannel()
    jasmin: Jasmin = Jasmin()
    described: dict[Annotated[str, AfterValidator(_gateway_name)], DescribedGateway] = Field(default={})
    missed_call: MissedCall = MissedCall()

    def rate_of(self, channel: str) -> float:
        """Segments (WhatsApp: messages) that this channel may send in a second; 0: no limit."""
        section = self.section_of(channel)
        return float(getattr(section, own_setting(channel, "rate"))) if section else 0.0

    def section_of(self, channel: str) -> GatewaySection | None:
        """The settings of a channel's account; None if that is no gateway."""
        account = account_of(channel)
        section = self.described.get(account) or getattr(self, account, None)
        return section if isinstance(section, GatewaySection) else None

    def missing_of(self, channel: str) -> list[str]:
        """What its section lacks for a gateway to be on."""
        section = self.section_of(channel)
        sender = own_setting(channel, "from")
        of_its_own = [] if account_of(channel) == channel or getattr(section, sender, None) else [sender]
        return [*(section.missing() if section else ()), *of_its_own]
