"""The settings: config.yaml, overridden by the environment, checked once at the start."""

from __future__ import annotations

import base64
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self, get_args
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from sms_service import addresses
from sms_service.config_gateways import Channels
from sms_service.config_routes import Routes
from sms_service.config_section import Secret, Section
from sms_service.config_sending import Dlt, Loops, OutboxSettings, QuietHours
from sms_service.id_pattern import SEPARATORS, read_pattern

PREFIX = "SMS_SERVICE__"
FILE_VARIABLE = "SMS_SERVICE_CONFIG"
"""Names another config.yaml than the one in the working directory."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
"""Names under which only this machine reaches itself."""

UNIX_PATH_MAX = 100
"""Linux refuses socket paths above 107 bytes; the embedded Valkey then gets its socket in a shorter place."""


class ConfigError(Exception):
    """The settings cannot be used. The message is one sentence for the operator: which setting, what to do."""


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    processes: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=4, ge=1, le=64)


class Privacy(Section):
    key: Secret = ""
    erase_after_days: float = Field(default=7, gt=0, le=90)


class Price(Section):
    segment: float = Field(default=0.20, ge=0)
    currency: str = "INR"


class Fees(Section):
    """What a member pays for her receipt, in whole units of `currency` (ISO 4217); 0: any amount."""

    currency: str = Field(default="INR", pattern="^[A-Z]{3}$")
    amount: float = Field(default=5.00, ge=0, lt=1_000_000)


class Card(Section):
    """The membership card: the Typst file it is drawn by ("": the one shipped), and how many days it is valid (0: ever)."""

    template: str = ""
    valid_days: int = Field(default=0, ge=0, le=36_500)


class Notice(Section):
    """The law's notice: who answers for people's data, how to reach them, where to complain ("": as `contact`). `text`: a
    folder with the office's own, a file a language ("": ours)."""

    controller: str = Field(default="", max_length=200)
    contact: str = Field(default="", max_length=200)
    complaints: str = Field(default="", max_length=200)
    text: str = ""


class IdFormat(Section):
    """ID numbers of an organisation's own: what they look like (id_pattern.py), and one of them."""

    pattern: str
    example: str

    @field_validator("pattern")
    @classmethod
    def _can_be_read(cls, pattern: str) -> str:
        read_pattern(pattern)
        return pattern

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        if read_pattern(self.pattern).value(self.example) != (SEPARATORS.sub("", self.example.upper()), 0):
            raise ValueError(f"the example {self.example} does not fit the pattern {self.pattern}")
        return self


def _format_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", name):
        raise ValueError(f"{name} is no name: small letters, digits and _, at most 30, like union_card")
    return name


class Sweep(Section):
    every: float = Field(default=10, gt=0, le=60)


class Rules(Section):
    """The thresholds of the rules on mistakes and fraud (sms_service/enrolment/rules); 0 turns a rule off."""

    phone_shared: int = Field(default=4, ge=0, le=50)
    id_shared: int = Field(default=1, ge=0, le=50)
    entries_hour: int = Field(default=20, ge=0)
    entries_day: int = Field(default=100, ge=0)
    booth_roll: int = Field(default=1500, ge=0)
    sequence: int = Field(default=3, ge=0, le=7)
    outside: bool = True
    age: int = Field(default=18, ge=0, le=120)
    identical_replies: int = Field(default=3, ge=0)
    identical_seconds: float = Field(default=10, gt=0, le=3600)
    same_minute: int = Field(default=90, ge=0, le=100)
    same_minute_replies: int = Field(default=20, ge=1)
    wrong_numbers: int = Field(default=5, ge=0)
    wrong_number_days: float = Field(default=7, gt=0, le=90)
    refused_days: float = Field(default=90, ge=0, le=3650)
    told_hours: float = Field(default=24, ge=0)


