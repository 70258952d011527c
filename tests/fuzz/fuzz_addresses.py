"""Every address, asked by Schemathesis in three lights on both databases. Not collected by itself: `make fuzz` names it.

FUZZ_COUNT: requests in all. FUZZ_SEED: others of the same kind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from sms_service.channels import open_missed_calls
from sms_service.web.app import create_app
from tests.fuzz.asking import Light, Signed, ask_all
from tests.fuzz.description import openapi
from tests.fuzz.lights import sql_held
from tests.web.conftest import own
from tests.web.every_channel import EVERY_CHANNEL, SECRETS
from tests.web.process import NOWHERE, Web

COUNT, SEED = int(os.environ.get("FUZZ_COUNT", "10000")), int(os.environ.get("FUZZ_SEED", "1"))
SHARES = {"unsigned": 0.2, "signed": 0.6, "signed, SQL held and Redis gone": 0.2}
"""Of all requests, so many in each light; half of them on each database."""

FAULT = ("a request failed", "could not be taken", "cannot be taken", "Traceback", "panicked")
"""In a line of the log that tells of a fault of ours."""


@pytest.fixture(scope="module")
def played() -> Iterator[list[Light]]:
    """The lights that were played; what came of all of them is said at the end."""
    lights: list[Light] = []
    yield lights
    asked, faults = sum(one.asked for one in lights), sum(len(one.faults) for one in lights)
    print(f"\nfuzz: {asked} requests, slowest {max(one.slowest for one in lights):.2f} s, {faults} faults")


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_no_request_is_a_fault(
    played: list[Light], database: str, name: str, tmp_path: Path, valkey_url: str, request: pytest.FixtureRequest
) -> None:
    is_signed, is_poor = name != "unsigned", name.endswith("gone")
    settings = {**EVERY_CHANNEL, **own(tmp_path, valkey_url, 9)}
    if database == "PostgreSQL":
        settings["DATABASE_URL"] = request.getfixturevalue("fresh_postgres")
    if is_poor:
        settings["REDIS_URL"] = NOWHERE.replace("http:", "redis:")
    log = tmp_path / "web.log"
    with Web(settings, log) as web:
        calls = open_missed_calls(web.config)
        assert calls
        description = openapi(create_app(web.service), web.service.channels, calls, SECRETS if is_signed else {})
        light = Light(f"{database}, {name}", Signed() if is_signed else None, unavailable=is_poor)
        played.append(light)
        with sql_held(web.config.sql_url) if is_poor else nullcontext():
            ask_all(description, web.config.url, light, int(COUNT * SHARES[name] / 2), SEED)
    print(f"\n{light.line()}")
    told = log.read_text(errors="replace")
    faults = [line for line in told.splitlines() if any(one in line for one in FAULT)]
    assert ("SQL cannot take" in told) == is_poor, "this light was not what its name says"
    assert light.faults == []
    assert faults == []
