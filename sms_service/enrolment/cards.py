"""Membership cards as rows: wanted with the admission, drawn by the cards worker, opened by a token that is stored hashed.

One row a member: a reissued card takes the place of the one before, with a new token and the next serial; what became of
the old one is a row of card_change, which is never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from sms_service import privacy
from sms_service.enrolment import areas, card_code, members, registrations
from sms_service.enrolment.card_code import CardCode
from sms_service.enrolment.cardface import CardFace
from sms_service.enrolment.members import Member
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import card, card_change

REASON_MAX = 200
"""Characters of the office's reason that are kept."""

Standing = Literal["valid", "withdrawn", "revoked", "expired", "replaced"]
"""Of a card or its membership. `withdrawn`: she is no member any more; `replaced`: she has a newer card."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card and whose it is. Times in seconds since 1970; `valid_until` None: as long as the membership."""

    id: int
    status: str
    serial: int
    wanted_at: float
    valid_until: float | None
    member: Member
    person: Person
    fields: Mapping[str, Any]
    area: str

    @property
    def name(self) -> str:
        return str(self.fields.get("name", ""))

    @property
    def last_day(self) -> date | None:
        """The last day on which it is valid."""
        if self.valid_until is None:
            return None
        return (datetime.fromtimestamp(self.valid_until, UTC) - timedelta(seconds=1)).date()

    def standing(self, now: float) -> Standing:
        """Whether it is worth anything."""
        if self.member.status != "valid":
            return "withdrawn"
        if self.status == "revoked":
            return "revoked"
        ended = self.valid_until is not None and self.valid_until <= now
        return "expired" if ended or self.status == "expired" else "valid"

    def face(self, organisation: str, public_url: str, keys: Keys, issued: date, until: date | None = None) -> CardFace:
        """What is drawn on that day. The address in the code is signed."""
        code = CardCode(self.member.number, self.serial, issued, until)
        return CardFace(
            organisation=organisation,
            number=self.member.number_text,
            name=self.name,
            area=self.area,
            since=datetime.fromtimestamp(self.member.since, UTC).date(),
            verify_url=f"{public_url}/verify/{self.member.number_text}?{card_code.digits(keys, code)}",
            language=self.person.language,
            until=until,
        )


def last_day(issued: date, valid_days: int) -> date | None:
    """The last day of a card that is issued on this one; None: it does not expire (`valid_days` 0)."""
    return issued + timedelta(days=valid_days) if valid_days else None


def want(conn: Connection, member_number: int, now: float) -> None:
    """A card is to be made for this member."""
    conn.execute(insert(card).values(member_number=member_number, status="wanted", wanted_at=now))


def next_wanted(conn: Connection, keys: Keys, after: int = 0) -> Card | None:
    """The oldest card that is still to be made, with an id above `after`; None if there is none."""
    query = select(card.c.id).where(card.c.status == "wanted", card.c.id > after).order_by(card.c.id).limit(1)
    card_id = conn.execute(query).scalar_one_or_none()
    return None if card_id is None else by_id(conn, keys, card_id)


def by_id(conn: Connection, keys: Keys, card_id: int) -> Card | None:
    """The card; None if it does not exist or its member was forgotten."""
    columns = (card.c.id, card.c.status, card.c.serial, card.c.wanted_at, card.c.valid_until, card.c.member_number)
    row = conn.execute(select(*columns).where(card.c.id == card_id)).one_or_none()
    found = members.by_number(conn, row.member_number) if row else None
    person = people.by_id(conn, keys, found.person_id) if found else None
    if row is None or found is None or person is None:
        return None
    entered = registrations.by_id(conn, person.key, found.registration_id)
    area = areas.described(conn, found.area_id)
    return Card(row.id, row.status, row.serial, row.wanted_at, row.valid_until, found, person, entered.fields, area)


def by_token(conn: Connection, keys: Keys, token: str, now: float) -> Card | None:
    """The card that this token opens, if it is drawn and valid."""
    found, standing = behind(conn, keys, token, now)
    return found if standing == "valid" else None


def behind(conn: Connection, keys: Keys, token: str, now: float) -> tuple[Card | None, Standing | Literal["unknown"]]:
    """The card behind a link, and how it stands. `replaced`: the member's newer card, which this link does not open."""
    hashed = privacy.token_hash(token)
    card_id = conn.execute(select(card.c.id).where(card.c.token_hash == hashed)).scalar_one_or_none()
    if card_id is not None:
        found = by_id(conn, keys, card_id)
        return (found, found.standing(now)) if found else (None, "unknown")
    ended = select(card_change.c.member_number).where(card_change.c.token_hash == hashed).limit(1)
    number = conn.execute(ended).scalar_one_or_none()
    newer = by_member(conn, keys, number) if number is not None else None
    return (newer, "replaced") if newer else (None, "unknown")


def by_member(conn: Connection, keys: Keys, number: int) -> Card | None:
    """The card of a member."""
    card_id = conn.execute(select(card.c.id).where(card.c.member_number == number)).scalar_one_or_none()
    return None if card_id is None else by_id(conn, keys, card_id)


def secret_of(found: Card, id_fields: Collection[str]) -> tuple[Literal["id", "phone"], str]:
    """By what the member opens her card: her ID (of the first of these fields that is there), else her phone (E.164)."""
    for name in id_fields:
        if found.fields.get(name):
            return "id", str(found.fields[name])
    return "phone", found.person.phone


