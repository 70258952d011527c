"""All that the ledger proves about one member or registration, opened for the office; and its rows as a list, masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from sms_service import privacy
from sms_service.enrolment import consent, enrolers, ledger, numbers, registrations
from sms_service.enrolment.answer_types.references import as_ref
from sms_service.privacy import Keys, PersonKey
from sms_service.store import people
from sms_service.store.tables import (
    area,
    delivery_report,
    ledger_head,
    ledger_link,
    member,
    outbox,
    person,
    registration,
    turn,
)
from sms_service.store.tables import consent as decided

READ_AHEAD = 2_000
"""Rows that the database hands over at once: a list may be of millions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asked her. `text` None: erased with her. `by` is the outbox ref of the message, or hop:<turn> for USSD screens, ""
    where nobody asked; `status` how far it had come when she answered, `report_word` the gateway's report by then. `later`:
    what the gateway said of it afterwards, which no hash covers. Times in seconds since 1970."""

    text: str | None
    language: str
    flow: str
    version: str
    state: str
    by: str
    gateway_id: str
    status: str
    at: float | None
    report_word: str
    report_at: float | None
    later: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What she answered. `text` to the letter, `raw` the whole message or USSD input that it came in, `sender` her number;
    None: erased with her. `gateway_time` by the clock of the gateway ("" where it tells none), `at` by ours."""

    text: str | None
    raw: str | None
    sender: str | None
    to: str
    channel: str
    message_id: str
    gateway_time: str
    at: float


@dataclass(frozen=True, slots=True)
class Entered:
    """Who entered her and how (sms, ussd, paper, self), who had appointed that person, and the areas above, the nearest first.
    People as `Anil (..002)`, None: erased."""

    enroler: str | None
    way: str
    appointed_by: list[str | None]
    areas: list[str]


