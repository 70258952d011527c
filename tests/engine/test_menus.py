"""Menus that the engine writes, all that chooses an option of them, and what is said of an answer that is wrong."""

from __future__ import annotations

import pytest

from sms_service.engine.answers import chosen
from sms_service.engine.model import Option
from tests.engine.conftest import HEAD, Player

LANGUAGES = HEAD.replace("[en]", "[en, hi, sw, bn, ta, ar]")


def in_all(text: str) -> str:
    """One text in every language of the tests."""
    return "{" + ", ".join(f'{language}: "{text}"' for language in ("en", "hi", "sw", "bn", "ta", "ar")) + "}"


LABELS = """
menu:
  say: {en: Which language?, hi: कौन सी भाषा?, sw: Lugha gani?, bn: কোন ভাষা?, ta: எந்த மொழி?, ar: أي لغة؟}
  choose:
    1:
      label: {en: Hindi, hi: हिंदी, sw: Kihindi, bn: হিন্দি, ta: இந்தி, ar: الهندية}
      words: {en: [the first, Bharat], hi: [भारत]}
      next: hindi
    2: {label: {en: Swahili, hi: स्वाहिली, sw: Kiswahili, bn: সোয়াহিলি, ta: சுவாகிலி, ar: السواحيلية}, next: swahili}
"""
LABELS += f"hindi: {{say: {in_all('H')}, end: true}}\nswahili: {{say: {in_all('S')}, end: true}}\n"

CHOICE = """
which:
  say: {en: "What do you drink?"}
  ask:
    into: drink
    type: choice
    options:
      tea: {label: Tea, words: {en: chai}}
      coffee: {label: Coffee}
  next: done
done: {say: {en: "One {{ drink }}."}, end: true}
"""


def test_the_engine_writes_the_menu_after_the_question(play: Player) -> None:
    assert play(LABELS, LANGUAGES).begin() == ["Which language?", "1. Hindi", "2. Swahili"]
    assert play(LABELS, LANGUAGES, language="hi").begin() == ["कौन सी भाषा?", "1. हिंदी", "2. स्वाहिली"]
    assert play(CHOICE).begin() == ["What do you drink?", "1. Tea", "2. Coffee"]


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", "1|1.|(1)| 1 |1)|one|ONE|the first|Hindi|hindi.|1 Hindi|1. Hindi|Bharat"),
        ("hi", "1|१|१.|एक|ek|Ek.|हिंदी|1 हिंदी|१. हिंदी|भारत"),
        ("sw", "1|moja|MOJA|Kihindi|1 Kihindi|1.kihindi"),
        ("bn", "1|১|১.|এক|হিন্দি|১ হিন্দি"),
        ("ta", "1|௧|ஒன்று|இந்தி|1. இந்தி"),
        ("ar", "1|١|(١)|۱|واحد|الهندية|١. الهندية"),
    ],
)
def test_key_label_and_words_of_her_language_choose(play: Player, language: str, first: str) -> None:
    for typed in first.split("|"):
        lesson = play(LABELS, LANGUAGES, language=language)
        lesson.begin()
        assert lesson.hear(typed) == ["H"], typed
        assert lesson.turn.path == ["menu", "1", "hindi"]


@pytest.mark.parametrize(
    ("language", "second"),
    [
        ("en", "2|two|2 Swahili"),
        ("hi", "२|दो|do|2 स्वाहिली|स्वाहिली"),
        ("sw", "2|mbili|2.Kiswahili"),
        ("bn", "২|দুই|সোয়াহিলি"),
        ("ta", "௨|இரண்டு|சுவாகிலி"),
        ("ar", "٢|۲|اثنان|السواحيلية"),
    ],
)
def test_so_do_those_of_the_second_option(play: Player, language: str, second: str) -> None:
    for typed in second.split("|"):
        lesson = play(LABELS, LANGUAGES, language=language)
        lesson.begin()
        assert lesson.hear(typed) == ["S"], typed
        assert lesson.turn.path == ["menu", "2", "swahili"]


