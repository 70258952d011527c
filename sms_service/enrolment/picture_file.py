"""The file of a picture, read by its bytes alone before any decoder sees it: what it is, and a copy with nothing but pixels.

Decoders do whatever a file tells them to: draw a picture a thousand times, keep a megabyte of notes, walk a million empty
parts. So the parts are counted here, and a decoder is handed only those that it draws from.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

SCANS_MAX = 64
"""Of a JPEG. Each has the decoder walk through the whole picture, though it may be ten bytes; cameras write one, progressive
files about ten."""

PARTS_MAX = 4_000
"""Segments of a JPEG, chunks of a PNG or a WebP. 5 MB in the pieces that libpng writes (8 kB) are 640."""

ENTRIES_MAX = 300
"""Of a table of EXIF that are looked at; phones write about twenty."""

HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
"""Of ISO/IEC 23008-12 files, which iPhones make; their browsers hand over a JPEG where a form asks for one."""

EXIF = b"Exif\0\0"
"""Begins the EXIF of a JPEG; in a WebP some apps put it too."""

ORIENTATION = 0x0112
"""The tag of EXIF that says how the camera was held (CIPA DC-008, 4.6.4)."""


class Odd(Exception):
    """It is no file of one whole picture that can be drawn; the argument is a key of portrait.PROBLEMS."""


@dataclass(frozen=True, slots=True)
class File:
    """`kind` JPEG, PNG or WEBP; `width` and `height` in pixels, as it says; `often`: the decoder walks through all of it more
    than once; `turned`: 1 to 8, as EXIF has it, 1 where it has none; `bare`: the file without all that is not drawn."""

    kind: str
    width: int
    height: int
    often: bool
    turned: int
    bare: bytes


def look(data: bytes) -> File:
    """Raises Odd."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (IndexError, struct.error) as error:
        raise Odd("broken") from error
    raise Odd("heic" if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS else "wrong_kind")


# --- JPEG (ITU T.81, B.1) -----------------------------------------------------------------------------------------

_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length: TEM and the restarts."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that say the size (SOF0 ... SOF15; DHT, JPG and DAC lie between them)."""

_DRAWN_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive, with Huffman codes: what cameras, phones and apps write. Arithmetic codes pack a picture
into nothing that takes seconds to unpack, and no phone shows the others."""

_DRAWN = frozenset({0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE}) | _FRAMES
"""DHT, SOS, DQT, DRI, JFIF and Adobe's note of how colours are kept."""

_EOI, _SOS, _SOF2, _APP1 = 0xD9, 0xDA, 0xC2, 0xE1

_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
"""Ends the coded data of a scan: no stuffed byte, no restart, no filling."""

_FILL = re.compile(rb"\xff+")


def _jpeg(data: bytes) -> File:
    size, turned, scans, frames, kept = (0, 0), 1, 0, set[int](), [data[:2]]
    for marker, segment in _segments(data):
        scans += marker == _SOS
        if marker in _FRAMES:
            frames.add(marker)
            height, width = struct.unpack_from(">HH", segment, 3)
            size = max(size, (width, height), key=lambda one: one[0] * one[1])
        if marker == _APP1 and turned == 1 and segment[2:8] == EXIF:
            turned = turned_by(segment[8:])
        if marker in _DRAWN:
            kept.append(bytes((0xFF, marker)) + segment)
    if not frames <= _DRAWN_FRAMES:
        raise Odd("wrong_kind")
    if scans > SCANS_MAX:
        raise Odd("broken")
    bare = b"".join([*kept, bytes((0xFF, _EOI))])
    return File("JPEG", *size, scans > 1 or _SOF2 in frames, turned, bare)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and all that follows it, a scan with its coded data, to the end of the picture."""
    at = 2
    for _ in range(PARTS_MAX):
        filled = _FILL.match(data, at)
        if filled is None:
            raise Odd("broken")
        marker, at = data[filled.end()], filled.end() + 1
        if marker == _EOI:
            _check_tail(data[at:])
            return
        if marker in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        end = at + length
        if marker == _SOS:
            found = _MARKER.search(data, end)
            end = found.start() if found else len(data)
        yield marker, data[at:end]
        at = end
    raise Odd("broken")


def _check_tail(tail: bytes) -> None:
    """What phones put behind a picture is left out, as all that is not pixels; what nobody's phone does is refused: padding,
    a second picture (CIPA DC-007), a film (motion photos), Samsung's own notes."""
    rest = tail.strip(b"\0")
    if rest and not (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:8] or rest.endswith(b"SEFT")):
        raise Odd("not_only_a_picture")


# --- PNG (third edition, 5.3) and WebP (RFC 9649, 2) --------------------------------------------------------------


_PNG_DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def _png(data: bytes) -> File:
    """Walks the chunks to IEND."""
    if data[12:16] != b"IHDR":
        raise Odd("broken")
    width, height = struct.unpack_from(">II", data, 16)
    at, turned, kept = 8, 1, [data[:8]]
    for _ in range(PARTS_MAX):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if name == b"acTL":
            raise Odd("moving")
        if name == b"eXIf":
            turned = turned_by(data[at + 8 : end - 4])
        if name in _PNG_DRAWN:
            kept.append(data[at:end])
        at = end
        if name == b"IEND":
            break
    else:
        raise Odd("broken")
    if at > len(data):
        raise Odd("broken")
    if data[at:].strip(b"\0"):
        raise Odd("not_only_a_picture")
    return File("PNG", width, height, False, turned, b"".join(kept))


_MOVES, _SEEN_THROUGH = 0x02, 0x10
"""Bits of VP8X: an animation, an alpha channel."""


def _webp(data: bytes) -> File:
    """Walks the chunks to where the container says that it ends."""
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length + length % 2
    if end > len(data) + length % 2:
        raise Odd("broken")
    if data[end:].strip(b"\0"):
        raise Odd("not_only_a_picture")
    at, turned, size, kept = 12, 1, (0, 0), dict[bytes, bytes]()
    for _ in range(PARTS_MAX):
        if at + 8 > min(end, len(data)):
            break
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
        if name == b"EXIF":
            turned = turned_by(body.removeprefix(EXIF))
        if name in kept or name not in (b"VP8X", b"ALPH", b"VP8 ", b"VP8L"):
            continue
        if name == b"VP8X":
            if body[0] & _MOVES:
                raise Odd("moving")
            body = bytes((body[0] & _SEEN_THROUGH,)) + body[1:]
        size = max(size, _webp_size(name, body), key=lambda one: one[0] * one[1])
        kept[name] = name + struct.pack("<I", length) + body + b"\0" * (length % 2)
    else:
        raise Odd("broken")
    if not size[0]:
        raise Odd("broken")
    chunks = b"WEBP" + b"".join(kept.values())
    return File("WEBP", *size, False, turned, b"RIFF" + struct.pack("<I", len(chunks)) + chunks)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


# --- EXIF (CIPA DC-008, TIFF 6.0) ---------------------------------------------------------------------------------


def turned_by(exif: bytes) -> int:
    """How the camera was held, 1 to 8; 1 where it cannot be read: apps write EXIF by halves, and the pixels are whole."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, at)
        for place in range(min(entries, ENTRIES_MAX)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, at + 2 + 12 * place)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
