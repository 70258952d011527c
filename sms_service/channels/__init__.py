"""The channels: one file a gateway. "Adding a channel" is README.md beside this file."""

from __future__ import annotations

from typing import Any

from sms_service.channels.africastalking import AfricasTalking
from sms_service.channels.base import Channel
from sms_service.channels.described import Described
from sms_service.channels.description import DescriptionError, read_description
from sms_service.channels.handset import Handset
from sms_service.channels.jasmin import Jasmin
from sms_service.channels.kannel import Kannel
from sms_service.channels.missed_call import MissedCalls
from sms_service.channels.twilio import Twilio
from sms_service.channels.whatsapp import WhatsApp
from sms_service.config import Config, ConfigError
from sms_service.config_gateways import DescribedGateway
from sms_service.config_gateways import Jasmin as JasminSettings
from sms_service.config_gateways import Kannel as KannelSettings


def open_channels(config: Config) -> dict[str, Channel]:
    """The channels that have credentials, by name; the handset is always there."""
    channels: dict[str, Channel] = {"handset": Handset(config.region)}
    twilio, at = config.channels.twilio, config.channels.africastalking
    if twilio.on:
        account: dict[str, Any] = {
            "account_sid": twilio.account_sid,
            "auth_tokens": _parts(twilio.auth_token),
            "shared_keys": _parts(twilio.shared_key),
            "api_url": twilio.api_url,
            "public_url": config.url,
        }
        by_whatsapp = twilio.whatsapp_from.removeprefix("whatsapp:")
        channels["twilio"] = Twilio(from_=twilio.from_, whatsapp=bool(by_whatsapp), **account)
        if by_whatsapp:
            channels["whatsapp"] = WhatsApp(from_=by_whatsapp, **account)
    if at.on:
        channels["africastalking"] = AfricasTalking(
            username=at.username,
            api_key=at.api_key,
            from_=at.from_,
            premium=at.premium,
            keyword=at.keyword,
            secrets=_parts(at.secret),
            api_url=at.api_url,
        )
    kannel, jasmin = config.channels.kannel, config.channels.jasmin
    if kannel.on:
        channels["kannel"] = Kannel(smsc=kannel.smsc, **_smpp(config, kannel))
    if jasmin.on:
        channels["jasmin"] = Jasmin(**_smpp(config, jasmin))
    for name, gateway in config.channels.described.items():
        if gateway.on:
            channels[name] = _described(config, name, gateway)
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


def _smpp(config: Config, section: KannelSettings | JasminSettings) -> dict[str, Any]:
    """What a gateway of one's own needs that speaks SMPP to the operator."""
    return {
        "send_url": section.send_url,
        "username": section.username,
        "password": section.password,
        "from_": section.from_,
        "secrets": _parts(section.secret),
        "entity_tag": section.entity_tag,
        "template_tag": section.template_tag,
        "public_url": config.url,
    }


def _described(config: Config, name: str, gateway: DescribedGateway) -> Described:
    """Raises ConfigError where the description cannot be used, or needs what is not there."""
    try:
        description = read_description(gateway.description)
    except DescriptionError as error:
        raise ConfigError(f"setting channels.described.{name}.description: {error}") from error
    settings: dict[str, str] = {
        need: getattr(gateway, "from_" if need == "from" else need) for need in description.needs
    }
    missing = [need for need, value in settings.items() if not value]
    if missing:
        raise ConfigError(f"setting channels.described.{name}: {description.gateway} needs {', '.join(missing)} too")
    return Described(
        name=name,
        description=description,
        settings=settings,
        secrets=_parts(gateway.secret),
        public_url=config.url,
        region=config.region,
        api_url=gateway.api_url,
    )


def _parts(setting: str) -> list[str]:
    """A secret, or two while one replaces the other."""
    return [part.strip() for part in setting.split(",") if part.strip()]
