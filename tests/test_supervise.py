"""Running all processes on one machine: what dies is started again, and nothing of ours is ever left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from sms_service import supervise
from sms_service.supervise import Program, Supervisor, procfile
from tests.processes import PATIENCE, Watched

SAY_WHEN_ENDED = (
    "import signal; "
    "signal.signal(signal.SIGTERM, lambda *_: (os.write(out.fileno(), sys.argv[2].encode() + b'\\n'), os._exit(0)))"
)
TELL = "import os,sys,time; out=open(sys.argv[1],'w',buffering=1); print(os.getpid(), file=out)"
SLEEP = "time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"


class Pipe:
    """A named pipe, by which programs tell their process ids."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR)  # for writing too: then it never ends while programs come and go

    def line(self) -> str:
        """The next line. Raises TimeoutError where none comes."""
        told = b""
        while not told.endswith(b"\n"):
            if not select.select([self._descriptor], [], [], PATIENCE)[0]:
                raise TimeoutError("no program tells anything")
            told += os.read(self._descriptor, 1)
        return told.decode().strip()

    def next_pid(self) -> Watched:
        return Watched(int(self.line()))

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    made = Pipe(tmp_path / "pids")
    yield made
    made.close()


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor that waits a moment before it starts a program again."""
    monkeypatch.setattr(supervise, "PAUSE_MIN", 0.01)
    made = Supervisor(dict(os.environ), tmp_path)
    yield made
    made.stop()


def program(pipe: Pipe, *code: str, name: str = "one") -> Program:
    """A program that tells its process id, then does what `code` says."""
    return Program(name, [sys.executable, "-c", "; ".join([TELL, *code]), str(pipe.path), name], pause=0.01)


def test_a_program_that_dies_is_started_again(
    supervisor: Supervisor, pipe: Pipe, capfd: pytest.CaptureFixture[str]
) -> None:
    watching = threading.Thread(target=supervisor.watch)
    supervisor.start(program(pipe, SLEEP))
    first = pipe.next_pid()
    watching.start()

    os.kill(first.pid, signal.SIGKILL)
    second = pipe.next_pid()

    assert supervisor.pids() == {"one": second.pid}
    assert first.ends()
    supervisor.request_stop()
    watching.join()
    assert "one ended by signal 9; starting it again" in capfd.readouterr().err


def test_a_program_that_ends_by_itself_is_started_again_and_again(supervisor: Supervisor, pipe: Pipe) -> None:
    watching = threading.Thread(target=supervisor.watch)
    one = program(pipe, "sys.exit(3)")
    supervisor.start(one)
    watching.start()

    assert len({pipe.next_pid().pid for _ in range(4)}) == 4

    supervisor.request_stop()
    watching.join()
    assert one.pause > supervise.PAUSE_MIN, "and each time after a longer pause"


def test_the_pause_between_two_starts_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = Program("one", [sys.executable, "-c", ""])
    alone = Supervisor(dict(os.environ), tmp_path)
    alone.start(one)
    for _ in range(12):
        assert one.process
        one.process.wait()
        alone._look_at(one)
        one.due = 0.0
        alone._look_at(one)
    assert one.pause == supervise.PAUSE_MAX
    alone.stop()


def test_what_a_dead_program_left_in_its_group_is_ended_too(supervisor: Supervisor, pipe: Pipe) -> None:
    watching = threading.Thread(target=supervisor.watch)
    supervisor.start(program(pipe, "os.fork() or (print(os.getpid(), file=out), time.sleep(600))", SLEEP))
    parent, child = pipe.next_pid(), pipe.next_pid()
    watching.start()

    os.kill(parent.pid, signal.SIGKILL)

    assert child.ends()
    supervisor.request_stop()
    watching.join()


def test_stop_ends_every_program_the_last_first(supervisor: Supervisor, pipe: Pipe) -> None:
    for number in (1, 2, 3):
        supervisor.start(program(pipe, SAY_WHEN_ENDED, "print(0, file=out)", SLEEP, name=str(number)))
        watched = pipe.next_pid()
        assert pipe.line() == "0"
    supervisor.stop()

    assert [pipe.line() for _ in range(3)] == ["3", "2", "1"]
    assert not watched.runs
    assert supervisor.pids() == {}


def test_stop_leaves_no_program_behind_that_does_not_listen(
    supervisor: Supervisor, pipe: Pipe, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervise, "GRACE", 0.05)
    supervisor.start(program(pipe, DEAF, "print(os.getpid(), file=out)", SLEEP))
    deaf, _ = pipe.next_pid(), pipe.next_pid()
    supervisor.stop()
    assert not deaf.runs
    assert "one did not end within 0 s and is killed" in capfd.readouterr().err


def test_stop_leaves_no_grandchild_behind(supervisor: Supervisor, pipe: Pipe) -> None:
    supervisor.start(
        program(pipe, f"os.fork() or (exec('{DEAF}'), print(os.getpid(), file=out), time.sleep(600))", SLEEP)
    )
    child, grandchild = pipe.next_pid(), pipe.next_pid()

    supervisor.stop()

    assert child.ends()
    assert grandchild.ends()


def test_a_program_that_was_ended_before_it_was_stopped_is_no_failure(supervisor: Supervisor, pipe: Pipe) -> None:
    supervisor.start(program(pipe))
    assert pipe.next_pid().ends()
    supervisor.stop()
    supervisor.stop()
    assert supervisor.pids() == {}


def test_when_the_supervisor_itself_is_killed_its_programs_end(pipe: Pipe, tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from sms_service.supervise import Program, Supervisor
made = Supervisor(dict(os.environ), Path({str(tmp_path)!r}))
for name in ("one", "two"):
    made.start(Program(name, [sys.executable, "-c", {f"{TELL}; {SLEEP}"!r}, {str(pipe.path)!r}]))
made.watch()
"""
    killed = subprocess.Popen([sys.executable, "-c", code])
    programs = [pipe.next_pid(), pipe.next_pid()]
    assert all(one.runs for one in programs)

    killed.kill()
    killed.wait()

    assert all(one.ends() for one in programs)


def test_a_program_sees_no_keyboard_and_gets_no_ctrl_c_of_ours(supervisor: Supervisor, pipe: Pipe) -> None:
    supervisor.start(program(pipe, "print(os.getsid(0), file=out)", "print(len(sys.stdin.read()), file=out)", SLEEP))
    watched = pipe.next_pid()
    assert [pipe.line(), pipe.line()] == [str(watched.pid), "0"]


def test_a_procfile_names_the_programs(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("# a remark: none\nweb: python -m sms_service.web\n\nother: /bin/echo 'a b'\n")
    web, other = procfile(tmp_path / "Procfile")
    assert (web.name, web.command) == ("web", [sys.executable, "-m", "sms_service.web"])
    assert (other.name, other.command) == ("other", ["/bin/echo", "a b"])


def test_the_procfile_of_the_service_names_modules_that_exist() -> None:
    programs = procfile(Path(__file__).parent.parent / "Procfile")
    assert [one.name for one in programs] == ["web", "deliver", "cards", "sweep"]
    for one in programs:
        assert one.command[:2] == [sys.executable, "-m"]
        assert find_spec(one.command[2])
