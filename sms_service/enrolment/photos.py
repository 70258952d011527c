"""Photos as they come: pictures in messages of enrolers and of members, uploads by a member's link, and the one on her card.

One row a picture. What the gateway still has is photo_media.py's, what the office decides photo_queue.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from sms_service.enrolment.own import Own
from sms_service.privacy import PersonKey, Unreadable
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import member, photo, registration, timer

SEALED = "photo.media"
PICTURE_SEALED = "photo.picture"
REASON_SEALED = "photo.reason"

OWN_A_DAY = 10
"""Pictures of one registration that its person herself sends or uploads in a day. Each is half a second of a processor and
a look of the office; nobody needs ten tries for one face."""

DAY = 86_400.0

UNREAD = "unread"
"""The failure of an upload that nobody has looked at to its end: it is being drawn now, or the process died over it."""

ENDED = ("refused", "wrong_number", "expired", "deleted")
"""How registrations stand of whose people nothing is to be seen any more, nor fetched. Of `confirmed` ones the same is true
once she is no member any more."""


# --- from enrolers ------------------------------------------------------------------------------------------------


def keep(conn: Connection, enroler: Person, entered: Own, media: Sequence[str], now: float) -> None:
    """Keeps the addresses for this registration, sealed with its person's key."""
    _keep(conn, entered.person, media, now, registration_id=entered.id, enroler_id=enroler.id, due_at=now)


def keep_waiting(conn: Connection, enroler: Person, session_id: str, media: Sequence[str], now: float) -> None:
    """Keeps them for the entry that the enroler is making in this session, sealed with her own key until then."""
    _keep(conn, enroler, media, now, session_id=session_id, enroler_id=enroler.id, due_at=None)


def _keep(conn: Connection, whose: Person, media: Sequence[str], now: float, **of: float | str | None) -> None:
    rows = [
        {**of, "received_at": now, "status": "received", "media_sealed": whose.key.encrypt(SEALED, address)}
        for address in media
    ]
    if rows:
        conn.execute(insert(photo), rows)


def waited_for(conn: Connection, sessions: Collection[str]) -> list[str]:
    """Those of these sessions that photos wait for."""
    if not sessions:
        return []
    return list(conn.execute(select(photo.c.session_id).where(photo.c.session_id.in_(sessions)).distinct()).scalars())


def attach(conn: Connection, enroler: Person, session_id: str, entered: Own, now: float) -> int:
    """Gives the photos that wait for this session to the registration that came of it; how many."""
    rows = conn.execute(select(photo.c.id, photo.c.media_sealed).where(photo.c.session_id == session_id)).all()
    for row in rows:
        sealed = entered.person.key.encrypt(SEALED, enroler.key.decrypt(SEALED, row.media_sealed))
        values = {"registration_id": entered.id, "session_id": None, "media_sealed": sealed, "due_at": now}
        conn.execute(update(photo).where(photo.c.id == row.id).values(values))
    return len(rows)


def drop(conn: Connection, session_id: str, now: float) -> None:
    """Lets go of the photos that wait for a session of which no registration came: nothing of that person is kept."""
    let_go(conn, photo.c.session_id == session_id, now)


def move(conn: Connection, registration_id: int, before: PersonKey, after: PersonKey) -> None:
    """The registration is somebody else's now (a number was mended): its photos are sealed with her key."""
    kinds = {"media_sealed": SEALED, "picture_sealed": PICTURE_SEALED, "reason_sealed": REASON_SEALED}
    for row in conn.execute(select(photo).where(photo.c.registration_id == registration_id)).all():
        held = {name: getattr(row, name) for name in kinds if getattr(row, name)}
        try:
            moved = {
                name: after.encrypt_bytes(kinds[name], before.decrypt_bytes(kinds[name], sealed))
                for name, sealed in held.items()
            }
        except Unreadable:  # before revision 0006 they stayed sealed for whose number it was then
            conn.execute(delete(photo).where(photo.c.id == row.id))
            continue
        if moved:
            conn.execute(update(photo).where(photo.c.id == row.id).values(moved))


