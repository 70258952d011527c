"""Who somebody is: a name, a mobile number, a voter ID and other national IDs, the number of a polling booth."""

from __future__ import annotations

import importlib
import pkgutil
import re
import unicodedata
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType

import phonenumbers
import stdnum
from phonenumbers import NumberParseException, ValidationResult
from rapidfuzz import process
from stdnum.exceptions import InvalidChecksum
from stdnum.in_ import epic

from sms_service import id_pattern
from sms_service.authoring.vocabulary import Parameters, TypeShape
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.registry import TYPES, Noted, Setting, Wrong, answer_type, letters, plain
from sms_service.id_pattern import REPAIRED_MAX, read_pattern

NAME_MAX = 60
"""Characters of a name: what fits on a card in two lines."""

BOOTH_MAX = 9999
"""Polling booths are numbered within a constituency; India's largest have a few thousand."""

MOBILE_MAX = 16
"""Signs of the longest number: + and 15 digits (ITU-T E.164)."""

NATIONAL_ID_MAX = id_pattern.SIGNS_MAX
"""Signs of a national ID. The modules of python-stdnum are spared what cannot be one."""

ALIKE = 75
"""How alike (of 100) a misspelt format and a real one must be, so that the real one is suggested."""

IDS = frozenset({"voter_id", "national_id"})
"""Answer types of numbers that a state gave, one to each person."""

VOTER_ID = re.compile(r"[A-Z0-9]{10}")
LEGACY_VOTER_ID = re.compile(r"[A-Z]{2}/[0-9]{1,3}/[0-9]{1,3}/[0-9]{5,7}")
"""What was printed before the ten signs, by state, district, constituency and number: still on people's cards."""

AS_DIGIT, AS_LETTER = str.maketrans(id_pattern.AS_DIGIT), str.maketrans(id_pattern.AS_LETTER)
"""Signs that are read as the other, only where a place can hold nothing else."""

MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)

MOBILE_DIGITS = {27: 9}
"""Digits after the country code where libphonenumber lets shorter numbers pass as well: in South Africa 82 with three to
seven more, so that a number typed without its last digit would be one."""


@answer_type(words=12, longest=lambda _parameters, language: letters(NAME_MAX, language))
def name(text: str, _field: Field, _setting: Setting) -> str | Wrong:
    """A person's name, in any script: letters and marks, apostrophes, dots, hyphens; up to 60 characters."""
    typed = plain(text).strip(" ,;.")
    if any(c.isdigit() for c in typed):
        return Wrong("has_digits")
    if not all(c in " '’.-\u200c\u200d" or unicodedata.category(c)[0] in "LM" for c in typed):
        return Wrong("not_a_name")
    if len(typed) < 2:
        return Wrong("too_short")
    if len(typed) > NAME_MAX:
        return Wrong("too_long")
    return typed if any(c.isalpha() for c in typed) else Wrong("not_a_name")


@answer_type(words=7, longest=lambda _parameters, _language: f"+{'9' * (MOBILE_MAX - 1)}")
def mobile(text: str, _field: Field, setting: Setting) -> str | Noted | Wrong:
    """A mobile number in any of its spellings, as E.164; without +code, one of the setting's regions."""
    typed = plain(text).upper()
    confused = sum(sign in "OILSB" for sign in typed)
    found = mobile_number(typed.translate(AS_DIGIT) if confused <= REPAIRED_MAX else typed, setting.regions)
    return Noted(found, confused) if confused and not isinstance(found, Wrong) else found


def mobile_number(text: str, regions: Sequence[str]) -> str | Wrong:
    """The same without a dialogue. A number that more than one region has is of the first of them."""
    typed = plain(text)
    digits = re.sub(r"[^0-9+]", "", typed)
    if len(digits) != len(re.sub(r"[\s().\-]", "", typed)):
        return Wrong("not_a_number")
    problems: list[str] = []
    for region in regions:
        try:
            number = phonenumbers.parse(re.sub(r"^00", "+", digits), region)
        except NumberParseException as error:
            problems.append(_unparsed(error))
            continue
        wanted = MOBILE_DIGITS.get(number.country_code or 0)
        if wanted and len(phonenumbers.national_significant_number(number)) < wanted:
            problems.append("too_short")
            continue
        if phonenumbers.number_type(number) in MOBILE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        problems.append(_no_mobile(number))
    return Wrong("not_mobile" if "not_mobile" in problems else [*problems, "not_a_number"][0])


def _unparsed(error: NumberParseException) -> str:
    return {
        NumberParseException.INVALID_COUNTRY_CODE: "not_mobile",
        NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
        NumberParseException.TOO_SHORT_NSN: "too_short",
        NumberParseException.TOO_LONG: "too_long",
    }.get(error.error_type, "not_a_number")


def _no_mobile(number: phonenumbers.PhoneNumber) -> str:
    if phonenumbers.is_valid_number(number):
        return "not_mobile"
    kind = phonenumbers.PhoneNumberType.MOBILE  # whose lengths count: a landline of India may have fewer digits
    return {
        ValidationResult.TOO_SHORT: "too_short",
        ValidationResult.INVALID_LENGTH: "too_short",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
        ValidationResult.TOO_LONG: "too_long",
    }.get(phonenumbers.is_possible_number_for_type_with_reason(number, kind), "not_mobile")


