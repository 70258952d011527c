"""Membership cards as rows: wanted with the admission, drawn by the cards worker, opened by a token that is stored hashed.

One row a member: a reissued card takes the place of the one before, with a new token and the next serial; what became of
the old one (card_changes.py) is a row of card_change, which is never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from sms_service import privacy
from sms_service.enrolment import areas, card_code, members, registrations
from sms_service.enrolment.card_code import CardCode
from sms_service.enrolment.cardface import CardFace
from sms_service.enrolment.members import Member
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import card, card_change, member

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
    ready_at: float | None = None
    token_hash: bytes | None = field(default=None, repr=False)

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

    def verify_url(self, public_url: str, keys: Keys, issued: date, until: date | None = None) -> str:
        """What the code on the card of that day holds: the address of its check, signed."""
        code = CardCode(self.member.number, self.serial, issued, until)
        return f"{public_url}/verify/{self.member.number_text}?{card_code.digits(keys, code)}"

    def face(
        self, organisation: str, public_url: str, keys: Keys, issued: date, until: date | None = None,
        photo: bytes | None = None,
    ) -> CardFace:  # fmt: skip
        """What is drawn on that day. `photo`: hers, as JPEG, if the office has accepted one."""
        return CardFace(
            organisation=organisation,
            number=self.member.number_text,
            name=self.name,
            area=self.area,
            since=datetime.fromtimestamp(self.member.since, UTC).date(),
            verify_url=self.verify_url(public_url, keys, issued, until),
            language=self.person.language,
            until=until,
            photo=photo,
        )


def last_day(issued: date, valid_days: int) -> date | None:
    """The last day of a card that is issued on this one; None: it does not expire (`valid_days` 0)."""
    return issued + timedelta(days=valid_days) if valid_days else None


def want(conn: Connection, member_number: int, now: float) -> None:
    """A card is to be made for this member."""
    conn.execute(insert(card).values(member_number=member_number, status="wanted", wanted_at=now))


OF_A_MEMBER = exists().where(member.c.number == card.c.member_number, member.c.status == "valid")
"""Who has left or was forgotten gets no card, whoever wanted it."""


def _to_draw(now: float) -> ColumnElement[bool]:
    return (card.c.status == "wanted") & (card.c.wanted_at <= now) & OF_A_MEMBER


def next_wanted(conn: Connection, keys: Keys, now: float, after: int = 0) -> Card | None:
    """The oldest card that is to be made by now, with an id above `after`; None if there is none."""
    query = select(card.c.id).where(_to_draw(now), card.c.id > after).order_by(card.c.id).limit(1)
    while (card_id := conn.execute(query).scalar_one_or_none()) is not None:
        if found := by_id(conn, keys, card_id):
            return found
        query = query.where(card.c.id > card_id)  # her key was destroyed in this moment
    return None


def longest_wanted(conn: Connection, now: float) -> float | None:
    """Since when the card that has waited longest is wanted; None if none is to be made."""
    since: float | None = conn.execute(select(func.min(card.c.wanted_at)).where(_to_draw(now))).scalar_one()
    return since


def by_id(conn: Connection, keys: Keys, card_id: int) -> Card | None:
    """The card; None if it does not exist or its member was forgotten."""
    columns = (
        card.c.id, card.c.status, card.c.serial, card.c.wanted_at, card.c.valid_until, card.c.member_number,
        card.c.ready_at, card.c.token_hash,
    )  # fmt: skip
    row = conn.execute(select(*columns).where(card.c.id == card_id)).one_or_none()
    found = members.by_number(conn, row.member_number) if row else None
    owner = people.by_id(conn, keys, found.person_id) if found else None
    if row is None or found is None or owner is None:
        return None
    entered = registrations.by_id(conn, owner.key, found.registration_id)
    area = areas.described(conn, found.area_id)
    return Card(
        row.id, row.status, row.serial, row.wanted_at, row.valid_until, found, owner, entered.fields, area, row.ready_at,
        row.token_hash,
    )  # fmt: skip


def by_token(conn: Connection, keys: Keys, token: str, now: float) -> Card | None:
    """The card that this token opens, if it is drawn and valid."""
    found, standing = behind(conn, keys, token, now)
    return found if standing == "valid" else None


def behind(conn: Connection, keys: Keys, token: str, now: float) -> tuple[Card | None, Standing | Literal["unknown"]]:
    """The card behind a link, and how it stands. `replaced`: the member's newer card, which this link does not open; where
    that is worth nothing either, it is said why, and nobody looks for a newer SMS."""
    hashed = privacy.token_hash(token)
    card_id = conn.execute(select(card.c.id).where(card.c.token_hash == hashed)).scalar_one_or_none()
    if card_id is not None:
        found = by_id(conn, keys, card_id)
        return (found, found.standing(now)) if found else (None, "unknown")
    ended = select(card_change.c.member_number).where(card_change.c.token_hash == hashed).limit(1)
    number = conn.execute(ended).scalar_one_or_none()
    newer = by_member(conn, keys, number) if number is not None else None
    if newer is None:
        return None, "unknown"
    standing = newer.standing(now)
    return newer, "replaced" if standing == "valid" else standing


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
    """The card is drawn (`pictures`: png, pdf and screen); False if another worker was quicker, or it was reissued, or her
    data were mended, or she left meanwhile, and this one's token opens nothing."""
    ends = datetime.combine(until + timedelta(days=1), time(), UTC).timestamp() if until else None
    moved = conn.execute(
        update(card)
        .where(
            card.c.id == made.id,
            card.c.status == "wanted",
            card.c.serial == made.serial,
            card.c.wanted_at == made.wanted_at,
            OF_A_MEMBER,
        )
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
