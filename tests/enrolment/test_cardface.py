"""The membership card: any name in any script is drawn whole, as data, and the code on it leads to the check."""

from __future__ import annotations

import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sms_service.enrolment import cardface
from sms_service.enrolment.cardface import CardFace

RAM = CardFace(
    organisation="Jharkhand Sahayog Union",
    number="0000013",
    name="Ram Kumar",
    area="Booth 12, Ranchi",
    since=date(2026, 3, 14),
    verify_url="https://members.example.org/verify/0000013",
    language="en",
)

NAMES = {
    "NotoSans-SemiBold": "Kɔ́fi Ẹ̀ṣọ́ Łukasz Đặng",
    "NotoSansDevanagari-SemiBold": "श्रीमती ज्ञानेश्वरी क्षत्रिय",
    "NotoSansBengali-SemiBold": "বন্দ্যোপাধ্যায়",
    "NotoSansTamil-SemiBold": "மீனாட்சி",
    "NotoSansArabic-SemiBold": "محمد عبد الرحمن",
    "NotoSansTelugu-SemiBold": "రమేష్ కుమార్",
    "NotoSansGujarati-SemiBold": "જ્ઞાનેશ્વરી પટેલ",
    "NotoSansGurmukhi-SemiBold": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "NotoSansKannada-SemiBold": "ಕೃಷ್ಣಮೂರ್ತಿ",
    "NotoSansMalayalam-SemiBold": "കൃഷ്ണൻകുട്ടി",
    "NotoSansOriya-SemiBold": "ଜ୍ଞାନେଶ୍ୱରୀ",
    "NotoSansOlChiki-SemiBold": "ᱥᱩᱱᱤᱛᱟ ᱢᱩᱨᱢᱩ",
    "NotoSansSinhala-SemiBold": "කුමාරි",
    "NotoSansEthiopic-SemiBold": "አበበ ቢቂላ",
}

# As in card.typ, in millimetres: left, top, right, bottom of the room each text has.
ROOM = {
    "organisation": (5.6, 1.7, 80.0, 8.7),
    "name": (5.6, 18.9, 51.6, 32.3),
    "area": (5.6, 35.7, 51.6, 41.7),
    "number": (5.6, 44.0, 27.6, 51.7),
}

Pixel = tuple[int, int, int]
INK: Pixel = (0x17, 0x26, 0x2B)
PAPER: Pixel = (0xFC, 0xFB, 0xF8)


@dataclass(frozen=True)
class Picture:
    """A decoded PNG: rows of RGBA bytes."""

    width: int
    rows: list[bytes]

    def at(self, x: int, y: int) -> Pixel:
        red, green, blue = self.rows[y][4 * x : 4 * x + 3]
        return red, green, blue


@cache
def picture(face: CardFace) -> Picture:
    """The card's PNG, decoded (8-bit RGBA without interlace, which is what typst writes)."""
    data = cardface.png(face)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, *form = struct.unpack(">IIBBBBB", data[16:29])
    assert form == [8, 6, 0, 0, 0]
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    stream, stride = zlib.decompress(packed), 4 * width
    rows, above = [], bytes(stride)
    for y in range(height):
        start = y * (stride + 1)
        above = unfiltered(stream[start], stream[start + 1 : start + 1 + stride], above)
        rows.append(above)
    return Picture(width, rows)


def unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    """One row of a PNG with its filter undone (PNG specification, section 9)."""
    row = bytearray(line)
    for i, byte in enumerate(line):
        left, up, corner = (row[i - 4], above[i], above[i - 4]) if i >= 4 else (0, above[i], 0)
        if kind == 1:
            row[i] = (byte + left) & 255
        elif kind == 2:
            row[i] = (byte + up) & 255
        elif kind == 3:
            row[i] = (byte + (left + up) // 2) & 255
        elif kind == 4:
            guess = left + up - corner
            nearest = min((left, up, corner), key=lambda candidate: abs(guess - candidate))
            row[i] = (byte + nearest) & 255
    return bytes(row)


def pixels(millimetres: float) -> int:
    return round(millimetres * cardface.PIXELS_PER_INCH / 25.4)


def fonts_in(pdf: bytes) -> set[str]:
    return {name.decode() for name in re.findall(rb"/BaseFont/[A-Z]{6}\+([\w-]+)", pdf)}


def test_has_the_proportions_of_a_bank_card() -> None:
    drawn = picture(RAM)
    assert (drawn.width, len(drawn.rows)) == (1011, 638)
    pdf = cardface.pdf(RAM)
    assert pdf.startswith(b"%PDF-")
    (box,) = re.findall(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(side) * 25.4 / 72, 1) for side in box] == [85.6, 54.0]


