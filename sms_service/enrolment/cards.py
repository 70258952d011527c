"""Membership cards as rows: wanted with the admission, drawn by the cards worker, opened by a token that is stored hashed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from sms_service import privacy
from sms_service.enrolment import areas, members, registrations
from sms_service.enrolment.cardface import CardFace
from sms_service.enrolment.members import Member
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import card


@dataclass(frozen=True, slots=True)
class Card:
    """One card and whose it is."""

    id: int
    status: str
    member: Member
    person: Person
    name: str
    area: str

    def face(self, organisation: str, public_url: str) -> CardFace:
        """What is drawn."""
        return CardFace(
            organisation=organisation,
            number=self.member.number_text,
            name=self.name,
            area=self.area,
            since=datetime.fromtimestamp(self.member.since, UTC).date(),
            verify_url=f"{public_url}/verify/{self.member.number_text}",
            language=self.person.language,
        )


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
    row = conn.execute(select(card.c.id, card.c.status, card.c.member_number).where(card.c.id == card_id)).one_or_none()
    found = members.by_number(conn, row.member_number) if row else None
    person = people.by_id(conn, keys, found.person_id) if found else None
    if row is None or found is None or person is None:
        return None
    entered = registrations.by_id(conn, person.key, found.registration_id)
    return Card(
        row.id, row.status, found, person, str(entered.fields.get("name", "")), areas.described(conn, found.area_id)
    )


def by_token(conn: Connection, keys: Keys, token: str) -> Card | None:
    """The card that this token opens, if it is ready and its member valid."""
    query = select(card.c.id).where(card.c.token_hash == privacy.token_hash(token), card.c.status == "ready")
    card_id = conn.execute(query).scalar_one_or_none()
    found = by_id(conn, keys, card_id) if card_id is not None else None
    return found if found and found.member.status == "valid" else None


def by_member(conn: Connection, keys: Keys, number: int) -> Card | None:
    """The card of a member."""
    card_id = conn.execute(select(card.c.id).where(card.c.member_number == number)).scalar_one_or_none()
    return None if card_id is None else by_id(conn, keys, card_id)


def finish(conn: Connection, made: Card, token: str, png: bytes, pdf: bytes, now: float) -> bool:
    """The card is drawn; False if another worker was quicker, and this one's token opens nothing."""
    moved = conn.execute(
        update(card)
        .where(card.c.id == made.id, card.c.status == "wanted")
        .values(
            status="ready",
            token_hash=privacy.token_hash(token),
            png_sealed=made.person.key.encrypt_bytes("card.png", png),
            pdf_sealed=made.person.key.encrypt_bytes("card.pdf", pdf),
            ready_at=now,
        )
    )
    return moved.rowcount == 1


def picture(conn: Connection, made: Card, kind: str) -> bytes:
    """The drawn card: `kind` is png or pdf."""
    sealed = conn.execute(select(card.c[f"{kind}_sealed"]).where(card.c.id == made.id)).scalar_one()
    return made.person.key.decrypt_bytes(f"card.{kind}", sealed)
