"""Mask, hash, encrypt, redact: what is kept of a person can be read with her own key, in its own column, and nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service import privacy
from sms_service.privacy import Keys, PersonKey, Root, Unreadable, fingerprint, number_of

KEYS = Keys(bytes(range(32)))


@pytest.fixture
def her() -> PersonKey:
    return KEYS.person_key(KEYS.new_person_key())


# --- encrypting ---------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_encrypted_is_read_again(text: str) -> None:
    key = KEYS.person_key(KEYS.new_person_key())
    assert key.decrypt("turn.text", key.encrypt("turn.text", text)) == text


def test_the_same_text_is_never_encrypted_alike(her: PersonKey) -> None:
    assert her.encrypt("turn.text", "Ram Kumar") != her.encrypt("turn.text", "Ram Kumar")
    assert b"Ram Kumar" not in her.encrypt("turn.text", "Ram Kumar")


def test_nothing_can_be_moved_to_another_column_or_another_person(her: PersonKey) -> None:
    sealed = her.encrypt("turn.text", "yes")
    with pytest.raises(Unreadable, match=r"column consent\.reply was not made with this key"):
        her.decrypt("consent.reply", sealed)
    with pytest.raises(Unreadable):
        KEYS.person_key(KEYS.new_person_key()).decrypt("turn.text", sealed)


@pytest.mark.parametrize("place", range(1, 32))
def test_a_changed_byte_is_noticed(her: PersonKey, place: int) -> None:
    sealed = bytearray(her.encrypt("turn.text", "yes"))
    sealed[place] ^= 1
    with pytest.raises(Unreadable):
        her.decrypt("turn.text", bytes(sealed))


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x01" * 12, b"\x01" * 40])
def test_what_is_no_ciphertext_is_unreadable(her: PersonKey, damaged: bytes) -> None:
    with pytest.raises(Unreadable):
        her.decrypt("turn.text", damaged)


def test_a_persons_key_opens_with_the_services_key_alone() -> None:
    wrapped = KEYS.new_person_key()
    sealed = KEYS.person_key(wrapped).encrypt("c", "x")
    assert Keys(bytes(range(32))).person_key(wrapped).decrypt("c", sealed) == "x"
    with pytest.raises(Unreadable, match="the service key is another one"):
        Keys(bytes(32)).person_key(wrapped)
    with pytest.raises(Unreadable, match="destroyed"):
        KEYS.person_key(b"")


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_service_key_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match=f"the service key has {length} bytes, not 32"):
        Keys(bytes(length))


# --- several service keys -----------------------------------------------------------------------------------------

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
VECTORS = json.loads((Path(__file__).parent / "vectors" / "privacy.json").read_text())


@pytest.mark.parametrize(
    "keys", [(OLD,), (NEW, OLD), (OLD, NEW)], ids=["alone", "behind a new one", "before a new one"]
)
def test_what_was_written_before_keys_could_be_rotated_is_read_and_found(keys: tuple[bytes, ...]) -> None:
    numbers = [1 if one == OLD else 2 for one in keys]
    opened = Keys(*keys, numbers=numbers, root=Root.of_key(bytes.fromhex(VECTORS["service_key"])))
    her = opened.person_key(bytes.fromhex(VECTORS["wrapped"]))
    assert her.decrypt(VECTORS["column"], bytes.fromhex(VECTORS["sealed"])) == VECTORS["text"]
    service = opened.service.decrypt(VECTORS["service_column"], bytes.fromhex(VECTORS["service_sealed"]))
    assert service == VECTORS["service_text"]
    assert opened.index("phone", "+919876543210").hex() == VECTORS["index"]
    assert opened.ledger_mac(b"digest").hex() == VECTORS["ledger_mac"]
    for what in ("ledger", "card"):
        assert opened.public_key(what).hex() == VECTORS["public_keys"][what]
        assert opened.sign(what, b"data").hex() == VECTORS["signatures"][what]
    assert fingerprint(OLD).hex() == VECTORS["check"]


def test_the_first_key_wraps_and_the_others_only_open() -> None:
    before, both, after = Keys(OLD), Keys(NEW, OLD), Keys(NEW, numbers=[2])
    wrapped = both.new_person_key()
    assert (number_of(wrapped), number_of(before.new_person_key())) == (2, 1)
    sealed = both.person_key(wrapped).encrypt("c", "x")
    assert after.person_key(wrapped).decrypt("c", sealed) == "x"
    with pytest.raises(Unreadable):
        before.person_key(wrapped)


def test_a_key_of_a_person_is_wrapped_anew_and_what_it_opens_stays_as_it_is() -> None:
    wrapped = Keys(OLD).new_person_key()
    sealed = Keys(OLD).person_key(wrapped).encrypt("c", "x")
    again = Keys(NEW, OLD).rewrapped(wrapped)
    assert (number_of(wrapped), number_of(again)) == (1, 2)
    assert Keys(NEW, numbers=[2]).person_key(again).decrypt("c", sealed) == "x"
    with pytest.raises(Unreadable):
        Keys(NEW, OLD).rewrapped(b"")


def test_what_the_service_seals_names_its_key_and_cannot_be_moved_to_another_column() -> None:
    sealed = Keys(NEW, OLD).service.encrypt("spool", "kept")
    assert number_of(sealed) == 2
    assert Keys(NEW, numbers=[2]).service.decrypt("spool", sealed) == "kept"
    for keys, column in ((Keys(OLD), "spool"), (Keys(NEW, OLD), "outbox.farewell")):
        with pytest.raises(Unreadable, match="was not made with a service key that we have"):
            keys.service.decrypt(column, sealed)


def test_a_key_that_has_another_number_now_opens_all_the_same() -> None:
    sealed = Keys(NEW, numbers=[3]).service.encrypt("spool", "kept")
    assert Keys(NEW, OLD, numbers=[2, 1]).service.decrypt("spool", sealed) == "kept"


def test_the_root_changes_with_no_key_and_is_of_no_key_where_it_begins() -> None:
    root = Root.random()
    one, two = Keys(OLD, root=root), Keys(NEW, OLD, root=Root.read(root.data))
    assert one.index("phone", "1") == two.index("phone", "1") != Keys(OLD).index("phone", "1")
    assert one.ledger_mac(b"d") == two.ledger_mac(b"d") != Keys(OLD).ledger_mac(b"d")
    assert one.public_key("card") == two.public_key("card") != one.public_key("ledger")
    with pytest.raises(Unreadable, match="the root has 31 bytes"):
        Root.read(bytes(31))


# --- finding again ------------------------------------------------------------------------------------------------


def test_a_number_is_found_again_by_a_hash_that_only_the_service_can_make() -> None:
    index = KEYS.index("phone", "+919876543210")
    assert index == Keys(bytes(range(32))).index("phone", "+919876543210")
    assert len(index) == 32
    assert index != KEYS.index("voter_id", "+919876543210")
    assert index != KEYS.index("phone", "+919876543211")
    assert index != Keys(bytes(32)).index("phone", "+919876543210")
    assert KEYS.index("phone", "\ud800")


def test_no_two_uses_share_a_key() -> None:
    made = [privacy._derive(bytes(32), purpose) for purpose in (b"wrap", b"index", b"service")]
    assert len(set(made)) == 3
    assert bytes(32) not in made


# --- tokens -------------------------------------------------------------------------------------------------------


def test_a_token_cannot_be_guessed_and_fits_an_address() -> None:
    tokens = {privacy.new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


def test_a_token_is_compared_by_its_hash() -> None:
    assert privacy.token_hash("abc") == privacy.token_hash("abc") != privacy.token_hash("abd")
    assert len(privacy.token_hash("\ud800")) == 32


@pytest.mark.parametrize(
    ("given_", "expected", "is_same"),
    [
        ("secret", "secret", True),
        ("Secret", "secret", False),
        ("", "secret", False),
        ("", "", False),
        ("\ud800", "x", False),
    ],
)
def test_secrets_are_the_same_or_not_and_an_empty_one_never_is(given_: str, expected: str, is_same: bool) -> None:
    assert privacy.same(given_, expected) is is_same


# --- what is shown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "shown"), [("+919876543210", "..210"), ("12", ".."), ("", ".."), ("1234", "..234")])
def test_of_a_number_the_last_three_digits_are_shown(value: str, shown: str) -> None:
    assert privacy.mask(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ABC1234567", "ABC..567"),
        ("AB123456", "AB..456"),
        ("AB12345", "..345"),
        ("1AB23456", "..456"),
        ("+919876543210", "..210"),
        ("A1", ".."),
    ],
)
def test_of_an_id_its_ends_are_shown(value: str, shown: str) -> None:
    assert privacy.mask_id(value) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ram Kumar", "R. Kumar"),
        ("Ram Prasad Kumar", "R. P. Kumar"),
        ("Ram", "Ram"),
        ("सुनीता देवी", "सु. देवी"),
        ("राम कुमार", "रा. कुमार"),
        ("கமலா ராமன்", "க. ராமன்"),
        ("", ""),
    ],
)
def test_of_a_name_the_last_word_is_shown(name: str, shown: str) -> None:
    assert privacy.mask_name(name) == shown


def test_the_masks_are_what_texts_may_use() -> None:
    assert privacy.FILTERS["masked"]("ABC1234567") == "ABC..567"
    assert privacy.FILTERS["masked_name"]("Ram Kumar") == "R. Kumar"


# --- what is logged -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["+919876543210", "9876543210", "98765 43210", "98765-43210", "1234567"])
def test_long_runs_of_digits_never_reach_a_log(digits: str) -> None:
    assert privacy.redact(f"from {digits}: hello") == "from [digits]: hello"


@pytest.mark.parametrize(
    "line", ["status 21610", "12:30:59 INFO", "card 123456", "ref 0123456789abcdef0123456789abcdef"]
)
def test_what_an_operator_must_look_up_stays(line: str) -> None:
    assert privacy.redact(line) == line