@pytest.mark.parametrize("typed", ["3", "11", "1 2", "1.5", "Hin", "1 Swahili", "Hindi Swahili", "not Hindi", "", "?"])
def test_whatever_could_mean_something_else_chooses_nothing(play: Player, typed: str) -> None:
    lesson = play(LABELS, LANGUAGES)
    lesson.begin()
    assert lesson.hear(typed) == ["Which language?", "1. Hindi", "2. Swahili"]
    assert lesson.turn.path == ["menu", "unclear"]


def test_words_of_another_language_choose_nothing(play: Player) -> None:
    lesson = play(LABELS, LANGUAGES, language="en")
    lesson.begin()
    assert lesson.hear("हिंदी")[0] == "Which language?"


def test_who_reads_a_language_the_flow_does_not_have_answers_in_the_one_she_was_asked_in(play: Player) -> None:
    lesson = play(LABELS, LANGUAGES, language="fr")
    assert lesson.begin() == ["Which language?", "1. Hindi", "2. Swahili"]
    assert lesson.hear("Swahili") == ["S"]


def test_a_menu_follows_the_words_about_an_unclear_answer(play: Player) -> None:
    lesson = play(
        """
menu:
  say: {en: "Which?"}
  choose: {1: {label: Tea, next: bye}, 2: {label: Coffee, next: bye}}
  unclear: {say: {en: "Only 1 or 2."}}
bye: {end: true}
"""
    )
    lesson.begin()
    assert lesson.hear("milk") == ["Only 1 or 2.", "1. Tea", "2. Coffee"]


def test_a_key_of_letters_is_typed_as_it_stands(play: Player) -> None:
    lesson = play('menu: {say: {en: "a tea, b milk"}, choose: {a: tea, b: milk}}\ntea: {end: true}\nmilk: {end: true}')
    lesson.begin()
    lesson.hear("B.")
    assert lesson.turn.path == ["menu", "b", "milk"]


def test_the_menu_of_a_field_stands_under_its_own_question(play: Player) -> None:
    lesson = play("""
order:
  collect:
    name: {type: name, ask: {en: "Name?"}}
    drink: {type: choice, ask: {en: "Drink?"}, options: {tea: {label: Tea}, milk: {label: Milk}}}
  next: bye
bye: {end: true}
""")
    assert lesson.begin() == ["Name?"]
    assert lesson.hear("Ram", name="Ram") == ["Drink?", "1. Tea", "2. Milk"]
    assert lesson.hear("2", seen=False, drink="milk") == ["Drink?", "1. Tea", "2. Milk"], "she has not seen it"
    assert lesson.hear("3", wrong={"drink": "not_an_option"}) == ["Choose one.", "1. Tea", "2. Milk"]
    lesson.hear("2", drink="milk")
    assert lesson.session is None


def test_an_answer_typed_in_full_counts_before_its_question_was_seen(play: Player) -> None:
    lesson = play('who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: bye}\nbye: {end: true}')
    lesson.begin()
    lesson.hear("Ram", seen=False, name="Ram")
    assert lesson.session is None


def test_a_choice_keeps_the_value_of_the_option(play: Player) -> None:
    lesson = play(CHOICE)
    lesson.begin()
    assert lesson.hear("1", drink="tea") == ["One tea."]


# --- wrong answers ------------------------------------------------------------------------------------------------


def number(beside: str = "", below: str = "") -> str:
    """A question for a number from 18 to 120, with these keys in its `ask` and in its state."""
    return f"""
age:
  say: {{en: "Age?"}}
  ask: {{into: age, type: number, min: 18, max: 120{beside}}}
  next: bye
  {below}
bye: {{end: true}}
"""


