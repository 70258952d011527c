"""Which channels may bring a text to a person, the best first: by the settings' routes, else by how she wrote.

One way or another is written into the row of the outbox when it is made (`outbox.channel`, `outbox.route`). Where a channel
turns out to be down, or says that another one may bring it, the row goes on along its own route: workers/fallback.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import phonenumbers
from sqlalchemy import Connection, select

from sms_service.channels.base import Channel, HasWindow
from sms_service.config_gateways import account_of
from sms_service.config_routes import BULK, REPLY, Route
from sms_service.engine.model import UNASKED, Inbound
from sms_service.store.people import Person
from sms_service.store.tables import turn

OUTSIDE = "outside of the hours"
"""The reason of a message that WhatsApp would refuse by 63016: she has not written for a day."""

HANDSET = "handset"


class Routes:
    """The routes of the settings over the channels that are open. `default`: the channel for people who never wrote."""

    def __init__(
        self, routes: Sequence[Route] = (), channels: Mapping[str, Channel] | None = None, default: str = ""
    ) -> None:
        self._routes, self._default = routes, default
        self._channels = {} if channels is None else channels

    def channels(self, conn: Connection, person: Person, inbound: Inbound) -> list[str]:
        """The channels for what is said to her now, the best first; `inbound` is what caused it.

        What can only be answered by one way has that one: a premium message (its link), the phone on this machine. Who wrote
        by WhatsApp is answered there while she may be. Else it is the first route that fits her country and the purpose;
        without one the channel she wrote by, or the default one; beside WhatsApp stand her ways by SMS.
        """
        wrote_now = inbound.is_hers
        if inbound.link and inbound.channel == person.channel:
            return [person.channel]
        if not self._routes and not self._default and not self._has_window(person.channel):
            return [person.channel]
        known = wrote_now or _ever_wrote(conn, person.id)
        if known and person.channel == HANDSET:
            return [HANDSET]
        route = self._route(person.phone, REPLY if wrote_now else BULK)
        if route is not None:
            first = [inbound.channel] if self._has_window(inbound.channel) else []
            return list(dict.fromkeys([*first, *route.channels]))
        channel = person.channel if known or not self._default else self._default
        return [channel, *(self._by_sms(conn, person.id, channel) if self._has_window(channel) else [])]

    def _route(self, phone: str, purpose: str) -> Route | None:
        fits = (one for one in self._routes if one.purpose in ("", purpose))
        return next((one for one in fits if not one.country or one.country == country(phone)), None)

    def _has_window(self, channel: str) -> bool:
        return isinstance(self._channels.get(channel), HasWindow)

    def _by_sms(self, conn: Connection, person_id: int, channel: str) -> list[str]:
        """The channel for SMS by which she last wrote; the default one; the SMS of the same account as `channel`."""
        usable = [one.name for one in self._channels.values() if one.is_sms]
        written = conn.execute(
            select(turn.c.channel)
            .where(turn.c.person_id == person_id, turn.c.kind == "sms", turn.c.channel.in_(usable))
            .order_by(turn.c.turn_no.desc())
            .limit(1)
        ).scalar_one_or_none()
        account = account_of(channel)
        twin = account if getattr(self._channels.get(account), "from_", None) else ""
        ways = dict.fromkeys((written or "", self._default, twin))
        return [one for one in ways if one in usable]


def country(phone: str) -> str:
    """The country (ISO 3166) of a number (E.164); of one that is not valid, the first that has its code; "" if none has."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    own = phonenumbers.region_code_for_number(number)
    return own or phonenumbers.region_code_for_country_code(number.country_code or 0).replace("ZZ", "")


def is_open(conn: Connection, person_id: int, channel: str, window: float, now: float) -> bool:
    """Whether she wrote by this channel within its window (seconds)."""
    wrote = select(turn.c.at).where(turn.c.person_id == person_id, turn.c.channel == channel)
    last = conn.execute(wrote.order_by(turn.c.turn_no.desc()).limit(1)).scalar_one_or_none()
    return last is not None and last > now - window


def _ever_wrote(conn: Connection, person_id: int) -> bool:
    hers = select(turn.c.turn_no).where(turn.c.person_id == person_id, turn.c.channel.not_in(UNASKED))
    return conn.execute(hers.limit(1)).first() is not None
