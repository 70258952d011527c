"""The service put together: every part opened once for a process, by the settings."""

from __future__ import annotations

from dataclasses import dataclass

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sms_service import findings
from sms_service.authoring.shelf import Shelf
from sms_service.channels import open_channels, open_missed_calls
from sms_service.channels.base import Channel
from sms_service.channels.missed_call import MissedCalls
from sms_service.config import PREFIX, Config, ConfigError
from sms_service.config_keys import service_keys
from sms_service.conversation import Desk
from sms_service.enrolment import ledger_macs, notices
from sms_service.first_start import publish_where_nothing_is
from sms_service.privacy import Keys
from sms_service.routing import Routes
from sms_service.store import database, flow_versions, installation, standing
from sms_service.store.bell import Bell
from sms_service.store.database import SqlDown
from sms_service.store.rate import Rates
from sms_service.store.redis_client import open_redis
from sms_service.store.sessions import LiveSessions
from sms_service.store.spool import Spool
from sms_service.turn import Turns
from sms_service.vocabulary import vocabulary

STARTS_WITHIN = 10.0
"""Seconds in which a database says how it stands: one that was just started may be slow."""

AWAY = "the database cannot be reached: start it, or see database_url; this process ends, and begins when it is started again"


@dataclass(frozen=True)
class Service:
    """All parts of the running service."""

    config: Config
    keys: Keys
    engine: Engine
    redis: redis.Redis
    bell: Bell
    rates: Rates
    shelf: Shelf
    channels: dict[str, Channel]
    missed_calls: MissedCalls | None
    spool: Spool
    turns: Turns

    @property
    def reads(self) -> Engine:
        """The database, for transactions that only read."""
        return database.reading(self.engine)

    def close(self) -> None:
        """Lets go of the database and of Redis."""
        self.engine.dispose()
        self.redis.close()


def open_keys(config: Config, engine: Engine) -> Keys:
    """The keys that personal data is encrypted with. The first process of this release settles which decisions may lack a
    mac. Raises ConfigError if the keys are not those of this database."""
    try:
        with engine.begin() as conn:
            keys = installation.keys_of(conn, service_keys(config))
    except installation.NotItsKeys as error:
        raise ConfigError(
            f"{error}: set {PREFIX}PRIVACY__KEY to it (the machine that started first has it in its data_dir/service.key; "
            f"here {config.data_dir / 'service.key'} differs)"
        ) from error
    ledger_macs.settle(engine, keys)
    return keys


def open_shelf(config: Config, engine: Engine, now: float) -> Shelf:
    """The published flows; where nothing was ever published, those of the files. Raises BrokenFlow, SQLAlchemy's errors."""
    words = vocabulary(config)
    publish_where_nothing_is(engine, config.flows_dir, words, now)
    return Shelf(words, PublishedHere(engine))


class PublishedHere:
    """What the shelf asks of our database (see authoring.shelf.Published)."""

    errors: tuple[type[Exception], ...] = (SQLAlchemyError,)

    def __init__(self, engine: Engine) -> None:
        self._reads = database.reading(engine)

    def newest(self) -> int:
        """The number of the newest publication."""
        with self._reads.begin() as conn:
            return flow_versions.newest(conn)

    def moments(self) -> list[dict[str, str]]:
        """What was published at once, the oldest first."""
        with self._reads.begin() as conn:
            return flow_versions.moments(conn)

    def source_of(self, version: str) -> str | None:
        """The YAML of a version; None if it was never stored."""
        with self._reads.begin() as conn:
            return flow_versions.source_of(conn, version)


class NotReady(Exception):
    """A process cannot begin yet. The message is a sentence: what to do. Whoever runs it starts it again."""


def begin(config: Config, now: float) -> Service:
    """What a process of its own does first: `open_service`, once the database is there and at this release's revision.

    Raises NotReady, ConfigError, BrokenFlow, SpoolFull.
    """
    engine = database.open_database(config.sql_url)
    try:
        if standing.revision(engine, database.deadline(STARTS_WITHIN)) == "behind":
            raise NotReady(findings.SQL_BEHIND)
        return open_service(config, now)
    except (SqlDown, SQLAlchemyError) as error:
        raise NotReady(f"{AWAY} ({type(getattr(error, 'orig', error)).__name__})") from error
    finally:
        engine.dispose()


def open_service(config: Config, now: float) -> Service:
    """Opens every part. The database must be at the newest revision (`sms-service db upgrade`).

    Raises ConfigError, BrokenFlow, SpoolFull, or SQLAlchemy's errors where the database cannot be reached.
    """
    engine = database.open_database(config.sql_url)
    keys = open_keys(config, engine)
    with engine.begin() as conn:
        notices.keep(conn, notices.texts(config), now)
    client = open_redis(config.live_url)
    bell = Bell(client)
    shelf = open_shelf(config, engine, now)
    channels = open_channels(config)
    desk = Desk(
        keys,
        shelf,
        config.region,
        rules=config.rules,
        fees=config.fees,
        quiet_hours=config.quiet_hours,
        dlt=config.dlt.rules(),
        loops=config.loops,
        routes=Routes(config.routes, channels, config.channels.default),
    )
    return Service(
        config=config,
        keys=keys,
        engine=engine,
        redis=client,
        bell=bell,
        rates=Rates(client, {name: config.channels.rate_of(name) for name in channels}),
        shelf=shelf,
        channels=channels,
        missed_calls=open_missed_calls(config),
        spool=Spool(config.data_dir / "spool", keys.service),
        turns=Turns(engine, desk, LiveSessions(client, keys), bell, config.language),
    )
