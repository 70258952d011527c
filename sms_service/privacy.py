"""Mask, hash, encrypt, redact: the only place that knows how personal data is protected. Pure; keys come in as arguments.

At rest a person's data is AES-256-GCM under a key of her own; that key is wrapped by the service's key. Forgetting a
person destroys her wrapped key: every copy, in every table and backup, is noise from then on. What must be found again
(a phone number, a voter ID) has a keyed hash (HMAC-SHA256) beside it.

Service keys can be replaced: the first one wraps, the others only open. What may never change, though keys do - the keyed
hashes, the ledger's, the signatures - comes from the Root, which is kept wrapped like a person's key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Self

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
"""First byte of what a person's own key encrypts: the form. Which key it was is said by whose row it stands in."""

NUMBER_MAX = 255
"""What a service's key encrypts begins with the number of that key, in one byte (store/installation.py gives the numbers):
a new key a month for twenty years. Key 1 is the one that a database was begun with."""


SIGNED = ("ledger", "card")
"""What is signed, so that others can check it without our key: the head of the ledger, the code on a card."""


class Unreadable(Exception):
    """The ciphertext was not made with this key for this column: changed, moved to another row, or key lost."""


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


class ServiceKey(PersonKey):
    """The same under the service's own keys. What it makes begins with the number of the key that it was made with."""

    def __init__(self, numbers: Sequence[int], keys: Sequence[bytes]) -> None:
        super().__init__(keys[0])
        self._number = bytes([numbers[0]])
        self._held = {number: AESGCM(key) for number, key in zip(numbers, keys, strict=True)}

    def encrypt(self, column: str, text: str) -> bytes:
        return self.encrypt_bytes(column, text.encode())

    def encrypt_bytes(self, column: str, data: bytes) -> bytes:
        return self._number + super().encrypt_bytes(column, data)[1:]

    def decrypt_bytes(self, column: str, sealed: bytes) -> bytes:
        for aead in self._by_its_number(sealed):
            try:
                return aead.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], column.encode())
            except (InvalidTag, ValueError):
                continue
        raise Unreadable(f"column {column} was not made with a service key that we have")

    def _by_its_number(self, sealed: bytes) -> Iterator[AESGCM]:
        """The key that it names, then the others: in a database that was restored from a backup a key may have got another
        number than it had when a file in the spool was written."""
        named = number_of(sealed)
        if named in self._held:
            yield self._held[named]
        yield from (aead for number, aead in self._held.items() if number != named)


def number_of(sealed: bytes) -> int:
    """The number of the service key that this was made with; 0 for what is empty."""
    return sealed[0] if sealed else 0


def fingerprint(master: bytes) -> bytes:
    """By which a service key is known again, and nobody learns it: 32 bytes. The check value of all releases before
    revision 0006."""
    return hmac.digest(_derive(master, b"index"), b"installation:key", "sha256")


@dataclass(frozen=True, slots=True)
class Root:
    """The keys of all that must stay as it is when service keys are replaced: of the keyed hashes (else nobody would be found
    again), of the ledger's rows and of the signatures. 32 bytes each. A later release may only add keys after these."""

    index: bytes
    ledger: bytes
    sign_ledger: bytes
    sign_card: bytes

    @classmethod
    def random(cls) -> Self:
        """Of a database that begins now."""
        return cls(*(secrets.token_bytes(KEY_BYTES) for _ in fields(cls)))

    @classmethod
    def of_key(cls, master: bytes) -> Self:
        """Of a database that was begun before revision 0006: all of it came from the one service key."""
        return cls(*(_derive(master, one) for one in (b"index", b"ledger", b"sign/ledger", b"sign/card")))

    @property
    def data(self) -> bytes:
        """As it is wrapped."""
        return b"".join((self.index, self.ledger, self.sign_ledger, self.sign_card))

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Raises Unreadable."""
        if len(data) != KEY_BYTES * len(fields(cls)):
            raise Unreadable(f"the root has {len(data)} bytes: a release with more keys in it made it")
        return cls(*(data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)))


class Keys:
    """The service's master keys, each split by purpose (HKDF-like, one HMAC a purpose), so that no two uses share a key."""

    def __init__(self, *masters: bytes, numbers: Sequence[int] = (), root: Root | None = None) -> None:
        """`masters`: the first one wraps, the others only open what they wrapped; `numbers`: theirs in this database (default:
        the last one is 1). `root`: by default that of the last. Raises ValueError for a key that has not 32 bytes."""
        for master in masters:
            if len(master) != KEY_BYTES:
                raise ValueError(f"the service key has {len(master)} bytes, not {KEY_BYTES}")
        self.numbers = tuple(numbers) or tuple(range(len(masters), 0, -1))
        self._masters = dict(zip(self.numbers, masters, strict=True))
        self._root = root = root or Root.of_key(masters[-1])
        self._index, self._ledger = root.index, root.ledger
        self._signing = {"ledger": root.sign_ledger, "card": root.sign_card}
        self._wrap = ServiceKey(self.numbers, [_derive(master, b"wrap") for master in masters])
        self.service: PersonKey = ServiceKey(self.numbers, [_derive(master, b"service") for master in masters])
        """For data that belongs to no person yet (a spooled message)."""

    @property
    def number(self) -> int:
        """Of the key that wraps."""
        return self.numbers[0]

    def beginning_with(self, number: int) -> Keys:
        """The same keys, of which this one wraps; it is one of `numbers`."""
        numbers = (number, *(one for one in self.numbers if one != number))
        return Keys(*(self._masters[one] for one in numbers), numbers=numbers, root=self._root)

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
        return self._wrap.encrypt_bytes(WRAPPED, secrets.token_bytes(KEY_BYTES))

    def person_key(self, wrapped: bytes) -> PersonKey:
        """The person's key. Raises Unreadable if it was destroyed, or wrapped by another service key."""
        try:
            return PersonKey(self._wrap.decrypt_bytes(WRAPPED, wrapped))
        except Unreadable as error:
            raise Unreadable("this person's key was destroyed, or the service key is another one") from error

    def rewrapped(self, wrapped: bytes) -> bytes:
        """A person's key, wrapped by the first service key; what is sealed under it stays as it is. Raises Unreadable."""
        return self._wrap.encrypt_bytes(WRAPPED, self._wrap.decrypt_bytes(WRAPPED, wrapped))


WRAPPED = "person"
"""What a wrapped key of a person is bound to, as a column of hers is to its name."""


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
