"""A backup is put back on an empty machine, as docs/deploy.md says: people go on, the ledger holds, nothing is sent twice."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.conftest import KEY
from tests.crash.conftest import OwnPostgres, OwnValkey
from tests.crash.waiting import until
from tests.gateways import AfricasTalking, Twilio
from tests.operation.releases import HERE, Release
from tests.operation.test_upgrade import ASKED, LINK, Both, everything, load_drive
from tests.town import ENROLER, RULES_OFF, gateway_settings


def test_what_was_in_the_backup_goes_on_and_nothing_leaves_twice(
    tmp_path: Path, own_postgres: OwnPostgres, own_valkey: OwnValkey, twilio: Twilio, africastalking: AfricasTalking
) -> None:
    common = {"PRIVACY__KEY": KEY, "SWEEP__EVERY": "1", **RULES_OFF, **gateway_settings(twilio, africastalking)}
    lost = Release(
        HERE, **common, DATA_DIR=str(tmp_path / "lost"), DATABASE_URL=own_postgres.url, REDIS_URL=own_valkey.url
    )
    people = Both(lost, lost, own_postgres.url, twilio, africastalking)
    lost.command("db", "upgrade")
    load_drive(lost)
    lost.start()
    member, waits = people.enters(lost), people.enters(lost)
    people.says_yes(lost, member)
    people.hears(member, LINK)
    lost.stop()

    lost.start("web")  # nobody sends: her question, and what her enroler is told, are queued in the backup
    late = "+919876549999"
    people.texts(lost, ENROLER, f"REG {late} ABC1234567 12 Sita Devi")
    backup = tmp_path / "backup"
    with tempfile.TemporaryDirectory(prefix="pg-") as empty:
        binaries = Path(asked(own_postgres.url, "SELECT setting FROM pg_config WHERE name = 'BINDIR'"))
        subprocess.run([binaries / "pg_dump", "-Fc", "-f", backup, own_postgres.url], check=True)
        lost.stop()
        lost.start()
        people.hears(late, ASKED)
        lost.stop()
        texted = len(twilio.accepted)
        own_postgres.stop()

        machine = OwnPostgres(Path(empty))
        try:
            subprocess.run([binaries / "pg_restore", "--no-owner", "-d", machine.url, backup], check=True)
            own_valkey.client.flushall()
            restored = Release(
                HERE, **common, DATA_DIR=str(tmp_path / "restored"), DATABASE_URL=machine.url, REDIS_URL=own_valkey.url
            )
            assert restored.command("outbox", "restored").startswith("2 queued messages are looked up")
            restored.start()
            until(lambda: settled(machine.url), "what was queued looked up")
            assert len(twilio.accepted) == texted

            people.sql = machine.url
            for phone in (waits, late):
                people.says_yes(restored, phone)
                people.hears(phone, LINK)
                assert sum(one.startswith(ASKED) for one in twilio.texts_to(phone)) == 1
            assert len(everything(machine.url)["member"]) == 3
            restored.command("ledger", "verify")
            restored.stop()
        finally:
            machine.end()
            own_postgres.start()


def settled(url: str) -> bool:
    return {row.status for row in everything(url)["outbox"]} <= {"sent", "delivered"}


def asked(url: str, statement: str) -> str:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as conn:
        found = str(conn.execute(text(statement)).scalar_one())
    engine.dispose()
    return found
