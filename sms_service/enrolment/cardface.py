"""The picture of the membership card: one PNG for the phone's screen, one PDF for the printer.

Pure but for reading template and fonts: the same face by the same template gives the same bytes, on any machine, with
whatever fonts that machine has. A name is untrusted text; it reaches typst as data (`sys.inputs`) and is never part of
the template.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from base64 import b64encode
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import segno
import typst
from PIL import Image

from sms_service.enrolment import card_words

PIXELS_PER_INCH = 300
"""85.6 x 54 mm at 300 dpi is 1011 x 638 pixels: three times the width of a small screen, and enough to print."""

LONGEST = {"name": 60, "organisation": 80, "area": 80, "number": 20}
"""Characters of each text that are drawn. More ends in an ellipsis: at the smallest size the box is nearly full by then."""

QR_ROOM_PT = 79.4
"""The widest the code may be, quiet zone included: 28 mm, what the card has beside the template's column of texts."""

QR_MODULE_PIXELS = 6
"""The least side of one module: 0.51 mm in print. Cameras of 2012 (2 megapixels, no near focus) read no smaller ones from a
hand's breadth away; rather than go below it the code corrects fewer errors (level L: 7 in 100 instead of M: 15)."""

SCREEN_PIXELS_PER_INCH = (100, 75)
"""Of the small picture on the page: 337 x 212 pixels, a third of the other, so that the code's modules are whole pixels in
it too; and 253 x 159 for a face of so many strokes that it would take more than SCREEN_BYTES."""

SCREEN_COLOURS = 64
"""Of the small picture: enough for edges of letters and a face, and a third of the bytes."""

SCREEN_BYTES = 18_000
"""With page and style sheet it stays below 30 kB in every script: seven seconds on EDGE."""

PHOTO_SHAPE = 3, 4
"""Width to height of the photo on a card. Of another shape the middle is shown, cut at the longer sides."""

QR_INK = "#17262b"

QR_QUIET_ZONE = 2
"""Light modules drawn round the code. The standard asks for four; the card's paper round it gives the other two."""

_POINTS_PER_PIXEL = 72 / PIXELS_PER_INCH
_SIGNED = re.compile(r"(?P<address>.*\?)(?P<digits>[0-9]+)")
_PACKAGE = re.compile(rb'"@[a-z]+/')
_FONTS = Path(__file__).parent.parent / "fonts"

_compiler: typst.Compiler | None = None
_compiling = threading.Lock()


class BrokenTemplate(Exception):
    """No card can be drawn by this template. The message says the line and what is wrong there."""


@dataclass(frozen=True)
class Template:
    """How a card is drawn: the text of a Typst file, its name for messages, and the folder that it may read pictures from."""

    source: bytes
    name: str
    folder: Path


def read_template(file: Path) -> Template:
    """The template in a file, not yet checked. Raises OSError."""
    return Template(file.read_bytes(), file.name, file.parent.resolve())


SHIPPED = read_template(Path(__file__).with_name("card.typ"))


@dataclass(frozen=True)
class CardFace:
    """What stands on one card. Texts may be in any script; letters without a font here are left out (`without_font`)."""

    organisation: str
    number: str
    name: str
    area: str
    since: date
    verify_url: str
    """The whole of what the code holds."""
    language: str
    """Of the labels and the dates: one of card_words.LABELS; any other is treated as en."""
    until: date | None = None
    """The last day on which it is valid; None: as long as the membership."""
    photo: bytes | None = field(default=None, repr=False)
    """Hers, as JPEG; None: the card has none, and its texts take the room."""


SAMPLE = CardFace(
    organisation="XYZ", number="0000013", name="Sunita Devi", area="Booth 12, Kanke", since=date(2026, 1, 31),
    verify_url="https://xyz.example/verify/0000013?" + "7" * 171, language="en", until=date(2027, 1, 31),
)  # fmt: skip
"""The face that a template is tried with: every variable has a value."""


