"""All that the ledger proves about one member or registration, opened for the office; and its rows as a list, masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, cast, select

from sms_service import privacy
from sms_service.enrolment import calls, enrolers, ledger, ledger_notices, numbers
from sms_service.enrolment.answer_types.references import as_ref
from sms_service.privacy import Keys, PersonKey, Unreadable
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

UNREADABLE = "(unreadable)"
"""Who cannot be told, for the bytes of her number were changed."""

READ_AHEAD = 2_000
"""Rows that the database hands over at once: a list may be of millions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asked her. `text` None: erased with her, or unreadable. `by` is the outbox ref of the message, or hop:<turn> for
    USSD screens, "" where nobody asked; `status` how far it had come when she answered, `report_word` the gateway's report by
    then. `later`: what the gateway said of it afterwards, which no hash covers. Times in seconds since 1970."""

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
    None: erased with her, or unreadable. `gateway_time` by the clock of the gateway ("" where it tells none), `at` by ours."""

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
    """One row of the ledger. `notice`: the hash of the law's notice that was in force for her, "" where none is known. `link`
    is its number in the chain (0: not chained yet), `day` the first whose signed head covers it, `problem` what is wrong with
    its hashes or its notice, or "". `unreadable`: columns (table.column) whose bytes were changed."""

    row: int
    purpose: str
    decision: str
    verdict: str
    asked: Asked
    answer: Answer
    entered: Entered | None
    change: dict[str, Any] | None
    notice: str
    link: int
    day: str
    problem: str
    unreadable: list[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A registration, and the membership that came of it (`number` "" for none). `fields` and `phone` None: erased, since
    `erased_at`, or among `unreadable`. `calls`: when her phone rang while it was asked about this registration alone; weaker
    than any text, and no hash covers it."""

    registration_id: int
    person_id: int
    ref: str
    status: str
    number: str
    membership: str
    phone: str | None
    fields: dict[str, Any] | None
    erased_at: float | None
    calls: list[float]
    unreadable: list[str]


def _bytes(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Bytes also where somebody has written text: to be named as unreadable, instead of ending all."""
    return cast(column, LargeBinary).label(name)


DECIDED = tuple(_bytes(one, one.name) if isinstance(one.type, LargeBinary) else one for one in decided.columns)


SEALED = (_bytes(person.c.wrapped_key, "wrapped_key"), _bytes(person.c.phone_sealed, "phone_sealed"))


class _Opened:
    """What is sealed under a person's key, or cannot be read: `unreadable` names that. Without a key (erased): nothing."""

    def __init__(self, keys: Keys, wrapped: bytes | None) -> None:
        self.unreadable: list[str] = []
        self.key: PersonKey | None = None
        self.is_erased = wrapped is None
        if wrapped is not None:
            try:
                self.key = keys.person_key(wrapped)
            except Unreadable:
                self.unreadable.append("person.wrapped_key")

    def text(self, column: str, sealed: bytes | None) -> str | None:
        """None: erased, never written, or unreadable."""
        if self.key is None or sealed is None:
            return None
        try:
            return self.key.decrypt(column, sealed)
        except Unreadable:
            self.unreadable.append(column)
            return None

    def data(self, column: str, sealed: bytes | None) -> dict[str, Any] | None:
        """The same for JSON."""
        text = self.text(column, sealed)
        return dict(json.loads(text)) if text is not None else None


def subject(conn: Connection, keys: Keys, named: str) -> Subject | None:
    """Whom a membership number (0000013) or a reference (R4K7P) means; None for nobody."""
    columns = (registration.c.id, registration.c.person_id, registration.c.ref, registration.c.status)
    more = (
        _bytes(registration.c.fields_sealed, "fields_sealed"),
        registration.c.erased_at,
        member.c.number,
        member.c.status.label("membership"),
    )
    query = select(*columns, *more, *SEALED, person.c.forgotten_at)
    query = query.join(person, person.c.id == registration.c.person_id)
    query = query.outerjoin(member, member.c.registration_id == registration.c.id)
    try:
        query = query.where(member.c.number == numbers.read_number(named.strip()))
    except numbers.Mistyped:
        query = query.where(registration.c.ref == as_ref(named))
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    opened = _Opened(keys, row.wrapped_key)
    phone = opened.text("person.phone", row.phone_sealed)
    fields = opened.data("registration.fields", row.fields_sealed)
    return Subject(
        row.id, row.person_id, row.ref, row.status, numbers.written(row.number) if row.number else "",
        row.membership or "", phone, fields, row.forgotten_at or row.erased_at if opened.is_erased else None,
        calls.of_registration(conn, row.id), opened.unreadable,
    )  # fmt: skip


def proofs(conn: Connection, keys: Keys, about: Subject) -> list[Proof]:
    """Every decision for this registration, and what its person has decided besides (news, events), the oldest first."""
    hers = (decided.c.person_id == about.person_id) & decided.c.registration_id.is_(None)
    query = select(*DECIDED).where((decided.c.registration_id == about.registration_id) | hers).order_by(decided.c.id)
    wrapped = conn.execute(select(SEALED[0]).where(person.c.id == about.person_id)).scalar_one()
    return [_proof(conn, keys, _Opened(keys, wrapped), row) for row in conn.execute(query).all()]


def _proof(conn: Connection, keys: Keys, opened: _Opened, row: Row[Any]) -> Proof:
    held = ledger.held(conn, keys, row.id)
    covers = select(ledger_head.c.day).where(ledger_head.c.seq >= held.seq).order_by(ledger_head.c.seq).limit(1)
    wording = opened.text("consent.wording", row.wording_sealed)
    asked = Asked(
        wording, row.language, row.flow, row.version, row.state, row.prompt, row.prompt_gateway_id, row.prompt_status,
        row.prompt_at, row.report_word, row.report_at, _later(conn, row),
    )  # fmt: skip
    came = select(_bytes(turn.c.text_sealed, "text_sealed")).where(
        turn.c.channel == row.channel, turn.c.inbound_id == row.inbound_id
    )
    reply, raw = opened.text("consent.reply", row.reply_sealed), conn.execute(came).scalar_one_or_none()
    answer = Answer(
        reply, opened.text("turn.text", raw or None), opened.text("consent.from", row.from_sealed),
        row.sent_to, row.channel, row.inbound_id, row.gateway_time, row.at,
    )  # fmt: skip
    change = opened.data("consent.change", row.change_sealed)
    try:
        entered = _entered(conn, keys, row.entered_by)
    except (ValueError, KeyError, TypeError):  # only where somebody has changed it: `problem` says so too
        entered = None
        opened.unreadable.append("consent.entered_by")
    return Proof(
        row.id, row.purpose, row.decision, row.verdict, asked, answer, entered, change, row.notice, held.seq,
        conn.execute(covers).scalar_one_or_none() or "" if held.seq else "",
        held.problem or _notice_problem(conn, row), opened.unreadable,
    )  # fmt: skip


def _notice_problem(conn: Connection, row: Row[Any]) -> str:
    if not row.notice:
        return ""
    asked_at = row.at if row.prompt_at is None else row.prompt_at
    problem = ledger_notices.wrong(conn, row.notice, row.language, asked_at)
    return f"the notice that it was taken under {problem}" if problem else ""


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
    try:
        somebody = people.by_id(conn, keys, person_id)
    except Unreadable:
        return UNREADABLE
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
            ledger_link.c.seq, registration.c.ref, member.c.number, area.c.code,
            _bytes(registration.c.fields_sealed, "fields_sealed"),
            *SEALED,
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
        opened = _Opened(keys, row.wrapped_key)
        fields = opened.data("registration.fields", row.fields_sealed) or {}
        number = opened.text("person.phone", row.phone_sealed)
        phone = privacy.mask(number) if number else UNREADABLE if opened.unreadable else ""
        yield Listed(
            row.id, row.seq, row.at, row.purpose, row.decision, row.verdict, row.channel, row.ref or "",
            numbers.written(row.number) if row.number else "", row.code or "",
            privacy.mask_name(str(fields.get("name", ""))), phone,
        )  # fmt: skip
