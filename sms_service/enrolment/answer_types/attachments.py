"""What comes as an address: a photo, which may also be attached, and a link."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.registry import Setting, Wrong, answer_type, plain

LINK_MAX = 200
"""Signs of an address. Twilio's addresses of pictures have about 150; more does not fit beside a text in an SMS."""

_HTTP = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])")
"""A name with a dot in it. Not a bare number and not `localhost`: whoever opens it would knock at our own machines."""


@answer_type(words=1, longest=lambda _parameters, _language: "m" * LINK_MAX)
def photo(text: str, _field: Field, setting: Setting) -> str | Wrong:
    """The address of the first picture that came along, else of the one link in the text."""
    if setting.media:
        return setting.media[0]
    return _only_link(text) or Wrong("no_photo")


@answer_type(words=1, longest=lambda _parameters, _language: "m" * LINK_MAX)
def link(text: str, _field: Field, _setting: Setting) -> str | Wrong:
    """The one http or https address in the text."""
    return _only_link(text) or Wrong("not_a_link")


def _only_link(text: str) -> str | None:
    found = [address.rstrip(".,;:!?)]}'’।") for address in _HTTP.findall(plain(text))]
    if len(found) != 1 or len(found[0]) > LINK_MAX:
        return None
    try:
        parts = urlsplit(found[0])
        host, _port = parts.hostname or "", parts.port
    except ValueError:  # a port that is no number, or brackets around what is no IPv6 address
        return None
    if not _HOST.fullmatch(host) or parts.username is not None:
        return None
    lowered: str = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()
    return lowered
