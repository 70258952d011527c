"""Addresses of what runs on several machines: a PostgreSQL with a standby, and Redis behind its sentinels."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

SENTINEL_PORT = 26379
"""Where sentinels listen if nothing else is said (Redis, "High availability with Redis Sentinel")."""

SENTINEL_SCHEMES = ("redis+sentinel", "rediss+sentinel")

_SHAPE = "write redis+sentinel://HOST:26379,HOST:26379,HOST:26379/NAME, with the NAME that `sentinel monitor` gives it"


@dataclass(frozen=True)
class Sentinels:
    """Redis behind sentinels: `name` is what they call it, `hosts` where they are. Credentials are Redis's own and, if it
    has any, the sentinels'. `tls`: Redis and the sentinels are spoken to in TLS."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    tls: bool = False


def sqlalchemy_address(url: str) -> str:
    """A PostgreSQL address as SQLAlchemy takes it. Several hosts may be named as libpq has them (PostgreSQL, 34.1.1.2):
    postgresql://user@one:5432,two:5432/name. Of these the one that takes writes is meant, if nothing else is said."""
    url = url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return url
    query = parse_qsl(parts.query, keep_blank_values=True)
    for host in hosts.split(","):
        query.append(("host", host if _port(host) else f"{host}:5432"))
    if "target_session_attrs" not in dict(query):
        query.append(("target_session_attrs", "read-write"))
    return f"{parts.scheme}://{user}{at}{parts.path}?{urlencode(query)}"


def sentinels(url: str) -> Sentinels | None:
    """What a redis_url says of sentinels; None if it is the address of Redis itself. Raises ValueError with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in SENTINEL_SCHEMES:
        return None
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    name, _, database = parts.path.strip("/").partition("/")
    query = dict(parse_qsl(parts.query))
    unknown = query.keys() - {"sentinel_username", "sentinel_password"}
    if not (hosts and name) or not (database or "0").isdecimal() or unknown:
        raise ValueError(_SHAPE)
    return Sentinels(
        hosts=tuple(_host(one) for one in hosts.split(",")),
        name=name,
        database=int(database or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=query.get("sentinel_username"),
        sentinel_password=query.get("sentinel_password"),
        tls=parts.scheme == "rediss+sentinel",
    )


def _host(text: str) -> tuple[str, int]:
    port = _port(text)
    host = text.rpartition(":")[0] if port else text
    if not host or (not port and ":" in text.rpartition("]")[2]):
        raise ValueError(_SHAPE)
    return host.strip("[]"), int(port or SENTINEL_PORT)


def _port(host: str) -> str:
    """The digits behind the last colon, which is none within [::1]."""
    port = host.rpartition("]")[2].rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    return port if port.isdecimal() else ""
