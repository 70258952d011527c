"""The settings: each stands in config.yaml with its default, none is unknown, and secrets come from the environment."""

from __future__ import annotations

import base64
import multiprocessing
import secrets
from collections.abc import Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import yaml

from sms_service.channels import open_channels
from sms_service.config import PREFIX, Config, ConfigError, IdFormat, read_config
from sms_service.config_gateways import Channels
from sms_service.config_keys import service_keys
from sms_service.config_section import Section
from sms_service.engine.model import UNASKED

FILE = Path(__file__).parent.parent / "config.yaml"
RIGHT_KEY = base64.b64encode(bytes(32)).decode()


def settings(section: type[Section] = Config, path: str = "") -> Iterator[tuple[str, Any, bool]]:
    """Every setting of the model: its name with dots, its default, and whether it is a secret."""
    for name, field in section.model_fields.items():
        here = f"{path}{field.alias or name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from settings(field.annotation, f"{here}.")
        else:
            yield here, field.default, "secret" in field.metadata


def written(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting of the file."""
    for name, value in data.items():
        if isinstance(value, dict) and value:
            yield from written(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


ALL = list(settings())
SECRETS = [name for name, _, secret in ALL if secret]


def read(file_text: str, folder: Path, **environ: str) -> Config:
    file = folder / "config.yaml"
    file.write_text(file_text)
    return read_config({f"{PREFIX}{name}": value for name, value in environ.items()}, file)


def get(config: Config, name: str) -> Any:
    found: Any = config
    for part in name.split("."):
        found = getattr(found, "from_" if part == "from" else part)
    return found


# --- config.yaml and the model say the same -----------------------------------------------------------------------


def test_the_file_has_every_setting_and_no_other() -> None:
    in_the_file = dict(written(yaml.safe_load(FILE.read_text())))
    assert set(in_the_file) == {name for name, _, _ in ALL}


@pytest.mark.parametrize(
    ("name", "default"), [(name, default) for name, default, _ in ALL], ids=lambda value: str(value)
)
def test_the_file_says_the_default(name: str, default: Any) -> None:
    in_the_file = dict(written(yaml.safe_load(FILE.read_text())))
    assert in_the_file[name] == (str(default) if isinstance(default, Path) else default)


def test_the_file_as_it_is_means_the_same_as_no_file(tmp_path: Path) -> None:
    as_it_is = read(FILE.read_text(), tmp_path)
    (tmp_path / "config.yaml").unlink()
    assert as_it_is == read_config({}, tmp_path / "config.yaml")


def test_a_file_with_nothing_in_it_means_the_defaults(tmp_path: Path) -> None:
    assert read("", tmp_path) == read("# nothing\n", tmp_path) == read(FILE.read_text(), tmp_path)


def test_secrets_are_marked_in_the_file() -> None:
    lines = FILE.read_text().splitlines()
    for name in SECRETS:
        key = name.rpartition(".")[2]
        assert any(line.strip().startswith(f"{key}:") and "secret" in line for line in lines), name


# --- the environment ----------------------------------------------------------------------------------------------

OTHER = {
    "region": "KE",
    "language": "sw",
    "fees.currency": "KES",
    "privacy.key": RIGHT_KEY,
    "rules.outside": False,
    "quiet_hours.from": "20:30",
    "quiet_hours.to": "09:00",
    "quiet_hours.timezone": "Africa/Nairobi",
    "dlt.entity": "1701158012345678901",
    "dlt.header": "ABCORG",
}


@pytest.mark.parametrize(
    ("name", "default"),
    [(name, default) for name, default, _ in ALL if default not in ({}, [])],
    ids=lambda value: str(value),
)
def test_every_setting_is_overridden_by_the_environment(name: str, default: Any, tmp_path: Path) -> None:
    other: Any = OTHER.get(name, default + 1 if isinstance(default, int | float) else f"/other/{name}")
    variable = name.upper().replace(".", "__")

    config = read(FILE.read_text(), tmp_path, **{variable: str(other)})

    found = get(config, name)
    assert (str(found) if isinstance(found, Path) else found) == other


def test_a_format_of_ids_is_set_by_the_environment_too(tmp_path: Path) -> None:
    config = read(
        "", tmp_path, ID_FORMATS__UNION_CARD__PATTERN="UN[0-9]{6}", ID_FORMATS__UNION_CARD__EXAMPLE="UN 123456"
    )
    assert config.id_formats == {"union_card": IdFormat(pattern="UN[0-9]{6}", example="UN 123456")}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{u: {pattern: "(A+)+[0-9]{6}", example: A1}}', 'setting id_formats.u.pattern: "(A+)+[0-9]{6}" cannot be read: a p'),
        ('{u: {pattern: "[0-9]{6}", example: 12345}}', "setting id_formats.u.example: Input should be a valid string"),
        ('{u: {pattern: "[0-9]{6}", example: "12345"}}', "setting id_formats.u: the example 12345 does not fit the pattern"),
        ('{u: {pattern: "[0-9]{6}", example: "12345O"}}', "setting id_formats.u: the example 12345O does not fit"),
        ('{u: {pattern: "[0-9]{6}"}}', "setting id_formats.u.example: Field required"),
        ('{u: {patern: "[0-9]{6}"}}', "setting id_formats.u"),
        ('{Union Card: {pattern: "[0-9]{6}", example: "123456"}}', "setting id_formats.Union Card: Union Card is no name: sm"),
    ],
)  # fmt: skip
def test_a_format_of_ids_that_cannot_be_used_is_told(written: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(f"id_formats: {written}\n", tmp_path)
    assert str(refused.value).startswith(said)


def test_a_misspelt_variable_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^setting web\.prot: is not a setting$"):
        read("", tmp_path, WEB__PROT="9000")
    with pytest.raises(ConfigError, match="SMS_SERVICE__REGION__CODE: region is a setting, not a section"):
        read("region: IN", tmp_path, REGION__CODE="KE")


def test_another_file_is_named_by_a_variable(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("organisation: ABC\n")
    config = read_config({"SMS_SERVICE_CONFIG": str(tmp_path / "other.yaml")})
    assert config.organisation == "ABC"
    assert config.data_dir == tmp_path / "data", "relative paths start from the file's folder"


# --- what is refused, in one sentence -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("organization: XYZ", "setting organization: is not a setting"),
        ("web: {prot: 1}", "setting web.prot: is not a setting"),
        ("channels: {twilio: {token: x}}", "setting channels.twilio.token: is not a setting"),
        ("web: {port: many}", "setting web.port: Input should be a valid integer"),
        ("web: {port: 70000}", "setting web.port: Input should be less than or equal to 65535"),
        ("region: india", "setting region: String should match pattern"),
        ("outbox: {lease: 5}", "setting outbox.lease: Input should be greater than or equal to 20"),
        ("web: 8000", "setting web: Input should be a valid dictionary"),
        ("- a\n- b\n", "expected settings, one `key: value` a line"),
        ("web: [1\n", "cannot be read: while parsing a flow sequence"),
    ],
)
def test_a_wrong_file_is_refused_and_the_setting_named(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, tmp_path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config({}, tmp_path / "config.yaml")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_the_file_is_refused_with_its_variable(name: str, tmp_path: Path) -> None:
    data: Any = "hush"
    for part in reversed(name.split(".")):
        data = {part: data}
    variable = f"{PREFIX}{name.upper().replace('.', '__')}"

    with pytest.raises(
        ConfigError, match=f"{name} is a secret; take it out and set {variable} in the environment"
    ) as caught:
        read(yaml.safe_dump(data), tmp_path)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["database_url", "redis_url"])
def test_an_address_with_a_password_is_a_secret_too(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=f"{name} holds a password; set {PREFIX}{name.upper()} in the environment"
    ) as caught:
        read(f"{name}: scheme://user:hush@host/x", tmp_path)
    assert "hush" not in str(caught.value)
    assert get(read(f"{name}: scheme://user@host/x", tmp_path), name) == "scheme://user@host/x"
    assert get(read("", tmp_path, **{name.upper(): "scheme://user:hush@host/x"}), name).endswith("hush@host/x")


# --- what follows from the settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings_", "url", "local"),
    [
        ("", "http://127.0.0.1:8000", True),
        ("web: {port: 9}", "http://127.0.0.1:9", True),
        ("public_url: https://sms.example.org/", "https://sms.example.org", False),
        ("public_url: http://localhost:8000", "http://localhost:8000", True),
        ("public_url: http://127.0.0.1.example.org", "http://127.0.0.1.example.org", False),
    ],
)
def test_where_we_are_reached(settings_: str, url: str, local: bool, tmp_path: Path) -> None:
    config = read(settings_, tmp_path)
    assert (config.url, config.local) == (url, local)


@pytest.mark.parametrize("address", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_the_address_of_the_database(address: str, tmp_path: Path) -> None:
    assert read(f"database_url: {address}", tmp_path).sql_url == "postgresql+psycopg://u@h/d"
    assert read("", tmp_path).sql_url == f"sqlite:///{tmp_path}/data/sms_service.sqlite3"


def test_the_address_of_redis(tmp_path: Path) -> None:
    assert read("redis_url: redis://h:1/2", tmp_path).live_url == "redis://h:1/2"
    assert read("data_dir: /d", tmp_path).live_url == "unix:///d/valkey.sock"


def test_a_socket_path_that_linux_would_refuse_is_put_in_a_shorter_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    one, two = (read(f"data_dir: /{'long/' * 30}{end}", tmp_path).valkey_socket for end in "ab")
    assert len(str(one)) < 100
    assert one.parent == Path("/run/user/1")
    assert one != two, "two installations have two sockets"


@pytest.mark.parametrize(("account", "token", "on"), [("AC1", "t", True), ("AC1", "", False), ("", "t", False)])
def test_a_gateway_is_on_with_its_credentials(account: str, token: str, on: bool, tmp_path: Path) -> None:
    config = read("", tmp_path, CHANNELS__TWILIO__ACCOUNT_SID=account, CHANNELS__TWILIO__AUTH_TOKEN=token)
    assert config.channels.twilio.on is on
    assert config.channels.africastalking.on is False


# --- quiet hours --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{from: 21:00}", 'setting quiet_hours.from: write the time in quotes, like "21:00"'),
        ('{to: "8:00"}', 'setting quiet_hours.to: write the time in quotes, like "21:00"'),
        ('{from: "24:00"}', "setting quiet_hours.from"),
        ('{from: ""}', 'setting quiet_hours: set both `from` and `to`, or both to ""'),
        ('{from: "08:00"}', "setting quiet_hours: set both"),
        ("{timezone: Asia/Atlantis}", "setting quiet_hours.timezone: Asia/Atlantis is no time zone"),
    ],
)
def test_quiet_hours_that_cannot_be_meant_are_refused(settings: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(f"quiet_hours: {settings}", tmp_path)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("channel", "settings", "quiet"),
    [
        ("twilio", {}, True),
        ("africastalking", {}, True),
        ("handset", {}, False),
        ("handset", {"QUIET_HOURS__LOCAL": "true"}, True),
        ("twilio", {"CHANNELS__TWILIO__API_URL": "http://127.0.0.1:9000"}, False),
        ("twilio", {"CHANNELS__TWILIO__API_URL": "https://proxy.example.org"}, True),
        ("twilio", {"CHANNELS__TWILIO__API_URL": "http://127.0.0.1:9000", "QUIET_HOURS__LOCAL": "true"}, True),
        ("twilio", {"QUIET_HOURS__FROM": "", "QUIET_HOURS__TO": ""}, False),
        ("whatsapp", {}, True),
        ("whatsapp", {"CHANNELS__TWILIO__API_URL": "http://127.0.0.1:9000"}, False),
        ("kannel", {"CHANNELS__KANNEL__SEND_URL": "http://127.0.0.1:13013/cgi-bin/sendsms"}, True),
    ],
)
def test_it_is_quiet_where_a_phone_can_ring(
    channel: str, settings: dict[str, str], quiet: bool, tmp_path: Path
) -> None:
    assert bool(read("", tmp_path, **settings).quiet_hours_on(channel).from_) is quiet


# --- the service key ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [base64.b64encode(bytes(range(32))).decode(), bytes(range(32)).hex()])
def test_the_key_is_base64_or_hex(text: str, tmp_path: Path) -> None:
    assert service_keys(read("", tmp_path, PRIVACY__KEY=text)) == (bytes(range(32)),)


def test_several_keys_are_separated_by_commas_and_the_first_one_wraps(tmp_path: Path) -> None:
    one, two = bytes(32).hex(), base64.b64encode(bytes(range(32))).decode()
    assert service_keys(read("", tmp_path, PRIVACY__KEY=f"{two}, {one}")) == (bytes(range(32)), bytes(32))
    config = read("", tmp_path)
    config.data_dir.mkdir()
    (config.data_dir / "service.key").write_text(f"{two},\n{one}\n")
    assert service_keys(config) == (bytes(range(32)), bytes(32))


@pytest.mark.parametrize(("text", "problem"), [("{0},{0}", "the same key stands there twice"), ("{0},", "0 bytes")])
def test_a_list_of_keys_that_cannot_be_meant_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=problem):
        service_keys(read("", tmp_path, PRIVACY__KEY=text.format(bytes(32).hex())))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("!!!", "the key is neither base64 nor hex"),
        ("c2hvcnQ=", "the key has 5 bytes, it needs 32"),
        ("z" * 64, "the key is neither base64 nor hex"),
    ],
)
def test_a_wrong_key_is_refused_and_not_shown(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        service_keys(read("", tmp_path, PRIVACY__KEY=text))
    assert text not in str(caught.value)


def test_without_one_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    config = read("", tmp_path)
    made = service_keys(config)

    assert service_keys(config) == made
    assert [file.name for file in config.data_dir.iterdir()] == ["service.key"]
    assert (config.data_dir / "service.key").stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_was_damaged_is_not_replaced(tmp_path: Path) -> None:
    config = read("", tmp_path)
    config.data_dir.mkdir()
    (config.data_dir / "service.key").write_text("damaged")
    with pytest.raises(ConfigError, match=r"service\.key: the key "):
        service_keys(config)
    assert (config.data_dir / "service.key").read_text() == "damaged"


def make_key(folder: Path, together: Barrier, keys: Queue[tuple[bytes, ...]]) -> None:
    config = read_config({f"{PREFIX}DATA_DIR": str(folder)}, folder / "none.yaml")
    together.wait()
    keys.put(service_keys(config))


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("spawn")
    for _ in range(3):
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        together, keys = processes.Barrier(4), processes.Queue()
        started = [processes.Process(target=make_key, args=(folder, together, keys)) for _ in range(4)]
        for one in started:
            one.start()
        made = {keys.get() for _ in started}
        for one in started:
            one.join()
        assert len(made) == 1
        assert [file.name for file in folder.iterdir()] == ["service.key"]


@pytest.mark.parametrize("url", ["https://user:pass@sms.example.org", "https://user@sms.example.org:8443"])
def test_the_address_of_the_service_has_no_password_in_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"public_url.*would stand in every log"):
        read_config({"SMS_SERVICE__PUBLIC_URL": url})


def test_whatsapp_is_a_channel_where_it_has_a_sender() -> None:
    twilio = {
        "SMS_SERVICE__CHANNELS__TWILIO__ACCOUNT_SID": "AC1",
        "SMS_SERVICE__CHANNELS__TWILIO__AUTH_TOKEN": "t",
        "SMS_SERVICE__CHANNELS__TWILIO__SHARED_KEY": "k1,k2",
    }
    assert "whatsapp" not in open_channels(read_config(twilio))
    both = open_channels(
        read_config(twilio | {"SMS_SERVICE__CHANNELS__TWILIO__WHATSAPP_FROM": "whatsapp:+14155550199"})
    )
    assert getattr(both["whatsapp"], "from_", None) == "+14155550199"
    assert [getattr(both[name], "_shared_keys", None) for name in ("twilio", "whatsapp")] == [["k1", "k2"]] * 2


@pytest.mark.parametrize("name", sorted({*UNASKED, *Channels.model_fields, "whatsapp"}))
def test_no_described_gateway_has_a_name_that_means_something_else(tmp_path: Path, name: str) -> None:
    described = {f"SMS_SERVICE__CHANNELS__DESCRIBED__{name.upper()}__DESCRIPTION": "exotel"}
    with pytest.raises(ConfigError, match=f"{name} is a (gateway of its own|name that the service itself uses)"):
        read_config({**described, "SMS_SERVICE__DATA_DIR": str(tmp_path)}, tmp_path / "none.yaml")
