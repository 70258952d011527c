"""From nothing to a running service, and back to nothing: whatever goes wrong is told in a sentence, nothing is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from sms_service import launch
from sms_service.channels import open_channels
from sms_service.config import PREFIX, ConfigError, read_config
from sms_service.demo import free_port
from sms_service.launch import NotStarted
from sms_service.phone import Phone
from sms_service.supervise import Supervisor
from tests.processes import with_in_environment
from tests.town import Town

RUN = [sys.executable, "-m", "sms_service", "run"]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """For a service of its own in `folder`, on a free port."""
    own = {"DATA_DIR": str(folder / "data"), "WEB__PORT": str(free_port()), **settings}
    return {**os.environ, **{f"{PREFIX}{name}": value for name, value in own.items()}}


@contextmanager
def started(settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`sms-service run`, once it says that it is running. Killed in the end if it is still there."""
    process = subprocess.Popen(RUN, env=settings, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        assert any("is running." in line for line in process.stdout), "it ended without running"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def refused(settings: dict[str, str]) -> str:
    """What `sms-service run` says when it does not start."""
    ended = subprocess.run(RUN, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    return ended.stderr


def left_running(folder: Path) -> list[int]:
    return [one.pid for one in with_in_environment(str(folder)) if one.runs]


# --- the whole, as people run it ----------------------------------------------------------------------------------


def test_it_runs_alone_in_its_data_dir_and_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    settings = environment(tmp_path)
    with started(settings) as process:
        Phone(f"http://127.0.0.1:{settings[PREFIX + 'WEB__PORT']}", "+919811111111").text("hello")

        second = refused({**settings, f"{PREFIX}WEB__PORT": str(free_port())})
        assert second == f"another `sms-service run` works in {tmp_path}/data; stop it first\n"
        assert process.poll() is None

        process.send_signal(signal.SIGINT)
        assert process.stdout
        told = process.stdout.read()
        assert "\nstopping ...\n" in told
        assert told.endswith("\nall processes have ended.\n")
        assert process.wait() == 0
    assert left_running(tmp_path) == []


def test_killed_it_leaves_no_process_behind_and_starts_again_where_it_was(tmp_path: Path) -> None:
    settings = environment(tmp_path)
    phone = Phone(f"http://127.0.0.1:{settings[PREFIX + 'WEB__PORT']}", "+919811111111")
    with started(settings) as process:
        phone.text("hello")
        all_of_it = list(with_in_environment(str(tmp_path)))
        assert len(all_of_it) >= 6, "the supervisor, Valkey, the web processes, two workers, the sweeper"

        process.kill()

        assert [one.pid for one in all_of_it if not one.ends()] == []

    with started(settings) as process:
        assert phone.read(20).startswith("XYZ: people are entered")
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert left_running(tmp_path) == []


def test_a_broken_flow_is_told_with_its_place_and_nothing_is_left_running(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "hello.yaml").write_text(
        "flow: hello\nabout: a flow\nstarts: {keywords: HI}\nlanguages: [en]\n"
        "states:\n  a: {say: {en: Hi}, nxet: b}\n  b: {say: {en: Bye}, end: true}\n"
    )

    told = refused(environment(tmp_path, FLOWS_DIR=str(tmp_path / "flows")))

    assert told == f'{tmp_path}/flows/hello.yaml:6:22: unknown key "nxet", did you mean "next"?\n'
    assert left_running(tmp_path) == []


def test_a_port_that_is_taken_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        told = refused(environment(tmp_path, WEB__PORT=port))

    assert told == (
        f"port {port} is taken (Address already in use); stop what uses it, or set SMS_SERVICE__WEB__PORT\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_setting_that_is_wrong_is_told(tmp_path: Path) -> None:
    assert refused(environment(tmp_path, WEB__PROT="1")) == "setting web.prot: is not a setting\n"


def test_a_database_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    told = refused(environment(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"))
    assert told.startswith("the database cannot be used: connection failed: ")
    assert told.count("\n") == 1
    assert left_running(tmp_path) == []


# --- its parts ----------------------------------------------------------------------------------------------------


def test_the_demonstration_drive_is_loaded_into_an_empty_database_alone(
    stack: dict[str, str], live: redis.Redis
) -> None:
    config = read_config({f"{PREFIX}{name}": value for name, value in stack.items()})
    assert launch.prepare(config, 1.0) == "demonstration drive loaded: 15 areas, 4 enrolers"
    assert launch.prepare(config, 2.0) == ""


def test_without_a_demonstration_nothing_is_loaded(tmp_path: Path) -> None:
    for demo in ("", str(tmp_path / "nowhere")):
        settings = {f"{PREFIX}DATA_DIR": str(tmp_path), f"{PREFIX}DEMO_DIR": demo}
        assert launch.prepare(read_config(settings), 1.0) == ""


def test_a_data_dir_is_free_again_when_its_run_has_ended(tmp_path: Path) -> None:
    with launch.only_one(tmp_path), pytest.raises(NotStarted, match="works in"), launch.only_one(tmp_path):
        pass
    with launch.only_one(tmp_path):
        pass


def test_a_web_process_that_ends_while_starting_is_told(town: Town) -> None:
    nothing = Supervisor({}, Path())
    with pytest.raises(NotStarted, match="the web process ended while starting; what it said stands above"):
        launch.wait_until_ready(town.config, nothing)


def test_the_addresses_are_told(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    launch.tell_addresses(town.config, ["twilio                  off: no credentials"])
    told = capsys.readouterr().out
    for part in ("sms_service for XYZ is running.", f"{town.url}/phone/", f"{town.url}/readyz", "off: no credentials"):
        assert part in told
    assert "closed" not in told

    launch.tell_addresses(town.config.model_copy(update={"public_url": "https://sms.example.org"}), [])
    assert "https://sms.example.org/phone/   closed (set channels.handset.secret)" in capsys.readouterr().out


def test_channels_without_credentials_are_told(town: Town, tmp_path: Path) -> None:
    assert not any("twilio" in line for line in launch.channels_off(town.config))
    none = launch.channels_off(read_config({f"{PREFIX}DATA_DIR": str(tmp_path)}))
    assert [line.split(": ") for line in none] == [
        ["gateways                off, no credentials", "twilio, africastalking, kannel, jasmin"]
    ]


def test_a_gateway_that_was_begun_is_told_what_it_lacks(tmp_path: Path) -> None:
    begun = {"DATA_DIR": str(tmp_path), "CHANNELS__KANNEL__SEND_URL": "http://127.0.0.1:13013/cgi-bin/sendsms"}
    told = launch.channels_off(read_config({f"{PREFIX}{name}": value for name, value in begun.items()}))
    assert told[0] == "kannel                  off: channels.kannel lacks username, password, secret"
    assert told[1].endswith(": twilio, africastalking, jasmin")


@pytest.mark.parametrize(("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")])
def test_where_this_machine_reaches_its_own_web_processes(host: str, reached: str) -> None:
    assert launch.local_host(read_config({f"{PREFIX}WEB__HOST": host})) == reached


def test_a_described_gateway_is_opened_by_its_name(tmp_path: Path) -> None:
    settings = {
        "DATA_DIR": str(tmp_path), "CHANNELS__DESCRIBED__OUR_EXOTEL__DESCRIPTION": "exotel",
        "CHANNELS__DESCRIBED__OUR_EXOTEL__SECRET": "secret", "CHANNELS__DESCRIBED__OUR_EXOTEL__ACCOUNT": "xyz",
        "CHANNELS__DESCRIBED__OUR_EXOTEL__KEY": "key", "CHANNELS__DESCRIBED__OUR_EXOTEL__FROM": "XYZORG",
    }  # fmt: skip
    config = read_config({f"{PREFIX}{name}": value for name, value in settings.items()})
    with pytest.raises(ConfigError, match=r"channels\.described\.our_exotel: Exotel needs password too"):
        open_channels(config)
    settings["CHANNELS__DESCRIBED__OUR_EXOTEL__PASSWORD"] = "token"
    channels = open_channels(read_config({f"{PREFIX}{name}": value for name, value in settings.items()}))
    assert sorted(channels) == ["handset", "our_exotel"]
    assert channels["our_exotel"].name == "our_exotel"


def test_a_described_gateway_cannot_take_anothers_name_or_keep_its_secrets_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("channels: {described: {twilio: {description: exotel}}}")
    with pytest.raises(ConfigError, match="twilio is a gateway of its own"):
        read_config({}, file)
    file.write_text("channels: {described: {exotel: {description: exotel, key: abc}}}")
    with pytest.raises(ConfigError, match="SMS_SERVICE__CHANNELS__DESCRIBED__EXOTEL__KEY"):
        read_config({}, file)