def png(face: CardFace, template: Template = SHIPPED) -> bytes:
    """The card as a picture of 1011 x 638 pixels (of the template that is shipped). Raises BrokenTemplate."""
    return _render(face, template, "png", PIXELS_PER_INCH)


def screen(face: CardFace, template: Template = SHIPPED) -> bytes:
    """The card as a picture for a small screen and a slow line. Raises BrokenTemplate."""
    usual, smaller = SCREEN_PIXELS_PER_INCH
    drawn = _in_few_colours(_render(face, template, "png", usual))
    return drawn if len(drawn) <= SCREEN_BYTES else _in_few_colours(_render(face, template, "png", smaller))


def _in_few_colours(drawn: bytes) -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(drawn)) as picture:
        few = picture.convert("RGB").quantize(SCREEN_COLOURS, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
    return out.getvalue()


def pdf(face: CardFace, template: Template = SHIPPED) -> bytes:
    """The card as one page, of 85.6 x 54 mm where it is shipped, its text selectable. Raises BrokenTemplate."""
    return _render(face, template, "pdf", PIXELS_PER_INCH)


def check_template(template: Template) -> None:
    """Draws a sample, without a photo and with one. Raises BrokenTemplate."""
    if found := _PACKAGE.search(template.source):
        line = template.source.count(b"\n", 0, found.start()) + 1
        raise BrokenTemplate(f"{template.name}:{line}: packages are not loaded; put what you need into this file")
    grey = BytesIO()
    Image.new("RGB", PHOTO_SHAPE, "grey").save(grey, "JPEG")
    png(SAMPLE, template)
    pdf(replace(SAMPLE, photo=grey.getvalue()), template)


def _render(face: CardFace, template: Template, kind: Literal["png", "pdf"], ppi: int) -> bytes:
    global _compiler
    inputs = _inputs(face)
    # A PDF carries its time of making; the card's own date there keeps equal cards equal to the byte.
    made = datetime(face.since.year, face.since.month, face.since.day, tzinfo=UTC)
    # One compiler for the process, since loading fonts costs as much as drawing. A second thread in it would get
    # RuntimeError "Already borrowed".
    with _compiling:
        if _compiler is None:
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])
            _compiler = typst.Compiler(font_paths=fonts)
        try:
            drawn = _compiler.compile(
                template.source, root=template.folder, format=kind, ppi=ppi, sys_inputs=inputs, timestamp=made
            )
        except typst.TypstError as error:
            raise BrokenTemplate(_said(error, template)) from error
    if not isinstance(drawn, bytes):
        raise BrokenTemplate(f"{template.name}: it draws {len(drawn or ())} pages; a card is one")
    return drawn


def _said(error: typst.TypstError, template: Template) -> str:
    """The first place that Typst names: `card.typ:12: unknown variable: nmae`."""
    place = re.search(r":(\d+):\d+", error.diagnostic or "")
    return f"{template.name}:{place[1] if place else '?'}: {error.message}"


def _inputs(face: CardFace) -> dict[str, str]:
    language = card_words.known(face.language)
    texts = {
        "organisation": _drawable(face.organisation, LONGEST["organisation"]),
        "name": _drawable(face.name, LONGEST["name"]),
        "area": _drawable(face.area, LONGEST["area"]),
    }
    svg, side = _qr(face.verify_url)
    number = _drawable(face.number, LONGEST["number"])
    texts["name"] = texts["name"] or number  # of letters that no font here has: the card still says whose it is
    return {
        **texts,
        **{f"{field}_dir": _direction(text) for field, text in texts.items()},
        **{f"label_{field}": label for field, label in card_words.labels(language).items()},
        "number": number,
        "since": card_words.written_date(face.since, language),
        "until": card_words.written_date(face.until, language) if face.until else "",
        "lang": language,
        "dir": "rtl" if language in card_words.RIGHT_TO_LEFT else "ltr",
        "pixel_pt": str(_POINTS_PER_PIXEL),
        "title": f"{texts['organisation']} {face.number}",
        "qr_svg": svg,
        "qr_side_pt": str(side),
        "photo_svg": _photo(face.photo) if face.photo else "",
    }


