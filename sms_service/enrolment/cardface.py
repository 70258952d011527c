"""The picture of the membership card: one PNG for the phone's screen, one PDF for the printer.

Pure but for reading its own template and fonts: the same face gives the same bytes, on any machine, with whatever fonts
that machine has. A name is untrusted text; it reaches typst as data (`sys.inputs`) and is never part of the template.
"""

import threading
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

import segno
import typst

PIXELS_PER_INCH = 300
"""85.6 x 54 mm at 300 dpi is 1011 x 638 pixels: three times the width of a small screen, and enough to print."""

LONGEST = {"name": 60, "organisation": 80, "area": 80, "number": 20}
"""Characters of each text that are drawn. More ends in an ellipsis: at the smallest size the box is nearly full by then."""

QR_ROOM_PT = 68.0
"""The widest the code may be, quiet zone included: the 24 mm right of the template's column of texts."""

QR_QUIET_ZONE = 2
"""Light modules drawn round the code. The standard asks for four; the card's paper round it gives the other two."""

_POINTS_PER_PIXEL = 72 / PIXELS_PER_INCH
_TEMPLATE = Path(__file__).with_name("card.typ")
_FONTS = Path(__file__).parent.parent / "fonts"

_LABELS = {
    "en": {
        "card": "Membership card",
        "name": "Name",
        "area": "Area",
        "number": "Member No",
        "since": "Since",
        "scan": "Scan to check",
    },
    "hi": {
        "card": "सदस्यता कार्ड",
        "name": "नाम",
        "area": "क्षेत्र",
        "number": "सदस्य संख्या",
        "since": "सदस्यता की तिथि",
        "scan": "जाँच के लिए स्कैन करें",
    },
    "sw": {
        "card": "Kadi ya uanachama",
        "name": "Jina",
        "area": "Eneo",
        "number": "Mwanachama Na.",
        "since": "Tangu",
        "scan": "Skani kuhakiki",
    },
}

_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "hi": ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"],
    "sw": ["Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ago", "Sep", "Okt", "Nov", "Des"],
}

_compiler: typst.Compiler | None = None
_compiling = threading.Lock()


@dataclass(frozen=True)
class CardFace:
    """What stands on one card. Texts may be in any script; those without a font here are drawn as empty boxes."""

    organisation: str
    number: str
    name: str
    area: str
    since: date
    verify_url: str
    language: str
    """Of the labels and the date: en, hi or sw; any other is treated as en."""


def png(face: CardFace) -> bytes:
    """The card as a picture of 1011 x 638 pixels."""
    return _render(face, "png")


def pdf(face: CardFace) -> bytes:
    """The card as one page of 85.6 x 54 mm, its text selectable."""
    return _render(face, "pdf")


def _render(face: CardFace, kind: Literal["png", "pdf"]) -> bytes:
    global _compiler
    inputs = _inputs(face)
    # A PDF carries its time of making; the card's own date there keeps equal cards equal to the byte.
    made = datetime(face.since.year, face.since.month, face.since.day, tzinfo=UTC)
    # One compiler for the process, since loading fonts costs as much as drawing. A second thread in it would get
    # RuntimeError "Already borrowed".
    with _compiling:
        if _compiler is None:
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])
            _compiler = typst.Compiler(_TEMPLATE, font_paths=fonts)
        drawn = _compiler.compile(format=kind, ppi=PIXELS_PER_INCH, sys_inputs=inputs, timestamp=made)
    assert isinstance(drawn, bytes)
    return drawn


def _inputs(face: CardFace) -> dict[str, str]:
    language = face.language if face.language in _LABELS else "en"
    texts = {
        "organisation": _drawable(face.organisation, LONGEST["organisation"]),
        "name": _drawable(face.name, LONGEST["name"]),
        "area": _drawable(face.area, LONGEST["area"]),
    }
    svg, side = _qr(face.verify_url)
    return {
        **texts,
        **{f"{field}_dir": _direction(text) for field, text in texts.items()},
        **{f"label_{field}": label for field, label in _LABELS[language].items()},
        "number": _drawable(face.number, LONGEST["number"]),
        "since": f"{face.since.day} {_MONTHS[language][face.since.month - 1]} {face.since.year}",
        "lang": language,
        "pixel_pt": str(_POINTS_PER_PIXEL),
        "title": f"{texts['organisation']} {face.number}",
        "qr_svg": svg,
        "qr_side_pt": str(side),
    }


def _drawable(text: str, longest: int) -> str:
    """One line of at most `longest` characters, without what draws nothing or redirects what is drawn after it.

    Kept are ZWJ and ZWNJ, which choose letter forms in Indic and Arabic names. Dropped are controls, lone surrogates
    and the explicit bidirectional marks (UAX #9), with which a name could turn the reading order of the line round.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(c for c in line if c in "\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
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


def _qr(url: str) -> tuple[str, float]:
    """The code as SVG and its side in points, such that every module is a whole number of the picture's pixels."""
    code = segno.make(url, error="m", micro=False)
    modules = code.symbol_size(border=QR_QUIET_ZONE)[0]
    pixels = int(QR_ROOM_PT / _POINTS_PER_PIXEL) // modules
    out = BytesIO()
    code.save(out, kind="svg", border=QR_QUIET_ZONE, xmldecl=False, svgns=True, dark="#17262b")
    return out.getvalue().decode(), modules * pixels * _POINTS_PER_PIXEL
