"""The channels: one file a gateway. "Adding a channel" is README.md beside this file."""

from __future__ import annotations

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


def open_channels(config: Config) -> dict[str, Channel]:
    """The channels that have credentials, by name; the handset is always there."""
    channels: dict[str, Channel] = {"handset": Handset(config.region)}
    twilio, at = config.channels.twilio, config.channels.africastalking
    if twilio.on:
        channels["twilio"] = Twilio(
            account_sid=twilio.account_sid,
            auth_tokens=_parts(twilio.auth_token),
            shared_keys=_parts(twilio.shared_key),
            from_=twilio.from_,
            whatsapp=bool(twilio.whatsapp_from),
            api_url=twilio.api_url,
            public_url=config.url,
        )
    if twilio.on and twilio.whatsapp_from:
        channels["whatsapp"] = WhatsApp(
            account_sid=twilio.account_sid,
            auth_tokens=_parts(twilio.auth_token),
            shared_keys=_parts(twilio.shared_key),
            from_=twilio.whatsapp_from.removeprefix("whatsapp:"),
            api_url=twilio.api_url,
            public_url=config.url,
        )
    if at.on:
        channels["africastalking"] = AfricasTalking(
            username=at.username,
            api_key=at.api_key,
            from_=at.from_,
            premium=at.premium,
            keyword=at.keyword,
            secrets=_parts(at.secret),
            api_url=at.api_url,
            public_url=config.url,
        )
    kannel, jasmin = config.channels.kannel, config.channels.jasmin
    if kannel.on:
        channels["kannel"] = Kannel(
            send_url=kannel.send_url,
            username=kannel.username,
            password=kannel.password,
            from_=kannel.from_,
            secrets=_parts(kannel.secret),
            smsc=kannel.smsc,
            entity_tag=kannel.entity_tag,
            template_tag=kannel.template_tag,
            public_url=config.url,
        )
    if jasmin.on:
        channels["jasmin"] = Jasmin(
            send_url=jasmin.send_url,
            username=jasmin.username,
            password=jasmin.password,
            from_=jasmin.from_,
            secrets=_parts(jasmin.secret),
            entity_tag=jasmin.entity_tag,
            template_tag=jasmin.template_tag,
            public_url=config.url,
        )
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
