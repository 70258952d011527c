"""Health is red within thirty seconds for each condition that docs/deploy.md names, in its words; and green again after it."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from sms_service.store import database, standing
from tests.conftest import KEY
from tests.crash.conftest import OwnValkey
from tests.crash.waiting import until
from tests.gateways import AfricasTalking, Twilio
from tests.operation import conditions
from tests.operation.conditions import PRODUCED, Installation
from tests.town import Town
from tests.typed import sms_service

WITHIN = 30.0
"""Seconds that docs/deploy.md promises."""

ANSWERED = 10.0
"""Seconds after which a probe of any orchestrator gives up."""


@pytest.fixture(scope="module")
def installed(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("operation")
    server = conditions.administrator(database.make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with server.connect() as conn:
        conn.execute(text("CREATE DATABASE operation"))
    with (
        tempfile.TemporaryDirectory(prefix="valkey-") as own, Twilio() as twilio, AfricasTalking() as africastalking,
        pytest.MonkeyPatch.context() as patch,
    ):  # fmt: skip
        valkey = OwnValkey(Path(own))
        valkey.start()
        settings = {
            "DATA_DIR": str(folder / "data"), "FLOWS_DIR": str(conditions.own_flows(folder / "flows")),
            "DATABASE_URL": postgres_url.replace("/postgres?", "/operation?"), "REDIS_URL": valkey.url, "PRIVACY__KEY": KEY,
        }  # fmt: skip
        try:
            with Town(settings, twilio, africastalking) as town:
                conditions.all_alive(town)
                yield Installation(town, valkey, folder / "flows", patch)
        finally:
            valkey.stop()
            with server.connect() as conn:
                conn.execute(text("DROP DATABASE operation WITH (FORCE)"))


def asked(one: Installation) -> tuple[int, Any]:
    answer = requests.get(f"{one.town.url}/readyz", timeout=ANSWERED)
    return answer.status_code, answer.json()


def is_green(one: Installation) -> bool:
    conditions.all_alive(one.town)
    return asked(one) == (200, {"ready": True, "problems": [], "notes": []})


def test_the_table_names_each_condition_that_is_produced() -> None:
    assert [name for name, _ in conditions.told()] == [name for name, _ in PRODUCED]


@pytest.mark.parametrize(
    ("row", "produce"),
    list(enumerate(made for _, made in PRODUCED)),
    ids=[f"{name}-{made.__name__}" for name, made in PRODUCED],
)
def test_it_is_told_by_readyz_and_by_doctor(installed: Installation, row: int, produce: Any) -> None:
    name, sentence = conditions.told()[row]
    until(lambda: is_green(installed), f"health green before: {asked(installed)}", WITHIN)
    with produce(installed):
        until(lambda: any(one.startswith(sentence) for one in asked(installed)[1]["problems"]), sentence, WITHIN)
        status = asked(installed)[0]
        typed = sms_service(installed.environment, "doctor", "--json")
    by_doctor = json.loads(typed.stdout)

    assert status == 503
    assert typed.returncode == 1
    assert any(one["name"] == name and one["told"].startswith(sentence) for one in by_doctor["problems"]), by_doctor
    until(lambda: is_green(installed), f"health green after: {asked(installed)}", WITHIN)


def test_doctor_says_that_all_is_well(installed: Installation) -> None:
    conditions.all_alive(installed.town)
    typed = sms_service(installed.environment, "doctor")
    assert (typed.returncode, typed.stdout) == (0, "all is well.\n")


def test_doctor_names_processes_that_nobody_ever_heard_of(installed: Installation) -> None:
    installed.town.service.redis.flushall()
    typed = sms_service(installed.environment, "doctor")
    conditions.all_alive(installed.town)
    assert typed.returncode == 1
    assert [line.split()[4] for line in typed.stdout.splitlines()[:-1]] == ["`deliver`", "`cards`", "`sweep`"]


def test_doctor_without_a_web_says_so(installed: Installation) -> None:
    nowhere = {**installed.environment, "SMS_SERVICE__PUBLIC_URL": "http://127.0.0.1:9", "SMS_SERVICE__WEB__PORT": "9"}
    typed = sms_service(nowhere, "doctor")
    assert typed.returncode == 1
    assert "the web does not answer at http://127.0.0.1:9: start it" in typed.stdout


def test_doctor_knows_a_wrong_key_and_a_missing_one(installed: Installation) -> None:
    name = "SMS_SERVICE__PRIVACY__KEY"
    wrong = sms_service({**installed.environment, name: conditions.OTHER_KEY}, "doctor").stdout
    missing = sms_service({**installed.environment, name: ""}, "doctor").stdout
    assert "the service key is not this database's" in wrong
    assert "the service key is missing" in missing
    assert not (installed.town.config.data_dir / "service.key").exists()


def test_doctor_where_nothing_was_started_makes_nothing(tmp_path: Path) -> None:
    typed = sms_service({"SMS_SERVICE__DATA_DIR": str(tmp_path / "none")}, "doctor")
    assert (typed.returncode, "nothing was started here yet" in typed.stdout) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_a_newer_release_is_no_reason_for_an_alarm(installed: Installation) -> None:
    installed.sql("UPDATE alembic_version SET version_num = '9999'")
    try:
        status, told = asked(installed)
    finally:
        installed.sql(f"UPDATE alembic_version SET version_num = '{newest()}'")
    assert (status, told["problems"]) == (200, [])
    assert told["notes"][0].startswith("the database is of a newer release")


def newest() -> str:
    return max(file.stem.partition("_")[0] for file in (database.MIGRATIONS / "versions").glob("0*.py"))


def test_it_answers_although_sql_hangs(installed: Installation) -> None:
    """Somebody holds the tables, and several ask at once."""
    with installed.town.service.engine.begin() as conn:
        conn.execute(text("LOCK TABLE outbox, gateway_fault, installation IN ACCESS EXCLUSIVE MODE"))
        answers: list[Any] = []
        asking = [threading.Thread(target=lambda: answers.append(asked(installed))) for _ in range(4)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
    assert [status for status, _ in answers] == [503] * 4
    assert all(told["problems"][0].startswith("the database cannot be reached") for _, told in answers)


def test_a_clock_is_wrong_only_as_far_as_is_certain(installed: Installation) -> None:
    with installed.town.service.reads.begin() as conn:
        there = float(conn.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
        slow = iter((there - 10, there + 10))
        late = iter((there - 100, there - 90))
        assert standing.ahead(conn, lambda: next(slow)) == 0.0
        assert -92 < standing.ahead(conn, lambda: next(late)) <= -90
