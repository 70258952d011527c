"""One drive in all its weather, on the real processes - and afterwards nobody's number, name or text is found anywhere.

Web, workers, sweeper and Valkey run as `sms-service run` starts them, with faults put into them whose messages quote
what a person sent. Then everything that was left behind is searched: logs, Redis, its append-only file, the database
file, the spool, the addresses that the gateways were called by, the figures.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import redis
import requests

from sms_service.config import PREFIX, Config, read_config
from sms_service.demo import free_port
from sms_service.store.bell import JOBS
from tests.gateways import AfricasTalking, Twilio
from tests.gateways.gateway import PATIENCE
from tests.gateways.server import Asked
from tests.town import RULES_OFF

ROOT = Path(__file__).parent.parent

ANIL, WAMBUI = "+919811122233", "+254711122233"
ENROLERS = f"""phone,name,area,level,language
{ANIL},Perpetua Nightingale,JH-N-RAN-KAN-11,booth,en
{WAMBUI},Wambuikanari Gathonikanari,KE-KTU-C-MUL-12,booth,sw
"""

ZEBULON, CHANDRA, ASHA, MISTAKEN, BLOCKED = (f"+91987651234{last}" for last in range(5))
ACHIENG = "+254722233344"
FAULTY, UNDRAWN, UNSENT, LOCKED, STRANGER = (f"+91987659876{last}" for last in range(5))
UNLUCKY = {
    word: f"+9198765988{number:02}"
    for number, word in enumerate(("429", "500", "reset", "html", "truncated", "refuse-21211", "503"))
}
UNLUCKY_TOO = {
    word: f"+2547222338{number:02}"
    for number, word in enumerate(("500", "reset", "status-502", "status-406", "html", "text", "429"))
}
"""How a gateway answers, and the phone that the text was for: Twilio's and Africa's Talking's."""

VOTER_IDS = {phone: f"ZQX765432{number}" for number, phone in enumerate(
    (ZEBULON, CHANDRA, ASHA, MISTAKEN, ACHIENG, FAULTY, UNDRAWN, UNSENT, LOCKED)
)}  # fmt: skip
NAMES = {
    ZEBULON: "Zebulon Quixworth",
    CHANDRA: "चंद्रकला वाघमारे",
    ASHA: "Ashakanari Devikanari",
    MISTAKEN: "Mistakenkanari Lal",
    ACHIENG: "Achiengkanari Odhiambokanari",
    FAULTY: "Faultykanari Effect",
    UNDRAWN: "Undrawnkanari Card",
    UNSENT: "Unsentkanari Message",
    LOCKED: "Lockedkanari Table",
}
TEXTS = ["my husband Bartholomew reads this", "मेरे पति यह पढ़ते हैं", "mume wangu Barasakanari anasoma"]

PERSONAL = sorted(
    {phone[-9:] for phone in (ANIL, WAMBUI, STRANGER, BLOCKED, *UNLUCKY.values(), *UNLUCKY_TOO.values(), *NAMES)}
    | {
        word
        for name in [*NAMES.values(), "Perpetua Nightingale", "Wambuikanari", "Gathonikanari"]
        for word in name.split()
    }
    - {"Lal", "Effect", "Card", "Message", "Table"}
    | set(VOTER_IDS.values())
    | {"Bartholomew", "Barasakanari", "मेरे पति यह"}
)
"""What must not be found: each number without its country code, each word of a name, each voter ID, each text."""

FAULTS = '''
"""Put on the path of every process of the test: faults that quote the person they happened to."""
from sms_service.enrolment import cardface, effects
from workers import deliver

save, png, send = effects.EFFECTS["save_registration"], cardface.png, deliver._send

def save_badly(act, **entered):
    if "Faultykanari" in str(act.session.variables):
        try:
            int(act.person.phone + " " + act.inbound.text)
        except ValueError as error:
            raise RuntimeError(f"cannot save {act.session.variables} by {act.person.phone}") from error
    return save(act, **entered)

def draw_badly(face, template):
    if "Undrawnkanari" in face.name:
        raise RuntimeError(f"cannot draw {face}")
    return png(face, template)

def send_badly(service, claimed):
    if "Unsentkanari" in claimed.text:
        raise RuntimeError(f"cannot send {claimed.text} to {claimed.phone}")
    return send(service, claimed)

effects.EFFECTS["save_registration"], cardface.png, deliver._send = save_badly, draw_badly, send_badly
'''

