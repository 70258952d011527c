"""Numbers at the edge: one canonical form, or none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.channels.phones import e164, international
from tests.channels.conformance import ANY_TEXT


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+254711000111", None, "+254711000111"),
        ("+15005550006", None, "+15005550006"),
        (" +91 98765-43210 ", None, "+919876543210"),
        ("+1 (415) 555.0199", None, "+14155550199"),
        ("9876543210", "IN", "+919876543210"),
        ("0711 000 111", "KE", "+254711000111"),
        ("00254711000111", "KE", "+254711000111"),
        ("00254711000111", None, "+254711000111"),
        ("०९८७६५४३२१०", "IN", "+919876543210"),
        ("+९१९८७६५४३२१०", None, "+919876543210"),
        ("٠٧١١٠٠٠١١١", "KE", "+254711000111"),
        ("\uff0b254\u202a711000111\u202c", None, "+254711000111"),
        ("\u202a+254\u00a0711\u2011000111\u202c", None, "+254711000111"),
    ],
)
def test_a_number_has_one_form(written: str, region: str | None, number: str) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize("region", [None, "IN", "KE", "US"])
@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "+",
        "56161",
        "911",
        "22384",
        "MPESA",
        "VM-ABCDEF",
        "1-800-FLOWERS",
        "whatsapp:+254711000111",
        "+123",
        "+999123456789",
        "+25471100011122334455",
        "12345678901234567890",
        "+919876543210;ext=5",
        "+254711000111\n+254711000112",
        "+254711000111\0",
        "tel:+254711000111",
        "9" * 5000,
    ],
)
def test_what_is_no_phone_number_is_none(written: str, region: str | None) -> None:
    assert e164(written, region) is None


@given(ANY_TEXT, st.sampled_from([None, "IN", "KE", "US"]))
def test_nothing_upsets_it_and_its_answer_is_its_own_form(written: str, region: str | None) -> None:
    number = e164(written, region)
    if number is not None:
        assert re.fullmatch(r"\+[0-9]{4,17}", number)
        assert e164(number) == number


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+254711000111", "IN", "+254711000111"),
        ("254711000111", "IN", "+254711000111"),
        ("919052161119", "IN", "+919052161119"),
        ("9052161119", "IN", "+919052161119"),
        ("09052161119", "IN", "+919052161119"),
        ("09052161119", "", None),
        ("56070", "IN", None),
        ("430123", "", None),
        ("490123", "IN", None),
        ("2712345", "", None),
        ("31201234", "KE", None),
        ("+376312345", "", "+376312345"),
        ("376312345", "", "+376312345"),
        ("MPESA", "KE", None),
    ],
)
def test_a_gateways_number_is_international_or_of_its_country(written: str, region: str, number: str | None) -> None:
    assert international(written, region) == number
