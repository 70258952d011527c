"""What is noted of the chain under our key, in `installation`: up to which link rows may lack a mac, and the newest link."""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from sms_service.privacy import Keys
from sms_service.store.tables import installation, ledger_link

GENESIS = hashlib.sha256(b"sms_service/ledger/1").digest()
"""The head before the first row."""

WITHOUT_MAC = "without mac"
"""The note that says up to which link rows may lack a mac, and the head there; settled once (ledger_macs.py)."""

NEWEST = "newest link"
"""The note of the last link that this release has written; written anew with each round."""

NOTE_BYTES = 8 + 32 + 32
"""The link, the head, the keyed hash of both."""

NOT_OURS = {
    WITHOUT_MAC: "the note of the last link that may lack a mac was changed, or written by somebody without our key",
    NEWEST: "the note of the newest link was changed, or written by somebody without our key",
}
GONE = "the note of the newest link is gone: the chain may have been cut, or made anew"
PUT_BACK = "the note of the newest link is older than this link: it was put back, or the chain does not fit it any more"


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain goes: the number of its last row, and the hash of all up to it."""

    seq: int
    hash: bytes


def link_mac(keys: Keys, head: bytes) -> bytes:
    """The keyed hash of one link: its head has all that is before it, so nobody without the key makes the chain anew."""
    return keys.ledger_mac(b"sms_service/ledger/link/1" + head)


def note(keys: Keys, name: str, last: Head) -> bytes:
    """What is written down of a link, under our key."""
    said = struct.pack(">Q", last.seq) + last.hash
    return said + keys.ledger_mac(hashlib.sha256(f"sms_service/ledger/{name}/1".encode() + said).digest())


def noted(conn: Connection, keys: Keys, name: str) -> tuple[Head | None, str]:
    """The link that was noted, None where there is no note of ours; and what is wrong with the note, or ""."""
    value = conn.execute(select(installation.c.value).where(installation.c.name == name)).scalar_one_or_none()
    if value is None:
        return None, ""
    if len(value) == NOTE_BYTES:
        last = Head(*struct.unpack(f">Q{len(GENESIS)}s", value[: 8 + len(GENESIS)]))
        if hmac.compare_digest(note(keys, name, last), value):
            return last, ""
    return None, NOT_OURS[name]


def prolong(conn: Connection, keys: Keys, last: Head) -> None:
    """The chain ends here now. A note that is gone, or does not fit the chain, stays as it is: else the next round would cover
    up for whoever cut the chain off, or made it anew."""
    before, _ = noted(conn, keys, NEWEST)
    if before is None:
        return
    there = select(ledger_link.c.head).where(ledger_link.c.seq == before.seq)
    if before.seq and conn.execute(there).scalar_one_or_none() != before.hash:
        return
    value = note(keys, NEWEST, last)
    conn.execute(update(installation).where(installation.c.name == NEWEST).values(value=value))