WITHOUT_END = {
    "rq:queues": "the names of our two queues, which RQ never takes out",
    "rq:workers": "the names of the workers that run; RQ takes one out when it ends or is found dead",
    "rq:workers:deliver": "the same, of one queue",
    "rq:workers:cards": "the same, of one queue",
    **{
        f"rq:{key}": "the id of the one ring that waits or is worked off; the key is gone with it"
        for queue in ("deliver", "cards")
        for key in (f"queue:{queue}", f"queue:{queue}:intermediate", f"wip:{queue}")
    },
}
"""The keys of RQ that may be without an end, each with the reason; they hold random names only. Ours all have one."""


@dataclass
class Leavings:
    """What one drive left behind."""

    config: Config
    twilio: Twilio
    africastalking: AfricasTalking
    log: str = ""
    metrics: str = ""
    exit_code: int | None = None
    tokens: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    spooled: dict[str, bytes] = field(default_factory=dict)
    redis: dict[str, tuple[int, list[bytes]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


# --- the drive ----------------------------------------------------------------------------------------------------


class Drive:
    """The running service and the people around it."""

    def __init__(self, leavings: Leavings, log_file: Path) -> None:
        self.left, self.log_file = leavings, log_file
        self.twilio, self.at, self.url = leavings.twilio, leavings.africastalking, leavings.config.url

    def hears(self, phone: str, part: str) -> str:
        """Waits until a text with `part` in it has reached `phone`."""
        gateway = self.twilio if phone.startswith("+91") else self.at
        gateway.wait_until(lambda: any(part in text for text in gateway.texts_to(phone)), f"{part!r}")
        return next(text for text in reversed(gateway.texts_to(phone)) if part in text)

    def texts(self, phone: str, text: str) -> None:
        gateway = self.twilio if phone.startswith("+91") else self.at
        answer = gateway.text(self.url, phone, text)
        assert answer.status == 200
        self.left.bodies.append(answer.body.encode())

    def enters(self, phone: str, enroler: str = ANIL) -> None:
        self.texts(enroler, f"REG {phone} {VOTER_IDS[phone]} 12 {NAMES[phone]}")

    def logged(self, part: str) -> None:
        until(lambda: part in self.log_file.read_text(), f"{part!r} in the log")

    # --- its parts ---

    def question_by_question(self) -> None:
        for text in (
            "REG",
            ZEBULON,
            "what do you mean, Bartholomew?",
            VOTER_IDS[ZEBULON],
            "twelve",
            "12",
            NAMES[ZEBULON],
        ):
            self.texts(ANIL, text)
        self.hears(ZEBULON, "Perpetua entered you as Zebulon Quixworth")
        self.texts(ZEBULON, TEXTS[0])
        self.hears(ZEBULON, "Not clear")
        self.texts(ZEBULON, "haan ji")
        self.opens(self.hears(ZEBULON, "/card/?"))

    def opens(self, message: str) -> None:
        """The card, and everything near it that does not open."""
        token = message.partition("/card/?")[2].split()[0]
        for target in (f"card/?{token}", "verify/0000013"):
            assert requests.get(f"{self.url}/{target}", timeout=PATIENCE).status_code == 200
        guessed = requests.post(f"{self.url}/card/?{token}", {"signs": NAMES[CHANDRA]}, timeout=PATIENCE)
        assert guessed.status_code in (400, 403)
        page = requests.post(f"{self.url}/card/?{token}", {"signs": VOTER_IDS[ZEBULON]}, timeout=PATIENCE)
        pictures = re.findall(r'"((?:screen|picture)\.\w+\?[^"]+)"', page.text)
        assert len(set(pictures)) == 3
        for target in pictures:
            assert requests.get(f"{self.url}/card/{target}", timeout=PATIENCE).status_code == 200
        for wrong in (f"card/?{token}x", f"card/?{quote(NAMES[CHANDRA])}", f"verify/{ZEBULON}", f"nowhere/{ZEBULON}"):
            answer = requests.get(f"{self.url}/{wrong}", timeout=PATIENCE)
            assert answer.status_code == 404
        self.left.tokens.append(token)

    def in_devanagari(self) -> None:
        self.enters(CHANDRA)
        self.hears(CHANDRA, "चंद्रकला")
        self.texts(CHANDRA, TEXTS[1])
        self.texts(CHANDRA, "हाँ जी")
        self.left.tokens.append(self.hears(CHANDRA, "/card/?").partition("/card/?")[2].split()[0])

    def by_ussd(self) -> None:
        phone = self.at.dial(self.url, WAMBUI)
        for typed in (ACHIENG, VOTER_IDS[ACHIENG], "12", NAMES[ACHIENG]):
            phone.press(typed)
        assert phone.ended
        self.at.dial(self.url, WAMBUI).hang_up()
        self.hears(ACHIENG, "Wambuikanari")
        self.texts(ACHIENG, TEXTS[2])
        self.texts(ACHIENG, "Ndiyo!")
        self.hears(ACHIENG, "/card/?")

    def refusals(self) -> None:
        """STOP, a mistake, a stranger."""
        self.enters(ASHA)
        self.hears(ASHA, "Ashakanari")
        self.texts(ASHA, "STOP")
        self.enters(MISTAKEN)
        self.hears(MISTAKEN, "Mistakenkanari")
        for typed, answer in (("2", "What is wrong?"), ("1", "What is your name?"), (NAMES[MISTAKEN], "so you are")):
            self.texts(MISTAKEN, typed)
            self.hears(MISTAKEN, answer)
        self.texts(STRANGER, "I am Bartholomew of " + STRANGER)

    def bad_gateways(self) -> None:
        """Every way in which a send can end, each with a person of its own, so that none waits behind another."""
        for gateway, help_, people in ((self.twilio, "HELP", UNLUCKY), (self.at, "MSAADA", UNLUCKY_TOO)):
            for word, phone in people.items():
                asked = len(gateway.requests)
                gateway.behave(word, times=1)
                self.texts(phone, f"{help_} {word}")
                gateway.wait_until(partial(more_than, gateway.requests, asked), f"the send that met {word}")
                until(lambda gateway=gateway: not gateway._next, f"the end of {word}")  # type: ignore[misc]
                self.is_answered(CHANDRA if gateway is self.twilio else ACHIENG, f"{help_} after {word}")
        self.twilio.block(BLOCKED)
        self.texts(BLOCKED, "HELP")
        with sqlite3.connect(self.left.config.data_dir / "sms_service.sqlite3", timeout=20) as conn:
            conn.execute("UPDATE outbox SET lease_until = 0 WHERE status = 'sending'")  # look them up now, not in 20 s
        until(lambda: "GET" in {asked.method for asked in self.twilio.requests}, "a look-up")
        self.logged("is held, nobody can say")

    def is_answered(self, phone: str, text: str) -> None:
        """One that goes well among those that do not: after three bad answers in a row the gateway would count as down."""
        gateway = self.twilio if phone.startswith("+91") else self.at
        before = gateway.texts_to(phone)
        self.texts(phone, text)
        gateway.wait_until(lambda: len(gateway.texts_to(phone)) > len(before), f"the answer to {text}")

    def forgeries(self) -> None:
        """What strangers send, and what a gateway itself gets wrong: answered without an echo."""
        form = {"MessageSid": ZEBULON, "From": ZEBULON, "Body": NAMES[ZEBULON], "id": ZEBULON, "text": NAMES[ZEBULON]}
        personal = quote(NAMES[CHANDRA])
        for target in ("twilio/sms", f"twilio/sms?from={quote(ZEBULON)}", f"twilio/{ZEBULON}/sms", f"{personal}/sms",
                       f"africastalking/{personal}/sms", f"africastalking/{self.at.secret}/{ZEBULON}"):  # fmt: skip
            answer = requests.post(f"{self.url}/hooks/{target}", data=form, timeout=PATIENCE,
                                   headers={"X-Twilio-Signature": ZEBULON, "User-Agent": "Zebulon Quixworth"})  # fmt: skip
            assert answer.status_code in (403, 404)
            self.left.bodies.append(answer.content)
        for route in ("sms", "ussd", "delivery", "opt-out", "ussd-end"):
            for fields in ({"text": NAMES[ZEBULON]},
                           {"id": "1", "from": "Zebulon", "phoneNumber": "Quixworth", "sessionId": "1"},
                           {"id": ZEBULON * 9, "from": ZEBULON * 9, "failureReason": ZEBULON, "status": ZEBULON}):  # fmt: skip
                answer = requests.post(
                    f"{self.url}/hooks/africastalking/{self.at.secret}/{route}", data=fields, timeout=PATIENCE
                )
                assert answer.status_code in (200, 400)
                self.left.bodies.append(answer.content)

    def faults(self) -> None:
        """An effect, a drawing and a send that fail with a message about the person."""
        self.enters(FAULTY)
        self.logged("a message could not be taken: RuntimeError")
        self.logged("a spooled message still cannot be taken (RuntimeError)")
        self.enters(UNDRAWN)
        self.hears(UNDRAWN, "Undrawnkanari")
        self.texts(UNDRAWN, "1")
        self.logged("cannot be drawn: RuntimeError")
        self.enters(UNSENT)
        self.logged("a ring was not worked off: RuntimeError")

    def sql_down(self) -> None:
        """Somebody holds the database for longer than a turn waits: an SMS goes to the spool, a USSD hop hears `busy`."""
        holder = sqlite3.connect(self.left.config.data_dir / "sms_service.sqlite3", isolation_level=None, timeout=20)
        holder.execute("BEGIN IMMEDIATE")
        spool = self.left.config.data_dir / "spool"
        before = set(spool.iterdir())
        sms = threading.Thread(target=self.enters, args=(LOCKED,))
        sms.start()
        hop = self.at.dial(self.url, WAMBUI)
        sms.join()
        assert "Nothing was saved" in hop.screen
        assert set(spool.iterdir()) - before
        self.left.spooled = {file.name: file.read_bytes() for file in spool.iterdir()}
        holder.execute("ROLLBACK")
        holder.close()
        self.hears(LOCKED, "Lockedkanari")

    def collect(self) -> None:
        """Redis and the figures, while they are there to be asked."""
        self.left.metrics = requests.get(f"{self.url}/metrics", timeout=PATIENCE).text
        client: Any = redis.Redis.from_url(self.left.config.live_url)
        for key in client.scan_iter():
            self.left.redis[key.decode("utf-8", "backslashreplace")] = (client.ttl(key), values(client, key))


def more_than(requests_: list[Asked], count: int) -> bool:
    return len(requests_) > count


def until(true: Callable[[], bool], what: str) -> None:
    """Returns as soon as `true()`. Raises TimeoutError with what was awaited."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come")
        threading.Event().wait(0.05)


def values(client: Any, key: bytes) -> list[bytes]:
    """Everything that a key holds."""
    match kind := client.type(key):
        case b"none":
            return []  # its time to live ended since it was listed
        case b"string":
            return [client.get(key)]
        case b"hash":
            return [part for pair in client.hgetall(key).items() for part in pair]
        case b"list":
            return list(client.lrange(key, 0, -1))
        case b"set":
            return list(client.smembers(key))
        case b"zset":
            return list(client.zrange(key, 0, -1))
        case b"stream":
            return [part for _, fields in client.xrange(key) for pair in fields.items() for part in pair]
    raise LookupError(f"a kind of value that this test cannot look into: {kind}")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leavings]:
    """What is left of one drive."""
    folder = tmp_path_factory.mktemp("drive")
    (folder / "demo").mkdir()
    (folder / "demo/enrolers.csv").write_text(ENROLERS, encoding="utf-8")
    shutil.copy(ROOT / "demo/areas.csv", folder / "demo/areas.csv")
    (folder / "path").mkdir()
    (folder / "path/sitecustomize.py").write_text(FAULTS, encoding="utf-8")
    with Twilio(auto_reports=True) as twilio, AfricasTalking(auto_reports=True) as africastalking:
        settings = {
            **RULES_OFF,
            "DATA_DIR": str(folder / "data"), "DEMO_DIR": str(folder / "demo"), "WEB__PORT": str(free_port()),
            "SWEEP__EVERY": "2", "OUTBOX__BACKOFF": "0.2", "OUTBOX__LEASE": "20", "OUTBOX__ATTEMPTS": "3",
            "CHANNELS__TWILIO__ACCOUNT_SID": twilio.account_sid, "CHANNELS__TWILIO__AUTH_TOKEN": twilio.auth_token,
            "CHANNELS__TWILIO__FROM": twilio.number, "CHANNELS__TWILIO__API_URL": twilio.url,
            "CHANNELS__AFRICASTALKING__USERNAME": africastalking.username,
            "CHANNELS__AFRICASTALKING__API_KEY": africastalking.api_key,
            "CHANNELS__AFRICASTALKING__FROM": africastalking.sender,
            "CHANNELS__AFRICASTALKING__SECRET": africastalking.secret,
            "CHANNELS__AFRICASTALKING__API_URL": africastalking.url,
        }  # fmt: skip
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SMS_SERVICE_")}
        environment = {
            **surroundings,
            **{f"{PREFIX}{name}": value for name, value in settings.items()},
            "PYTHONPATH": f"{folder / 'path'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
        }
        config = read_config(environment, ROOT / "config.yaml")
        twilio.web_url = twilio.public_url = africastalking.web_url = config.url
        leavings = Leavings(config, twilio, africastalking)
        run(leavings, environment, folder / "log")
        yield leavings


def run(leavings: Leavings, environment: dict[str, str], log_file: Path) -> None:
    """Starts everything, lives through it, stops everything and gathers what is left."""
    drive = Drive(leavings, log_file)
    command = [sys.executable, "-c", "from sms_service.cli import main; main()", "run"]
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    try:
        drive.logged("is running.")
        for part in (drive.question_by_question, drive.in_devanagari, drive.by_ussd, drive.refusals, drive.bad_gateways,
                     drive.forgeries, drive.faults, drive.sql_down, drive.collect):  # fmt: skip
            part()
    except BaseException:
        print(log_file.read_text())
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        leavings.exit_code = process.wait()
    leavings.log = log_file.read_text()
    data = leavings.config.data_dir
    leavings.files = {str(file.relative_to(data)): file.read_bytes() for file in data.rglob("*") if file.is_file()}


# --- searching ----------------------------------------------------------------------------------------------------


def opened(value: bytes) -> bytes:
    """`value`, and what it is when unpacked: RQ compresses what it keeps, and encodes some of it besides."""
    forms = [value]
    try:
        forms.append(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        forms.append(value.replace(b"\\", b""))  # JSON in JSON
    for form in list(forms):
        try:
            forms.append(zlib.decompress(form))
        except zlib.error:
            continue
    return b"\n".join(forms)


def found(where: bytes | str, what: list[str]) -> list[str]:
    """Which of `what` stand in `where`: as they are, in JSON's escapes, percent-encoded, in UTF-16, in any case."""
    text = (where.encode() if isinstance(where, str) else where).lower()
    return [one for one in what if any(form.lower() in text for form in spellings(one))]


def spellings(one: str) -> list[bytes]:
    spaced = [f"{one[:4]} {one[4:]}", f"{one[:4]}-{one[4:]}"] if one.isdigit() else []
    forms = [one, quote(one), one.encode("unicode_escape").decode(), *spaced]
    return [form.encode() for form in forms] + [one.encode("utf-16-le")]


def commands(append_only_file: bytes) -> list[bytes]:
    """Every word that was ever written to Valkey: the file holds each as $length, line end, bytes, line end."""
    words, at = [], 0
    while (at := append_only_file.find(b"$", at)) >= 0:
        head = re.match(rb"\$(\d+)\r\n", append_only_file[at : at + 20])
        if head is None:
            at += 1
            continue
        start = at + head.end()
        words.append(append_only_file[start : start + int(head[1])])
        at = start + int(head[1])
    return words


# --- what must be so ----------------------------------------------------------------------------------------------


def test_the_search_finds_what_is_there() -> None:
    """The test of the tests: in each form in which something could have been left."""
    line = f"{ZEBULON}: {NAMES[ZEBULON]}"
    for form in (
        line.encode(),
        zlib.compress(line.encode()),
        base64.b64encode(zlib.compress(line.encode())),
        line.encode("utf-16-le"),
    ):
        assert found(opened(form), PERSONAL) == [ZEBULON[-9:], "Quixworth", "Zebulon"]
    assert found(urlencode({"n": NAMES[CHANDRA]}), PERSONAL) == found(f'"{NAMES[CHANDRA]!a}"', PERSONAL) != []
    assert found("+91 98765 12340", PERSONAL) == found("098765-12340", PERSONAL) == [ZEBULON[-9:]]
    assert commands(b"*2\r\n$3\r\nSET\r\n$7\r\nZebulon\r\n") == [b"SET", b"Zebulon"]


def test_the_drive_went_through_all_its_weather(left: Leavings) -> None:
    assert left.exit_code == 0
    for line in (
        "a message could not be taken: RuntimeError",
        "a spooled message still cannot be taken (RuntimeError)",
        "SQL cannot take a message now",
        "got the answer `busy`",
        "cannot be drawn: RuntimeError",
        "a ring was not worked off: RuntimeError",
        "is held, nobody can say",
        "refused a request to twilio/sms",
        "refused a request to africastalking/sms",
        "in save_badly",  # where it failed is told
    ):
        assert line in left.log
    # What an operator must look up stands in it whole, though half of it may be digits.
    assert len(re.findall(r"message [0-9a-f]{32} is held", left.log)) == left.log.count("is held, nobody") > 2
    assert {asked.method for asked in left.twilio.requests} == {"POST", "GET"}
    assert any(key.startswith("sms_service:live:") for key in left.redis)
    assert any(key.startswith("rq:") for key in left.redis)
    assert left.spooled
    assert {"sms_service.sqlite3", "service.key"} <= set(left.files)
    assert {"sent", "looked up", "reported"} <= {step for step, _ in channel_log(left)}


def test_no_log_line_has_anything_of_a_person(left: Leavings) -> None:
    problems = [line for line in left.log.splitlines() if found(line, PERSONAL)]
    assert problems == []


def test_no_log_line_has_a_secret(left: Leavings) -> None:
    assert found(left.log, secrets(left)) == []


def secrets(left: Leavings) -> list[str]:
    key = left.files["service.key"].decode().strip()
    return [left.twilio.auth_token, left.africastalking.api_key, left.africastalking.secret, key, *left.tokens]


def test_nothing_in_redis_has_anything_of_a_person(left: Leavings) -> None:
    """Neither the names of the keys nor what they hold, RQ's jobs and their failures included."""
    whole = {key: opened(key.encode()) + b"\n".join(map(opened, held)) for key, (_, held) in left.redis.items()}
    assert {
        key: found(text, PERSONAL + secrets(left))
        for key, text in whole.items()
        if found(text, PERSONAL + secrets(left))
    } == {}


def test_nothing_that_was_ever_written_to_redis_has_anything_of_a_person(left: Leavings) -> None:
    logs = [data for name, data in left.files.items() if name.startswith("valkey/") and name.endswith(".aof")]
    words = [word for data in logs for word in commands(data)]

    assert any(word.startswith(b"rq:job:") for word in words)
    assert [word for word in words if found(opened(word), PERSONAL + secrets(left))] == []


def test_everything_in_redis_has_an_end(left: Leavings) -> None:
    endless = {key for key, (ttl, _) in left.redis.items() if ttl == -1}
    # RQ gives a ring its end when it is put down, takes it away while a worker is at it, and the worker died or not, gives
    # it another one afterwards: at any moment one a worker may be without.
    at_work = {key for key in endless if key.startswith("rq:job:") and b"started" in left.redis[key][1]}
    assert len(at_work) <= len(JOBS)
    assert endless - at_work <= set(WITHOUT_END)
    assert all(ttl > 0 for key, (ttl, _) in left.redis.items() if key.startswith("sms_service:"))


def channel_log(left: Leavings) -> list[tuple[str, str]]:
    """The steps of the channel log, and all that it says of each."""
    with sqlite3.connect(left.config.data_dir / "sms_service.sqlite3") as conn:
        return [(str(step), str(row)) for step, *row in conn.execute("SELECT step, * FROM channel_log")]


def test_the_channel_log_has_nothing_of_a_person_and_no_secret(left: Leavings) -> None:
    assert [row for _, row in channel_log(left) if found(row, PERSONAL + secrets(left))] == []


@pytest.mark.parametrize("part", ["sms_service.sqlite3", "valkey/", ""], ids=["the database", "Valkey", "every file"])
def test_no_file_has_anything_of_a_person(left: Leavings, part: str) -> None:
    """Names, numbers and texts are in the database, but only under their person's key."""
    files = {name: data for name, data in left.files.items() if part in name and name != "service.key"}
    assert files
    assert {
        name: found(data, PERSONAL + secrets(left))
        for name, data in files.items()
        if found(data, PERSONAL + secrets(left))
    } == {}


def test_the_spool_has_nothing_of_a_person_while_sql_is_down(left: Leavings) -> None:
    for name, data in left.spooled.items():
        assert found(name, PERSONAL) == found(opened(data), PERSONAL) == []


def test_no_address_that_we_call_or_name_has_anything_of_a_person(left: Leavings) -> None:
    """Twilio's list takes the number in its query, which is Twilio's own way; no other address has one."""
    own_fields = {"To", "From", "PageSize", "Page", "PageToken", "DateSent", "DateSent>", "DateSent<"}
    for asked in [*left.twilio.requests, *left.africastalking.requests]:
        assert found(asked.path, PERSONAL) == []
        if asked.method == "GET":
            assert set(asked.query) <= own_fields
        else:
            assert asked.query == {}
        assert found(asked.form.get("StatusCallback", ""), PERSONAL) == []
        assert found(str({n: v for n, v in asked.header.items() if n != "host"}), PERSONAL) == []


def test_no_link_in_a_text_has_anything_of_a_person(left: Leavings) -> None:
    texts = [message.text for message in [*left.twilio.accepted, *left.africastalking.accepted]]
    links = [link for text in texts for link in re.findall(r"https?://\S+", text)]

    assert len(links) >= 3
    assert [link for link in links if found(link, PERSONAL)] == []


def test_the_figures_have_nothing_of_a_person(left: Leavings) -> None:
    assert 'sms_service_rows{table="member"}' in left.metrics
    assert found(left.metrics, PERSONAL + secrets(left)) == []


def test_what_gateways_and_strangers_are_answered_has_nothing_of_a_person(left: Leavings) -> None:
    assert left.bodies
    assert [body for body in left.bodies if found(body, PERSONAL)] == []
