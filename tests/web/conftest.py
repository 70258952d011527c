"""Web processes to ask: behind a TLS proxy, on this machine alone, closed to the handset, and without Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import KEY
from tests.gateways.twilio import PUBLIC_URL
from tests.web.process import GATEWAYS, Web

HANDSET_SECRET = "handset-secret-of-the-tests"


@pytest.fixture(scope="session")
def proxied(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    """As in service: TLS ends at a proxy, so that scheme, host and port which gateways sign are not those it sees."""
    settings = {"PUBLIC_URL": PUBLIC_URL, "CHANNELS__HANDSET__SECRET": HANDSET_SECRET, **GATEWAYS}
    with Web({**settings, **own(tmp_path_factory.mktemp("proxied"), valkey_url, 1)}) as web:
        yield web


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    """As after `make run`: reached from this machine only, the handset is open."""
    with Web({**GATEWAYS, **own(tmp_path_factory.mktemp("local"), valkey_url, 2)}) as web:
        yield web


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    """On a public address without a secret for the handset."""
    with Web({"PUBLIC_URL": PUBLIC_URL, **own(tmp_path_factory.mktemp("closed"), valkey_url, 3)}) as web:
        yield web


def own(folder: Path, valkey_url: str, database: int) -> dict[str, str]:
    """A folder and a numbered database of Valkey that no other web process of the tests writes to."""
    return {"DATA_DIR": str(folder), "REDIS_URL": f"{valkey_url}?db={database}", "PRIVACY__KEY": KEY}
