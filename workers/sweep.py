"""The sweeper: every ten seconds it finds whatever no bell was rung for, so that all of it also works with RQ dead.

It settles sends whose worker died, takes what was spooled while SQL was down, reminds and expires, and does the workers'
work where it is left lying. It settles the tallies, chains the ledger and signs the head of each day, and drops photos
whose entry ended unseen.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from sms_service import logs
from sms_service.enrolment import ledger, ledger_heads, photos, refusals, tallies
from sms_service.enrolment.cards import longest_wanted
from sms_service.intake import take_spooled
from sms_service.service import Service
from sms_service.store import blocks, channel_log, delivery_reports, outbox, sessions
from sms_service.store.database import SqlDown
from sms_service.store.tables import ledger_head, tally_change
from workers import cards, deliver, erase, fallback, process, unreachable
from workers import photos as fetched_photos

LATE = 2
"""Rounds that due work may lie before the sweeper does it itself, instead of ringing for a worker once more."""

BATCH = 500
"""Messages, cards or people looked at in one round, so that a round ends and the others get their turn."""

LOGGED = 5000
"""Rows of the channel log deleted in one round, a tenth of a second: ten times what the highest load writes in it."""

REPORTS = 5000
"""Reports on unknown messages looked at in one round, for the same reason."""

SETTLINGS = 50
"""Transactions of one round that settle tallies: some seconds, and twenty times what comes in ten seconds of the highest
load, so that it catches up after a night without a sweeper."""

FAILED_AGAIN = 600.0
"""Seconds until a reminder or an expiry that failed is tried again: the fault is ours and wants mending first."""

log = logging.getLogger(__name__)


def sweep(service: Service) -> None:
    """One round. A part that fails does not keep the others from their work."""
    parts: tuple[Callable[[Service], None], ...] = (
        recover, spooled, erase.forgotten, due_people, overdue_messages, overdue_cards, ended_cards, changed_tallies,
        decisions, lost_photos, old_refusals, unreachable.tell_enrolers, erase.came_to_nothing, erase.kept_messages,
        old_log, old_reports,
    )  # fmt: skip
    for part in parts:
        if process.stopping():
            return
        try:
            part(service)
        except (SqlDown, SQLAlchemyError) as error:
            log.error("%s: the database cannot be used now (%s); next round again", part.__name__, type(error).__name__)
        except Exception:
            log.exception("%s failed; next round again", part.__name__)


def begin(service: Service) -> None:
    """A new start may be one of a release that mends what kept messages from being taken: they are tried once more."""
    if count := service.spool.bring_back():
        log.info("%d messages that were set aside are tried once more", count)


def recover(service: Service) -> None:
    """Settles what died between sending and settling."""
    if count := deliver.recover(service):
        log.info("%d messages whose outcome was unknown were looked up or held", count)


def spooled(service: Service) -> None:
    """Takes the messages that came while SQL was down, and tries those again that failed. What a crash left half kept is
    dropped."""
    if count := service.spool.drop_halves(time.time()):
        log.info("%d messages were half kept when a process died; their gateways were not answered", count)
    if count := take_spooled(service, process.stopping):
        log.info("%d messages were taken from the spool", count)


def due_people(service: Service) -> None:
    """Reminds, and closes what has expired."""
    now = time.time()
    with service.reads.begin() as conn:
        people = sessions.due_people(conn, now, BATCH)
    for person_id in people:
        try:
            service.turns.tick(person_id, now)
        except SqlDown:
            raise
        except Exception as error:
            log.exception("a reminder or an expiry failed: %s", type(error).__name__)
            with service.engine.begin() as conn:  # else those that fail stand first in every round, before all others
                sessions.postpone(conn, person_id, now, now + FAILED_AGAIN)


def overdue_messages(service: Service) -> None:
    """Rings for messages that are due, and sends them itself when nobody comes."""
    with service.reads.begin() as conn:
        # A channel that was at its rate a moment ago has workers: what waits for its turn there is not left lying.
        at_rate = service.rates.used_up(time.time() - LATE * service.config.sweep.every)
        now = time.time()
        down = [name for name, one in fallback.known_down(service, conn).items() if one.is_closed(now)]
    if down:
        with service.engine.begin() as conn:  # nobody rings for what has another way
            fallback.down(service, conn, now)
    with service.reads.begin() as conn:
        late = outbox.oldest_due(conn, now, {*at_rate, *down})
    if late > LATE * service.config.sweep.every:
        log.warning("messages lie %.0f s overdue: the sweeper sends them itself", late)
        deliver.send_due(service, BATCH)
    elif late:
        ring_anew(service, "deliver")


def overdue_cards(service: Service) -> None:
    """The same for cards."""
    with service.reads.begin() as conn:
        since = longest_wanted(conn, time.time())
    if since is None:
        return
    if time.time() - since > LATE * service.config.sweep.every:
        cards.draw_wanted(service, BATCH)
    else:
        ring_anew(service, "cards")


def ended_cards(service: Service) -> None:
    """Notes which cards have reached their last day."""
    if count := cards.expire(service):
        log.info("%d cards have reached their last day", count)


def changed_tallies(service: Service) -> None:
    """Settles what was entered and decided since the last round, so that few changes are left to add up for a SUM."""
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing has changed
        if conn.execute(tally_change.select().limit(1)).first() is None:
            return
    for _ in range(SETTLINGS):
        with service.engine.begin() as conn:
            if tallies.settle(conn, tallies.BATCH) < tallies.BATCH:
                return


def decisions(service: Service) -> None:
    """Chains what was decided since the last round; signs the head of a day that is over, and writes it to a file."""
    now = time.time()
    day = ledger_heads.day_before(now)
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing is to be done
        behind, closed = ledger.is_behind(conn), ledger_heads.is_closed(conn, day)
    while behind and not process.stopping():
        with service.engine.begin() as conn:
            behind = ledger.chain(conn, service.keys) == ledger.BLOCK
    if not closed:
        with service.engine.begin() as conn:
            blocks.one_at_a_time(conn, ledger_head)
            if not ledger_heads.is_closed(conn, day):
                ledger_heads.close(conn, service.keys, day, now)
    _publish_heads(service)


def _publish_heads(service: Service) -> None:
    """A file for each day, on each machine: data_dir/ledger/2026-11-22.json."""
    folder = ledger_heads.folder(service.config.data_dir)
    folder.mkdir(exist_ok=True)
    there = {file.stem for file in folder.glob("*.json")}
    with service.reads.begin() as conn:
        heads = ledger_heads.all_closed(conn)
    for one in heads:
        if one.day not in there:
            text = ledger_heads.as_json(one, service.config.organisation, service.keys.public_key("ledger"))
            ledger_heads.leave(folder, one.day, text)
            log.info("the ledger's head of another day lies in %s: keep a copy elsewhere", folder)


def old_refusals(service: Service) -> None:
    """Deletes the refusals after whose time an enroler may have somebody asked again."""
    now, days = time.time(), service.config.rules.refused_days
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing is over
        if not refusals.any_old(conn, now, days):
            return
    with service.engine.begin() as conn:
        log.info("%d hashes of people who said no are deleted", refusals.drop_old(conn, now, days))


def old_log(service: Service) -> None:
    """Deletes what the channel log keeps no longer."""
    now = time.time()
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing is over
        if not channel_log.any_old(conn, now):
            return
    with service.engine.begin() as conn:
        channel_log.drop_old(conn, now, LOGGED)


def old_reports(service: Service) -> None:
    """Deletes the reports that are about no message of ours."""
    now = time.time()
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing is over
        if not delivery_reports.any_unknown(conn, now):
            return
    with service.engine.begin() as conn:
        delivery_reports.drop_unknown(conn, now, REPORTS)


def lost_photos(service: Service) -> None:
    """Drops photos that wait for an entry that ended while nobody could be told: by STOP, in a flow that broke, for want of
    room."""
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing is lost
        if not photos.any_lost(conn):
            return
    with service.engine.begin() as conn:
        dropped = photos.drop_lost(conn, time.time())
        log.warning("%d photos were dropped: the entries that they came with ended unsaved", dropped)


def ring_anew(service: Service, queue: str) -> None:
    """Rings although a ring counts as waiting: whoever rang may have died before the bell sounded."""
    service.bell.answered(queue)
    service.bell.ring(queue)


def main() -> None:
    """The process."""
    logs.set_up("sweeper")
    begin(process.service())
    process.keep_saying("sweep")
    every = process.service().config.sweep.every
    log.info("sweeping every %.0f s", every)
    process.run_rounds(every, sweep, beside=fetched_photos.work)


if __name__ == "__main__":
    main()
