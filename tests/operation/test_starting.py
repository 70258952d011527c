"""Whatever is started first: each process says in a sentence what it lacks, and all works as soon as everything is there."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

import pytest
import requests

from sms_service import launch, supervise
from sms_service.config import read_config
from sms_service.demo import free_port
from sms_service.supervise import Program, Supervisor, procfile
from tests.conftest import KEY
from tests.crash.conftest import OwnPostgres, OwnValkey
from tests.crash.waiting import until
from tests.gateways import Twilio
from tests.typed import sms_service


def test_in_any_order(
    tmp_path: Path, own_postgres: OwnPostgres, own_valkey: OwnValkey, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "PAUSE_MAX", 0.5)
    own_postgres.stop()
    own_valkey.stop()
    port = str(free_port())
    twilio.web_url = twilio.public_url = f"http://127.0.0.1:{port}"
    environment = launch.child_environment(
        DATA_DIR=str(tmp_path / "data"), WEB__PORT=port, WEB__PROCESSES="1", PRIVACY__KEY=KEY, SWEEP__EVERY="1",
        DATABASE_URL=own_postgres.url, REDIS_URL=own_valkey.url, CHANNELS__TWILIO__ACCOUNT_SID=twilio.account_sid,
        CHANNELS__TWILIO__AUTH_TOKEN=twilio.auth_token, CHANNELS__TWILIO__FROM=twilio.number,
        CHANNELS__TWILIO__API_URL=twilio.url,
    )  # fmt: skip
    config = read_config(environment)
    logs = {program.name: tmp_path / f"{program.name}.log" for program in procfile(launch.PROCFILE)}
    supervisor = Supervisor(environment, launch.PROCFILE.parent)
    watch = threading.Thread(target=supervisor.watch, daemon=True)
    try:
        for program in procfile(launch.PROCFILE):
            shell = ["sh", "-c", 'log="$1"; shift; exec "$@" 2>>"$log" >>"$log"', "sh", str(logs[program.name])]
            supervisor.start(Program(program.name, [*shell, *program.command]))
        watch.start()
        all_say(logs, "the database cannot be reached: start it")
        own_postgres.start()
        all_say(logs, "run `sms-service db upgrade`")
        assert sms_service(environment, "db", "upgrade").returncode == 0
        all_say(
            {name: logs[name] for name in ("deliver", "cards")}, "Redis cannot be reached (ConnectionError): start it"
        )
        until(lambda: lives(config.url), "the web, without Redis")
        twilio.text(config.url, "+14155550000", "HELP", f"SM{uuid.uuid4().hex}")
        until(lambda: twilio.accepted, "the sweeper's answer, without Redis and workers")
        own_valkey.start()
        until(lambda: is_ready(config.url), "readiness")
        assert not any("Traceback" in log.read_text() for log in logs.values())
    finally:
        supervisor.request_stop()
        if watch.ident:
            watch.join()
        supervisor.stop()


def all_say(logs: dict[str, Path], sentence: str) -> None:
    for name, log in logs.items():
        until(lambda log=log: log.exists() and sentence in log.read_text(), f"{name}: {sentence}")


def lives(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def is_ready(url: str) -> bool:
    return requests.get(f"{url}/readyz", timeout=10).ok