@answer_type(words=5, longest=lambda _parameters, _language: "AB/123/123/1234567")
def voter_id(text: str, _field: Field, _setting: Setting) -> str | Noted | Wrong:
    """An Indian voter ID (EPIC): three letters and seven digits; the older form with slashes is let pass, flagged.

    So is a failing check digit: cards with one were issued.
    """
    typed = plain(text).upper()
    if LEGACY_VOTER_ID.fullmatch(old := typed.replace(" ", "")):
        return Noted(old, flag="legacy")
    compact = re.sub(r"[\s/.\-]", "", typed)
    if not VOTER_ID.fullmatch(compact):
        return Wrong("wrong_shape")
    value = compact[:3].translate(AS_LETTER) + compact[3:].translate(AS_DIGIT)
    confused = sum(one != other for one, other in zip(compact, value, strict=True))
    if not (value[:3].isalpha() and value[3:].isdigit() and confused <= REPAIRED_MAX):
        return Wrong("wrong_shape")
    odd = not epic.is_valid(value)
    return Noted(value, confused, "check_digit" if odd else "") if confused or odd else value


@answer_type(words=1, longest=lambda _parameters, _language: f"{BOOTH_MAX}A")
def booth(text: str, _field: Field, _setting: Setting) -> str | Noted | Wrong:
    """The number of a polling booth, with or without a letter: 12, 12A.

    Of a line it takes one word: the letter after `12` is the initial of a name (`12 R Ramesh`) more often than part of
    the number. An O, I or L at its end is a digit, since no booth is divided by such a letter.
    """
    typed = re.sub(r"(?<=[0-9])[\s/.\-](?=[A-Z]$)", "", plain(text).upper())
    found = re.fullmatch(r"([0-9OIL]*[0-9][OIL]*)([A-HJKMNP-Z]?)", typed)
    digits = found[1].translate(AS_DIGIT).lstrip("0") if found else ""
    if not found or not digits:
        return Wrong("not_a_booth")
    if len(digits) > len(str(BOOTH_MAX)):
        return Wrong("too_large")
    confused = sum(sign in "OIL" for sign in found[1])
    value = digits + found[2]
    return Noted(value, confused) if confused else value


# --- national IDs -------------------------------------------------------------------------------------------------


def _check_format(parameters: Parameters, own: Collection[str] = ()) -> str:
    wanted = str(parameters.get("format", ""))
    if (
        wanted in formats() or wanted in own or "format" not in parameters
    ):  # that it is required is said by whoever asks
        return ""
    nearest = process.extractOne(wanted, [*own, *formats()], score_cutoff=ALIKE)
    hint = f"did you mean {nearest[0]}?" if nearest else "it is country.number, such as in.pan, za.idnr or pk.cnic"
    without = "" if "." in wanted else ", and id_formats in config.yaml has none of that name"
    return f"python-stdnum knows no format {wanted}{without}; {hint}"


def _longest_example(parameters: Parameters, _language: str) -> str:
    """stdnum says nowhere how long a number may be; the examples in a module's docstring are of full length."""
    module = stdnum_module(str(parameters.get("format", "")))
    examples = re.findall(r"\(\s*'([^']*)'\s*[,)]", (module.__doc__ or "") if module else "")
    valid = [module.compact(example).upper() for example in examples if module and module.is_valid(example)]
    return max(valid, key=len, default="9" * NATIONAL_ID_MAX)


@answer_type(
    words=4, longest=_longest_example, parameters=("format",), required=("format",), check=_check_format
)  # fmt: skip
def national_id(text: str, field: Field, _setting: Setting) -> str | Noted | Wrong:
    """A national ID of `format`: a module of python-stdnum (in.pan; a failing check digit is refused), or an organisation's
    own, whose `pattern` the settings gave."""
    if pattern := str(field.parameters.get("pattern", "")):
        found = read_pattern(pattern).value(plain(text).strip(" .,;"))
        return Wrong("wrong_shape") if found is None else Noted(*found) if found[1] else found[0]
    module = stdnum_module(str(field.parameters.get("format", "")))
    typed = plain(text).strip(" .,;").upper()
    if module is None or not typed.isascii() or len(typed) > 2 * NATIONAL_ID_MAX:
        return Wrong("wrong_shape")
    try:
        module.validate(typed)
        value = str(module.compact(typed))
        module.validate(value)
    except InvalidChecksum:
        return Wrong("wrong_check_digit")
    except ValueError:  # stdnum's ValidationError is one; a module or two (gh.tin) takes the int() of a letter
        return Wrong("wrong_shape")
    return value if len(value) <= NATIONAL_ID_MAX else Wrong("wrong_shape")


def with_own_formats(own: Mapping[str, Mapping[str, str]]) -> TypeShape:
    """The shape of `national_id` where an organisation has formats of its own: by name, each with `pattern` and `example`."""

    def longest(parameters: Parameters, language: str) -> str:
        mine = own.get(str(parameters.get("format", "")))
        return read_pattern(mine["pattern"]).longest if mine else _longest_example(parameters, language)

    return replace(
        TYPES["national_id"].shape,
        check=lambda parameters: _check_format(parameters, own),
        longest=longest,
        settings=lambda parameters: own.get(str(parameters.get("format", "")), {}),
    )


@cache
def formats() -> Mapping[str, str]:
    """The national formats of python-stdnum, as country.number, each with its module."""
    found = {}
    for country in pkgutil.iter_modules(stdnum.__path__):
        code = country.name.rstrip("_")  # stdnum.in_ and stdnum.is_: Python keeps the bare words for itself
        if country.ispkg and len(code) == 2:
            for module in pkgutil.iter_modules([f"{folder}/{country.name}" for folder in stdnum.__path__]):
                found[f"{code}.{module.name.rstrip('_')}"] = f"stdnum.{country.name}.{module.name}"
    return found


@cache
def stdnum_module(wanted: str) -> ModuleType | None:
    """The module of a format; None for whatever is not in `formats`, so that no flow file has anything else imported."""
    if wanted not in formats():
        return None
    with warnings.catch_warnings():  # some modules are old names of others, and say so
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(formats()[wanted])
