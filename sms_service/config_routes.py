"""The section `routes` of the settings: which channels bring a text to which country and for which purpose."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from sms_service.config_gateways import Channels, account_of
from sms_service.config_section import Section

REPLY, BULK = "reply", "bulk"
"""What answers a message of hers; and what nobody asked for: questions after an entry, reminders, invitations, news."""

CHANNELS_MAX = 6
"""Channels of one route: as many names as the column outbox.route holds. More than two or three nobody has."""

NO_GATEWAY = {"handset": "this machine's own phone page", "missed_call": "for calls to us"}
"""Sections beside the gateways, which bring no text to a phone, and what they are."""


class Route(Section):
    """To numbers of `country` (ISO 3166, "": all) and for `purpose` ("": both), by the first of `channels` that can."""

    country: str = ""
    purpose: str = ""
    channels: tuple[str, ...] = Field(min_length=1, max_length=CHANNELS_MAX)

    @field_validator("country", mode="before")
    @classmethod
    def _is_a_country(cls, country: Any) -> Any:
        if country is False:  # what YAML makes of NO
            raise ValueError('write Norway in quotes: "NO"')
        if country and country not in SUPPORTED_REGIONS:
            raise ValueError(f"{country} is no country; write it in two capitals, like IN")
        return country

    @field_validator("purpose")
    @classmethod
    def _is_a_purpose(cls, purpose: str) -> str:
        if purpose not in ("", REPLY, BULK):
            raise ValueError(f"{purpose} is no purpose; write {REPLY} or {BULK}, or leave it out for both")
        return purpose

    @field_validator("channels")
    @classmethod
    def _are_different(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(channels)) < len(channels):
            raise ValueError("one of them stands there twice")
        return channels


def _read(routes: Any) -> Any:
    """The environment gives them as one text, in YAML or JSON."""
    if not isinstance(routes, str):
        return routes
    try:
        return yaml.safe_load(routes) or []
    except yaml.YAMLError as error:
        raise ValueError(f"cannot be read: {' '.join(str(error).split())}") from error


def _lead_somewhere(routes: list[Route], info: ValidationInfo) -> list[Route]:
    channels = info.data.get("channels")
    if isinstance(channels, Channels):  # else they are wrong themselves, which is told first
        for place, route in enumerate(routes):
            for name in route.channels:
                if why := _why_not(name, channels):
                    raise ValueError(f"the channel {name} in routes.{place} {why}")
    return routes


def _why_not(name: str, channels: Channels) -> str:
    """Why nothing can be sent by this channel; "" if it can."""
    if name in NO_GATEWAY:
        return f"brings no text to a phone, it is {NO_GATEWAY[name]}"
    if channels.section_of(name) is None:
        return "is not known: name one of the section channels"
    if missing := channels.missing_of(name):
        account = account_of(name)
        inside = f"channels.{'described.' if account in channels.described else ''}{account}"
        return f"is off: set {', '.join(missing)} of {inside}, or take it out of the route"
    return ""


Routes = Annotated[list[Route], BeforeValidator(_read), AfterValidator(_lead_somewhere)]
"""In their order: the first one that fits a text counts."""
