"""The pictures themselves: whatever a phone sent, as an upright portrait without anything but its pixels, or why not.

A file is somebody's until it is drawn anew: its kind, its end and its size are read here, from its bytes, before a decoder
sees it. What is kept was written by us.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps

BYTES_MAX = 5 * 1024 * 1024
"""Of a file. Phones' own pictures have 2 to 4 MB; Twilio takes MMS up to 5 MB."""

WIDTH, HEIGHT = 360, 480
"""Pixels of a portrait: 3 wide to 4 high, as the card shows it, at nearly twice its 300 dpi: a template of one's own may show
it larger. About 30 kB."""

SIDE_MIN = 150
"""Pixels of the shorter side. Fewer do not show a face at the card's size."""

PIXELS_MAX = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
"""Of a picture, by its kind. Cameras of 48 megapixels exist; a JPEG is decoded at a fraction of its size, the others whole. At
these limits a process takes up to 250 MB for a second."""

CENTRE = (0.5, 0.4)
"""What of a picture of another shape is kept: its middle, and rather its upper part, where faces are."""

QUALITY = 85

PROBLEMS = {
    "empty": "The file is empty.",
    "too_many_bytes": "The file is larger than 5 MB.",
    "heic": "It is a HEIC picture, which is not read here. Send it as JPEG.",
    "wrong_kind": "It is no JPEG, PNG or WebP picture.",
    "moving": "It is a moving picture. Send one that stands still.",
    "too_many_pixels": "The picture has too many pixels.",
    "too_small": "The picture is too small: at least 150 pixels each way.",
    "broken": "The picture is broken, or its end is missing.",
    "not_only_a_picture": "The file holds something besides the picture.",
}
"""Why a file is no portrait, each in a sentence for whoever sent it; web/photo_words.py has them in her language."""

HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
"""Of ISO/IEC 23008-12 files, which iPhones make; their browsers hand over a JPEG where a form asks for one."""

_decoding = threading.Lock()
"""One picture at a time in a process, or four threads would take a gigabyte."""


class Unfit(Exception):
    """No portrait can be made of this file. `problem` is one of PROBLEMS, the message its sentence."""

    def __init__(self, problem: str) -> None:
        super().__init__(PROBLEMS[problem])
        self.problem = problem


def clean(data: bytes) -> bytes:
    """The picture as JPEG: upright, WIDTH x HEIGHT, sRGB, without EXIF, GPS, profiles, comments or anything else of the file.

    Takes JPEG, PNG and WebP. Raises Unfit.
    """
    if not data:
        raise Unfit("empty")
    if len(data) > BYTES_MAX:
        raise Unfit("too_many_bytes")
    kind, width, height = _looked_at(data)
    _check_size(kind, width, height)
    with _decoding:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                return _drawn_anew(data, kind)
        except Unfit:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unfit("too_many_pixels") from error
        except Exception as error:
            # All of the input is a stranger's: decoders raise whatever they like, and all of it means the same.
            raise Unfit("broken") from error


def _check_size(kind: str, width: int, height: int) -> None:
    if width * height > PIXELS_MAX[kind]:
        raise Unfit("too_many_pixels")
    if min(width, height) < SIDE_MIN:
        raise Unfit("too_small")


def _drawn_anew(data: bytes, kind: str) -> bytes:
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        _check_size(kind, *image.size)  # what the decoder takes for its size: a file may say two
        if getattr(image, "n_frames", 1) > 1 and kind != "JPEG":  # a JPEG's others are thumbnails of its own (MPF)
            raise Unfit("moving")
        image.draft(None, (2 * HEIGHT, 2 * HEIGHT))
        image.load()
        upright = _on_white(_upright(_smaller(_even(image))))
        fitted = ImageOps.fit(upright, (WIDTH, HEIGHT), Image.Resampling.LANCZOS, centering=CENTRE)
    fresh = Image.new("RGB", fitted.size)
    fresh.paste(fitted)  # pixels only: `info` of the old one would be written along
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; as it lies where that cannot be read: apps write EXIF by halves, and the pixels are whole."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001
        return image


def _even(image: Image.Image) -> Image.Image:
    """In a mode whose pixels can be averaged."""
    if image.mode.startswith("I"):  # 16 bit grey: Pillow would cut everything brighter than 255 to white
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "PA" or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("P", "1") else image


def _smaller(image: Image.Image) -> Image.Image:
    """No larger than needed, before it is copied again and again."""
    factor = min(image.size) // (2 * HEIGHT)
    return image.reduce(factor) if factor > 1 else image


def _on_white(image: Image.Image) -> Image.Image:
    """As RGB, on white paper where it lets something through."""
    if "A" not in image.mode:
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


# --- the file, before any decoder ---------------------------------------------------------------------------------


def _looked_at(data: bytes) -> tuple[str, int, int]:
    """Kind, width and height, by the bytes alone. Raises Unfit where they are no one whole picture and nothing else."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return "JPEG", *_jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return "PNG", *_png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return "WEBP", *_webp(data)
    except (IndexError, struct.error) as error:
        raise Unfit("broken") from error
    raise Unfit("heic" if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS else "wrong_kind")


_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG markers without a length: TEM and the restarts."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that say the size (SOF0 ... SOF15; DHT, JPG and DAC lie between them)."""


def _jpeg(data: bytes) -> tuple[int, int]:
    """Walks the segments (ITU T.81, B.1) to the end of the picture."""
    size, at = (0, 0), 2
    while True:
        if data[at] != 0xFF:
            raise Unfit("broken")
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker, at = data[at + 1], at + 2
        if marker == 0xD9:
            break
        if marker in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            size = max(size, (width, height), key=lambda one: one[0] * one[1])
        at += length
        if marker == 0xDA:  # a scan: coded data up to the next marker that is no stuffed byte and no restart
            at = next(_markers(data, at), len(data))
    _check_tail(data[at:])
    return size


def _markers(data: bytes, at: int) -> Iterator[int]:
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in (0x00, 0xFF) and data[at + 1] not in _ALONE:
            yield at
        at += 1


def _check_tail(tail: bytes) -> None:
    """What phones put behind a picture is left out, as all that is not pixels; what nobody's phone does is refused: padding,
    a second picture (CIPA DC-007), a film (motion photos), Samsung's own notes."""
    rest = tail.strip(b"\0")
    if rest and not (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:8] or rest.endswith(b"SEFT")):
        raise Unfit("not_only_a_picture")


def _png(data: bytes) -> tuple[int, int]:
    """Walks the chunks (PNG, third edition, 5.3) to IEND."""
    if data[12:16] != b"IHDR":
        raise Unfit("broken")
    width, height = struct.unpack_from(">II", data, 16)
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"acTL":
            raise Unfit("moving")
        at += 12 + length
    if at > len(data):
        raise Unfit("broken")
    if data[at:].strip(b"\0"):
        raise Unfit("not_only_a_picture")
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    """The size by the first chunk (RFC 9649, 2.5 to 2.7); the container says where it ends."""
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length + length % 2
    if end > len(data) + length % 2:
        raise Unfit("broken")
    if data[end:].strip(b"\0"):
        raise Unfit("not_only_a_picture")
    name = data[12:16]
    if name == b"VP8X":
        if data[20] & 0x02:
            raise Unfit("moving")
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Unfit("broken")
