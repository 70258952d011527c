"""Files of the office, line by line: what cannot be read is told by its number and loses no other line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sms_service.enrolment.imports import BadLine, NotReadable, open_csv, rows, safe


def read(
    content: bytes, folder: Path, columns: str = "code,name"
) -> tuple[list[tuple[int, dict[str, str]]], list[BadLine]]:
    file = folder / "some.csv"
    file.write_bytes(content)
    bad: list[BadLine] = []
    with open_csv(file) as lines:
        return list(rows(lines, columns.split(","), bad)), bad


def test_cells_may_stand_in_quotation_marks_with_commas_in_them(tmp_path: Path) -> None:
    found, bad = read(b'code,name\nGA," Goa, ""the sea"" "\n', tmp_path)
    assert (found, bad) == ([(2, {"code": "GA", "name": 'Goa, "the sea"'})], [])


def test_a_quotation_mark_that_is_not_closed_loses_its_own_line_only(tmp_path: Path) -> None:
    found, bad = read(b'code,name\nGA,"Goa\nKL,Kerala\nBR,"Bi"har\n', tmp_path)
    assert found == [(3, {"code": "KL", "name": "Kerala"})]
    assert [one.line for one in bad] == [2, 4]
    assert all(one.problem.startswith("a quotation mark is not closed in this line") for one in bad)


def test_bytes_that_are_not_utf_8_lose_their_own_line_only(tmp_path: Path) -> None:
    found, bad = read(b"code,name\nGA,Goa\nCI,C\xf4te\nKL,Kerala\nXX,a\0b\n", tmp_path)
    assert [line for line, _ in found] == [2, 4]
    assert bad == [
        BadLine(3, "this line is not UTF-8; save the file as `CSV UTF-8`"), BadLine(5, "this line holds a NUL character"),
    ]  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_as_on_any_machine_and_empty_ones_are_passed_over(tmp_path: Path, end: bytes) -> None:
    found, bad = read(end.join([b"\xef\xbb\xbfcode,name", b"GA,Goa", b"", b",", b"KL,Kerala"]), tmp_path)
    assert ([line for line, _ in found], bad) == ([2, 5], [])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("code,name\n".encode("utf-16"), "the file is UTF-16 .*save it as `CSV UTF-8"),
        (b"code;name\nGA;Goa\n", "separated by semicolons, not by commas; save it as a CSV with commas: code,name"),
        (b"code\tname\nGA\tGoa\n", "separated by tabs"),
        (b"name,town\n", "the header line lacks code; it should be code,name"),
        (b"code,name,name\n", "the header line has name twice"),
        (b"", "the header line lacks code, name"),
        (b"PK\x03\x04\xff\xfe", "the header line cannot be read: this line is not UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(NotReadable, match=told):
        read(content, tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert list(rows(io.StringIO("\ufeffcode,name\nGA,Goa\n"), ["code"], [])) == [(2, {"code": "GA", "name": "Goa"})]


@pytest.mark.parametrize("cell", ["=1+1", "+919876543210", "-1", "@SUM(A1)", "\tx"])
def test_a_cell_that_a_spreadsheet_would_compute_is_shown_as_text(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe(f"a{cell}") == f"a{cell}"