def test_the_same_card_is_the_same_file() -> None:
    assert cardface.png(RAM) == cardface.png(replace(RAM))
    assert cardface.pdf(RAM) == cardface.pdf(replace(RAM))


@pytest.mark.parametrize(("font", "name"), NAMES.items())
def test_each_script_is_drawn_in_its_own_font_from_this_package(font: str, name: str) -> None:
    drawn_in = fonts_in(cardface.pdf(replace(RAM, name=name)))
    assert font in drawn_in
    assert {used.split("-")[0] for used in drawn_in} <= {known.split("-")[0] for known in NAMES}


@pytest.mark.parametrize(
    ("joined", "kept_apart"),
    [
        ("क्षत्रिय", "क्\u200cषत्रिय"),
        ("ज्ञानेश्वरी", "ज्\u200cञानेश्वरी"),
        ("ত্রিবেদী", "ত্\u200cরিবেদী"),
        ("லக்ஷ்மி", "லக்\u200cஷ்மி"),
        ("محمد", "م\u200cحمد"),
    ],
)
def test_letters_join_unless_the_name_keeps_them_apart(joined: str, kept_apart: str) -> None:
    assert cardface.png(replace(RAM, name=joined)) != cardface.png(replace(RAM, name=kept_apart))


def test_a_letter_with_a_loose_accent_is_not_lost() -> None:
    assert cardface.png(replace(RAM, name="Kɔ\u0301fi")) != cardface.png(replace(RAM, name="K\u0301fi"))


@pytest.mark.parametrize("written", ["*Ram*", "_Ram_", "$Ram$", "#Ram", "`Ram`", "= Ram", "Ram // x", "<Ram>", "\\Ram"])
def test_what_is_markup_in_typst_is_only_text_in_a_name(written: str) -> None:
    bare = written.strip("*_$#`=<>\\ ").removesuffix("// x").strip()
    assert bare == "Ram"
    assert cardface.png(replace(RAM, name=written)) != cardface.png(replace(RAM, name=bare))


@pytest.mark.parametrize(
    "written", ["#panic()", "#{1/0}", "#set page(fill: red)", '#read("cardface.py")', "]", '"', "@x"]
)
def test_code_in_any_text_is_drawn_and_not_run(written: str) -> None:
    drawn = picture(replace(RAM, name=written, area=written, organisation=written, number=written))
    assert drawn.width == 1011
    assert drawn.at(1005, 632) == PAPER


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        (" Ram\n\n\tKumar\r\n", "Ram Kumar"),
        ("Ram\u2028Kumar", "Ram Kumar"),
        ("\u202eRam Kumar\u202c", "Ram Kumar"),
        ("Ram\x00 Kumar\x1b", "Ram Kumar"),
        ("Ram Kumar\ud800", "Ram Kumar"),
        ("Ra\u0301m", "R\u00e1m"),
    ],
)
def test_a_name_is_one_line_in_its_own_order(written: str, same_as: str) -> None:
    assert cardface.png(replace(RAM, name=written)) == cardface.png(replace(RAM, name=same_as))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "W" * 60),
        ("name", "Venkata Subramanian Krishnamoorthy Lakshminarasimhan Iyengar"),
        ("name", "محمد عبد الرحمن بن عبد العزيز بن سليمان الحسيني الهاشمي"),
        ("area", "W" * 80),
        ("organisation", "W" * 80),
        ("number", "W" * 20),
    ],
)
def test_a_long_text_stays_in_its_room_and_is_not_cut(field: str, text: str) -> None:
    face = CardFace(**{**vars(RAM), field: text})
    usual, long = picture(RAM), picture(face)
    left, top, right, bottom = (pixels(edge) for edge in ROOM[field])
    for y, (usual_row, long_row) in enumerate(zip(usual.rows, long.rows, strict=True)):
        if top <= y <= bottom:
            assert usual_row[: 4 * left] == long_row[: 4 * left]
            assert usual_row[4 * (right + 1) :] == long_row[4 * (right + 1) :]
        else:
            assert usual_row == long_row
    ground = long.at(2, 2) if field == "organisation" else PAPER
    assert {long.at(x, bottom) for x in range(left, right)} == {ground}, "the last line is cut"