@dataclass(frozen=True, slots=True)
class Proof:
    """One row of the ledger. `link` is its number in the chain (0: not chained yet), `day` the first whose signed head covers
    it, `problem` what is wrong with its hashes, or ""."""

    row: int
    purpose: str
    decision: str
    verdict: str
    asked: Asked
    answer: Answer
    entered: Entered | None
    change: dict[str, Any] | None
    link: int
    day: str
    problem: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A registration, and the membership that came of it (`number` "" for none). `fields` and `phone` None: erased, since
    `erased_at`."""

    registration_id: int
    person_id: int
    ref: str
    status: str
    number: str
    membership: str
    phone: str | None
    fields: dict[str, Any] | None
    erased_at: float | None


def subject(conn: Connection, keys: Keys, named: str) -> Subject | None:
    """Whom a membership number (0000013) or a reference (R4K7P) means; None for nobody."""
    columns = (registration.c.id, registration.c.person_id, registration.c.ref, registration.c.status)
    more = (
        registration.c.fields_sealed,
        registration.c.erased_at,
        member.c.number,
        member.c.status.label("membership"),
    )
    query = select(*columns, *more, person.c.wrapped_key, person.c.phone_sealed, person.c.forgotten_at)
    query = query.join(person, person.c.id == registration.c.person_id)
    query = query.outerjoin(member, member.c.registration_id == registration.c.id)
    try:
        query = query.where(member.c.number == numbers.read_number(named.strip()))
    except numbers.Mistyped:
        query = query.where(registration.c.ref == as_ref(named))
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    key = keys.person_key(row.wrapped_key) if row.wrapped_key else None
    return Subject(
        row.id, row.person_id, row.ref, row.status, numbers.written(row.number) if row.number else "",
        row.membership or "", key.decrypt("person.phone", row.phone_sealed) if key else None,
        registrations.opened(key, row.fields_sealed) if key else None,
        None if key else row.forgotten_at or row.erased_at,
    )  # fmt: skip


def proofs(conn: Connection, keys: Keys, about: Subject) -> list[Proof]:
    """Every decision for this registration, and what its person has decided besides (news, events), the oldest first."""
    hers = (decided.c.person_id == about.person_id) & decided.c.registration_id.is_(None)
    query = select(decided).where((decided.c.registration_id == about.registration_id) | hers).order_by(decided.c.id)
    wrapped = conn.execute(select(person.c.wrapped_key).where(person.c.id == about.person_id)).scalar_one()
    key = keys.person_key(wrapped) if wrapped else None
    return [_proof(conn, keys, key, row) for row in conn.execute(query).all()]


def _proof(conn: Connection, keys: Keys, key: PersonKey | None, row: Row[Any]) -> Proof:
    def opened(column: str, sealed: bytes | None) -> str | None:
        return key.decrypt(column, sealed) if key and sealed else None

    said = consent.opened(key, row.wording_sealed, row.reply_sealed) if key else (None, None)
    held = ledger.held(conn, keys, row.id)
    covers = select(ledger_head.c.day).where(ledger_head.c.seq >= held.seq).order_by(ledger_head.c.seq).limit(1)
    asked = Asked(
        said[0], row.language, row.flow, row.version, row.state, row.prompt, row.prompt_gateway_id, row.prompt_status,
        row.prompt_at, row.report_word, row.report_at, _later(conn, row),
    )  # fmt: skip
    came = select(turn.c.text_sealed).where(turn.c.channel == row.channel, turn.c.inbound_id == row.inbound_id)
    answer = Answer(
        said[1], opened("turn.text", conn.execute(came).scalar_one_or_none()), opened("consent.from", row.from_sealed),
        row.sent_to, row.channel, row.inbound_id, row.gateway_time, row.at,
    )  # fmt: skip
    change = opened("consent.change", row.change_sealed)
    return Proof(
        row.id, row.purpose, row.decision, row.verdict, asked, answer, _entered(conn, keys, row.entered_by),
        json.loads(change) if change else None, held.seq,
        conn.execute(covers).scalar_one_or_none() or "" if held.seq else "", held.problem,
    )  # fmt: skip


def _later(conn: Connection, row: Row[Any]) -> str:
    """How far the question has come since, where that is further than when it was answered."""
    now = conn.execute(select(outbox.c.status, outbox.c.channel).where(outbox.c.ref == row.prompt)).one_or_none()
    if now is None or now.status in (row.prompt_status, "dropped"):
        return ""
    report = (delivery_report.c.channel == now.channel) & (delivery_report.c.gateway_id == row.prompt_gateway_id)
    word = select(delivery_report.c.word).where(report).order_by(delivery_report.c.id.desc()).limit(1)
    told = conn.execute(word).scalar_one_or_none() if row.prompt_gateway_id else None
    return f"{now.status} ({told})" if told and told != now.status else str(now.status)


def _entered(conn: Connection, keys: Keys, entered_by: str) -> Entered | None:
    if not entered_by:
        return None
    chain = json.loads(entered_by)
    way = str(chain.get("way") or ("self" if chain["enroler"] is None else ""))
    names = {
        row.id: f"{row.name} ({row.code})" for row in conn.execute(select(area).where(area.c.id.in_(chain["areas"])))
    }
    enroler = _named(conn, keys, chain["enroler"]) if chain["enroler"] else ""
    above = [_named(conn, keys, one) for one in chain["appointed_by"]]
    return Entered(enroler, way, above, [names.get(one, str(one)) for one in chain["areas"]])


def _named(conn: Connection, keys: Keys, person_id: int) -> str | None:
    somebody = people.by_id(conn, keys, person_id)
    found = enrolers.by_person(conn, somebody) if somebody else None
    return f"{found.name} ({privacy.mask(found.person.phone)})" if found else None


# --- the list behind a figure -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of a purpose, a decision, an area with all in it (its first and last number), a time from `since` to before
    `until`. None: any."""

    purpose: str | None = None
    decision: str | None = None
    area: tuple[int, int] | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A row, masked: `name` as `R. Kumar` and `phone` as `..210`, "" for who was erased. `number` of the member, or ""."""

    row: int
    link: int | None
    at: float
    purpose: str
    decision: str
    verdict: str
    channel: str
    ref: str
    number: str
    area: str
    name: str
    phone: str


def listed(conn: Connection, keys: Keys, wanted: Wanted) -> Iterator[Listed]:
    """The rows, the oldest first, read as they are asked for."""
    query = (
        select(
            decided.c.id, decided.c.at, decided.c.purpose, decided.c.decision, decided.c.verdict, decided.c.channel,
            ledger_link.c.seq, registration.c.ref, registration.c.fields_sealed, member.c.number, area.c.code,
            person.c.wrapped_key, person.c.phone_sealed,
        )
        .join(person, person.c.id == decided.c.person_id)
        .outerjoin(ledger_link, ledger_link.c.consent_id == decided.c.id)
        .outerjoin(registration, registration.c.id == decided.c.registration_id)
        .outerjoin(area, area.c.id == registration.c.area_id)
        .outerjoin(member, member.c.registration_id == decided.c.registration_id)
        .order_by(decided.c.id)
    )  # fmt: skip
    if wanted.purpose is not None:
        query = query.where(decided.c.purpose == wanted.purpose)
    if wanted.decision is not None:
        query = query.where(decided.c.decision == wanted.decision)
    if wanted.area is not None:
        query = query.where(area.c.first.between(*wanted.area))
    if wanted.since is not None:
        query = query.where(decided.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(decided.c.at < wanted.until)
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(query):
        key = keys.person_key(row.wrapped_key) if row.wrapped_key else None
        fields = registrations.opened(key, row.fields_sealed) if key and row.fields_sealed else {}
        phone = privacy.mask(key.decrypt("person.phone", row.phone_sealed)) if key else ""
        yield Listed(
            row.id, row.seq, row.at, row.purpose, row.decision, row.verdict, row.channel, row.ref or "",
            numbers.written(row.number) if row.number else "", row.code or "",
            privacy.mask_name(str(fields.get("name", ""))), phone,
        )  # fmt: skip