def finish(
    conn: Connection, made: Card, token: str, pictures: Mapping[str, bytes], now: float, until: date | None = None
) -> bool:
    """The card is drawn (`pictures`: png, pdf and screen); False if another worker was quicker, or it was reissued
    meanwhile, and this one's token opens nothing."""
    ends = datetime.combine(until + timedelta(days=1), time(), UTC).timestamp() if until else None
    moved = conn.execute(
        update(card)
        .where(card.c.id == made.id, card.c.status == "wanted", card.c.serial == made.serial)
        .values(
            status="ready",
            token_hash=privacy.token_hash(token),
            ready_at=now,
            valid_until=ends,
            wrong=0,
            wrong_since=None,
            **{f"{kind}_sealed": made.person.key.encrypt_bytes(f"card.{kind}", pictures[kind]) for kind in pictures},
        )
    )
    return moved.rowcount == 1


def picture(conn: Connection, made: Card, kind: str) -> bytes:
    """The drawn card: `kind` is png, pdf or screen. A card of before revision 0005 has no small picture: its large one."""
    if kind == "screen":
        small = conn.execute(select(card.c.screen_sealed).where(card.c.id == made.id)).scalar_one()
        kind = "screen" if small else "png"
    sealed = conn.execute(select(card.c[f"{kind}_sealed"]).where(card.c.id == made.id)).scalar_one()
    return made.person.key.decrypt_bytes(f"card.{kind}", sealed)


# --- what becomes of a card ----------------------------------------------------------------------------------------


def reissue(conn: Connection, old: Card, reason: str, now: float) -> bool:
    """The card is to be drawn anew, with the next serial; the old link and the old code say "replaced" from now on.

    False: it is about to be drawn anyway, or was decided about in the same moment, and nothing was changed.
    """
    return _draw_again(conn, old, "reissued", old.serial + 1, reason, now)


def send_again(conn: Connection, old: Card, reason: str, now: float) -> bool:
    """A new link to the same card is to be sent: what she printed stays good, the old link says "replaced".

    False: the card is not valid, or is about to be drawn anyway, and nothing was changed.
    """
    return old.standing(now) == "valid" and _draw_again(conn, old, "sent again", old.serial, reason, now)


def _draw_again(conn: Connection, old: Card, change: str, serial: int, reason: str, now: float) -> bool:
    hashed = _token_hash(conn, old)
    moved = conn.execute(
        update(card)
        .where(card.c.id == old.id, card.c.status == old.status, card.c.serial == old.serial, card.c.status != "wanted")
        .values(
            status="wanted", serial=serial, wanted_at=now, token_hash=None, png_sealed=None, pdf_sealed=None,
            screen_sealed=None, ready_at=None, valid_until=old.valid_until if serial == old.serial else None,
        )
    )  # fmt: skip
    if moved.rowcount == 1:
        _note(conn, old, change, reason, now, hashed)
    return moved.rowcount == 1


def revoke(conn: Connection, old: Card, reason: str, now: float) -> bool:
    """The card is worth nothing any more; its membership stands. False: it was revoked before."""
    moved = conn.execute(
        update(card).where(card.c.id == old.id, card.c.status != "revoked", card.c.serial == old.serial)
        .values(status="revoked")
    )  # fmt: skip
    if moved.rowcount == 1:
        _note(conn, old, "revoked", reason, now, _token_hash(conn, old))
    return moved.rowcount == 1


def any_ended(conn: Connection, now: float) -> bool:
    """Whether `expire` has anything to note."""
    return conn.execute(select(card.c.id).where(*_ended(now)).limit(1)).first() is not None


def _ended(now: float) -> tuple[ColumnElement[bool], ...]:
    return card.c.status == "ready", card.c.valid_until.is_not(None), card.c.valid_until <= now


def expire(conn: Connection, now: float, most: int) -> int:
    """Notes which cards have reached their end, at most `most`; how many. They are worth nothing without this, too."""
    query = select(card.c.id).where(*_ended(now)).order_by(card.c.valid_until)
    ended = 0
    for card_id in conn.execute(query.limit(most)).scalars().all():
        moved = conn.execute(
            update(card).where(card.c.id == card_id, card.c.status == "ready").values(status="expired")
        )
        row = conn.execute(select(card).where(card.c.id == card_id)).one()
        if moved.rowcount == 1:
            conn.execute(insert(card_change).values(
                member_number=row.member_number, serial=row.serial, change="expired", token_hash=row.token_hash, at=now,
            ))  # fmt: skip
            ended += 1
    return ended


def changes(conn: Connection, of: Card) -> list[tuple[float, int, str, str]]:
    """What became of a member's cards, the oldest first: when, to which serial, what, and the office's reason."""
    query = select(card_change).where(card_change.c.member_number == of.member.number).order_by(card_change.c.id)
    return [(row.at, row.serial, row.change, _reason(of, row)) for row in conn.execute(query)]


def _reason(of: Card, row: Row[Any]) -> str:
    return of.person.key.decrypt("card_change.reason", row.reason_sealed) if row.reason_sealed else ""


def _token_hash(conn: Connection, of: Card) -> bytes | None:
    hashed: bytes | None = conn.execute(select(card.c.token_hash).where(card.c.id == of.id)).scalar_one()
    return hashed


def _note(conn: Connection, of: Card, change: str, reason: str, now: float, token_hash: bytes | None) -> None:
    sealed = of.person.key.encrypt("card_change.reason", reason[:REASON_MAX]) if reason else None
    conn.execute(
        insert(card_change).values(
            member_number=of.member.number, serial=of.serial, change=change, reason_sealed=sealed,
            token_hash=token_hash, at=now,
        )
    )  # fmt: skip
