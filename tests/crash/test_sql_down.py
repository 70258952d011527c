"""SQL stops: an SMS is kept on disk and acknowledged, a USSD session ends with a sentence, and afterwards all goes on."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError

from sms_service.channels.africastalking import BUSY
from sms_service.engine.navigation import RESUME
from sms_service.store.tables import card, consent, member, outbox, registration, turn
from sms_service.web.app import create_app
from tests.conftest import KEY
from tests.crash.conftest import OwnPostgres
from tests.crash.waiting import at_once
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, ENTRY, MEMBER, Town

LOCKED = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""
"""Another process that holds the database until it is killed."""


class SqliteOutage:
    """Another process keeps the one lock that there is, beyond any patience."""

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, str] = {}
        self._file = folder / "sms_service.sqlite3"
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        command = [sys.executable, "-c", LOCKED, str(self._file)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout
        assert self._process.stdout.readline() == b"locked\n"

    def end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


class PostgresOutage:
    """The server is stopped."""

    def __init__(self, server: OwnPostgres) -> None:
        self._server, self._stopped = server, False
        name = f"t_{uuid.uuid4().hex[:12]}"
        engine = create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        self.settings = {"DATABASE_URL": server.url.replace("/postgres?", f"/{name}?")}

    def begin(self) -> None:
        self._server.stop()
        self._stopped = True

    def end(self) -> None:
        if self._stopped:
            self._server.start()
            self._stopped = False


Outage = SqliteOutage | PostgresOutage

fast = pytest.mark.parametrize("outage", ["postgres"], indirect=True)
"""With the outage that costs no time: a stopped server is noticed at once, a locked file only when patience has ended."""


@pytest.fixture(params=["sqlite", "postgres"])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    """What takes SQL away, and gives it back."""
    with_server = request.param == "postgres"
    made = PostgresOutage(request.getfixturevalue("own_postgres")) if with_server else SqliteOutage(tmp_path)
    yield made
    made.end()


@pytest.fixture
def town(
    tmp_path: Path, valkey_url: str, outage: Outage, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Town]:
    """A town whose SQL may be taken away."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, **outage.settings}
    with Town(settings, twilio, africastalking) as made:
        yield made


def kept(town: Town) -> list[Path]:
    return sorted((town.config.data_dir / "spool").iterdir())


@fast
def test_texts_are_kept_and_taken_in_their_order(town: Town, outage: Outage) -> None:
    town.phone(ENROLER, "twilio").texts(ENTRY)
    member_phone = town.phone(MEMBER, "twilio")
    outage.begin()
    assert member_phone.sends("maybe") == 200
    assert member_phone.sends("1", sid="SM" + "7" * 32) == 200
    assert len(kept(town)) == 2

    outage.end()
    # delivered again, when SQL is back and the sweeper has not come yet
    assert member_phone.sends("1", sid="SM" + "7" * 32) == 200
    town.sweep()
    town.work()
    member_phone.texts("1")

    assert kept(town) == []
    assert [row.decision for row in town.rows(consent)] == ["given"]
    assert len(town.rows(member)) == len(town.rows(card)) == 1
    assert [t[:12] for t in member_phone.heard if t.startswith("You are a me")] == ["You are a me"]


def test_an_enrolment_goes_on_after_an_outage_at_every_message(town: Town, outage: Outage) -> None:
    enroler, member_phone = town.phone(ENROLER, "twilio"), town.phone(MEMBER, "twilio")
    for phone, message in ((enroler, ENTRY), (member_phone, "haan")):
        outage.begin()
        assert phone.sends(message) == 200
        outage.end()
        town.sweep()
        town.work()

    assert [text[:12] for text in enroler.heard] == ["Saved " + enroler.last[6:12]]
    assert [text[:12] for text in member_phone.heard] == ["XYZ: Anil en", "You are a me", "XYZ card of "]
    assert len(town.rows(consent)) == len(town.rows(member)) == len(town.rows(card)) == 1


