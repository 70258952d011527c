"""The pictures themselves: whatever a phone sent, as an upright portrait without anything but its pixels, or why not.

A file is somebody's until it is drawn anew: picture_file.py reads its kind, its end and its size from its bytes, and hands on
its pixels only, before a decoder sees it. What is kept was written by us.
"""

from __future__ import annotations

import io
import threading
import warnings

from PIL import Image, ImageOps

from sms_service.enrolment import picture_file
from sms_service.enrolment.picture_file import File, Odd

BYTES_MAX = 5 * 1024 * 1024
"""Of a file. Phones' own pictures have 2 to 4 MB; Twilio takes MMS up to 5 MB."""

WIDTH, HEIGHT = 360, 480
"""Pixels of a portrait: 3 wide to 4 high, as the card shows it, at nearly twice its 300 dpi: a template of one's own may show
it larger. About 30 kB."""

SIDE_MIN = 150
"""Pixels of the shorter side. Fewer do not show a face at the card's size."""

PIXELS_MAX = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
"""Of a picture, by its kind. Cameras of 48 megapixels exist; a JPEG is decoded at a fraction of its size, the others whole. At
these limits a process takes up to 420 MB for half a second (a PNG that is long and narrow, with alpha)."""

OFTEN_MAX = 16_000_000
"""Pixels of a JPEG in several scans, through each of which the decoder walks. Apps write such, of 12 megapixels at most."""

DRAWN_MAX = PIXELS_MAX["PNG"]
"""Pixels that are drawn, at the fraction that is enough."""

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

PATIENCE = 2.0
"""Seconds to wait for the picture of another; the worst that were made for it (DC refinements of four colours, 16 megapixels,
5 MB) take 0.6. With more, a few uploads at once would hold every thread of a web process, and the gateways' messages."""

_decoding = threading.Lock()
"""One picture at a time in a process, or four threads would take a gigabyte."""


class Busy(Exception):
    """Other pictures are being drawn; this one was not looked at. Try again in some seconds."""


class Unfit(Exception):
    """No portrait can be made of this file. `problem` is one of PROBLEMS, the message its sentence."""

    def __init__(self, problem: str) -> None:
        super().__init__(PROBLEMS[problem])
        self.problem = problem


def clean(data: bytes) -> bytes:
    """The picture as JPEG: upright, WIDTH x HEIGHT, sRGB, without EXIF, GPS, profiles, comments or anything else of the file.

    Takes JPEG, PNG and WebP. Raises Unfit, and Busy where it had to wait for longer than PATIENCE.
    """
    if not data:
        raise Unfit("empty")
    if len(data) > BYTES_MAX:
        raise Unfit("too_many_bytes")
    try:
        file = picture_file.look(data)
    except Odd as odd:
        raise Unfit(str(odd)) from odd
    _check_size(file, file.width, file.height)
    if not _decoding.acquire(timeout=PATIENCE):
        raise Busy
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn_anew(file)
    except Unfit:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unfit("too_many_pixels") from error
    except Exception as error:
        # All of the input is a stranger's: decoders raise whatever they like, and all of it means the same.
        raise Unfit("broken") from error
    finally:
        _decoding.release()


def _check_size(file: File, width: int, height: int) -> None:
    most = OFTEN_MAX if file.often else PIXELS_MAX[file.kind]
    if width * height > most:
        raise Unfit("too_many_pixels")
    if min(width, height) < SIDE_MIN:
        raise Unfit("too_small")


def _drawn_anew(file: File) -> bytes:
    with Image.open(io.BytesIO(file.bare), formats=[file.kind]) as image:
        _check_size(file, *image.size)  # what the decoder takes for its size: a file may say two
        if getattr(image, "n_frames", 1) > 1:
            raise Unfit("moving")
        image.draft(None, (2 * HEIGHT, 2 * HEIGHT))
        if image.width * image.height > DRAWN_MAX:  # long and narrow: no fraction of it would do
            raise Unfit("too_many_pixels")
        image.load()
        upright = _on_white(_upright(_smaller(_even(image)), file.turned))
        fitted = ImageOps.fit(upright, (WIDTH, HEIGHT), Image.Resampling.LANCZOS, centering=CENTRE)
    fresh = Image.new("RGB", fitted.size)
    fresh.paste(fitted)  # pixels only: `info` of the old one would be written along
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""What makes a picture upright, by what EXIF says of it."""


def _upright(image: Image.Image, turned: int) -> Image.Image:
    return image.transpose(_TURNS[turned]) if turned in _TURNS else image


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
