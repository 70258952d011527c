"""Translations come back into the flow files: all of them or none, and nothing else in the files changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sms_service.authoring.catalogues import export, share
from sms_service.authoring.check import check
from sms_service.authoring.pofile import PoFile, parse_po, po_text
from sms_service.authoring.saving import ChangedMeanwhile
from sms_service.authoring.translatable import FlowFile, read_flows
from sms_service.authoring.translations import Import, read_import, write_import
from sms_service.config import read_config
from sms_service.vocabulary import vocabulary
from tests.authoring.checking import VOCABULARY as REAL
from tests.authoring.translating import MENU, NOW, VOCABULARY, exported, flow_file, po

FLOWS = Path(__file__).parents[2] / "flows"
SWAHILI = {
    "menu.ask.say": "Jina lako?",
    "menu.ask.unclear": "Haieleweki.",
    "menu.ask.remind": "Bado upo?",
    "menu.age.age.ask": "Una umri gani, {{ name }}?",
    "menu.age.age.wrong": "Angalau {{ min }}.",
    "menu.pick.say.sms": "Unataka kujua nini?",
    "menu.pick.say.ussd": "Mada",
    "menu.pick.choose.1.label": "Habari",
    "menu.pick.choose.1.words": "magazeti, redio",
    "menu.pick.choose.2.label": "Pesa",
    "menu.bye.say": "Asante, {{ name }}.",
}


def taken(file: FlowFile, given: PoFile, language: str = "hi") -> Import:
    """What an import comes to; it is written unless there are problems."""
    found = read_import(given, "hi.po", language, [file], VOCABULARY)
    if not found.problems:
        write_import(found)
    return found


def in_swahili(file: FlowFile, **without: str) -> PoFile:
    given = exported(file, "sw")
    for entry in given.entries:
        entry.text = {**SWAHILI, **{f"menu.{name.replace('_', '.')}": text for name, text in without.items()}}[
            entry.context
        ]
    return given


def messages(findings: list[object]) -> list[str]:
    return [str(finding) for finding in findings]


# --- nothing else changes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["hi", "sw"])
def test_what_was_exported_changes_not_one_byte_of_the_flows_of_the_service(language: str) -> None:
    words = vocabulary(read_config())
    files = read_flows(sorted(FLOWS.glob("*.yaml")), words)
    flows = check([file.file for file in files], words).flows
    text = po_text(export(language, files, flows, words, NOW))
    found = read_import(parse_po(text.encode(), "x.po"), "x.po", language, files, words)
    assert (found.changes, found.problems, found.warnings, found.rewritten) == ([], [], [], {})
    assert [one.missing for one in found.shares] == [()] * len(files)


def test_one_text_changed_is_one_line_changed(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    found = taken(file, po(("menu.bye.say", "Thank you, {{ name }}.", "धन्यवाद, {{ name }}।")))
    assert file.file.read_text() == MENU.replace("धन्यवाद।", "धन्यवाद, {{ name }}।")
    [change] = found.changes
    assert (change.name, change.line, change.old, change.new) == (
        "menu.bye.say", 3, "धन्यवाद।", "धन्यवाद, {{ name }}।",
    )  # fmt: skip


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    text = MENU.replace("\n", "\r\n")
    file = flow_file(tmp_path, text)
    taken(file, po(("menu.ask.say", "Your name?", "आपका नाम?")))
    assert file.file.read_bytes().decode() == text.replace("नाम?", "आपका नाम?")


def test_a_file_that_was_saved_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    found = read_import(po(("menu.ask.say", "Your name?", "आपका नाम?")), "hi.po", "hi", [file], VOCABULARY)
    file.file.write_text("theirs")
    with pytest.raises(ChangedMeanwhile, match="was changed meanwhile: nothing was written"):
        write_import(found)
    assert file.file.read_text() == "theirs"


# --- what is taken ------------------------------------------------------------------------------------------------


def test_words_of_options_are_taken_as_a_list_whatever_comma_the_language_has(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    taken(file, po(("menu.pick.choose.1.words", "novelties, press", "खबर، अख़बार ,  ताज़ा")))
    assert "words: {en: [novelties, press], hi: [खबर, अख़बार, ताज़ा]}" in file.file.read_text()


def test_a_text_by_channel_is_taken_in_halves_where_both_are_there(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    taken(file, po(("menu.pick.say.ussd", "Topic", "क्या?")))
    assert 'hi: {sms: "क्या जानना है?", ussd: "क्या?"}' in file.file.read_text()


def test_half_of_a_text_by_channel_is_left_out(tmp_path: Path) -> None:
    menu = MENU.replace('      hi: {sms: "क्या जानना है?", ussd: "विषय"}\n', "")
    file = flow_file(tmp_path, menu)
    found = taken(file, po(("menu.pick.say.ussd", "Topic", "क्या?")))
    assert messages(list(found.warnings)) == [
        "hi.po:3:1: warning: menu.pick.say.ussd is left out as long as menu.pick.say.sms is not translated too"
    ]
    assert file.file.read_text() == menu


def test_a_new_language_is_added_to_the_list_and_to_every_text(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    found = taken(file, in_swahili(file), "sw")
    assert (found.problems, found.warnings) == ([], [])
    lines = file.file.read_text().splitlines()
    assert "languages: [en, hi, sw]   # the office reads both" in lines
    assert '    say: {en: "Your name?", hi: "नाम?", sw: "Jina lako?"}' in lines
    assert '          sw: "Una umri gani, {{ name }}?"' in lines
    assert '      sw: {sms: "Unataka kujua nini?", ussd: "Mada"}' in lines
    assert '      2: {next: bye, label: {en: "Money", hi: "पैसा", sw: "Pesa"}}' in lines
    assert check([file.file], VOCABULARY).findings == []
    assert [(one.texts, one.translated) for one in found.shares] == [(10, 10)]


def test_a_new_language_is_added_to_a_flow_of_one_language(tmp_path: Path) -> None:
    text = "flow: a\nabout: b\nstarts: {keywords: [A]}\nlanguages: [en]\nstates:\n  x:\n    say: Hello # c\n    end: true\n"
    file = flow_file(tmp_path, text, "a")
    taken(file, po(("a.x.say", "Hello", "नमस्ते")))
    assert file.file.read_text() == text.replace("[en]", "[en, hi]").replace(
        "say: Hello # c\n", "say:\n      en: Hello # c\n      hi: नमस्ते\n"
    )


def test_a_new_language_waits_until_all_texts_of_a_flow_are_translated(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    found = taken(file, in_swahili(file, bye_say="", pick_choose_1_words=""), "sw")
    assert messages(list(found.warnings)) == [
        f"{file.file}:5:1: warning: sw is new to flow menu, and 1 of its texts is not translated yet: menu.bye.say"
    ]
    assert file.file.read_text() == MENU
    taken(file, in_swahili(file, pick_choose_1_words=""), "sw")
    assert "sw" in read_flows([file.file], VOCABULARY)[0].flow.languages, "words of options may be missing"


# --- what is left out ---------------------------------------------------------------------------------------------


def test_fuzzy_empty_and_outdated_entries_are_left_out_and_counted(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    given = po(
        ("menu.ask.say", "Your name?", "आपका नाम?"), ("menu.ask.unclear", "Not clear.", " "),
        ("menu.bye.say", "Thanks.", "शुक्रिया।"), head="#, fuzzy\n",
    )  # fmt: skip
    found = taken(file, given)
    assert (found.fuzzy, found.empty, found.outdated, found.changes) == (1, 1, 1, [])
    assert messages(list(found.warnings)) == [
        "hi.po:10:1: warning: menu.bye.say has changed since the export: export over this file, and look at its translation"
    ]
    assert file.file.read_text() == MENU


def test_an_entry_for_a_text_that_is_gone_is_a_warning(tmp_path: Path) -> None:
    found = taken(flow_file(tmp_path), po(("menu.bye.sey", "A", "B"), ("", "C", "D")))
    assert messages(list(found.warnings)) == [
        'hi.po:3:1: warning: there is no text menu.bye.sey in the flows (any more), did you mean "menu.bye.say"?',
        'hi.po:6:1: warning: "C" has no msgctxt, so that nobody can say which text it is: export once more',
    ]


def test_entries_of_flows_that_were_not_asked_for_are_passed_over(tmp_path: Path) -> None:
    found = read_import(po(("x.y.say", "A", "B")), "hi.po", "hi", [flow_file(tmp_path)], VOCABULARY, everything=False)
    assert found.warnings == []


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "new", "problem"),
    [
        ("menu.age.age.ask", "How old, {{ name }}?", "उम्र?",
         "menu.age.age.ask: {{ name }} is missing: what stands in braces must stand in the translation too"),
        ("menu.bye.say", "Thank you, {{ name }}.", "{{ name }} {{ age }}",
         "menu.bye.say: {{ age }} does not stand in the text that is translated: leave it out"),
        ("menu.bye.say", "Thank you, {{ name }}.", "{{ name|upper }}!",
         "menu.bye.say: {{ name|upper }} does not stand in the text that is translated: leave it out"),
        ("menu.bye.say", "Thank you, {{ name }}.", "{% if age %}{{ name }}{% endif %}",
         "menu.bye.say: age does not stand in the text that is translated: leave it out"),
        ("menu.pick.choose.2.label", "Money", "समाचार", "समाचार"),
        ("menu.pick.choose.1.words", "novelties, press", "पैसा", "पैसा"),
        ("menu.pick.choose.1.words", "novelties, press", "stop", '"stop"'),
        ("menu.bye.say", "Thank you, {{ name }}.", "{{ name }} {{ name", "menu.bye.say: {{ name is never closed"),
        ("menu.bye.say", "Thank you, {{ name }}.", "{{ name }} " + "क" * 200, "menu.bye.say: in hi this SMS takes 4 segments"),
    ],
)  # fmt: skip
def test_a_translation_that_is_wrong_is_told_with_its_line_and_nothing_is_written(
    tmp_path: Path, name: str, text: str, new: str, problem: str
) -> None:
    file = flow_file(tmp_path)
    found = taken(file, po(("menu.ask.say", "Your name?", "आपका नाम?"), (name, text, new)))
    assert any(str(one).startswith("hi.po:6:1: ") and problem in str(one) for one in found.problems), found.problems
    assert file.file.read_text() == MENU


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    given = po(("menu.age.age.ask", "How old, {{ name }}?", "उम्र?"), ("menu.ask.say", "Your name?", "क" * 202))
    assert [finding.line for finding in taken(flow_file(tmp_path), given).problems] == [3, 6]


def test_what_was_wrong_before_is_not_told(tmp_path: Path) -> None:
    menu = MENU.replace("next: age\n", "next: aeg\n")
    file = flow_file(tmp_path, menu)
    assert check([file.file], VOCABULARY).errors
    found = taken(file, po(("menu.bye.say", "Thank you, {{ name }}.", "शुक्रिया।")))
    assert found.problems == [], "nor that {{ name }} is missing, which it was before"
    assert "शुक्रिया।" in file.file.read_text()


def test_a_default_in_quotes_may_be_translated(tmp_path: Path) -> None:
    file = flow_file(tmp_path, MENU.replace("Thank you, {{ name }}.", "{{ name|default('friend') }}!"))
    found = taken(file, po(("menu.bye.say", "{{ name|default('friend') }}!", "{{ name | default('दोस्त') }}!")))
    assert (found.problems, len(found.changes)) == ([], 1)


def test_plural_forms_are_refused(tmp_path: Path) -> None:
    given = parse_po(b'msgctxt "menu.ask.say"\nmsgid "Your name?"\nmsgid_plural "x"\nmsgstr[0] "a"\n', "hi.po")
    [problem] = taken(flow_file(tmp_path), given).problems
    assert "plural forms" in str(problem)


# --- a language in which the service has no words -----------------------------------------------------------------

MEMBERS = """\
flow: members
about: A survey of members.
starts: {keywords: [SURVEY]}
languages: [en, hi]

