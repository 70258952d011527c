"""The set-up of a bare machine: scripts/setup on a small project of its own, without network, and the lock files.

The small project depends on a package `greeting` that the test builds itself. pip finds it because the environment says
where (PIP_FIND_LINKS), as it would find a company's own index.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = '[project]\nname = "small"\nversion = "1"\n[project.scripts]\nsay-it = "small:main"\n'
MAIN = "import sys\nimport greeting\n\n\ndef main():\n    print(greeting.TEXT, *sys.argv[1:])\n"


class Checkout:
    """A project with our scripts/setup and pip in it, and an index with greeting 1 and 2."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "check out"  # with a blank, as in many a home folder
        self.index = folder / "index"
        self.index.mkdir()
        (self.folder / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "setup", self.folder / "scripts")
        shutil.copytree(ROOT / "vendor", self.folder / "vendor")
        (self.folder / "pyproject.toml").write_text(PROJECT)
        (self.folder / "small.py").write_text(MAIN)
        self.pin(version=1)

    def pin(self, version: int) -> None:
        """Both locks name this version of greeting; the index gets it."""
        wheel = self.index / f"greeting-{version}-py3-none-any.whl"
        described = f"greeting-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as package:
            package.writestr("greeting.py", f"TEXT = 'greeting {version}'\n")
            package.writestr(f"{described}/METADATA", f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n")
            package.writestr(f"{described}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            package.writestr(f"{described}/RECORD", f"greeting.py,,\n{described}/METADATA,,\n{described}/WHEEL,,\n")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        for lock in LOCKS:
            (self.folder / lock).write_text(f"greeting=={version} \\\n    --hash=sha256:{digest}\n")

    def set_up(self, level: str = "run") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)}
        command = [sys.executable, self.folder / "scripts" / "setup", level]
        return subprocess.run(command, check=False, env=environment, capture_output=True, text=True)

    def say_it(self, *words: str) -> str:
        return subprocess.check_output([self.folder / ".venv" / "bin" / "say-it", *words], text=True).strip()

    def installed(self) -> Path:
        (module,) = self.folder.glob(".venv/lib/python3*/site-packages/greeting.py")
        return module


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_fresh_checkout_is_set_up_from_the_users_own_index_and_says_each_step(checkout: Checkout) -> None:
    done = checkout.set_up()

    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()[:3]] == [
        "1/3 environment",
        "2/3 dependencies",
        "3/3 the service itself",
    ]
    assert checkout.say_it("Ram Kumar") == "greeting 1 Ram Kumar"


def test_a_second_set_up_finds_all_done_and_says_nothing(checkout: Checkout) -> None:
    checkout.set_up("test")

    assert checkout.set_up("test").stdout == ""
    assert checkout.set_up("run").stdout == ""  # what the tests need includes what running needs


def test_a_changed_lock_file_is_followed(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.pin(version=2)

    assert checkout.set_up().returncode == 0
    assert checkout.say_it() == "greeting 2"


def test_a_set_up_that_was_cut_off_is_begun_again(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.installed().write_text("TEXT =")  # half a file, and pip believes it installed
    (checkout.folder / ".venv" / "setup-stamp").write_text("unfinished")

    assert checkout.set_up().returncode == 0
    assert checkout.say_it() == "greeting 1"


def test_while_pip_works_the_environment_counts_as_unfinished(checkout: Checkout) -> None:
    seen = checkout.folder.parent / "seen"
    pip = next((checkout.folder / "vendor").glob("pip-*.whl"))
    pip.unlink()
    with zipfile.ZipFile(pip, "w") as stand_in:  # instead of pip: keeps the stamp that it finds
        copy = f"import shutil; shutil.copy({str(checkout.folder / '.venv' / 'setup-stamp')!r}, {str(seen)!r})"
        stand_in.writestr("pip/__main__.py", copy)
    checkout.set_up()

    assert seen.read_text() == "unfinished"


def test_a_package_that_is_not_to_be_had_is_named_and_what_was_there_still_runs(checkout: Checkout) -> None:
    checkout.set_up()
    former = (checkout.folder / "requirements.lock").read_text()
    checkout.pin(version=2)
    (checkout.index / "greeting-2-py3-none-any.whl").unlink()

    failed = checkout.set_up()

    assert failed.returncode == 1
    assert "ERROR: No matching distribution found for greeting==2" in failed.stderr  # pip's own words
    assert "has no ready-made greeting==2 for this machine" in failed.stderr  # ours
    for lock in LOCKS:
        (checkout.folder / lock).write_text(former)
    assert checkout.set_up().stdout == ""
    assert checkout.say_it() == "greeting 1"


def test_a_file_that_is_not_the_locked_one_is_refused(checkout: Checkout) -> None:
    lock = checkout.folder / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w{4}", "sha256:0000", lock.read_text()))

    failed = checkout.set_up()

    assert failed.returncode == 1
    assert "DO NOT MATCH THE HASHES" in failed.stderr
    assert "nothing was installed" in failed.stderr
    assert not list(checkout.folder.glob(".venv/lib/python3*/site-packages/greeting.py"))


def test_a_checkout_that_was_moved_is_set_up_for_its_new_place(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.folder = checkout.folder.rename(checkout.folder.parent / "elsewhere")

    assert checkout.set_up().returncode == 0
    assert checkout.say_it() == "greeting 1"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_each_package_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=\S)", text.strip())

    assert "://" not in text
    assert [package.split()[0] for package in packages if "==" not in package or "--hash=sha256:" not in package] == []


def test_the_tests_run_with_the_versions_that_the_service_runs_with() -> None:
    service, tests = (set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS)

    assert service - tests == set()


def test_the_locks_were_remade_after_the_last_change_of_the_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {LOCKS[0]: project["dependencies"], LOCKS[1]: project["optional-dependencies"]["test"]}

    for name, requirements in wanted.items():
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), re.MULTILINE))
        named = {re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in requirements}
        assert named - locked == set(), f"run scripts/lock: {name} lacks them"


def fetch_chromium(chromium: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CHROMIUM": chromium}
    command = [sys.executable, ROOT / "scripts" / "fetch-chromium"]
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True)


def test_a_chromium_that_shows_a_page_is_taken() -> None:
    taken = fetch_chromium(os.environ["CHROMIUM"])  # make test names one

    assert (taken.returncode, taken.stdout) == (0, os.environ["CHROMIUM"] + "\n")


def test_a_named_chromium_that_does_not_start_is_not_replaced_by_another() -> None:
    refused = fetch_chromium("/bin/true")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "/bin/true does not start" in refused.stderr
    assert "what CHROMIUM names" in refused.stderr
