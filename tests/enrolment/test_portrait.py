"""Files that people send as their photo: what becomes of real ones, and of those that somebody made to do harm."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from typing import Any
from unittest.mock import patch

import pytest
from PIL import Image, ImageDraw

from sms_service.enrolment import picture_file, portrait
from sms_service.enrolment.portrait import HEIGHT, WIDTH, Unfit, clean


def picture(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (600, 800), **options: Any) -> bytes:
    """A picture whose upper half is red and whose lower half is blue, in a real file."""
    image = Image.new("RGB", size, "#0000c8")
    ImageDraw.Draw(image).rectangle((0, 0, size[0], size[1] // 2), fill="#c80000")
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def read(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def upper_and_lower(data: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The colours a little below the upper edge, and a little above the lower one."""
    image = read(data)
    assert image.mode == "RGB"
    found = image.getpixel((WIDTH // 2, 20)), image.getpixel((WIDTH // 2, HEIGHT - 20))
    assert isinstance(found[0], tuple)
    assert isinstance(found[1], tuple)
    return found[0], found[1]


def about(found: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 25 for one, other in zip(found, wanted, strict=True))


RED, BLUE = (200, 0, 0), (0, 0, 200)


# --- what phones send ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ],
)
def test_every_kind_becomes_a_jpeg_of_the_cards_size(kind: str, mode: str, options: dict[str, Any]) -> None:
    made = clean(picture(kind, mode, **options))
    assert (read(made).format, read(made).size) == ("JPEG", (WIDTH, HEIGHT))
    upper, lower = upper_and_lower(made)
    assert about(upper, RED)
    assert about(lower, BLUE)


def test_a_grey_picture_stays_grey() -> None:
    upper, _ = upper_and_lower(clean(picture("JPEG", "L")))
    assert about(upper, (60, 60, 60))


def test_sixteen_bits_keep_their_brightness() -> None:
    image = Image.new("I;16", (300, 400), 0x8000)
    out = io.BytesIO()
    image.save(out, "PNG")
    upper, _ = upper_and_lower(clean(out.getvalue()))
    assert about(upper, (128, 128, 128))


def test_what_lets_light_through_lies_on_white_paper() -> None:
    image = Image.new("P", (300, 400), 0)
    image.putpalette([0, 0, 0] * 256)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0)
    upper, _ = upper_and_lower(clean(out.getvalue()))
    assert about(upper, (255, 255, 255))


@pytest.mark.parametrize("turned", range(1, 9))
def test_it_is_turned_upright_as_its_exif_says(turned: int) -> None:
    image = read(picture())
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = turned
    out = io.BytesIO()
    (image.transpose(back[turned]) if turned in back else image).save(out, "JPEG", exif=exif)
    upper, lower = upper_and_lower(clean(out.getvalue()))
    assert about(upper, RED)
    assert about(lower, BLUE)


def test_of_a_wide_picture_the_middle_is_kept() -> None:
    image = Image.new("RGB", (2000, 500), "#00c800")
    ImageDraw.Draw(image).rectangle((800, 0, 1200, 500), fill="#c80000")
    out = io.BytesIO()
    image.save(out, "JPEG")
    assert about(upper_and_lower(clean(out.getvalue()))[0], RED)


@pytest.mark.parametrize(
    "tail",
    [b"\0" * 20, b"\0\0\0\x18ftypmp42" + b"film" * 50, b"notes of the phone SEFT"],
    ids=["padding", "film", "seft"],
)
def test_what_phones_put_behind_a_picture_is_left_out(tail: bytes) -> None:
    assert clean(picture() + tail) == clean(picture())


def test_a_second_picture_behind_the_first_is_left_out() -> None:
    assert clean(picture() + picture(size=(160, 160))) == clean(picture())


# --- what must not stay -------------------------------------------------------------------------------------------


