"""What flow files may speak of besides their own states: answer types, effects, and what can begin a flow.

The domain (enrolment) registers these things and describes them here, so that the checker knows what a flow may call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sms_service.engine import dlt

Parameters = Mapping[str, Any]
Longest = Callable[[Parameters, str], Any]


def _no_problem(_parameters: Parameters) -> str:
    return ""


@dataclass(frozen=True)
class TypeShape:
    """One answer type.

    `parameters`: what may stand beside `type`, such as min and max; those in `required` must. `check` says what is wrong
    with them, in a sentence, or "". `problems`: what can be wrong with an answer, each with the service's own sentence by
    language (a template; the parameters are its variables). `longest` makes, from the parameters, the longest value in
    the letters of a language (such as "hi"). `by_key`: answered by a number of a menu, so only once the menu was seen. `zero`:
    whether, by its parameters, 0 is an answer. `settings` makes, from the parameters, what the settings say besides (the
    pattern of a format), which the reader gets with them.
    """

    problems: Mapping[str, Mapping[str, str]]
    longest: Longest
    parameters: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    check: Callable[[Parameters], str] = _no_problem
    by_key: bool = False
    zero: Callable[[Parameters], bool] = lambda _parameters: False
    settings: Callable[[Parameters], Parameters] = lambda _parameters: {}


@dataclass(frozen=True)
class EffectShape:
    """One effect.

    `parameters`: name to answer type, "text" for any; those in `optional` may be left out. `more`: takes whatever else
    the dialogue has collected. `outcomes`: each with the variables that may be used after it (`member.number`) and their
    types. `kinds`: those that a flow need not name, each with the more general one whose way it then goes, and whose
    variables it brings too: what a later version adds finds a way in every flow file there is. `begins`: what it makes
    happen (`registration.saved`), which other flows may start on. `about`: what it is done to ("registration"), which the
    dialogue must have begun with; `by_enroler`: only an enroler can have it done. `purpose`: what she must have said yes to
    before. `language`: which of the parameters is the code of a language.
    """

    outcomes: Mapping[str, Mapping[str, str]]
    parameters: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    more: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)
    begins: tuple[str, ...] = ()
    about: str = ""
    by_enroler: bool = False
    purpose: str = ""
    language: str = ""


@dataclass(frozen=True)
class Happening:
    """Something that begins flows (`starts: {on: ...}`): the variables it brings, each with its type. `fields`: besides,
    whatever was collected before the effect that made it happen. `about`: what the dialogue is about then ("registration")
    for the person whom it is about; "" where its effects would be done to somebody else."""

    variables: Mapping[str, str]
    fields: bool = False
    about: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """All of it. `constants` are variables that every text may use (the organisation's name). `given` are types that
    nobody can be asked for, such as a membership number: the longest value of each, by language. `purposes` are what people
    may be asked to consent to; none stands for any. `letters`: one letter of each language that is not written in Latin
    ones. `dlt`: what the settings say of India's registry."""

    effects: Mapping[str, EffectShape] = field(default_factory=dict)
    types: Mapping[str, TypeShape] = field(default_factory=dict)
    happenings: Mapping[str, Happening] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    purposes: tuple[str, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    dlt: dlt.Rules = field(default_factory=dlt.Rules)