# --- from herself -------------------------------------------------------------------------------------------------


def keep_own(conn: Connection, whom: Person, registration_id: int, media: Sequence[str], now: float) -> int:
    """Keeps the addresses of pictures that came from herself, as many as she may send today; how many."""
    room = max(0, OWN_A_DAY - _own_since(conn, registration_id, now - DAY))
    _keep(conn, whom, media[:room], now, registration_id=registration_id, due_at=now)
    return min(room, len(media))


def begin_upload(conn: Connection, whom: Person, registration_id: int, now: float) -> int | None:
    """Notes an upload before it is looked at, so that a hundred at once are a hundred; its id. None: it is one too many for
    today, or she was forgotten."""
    if not people.lock(conn, whom.id) or _own_since(conn, registration_id, now - DAY) >= OWN_A_DAY:
        return None
    noted = conn.execute(
        insert(photo).values(
            registration_id=registration_id, media_sealed=b"", received_at=now, status="failed", failure=UNREAD,
            due_at=None,
        )
    )  # fmt: skip
    [photo_id] = noted.inserted_primary_key or (0,)
    return int(photo_id)


def finish_upload(conn: Connection, whom: Person, photo_id: int, registration_id: int, picture: bytes) -> bool:
    """The upload is a portrait, and waits for the office in the place of what she sent before. False: she was forgotten, has
    left, or has removed her photos meanwhile; nothing is kept."""
    unread = (photo.c.status == "failed") & (photo.c.failure == UNREAD)
    return wait(conn, whom, photo_id, registration_id, picture, unread)


def upload_failed(conn: Connection, photo_id: int, failure: str) -> None:
    """The upload is no portrait, by this problem of portrait.PROBLEMS."""
    unread = (photo.c.status == "failed") & (photo.c.failure == UNREAD)
    conn.execute(update(photo).where(photo.c.id == photo_id, unread).values(failure=failure))


def upload_put_off(conn: Connection, photo_id: int) -> None:
    """Nobody has looked at the upload, and she is to send it again: it is not one of today's."""
    conn.execute(delete(photo).where(photo.c.id == photo_id, photo.c.status == "failed", photo.c.failure == UNREAD))


def wait(
    conn: Connection, whom: Person, photo_id: int, registration_id: int, picture: bytes, still: ColumnElement[bool]
) -> bool:
    """This portrait waits for the office. If it came from herself, her earlier ones need no look any more.

    False, and nothing is kept, where what was true when its file was asked for is so no more: the photo stands otherwise than
    `still` (she removed it), she was forgotten, or the registration is somebody else's or has ended.
    """
    if not _is_open(conn, registration_id, whom.id):
        return False
    values = {"status": "waiting", "failure": "", "picture_sealed": whom.key.encrypt_bytes(PICTURE_SEALED, picture)}
    if conn.execute(update(photo).where(photo.c.id == photo_id, still).values(values)).rowcount != 1:
        return False
    own = conn.execute(select(photo.c.id).where(photo.c.id == photo_id, photo.c.enroler_id.is_(None))).first()
    if own:
        earlier = (
            (photo.c.registration_id == registration_id) & (photo.c.enroler_id.is_(None)) & (photo.c.id < photo_id)
        )
        replace(conn, earlier & (photo.c.status == "waiting"))
    return True


def _is_open(conn: Connection, registration_id: int, person_id: int) -> bool:
    """Whether the registration is this person's and has not ended. Whoever would end it, or give it to another, waits until
    this transaction is over; who leaves, removes or is forgotten writes the row of the photo, and there one waits for the
    other."""
    hers = (registration.c.id == registration_id) & (registration.c.person_id == person_id)
    lasting = select(registration.c.status).where(hers).with_for_update(key_share=True)
    standing = conn.execute(lasting).scalar_one_or_none()
    if standing is None or standing in ENDED:
        return False
    membership = select(member.c.status).where(member.c.registration_id == registration_id)
    return conn.execute(membership).scalar_one_or_none() in (None, "valid")


