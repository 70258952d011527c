"""India's registry of texts (TRAI's TCCCPR 2018, "DLT"): which registered text a message is, and what refusals mean.

Every SMS to a number of India must be, letter for letter, a text that was registered beforehand, but for its variables: each
stands in it as `{#var#}`, or with a tag that says what may stand there (`{#numeric#}`, `{#url#}`, `{#cbn#}`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct, field

INDIA = "+91"

ID = re.compile(r"[0-9]{19}\Z")
"""The ids of organisations and texts (1101..., 1107..., 1701...)."""
HEADER = re.compile(r"([A-Za-z]{3,6}|[0-9]{6})\Z")
"""What the SMS comes from. Six digits are for promotion only."""

VARIABLE_MAX = 30
"""Characters of one value: AWS, Exotel and the registries' own pages say 30, MSG91 says 40."""
VARIABLES_MAX = 3
"""Variables of one text; since 2023 texts with more are approved rarely."""
TEXT_MAX = 2000
"""Characters of a registered text."""

VARIABLE = re.compile(r"\{#([A-Za-z_]{0,20})#\}")
CALL_BACK, LINK = ("cbn",), ("url", "urlott")
"""Tags of variables in which a number to call, or a link, may stand."""

NO_TEMPLATE = "no registered template"
"""Why a text is not sent: nothing that is registered is like it."""
NONE_FOUND = 0
"""Stands for that among the codes of refusals."""

FIRST_CODE, LAST_CODE = 600, 670

Category = Literal["transactional", "service_implicit", "service_explicit", "promotional"]

MEANINGS = {
    NONE_FOUND: "no text under `dlt` in a flow file is like it, and it was not sent",
    600: "the organisation (entity) is not in the registry: see dlt.entity",
    604: "the id of the organisation (entity) is not valid: see dlt.entity",
    **dict.fromkeys(
        range(614, 619),
        "the chain of companies from you to the network is not registered (PE-TM binding): bind your gateway at the registry",
    ),
    620: "the header (sender) is not in the registry, or with other capitals: see the channel's `from`",
    623: "the header (sender) belongs to another organisation: see dlt.entity and the channel's `from`",
    630: "there is no text with this template id: see `dlt` in the flow file",
    631: "the template is not active: activate it at the registry",
    632: "the template is blacklisted: register the text anew",
    633: "the text is not the registered one: compare with `sms-service dlt export`",
    634: "the header (sender) is not registered for this template: add it to the template at the registry",
    635: "a variable is longer than the registry allows: see dlt.variable_max",
    636: "a variable holds what its tag does not allow: look at the template's tags",
    637: "the template does not fit the message's kind or script: look at its category at the registry",
    670: "the registry could not check the message: ask your gateway",
}
"""Codes in delivery reports (as Exotel and other aggregators list them), and what to do. 636 and 637 are explained nowhere
we could read."""
OTHER = "the registry refused it: ask your gateway what the code means"


class Registration(Struct, frozen=True, kw_only=True):
    """What a flow file says of the registry. `templates`: registered text by template id. `entity`, `header`: "" for those of
    the settings."""

    entity: str = ""
    header: str = ""
    category: Category = "service_implicit"
    templates: dict[str, str] = field(default_factory=dict)


class Rules(Struct, frozen=True, kw_only=True):
    """The settings. `required`: nothing goes to India without a template. `hosts` may stand in links. `reply_number`: what
    people text to, as our texts have it. `own`: the service's own sentences that stand in no flow, by language."""

    required: bool = False
    entity: str = ""
    header: str = ""
    variable_max: int = VARIABLE_MAX
    hosts: tuple[str, ...] = ()
    reply_number: str = ""
    own: dict[str, str] = field(default_factory=dict)


class Ids(NamedTuple):
    """What goes along with a text, 19 digits each."""

    entity: str
    template: str


class Wording(NamedTuple):
    """A registered text: what stands before, between and behind its variables, and the tags of these."""

    literals: tuple[str, ...]
    tags: tuple[str, ...]


@lru_cache(maxsize=4096)
def wording(text: str) -> Wording:
    """A registered text, read."""
    parts = VARIABLE.split(text)
    return Wording(tuple(parts[::2]), tuple(tag.lower() for tag in parts[1::2]))


def fits(registered: str, text: str, most: int) -> bool:
    """Whether `text` is `registered`, spaces and capitals included, with values of at most `most` characters.

    Without backtracking: for each fixed part all places where it may end are kept, so that the work grows with the length
    of the text times that of the registered one, whatever stands in them.
    """
    first, *between = wording(registered).literals
    if not between:
        return text == first
    last = between.pop()
    if not (text.startswith(first) and text.endswith(last)):
        return False
    ends = [len(first)]
    for literal in between:
        ends = list(_ends_after(text, literal, ends, most))
        if not ends:
            return False
    begins = len(text) - len(last)
    return any(0 <= begins - end <= most for end in ends)


def _ends_after(text: str, literal: str, ends: list[int], most: int) -> Iterator[int]:
    """Where `literal` may end if what stands before its variable may end at one of `ends` (ascending, and so is this)."""
    near, at = 0, text.find(literal, ends[0])
    while at != -1 and at <= ends[-1] + most:
        while ends[near] + most < at:
            near += 1
        if ends[near] <= at:
            yield at + len(literal)
        at = text.find(literal, at + 1)


def longest_value(registered: str, text: str) -> int:
    """The least length of variables by which `text` would be this registered text; -1 if none would do."""
    low, high = 0, len(text)
    if not fits(registered, text, high):
        return -1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(registered, text, middle) else (middle + 1, high)
    return low


def find(registrations: Iterable[Registration | None], text: str, rules: Rules) -> Ids | None:
    """The ids of the first registered text that `text` is; None if it is none of them. What is no id is passed over: the
    registry would refuse it."""
    for one in filter(None, registrations):
        for template, registered in one.templates.items():
            if ID.match(template) and fits(registered, text, rules.variable_max):
                entity = one.entity or rules.entity
                return Ids(entity if ID.match(entity) else "", template)
    return None


def applies(phone: str) -> bool:
    """Whether the registry has a say over an SMS: to a number (E.164) of India."""
    return phone.startswith(INDIA)


def code_of(reason: str) -> int:
    """The registry's code in a gateway's reason for a refusal or a failure; 0 if it is another reason."""
    code = int(reason) if reason.isascii() and reason.isdigit() and len(reason) <= 6 else 0
    return code if FIRST_CODE <= code <= LAST_CODE else 0


def meaning(code: int) -> str:
    """What a code means and what to do, in a sentence."""
    return MEANINGS.get(code, OTHER)


def told(code: int, times: int) -> str:
    """So many refusals with a code, in a day, as a sentence for the operator."""
    messages = f"{times:,} message{'' if times == 1 else 's'} to India in 24 hours"
    if code == NONE_FOUND:
        return f"{messages} not sent, {NO_TEMPLATE}: {meaning(code)}"
    return f"{messages} refused by the registry with code {code}: {meaning(code)}"
