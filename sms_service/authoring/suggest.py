"""Which name was probably meant, where one is misspelt. For suggestions only."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

SUGGESTION_CUTOFF = 0.6
"""How alike (0 to 1) a name must be to be suggested: one slip in three letters, two in five. Below, the guess confuses."""

SHORTENED_MIN = 4
"""Letters that a name cut short has at least: `lang`. With fewer it could be anything."""

SHOWN = 20
"""Names that are listed where none is near: more than a drive has flows."""

OTHER_TYPES = {
    **dict.fromkeys(("phone", "phone_number", "phonenumber", "tel", "telephone", "cell", "msisdn"), "mobile"),
    **dict.fromkeys(("string", "str", "char", "varchar", "textarea", "email", "mail", "free_text"), "text"),
    **dict.fromkeys(("int", "integer", "float", "decimal", "numeric", "digits", "age"), "number"),
    **dict.fromkeys(("bool", "boolean", "yesno", "yes/no", "yes_or_no", "checkbox"), "yes_no"),
    **dict.fromkeys(("select", "select_one", "enum", "menu", "option", "options", "multiple_choice", "radio"), "choice"),
    **dict.fromkeys(("day", "datetime", "birthday", "dob"), "date"),
    **dict.fromkeys(("image", "picture", "file"), "photo"), **dict.fromkeys(("url", "website"), "link"),
}  # fmt: skip
"""What answer types are called in spreadsheets, web forms and programs."""

COMMON_TYPES = ("name", "mobile", "number", "date", "choice", "yes_no", "text", "area")
"""The answer types that most flows ask for."""


def nearest(given: str, known: Collection[str]) -> str:
    """The one of the known names that was probably meant, or ""."""
    # a list, because rapidfuzz looks at the values of a mapping
    found = process.extractOne(given, list(known), scorer=OSA.normalized_similarity, score_cutoff=SUGGESTION_CUTOFF)
    return str(found[0]) if found else _begun(given, known)


def _begun(given: str, known: Collection[str]) -> str:
    """The only known name that begins like this, with SHORTENED_MIN letters at least: `lang` for `language`."""
    begun = [name for name in known if name.startswith(given)] if len(given) >= SHORTENED_MIN else []
    return str(begun[0]) if len(begun) == 1 else ""


def did_you_mean(given: str, known: Collection[str]) -> str:
    """`, did you mean "x"?` where one of the known names is near, else nothing."""
    meant = nearest(given, known)
    return f', did you mean "{meant}"?' if meant else ""


def meant_type(given: str, types: Collection[str]) -> str:
    """The answer type that was probably meant: under what another system calls it, or misspelt; or ""."""
    other = OTHER_TYPES.get(given.lower(), "")
    return other if other in types else nearest(given, types)


def no_type(given: str, types: Collection[str]) -> str:
    """What is said of an answer type that there is not."""
    meant = meant_type(given, types)
    if meant and meant == OTHER_TYPES.get(given.lower()):
        return f'there is no answer type "{given}": write {meant}'
    hint = (
        f', did you mean "{meant}"?'
        if meant
        else f"; there are {', '.join(one for one in COMMON_TYPES if one in types)} and more (docs/flows.md, Answer types)"
    )
    return f'there is no answer type "{given}"{hint}'


def instead(given: str, known: Collection[str]) -> str:
    """The same, or `; there are x, y` where none is near."""
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return did_you_mean(given, known) or (f"; there are {', '.join(sorted(known)[:SHOWN])}{more}" if known else "")
