"""Mask, hash, encrypt, redact: the only place that knows how personal data is protected. Pure; keys come in as arguments.

At rest a person's data is AES-256-GCM under a key of her own; that key is wrapped by the service's key. Forgetting a
person destroys her wrapped key: every copy, in every table and backup, is noise from then on. What must be found again
(a phone number, a voter ID) has a keyed hash (HMAC-SHA256) beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
"""AES-256 and HMAC-SHA256."""

NONCE_BYTES = 12
"""The nonce that NIST SP 800-38D recommends for GCM; random, which is safe for 2^32 messages under one key."""

TOKEN_BYTES = 16
"""128 bits from a CSPRNG, the least that OWASP ASVS 5.0 (11.5.1) allows for what must not be guessed."""

FORMAT = b"\x01"
"""First byte of everything we encrypt: which form, and which service key, it was made with. For rotation."""


SIGNED = ("ledger", "card")
"""What is signed, so that others can check it without our key: the head of the ledger, the code on a card."""


class Unreadable(Exception):
    """The ciphertext was not made with this key for this column: changed, moved to another row, or key lost."""


class Keys:
    """The service's master key, split by purpose (HKDF-like, one HMAC a purpose), so that no two uses share a key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ValueError(f"the service key has {len(master)} bytes, not {KEY_BYTES}")
        self._wrap = AESGCM(_derive(master, b"wrap"))
        self._index = _derive(master, b"index")
        self._ledger = _derive(master, b"ledger")
        self._signing = {what: _derive(master, b"sign/" + what.encode()) for what in SIGNED}
        self.service = PersonKey(_derive(master, b"service"))
        """For data that belongs to no person yet (a spooled message)."""

    def index(self, what: str, value: str) -> bytes:
        """The keyed hash by which `value` is found again; 32 bytes. `what` ("phone", "voter_id") keeps kinds apart."""
        return hmac.digest(self._index, f"{what}:{value}".encode("utf-8", "replace"), "sha256")

    def ledger_mac(self, digest: bytes) -> bytes:
        """The keyed hash of a ledger row: whoever has the database and not the key cannot write one. 32 bytes."""
        return hmac.digest(self._ledger, digest, "sha256")

    def sign(self, what: str, data: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes (RFC 8032). `what` is one of SIGNED: each has a key pair of its own."""
        return Ed25519PrivateKey.from_private_bytes(self._signing[what]).sign(data)

    def public_key(self, what: str) -> bytes:
        """What anybody can check the signatures with; 32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self._signing[what]).public_key().public_bytes_raw()

    def new_person_key(self) -> bytes:
        """A fresh wrapped key for one person, as it is stored with her row."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + nonce + self._wrap.encrypt(nonce, secrets.token_bytes(KEY_BYTES), b"person")

    def person_key(self, wrapped: bytes) -> PersonKey:
        """The person's key. Raises Unreadable if it was destroyed, or wrapped by another service key."""
        try:
            return PersonKey(self._wrap.decrypt(wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :], b"person"))
        except (InvalidTag, ValueError) as error:
            raise Unreadable("this person's key was destroyed, or the service key is another one") from error


class PersonKey:
    """Encrypts and decrypts one person's columns. `column` is bound in, so that no value can be moved to another."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, column: str, text: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + nonce + self._aead.encrypt(nonce, text.encode(), column.encode())

    def decrypt(self, column: str, sealed: bytes) -> str:
        """Raises Unreadable."""
        return self.decrypt_bytes(column, sealed).decode()

    def encrypt_bytes(self, column: str, data: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + nonce + self._aead.encrypt(nonce, data, column.encode())

    def decrypt_bytes(self, column: str, sealed: bytes) -> bytes:
        """Raises Unreadable."""
        try:
            return self._aead.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], column.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"column {column} was not made with this key") from error


def is_signed(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the owner of this Ed25519 key signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _derive(master: bytes, purpose: bytes) -> bytes:
    return hmac.digest(master, b"sms_service/1/" + purpose, "sha256")


def new_token() -> str:
    """22 characters that nobody can guess (128 bits), fit for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """How a token is stored: whoever reads the table cannot open the card. The token is random, so no key is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def same(given: str, expected: str) -> bool:
    """Constant-time comparison; an empty expectation never matches."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def mask(value: str) -> str:
    """The last three characters: `..567`. What is shown of a number or an ID to anybody but its owner."""
    tail = value[-3:] if len(value) > 3 else ""
    return f"..{tail}"


def mask_id(value: str) -> str:
    """The last three characters of an ID, and of one of eight or more the letters that it begins with, at most three
    (`ABC..567`, `AB..456`). Digits at its beginning would leave two to be guessed."""
    letters = re.match(r"[^\W\d_]{0,3}", value)
    return f"{letters[0] if letters and len(value) >= 8 else ''}{mask(value)}"


def mask_name(name: str) -> str:
    """Every word but the last is shortened to its first letter with its vowel signs: `R. Kumar`."""
    words = name.split()
    return " ".join([*(f"{_first_cluster(word)}." for word in words[:-1]), *words[-1:]]) if len(words) > 1 else name


def _first_cluster(word: str) -> str:
    found = re.match(r"\w[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0980-\u0983\u09be-\u09cd\u0b82\u0bbe-\u0bcd]*", word)
    return found.group() if found else word[:1]


DIGIT_RUN = re.compile(r"\b(?=\d*[a-f])[0-9a-f]{32}\b|(?P<digits>\+?\d[\d \-]{5,}\d)")
"""Seven digits or more, as phone numbers and IDs are written; and our own references, which operators must be able to
look up."""


def redact(text: str) -> str:
    """`text` for a log line: long runs of digits are replaced. A net under the rule that no such thing is logged."""
    return DIGIT_RUN.sub(lambda found: "[digits]" if found["digits"] else found[0], text)


FILTERS: dict[str, Callable[[str], str]] = {"masked": lru_cache(maxsize=1024)(mask_id), "masked_name": mask_name}
"""What the texts of a flow may use: `{{ voter_id|masked }}`."""