def of_ended() -> ColumnElement[bool]:
    """Photos of registrations that have ended, and of members who have left."""
    over = select(registration.c.id).where(
        registration.c.id == photo.c.registration_id, registration.c.status.in_(ENDED)
    )
    left = select(member.c.number).where(
        member.c.registration_id == photo.c.registration_id, member.c.status != "valid"
    )
    return over.exists() | left.exists()


def replace(conn: Connection, which: ColumnElement[bool]) -> None:
    """Another picture has taken the place of these."""
    conn.execute(update(photo).where(which).values(status="replaced", failure="", picture_sealed=None))


def _own_since(conn: Connection, registration_id: int, since: float) -> int:
    of_hers = (photo.c.registration_id == registration_id) & photo.c.enroler_id.is_(None)
    return conn.execute(select(func.count(photo.c.id)).where(of_hers, photo.c.received_at > since)).scalar_one()


# --- on the card --------------------------------------------------------------------------------------------------


def accepted(conn: Connection, key: PersonKey, registration_id: int) -> bytes | None:
    """The portrait that the office has accepted for the card of this registration's member, as JPEG; None if there is none."""
    of_hers = (photo.c.registration_id == registration_id) & (photo.c.status == "accepted")
    query = select(photo.c.picture_sealed).where(of_hers).order_by(photo.c.id.desc()).limit(1)
    sealed = conn.execute(query).scalar_one_or_none()
    return None if sealed is None else key.decrypt_bytes(PICTURE_SEALED, sealed)


def stands(conn: Connection, registration_id: int) -> str:
    """`waiting` if a portrait that she sent herself waits for the office, else `accepted` if one is on her card, else ""."""
    of_hers = photo.c.registration_id == registration_id
    seen_by_her = (photo.c.status == "accepted") | ((photo.c.status == "waiting") & photo.c.enroler_id.is_(None))
    found = set(conn.execute(select(photo.c.status).where(of_hers, seen_by_her)).scalars())
    return "waiting" if "waiting" in found else "accepted" if found else ""


def remove(conn: Connection, registration_id: int, now: float) -> bool:
    """She wants no photo of hers here: takes out all of them, whoever sent them, but for the count of today's uploads; also
    one that is being drawn in this moment. True if one was on her card."""
    unread = (photo.c.status == "failed") & (photo.c.failure == UNREAD)
    seen = photo.c.status.in_(("accepted", "waiting", "received")) | unread
    of_hers = (photo.c.registration_id == registration_id) & seen
    own = of_hers & photo.c.enroler_id.is_(None)
    on_her_card = (photo.c.registration_id == registration_id) & (photo.c.status == "accepted")
    was = conn.execute(select(photo.c.id).where(on_her_card).limit(1)).first() is not None
    replace(conn, own & (func.length(photo.c.media_sealed) == 0))
    let_go(conn, of_hers, now)
    return was


# --- what is not wanted any more ----------------------------------------------------------------------------------


def let_go(conn: Connection, which: ColumnElement[bool], now: float) -> int:
    """Takes out these photos; of those whose file is still at the gateway all but its address, until it is deleted there
    too. How many."""
    there = func.length(photo.c.media_sealed) > 0
    nothing: dict[str, Any] = dict.fromkeys(("session_id", "picture_sealed", "reason_sealed"))
    unwanted = {**nothing, "status": "unwanted", "failure": "", "attempts": 0, "due_at": now}
    still = conn.execute(update(photo).where(which, there, photo.c.status != "unwanted").values(unwanted)).rowcount
    return still + conn.execute(delete(photo).where(which, ~there)).rowcount


_LOST = photo.c.session_id.is_not(None) & ~exists().where(timer.c.session_id == photo.c.session_id)
"""Photos whose session ended unseen. Every open session has a timer."""


def any_lost(conn: Connection) -> bool:
    """Whether photos wait for sessions that are over."""
    return conn.execute(select(photo.c.id).where(_LOST).limit(1)).first() is not None


def drop_lost(conn: Connection, now: float) -> int:
    """Lets go of them; how many."""
    return let_go(conn, _LOST, now)
