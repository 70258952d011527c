"""One of several: an option of a menu, or yes and no."""

from __future__ import annotations

from sms_service.authoring.vocabulary import Parameters
from sms_service.engine.answers import chosen, read_answer, read_key
from sms_service.engine.model import Field, Option
from sms_service.enrolment.answer_types.registry import Setting, Wrong, answer_type

YES_KEY, NO_KEY = "1", "2"
"""What the menu of a yes_no says, in this order."""

OPTION_MAX = 50
"""Letters of an option's value, which is a name in the flow file."""


def _longest_option(parameters: Parameters, _language: str) -> str:
    """Of `options`, which are Options or their values; where none are given, the longest that the language allows."""
    values = [one.value if isinstance(one, Option) else str(one) for one in parameters.get("options") or ()]
    return max(values, key=len, default="m" * OPTION_MAX)


@answer_type(words=4, longest=_longest_option, parameters=("options",), required=("options",), by_key=True)
def choice(text: str, field: Field, setting: Setting) -> str | Wrong:
    """The value of the option that is named by key, label or word."""
    option = chosen(text, field.options, setting.language)
    return option.value if option else Wrong("not_an_option")


@answer_type(words=3, longest=lambda _parameters, _language: True, by_key=True)
def yes_no(text: str, _field: Field, setting: Setting) -> bool | Wrong:
    """True or False: yes and no in any language, or 1 and 2."""
    key = read_key(text, (YES_KEY, NO_KEY))
    answer = read_answer(text, setting.language, "yes_no")
    if key == YES_KEY or answer == "yes":
        return True
    return False if key == NO_KEY or answer == "no" else Wrong("unclear")