states:
  who:
    say: {en: "Your name?", hi: "आपका नाम?"}
    ask: {into: who, type: name}  # as on the card
    next: friend
  friend:
    say: {en: "And a friend's, {{ who }}?", hi: "{{ who }}, एक मित्र का?"}
    ask: {into: friend, type: name}
    next: born
  born:
    say: {en: "Born when?", hi: "जन्म कब?"}
    ask: {into: born, type: date, max: today}
    next: rest
  rest:
    collect:
      children:
        type: number
        max: 20
        ask: {en: "How many children?", hi: "कितने बच्चे?"}
        wrong:
          too_large: {en: "So many? At most {{ max }}.", hi: "{{ max }} तक।"}
      work:
        type: choice
        ask: {en: "What do you do?", hi: "क्या करते हैं?"}
        options:
          field: {label: {en: Farming, hi: खेती}}
          other: {label: {en: Something else, hi: कुछ और}}
    end: true
"""


def for_bengali(file: FlowFile) -> PoFile:
    """What translators get of it."""
    return export("bn", [file], {"members": file.flow}, REAL, NOW)


def in_bengali(given: PoFile) -> PoFile:
    """Every text filled in by a script: what stands in braces, and Bengali letters for all else."""
    for number, entry in enumerate(given.entries):
        parts = re.split(r"(\{\{.*?\}\}|\{%.*?%\})", entry.id)
        entry.text = "".join(part if part.startswith("{") else "ক" * (1 + number % 5) for part in parts if part)
    return given


def members(folder: Path, text: str = MEMBERS) -> FlowFile:
    (folder / "members.yaml").write_text(text)
    return read_flows([folder / "members.yaml"], REAL)[0]


def in_members(file: FlowFile, given: PoFile, language: str = "bn") -> Import:
    found = read_import(given, "bn.po", language, [file], REAL)
    write_import(found)
    return found


def test_a_flow_is_made_in_a_wholly_new_language_by_its_po_file_alone(tmp_path: Path) -> None:
    file = members(tmp_path)
    found = in_members(file, in_bengali(for_bengali(file)))
    assert (found.problems, found.warnings) == ([], [])
    assert check([file.file], REAL).findings == []
    again = read_flows([file.file], REAL)[0]
    assert again.flow.languages == ("en", "hi", "bn")
    assert share(again, "bn").missing == ()
    assert read_import(in_bengali(for_bengali(again)), "bn.po", "bn", [again], REAL).changes == []


def test_words_of_the_service_are_written_to_every_field_of_the_type(tmp_path: Path) -> None:
    file = members(tmp_path)
    given = in_bengali(for_bengali(file))
    for entry in given.entries:
        entry.text = "নাম!" if entry.context == "type:name.too_short" else entry.text
    in_members(file, given)
    written = file.file.read_text()
    assert written.count('      too_short: {bn: "নাম!"},\n') == 2
    assert "    ask: {into: who, type: name, wrong: {\n" in written
    assert "}}}  # as on the card\n" in written
    assert '          too_large: {en: "So many? At most {{ max }}.", hi: "{{ max }} तक।", bn:' in written


def test_one_that_somebody_has_changed_at_its_place_stays(tmp_path: Path) -> None:
    own = MEMBERS.replace("friend, type: name}", 'friend, type: name, wrong: {too_short: {bn: "বন্ধু?"}}}')
    own = own.replace("who, type: name}", 'who, type: name, wrong: {too_short: {bn: "পুরো নাম?"}}}')
    file = members(tmp_path, own.replace("[en, hi]", "[en, hi, bn]"))
    given = for_bengali(file)
    [shared] = [entry for entry in given.entries if entry.context == "type:name.too_short"]
    assert shared.text == "পুরো নাম?"
    shared.text = "সম্পূর্ণ নাম?"
    given.entries = [shared]
    found = read_import(given, "bn.po", "bn", [file], REAL)
    assert [change.name for change in found.changes] == ["members.who.who.wrong.too_short"]


def test_a_new_language_without_one_of_them_is_not_taken(tmp_path: Path) -> None:
    file = members(tmp_path)
    given = in_bengali(for_bengali(file))
    given.entries = [entry for entry in given.entries if entry.context != "type:date.too_late"]
    found = read_import(given, "bn.po", "bn", [file], REAL)
    assert found.rewritten == {}
    assert [warning.message for warning in found.warnings] == [
        "bn is new to flow members, and 1 of its texts is not translated yet: type:date.too_late"
    ]
