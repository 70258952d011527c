"""How long until nothing of somebody is left while thousands are erased: `python benchmarks/forgetting.py [PEOPLE]`.

So many people (20,000) were entered by 40 enrolers eight days ago, in texts of theirs, and said no; their erasure begins, with
the sweeper's rounds as in service. In the third round somebody who was entered by an enroler of many texts sends FORGET.
Printed is when her copies are gone - in SQL, in her enroler's texts, in Redis, in the spool - and when all others are. On
SQLite, and with `DATABASE_URL` in the environment on that database, which must be empty.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
from registering import live
from sqlalchemy import func, insert, select

from sms_service import launch
from sms_service.config import PREFIX, read_config
from sms_service.engine.model import Inbound, Sessions
from sms_service.enrolment.registrations import entered_columns
from sms_service.service import Service, open_service
from sms_service.store import blocks, people, sessions
from sms_service.store.people import Person
from sms_service.store.tables import area, enroler, erasure, person, registration, search, turn
from workers import deliver, erase, sweep

ROOT = Path(__file__).parents[1]
PEOPLE, ENROLERS = 20_000, 40
BLOCK = 1_000
HERS = "+919876512347"
ENTRY = "REG 9876512347 ZQX7654321 12 Zebulon Quixworth"


def main() -> None:
    """Fills, and sweeps until nothing is left."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="forgetting-")))
        settings = {"DATA_DIR": str(folder), "PRIVACY__KEY": base64.b64encode(bytes(32)).decode()}
        settings["REDIS_URL"] = stack.enter_context(live(folder))
        if url := os.environ.get("DATABASE_URL"):
            settings["DATABASE_URL"] = url
        config = read_config({f"{PREFIX}{name}": value for name, value in settings.items()}, ROOT / "config.yaml")
        launch.prepare(config, time.time(), checked=False)
        service = open_service(config, time.time())
        stack.callback(service.close)
        anil = fill(service, count)
        text(service, anil.phone, ENTRY)
        print(f"{count:,} people to be erased, by {ENROLERS} enrolers of {count // ENROLERS:,} texts each", flush=True)
        sweeping(service, anil, count)