@fast
def test_what_is_kept_is_encrypted_and_on_the_disk_before_the_answer(
    town: Town, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def noted(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").readlink().name)
        fsync(file)

    monkeypatch.setattr(os, "fsync", noted)
    outage.begin()

    assert town.phone(ENROLER, "twilio").sends(ENTRY) == 200

    [file] = kept(town)
    assert [name.removesuffix(".half").partition(".")[0] for name in synced] == [file.name, "spool"]
    data = file.read_bytes()
    for secret in (ENROLER, MEMBER, "9876543210", "ABC1234567", "Ram Kumar", "REG"):
        assert secret.encode() not in data
        assert secret not in file.name


def test_a_ussd_session_ends_with_a_sentence_and_nothing_of_it_is_kept(town: Town, outage: Outage) -> None:
    enroler = town.phone(ENROLER, "africastalking").dials()
    enroler.press("98765 43210")
    outage.begin()
    enroler.press("ABC1234567")

    assert enroler.ended
    assert enroler.answer.body == BUSY
    assert kept(town) == []

    outage.end()
    again = town.phone(ENROLER, "africastalking").dials()
    assert again.screen == RESUME["en"]
    assert again.press("1").startswith("Voter ID?"), "the dialogue goes on where it was"
    for typed in ("ABC1234567", "12", "Ram Kumar"):
        again.press(typed)
    assert again.screen.startswith("Saved")


@fast
def test_a_delivery_report_is_kept_too(town: Town, outage: Outage) -> None:
    town.phone(ENROLER, "twilio").texts(ENTRY)
    message = town.twilio.accepted[0]
    outage.begin()
    assert town.twilio.report(message, "delivered").status == 204
    outage.end()
    town.sweep()

    assert [row.status for row in town.rows(outbox) if row.gateway_id == message.id] == ["delivered"]


@fast
def test_the_same_text_twenty_times_at_once_is_kept_and_taken_once(town: Town, outage: Outage) -> None:
    phone = town.phone(ENROLER, "twilio")
    outage.begin()

    assert at_once([partial(phone.sends, ENTRY, "SM" + "4" * 32)] * 20) == [200] * 20

    outage.end()
    town.sweep()
    town.work()
    assert kept(town) == []
    assert len(town.rows(registration)) == 1
    assert len(phone.heard) == 1


@fast
def test_where_the_spool_is_gone_the_gateway_is_told_so_and_nothing_is_claimed(town: Town, outage: Outage) -> None:
    spool = town.config.data_dir / "spool"
    shutil.rmtree(spool)
    spool.write_text("")  # a folder without write permission would not stop root
    phone = town.phone(ENROLER, "twilio")
    outage.begin()

    assert phone.sends(ENTRY, sid="SM" + "8" * 32) == 503

    outage.end()
    assert [row for row in town.rows(turn) if row.channel == "twilio"] == []
    spool.unlink()
    spool.mkdir()
    assert phone.texts(ENTRY, sid="SM" + "8" * 32) == 200
    assert len(town.rows(registration)) == 1


def test_on_a_full_disk_the_gateway_is_told_so_and_nothing_is_claimed(
    town: Town, outage: Outage, tmp_path: Path
) -> None:
    """No process below the limit of zero bytes can write to any file: neither SQLite nor the spool."""
    phone = town.phone(ENROLER, "twilio")
    fields = town.twilio.sms_fields(ENROLER, ENTRY, "SM" + "9" * 32)
    header = {"X-Twilio-Signature": town.twilio.sign(f"{town.url}/hooks/twilio/sms", fields)}
    if isinstance(outage, PostgresOutage):  # whose files are on another disk than the spool
        outage.begin()
    town.service.engine.dispose()
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            client = create_app(town.service).test_client()
            answer = client.post("/hooks/twilio/sms", data=dict(fields), headers=header, base_url=town.url)
            os.write(tell, str(answer.status_code).encode())
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(told) as heard:
        assert heard.read() == "503"
    os.waitpid(pid, 0)
    assert kept(town) == []

    outage.end()
    assert phone.texts(ENTRY, sid="SM" + "9" * 32) == 200
    assert len(town.rows(registration)) == 1
    assert len(town.twilio.texts_to(ENROLER)) == 1


@fast
def test_the_sweeper_and_the_workers_outlast_an_outage(town: Town, outage: Outage) -> None:
    town.phone(ENROLER, "twilio").sends(ENTRY)
    outage.begin()
    town.sweep()
    outage.end()
    town.sweep()
    town.work()

    assert len(town.twilio.accepted) == 2


@pytest.mark.parametrize("after", [False, True], ids=["before it took place", "after it took place"])
def test_a_connection_lost_at_the_commit(any_town: Town, after: bool) -> None:
    """Nobody can say whether the transaction counts: the message is kept, and taken if it was not."""
    any_town.phone(ENROLER, "twilio").texts(ENTRY)
    member_phone = any_town.phone(MEMBER, "twilio")

    def lost(conn: Connection) -> None:
        if conn.get_execution_options().get("reads"):
            return
        event.remove(any_town.service.engine, "commit", lost)
        if after:
            conn.connection.commit()
        raise OperationalError("COMMIT", {}, OSError("connection lost"))

    event.listen(any_town.service.engine, "commit", lost)
    assert member_phone.sends("1", sid="SM" + "6" * 32) == 200
    assert len(any_town.rows(consent)) == int(after)
    any_town.sweep()
    member_phone.sends("1", sid="SM" + "6" * 32)
    any_town.work()

    assert kept(any_town) == []
    assert len(any_town.rows(consent)) == len(any_town.rows(member)) == len(any_town.rows(card)) == 1
    assert [text[:12] for text in member_phone.heard] == ["XYZ: Anil en", "You are a me", "XYZ card of "]
