"""A message as its channel takes it: one that is longer than the gateway's longest is cut, and leaves all the same."""

from __future__ import annotations

import logging

from sms_service.channels.base import Channel, Dlt, HasLongest, Longest, Outbound
from sms_service.engine.clusters import units
from sms_service.engine.cutting import shortened
from sms_service.engine.texts import count
from sms_service.store.claims import Claimed

log = logging.getLogger(__name__)


def outbound(channel: Channel | None, claimed: Claimed) -> Outbound:
    """What the channel is given to send, or to look for."""
    text = fitted(channel, claimed)
    if text != claimed.text:
        log.warning(
            "message %s has %d characters, more than %s takes; it leaves with %d: look at the texts of its flow",
            claimed.ref, len(claimed.text), claimed.channel, len(text),
        )  # fmt: skip
    registered = Dlt(entity_id=claimed.dlt_entity, template_id=claimed.dlt_template) if claimed.dlt_template else None
    return Outbound(ref=claimed.copy_ref, phone=claimed.phone, text=text, dlt=registered, link=claimed.link)


def fitted(channel: Channel | None, claimed: Claimed) -> str:
    """Its text, cut where this channel takes less. Not one that is registered in India: the registry would refuse all but the
    whole of it."""
    if not isinstance(channel, HasLongest) or claimed.dlt_template:
        return claimed.text
    longest = channel.longest
    return shortened(claimed.text, lambda text: _fits(text, longest))


def counted(channel: Channel | None, claimed: Claimed) -> int | None:
    """The SMS segments of what left; None where it is no SMS."""
    return count(fitted(channel, claimed)).segments if channel is None or channel.is_sms else None


def _fits(text: str, longest: Longest) -> bool:
    if longest.characters and units(text) > longest.characters:
        return False
    return not longest.segments or count(text).segments <= longest.segments
