"""The keys that a text names: all, no other, and beside the right words. What is right in any way of writing is not blamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sms_service.authoring.translations import Import, read_import, write_import
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
        "Yes: 1. No: 3. Room: 4",
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


def test_a_new_language_with_yes_and_no_exchanged_is_refused(tmp_path: Path) -> None:
    [problem] = imported(tmp_path, "Sahihi: 3. Kosa: 2. Hapana: 1", "sw").problems
    assert 'in sw "Hapana" stands with 1, and 1 is yes' in str(problem)
    assert (tmp_path / "x.yaml").read_text() == ASK


def test_a_translation_in_another_order_is_taken_where_its_words_are_right(tmp_path: Path) -> None:
    found = imported(tmp_path, "नहीं: 3, गलती: 2, सही: 1")
    assert (found.problems, found.warnings, len(found.changes)) == ([], [], 1)
