"""A line of an enroler, in whatever order, spelling and script: read right, or asked about, and never read wrong."""

from __future__ import annotations

import pytest

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.reading.line import Line, read_line

FIELDS = tuple(Field(name, name) for name in ("mobile", "voter_id", "booth", "name"))
RAM = {"mobile": "+919876543210", "voter_id": "ABC1234567", "booth": "12", "name": "Ram Kumar"}


def line(text: str, region: str = "IN", fields: tuple[Field, ...] = FIELDS) -> Line:
    return read_line(text, fields, Setting((region,), "", 0.0))


@pytest.mark.parametrize(
    "text",
    [
        "9876543210 ABC1234567 12 Ram Kumar",
        "98765 43210 abc 1234567 12 Ram Kumar",
        "9876543210, ABC1234567, 12, Ram Kumar",
        ",9876543210,ABC1234567,12,Ram Kumar",
        "Ram Kumar 9876543210 ABC1234567 12",
        "*9876543210*ABC1234567*12*Ram Kumar#",
        "9876543210-ABC1234567-12-Ram Kumar",
        "9876543210.ABC1234567.12.Ram Kumar.",
        "NAME Ram Kumar BOOTH 12 MOB 9876543210 EPIC ABC1234567",
        "name: Ram Kumar, booth no. 12; mob: 9876543210; id: abc1234567",
        "b12 m9876543210 ABC1234567 Ram Kumar",
        "मोबाइल ९८७६५ ४३२१० बूथ नंबर १२ नाम Ram Kumar वोटर आईडी ABC१२३४५६७",
        "९８７६५４３２１０ ＡＢＣ１２３４５６７ １２ Ｒａｍ Kumar",
        "+91 98765-43210 ABC/1234567 booth 012 Ram Kumar please",
        "0091 9876543210 ABC1234567 12 Ram Kumar AGE 34",
        "9876543210 ABC1234567 12 Ram Kumar s/o Shyam Lal",
        "9876543210\u200b ABC1234567\n12\nRam  Kumar",
        "+91 98 76 54 32 10 A B C 1234567 12 Ram Kumar",
        "(+91) 98765 43210+ABC1234567+12+Ram Kumar",
        "Ram Kumar B-12 M: +91-9876543210 voter id no. ABC1234567 sir ji",
        "नाम Ram Kumar बूथ नं 12 नंबर 9876543210 pehchan patra ABC 1234567 धन्यवाद",
        "12 9876543210 ABC1234567 Ram Kumar asante sana",
    ],
)
def test_one_person_typed_in_many_ways(text: str) -> None:
    found = line(text)
    assert (found.values, found.wrong) == (RAM, {})


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("9876543210 9123456789 ABC1234567 12 Ram", {"mobile": "two_values"}),
        ("9876543210 ABC1234567 DEF1234567 12 Ram", {"voter_id": "two_values"}),
        ("9876543210 ABC1234567 12 34 Ram", {"booth": "two_values"}),
        ("9876543210 ABC1234567 BOOTH 12 Ram house 34", {"booth": "two_values"}),
        ("987654321 ABC1234567 12 Ram", {"mobile": "too_short"}),
        ("1234567890 ABC1234567 12 Ram", {"mobile": "not_mobile"}),
        ("9876543210 ABC12345678 12 Ram", {"voter_id": "wrong_shape"}),
        ("9876543210 XABC1234567 12 Ram", {"voter_id": "wrong_shape"}),
        ("Ram ABC1234567 Kumar 9876543210 12", {"name": "two_values"}),
        ("9876543210 ABC1234567 BOOTH none Ram", {"booth": "not_a_booth"}),
        ("987654321 2 ABC1234567 Ram", {"mobile": "too_short"}),
        ("9876543210 ABC123456 9 Ram", {"voter_id": "wrong_shape"}),
        ("9876543210 Ram K FBS676444 12", {"voter_id": "wrong_shape"}),
        ("9876543210 voter id no. 1234567 12 Ram", {"voter_id": "wrong_shape"}),
        ("9876543210 Amit Rao 1234567 12", {"voter_id": "wrong_shape"}),
        ("M: 9876543210 9123456789 id ABC1234567 12 Ram", {"mobile": "two_values"}),
        ("9876543210 ABC1234567 12 " + 9 * "Anantapadmanabhan ", {"name": "two_values"}),
    ],
)
def test_what_is_not_beyond_doubt_is_asked_for_and_the_rest_kept(text: str, wrong: dict[str, str]) -> None:
    found = line(text)
    assert found.wrong == wrong
    assert not set(found.values) & set(wrong)


@pytest.mark.parametrize("prefix", ["+91 ", "0091 ", "0091-", "mob: 0091 ", "(+91) "])
def test_the_country_code_of_a_phone_is_no_booth(prefix: str) -> None:
    assert line(f"{prefix}9876543210 ABC1234567 Ram").values == {name: RAM[name] for name in RAM if name != "booth"} | {
        "name": "Ram"
    }


