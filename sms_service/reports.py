"""Delivery reports: what the gateways say became of our messages, whenever and however often they say it."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from enum import IntEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from sms_service.channels import advice
from sms_service.channels.base import DeliveryReport, another_may
from sms_service.channels.vocabulary import is_gateways
from sms_service.engine import dlt
from sms_service.privacy import Keys
from sms_service.store import (
    anew,
    another_way,
    channel_log,
    delivery_reports,
    dlt_refusals,
    gateway_faults,
    outbox,
    people,
    reach,
    tables,
)
from sms_service.store.claims import Claimed

WORD_MAX, REASON_MAX, ID_MAX = 32, 64, 64
"""What is kept of a gateway's own words: column widths."""

NUMBER_DIGITS = 8
"""An id in which the last digits of her number stand, so many of them, is kept as a keyed hash."""

CODE = re.compile(r"[0-9]{1,6}|(?=.*[0-9])[0-9A-Fa-f]{1,6}|(ESME|EC)(_[A-Z0-9]{1,20})+")
"""Gateways' codes: a number (with seven digits it could be a phone's), a network's in hexadecimal, SMPP's, Infobip's."""

OTHER = "other"
"""What stands for a word that could be somebody's name."""

WAITING = ("queued", "sending", "held")
"""Where a row stands before its copy is accounted for: an id in it is still that of the copy before."""

log = logging.getLogger(__name__)


class Taken(IntEnum):
    """What came of a report: its message is not known (yet), is known, or is due at once by another channel."""

    UNKNOWN = 0
    KNOWN = 1
    DUE = 2


def take_report(
    conn: Connection, keys: Keys, report: DeliveryReport, now: float, present: Collection[str] = ()
) -> Taken:
    """Notes one report and raises the message it speaks of. `present`: the channels that are open, for what it fails to bring.

    A report may overtake the answer to the send it is about: it is kept, and `apply_early` finds it then. One that the gateway
    only repeats changes nothing. A message that certainly failed goes anew where that may help, as often as the report
    says at most, or by the next channel of its route.
    """
    report = _as_kept(keys, report)
    row = outbox.find_reported(conn, report.channel, report.ref, report.gateway_id)
    is_news = _note(conn, report, row and row.id, now)
    if row is None:
        if is_news and report.phone:
            for ref in outbox.perhaps_meant(conn, keys, report.channel, report.phone, now):
                channel_log.note(conn, ref, report.channel, "reported", _perhaps(report), now)
        return Taken.UNKNOWN
    if is_news and _apply(conn, row, report, _refused_by_registry(conn, keys, row, report), now, now, present):
        return Taken.DUE
    return Taken.KNOWN


def kept_id(keys: Keys, gateway_id: str, phone: str) -> str:
    """A gateway's id of a message to `phone` (E.164; "" if that is not known) as it is kept."""
    digits = "".join(filter(str.isdigit, gateway_id))
    if len(phone) > NUMBER_DIGITS and phone[-NUMBER_DIGITS:] in digits:
        return keys.index("gateway_id", gateway_id).hex()[:ID_MAX]
    return gateway_id[:ID_MAX]


def kept_word(word: str) -> str:
    """A gateway's word or code as it is kept: OTHER where it is neither a code nor written of words that gateways use."""
    if CODE.fullmatch(word) or not word:
        return word
    return word if all(map(is_gateways, re.split("[_-]", word))) else OTHER


def _as_kept(keys: Keys, report: DeliveryReport) -> DeliveryReport:
    return msgspec.structs.replace(
        report, gateway_id=kept_id(keys, report.gateway_id, report.phone), ref=report.ref[:32],
        word=kept_word(report.word[:WORD_MAX]), reason=kept_word(report.reason[:REASON_MAX]),
    )  # fmt: skip


def _note(conn: Connection, report: DeliveryReport, outbox_id: int | None, now: float) -> bool:
    """Writes it down; False if it is no news. A gateway that names no message (Kannel) reports by our reference."""
    named = {"channel": report.channel, "gateway_id": report.gateway_id or report.ref, "word": report.word}
    early = None if outbox_id else msgspec.json.encode(msgspec.structs.replace(report, phone="")).decode()
    said = {
        "ref": report.ref, "status": report.status, "reason": report.reason, "at": now,
        "number_failed": report.number_failed or None, "outbox_id": outbox_id, "early": early,
    }  # fmt: skip
    return delivery_reports.note(conn, named, said)


def _perhaps(report: DeliveryReport) -> str:
    said = f"{report.word} {report.reason}".strip()
    return f"{said} of an unknown message to this number: perhaps of this one, look for it at the gateway"


def _apply(
    conn: Connection,
    row: Row[Any],
    report: DeliveryReport,
    refused: int,
    at: float,
    now: float,
    present: Collection[str],
) -> bool:
    """What a report that came `at` does to its message and to her; whether the message is due by another channel. `refused`:
    the code of India's registry, 0 for none."""
    _log_report(conn, row.ref, report.channel, report.word, report.reason, at)
    is_earlier = _is_of_earlier(row, report)
    if report.opted_out:
        left_at = row.created_at if is_earlier or row.sent_at is None else row.sent_at
        people.opted_out(conn, row.person_id, left_at, at)
    if report.operator:
        tell_operator(conn, report.channel, report.reason, now)
    if is_earlier and report.status != "delivered":
        return False
    if report.status == "failed" and not refused and row.status in ("sending", "held", "sent") and row.text_sealed:
        goes_on = not _tried_enough(row, report) and _goes_anew(conn, row, report, now)
        is_due = not goes_on and _goes_by_another(conn, row, report, now, present)
        if goes_on or is_due:
            _tells_of_number(conn, row.person_id, report.status, report.number_failed, at)
            return is_due
    has_own_id = row.gateway_id and row.status not in WAITING
    raised: dict[str, Any] = {
        "gateway_id": row.gateway_id if has_own_id else report.gateway_id or row.gateway_id,
    }
    if report.price:
        raised["price"] = report.price
    if report.segments:
        raised["segments"] = report.segments
    if row.sent_at is None:
        raised["sent_at"] = now
    rose = outbox.rise(conn, row.id, report.status, reason=report.reason, **raised)
    if rose and refused:
        _count_registry(conn, refused, report.channel, now)
    _tells_of_number(conn, row.person_id, report.status, rose and report.number_failed and not refused, at)
    return False


