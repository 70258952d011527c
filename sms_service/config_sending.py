"""The settings of what leaves: tries, limits for each person, quiet hours, what is not answered, India's registry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from sms_service.config_section import Section
from sms_service.engine import dlt

LEASE_MIN = 20
"""Seconds. A send takes ten, and is not begun with less than fifteen left. A look-up that ends later counts no more."""


class OutboxSettings(Section):
    lease: float = Field(default=60, ge=LEASE_MIN)
    attempts: int = Field(default=10, ge=1, le=100)
    backoff: float = Field(default=30, gt=0)
    failed_days: int = Field(default=5, ge=0, le=1000)
    person_hour: int = Field(default=20, ge=0, le=10_000)
    answers_hour: int = Field(default=300, ge=0, le=10_000)

    @model_validator(mode="after")
    def _answers_come_on_top(self) -> Self:
        if 0 < self.answers_hour < self.person_hour:
            raise ValueError("answers_hour counts all that she is sent: make it no less than person_hour, or 0")
        return self


class QuietHours(Section):
    """The night, in the time of whoever is texted: then no text leaves that she does not await. Both times empty: never.
    `timezone`: one for all (Asia/Kolkata); "": by the country of each number. `local`: also for phones of this machine."""

    from_: str = Field(default="21:00", alias="from")
    to: str = "08:00"
    timezone: str = ""
    local: bool = False

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _is_a_time(cls, value: Any) -> Any:
        if value and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", str(value)):  # YAML makes 1260 of 21:00
            raise ValueError('write the time in quotes, like "21:00"')
        return value

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name and name not in available_timezones():
            raise ValueError(f"{name} is no time zone; write it like Asia/Kolkata")
        return name

    @model_validator(mode="after")
    def _is_a_night(self) -> Self:
        if bool(self.from_) != bool(self.to) or (self.from_ and self.from_ == self.to):
            raise ValueError('set both `from` and `to`, or both to "" for no quiet hours')
        return self


class Loops(Section):
    """When a text is heard and not answered, because a machine sends it (loops.py): the same one more often than so in half an
    hour, more than so many in ten minutes, or (of who is no enroler) in 24 hours. 0: never."""

    identical: int = Field(default=5, ge=0, le=100)
    ten_minutes: int = Field(default=60, ge=0, le=1000)
    day: int = Field(default=100, ge=0, le=10_000)


class Dlt(Section):
    """India's registry of texts (docs/gateways.md); flow files hold the texts themselves."""

    required: bool = False
    entity: str = Field(default="", pattern="^([0-9]{19})?$")
    header: str = Field(default="", pattern="^([A-Za-z]{3,6}|[0-9]{6})?$")
    variable_max: int = Field(default=dlt.VARIABLE_MAX, ge=10, le=100)
    hosts: str = ""

    def rules(self, reply_number: str = "", own: Mapping[str, str] | None = None) -> dlt.Rules:
        """The same for the engine and the checker, which see the other two in engine/dlt.py."""
        return dlt.Rules(
            required=self.required,
            entity=self.entity,
            header=self.header,
            variable_max=self.variable_max,
            hosts=tuple(host.strip().lower() for host in self.hosts.split(",") if host.strip()),
            reply_number=reply_number,
            own=dict(own or {}),
        )
