"""What translators get: every text, what it is, how long it may be; and nothing of theirs is lost when they get it again."""

from __future__ import annotations

from pathlib import Path

from sms_service.authoring.catalogues import export, share
from sms_service.authoring.pofile import Entry, PoFile
from sms_service.authoring.translatable import FlowFile, read_flows
from tests.authoring.checking import VOCABULARY as REAL
from tests.authoring.translating import MENU, NOW, VOCABULARY, exported, flow_file


def entry(po: PoFile, name: str) -> Entry:
    [found] = [one for one in po.entries if one.context == name]
    return found


def notes(file: FlowFile, name: str, language: str = "hi") -> list[str]:
    return entry(exported(file, language), name).notes


# --- a first export -----------------------------------------------------------------------------------------------


def test_every_text_is_exported_in_the_order_of_the_file(tmp_path: Path) -> None:
    po = exported(flow_file(tmp_path))
    assert [(one.context, one.id, one.text) for one in po.entries] == [
        ("menu.ask.say", "Your name?", "नाम?"),
        ("menu.ask.unclear", "Not clear.", "साफ़ नहीं।"),
        ("menu.ask.remind", "Still there?", "क्या आप हैं?"),
        ("menu.age.age.ask", "How old, {{ name }}?", "{{ name }}, उम्र?"),
        ("menu.age.age.wrong", "{{ min }} at least.", "कम से कम {{ min }}।"),
        ("menu.pick.say.sms", "What do you want to know?", "क्या जानना है?"),
        ("menu.pick.say.ussd", "Topic", "विषय"),
        ("menu.pick.choose.1.label", "News", "समाचार"),
        ("menu.pick.choose.1.words", "novelties, press", "खबर"),
        ("menu.pick.choose.2.label", "Money", "पैसा"),
        ("menu.bye.say", "Thank you, {{ name }}.", "धन्यवाद।"),
    ]
    assert entry(po, "menu.ask.say").places == [f"{tmp_path}/menu.yaml:10"]
    assert po.headers["Language"] == "hi"
    assert po.comments[0].startswith("The texts of the flows in Hindi.")


def test_a_language_that_the_flow_does_not_have_is_exported_empty(tmp_path: Path) -> None:
    po = exported(flow_file(tmp_path), "sw")
    assert len(po.entries) == 11
    assert {one.text for one in po.entries} == {""}


def test_a_flow_is_not_translated_into_its_own_language(tmp_path: Path) -> None:
    assert exported(flow_file(tmp_path), "en").entries == []


def test_options_of_a_field_are_exported_too(tmp_path: Path) -> None:
    menu = MENU.replace("type: name}", "type: choice, options: {news: {label: {en: News, hi: खबर}}}}")
    names = [one.context for one in exported(flow_file(tmp_path, menu)).entries]
    assert "menu.ask.name.options.news.label" in names


def test_a_text_of_a_flow_of_one_language_is_exported(tmp_path: Path) -> None:
    text = "flow: a\nabout: b\nlanguages: [en]\nstates:\n  x: {say: Hello, end: true}\n"
    [one] = exported(flow_file(tmp_path, text, "a")).entries
    assert (one.context, one.id, one.text) == ("a.x.say", "Hello", "")


# --- the notes ----------------------------------------------------------------------------------------------------


