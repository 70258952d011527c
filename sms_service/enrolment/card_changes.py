"""What becomes of a card: drawn anew, sent again, revoked, expired, ended with its membership. Each is a row that stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from sms_service.enrolment import card_code
from sms_service.enrolment.cards import OF_A_MEMBER, Card, by_id
from sms_service.privacy import Keys
from sms_service.store.tables import card, card_change

DAY = 86_400.0

DRAWN_A_DAY = 3
"""Cards that one member's corrections have drawn in a day; the next waits until the day is over. Each is a second of a
processor and an SMS, and a phone that texts FIX without end must not keep the workers from the others' cards."""

REASON_MAX = 200
"""Characters of the office's reason that are kept."""


def reissue(conn: Connection, old: Card, reason: str, now: float) -> bool:
    """The card is to be drawn anew, with the next serial; the old link and the old code say "replaced" from now on.

    False: it is about to be drawn anyway, was decided about in the same moment, or had the last serial that a code can
    hold; nothing was changed.
    """
    return _draw_again(conn, old, "reissued", old.serial + 1, reason, now, now)


def mended(conn: Connection, old: Card, now: float) -> bool:
    """Her data were mended: the card is to be drawn anew, after DRAWN_A_DAY in a day later. False: the card is worth nothing,
    and what the office ended does not come back by a correction."""
    if old.standing(now) != "valid":
        return False
    if old.status == "wanted":
        _begin_anew(conn, old, now)
        return True
    before = _changes_since(conn, old, "reissued", now - DAY)
    wanted_at = now if len(before) < DRAWN_A_DAY else before[-DRAWN_A_DAY] + DAY
    return _draw_again(conn, old, "reissued", old.serial + 1, "she mended her data", now, wanted_at)


def send_again(conn: Connection, old: Card, reason: str, now: float) -> bool:
    """A new link to the same card is to be sent: what she printed stays good, the old link says "replaced".

    False: the card is not valid, or is about to be drawn anyway, and nothing was changed.
    """
    return old.standing(now) == "valid" and _draw_again(conn, old, "sent again", old.serial, reason, now, now)


def photographed(conn: Connection, old: Card, now: float) -> bool:
    """A photo of her was accepted: the same card is to be drawn anew with it, under a new link. False: the card is worth
    nothing, and a later one will have the photo."""
    if old.standing(now) != "valid":
        return False
    if old.status == "wanted":
        _begin_anew(conn, old, now)
        return True
    return _draw_again(conn, old, "photo", old.serial, "", now, now)


def _begin_anew(conn: Connection, old: Card, now: float) -> None:
    """Whoever is drawing it now has read what it was before, and cannot finish it after this (`cards.finish`)."""
    hers = (card.c.id == old.id) & (card.c.status == "wanted") & (card.c.wanted_at < now)
    conn.execute(update(card).where(hers).values(wanted_at=now))


def was_sent_again(conn: Connection, of: Card, now: float) -> bool:
    """Whether a new link was sent in the day before now."""
    return bool(_changes_since(conn, of, "sent again", now - DAY))


def _changes_since(conn: Connection, of: Card, change: str, since: float) -> list[float]:
    """When that happened to her cards, the earliest first."""
    such = (card_change.c.member_number == of.member.number) & (card_change.c.change == change)
    query = select(card_change.c.at).where(such, card_change.c.at > since).order_by(card_change.c.at)
    return list(conn.execute(query).scalars())


def _draw_again(
    conn: Connection, old: Card, change: str, serial: int, reason: str, now: float, wanted_at: float
) -> bool:
    if serial > card_code.SERIAL_MAX:
        return False
    moved = conn.execute(
        update(card)
        .where(*_as_it_was(old), card.c.status != "wanted")
        .values(
            status="wanted", serial=serial, wanted_at=wanted_at, token_hash=None, png_sealed=None, pdf_sealed=None,
            screen_sealed=None, ready_at=None, valid_until=old.valid_until if serial == old.serial else None,
        )
    )  # fmt: skip
    if moved.rowcount == 1:
        _note(conn, old, change, reason, now)
    return moved.rowcount == 1