TOO_SMALL, NO_NUMBER = {"age": "too_small"}, {"age": "not_a_number"}
OWN = ', wrong: {too_small: {en: "From {{ min }} to {{ max }}, please."}}'


def test_the_words_of_the_service_stand_in_where_the_flow_has_none(play: Player) -> None:
    lesson = play(number())
    lesson.begin()
    assert lesson.hear("7", wrong=TOO_SMALL) == ["At least 18."]
    assert lesson.hear("x", wrong=NO_NUMBER) == ["A number."]
    assert not lesson.turn.prompted, "the open question is still the one she was asked"


def test_the_flow_has_words_of_its_own_for_one_problem(play: Player) -> None:
    lesson = play(number(OWN))
    lesson.begin()
    assert lesson.hear("7", wrong=TOO_SMALL) == ["From 18 to 120, please."]
    assert lesson.hear("x", wrong=NO_NUMBER) == ["A number."]


def test_the_flow_has_words_for_whatever_is_wrong(play: Player) -> None:
    lesson = play(number(', wrong: {en: "An age from {{ min }}."}'))
    lesson.begin()
    assert lesson.hear("7", wrong=TOO_SMALL) == lesson.hear("x", wrong=NO_NUMBER) == ["An age from 18."]


def test_words_for_what_is_unclear_come_before_those_of_the_service_and_after_its_own(play: Player) -> None:
    lesson = play(number(OWN, 'unclear: {say: {en: "Not clear."}, times: 5}'))
    lesson.begin()
    assert lesson.hear("7", wrong=TOO_SMALL) == ["From 18 to 120, please."]
    assert lesson.hear("x", wrong=NO_NUMBER) == ["Not clear."]


def test_a_question_whose_answer_has_no_named_problem_is_asked_again(play: Player) -> None:
    lesson = play(number())
    lesson.begin()
    assert lesson.hear("x") == ["Age?"]
    assert lesson.turn.prompted


def test_the_menu_follows_the_words_about_a_wrong_choice(play: Player) -> None:
    lesson = play(CHOICE)
    lesson.begin()
    assert lesson.hear("milk", wrong={"drink": "not_an_option"}) == ["Choose one.", "1. Tea", "2. Coffee"]

    lesson = play(CHOICE.replace("type: choice", "type: choice\n    wrong: {en: No.}"))
    lesson.begin()
    assert lesson.hear("milk", wrong={"drink": "not_an_option"}) == ["No.", "1. Tea", "2. Coffee"]


def test_wrong_words_come_in_her_language(play: Player) -> None:
    states = number(', wrong: {en: "An age.", sw: "Umri."}').replace('{en: "Age?"}', "{en: Age?, sw: Umri?}")
    lesson = play(states, HEAD.replace("[en]", "[en, sw]"), language="sw")
    lesson.begin()
    assert lesson.hear("x", wrong=NO_NUMBER) == ["Umri."]


# --- options by themselves ----------------------------------------------------------------------------------------


def test_a_key_wins_over_the_label_of_another_option() -> None:
    """`2` is the second line of the menu, also where the first is called Two."""
    options = (Option("1", labels={"en": "Two"}), Option("2", labels={"en": "One"}))
    assert [chosen(typed, options, "en") for typed in ("1", "2")] == list(options)


def test_an_option_without_a_label_is_chosen_by_its_key_and_words() -> None:
    options = (Option("1", words={"en": ("tea", "chai")}), Option("2"))
    assert [chosen(typed, options, "en") for typed in ("Chai!", "2", "milk")] == [*options, None]


@pytest.mark.parametrize("typed", ["हिन्दी", "हिंदी", "हिँदी", "2"])
def test_a_word_written_with_a_nasal_or_with_its_dot_is_one_word(typed: str) -> None:
    options = (Option("1", labels={"hi": "अंग्रेज़ी"}), Option("2", labels={"hi": "हिन्दी"}))
    assert chosen(typed, options, "hi") == options[1]
