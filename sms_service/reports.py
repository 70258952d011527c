"""Delivery reports: what the gateways say became of our messages, whenever and however often they say it."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.channels import advice
from sms_service.channels.base import DeliveryReport
from sms_service.engine import dlt
from sms_service.privacy import Keys
from sms_service.store import anew, channel_log, dlt_refusals, gateway_faults, outbox, people, reach
from sms_service.store.claims import Claimed
from sms_service.store.tables import delivery_report

WORD_MAX, REASON_MAX, ID_MAX = 32, 64, 64
"""What is kept of a gateway's own words: column widths."""

log = logging.getLogger(__name__)


def take_report(conn: Connection, keys: Keys, report: DeliveryReport, now: float) -> bool:
    """Notes one report and raises the message it speaks of; False if that message is not known (yet).

    A report may overtake the answer to the send it is about: it is kept, and `apply_early` finds it then. A message that
    certainly failed goes anew where that may help, as often as the report says at most, or by the next channel of its
    route.
    """
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    values = {
        "channel": report.channel, "gateway_id": report.gateway_id[:ID_MAX], "ref": report.ref[:32],
        "word": report.word[:WORD_MAX], "status": report.status, "reason": report.reason[:REASON_MAX], "at": now,
        "number_failed": report.number_failed or None,
    }  # fmt: skip
    is_news = conn.execute(dialect.insert(delivery_report).values(values).on_conflict_do_nothing()).rowcount == 1
    row = outbox.find_reported(conn, keys, report.channel, report.ref, report.gateway_id, report.phone, now)
    if row is None:
        return False
    _log_report(conn, row.ref, report.channel, report.word, report.reason[:REASON_MAX], now)
    if _is_of_earlier(row, report, is_news):
        return True
    if report.opted_out:
        people.set_stopped(conn, row.person_id, now)
    if report.operator:
        tell_operator(conn, report.channel, report.reason[:REASON_MAX], now)
    refused = _refused_by_registry(conn, keys, row, report)
    if report.status == "failed" and not refused and _goes_anew(conn, row, report, now):
        _tells_of_number(conn, row.person_id, report.status, report.number_failed, now)
        return True
    sent_anew = row.repeats and row.status == "sending"  # then the id in the row is that of the one that failed
    raised: dict[str, Any] = {
        "gateway_id": report.gateway_id[:ID_MAX] if sent_anew else row.gateway_id or report.gateway_id[:ID_MAX]
    }
    if report.price:
        raised["price"] = report.price
    if report.segments:
        raised["segments"] = report.segments
    if row.sent_at is None:
        raised["sent_at"] = now
    rose = outbox.rise(conn, row.id, report.status, reason=report.reason[:REASON_MAX], **raised)
    if rose and refused:
        _count_registry(conn, refused, report.channel, now)
    _tells_of_number(conn, row.person_id, report.status, rose and report.number_failed and not refused, now)
    return True


def _log_report(conn: Connection, ref: str, channel: str, word: str, reason: str, at: float) -> None:
    channel_log.note(conn, ref, channel, "reported", f"{word} {reason}".strip(), at)


def _refused_by_registry(conn: Connection, keys: Keys, row: Row[Any], report: DeliveryReport) -> int:
    """The code by which India's registry refused it; 0 for any other report."""
    if report.status != "failed" or not dlt.code_of(report.reason):
        return 0
    her = people.by_id(conn, keys, row.person_id)
    return by_registry(report.phone or (her.phone if her else ""), report.reason)


def _is_of_earlier(row: Row[Any], report: DeliveryReport, is_news: bool) -> bool:
    """Whether it repeats that a message failed which goes anew since. That one of them was delivered is always news."""
    if not row.repeats or report.status == "delivered":
        return False
    if row.status == "sending":
        return bool(row.gateway_id == report.gateway_id)
    if row.status == "held":
        return not is_news
    return bool(row.status == "queued" or row.gateway_id not in ("", report.gateway_id))


def _goes_anew(conn: Connection, row: Row[Any], report: DeliveryReport, now: float) -> bool:
    """Whether a failed message is put back in the queue."""
    if row.status not in ("sending", "held", "sent") or not row.text_sealed:
        return False
    reason, id_ = report.reason[:REASON_MAX], report.gateway_id[:ID_MAX]
    if (report.elsewhere or report.operator) and (route := anew.others(row.route, row.channel)):
        rerouted = anew.reroute(conn, row, route, now, reason)
        if rerouted:
            channel_log.note(conn, row.ref, route[0], "rerouted", reason, now)
        return rerouted
    if row.repeats >= report.again:
        return False
    due_at = now + report.after * 2**row.repeats
    repeats = anew.repeat(conn, row, due_at, id_, reason)
    if repeats:
        channel_log.note(conn, row.ref, row.channel, "sent anew", reason, now, due_at=due_at)
    return repeats


def tell_operator(conn: Connection, channel: str, code: str, now: float) -> None:
    """Counts what only an operator can put right. The first one of a code is told, and one after a quiet hour."""
    if gateway_faults.note(conn, channel, code, now):
        log.error("%s; /readyz counts those that follow", advice.told(channel, code, 1))


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


def apply_early(conn: Connection, claimed: Claimed, gateway_id: str, now: float) -> None:
    """Raises a message just sent to what reports that came before the gateway's answer said of it."""
    if not gateway_id:
        return
    said = delivery_report.c
    early = select(said.status, said.reason, said.number_failed, said.at, said.word)
    early = early.where(said.channel == claimed.channel, said.gateway_id == gateway_id)
    for status, reason, number_failed, at, word in conn.execute(early).all():
        rose = outbox.rise(conn, claimed.id, status, reason=reason)
        if rose:  # else it found its row when it came, and was noted then
            _log_report(conn, claimed.ref, claimed.channel, word, reason, at)
        if rose and status == "failed":
            count_registry(conn, claimed.phone, claimed.channel, reason, now)
        of_number = rose and bool(number_failed) and not by_registry(claimed.phone, reason)
        _tells_of_number(conn, claimed.person_id, status, of_number, at)


def _tells_of_number(conn: Connection, person_id: int, status: str, failed: bool, now: float) -> None:
    """What a report says of the number. A failure counts when it is news: gateways repeat themselves."""
    if status == "delivered":
        reach.arrived(conn, person_id)
    elif status == "failed" and failed:
        reach.failed(conn, person_id, now)
