"""The channels: one file a gateway. "Adding a channel" is README.md beside this file."""

from __future__ import annotations

from sms_service.channels.africastalking import AfricasTalking
from sms_service.channels.base import Channel
from sms_service.channels.handset import Handset
from sms_service.channels.missed_call import MissedCalls
from sms_service.channels.twilio import Twilio
from sms_service.config import Config


def open_channels(config: Config) -> dict[str, Channel]:
    """The channels that have credentials, by name; the handset is always there."""
    channels: dict[str, Channel] = {"handset": Handset(config.region)}
    twilio, at = config.channels.twilio, config.channels.africastalking
    if twilio.on:
        channels["twilio"] = Twilio(
            account_sid=twilio.account_sid,
            auth_tokens=_parts(twilio.auth_token),
            from_=twilio.from_,
            api_url=twilio.api_url,
            public_url=config.url,
        )
    if at.on:
        channels["africastalking"] = AfricasTalking(
            username=at.username,
            api_key=at.api_key,
            from_=at.from_,
            secrets=_parts(at.secret),
            api_url=at.api_url,
            public_url=config.url,
        )
    return channels


def open_missed_calls(config: Config) -> MissedCalls | None:
    """Who listens to missed calls, if the setting has a secret."""
    section = config.channels.missed_call
    if not section.on:
        return None
    return MissedCalls(secrets=_parts(section.secret), region=config.region, answer_by=default_channel(config))


def default_channel(config: Config) -> str:
    """The channel for people who never wrote to us: that of the settings, else the first gateway with credentials."""
    return config.channels.default or next((name for name in open_channels(config) if name != "handset"), "handset")


def _parts(setting: str) -> list[str]:
    """A secret, or two while one replaces the other."""
    return [part.strip() for part in setting.split(",") if part.strip()]