def test_a_text_beyond_its_limit_ends_in_an_ellipsis_after_a_whole_letter() -> None:
    assert cardface.png(replace(RAM, name="a" * 70)) == cardface.png(replace(RAM, name="a" * 59 + "…"))
    assert cardface.png(replace(RAM, name="a" * 58 + "कि" * 9)) == cardface.png(replace(RAM, name="a" * 58 + "…"))


@pytest.mark.parametrize("name", ["陈小明", "😀", "\ue000", "陈\u0301", ""])
def test_a_name_without_a_font_gives_a_card_with_the_number_in_its_place_and_no_boxes(name: str) -> None:
    assert cardface.png(replace(RAM, name=name)) == cardface.png(replace(RAM, name=RAM.number))
    assert cardface.pdf(replace(RAM, name=name)).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["Ram 陈 Kumar", "Ram Kumar 😀", "Ram 陈\u0301 Kumar", "陈Ram Kumar"])
def test_letters_without_a_font_are_left_out(name: str) -> None:
    assert cardface.png(replace(RAM, name=name)) == cardface.png(RAM)


def test_which_letters_have_no_font_is_told() -> None:
    assert cardface.without_font("Ram 陈小 😀 राम र्\u200dयाले") == "陈小"
    assert [name for name in NAMES.values() if cardface.without_font(name)] == []


# --- with a photo -------------------------------------------------------------------------------------------------


