"""`sms-service doctor`: what is wrong with this installation, and what to do; also while the web does not run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from sms_service.config import Config, ConfigError, read_config

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sms_service.findings import Finding

WEB_SECONDS = 5.0
"""How long the web may take to say that it lives."""

NO_DATA = (
    "there is no {}: nothing was started here yet (`sms-service run`), or data_dir is another folder in the settings"
)
NO_KEY = (
    "the service key is missing: the database is under one, and privacy.key is empty and {} is not there; put the key back "
    "from where you keep it, else nothing in the database can be read"
)
WRONG_KEY = "the service key is not this database's: set privacy.key to the one that it was begun with"
NO_WEB = "the web does not answer at {}: start it (`web` of the Procfile, or `sms-service run`); until then gateways try again"
NEVER = "no process `{}` was heard of since a day: start it (the Procfile names it, or `sms-service run`)"


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of lines.")] = False) -> None:
    """Say what is wrong with this installation and what to do. Exit code 1 if something is.

    Looks at the database, Redis, the spool, the disk, clocks, keys, flows, gateways, and whether each kind of process runs."""
    found = examined(read_config())
    red = [one for one in found if one.red]
    if as_json:
        told = {"problems": red, "notes": [one for one in found if not one.red]}
        as_values = {what: [{"name": one.name, "told": one.told} for one in ones] for what, ones in told.items()}
        print(json.dumps({"ready": not red, **as_values}, ensure_ascii=False))
    else:
        for one in found:
            print(f"{'PROBLEM' if one.red else 'note':<9}{one.name:<12}{one.told}")
        print(f"{len(red)} problem{'' if len(red) == 1 else 's'}." if red else "all is well.")
    if red:
        raise typer.Exit(1)


def examined(config: Config) -> list[Finding]:
    """All findings, what is red first. Changes nothing, makes no file."""
    from sms_service.findings import Finding
    from sms_service.store import database

    if not config.data_dir.is_dir():
        return [Finding("data", NO_DATA.format(config.data_dir))]
    if not config.database_url and not (file := config.data_dir / "sms_service.sqlite3").exists():
        return [Finding("data", NO_DATA.format(file)), *_web(config)]
    engine = database.open_database(config.sql_url)
    try:
        wrong, numbers = _keys(config, engine)
        found = [*wrong, *_web(config), *_looked(config, engine, numbers)]
    finally:
        engine.dispose()
    return sorted(found, key=lambda one: not one.red)


def _keys(config: Config, engine: Engine) -> tuple[list[Finding], set[int]]:
    """What is wrong with the keys that processes would start with; and the numbers that this database gave those that it
    knows; all of its numbers where none of ours is one of them, which has a finding then."""
    from sqlalchemy.exc import SQLAlchemyError

    from sms_service.config_keys import service_keys
    from sms_service.findings import Finding
    from sms_service.privacy import fingerprint
    from sms_service.store import database, installation

    try:
        with database.reading(engine).begin() as conn:
            prints = installation.fingerprints(conn)
    except SQLAlchemyError:
        return [], set()  # the database has a finding of its own
    file = config.data_dir / "service.key"
    if not config.privacy.key and not file.exists():
        return ([Finding("key", NO_KEY.format(file))] if prints else []), set(prints)
    try:
        ours = {fingerprint(one) for one in service_keys(config)}
    except ConfigError as error:
        return [Finding("key", str(error))], set(prints)
    known = {number for number, one in prints.items() if one in ours}
    return ([Finding("key", WRONG_KEY)], set(prints)) if prints and not known else ([], known)


def _web(config: Config) -> list[Finding]:
    """Whether the web answers, on this machine or at its public address."""
    from sms_service import launch
    from sms_service.findings import Finding

    here = f"http://{launch.local_host(config)}:{config.web.port}"
    if any(_answers(address) for address in dict.fromkeys((here, config.url))):
        return []
    return [Finding("process", NO_WEB.format(here))]


def _answers(address: str) -> bool:
    import requests

    try:
        return requests.get(f"{address}/healthz", timeout=WEB_SECONDS).ok
    except requests.RequestException:
        return False


def _looked(config: Config, engine: Engine, numbers: set[int]) -> list[Finding]:
    """What /readyz says, and which processes nobody has heard of."""
    from sqlalchemy.exc import SQLAlchemyError

    from sms_service import looking
    from sms_service.authoring.shelf import Shelf
    from sms_service.channels import open_channels
    from sms_service.findings import Finding, findings
    from sms_service.service import PublishedHere
    from sms_service.store import alive
    from sms_service.store.redis_client import open_redis
    from sms_service.vocabulary import vocabulary

    words, client = vocabulary(config), open_redis(config.live_url)
    try:
        unloadable = Shelf(words, PublishedHere(engine)).serving.refused
    except SQLAlchemyError:
        unloadable = {}  # the database has a finding of its own
    files, channels = looking.Files(config.flows_dir, words), open_channels(config).keys()
    seen = looking.look(engine, client, config.data_dir, channels, numbers, files, unloadable)
    client.close()
    never = [] if seen.heard is None else [kind for kind in alive.KINDS if kind not in seen.heard]
    return [*(Finding("process", NEVER.format(kind)) for kind in never), *findings(seen)]
