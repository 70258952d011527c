"""Words in flow files that would be taken for something else: by the carriers, by the service, or by another option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sms_service.authoring.source import Finding, Path, Source, shown
from sms_service.engine.answers import fold, read_answer, read_key, spellings
from sms_service.engine.keywords import first_word
from sms_service.engine.model import Ask, Choose, Collect, Consent, Flow, Option
from sms_service.engine.words import CARRIER_STOP

REFUSED = frozenset(word.strip() for word in CARRIER_STOP.split(","))
"""Carriers act on these themselves and may never pass them on (FCC rule of 11 April 2025; Twilio's default list)."""

WARNED = frozenset({"yes", "start", "unstop", "help", "info"})
"""Some carriers answer these themselves (Twilio's default opt-in and help words)."""

NUMBER_KEYS = tuple(str(number) for number in range(1, 11))
"""The keys that number words stand for: "two" and "do" choose 2."""


def word_findings(flow: Flow, source: Source) -> Iterator[Finding]:
    """Keywords and options whose words are not free."""
    for number, keyword in enumerate(flow.starts.keywords):
        path: Path = ("starts", "keywords", number)
        if not source.has(path):
            path = ("starts", "keywords")
        first, rest = first_word(keyword)
        if rest or not first:
            yield source.finding(
                path, f'"{shown(keyword)}" can never begin a flow: a keyword is one word without digits and signs'
            )
        else:
            yield from _taken(keyword, "", path, source, "keyword")
    for name, state in flow.states.items():
        here: Path = ("states", name)
        match state:
            case Choose():
                yield from _menu(
                    state.options, flow, {one.key: (*here, "choose", one.key) for one in state.options}, source
                )
            case Consent():
                others = {one.key: (*here, "consent", "other", one.key) for one in state.others}
                yield from _menu(state.others, flow, others, source)
            case Ask() | Collect():
                fields = state.fields if isinstance(state, Collect) else (state.field,)
                for field in fields:
                    at = (*here, "collect", field.name) if isinstance(state, Collect) else (*here, "ask")
                    paths = {one.key: (*at, "options", one.value) for one in field.options}
                    yield from _menu(field.options, flow, paths, source)


def _menu(options: tuple[Option, ...], flow: Flow, paths: Mapping[str, Path], source: Source) -> Iterator[Finding]:
    """One menu: words that are not free, words that mean two options."""
    for option in options:
        path = paths[option.key]
        for language in flow.languages:
            for word, where in _said(option, language, path, source):
                yield from _taken(word, language, where, source, "word")
    for language in flow.languages:
        yield from _collisions(options, language, paths, source)


def _said(option: Option, language: str, path: Path, source: Source) -> Iterator[tuple[str, Path]]:
    """What can be typed for an option besides its key, each with its place."""
    if label := option.labels.get(language, ""):
        within = (*path, "label", language)
        yield label, within if source.has(within) else (*path, "label")
    for number, word in enumerate(option.words.get(language, ())):
        within = (*path, "words", language, number)
        yield word, within if source.has(within) else (*path, "words", language)


def _collisions(
    options: tuple[Option, ...], language: str, paths: Mapping[str, Path], source: Source
) -> Iterator[Finding]:
    """Words by which another option is chosen, as engine.answers.chosen chooses: by the key first, then in their order."""
    keys = {fold(option.key): option for option in options}
    owner: dict[str, Option] = {}
    for option in options:
        for spelling in spellings(option, language):
            key = read_key(spelling, NUMBER_KEYS) or spelling
            owner.setdefault(spelling, keys.get(key, option))
    for option in options:
        told: set[str] = set()
        for word, where in _said(option, language, paths[option.key], source):
            other = owner.get(fold(word), option)
            if other is not option and other.key not in told:
                told.add(other.key)
                yield source.finding(
                    where,
                    f'in {language} "{shown(word)}" means option {other.key} too: give each option words of its own',
                )


def _taken(word: str, language: str, path: Path, source: Source, what: str) -> Iterator[Finding]:
    """What the carriers or the service itself make of a word."""
    folded, word = fold(word), shown(word)
    meaning = read_answer(word, language, "none")
    if folded in REFUSED:
        yield source.finding(path, f'carriers take "{word}" for the end of all messages: choose another {what}')
    elif meaning == "stop":
        yield source.finding(path, f'the service takes "{word}" for STOP: choose another {what}')
    elif folded in WARNED:
        own = f" and the service takes it for {meaning.upper()}" if meaning in ("start", "help") else ""
        yield source.finding(
            path,
            f'"{word}" may never arrive: some carriers answer it themselves{own}; better another {what}',
            "warning",
        )
    elif meaning in ("start", "help", "wrong_number"):
        said = meaning.replace("_", " ").upper()
        yield source.finding(path, f'the service takes "{word}" for {said}: choose another {what}')
