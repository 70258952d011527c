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


@pytest.mark.parametrize(
    "text",
    [
        "Dear sir, REG 9876543210 ABC1234567 12 Ram Kumar", "Namaste RAG 9876543210 ABC1234567 12 Ram Kumar",
        "nameRam Kumar 9876543210 ABC1234567 12", "नामRam Kumar 9876543210 ABC1234567 12",
        "9876543210 kadiABC1234567 12 Ram Kumar", "9876543210 VIDABC1234 567 12 Ram Kumar",
        "9876543210 EPICABC/1234567 12 Ram Kumar", "Ram Kumar 9876543210 epic noABC1234567 12",
        "ABC1234567 12 Ram Kumar M-+919876543210", "12 Ram Kumar no 9876543210 ABC1234567",
        "9876543210 ABC1234567 12 this person Ram Kumar", "new entry Ram Kumar 9876543210 ABC1234567 12",
        "98765 43210 +919876543210 ABC1234567 abc 1234567 12 booth 12 Ram Kumar",
        "mobile no is 9876543210 and voter id is ABC1234567 and booth is 12 and name is Ram Kumar",
        "mera naam Ram Kumar hai 9876543210 ABC1234567 12", "my name is Ram Kumar, 9876543210, ABC1234567, 12",
        "1. Ram Kumar 2. 9876543210 3. ABC1234567 4. 12", "1) 9876543210\n2) ABC1234567\n3) 12\n4) Ram Kumar",
        "Ram Kumar 9876543210 एबीसी१२३४५६७ 12", "Ram Kumar whatsapp 9876543210 ABC1234567 12",
    ],
)  # fmt: skip
def test_what_people_put_around_the_values_is_no_part_of_them(text: str) -> None:
    found = line(text)
    assert (found.values, found.wrong) == (RAM, {})


@pytest.mark.parametrize(
    "name",
    ["Namerata Devi", "Jinah Khan", "Kadiri Musa", "NamIta Devi", "Said Noor", "Both Ram", "Stop Singh", "Leo Hawa",
     "Ram Das A", "José do Rosario"],
)  # fmt: skip
def test_names_that_begin_like_labels_and_courtesies_stay_whole(name: str) -> None:
    assert line(f"{name} 9876543210 ABC1234567 12").values["name"] == name


@pytest.mark.parametrize(
    "words",
    [
        "Ram Kumar STOP", "Ram Kumar no whatsapp", "R@m Kumar", "Ram Kumar and Sita Devi", "Ram Kumar aur Sita Devi",
        "Ram & Sita", "A B C D E F and G H I J K L", "twelve Babu", "spelling Ram", "not Ram but Shyam", "yes", "wrong",
    ],
)  # fmt: skip
def test_words_that_no_name_has_are_asked_about(words: str) -> None:
    found = line(f"9876543210 ABC1234567 12 {words}")
    assert found.values == {"mobile": RAM["mobile"], "voter_id": RAM["voter_id"], "booth": "12"}
    assert set(found.wrong) == {"name"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Naya Kumari 9876543210 ABC1234567 12", {"name"}), ("Enter Singh 9876543210 ABC1234567 12", {"name"}),
        ("Ok Chand 9876543210 ABC1234567 12", {"name"}), ("Hello Jon Otieno 9876543210 ABC1234567 12", {"name"}),
        ("Hello sir RAG Nomvula 9876543210 ABC1234567 12", {"name"}),
        ("Nii-Lante B. 969 9876543210 ABC1234567", {"name"}), ("9876543210 ABC1234567 12 A Ram", {"booth", "name"}),
    ],
)  # fmt: skip
def test_a_word_that_may_be_either_is_asked_about(text: str, wrong: set[str]) -> None:
    assert set(line(text).wrong) == wrong