def jpeg(width: int = 480, height: int = 600) -> bytes:
    """A picture with a bright middle and four dark corners."""
    drawn = Image.new("RGB", (width, height), (40, 60, 90))
    drawn.paste((230, 170, 120), (width // 4, height // 4, 3 * width // 4, 3 * height // 4))
    out = BytesIO()
    drawn.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.parametrize("size", [(480, 640), (1200, 400), (300, 1500)])
def test_a_photo_is_shown_in_its_room_cut_and_never_stretched(size: tuple[int, int]) -> None:
    drawn = picture(replace(RAM, photo=jpeg(*size)))
    middle = drawn.at(pixels(5.6 + 8.5), pixels(17 + 11.3))
    assert all(abs(one - wanted) < 8 for one, wanted in zip(middle, (230, 170, 120), strict=True))
    usual = picture(RAM)
    for x, y in ((5, 16.5), (5, 40.5), (60, 30), (30, 50), (40, 5)):
        assert drawn.at(pixels(x), pixels(y)) == usual.at(pixels(x), pixels(y)), "all else stands where it stood"


def test_in_arabic_the_photo_is_on_the_right() -> None:
    drawn = picture(replace(RAM, language="ar", photo=jpeg()))
    middle = drawn.at(pixels(85.6 - 5.6 - 8.5), pixels(17 + 11.3))
    assert all(abs(one - wanted) < 8 for one, wanted in zip(middle, (230, 170, 120), strict=True))


@pytest.mark.parametrize(
    "name", ["Ram Kumar", "W" * 60, "Venkata Subramanian Krishnamoorthy Lakshminarasimhan Iyengar"]
)
def test_beside_a_photo_a_name_stays_in_its_room_and_is_not_cut(name: str) -> None:
    short, drawn = (picture(replace(RAM, name=one, photo=jpeg())) for one in ("I", name))
    for y, (one, other) in enumerate(zip(short.rows, drawn.rows, strict=True)):
        if not pixels(18.9) <= y <= pixels(32.3):
            assert one == other
    assert {drawn.at(x, pixels(32.3)) for x in range(pixels(25), pixels(51.6))} == {PAPER}, "the last line is cut"


def test_a_photo_is_in_the_pdf_and_what_is_none_still_gives_a_card() -> None:
    assert b"/DCTDecode" in cardface.pdf(replace(RAM, photo=jpeg()))
    assert cardface.pdf(replace(RAM, photo=b"no picture")).startswith(b"%PDF-")


def test_the_small_picture_is_small_in_every_script_and_with_a_photo() -> None:
    for name in NAMES.values():
        for photo in (None, jpeg()):
            small = cardface.screen(replace(RAM, name=name, photo=photo))
            assert len(small) < cardface.SCREEN_BYTES
            with Image.open(BytesIO(small)) as seen:
                assert seen.size == (337, 213)


@settings(max_examples=60, deadline=None)
@given(name=st.text(st.characters(), max_size=80), area=st.text(st.characters(), max_size=80))
def test_no_text_at_all_stops_a_card(name: str, area: str) -> None:
    assert cardface.png(replace(RAM, name=name, area=area)).startswith(b"\x89PNG")


def test_labels_and_date_are_in_the_members_language() -> None:
    cards = {language: cardface.png(replace(RAM, language=language)) for language in ("en", "hi", "sw")}
    assert len(set(cards.values())) == 3
    assert "NotoSansDevanagari-Regular" in fonts_in(cardface.pdf(replace(RAM, language="hi")))


@pytest.mark.parametrize("language", ["de", "", 'en"; #panic()'])
def test_a_language_without_labels_gets_the_english_ones(language: str) -> None:
    assert cardface.png(replace(RAM, language=language)) == cardface.png(RAM)


@pytest.mark.parametrize(
    "url",
    [
        "https://members.example.org/verify/0000013",
        "https://membership.jharkhand-sahayog-union.example.org/verify/0000013",
        "http://127.0.0.1:8000/verify/1",
        "https://members.example.org/verify/0000013?" + "1234567890" * 17,
        "https://membership.jharkhand-sahayog-union.example.org/verify/0000013?" + "9" * 171,
    ],
)
def test_the_code_in_the_picture_is_the_address_of_the_check(url: str) -> None:
    drawn = picture(replace(RAM, verify_url=url))
    right_half = range(pixels(53), drawn.width)
    dark = [(x, y) for y in range(pixels(15), pixels(43)) for x in right_half if drawn.at(x, y) == INK]
    left, top = min(x for x, _ in dark), min(y for _, y in dark)
    wanted = cardface.code_of(url)[0].matrix
    module, rest = divmod(max(x for x, _ in dark) + 1 - left, len(wanted))
    assert rest == 0
    assert module >= 6, "smaller modules than half a millimetre are hard to scan from a card"
    middle = module // 2
    seen = [
        [drawn.at(left + x * module + middle, top + y * module + middle) == INK for x in range(len(wanted))]
        for y in range(len(wanted))
    ]
    assert seen == [[bool(dot) for dot in row] for row in wanted]
    quiet = [drawn.at(x, y) for x in range(left - 4 * module, left) for y in range(top, top + len(wanted) * module)]
    assert set(quiet) == {PAPER}


@pytest.mark.parametrize(
    ("host", "code"),
    [("sms.example.org", "7-M"), ("members.example.org", "7-M"), ("membership.jharkhand-sahayog.example.org", "8-M")],
)
def test_a_signed_address_fits_a_code_of_half_a_millimetre_a_module(host: str, code: str) -> None:
    drawn, pixels = cardface.code_of(f"https://{host}/verify/0000013?" + "9" * 171)
    assert (drawn.designator, pixels) == (code, 6)
    assert pixels / cardface.PIXELS_PER_INCH * 25.4 > 0.5


def test_a_very_long_address_corrects_fewer_errors_rather_than_having_smaller_modules() -> None:
    drawn, pixels = cardface.code_of("https://" + "long." * 12 + "example.org/verify/0000013?" + "9" * 171)
    assert (drawn.error, pixels) == ("L", 6)


def test_many_threads_draw_at_once() -> None:
    faces = [replace(RAM, name=name) for name in NAMES.values()] * 3
    alone = [cardface.png(face) for face in faces]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(cardface.png, faces)) == alone