def test_a_note_says_what_the_text_is(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    assert [(one.context, one.notes[0]) for one in exported(file).entries] == [
        ("menu.ask.say", "State ask: the question."),
        ("menu.ask.unclear", "State ask: said when the answer was not understood."),
        ("menu.ask.remind", "State ask: the reminder, said when no answer comes."),
        ("menu.age.age.ask", "State age: the question for age."),
        ("menu.age.age.wrong", "State age: said when the answer for age is wrong."),
        ("menu.pick.say.sms", "State pick: the question."),
        ("menu.pick.say.ussd", "State pick: the question."),
        ("menu.pick.choose.1.label", "State pick: the menu's line 1."),
        ("menu.pick.choose.1.words", "State pick: what else means 1 of the menu."),
        ("menu.pick.choose.2.label", "State pick: the menu's line 2."),
        ("menu.bye.say", "State bye: the last message."),
    ]


def test_a_note_says_how_long_the_text_may_become_with_the_longest_values(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    assert notes(file, "menu.bye.say")[1:] == [
        "{{ name }} is a name, at most 60 characters.",
        "At most 3 SMS segments, that is 201 characters; what stands in braces takes up to 60 of them: 141 are left.",
        'A USSD screen has room for 73 characters beside "0 पीछे"; at most 3 screens.',
    ]
    assert notes(file, "menu.bye.say", "sw")[2] == (
        "At most 3 SMS segments, that is 459 characters; what stands in braces takes up to 60 of them: 399 are left. "
        "Only 201 in all if one letter is not in the GSM alphabet."
    )


def test_the_menu_below_a_question_takes_of_its_room(tmp_path: Path) -> None:
    menu = len("\n1. समाचार\n2. पैसा")
    assert notes(flow_file(tmp_path), "menu.pick.say.sms")[2] == (
        f"At most 3 SMS segments, that is 201 characters; the menu below it takes {menu} of them: {201 - menu} are left."
    )


def test_a_text_for_ussd_has_the_limit_of_the_screen_only(tmp_path: Path) -> None:
    assert notes(flow_file(tmp_path), "menu.pick.say.ussd")[1:] == [
        "As it is said by USSD only; there is another text for the other way.",
        'A USSD screen has room for 73 characters beside "0 पीछे"; at most 3 screens.',
    ]


def test_words_of_options_are_marked(tmp_path: Path) -> None:
    assert notes(flow_file(tmp_path), "menu.pick.choose.1.words")[1] == (
        "Answers that people type, separated by commas: give the words people use, not a translation."
    )


def test_a_note_says_what_the_variables_are(tmp_path: Path) -> None:
    file = flow_file(tmp_path, MENU.replace("Not clear.", "{{ org }}: {{ org|lower }}?"))
    assert notes(file, "menu.ask.unclear")[1:3] == ['{{ org }} is always "XYZ".', '{{ org|lower }} is always "xyz".']
    assert notes(file, "menu.age.age.wrong")[1] == "{{ min }} is at most 2 characters."


# --- an export over a file that is there --------------------------------------------------------------------------


def test_comments_and_the_header_of_the_translators_stay(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    old = exported(file)
    entry(old, "menu.ask.say").comments = ["as people say it here"]
    old.headers["X-Crowdin-Project"] = "17"
    new = exported(file, old=old)
    assert entry(new, "menu.ask.say").comments == ["as people say it here"]
    assert new.headers["X-Crowdin-Project"] == "17"


def test_a_translation_that_was_not_imported_yet_stays(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    old = exported(file, "sw")
    entry(old, "menu.ask.say").text = "Jina?"
    new = entry(exported(file, "sw", old), "menu.ask.say")
    assert (new.text, new.fuzzy) == ("Jina?", False)


def test_a_translation_whose_text_has_changed_is_fuzzy_and_says_what_it_was(tmp_path: Path) -> None:
    old = exported(flow_file(tmp_path))
    file = flow_file(tmp_path, MENU.replace("Your name?", "Your full name?"))
    new = exported(file, old=old)
    changed = entry(new, "menu.ask.say")
    assert (changed.id, changed.text, changed.previous) == ("Your full name?", "नाम?", "Your name?")
    assert [one.context for one in new.entries if one.fuzzy] == ["menu.ask.say"]
    again = entry(exported(file, old=new), "menu.ask.say")
    assert again.fuzzy, "it stays so until a person has looked at it"
    assert again.previous == "Your name?"


def test_two_translations_that_differ_are_shown_to_a_person(tmp_path: Path) -> None:
    old = exported(flow_file(tmp_path))
    new = entry(exported(flow_file(tmp_path, MENU.replace("नाम?", "आपका नाम?")), old=old), "menu.ask.say")
    assert (new.text, new.fuzzy) == ("नाम?", True)
    assert new.notes[-1] == "The flow file has another translation: आपका नाम?"


def test_texts_that_are_gone_stay_as_obsolete_and_come_back(tmp_path: Path) -> None:
    old = exported(flow_file(tmp_path))
    without = MENU.replace('    remind: {after: 24 hours, say: {en: "Still there?", hi: "क्या आप हैं?"}}\n', "")
    new = exported(flow_file(tmp_path, without), old=old)
    assert [(one.context, one.text) for one in new.entries if one.obsolete] == [("menu.ask.remind", "क्या आप हैं?")]
    back = exported(flow_file(tmp_path, MENU.replace(', hi: "क्या आप हैं?"', "")), old=new)
    assert entry(back, "menu.ask.remind").text == "क्या आप हैं?"
    assert not entry(back, "menu.ask.remind").obsolete


def test_entries_of_flows_that_were_not_asked_for_stay(tmp_path: Path) -> None:
    file = flow_file(tmp_path)
    old = PoFile({"Language": "hi"}, [], [Entry("other.a.say", "A", "B", places=["flows/other.yaml:3"])])
    new = export("hi", [file], {"menu": file.flow}, VOCABULARY, NOW, old, everything=False)
    kept = entry(new, "other.a.say")
    assert (kept.text, kept.obsolete, kept.places) == ("B", False, ["flows/other.yaml:3"])


# --- how much is translated ---------------------------------------------------------------------------------------


def test_the_share_counts_texts_and_not_words_of_options(tmp_path: Path) -> None:
    file = flow_file(tmp_path, MENU.replace(', hi: "नाम?"', "").replace(", hi: [खबर]", ""))
    found = share(file, "hi")
    assert (found.texts, found.translated, found.missing) == (10, 9, ("menu.ask.say",))


# --- the service's own words --------------------------------------------------------------------------------------

TYPED = """\
flow: typed
about: a flow of the tests
languages: [en]
states:
  a: {say: "Who?", ask: {into: who, type: name}, next: b}
  b:
    collect:
      friend: {type: name, ask: "A friend?"}
      age: {type: number, ask: "Age?", wrong: {too_small: "Not under {{ min }}."}, min: 18}
      town: {type: name, ask: "Where?", wrong: "A town, please."}
    end: true
"""


def typed(folder: Path, text: str = TYPED) -> FlowFile:
    """A flow of typed answers, read with the service's real words."""
    file = folder / "typed.yaml"
    file.write_text(text)
    return read_flows([file], REAL)[0]


def exported_in(language: str, file: FlowFile) -> PoFile:
    """What translators get of it."""
    return export(language, [file], {"typed": file.flow}, REAL, NOW)


def test_words_that_the_service_lacks_are_exported_once_for_each_type(tmp_path: Path) -> None:
    po = exported_in("bn", typed(tmp_path))
    assert [one.context for one in po.entries] == [
        "typed.a.say", "typed.b.friend.ask", "typed.b.age.ask", "typed.b.age.wrong.too_small", "typed.b.town.ask",
        "typed.b.town.wrong", "type:name.not_a_name", "type:name.has_digits", "type:name.too_short", "type:name.too_long",
        "type:name.two_values", "type:number.not_a_number", "type:number.too_large",
    ]  # fmt: skip
    shared = entry(po, "type:name.too_short")
    assert shared.id == "Name: please send the whole name, like Ram Kumar."
    assert shared.places == [f"{tmp_path}/typed.yaml:5", f"{tmp_path}/typed.yaml:8"]
    assert shared.notes[:2] == [
        "Said when a name is asked for and the answer is wrong (too_short).",
        "The service's own words, which it does not have in this language: given once, they are used in all these places.",
    ]


def test_words_that_the_service_has_are_not_exported(tmp_path: Path) -> None:
    assert [one for one in exported_in("hi", typed(tmp_path)).entries if "type:" in one.context] == []


def test_of_a_text_with_conditions_the_conditions_stay(tmp_path: Path) -> None:
    file = typed(tmp_path, TYPED.replace("type: name}, next", "type: date}, next"))
    assert "What stands in {% %} stays as it is: translate each of the texts between." in (
        entry(exported_in("bn", file), "type:date.too_late").notes
    )


def test_the_share_counts_words_of_the_service_once_for_each_type(tmp_path: Path) -> None:
    found = share(typed(tmp_path), "bn")
    assert (found.texts, len(found.missing)) == (13, 13)
    assert share(typed(tmp_path), "hi").texts == 6
