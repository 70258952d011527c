"""Words that would be taken for something else: by the carriers, by the service, or by another option."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sms_service.authoring.wording import REFUSED
from sms_service.engine.answers import chosen
from sms_service.engine.model import Choose
from tests.authoring.checking import findings_of
from tests.authoring.drafts import HEAD, flow_of

SOME = "some carriers answer it themselves"
HINDI = HEAD.replace("[en]", "[en, hi]")


def _begun(head: str) -> str:
    return head if "starts" in head else head.replace("states:", "starts: {on: card.ready}\nstates:")


def said(folder: Path, states: str, head: str = HEAD) -> list[str]:
    return [line.partition(": ")[2] for line in findings_of(folder, _begun(head) + states)]


def keyword(folder: Path, word: str) -> list[str]:
    return said(folder, "  a: {end: true}\n", HEAD.replace("states:", f"starts: {{keywords: [{word}]}}\nstates:"))


def menu(*options: str) -> str:
    """A menu with these options, each its label and words: `{label: One}`."""
    lines = ", ".join(f"{key}: {{next: b, {option[1:]}" for key, option in enumerate(options, start=1))
    return f'  a: {{say: "Which?", choose: {{{lines}}}}}\n  b: {{end: true}}\n'


@pytest.mark.parametrize("word", ["JOIN", "join", "जोड़", "SAJILI", "ঢাকা", "ENDE"])
def test_a_word_that_is_free_is_a_keyword(word: str, tmp_path: Path) -> None:
    assert keyword(tmp_path, word) == []


@pytest.mark.parametrize("word", sorted(REFUSED))
def test_the_words_of_the_carriers_are_refused(word: str, tmp_path: Path) -> None:
    assert keyword(tmp_path, word.upper()) == [
        f'carriers take "{word.upper()}" for the end of all messages: choose another keyword'
    ]


@pytest.mark.parametrize(
    ("word", "finding"),
    [
        ("YES", f'warning: "YES" may never arrive: {SOME}; better another keyword'),
        (
            "Start",
            f'warning: "Start" may never arrive: {SOME} and the service takes it for START; better another keyword',
        ),
        ("INFO", f'warning: "INFO" may never arrive: {SOME} and the service takes it for HELP; better another keyword'),
        ("बंद", 'the service takes "बंद" for STOP: choose another keyword'),
        ("मदद", 'the service takes "मदद" for HELP: choose another keyword'),
        ("shuru", 'the service takes "shuru" for START: choose another keyword'),
        ("J2", '"J2" can never begin a flow: a keyword is one word without digits and signs'),
        ("join us", '"join us" can never begin a flow: a keyword is one word without digits and signs'),
        ("121", '"121" can never begin a flow: a keyword is one word without digits and signs'),
    ],
)
def test_a_word_that_is_not_free_is_told(word: str, finding: str, tmp_path: Path) -> None:
    assert [one for one in keyword(tmp_path, word) if "warning" in finding or "warning" not in one] == [finding]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("{label: One}", "{label: Two}", []),
        ("{label: Tea}", "{label: tea.}", ['in en "tea." means option 1 too']),
        ("{label: Tea}", "{label: Coffee, words: {en: [brew, TEA]}}", ['in en "TEA" means option 1 too']),
        ("{label: Tea, words: {en: [brew]}}", "{label: Brew}", ['in en "Brew" means option 1 too']),
        ("{label: Two}", "{label: Three}", ['in en "Two" means option 2 too']),
        ("{label: '2'}", "{label: Tea}", ['in en "2" means option 2 too']),
        ("{label: Tea, words: {en: [tea, chai]}}", "{label: Coffee}", []),
        ("{label: Tea, words: {en: ['1 tea', one]}}", "{label: Coffee, words: {en: [two]}}", []),
    ],
)
def test_two_options_that_one_answer_fits_are_found(first: str, second: str, found: list[str], tmp_path: Path) -> None:
    says = said(tmp_path, menu(first, second))
    assert says == [f"{one}: give each option words of its own" for one in found]


def test_what_is_found_is_what_would_be_chosen() -> None:
    """The checker and the engine agree on which option a word chooses."""
    state = flow_of(menu("{label: Two}", "{label: Three}", "{label: Tea}")).states["a"]
    assert isinstance(state, Choose)
    assert [chosen(word, state.options, "en").key for word in ("Two", "Three", "Tea")] == ["2", "3", "3"]  # type: ignore[union-attr]


def test_options_are_told_apart_in_each_language(tmp_path: Path) -> None:
    assert said(tmp_path, menu("{label: {en: Yesterday, hi: कल}}", "{label: {en: Tomorrow, hi: कल}}").replace(
        'say: "Which?"', 'say: {en: "Which?", hi: "कौन?"}'
    ), HINDI) == ['in hi "कल" means option 1 too: give each option words of its own']  # fmt: skip


def keys(*written: str) -> Iterator[str]:
    yield from (f"{key}: {{next: b, label: L{number}}}" for number, key in zip("abcdef", written, strict=False))


@pytest.mark.parametrize(
    ("written", "taken"), [(["1", "97"], []), (["98"], ["98"]), (["0", "00"], ["0", "00"]), (["y", "n"], [])]
)
def test_the_keys_of_the_service_are_not_free(written: list[str], taken: list[str], tmp_path: Path) -> None:
    states = f"  a: {{say: Which, choose: {{{', '.join(keys(*written))}}}}}\n  b: {{end: true}}\n"
    assert [one.split()[2] for one in said(tmp_path, states)] == taken
