"""Who somebody is: names, mobile numbers, voter IDs, national IDs, booths."""

from __future__ import annotations

import pytest

from sms_service.enrolment.answer_types import shapes
from sms_service.enrolment.answer_types.identity import formats, with_own_formats
from tests.enrolment.answer_types.reading import read, setting


@pytest.mark.parametrize(
    "typed",
    [
        "9876543210", "09876543210", "+919876543210", "919876543210", "00919876543210", "98765 43210", "98765-43210",
        "(98765)43210", "+91 98765.43210", "९८७६५४३२१०", "٩٨٧٦٥٤٣٢١٠",
    ],
)  # fmt: skip
def test_a_mobile_number_in_any_of_its_spellings(typed: str) -> None:
    assert read("mobile", typed) == "+919876543210"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "not_a_number"), ("+", "not_a_number"), ("98765x43210", "not_a_number"), ("9876543210?", "not_a_number"),
        ("9876543210 ext 5", "not_a_number"), ("12345", "too_short"), ("987654321", "too_short"),
        ("987654321012345678", "too_long"), ("98765432101", "too_long"), ("022 22222222", "not_mobile"),
        ("1234567890", "not_mobile"), ("+999 12345678", "not_mobile"),
    ],
)  # fmt: skip
def test_what_is_no_mobile_number(typed: str, problem: str) -> None:
    assert read("mobile", typed) == f"?{problem}"


def test_a_number_without_its_country_is_of_the_first_that_has_such_mobiles() -> None:
    at = setting(regions=("KE", "IN"))
    assert read("mobile", "0712345678", at) == "+254712345678"
    assert read("mobile", "9876543210", at) == "+919876543210"
    assert read("mobile", "+254712345678") == "+254712345678"
    assert read("mobile", "9876543210", setting(regions=())) == "?not_a_number"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ABC1234567", "ABC1234567"), ("abc 123 4567", "ABC1234567"), ("ABC/1234567", "ABC1234567"),
        ("abc-1234567", "ABC1234567"), ("ABC१२३४५६७", "ABC1234567"), ("AB1234567", "?wrong_shape"),
        ("ABC12345678", "?wrong_shape"), ("ABCD123456", "?wrong_shape"), ("0BC12345S7", "OBC1234557"),
        ("UP/27/123/456789", "UP/27/123/456789"), ("ABCOOO4567", "?wrong_shape"),
        ("1234567ABC", "?wrong_shape"), ("", "?wrong_shape"),
    ],
)  # fmt: skip
def test_a_voter_id(typed: str, found: str) -> None:
    assert read("voter_id", typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [("12", "12"), ("012", "12"), ("12a", "12A"), ("12 A", "12A"), ("१२", "12"), ("9999", "9999"), ("10000", "?too_large")]
    + [(wrong, "?not_a_booth") for wrong in ("0", "twelve", "12AB", "A12", "-1", "1.5", "")],
)  # fmt: skip
def test_the_number_of_a_booth(typed: str, found: str) -> None:
    assert read("booth", typed) == found


@pytest.mark.parametrize(
    "name",
    [
        "Ram Kumar", "राम कुमार", "க. ராமன்", "محمد علي", "O'Brien", "D’Souza", "Mary-Jane", "Ngũgĩ wa Thiong'o",
        "क्\u200dष राम",
    ],
)  # fmt: skip
def test_a_name_of_any_script(name: str) -> None:
    assert read("name", f" {name}. ") == name


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("A", "too_short"), ("", "too_short"), ("-", "too_short"), ("..", "too_short"), ("Ram2", "has_digits"),
        ("राम २", "has_digits"), ("x" * 61, "too_long"), ("' '", "not_a_name"), ("😀 Ram", "not_a_name"),
        ("{{ x }}", "not_a_name"), ("=cmd()", "not_a_name"), ("<b>", "not_a_name"),
    ],
)  # fmt: skip
def test_what_is_no_name(typed: str, problem: str) -> None:
    assert read("name", typed) == f"?{problem}"


@pytest.mark.parametrize(
    ("wanted", "typed", "found"),
    [
        ("in.pan", "acupa 7085 r", "ACUPA7085R"), ("in.pan", "ACUPA7085", "?wrong_shape"),
        ("in.pan", "राम", "?wrong_shape"), ("za.idnr", "750330 5044 08 9", "7503305044089"),
        ("za.idnr", "7503305044088", "?wrong_check_digit"), ("id.nik", "3171011708450001", "3171011708450001"),
        ("pk.cnic", "34201-0891231-8", "3420108912318"), ("in.aadhaar", "२३४१२३४१२३४६", "234123412346"),
        ("in.aadhaar", "234123412347", "?wrong_check_digit"), ("gh.tin", "C0020803J62", "?wrong_shape"),
        ("in.pan", "A" * 500, "?wrong_shape"), ("os.system", "1", "?wrong_shape"), ("in.pan", "", "?wrong_shape"),
    ],
)  # fmt: skip
def test_a_national_id(wanted: str, typed: str, found: str) -> None:
    assert read("national_id", typed, format=wanted) == found


def test_a_format_of_national_id_that_is_not_there_is_told_with_the_nearest() -> None:
    check = shapes()["national_id"].check
    assert check({"format": "in.pan"}) == check({}) == ""
    assert check({"format": "in.pam"}) == "python-stdnum knows no format in.pam; did you mean in.pan?"
    assert check({"format": "luhn"}).endswith("it is country.number, such as in.pan, za.idnr or pk.cnic")


UNION = {"union_card": {"pattern": "[A-Z]{2}[0-9]{6}", "example": "AB123456"}}


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ab 123 456", "AB123456"), ("AB-123456.", "AB123456"), ("ABI23456", "AB123456"), ("AB12345", "?wrong_shape"),
     ("१२३४५६", "?wrong_shape"), ("AB१२३४५६", "AB123456")],
)  # fmt: skip
def test_a_national_id_of_an_organisations_own(typed: str, found: str) -> None:
    assert read("national_id", typed, format="union_card", **UNION["union_card"]) == found


def test_the_checker_knows_an_organisations_own_formats_beside_those_of_stdnum() -> None:
    shape = with_own_formats(UNION)
    assert shape.check({"format": "union_card"}) == shape.check({"format": "in.pan"}) == ""
    assert shape.check({"format": "union_crad"}).endswith("did you mean union_card?")
    assert shape.longest({"format": "union_card"}, "hi") == "ZZ999999"
    assert len(shape.longest({"format": "in.pan"}, "hi")) == 10
    assert shape.settings({"format": "union_card"}) == UNION["union_card"]
    assert shape.settings({"format": "in.pan"}) == {}


@pytest.mark.parametrize("wanted", formats())
def test_every_format_of_national_id_can_be_used(wanted: str) -> None:
    longest = shapes()["national_id"].longest({"format": wanted}, "hi")
    assert 4 <= len(longest) <= 32
    assert read("national_id", "no such number!", format=wanted) == "?wrong_shape"
    assert read("national_id", longest, format=wanted) in (longest, "?wrong_shape")  # mu.nid shows no number
