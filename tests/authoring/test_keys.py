"""The keys that a text names: all, no other, and beside the right words. What is right in any way of writing is not blamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sms_service.authoring.key_questions import NO_KEY, YES_KEY
from sms_service.authoring.translations import Import, read_import, write_import
from sms_service.enrolment.answer_types import choices
from tests.authoring.checking import VOCABULARY, findings_of
from tests.authoring.translating import flow_file, po

CONSENT = "consent: {purpose: membership, yes: {key: 1, next: b}, other: {2: b}, no: {key: 3, next: b}}"
TWO = "consent: {purpose: membership, yes: {key: 1, next: b}, no: {key: 3, next: b}}"
MENU = "choose: {1: b, 2: b, 3: b}"
TURNED = str.maketrans("13१३১৩௧௩١٣", "31३१৩১௩௧٣١")


def flow(kind: str, **texts: str) -> str:
    """A flow with one question, its text in each language on line 8 and below."""
    said = "".join(f"      {language}: {json.dumps(text, ensure_ascii=False)}\n" for language, text in texts.items())
    head = f"flow: x\nabout: A.\nstarts: {{keywords: [GO]}}\nlanguages: [{', '.join(texts)}]\nstates:\n  a:\n    say:\n"
    return f"{head}{said}    {kind}\n  b: {{end: true}}\n"


RIGHT = [
    ("en", "Right and I join: 1. A mistake: 2. Not me or no: 3"),
    ("hi", "सही है, सदस्य बनूंगा: 1, गलती है: 2, मैं नहीं/नहीं: 3"),
    ("sw", "kituo 4. Sahihi, najiunga: 1. Kosa: 2. Si mimi au hapana: 3"),
    ("hi", "सदस्य बनने हेतु 1, गलती 2, नहीं 3 भेजें। आपकी हां के बिना कुछ नहीं होगा।"),
    ("sw", "Tuma 1 kama sahihi na unajiunga, 2 kama kuna kosa, 3 kwa hapana. Bila 1 au NDIYO hakuna kitakachofanyika."),
    ("en", "Reply YES or 1 to join, NO or 3"),
    ("en", "Reply YES or 1 to join, NO or 3 to refuse."),
    ("en", "Reply 1 or YES to join, 3 or NO to refuse"),
    ("en", "Join? 1 yes 3 no"),
    ("en", "Join: 1 yes, 3 no"),
    ("en", "Join XYZ\n1 Yes\n3 No"),
    ("en", "May we? Yes 1. No 3."),
    ("en", "1. Yes 3. No"),
    ("en", "Yes (1) or No (3)?"),
    ("en", "1-Yes, 3-No"),
    ("en", "Yes 1/No 3"),
    ("en", "If you agree press 1. If you do not, press 3"),
    ("en", "Your form 1 of 3. Yes: 1. No: 3"),
    ("bn", "হ্যাঁ: ১, না: ৩"),
    ("ta", "ஆம்: ௧, இல்லை: ௩"),
    ("ar", "نعم: ١، لا: ٣"),
    ("fr", "1 pour oui, 3 pour non"),
]


@pytest.mark.parametrize(("language", "text"), RIGHT)
def test_a_consent_is_right_as_it_stands_and_wrong_with_its_keys_exchanged(
    tmp_path: Path, language: str, text: str
) -> None:
    kind = CONSENT if "2" in text else TWO
    assert not wrong(findings_of(tmp_path, flow(kind, **{language: text})))
    [found] = wrong(findings_of(tmp_path, flow(kind, **{language: text.translate(TURNED)})))
    assert f"in {language} " in found


def wrong(findings: list[str]) -> list[str]:
    """Those about keys; the lengths of texts are not what is looked at here."""
    return [found for found in findings if " stands with " in found or " key" in found]


@pytest.mark.parametrize(
    "text",
    [
        "If there is no mistake send 1, else 3",
        "If there is no mistake: 1. Refuse: 3",
        "XYZ: we do not sell your data, member: 1, leave: 3",
        "Do you want to join? No obligation. 1 Join 3 Leave",
        "Yes? 1. No? 3",
        "Right, 1. No, 3.",
        "If right, 1. If not right, 3.",
        "I have no objection: 1. I object: 3",
        "Not a member yet! Become one with 1, stay out with 3",
        "Booth No 1. Join: 1. Refuse: 3",
        "YES/1 or NO/3",
        "1/YES or 3/NO",
        "Yes I join: 1, no, not me: 3",
        "We ask, no pressure: 1 I'm in, 3 not now",
        "Reply 1 to join, NO to refuse",
        "Reply 1 to join. Else do nothing",
        "1 to join, 7 days left",
        "Reply YES or NO",
        "Yes: 1. No: 3. Room: 7",
        "Reply YES or NO. May we come at 1 or 4?",
        "Fee 2: yes 1, no 3",
        "To join send 1, to refuse 3. Call 1800 11 1950 or see www.x.in/5 by 5/12 for Rs 4",
        "1 yes, 3 no. 00 to the first, 98 more",
        "{% if org == 'X' %}Right: 1{% else %}Yes: 1{% endif %}. No: 3",
        "Say yes with 1 and no with 3",
    ],
)
def test_what_may_be_right_is_not_blamed(tmp_path: Path, text: str) -> None:
    assert wrong(findings_of(tmp_path, flow(TWO, en=text))) == []


@pytest.mark.parametrize(
    "texts",
    [
        {"en": "Tea: 1. Milk: 2. Soup: 3", "sw": "1 chai, 2 maziwa, 3 supu"},
        {"en": "Soup: 3. Tea: 1. Milk: 2", "sw": "Chai: 1. Maziwa: 2. Supu: 3"},
        {"en": "1 Ram, 2 Sita, 3 {{ org }}", "sw": "3 {{ org }}, 1 Ram, 2 Sita"},
        {"en": "1 bad, 2 fair, 3 good", "sw": "1 hadi 3"},
        {"en": "1 yes, 2 no, 3 later", "sw": "3 baadaye, 1 ndiyo, 2 hapana"},
    ],
)
def test_menus_may_differ_where_the_words_show_why(tmp_path: Path, texts: dict[str, str]) -> None:
    assert wrong(findings_of(tmp_path, flow(MENU, **texts))) == []


def test_values_beside_other_keys_show_nothing(tmp_path: Path) -> None:
    [found] = wrong(findings_of(tmp_path, flow(MENU, en="1 {{ org }}, 2 us, 3 them", sw="3 {{ org }}, 1 sisi, 2 wao")))
    assert "in sw the keys stand as 3, 1, 2" in found


def test_words_of_a_menu_spare_a_language_the_keys(tmp_path: Path) -> None:
    words = "choose: {1: {next: b, words: {sw: [chai]}}, 2: {next: b, words: {sw: [maziwa]}}}"
    assert wrong(findings_of(tmp_path, flow(words, en="Tea 1, milk 2", sw="Chai au maziwa?"))) == []
    [found] = wrong(findings_of(tmp_path, flow("choose: {1: b, 2: b}", en="Tea 1, milk 2", sw="Chai au maziwa?")))
    assert found == "9:11: in sw this text names no key, in en it names 1, 2: name them here too"


def test_a_language_without_words_of_the_service_is_told_by_the_order_of_its_keys(tmp_path: Path) -> None:
    [found] = wrong(findings_of(tmp_path, flow(CONSENT, en=RIGHT[0][1], mr="हो: 3, चूक: 2, नाही: 1")))
    assert found.startswith("9:16: warning: in mr the keys stand as 3, 2, 1, in en as 1, 2, 3: look whether")
    assert wrong(findings_of(tmp_path, flow(CONSENT, en=RIGHT[0][1], hi="नहीं: 3, गलती: 2, सही: 1"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Yes: 1. No: 3. Room: 4",
        "1 yes, 3 no, 4 later",
        "1. Yes 3. No 4. Later",
        "Yes 1, no 3 or later 4",
        "हां 1, नहीं 3, बाद में 4",
        "Yes (1) No (3) Later (4)",
        "1, 3 or 4?",
        "Yes - 1, No - 3, Later - 4",
        "1 - Yes\n3 - No\n4 - Later",
    ],
)
def test_a_key_too_many_is_told_wherever_it_stands(tmp_path: Path, text: str) -> None:
    [found] = wrong(findings_of(tmp_path, flow(TWO, **{"en" if text.isascii() else "hi": text})))
    assert " 4 reads like a key here and is none: the keys are 1, 3, " in found


@pytest.mark.parametrize(
    "text",
    [
        "Send 1, 2 or 3 within 4 days",
        "1 tea, 2 milk, 3 soup. 4 days left",
        "Tea 1, milk 2, soup 3. Table 4.",
        "Tea: 1. Milk: 2. Soup: 3. 4 left",
        "Tea: 1. Milk: 2. Soup: 3. Price: 4 Rs",
        "Tea - 1, milk - 2, soup - 3. Open 4 - 6",
        "Tea: 1. Milk: 2. Soup: 3. Shop: 14",
        "Day 4: tea 1, milk 2, soup 3",
        "1 tea\n2 milk\n3 soup\n0 back\n98 more",
        "Tea 1, milk 2, soup 3, for you 4 only",
        "Tea 1. Milk 2. Soup 3. We open 1 to 4.",
        "Give 1, 2 or 3 to 4 of us",
    ],
)
def test_other_numbers_behind_the_keys_are_none(tmp_path: Path, text: str) -> None:
    assert wrong(findings_of(tmp_path, flow(MENU, en=text))) == []


def after_a_wrong_answer(folder: Path, text: str) -> list[str]:
    kind = f"choose: {{1: b, 2: b}}\n    unclear: {{say: {json.dumps(text, ensure_ascii=False)}, times: 1, then: b}}"
    return wrong(findings_of(folder, flow(kind, en="Tea 1, milk 2")))


@pytest.mark.parametrize("text", ["Send 1 or 3", "Only 1, 2, 3.", "Tea: 1. Milk: 2. Soup: 3", "1 या 3"])
def test_a_wrong_key_in_the_text_after_a_wrong_answer_is_told(tmp_path: Path, text: str) -> None:
    [found] = after_a_wrong_answer(tmp_path, text)
    assert " 3 reads like a key" in found


@pytest.mark.parametrize(
    "text", ["Send 1 or 2", "Send 1 or 2 in 3 days", "1 or 3 hours are left", "We need it by 3", "1 of 3: sorry"]
)
def test_other_numbers_in_the_text_after_a_wrong_answer_are_none(tmp_path: Path, text: str) -> None:
    assert after_a_wrong_answer(tmp_path, text) == []


# --- questions of yes or no, menus with labels ------------------------------------------------------------------------

YES_NO = "ask: {into: m, type: yes_no}\n    next: b"
GENDER = "ask: {into: g, type: choice, options: {f: {label: Female}, m: {label: Male}}}\n    next: b"


def test_the_keys_of_a_yes_no_are_those_that_the_type_takes() -> None:
    assert (YES_KEY, NO_KEY) == (choices.YES_KEY, choices.NO_KEY)


@pytest.mark.parametrize(("language", "text"), [one for one in RIGHT if "2" not in one[1] and " of " not in one[1]])
def test_a_yes_no_is_right_with_its_keys_and_wrong_with_them_exchanged(
    tmp_path: Path, language: str, text: str
) -> None:
    right = text.translate(str.maketrans("3३৩௩٣", "2२২௨٢"))
    turned = right.translate(str.maketrans("12१२১২௧௨١٢", "21२१২১௨௧٢١"))
    assert wrong(findings_of(tmp_path, flow(YES_NO, **{language: right}))) == []
    [found] = wrong(findings_of(tmp_path, flow(YES_NO, **{language: turned})))
    assert "1 is yes, 2 is no in every yes_no" in found or "2 is no; yes is 1" in found


@pytest.mark.parametrize(
    "text",
    [
        "Are you married?",
        "Is your booth No 1 or No 2?",
        "Have you 1 or 2 children, or 3?",
        "Did you vote on 1 or 2 May? Yes or no",
        "Form no 1. Married? Yes/No",
        "Did you get letters 1, 2 and 3?",
        "No 1: is it you?",
        "1 year or 2 ago, no matter: did you move?",
    ],
)
def test_numbers_in_a_yes_no_need_not_be_keys(tmp_path: Path, text: str) -> None:
    assert wrong(findings_of(tmp_path, flow(YES_NO, en=text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Gender?",
        "Gender? Female 1, male 2",
        "1 Female, 2 Male",
        "Male or female? Send 1 or 2",
        "Male, female: send 1 or 2",
        "I am a man: 2, a woman: 1",
        "Send 2 for male, 1 for female",
        "Male voters of booth 1, voters of ward 12, female ones, who are you?",
    ],
)
def test_a_text_may_number_a_menu_as_it_is(tmp_path: Path, text: str) -> None:
    assert wrong(findings_of(tmp_path, flow(GENDER, en=text))) == []


@pytest.mark.parametrize("text", ["Gender? Male 1, Female 2", "1. Male\n2. Female", "2 for female, 1 for male"])
def test_a_text_that_numbers_a_menu_otherwise_is_told(tmp_path: Path, text: str) -> None:
    [found] = wrong(findings_of(tmp_path, flow(GENDER, en=text)))
    assert "in the menu below: leave the keys out of the text" in found


@pytest.mark.parametrize(
    "text",
    ["What? {{ note }}", "{% for x in [1, 2] %}{{ x }} {% endfor %}", "What? 9 is help", "What? Or write HELPER"],
)
def test_an_option_without_a_label_may_be_told_of_in_the_text(tmp_path: Path, text: str) -> None:
    kind = "choose: {1: {label: Tea, next: b}, 9: {next: b, words: {en: [helper]}}}"
    assert [one for one in findings_of(tmp_path, flow(kind, en=text)) if "has no label" in one] == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ note }}: tea or milk?",
        "{% if org %}1 tea, 2 milk, 3 soup{% endif %}",
        "Send 1-3",
        "Send one",
        "How many rooms?",
    ],
)
def test_a_menu_may_get_its_keys_in_other_ways(tmp_path: Path, text: str) -> None:
    assert [one for one in findings_of(tmp_path, flow(MENU, en=text)) if "none of the keys" in one] == []


# --- translations -------------------------------------------------------------------------------------------------

ASK = flow(CONSENT, en="Right: 1. A mistake: 2. No: 3", hi="सही: 1, गलती: 2, नहीं: 3").replace(
    "{keywords: [GO]}", "{keywords: [GO]}\nlimits: {ussd_unicode: true}"
)


def imported(folder: Path, new: str, language: str = "hi") -> Import:
    file = flow_file(folder, ASK, "x")
    given = po(("x.a.say", "Right: 1. A mistake: 2. No: 3", new))
    found = read_import(given, "hi.po", language, [file], VOCABULARY)
    if not found.problems:
        write_import(found)
    return found


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ("सही: 3, गलती: 2, नहीं: 1",
         'in hi "नहीं" stands with 1, and 1 is yes: people would agree by what they read as no; no is 3'),
        ("सही: 2, गलती: 1, नहीं: 3", 'in hi "सही" stands with 2, and 2 is not yes; yes is 1'),
        ("सही: 1, नहीं: 3", "in hi this text does not name the key 2; in en it does: add it here too"),
        ("सही: 1, गलती: 2, नहीं: 4",
         "4 reads like a key here and is none: the keys are 1, 2, 3, write one of them or add it"),
    ],
)  # fmt: skip
def test_a_translation_with_wrong_keys_is_refused_with_its_line(tmp_path: Path, new: str, problem: str) -> None:
    assert [str(one) for one in imported(tmp_path, new).problems] == [f"hi.po:3:1: x.a.say: {problem}"]
    assert (tmp_path / "x.yaml").read_text() == ASK


def test_a_translated_yes_no_with_its_keys_exchanged_is_refused(tmp_path: Path) -> None:
    file = flow_file(tmp_path, flow(YES_NO, en="Meat? Yes: 1. No: 2"), "x")
    given = po(("x.a.say", "Meat? Yes: 1. No: 2", "Nyama? Hapana: 1. Ndiyo: 2"))
    problems = [str(one) for one in read_import(given, "sw.po", "sw", [file], VOCABULARY).problems]
    assert any('in sw "Hapana" stands with 1, and 1 is yes, 2 is no in every yes_no' in one for one in problems)


def test_a_new_language_with_yes_and_no_exchanged_is_refused(tmp_path: Path) -> None:
    [problem] = imported(tmp_path, "Sahihi: 3. Kosa: 2. Hapana: 1", "sw").problems
    assert 'in sw "Hapana" stands with 1, and 1 is yes' in str(problem)
    assert (tmp_path / "x.yaml").read_text() == ASK


def test_a_translation_in_another_order_is_taken_where_its_words_are_right(tmp_path: Path) -> None:
    found = imported(tmp_path, "नहीं: 3, गलती: 2, सही: 1")
    assert (found.problems, found.warnings, len(found.changes)) == ([], [], 1)