def _as_it_was(old: Card) -> tuple[ColumnElement[bool], ...]:
    """Nothing became of it since it was read. Forgetting its member takes the link too, of a revoked card as well."""
    return (
        card.c.id == old.id, card.c.status == old.status, card.c.serial == old.serial,
        card.c.token_hash.is_not_distinct_from(old.token_hash),
    )  # fmt: skip


def revoke(conn: Connection, old: Card, reason: str, now: float) -> bool:
    """The card is worth nothing any more; its membership stands. False: it was revoked before, or was decided about in the
    same moment."""
    moved = conn.execute(update(card).where(*_as_it_was(old), card.c.status != "revoked").values(status="revoked"))
    if moved.rowcount == 1:
        _note(conn, old, "revoked", reason, now)
    return moved.rowcount == 1


def withdraw(conn: Connection, of: Card, now: float) -> None:
    """Its membership has ended: it opens no more, is not drawn if it was wanted, and its pictures are deleted."""
    nothing = dict.fromkeys(("token_hash", "png_sealed", "pdf_sealed", "screen_sealed"))
    conn.execute(update(card).where(card.c.id == of.id).values(status="revoked", **nothing))
    _note(conn, of, "withdrawn", "", now)


def of_before_0005(conn: Connection, keys: Keys, most: int) -> list[Card]:
    """Drawn cards with a number without a check digit, which is somebody else's with one: at most `most`."""
    query = select(card.c.id).where(_drawn_before_0005(), OF_A_MEMBER).order_by(card.c.id).limit(most)
    return [found for card_id in conn.execute(query).scalars().all() if (found := by_id(conn, keys, card_id))]


def count_of_before_0005(conn: Connection) -> int:
    """How many of them there are."""
    return conn.execute(select(func.count()).select_from(card).where(_drawn_before_0005(), OF_A_MEMBER)).scalar_one()


def _drawn_before_0005() -> ColumnElement[bool]:
    return (card.c.status == "ready") & card.c.screen_sealed.is_(None)


def any_ended(conn: Connection, now: float) -> bool:
    """Whether `expire` has anything to note."""
    return conn.execute(select(card.c.id).where(*_ended(now)).limit(1)).first() is not None


def _ended(now: float) -> tuple[ColumnElement[bool], ...]:
    return card.c.status == "ready", card.c.valid_until.is_not(None), card.c.valid_until <= now


def expire(conn: Connection, now: float, most: int) -> int:
    """Notes which cards have reached their end, at most `most`; how many. They are worth nothing without this, too."""
    some = select(card.c.id).where(*_ended(now)).order_by(card.c.valid_until).limit(most).scalar_subquery()
    ended = conn.execute(
        update(card).where(card.c.id.in_(some), card.c.status == "ready").values(status="expired")
        .returning(card.c.member_number, card.c.serial, card.c.token_hash)
    ).all()  # fmt: skip
    if ended:
        conn.execute(insert(card_change), [{**row._asdict(), "change": "expired", "at": now} for row in ended])
    return len(ended)


def changes(conn: Connection, of: Card) -> list[tuple[float, int, str, str]]:
    """What became of a member's cards, the oldest first: when, to which serial, what, and the office's reason."""
    query = select(card_change).where(card_change.c.member_number == of.member.number).order_by(card_change.c.id)
    return [(row.at, row.serial, row.change, _reason(of, row)) for row in conn.execute(query)]


def _reason(of: Card, row: Row[Any]) -> str:
    return of.person.key.decrypt("card_change.reason", row.reason_sealed) if row.reason_sealed else ""


def _note(conn: Connection, of: Card, change: str, reason: str, now: float) -> None:
    sealed = of.person.key.encrypt("card_change.reason", reason[:REASON_MAX]) if reason else None
    conn.execute(
        insert(card_change).values(
            member_number=of.member.number, serial=of.serial, change=change, reason_sealed=sealed,
            token_hash=of.token_hash, at=now,
        )
    )  # fmt: skip
