"""How long a text is, and what of it can be sent: encodings, segments, USSD screens, templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from sms_service.engine.clusters import clusters, prefix, units
from sms_service.engine.templates import TEXT_MAX, TemplateFailed, Templates

__all__ = ["TEXT_MAX", "Count", "TemplateFailed", "Templates", "count", "screens", "sendable", "septets"]

SEGMENT_SEPTETS, SEGMENT_SEPTETS_JOINED = 160, 153
SEGMENT_UCS2, SEGMENT_UCS2_JOINED = 70, 67
"""One SMS is 140 octets; each part of a longer text gives 6 of them to the header that joins the parts (3GPP TS 23.040)."""

USSD_SEPTETS = 160
"""3GPP TS 23.038 allows 182 septets in 160 octets, but not every network shows more than 160."""
USSD_UCS2 = 80
"""160 octets at two octets a UTF-16 unit."""
SCREEN_LEAST = 20
"""What a page must hold besides its `more` line: with less a menu option does not fit, and the pages have no end."""

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = "^{}\\[]~|€\f"  # an escape and a character: two septets
_GSM = _GSM_BASIC.union(_GSM_EXTENSION)

# What phones and word processors put in by themselves, and its neighbour in GSM-7. One ” makes 125 characters two segments.
_PLAIN = str.maketrans(
    dict.fromkeys("“”„‟«»″〝〞", '"')
    | dict.fromkeys("‘’‛ʼʻʹ′`´", "'")
    | dict.fromkeys("‐‑‒–—―−•·⁃", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
    | {"…": "...", "‚": ",", "‹": "<", "›": ">", "⁄": "/", "∕": "/", "×": "x", "½": "1/2", "¼": "1/4", "¾": "3/4"}
)
_CONTROLS = str.maketrans(
    {chr(code): None for code in (*range(0x20), *range(0x7F, 0xA0))}
    | {"\n": "\n", "\t": " ", "\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
)


class Count(NamedTuple):
    """What a text costs. `characters` as Twilio's calculator counts: septets in GSM-7, grapheme clusters in UCS-2."""

    encoding: Literal["GSM-7", "UCS-2"]
    segments: int
    characters: int


def septets(text: str) -> int | None:
    """The length of `text` in GSM-7 septets (3GPP TS 23.038), or None where a character of it is not in that alphabet."""
    return len(text) + sum(map(text.count, _GSM_EXTENSION)) if _GSM.issuperset(text) else None


def count(text: str) -> Count:
    """Encoding, segments and characters of `text` as it stands; an empty text is one segment.

    Equal to Twilio's calculator (sms-segments-calculator 1.3.0): escape pairs and grapheme clusters are never split.
    """
    length = septets(text)
    if length is not None and length == len(text):
        return Count("GSM-7", 1 if length <= SEGMENT_SEPTETS else -(-length // SEGMENT_SEPTETS_JOINED), length)
    if length is not None:
        sizes: Iterable[int] = (2 if character in _GSM_EXTENSION else 1 for character in text)
        return Count(
            "GSM-7",
            _parts(sizes, length, SEGMENT_SEPTETS, SEGMENT_SEPTETS_JOINED),
            length,
        )
    found = clusters(text)
    return Count(
        "UCS-2",
        _parts(map(units, found), units(text), SEGMENT_UCS2, SEGMENT_UCS2_JOINED),
        len(found),
    )


def sendable(text: str) -> str:
    """`text` as it may be sent: NFC, lines ended by LF, no control characters, no lone surrogates.

    Quotes, dashes, spaces and the like are replaced by their GSM-7 neighbours only where the whole text becomes GSM-7 by
    it: elsewhere nothing is won, and a joiner dropped from a Nepali or Hindi name makes another name of it.
    """
    clean = unicodedata.normalize("NFC", text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore"))
    clean = clean.replace("\r\n", "\n").translate(_CONTROLS)
    plain = clean.translate(_PLAIN)
    return clean if septets(plain) is None else plain


def screens(text: str, more: str = "98 more", back: str = "", back_at_first: bool = False) -> list[str]:
    """`text` cut into USSD pages. Each but the last ends with the line `more`, each but the first with `back`, the first
    with `back` only if `back_at_first`; these lines are within the page's limit.

    A page holds USSD_SEPTETS septets, or USSD_UCS2 UTF-16 units where the text or a line need UCS-2. It ends at the last
    line end that fits, else at the last space, else between two grapheme clusters. ValueError where the lines leave no room.
    """
    first = f"\n{back}" if back and back_at_first else ""
    size, limit = _measure(text + first)
    if size(text + first) <= limit:
        return [text + first]
    inner = f"\n{back}" if back else ""
    size, limit = _measure(f"{text}\n{more}{inner}")
    room = limit - size(f"\n{more}{inner}")
    if room < SCREEN_LEAST:
        raise ValueError(f"the line {more!r} leaves {room} characters of {limit} on a USSD screen; shorten it")
    pages: list[str] = []
    rest = text.strip(" \n")
    while size(rest + (inner if pages else first)) > limit:
        tail = f"\n{more}" + (inner if pages else first)
        fits = (
            len(prefix(rest, limit - size(tail), size)) or room // 2
        )  # a cluster larger than a page is nobody's writing
        cut = max(rest.rfind("\n", 1, fits + 1), 0) or max(rest.rfind(" ", 1, fits + 1), 0) or fits
        pages.append(rest[:cut].rstrip(" \n") + tail)
        rest = rest[cut:].lstrip(" \n")
    return [*pages, rest + (inner if pages else first)]


def _parts(sizes: Iterable[int], total: int, alone: int, joined: int) -> int:
    if total <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return parts


def _measure(text: str) -> tuple[Callable[[str], int], int]:
    if septets(text) is None:
        return units, USSD_UCS2
    return lambda piece: septets(piece) or 0, USSD_SEPTETS