def test_nothing_of_the_file_but_its_pixels_stays() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home, 12 Hill Road"
    exif[0x0110] = "Phone of Ram"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (23.0, 21.0, 3.5), "E", (85.0, 20.0, 1.1)
    told: dict[str, Any] = {
        "exif": exif,
        "comment": b"<?php system($_GET[0]); ?>",
        "icc_profile": b"profile" * 20,
        "xmp": b"<x:xmpmeta/>",
    }
    dirty = picture(**told)
    assert all(one in dirty for one in (b"Hill Road", b"<?php", b"profile", b"xmpmeta"))
    assert read(dirty).getexif().get_ifd(0x8825)
    made = clean(dirty)
    assert not read(made).getexif()
    assert set(read(made).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(one in made for one in (b"Hill", b"Exif", b"<?php", b"profile", b"xmp", b"http"))


@pytest.mark.parametrize("name", ["tEXt", "eXIf", "iCCP"])
def test_nothing_of_a_png_but_its_pixels_stays(name: str) -> None:
    at = 33  # behind IHDR
    plain = picture("PNG")
    told = name.encode() + {"iCCP": b"p\0\0" + zlib.compress(b"12 Hill Road"), "tEXt": b"Comment\x0012 Hill Road"}.get(
        name, b"MM\0*\0\0\0\x08\0\0\0\0\0\0 12 Hill Road"
    )
    chunk = struct.pack(">I", len(told) - 4) + told + struct.pack(">I", zlib.crc32(told))
    made = clean(plain[:at] + chunk + plain[at:])
    assert b"Hill" not in made
    assert about(upper_and_lower(made)[0], RED)


# --- what is refused ----------------------------------------------------------------------------------------------


def png_that_says(width: int, height: int, rows: bytes) -> bytes:
    """A PNG that says this size, with these packed rows."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (300, 400), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def test_a_huge_picture_in_a_small_file_is_refused_before_it_is_decoded() -> None:
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * 20_000)
    bomb = png_that_says(20_000, 20_000, b"".join(packer.compress(row) for _ in range(2_000)) + packer.flush())
    assert len(bomb) < 150_000
    tracemalloc.start()
    with pytest.raises(Unfit) as refused:
        clean(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.problem == "too_many_pixels"
    assert peak < 2_000_000


WEBP_OF_16384 = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2

NASTY: dict[str, tuple[str, bytes]] = {
    "nothing": ("empty", b""),
    "too many bytes": ("too_many_bytes", b"\xff\xd8\xff" + bytes(portrait.BYTES_MAX)),
    "animated gif": ("wrong_kind", moving("GIF")),
    "animated png": ("moving", moving("PNG")),
    "animated webp": ("moving", moving("WEBP")),
    "svg": ("wrong_kind", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" width="300" height="300"/>'),
    "html": ("wrong_kind", b"<!doctype html><title>x</title>"),
    "bmp": ("wrong_kind", picture("BMP")),
    "tiff": ("wrong_kind", picture("TIFF")),
    "pdf": ("wrong_kind", picture("PDF")),
    "html behind the first bytes of a jpeg": ("broken", b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>"),
    "php behind a jpeg": ("not_only_a_picture", picture() + b"<?php system($_GET[0]); ?>"),
    "html behind a jpeg": ("not_only_a_picture", picture() + b"\0\0<html><script>alert(1)</script>"),
    "zip behind a jpeg": ("not_only_a_picture", picture() + b"PK\x03\x04" + bytes(60)),
    "html behind a png": ("not_only_a_picture", picture("PNG") + b"<html>"),
    "html behind a webp": ("not_only_a_picture", picture("WEBP") + b"<html>"),
    "heic": ("heic", b"\0\0\0\x18ftypheic" + bytes(400)),
    "half a jpeg": ("broken", picture()[:-2000]),
    "a jpeg without its last byte": ("broken", picture()[:-1]),
    "half a png": ("broken", picture("PNG")[:-200]),
    "half a webp": ("broken", picture("WEBP")[:-200]),
    "three bytes": ("broken", b"\xff\xd8\xff"),
    "the first line of a png": ("broken", b"\x89PNG\r\n\x1a\n"),
    "the first line of a webp": ("broken", b"RIFF\x04\0\0\0WEBP"),
    "a png that packs what is no row": ("broken", png_that_says(300, 400, zlib.compress(b"too few"))),
    "a webp of 16384 x 16384": ("too_many_pixels", WEBP_OF_16384),
    "a point": ("too_small", picture(size=(1, 1))),
    "a jpeg of 0 x 0": ("too_small", picture().replace(struct.pack(">HH", 800, 600), bytes(4), 1)),
    "noise": ("broken", b"\xff\xd8\xff" + bytes(range(256)) * 20),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_file_that_is_no_photo_is_refused_by_its_name(name: str) -> None:
    problem, data = NASTY[name]
    with pytest.raises(Unfit) as refused:
        clean(data)
    assert refused.value.problem == problem
    assert str(refused.value) == portrait.PROBLEMS[problem]


def test_every_problem_is_met() -> None:
    assert {problem for problem, _ in NASTY.values()} == set(portrait.PROBLEMS)


def test_a_jpeg_that_says_two_sizes_counts_by_the_larger() -> None:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 60_000, 60_000) + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    with pytest.raises(Unfit) as refused:
        clean(b"\xff\xd8" + frame + picture()[2:])
    assert refused.value.problem == "too_many_pixels"


# --- small files that would keep a decoder busy -------------------------------------------------------------------


def in_scans(count: int, frame: int = 0xC2, size: tuple[int, int] = (600, 800), fill: bytes = b"") -> bytes:
    """A grey progressive JPEG of so many scans: the first says nothing but zeros, each of the others that a block is empty."""

    def segment(marker: int, body: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body

    width, height = size
    head = segment(0xDB, b"\0" + b"\1" * 64) + segment(
        frame, struct.pack(">BHHB", 8, height, width, 1) + bytes((1, 0x11, 0))
    )
    codes = segment(0xC4, b"\0" + bytes([1] + [0] * 15) + b"\0") + segment(
        0xC4, b"\x10" + bytes([1, 1] + [0] * 14) + b"\xe0\0"
    )
    first = segment(0xDA, bytes((1, 1, 0, 0, 0, 0))) + bytes(-(-width // 8) * -(-height // 8) // 8 + 1)
    other = segment(0xDA, bytes((1, 1, 0, 1, 63, 0))) + b"\x3f\x7f"
    return b"\xff\xd8" + head + codes + first + fill + other * (count - 1) + b"\xff\xd9"


def test_a_jpeg_in_many_scans_is_refused_before_a_decoder_sees_it() -> None:
    assert read(clean(in_scans(picture_file.SCANS_MAX))).size == (WIDTH, HEIGHT)
    with patch.object(Image, "open", side_effect=AssertionError("a decoder saw it")):
        assert portrait_of(in_scans(picture_file.SCANS_MAX + 1)) == "broken"


def test_a_progressive_jpeg_may_have_fewer_pixels() -> None:
    assert portrait_of(in_scans(1, size=(5_000, 4_000))) == "too_many_pixels"
    assert read(clean(picture(size=(5_000, 4_000)))).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("frame", [0xC3, 0xC9, 0xCA])
def test_a_jpeg_that_is_coded_as_no_phone_codes_it_is_refused(frame: int) -> None:
    assert portrait_of(in_scans(2, frame=frame)) == "wrong_kind"


def test_a_jpeg_that_is_drawn_whole_may_not_be_as_large_as_one_that_is_drawn_smaller() -> None:
    assert portrait_of(picture(size=(1_000, 25_000))) == "too_many_pixels"


EMPTY_PNG_CHUNK = b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize(
    "data",
    [
        picture()[:2] + b"\xff\xfe\0\2" * picture_file.PARTS_MAX + picture()[2:],
        picture("PNG")[:33] + EMPTY_PNG_CHUNK * picture_file.PARTS_MAX + picture("PNG")[33:],
        b"RIFF"
        + struct.pack("<I", 4 + 8 * picture_file.PARTS_MAX)
        + b"WEBP"
        + b"note\0\0\0\0" * picture_file.PARTS_MAX,
    ],
    ids=["jpeg", "png", "webp"],
)
def test_a_file_of_very_many_parts_is_refused(data: bytes) -> None:
    with patch.object(Image, "open", side_effect=AssertionError("a decoder saw it")):
        assert portrait_of(data) == "broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_decoder_gets_nothing_but_what_it_draws(kind: str) -> None:
    """Pillow reads notes too: thousands of odd tags were as many warnings in the log."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "12 Hill Road"
    told: dict[str, Any] = {"exif": exif} | ({"comment": b"Hill"} if kind == "JPEG" else {})
    data = picture(kind, **told)
    seen: list[bytes] = []
    real = Image.open

    def see(file: io.BytesIO, **options: Any) -> Any:
        seen.append(file.getvalue())
        return real(file, **options)

    with patch.object(Image, "open", see):
        clean(data)
    [bare] = seen
    assert b"Hill" in data
    assert not any(one in bare for one in (b"Hill", b"Exif", b"EXIF", b"eXIf"))


def test_what_fills_a_jpeg_between_its_segments_is_left_out() -> None:
    assert clean(picture()[:2] + b"\xff" * 100_000 + picture()[2:]) == clean(picture())


def test_who_waits_for_others_too_long_is_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portrait, "PATIENCE", 0.01)
    with portrait._decoding, pytest.raises(portrait.Busy):
        clean(picture())
    assert clean(picture()), "the lock is free again"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_whatever_byte_is_changed_it_is_a_portrait_or_refused(kind: str) -> None:
    whole = picture(kind, size=(200, 250))
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        for change in (0x00, 0xFF, whole[at] ^ 0x55):
            data = whole[:at] + bytes([change]) + whole[at + 1 :]
            made = portrait_of(data)
            assert made in portrait.PROBLEMS if isinstance(made, str) else read(made).size == (WIDTH, HEIGHT)


def portrait_of(data: bytes) -> bytes | str:
    try:
        return clean(data)
    except Unfit as refused:
        return refused.problem