def _photo(jpeg: bytes) -> str:
    """The photo in a picture of PHOTO_SHAPE: templates get texts only, and this is the picture that is one."""
    width, height = PHOTO_SHAPE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" preserveAspectRatio="xMidYMid slice"'
        f' href="data:image/jpeg;base64,{b64encode(jpeg).decode()}"/></svg>'
    )


@cache
def _covered() -> tuple[list[int], list[int]]:
    """The characters that the fonts here have (fonts/covered.txt): where each range begins, and where it ends."""
    ranges = [line.split("-") for line in (_FONTS / "covered.txt").read_text().split()]
    return [int(first, 16) for first, _ in ranges], [int(last, 16) for _, last in ranges]


def _has_font(c: str) -> bool:
    firsts, lasts = _covered()
    place = bisect_right(firsts, ord(c)) - 1
    return c in "\u200c\u200d" or (place >= 0 and ord(c) <= lasts[place])


def without_font(text: str) -> str:
    """The letters and digits of this text that no font here has: they would be boxes, and are left out."""
    line = unicodedata.normalize("NFC", text)
    return "".join(c for c in line if unicodedata.category(c)[0] in "LN" and not _has_font(c))


def _drawable(text: str, longest: int) -> str:
    """One line of at most `longest` characters, without what draws nothing or redirects what is drawn after it.

    Kept are ZWJ and ZWNJ, which choose letter forms in Indic and Arabic names. Dropped are controls, lone surrogates
    and the explicit bidirectional marks (UAX #9), with which a name could turn the reading order of the line round; and
    what no font here has, with the signs that stand on it.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    kept, left_out = "", False
    for c in line:
        category = unicodedata.category(c)
        left_out = not _has_font(c) or (left_out and category.startswith("M"))
        if not left_out and (c in "\u200c\u200d" or category not in ("Cc", "Cf", "Cs")):
            kept += c
    kept = " ".join(kept.split())
    if len(kept) <= longest:
        return kept
    end = longest - 1
    while end > 1 and unicodedata.category(kept[end]).startswith("M"):
        end -= 1  # a vowel sign goes with its letter, or the letter that is left would be another syllable
    return kept[:end].rstrip() + "…"


def _direction(text: str) -> Literal["ltr", "rtl"]:
    """The direction of the first letter that has one (UAX #9, rules P2 and P3)."""
    for c in text:
        if unicodedata.bidirectional(c) in ("R", "AL"):
            return "rtl"
        if unicodedata.bidirectional(c) == "L":
            return "ltr"
    return "ltr"


def code_of(content: str) -> tuple[segno.QRCode, int]:
    """The code, and the side of one of its modules in pixels of the picture: with the highest error correction that leaves
    modules large enough, else the largest modules."""
    signed = _SIGNED.fullmatch(content)
    # Two segments: the digits of the signature in numeric mode take half the room that they would take as bytes.
    parts: Any = (  # the annotation of segno.make leaves segments out
        [(signed["address"], segno.consts.MODE_BYTE, "utf-8"), (signed["digits"], segno.consts.MODE_NUMERIC, None)]
        if signed
        else content
    )
    for level in ("m", "l"):
        code = segno.make(parts, error=level, micro=False, boost_error=False)
        pixels = int(QR_ROOM_PT / _POINTS_PER_PIXEL) // int(code.symbol_size(border=QR_QUIET_ZONE)[0])
        if pixels >= QR_MODULE_PIXELS:
            break
    return code, pixels


@lru_cache(maxsize=1)  # the three pictures of a card have the same one; finding it takes as long as drawing one
def _qr(content: str) -> tuple[str, float]:
    """The code as SVG and its side in points, such that every module is a whole number of the picture's pixels."""
    code, pixels = code_of(content)
    out = BytesIO()
    code.save(out, kind="svg", border=QR_QUIET_ZONE, xmldecl=False, svgns=True, dark=QR_INK)
    return out.getvalue().decode(), code.symbol_size(border=QR_QUIET_ZONE)[0] * pixels * _POINTS_PER_PIXEL