def fill(service: Service, count: int) -> Person:
    """People and the texts that entered them, eight days old; the enroler that enters her, too."""
    keys, then = service.keys, time.time() - 8 * erase.DAY
    with service.engine.begin() as conn:
        booth = conn.execute(select(area.c.id).where(area.c.level == "booth").limit(1)).scalar_one()
        phones = [f"+9198111{number:05d}" for number in range(ENROLERS)]
        enrolers = [people.find_or_add(conn, keys, phone, "en", "handset", then) for phone in phones]
        conn.execute(
            insert(enroler),
            [
                {"person_id": one.id, "area_id": booth, "level": "booth", "status": "activated", "created_at": then,
                 "name_sealed": one.key.encrypt("enroler.name", "Anil")}
                for one in enrolers
            ],
        )  # fmt: skip
    turn_no = 0
    for first in range(0, count, BLOCK):
        with service.engine.begin() as conn:
            numbers = range(first, min(first + BLOCK, count))
            wanted = {keys.index("phone", f"+9197{one:08d}"): (f"+9197{one:08d}", "en") for one in numbers}
            added = people.find_or_add_all(conn, keys, wanted, "handset", then)
            entered, said = [], []
            for place, (index, (phone, _)) in enumerate(wanted.items()):
                whose, by = added[index], enrolers[place % ENROLERS]
                number = first + place
                fields = {"name": f"Ram Kumar{number}", "voter_id": f"ABC{number:07d}", "booth": "12"}
                entered.append({
                    "ref": f"b{number}", "person_id": whose.id, "enroler_id": by.id, "area_id": booth, "status": "refused",
                    "created_at": then, "decided_at": then + number / 1000, "raw_sealed": None,
                    **entered_columns(whose.key, fields, {}, None),
                })  # fmt: skip
                said.append(
                    said_by(by, turn_no + 1 + place // ENROLERS, then, f"REG {phone[3:]} ABC{number:07d} 12 Ram Kumar")
                )
            turn_no += len(wanted) // ENROLERS
            blocks.insert_rows(conn, registration, entered)
            blocks.insert_rows(conn, turn, said)
            conn.execute(person.update().where(person.c.id.in_([one.id for one in enrolers])).values(turn_no=turn_no))
    return enrolers[0]


def said_by(by: Person, turn_no: int, at: float, said: str) -> dict[str, object]:
    return {
        "person_id": by.id, "turn_no": turn_no, "channel": "handset", "inbound_id": f"{by.id}.{turn_no}", "kind": "sms",
        "flow": "register", "version": "a" * 64, "state_before": "", "state_after": "", "at": at, "gateway_time": "",
        "text_sealed": by.key.encrypt("turn.text", said), "reply_sealed": by.key.encrypt("turn.reply", ""), "ends": True,
        "sessions_sealed": sessions.seal(by, Sessions(turn_no=turn_no)), "path": "", "language": "en",
    }  # fmt: skip


def text(service: Service, phone: str, said: str) -> None:
    inbound = Inbound(
        channel="handset", id=f"{time.time()}", kind="sms", phone=phone, to="", text=said, received_at=time.time()
    )
    service.turns.handle(inbound)
    deliver.send_due(service, 100)


def sweeping(service: Service, anil: Person, count: int) -> None:
    """The sweeper's rounds, with their pauses, until all are erased and looked for."""
    asked, gone, rounds, begun = 0.0, 0.0, 0, time.time()
    whom: Person | None = None
    left = 1
    while left or not gone:
        rounds += 1
        began = time.time()
        sweep.sweep(service)
        took = time.time() - began
        if asked and not gone and whom and not left_of(service, whom, anil):
            gone = time.time()
            print(
                f"her copies are gone {gone - asked:.1f} s after FORGET, the round of {took:.1f} s included", flush=True
            )
        left = waiting(service)
        print(f"round {rounds}: {took:.1f} s, {left:,} are still to be erased or looked for", flush=True)
        if rounds == 2:
            with service.reads.begin() as conn:
                whom = people.by_phone(conn, service.keys, HERS)
            keep(service)
            for said in ("FORGET", "1"):
                text(service, HERS, said)
            asked = time.time()
        time.sleep(service.config.sweep.every)
    print(f"all {count:,} in {time.time() - begun:.0f} s")


def keep(service: Service) -> None:
    """A text of hers in the spool that a fault of ours keeps from being taken."""
    inbound = Inbound(
        channel="handset", id="kept", kind="sms", phone=HERS, to="", text="CARD", received_at=time.time() - 1
    )
    data = msgspec.msgpack.encode({"inbound": inbound, "report": None})
    service.spool.failed(service.spool.put(inbound.received_at, "kept", data), time.time() + 3600)


def left_of(service: Service, whom: Person, anil: Person) -> list[str]:
    """Where something of her is left."""
    name = f"sms_service:live:{whom.phone_index.hex()}"
    with service.reads.begin() as conn:
        rows = conn.execute(select(turn.c.text_sealed).where(turn.c.person_id == anil.id)).scalars()
        places = {
            "key": people.by_id(conn, service.keys, whom.id) is not None,
            "texts": any("Zebulon" in anil.key.decrypt("turn.text", one) for one in rows),
            "turns": any(conn.execute(select(turn.c.text_sealed).where(turn.c.person_id == whom.id)).scalars()),
            "search": conn.execute(select(search.c.id).where(search.c.person_id == whom.id)).first() is not None,
            "erasure": conn.execute(select(erasure.c.id).where(erasure.c.person_id == whom.id)).first() is not None,
            "redis": bool(service.redis.exists(name)),
            "spool": bool(list(service.spool.kept())),
        }
    return [place for place, there in places.items() if there]


def waiting(service: Service) -> int:
    with service.reads.begin() as conn:
        there = person.c.wrapped_key.is_not(None)
        refused = registration.join(person, person.c.id == registration.c.person_id)
        return sum(
            conn.execute(query).scalar_one()
            for query in (
                select(func.count()).select_from(refused).where(registration.c.status == "refused", there),
                select(func.count()).select_from(search),
                select(func.count()).select_from(erasure),
            )
        )


if __name__ == "__main__":
    main()