class Config(Section):
    """All settings. `root` is the folder that relative paths in it start from."""

    organisation: str = Field(default="XYZ", min_length=1, max_length=30)
    data_dir: Path = Path("data")
    flows_dir: Path = Path("flows")
    demo_dir: str = "demo"
    public_url: str = ""
    database_url: str = ""
    redis_url: str = ""
    region: str = Field(default="IN", pattern="^[A-Z]{2}$")
    language: str = Field(default="en", pattern="^[a-z]{2,3}$")
    service_number: str = "51969"
    web: Web = Web()
    privacy: Privacy = Privacy()
    channels: Channels = Channels()
    routes: Routes = Field(default=[])
    outbox: OutboxSettings = OutboxSettings()
    quiet_hours: QuietHours = QuietHours()
    dlt: Dlt = Dlt()
    sweep: Sweep = Sweep()
    price: Price = Price()
    fees: Fees = Fees()
    card: Card = Card()
    notice: Notice = Notice()
    id_formats: dict[Annotated[str, AfterValidator(_format_name)], IdFormat] = Field(default={})
    rules: Rules = Rules()
    loops: Loops = Loops()

    @field_validator("public_url")
    @classmethod
    def _has_no_password(cls, url: str) -> str:
        if "@" in urlsplit(url).netloc:  # Twilio calls such an address twice, and what is in an address stands in logs
            raise ValueError(
                "a user or password in it would stand in every log; gateways prove themselves in other ways"
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _names_what_the_sentinels_watch(cls, url: str) -> str:
        addresses.sentinels(url)
        return url

    @property
    def url(self) -> str:
        """Where gateways and phones reach us, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.web.port}"

    @property
    def notice_address(self) -> str:
        """Where the notice stands, as texts say it: without the scheme, which takes seven characters of an SMS."""
        return f"{self.url.partition('://')[2]}/notice/"

    @property
    def local(self) -> bool:
        """Whether only this machine can reach us: then the handset is open to whoever sits at it."""
        return self.web.host in LOOPBACK and urlsplit(self.url).hostname in LOOPBACK

    def quiet_hours_on(self, channel: str) -> QuietHours:
        """The quiet hours of phones that this channel reaches: none where nobody is woken, because what it sends to is on this
        machine (the handset, a gateway's stand-in)."""
        api_url = getattr(self.channels.section_of(channel), "api_url", "")
        wakes = self.quiet_hours.local or (channel != "handset" and urlsplit(api_url).hostname not in LOOPBACK)
        return self.quiet_hours if wakes else QuietHours.model_validate({"from": "", "to": ""})

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy address of the database."""
        if self.database_url:
            return addresses.sqlalchemy_address(self.database_url)
        return f"sqlite:///{self.data_dir / 'sms_service.sqlite3'}"

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded Valkey listens."""
        beside = self.data_dir / "valkey.sock"
        if len(str(beside)) < UNIX_PATH_MAX:
            return beside
        runtime = os.environ.get("XDG_RUNTIME_DIR") or f"{tempfile.gettempdir()}/sms_service-{os.getuid()}"
        name = base64.b32encode(str(self.data_dir).encode())[-16:].decode().lower().strip("=")
        return Path(runtime) / f"{name}.sock"

    @property
    def live_url(self) -> str:
        """The address of Redis or Valkey."""
        return self.redis_url or f"unix://{self.valkey_socket}"


def read_config(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Config:
    """The settings of `file` (default: $SMS_SERVICE_CONFIG, else config.yaml here, else none), then the environment's.

    Raises ConfigError with one sentence that names the setting.
    """
    environ = os.environ if environ is None else environ
    file = file or Path(environ.get(FILE_VARIABLE) or "config.yaml")
    data: Any = {}
    if file.exists():
        try:
            data = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
        if not isinstance(data, dict):
            raise ConfigError(f"{file}: expected settings, one `key: value` a line")
        _refuse_secrets(data, Config, str(file))
    for name, value in environ.items():
        if name.startswith(PREFIX):
            _put(data, name, [part.lower() for part in name.removeprefix(PREFIX).split("__")], value)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]")  # pydantic's word for "not its value"
        what = "is not a setting" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"setting {where}: {what}") from error
    root = file.parent.resolve()
    return config.model_copy(
        update={
            "data_dir": root / config.data_dir,
            "flows_dir": root / config.flows_dir,
            "demo_dir": str(root / config.demo_dir) if config.demo_dir else "",
            "card": config.card.model_copy(
                update={"template": str(root / config.card.template) if config.card.template else ""}
            ),
            "notice": config.notice.model_copy(
                update={"text": str(root / config.notice.text) if config.notice.text else ""}
            ),
        }
    )


def _put(data: dict[str, Any], name: str, path: list[str], value: str) -> None:
    for part in path[:-1]:
        if data.get(part) is None:
            data[part] = {}
        data = data[part]
        if not isinstance(data, dict):
            raise ConfigError(f"{name}: {part} is a setting, not a section")
    data[path[-1]] = value


def _refuse_secrets(data: dict[str, Any], section: type[Section], file: str, path: str = "") -> None:
    for name, described in section.model_fields.items():
        value = data.get(described.alias or name)
        if "secret" in described.metadata and value:
            variable = PREFIX + (path + name).upper().replace(".", "__")
            raise ConfigError(f"{file}: {path}{name} is a secret; take it out and set {variable} in the environment")
        kind = described.annotation
        if isinstance(kind, type) and issubclass(kind, Section) and isinstance(value, dict):
            _refuse_secrets(value, kind, file, f"{path}{name}.")
        named = get_args(kind)[1:]  # of a dict[str, Section]: sections by names of the operator's own
        if named and isinstance(named[0], type) and issubclass(named[0], Section) and isinstance(value, dict):
            for own, inner in value.items():
                if isinstance(inner, dict):
                    _refuse_secrets(inner, named[0], file, f"{path}{name}.{own}.")
    for name in ("database_url", "redis_url"):
        if section is Config and urlsplit(str(data.get(name) or "")).password:
            raise ConfigError(f"{file}: {name} holds a password; set {PREFIX}{name.upper()} in the environment instead")