def test_a_country_code_without_a_plus_may_be_the_booth_and_is_asked_about() -> None:
    assert line("ABC1234567 Ram 91 9876543210").wrong == {"booth": "two_values"}
    assert line("ABC1234567 12 Ram 91 9876543210").values["booth"] == "12"


def test_a_south_african_number_without_its_last_digit_is_none() -> None:
    assert line("082234274 ABC1234567 12 Ram", "ZA").wrong == {"mobile": "too_short"}


@pytest.mark.parametrize("text", ["9876543210 ABC1234567 12 thanks", "9876543210 ABC1234567 12A please"])
def test_a_courtesy_is_nobodys_name(text: str) -> None:
    assert "name" not in line(text).values


@pytest.mark.parametrize(
    ("region", "text", "name"),
    [("GH", "Kwame Asante", "Kwame Asante"), ("KE", "Juma Otieno asante", "Juma Otieno"), ("KE", "Kwame Asante", None)],
)
def test_a_word_that_may_be_thanks_or_a_name_is_asked_about_where_it_may_be_both(
    region: str, text: str, name: str | None
) -> None:
    assert line(f"+919876543210 ABC1234567 12 {text}", region).values.get("name") == name


def test_a_phone_that_could_be_two_is_none() -> None:
    found = line("MEP8810551 Kofi 264 024 823 7872", "GH")
    assert set(found.wrong) == {"mobile", "booth"}


@pytest.mark.parametrize(
    ("text", "name", "value", "typed"),
    [
        ("9876543210 UO10468918 12 Ram", "voter_id", "UOI0468918", "UO10468918"),
        ("9876543210 ABC12345S7 12 Ram", "voter_id", "ABC1234557", "ABC12345S7"),
        ("98765 O3210 ABC1234567 12 Ram", "mobile", "+919876503210", "98765 O3210"),
        ("9876543210 ABC1234567, I50, Ram", "booth", "150", "I50"),
        ("9876543210 ABC1234567 l2 Ram", "booth", "12", "l2"),
    ],
)
def test_signs_that_are_confused_are_repaired_where_the_shape_demands_it_and_told(
    text: str, name: str, value: str, typed: str
) -> None:
    found = line(text)
    assert found.values[name] == value
    assert found.repaired == {name: typed}


def test_a_legacy_id_and_a_failing_check_digit_are_flagged_not_refused() -> None:
    assert line("9876543210 UP/27/123/456789 12 Ram").flagged == {"voter_id": "legacy"}
    assert line("9876543210 ABC1234567 12 Ram").flagged == {"voter_id": "check_digit"}
    assert line("9876543210 WKH1186253 12 Ram").flagged == {}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("M. K. D'Souza-Khan", "M. K. D'Souza-Khan"),
        ("र्\u200dयाले शेर्पा", "र्\u200dयाले शेर्पा"), ("मो. अली", "मो. अली"), ("R Ramesh", "R Ramesh"),
        ("Kwame Asante", "Kwame Asante"), ("Ng’ang’a Kamau", "Ng'ang'a Kamau"), ("thank you Ram", "Ram"),
        ("N Rao", "N Rao"), ("R.  K. Rao", "R. K. Rao"), ("R.K. Rao", "R.K. Rao"), ("Mata Prasad", "Mata Prasad"),
        ("Kura Singh", "Kura Singh"), ("Stop Singh", "Stop Singh"), ("D`Souza", "D'Souza"),
        ("Juma Ochieng'", "Juma Ochieng'"), ("Ochieng’ Otieno", "Ochieng' Otieno"), ("'Ram Kumar'", "Ram Kumar"),
    ],
)  # fmt: skip
def test_names_of_any_script_stay_as_they_are(typed: str, name: str) -> None:
    assert line(f"9876543210 ABC1234567 12 {typed}").values["name"] == name
    assert line(f"{typed} 9876543210 ABC1234567 12").values["name"] == name


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ("9876543210 ABC12345 12 Ram Kumar", "voter_id", "wrong_shape"),
        ("98765432 10 ABC1234567 Ram Kumar", "mobile", "not_a_number"),
    ],
)
def test_a_number_does_not_borrow_its_end_from_a_field_that_is_missing(text: str, field: str, problem: str) -> None:
    assert line(text).wrong == {field: problem}
    assert line(text.replace("ABC12345 12", "ABC12 345 67").replace("98765432 10", "98765 43210")).wrong == {}


def test_an_id_of_five_signs_is_a_wrong_one_not_two() -> None:
    assert line("9876543210 ABC12 12 Ram Kumar").wrong == {"voter_id": "wrong_shape"}


def test_another_organisation_asks_for_other_fields() -> None:
    fields = (Field("mobile", "mobile"), Field("union_card", "number"), Field("age", "number"), Field("name", "name"))
    found = line("Ram 9876543210 union card 4711 age 34", fields=fields)
    assert found.values == {"mobile": "+919876543210", "union_card": 4711, "age": 34, "name": "Ram"}
    assert line("9876543210 4711 34 Ram", fields=fields).values["union_card"] == 4711, (
        "else the order of the flow counts"
    )