def _log_report(conn: Connection, ref: str, channel: str, word: str, reason: str, at: float) -> None:
    channel_log.note(conn, ref, channel, "reported", f"{word} {reason}".strip(), at)


def _refused_by_registry(conn: Connection, keys: Keys, row: Row[Any], report: DeliveryReport) -> int:
    """The code by which India's registry refused it; 0 for any other report."""
    if report.status != "failed" or not dlt.code_of(report.reason):
        return 0
    her = people.by_id(conn, keys, row.person_id)
    return by_registry(report.phone or (her.phone if her else ""), report.reason)


def _is_of_earlier(row: Row[Any], report: DeliveryReport) -> bool:
    """Whether it is about a copy before the newest, which failed or was given up. Then only that it arrived counts."""
    if report.ref and outbox.copy_of(report.ref) != row.copy:
        return True
    if row.status in WAITING:  # the newest copy has no id yet
        return not report.ref or bool(report.gateway_id and row.gateway_id == report.gateway_id)
    return bool(report.gateway_id and row.gateway_id and row.gateway_id != report.gateway_id)


def _tried_enough(row: Row[Any], report: DeliveryReport) -> bool:
    """Whether its own channel will not bring a failed message at another try either."""
    return report.elsewhere or report.operator or bool(row.repeats >= report.again)


def _goes_anew(conn: Connection, row: Row[Any], report: DeliveryReport, now: float) -> bool:
    due_at = now + report.after * 2**row.repeats
    repeats = anew.repeat(conn, row, due_at, report.gateway_id, report.reason)
    if repeats:
        channel_log.note(conn, row.ref, row.channel, "sent anew", report.reason, now, due_at=due_at)
    return repeats


def _goes_by_another(
    conn: Connection, row: Row[Any], report: DeliveryReport, now: float, present: Collection[str]
) -> bool:
    as_it_was = (tables.outbox.c.id == row.id) & (tables.outbox.c.status == row.status)
    return another_may(report) and another_way.goes_on(
        conn, present, as_it_was, row.route, row.channel, report.reason, now
    )


def tell_operator(conn: Connection, channel: str, code: str, now: float, *, locked_out: bool = False) -> None:
    """Counts what only an operator can put right. The first one of a code is told, and one after a quiet hour."""
    if gateway_faults.note(conn, channel, code, now, locked_out=locked_out):
        log.error("%s; /readyz counts those that follow", advice.told(channel, code, 1, locked_out=locked_out))


def by_registry(phone: str, reason: str) -> int:
    """The code by which India's registry refused a message to `phone`, 0 for another reason. It would refuse it again."""
    return dlt.code_of(reason) if phone.startswith(dlt.INDIA) else 0


def count_registry(conn: Connection, phone: str, channel: str, reason: str, now: float) -> None:
    """Counts a failed message if India's registry refused it, or we did for want of a registered text. The first one of a
    code in an hour is told: a mistake in one text makes thousands of them."""
    code = by_registry(phone, reason)
    if code or reason == dlt.NO_TEMPLATE:
        _count_registry(conn, code, channel, now)


def _count_registry(conn: Connection, code: int, channel: str, now: float) -> None:
    if dlt_refusals.count(conn, code, now):
        named = f"India's registry refused a text, code {code}" if code else dlt.NO_TEMPLATE
        log.error("%s (%s): %s; others of this hour are only counted", named, channel, dlt.meaning(code))


def apply_early(conn: Connection, claimed: Claimed, gateway_id: str, now: float, present: Collection[str] = ()) -> None:
    """Does to a message just sent what the reports would have done that came before the gateway's answer. `gateway_id`: as it
    is kept."""
    if not gateway_id:
        return
    mine = select(tables.outbox).where(tables.outbox.c.id == claimed.id)
    for early in delivery_reports.take_early(conn, claimed.channel, gateway_id, claimed.id):
        report = _read(early)
        refused = by_registry(claimed.phone, report.reason) if report.status == "failed" else 0
        _apply(conn, conn.execute(mine).one(), report, refused, early.at, now, present)


def _read(early: Row[Any]) -> DeliveryReport:
    if early.early:
        return msgspec.json.decode(early.early, type=DeliveryReport)
    told = {name: getattr(early, name) for name in ("channel", "gateway_id", "ref", "word", "status", "reason")}
    return DeliveryReport(phone="", number_failed=bool(early.number_failed), **told)  # of the release before


def _tells_of_number(conn: Connection, person_id: int, status: str, failed: bool, now: float) -> None:
    """What a report says of the number. A failure counts when it is news: gateways repeat themselves."""
    if status == "delivered":
        reach.arrived(conn, person_id)
    elif status == "failed" and failed:
        reach.failed(conn, person_id, now)