def test_capitals_and_signs_tell_a_courtesy_from_a_name() -> None:
    assert line("new Ram Kumar 9876543210 ABC1234567 12").values["name"] == "Ram Kumar"
    assert line("Ok, Ram Kumar 9876543210 ABC1234567 12").values["name"] == "Ram Kumar"
    assert line("9876543210 ABC1234567 12 A. Ram").values["name"] == "A. Ram"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("booth twelve", {"booth": "not_a_booth"}), ("name 12", {"name": "has_digits"}),
        ("phone galat hai", {"mobile": "not_a_number"}), ("id ABC12", {"voter_id": "wrong_shape"}),
        ("wrong name", {"name": "not_a_name"}), ("naam galat hai", {"name": "not_a_name"}), ("delete", {"name": "not_a_name"}),
    ],
)  # fmt: skip
def test_what_stands_behind_a_label_is_of_its_field_even_where_it_does_not_fit(
    text: str, wrong: dict[str, str]
) -> None:
    found = line(text)
    assert (found.values, found.wrong) == ({}, wrong)


@pytest.mark.parametrize("text", ["9876543210 ABC1234567 1O Ram", "9876543210 ABC1234567 booth 1O Ram"])
def test_an_o_at_the_end_of_a_booth_is_a_nought_and_told(text: str) -> None:
    found = line(text)
    assert (found.values["booth"], found.repaired, found.values["name"]) == ("10", {"booth": "1O"}, "Ram")
    assert "booth" not in line("9876543210 ABC1234567 12O. P. Nayyar").repaired


def test_one_number_for_two_fields_is_neither_and_nothing_is_said_of_two() -> None:
    fields = (*FIELDS[:3], Field("age", "number"), FIELDS[3])
    found = line("9876543210 ABC1234567 11 Gita", fields=fields)
    assert (set(found.values), found.wrong) == ({"mobile", "voter_id", "name"}, {})
    for label in ("umar", "umri", "आयु", "age"):
        assert line(f"9876543210 ABC1234567 11 Gita {label} 25", fields=fields).values["age"] == 25


def test_a_receipt_and_a_reference_as_they_are_typed() -> None:
    fields = tuple(Field(name, name) for name in ("ref", "receipt", "amount"))
    fee = {"ref": "6N6WS", "receipt": "B1207", "amount": "5"}
    assert line("6 N6WS B1207 5", fields=fields).values == fee
    found = line("6N6WS B12O7 5", fields=fields)
    assert (found.values, found.repaired) == (fee, {"receipt": "B12O7"})


@pytest.mark.parametrize("label", ["age", "umra", "village no", "pin"])
def test_a_number_that_nobody_asked_for_is_no_booth(label: str) -> None:
    assert "booth" not in line(f"9876543210 ABC1234567 Ram {label} 25").values
    assert line(f"9876543210 ABC1234567 12 Ram {label} 25").values["booth"] == "12"


def test_a_name_that_ends_like_a_label_is_not_cut_short() -> None:
    assert line("Ali Umar 12 9876543210 ABC1234567").wrong == {"name": "two_values"}


def test_a_change_is_read_as_it_is_said() -> None:
    assert line("please change name to Shyam Lal").values == {"name": "Shyam Lal"}
    assert line("booth to 14").values == {"booth": "14"}
    assert line("name Ram Kumar is correct").wrong["name"] == "two_values"


@pytest.mark.parametrize("name", ["Del Person", "Ram Dear", "Ram Kare"])
def test_a_last_word_that_may_be_of_the_name_never_vanishes(name: str) -> None:
    found = line(f"9876543210 ABC1234567 12 {name}")
    assert ("name" not in found.values, found.wrong) == (True, {"name": "two_values"})


@pytest.mark.parametrize(
    "text", ["{} 12 Karen Wanjiru", "Wanjiru Karen {} 12", "{} 12 Karen", "{} 12 Ram Person Kumar"]
)
def test_what_names_hold_is_kept(text: str) -> None:
    name = text.replace("{}", "").replace("12", "").strip()
    assert line(text.format("9876543210 ABC1234567")).values["name"] == name
