"""The ledger at the size of a nation: how long a million decisions take to be chained, verified, and held against members.

`python -m benchmarks.ledger [ROWS]`: makes them on SQLite, in a folder that it removes again.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, insert

from sms_service.enrolment import ledger, ledger_macs, ledger_members, ledger_notices, notices
from sms_service.enrolment.ledger import Fault
from sms_service.privacy import KEY_BYTES, Keys
from sms_service.store import database
from sms_service.store.tables import consent, member, registration

ROWS = 1_000_000
BLOCK = 10_000
AREA = 1_234_567
NOTICE = "What is done with your data. " * 100
SEALED = {"wording_sealed": 229, "reply_sealed": 30, "from_sealed": 42}
"""Bytes of what is encrypted in a row: a question of 200 characters, the answer `1`, a number."""


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    keys = Keys(bytes(KEY_BYTES))
    with TemporaryDirectory() as folder:
        engine = database.open_database(f"sqlite:///{Path(folder) / 'ledger.sqlite3'}")
        database.migrate(engine)
        ledger_macs.settle(engine, keys)
        with engine.begin() as conn:
            notices.keep(conn, {"hi": NOTICE}, 1.6e9)
        begun = time.perf_counter()
        with create_engine(engine.url).connect() as conn:  # plain: these decisions have no people
            for first in range(1, rows + 1, BLOCK):
                block = range(first, min(first + BLOCK, rows + 1))
                conn.execute(insert(consent), [_row(keys, one) for one in block])
                conn.execute(insert(registration), [_registration(one) for one in block])
                conn.execute(insert(member), [_member(one) for one in block])
                conn.commit()
        made = time.perf_counter()
        chained = 0
        while chained < rows:
            with engine.begin() as conn:
                chained += ledger.chain(conn, keys)
        linked = time.perf_counter()
        with database.reading(engine).connect() as conn:
            faults = [one for one in ledger.faults(conn, keys, ()) if isinstance(one, Fault)]
            verified = time.perf_counter()
            faults += ledger_notices.faults(conn)
            figures = ledger_members.figures(conn)
            faults += ledger_members.faults(conn, figures)
        counted = time.perf_counter()
        engine.dispose()
    print(f"{rows:,} decisions: made in {made - begun:.1f} s, chained in {linked - made:.1f} s")
    print(f"verified in {verified - linked:.1f} s, {rows / (verified - linked):,.0f} a second; faults: {len(faults)}")
    print(
        f"members and notices held against consents in {counted - verified:.1f} s; fits: {figures.fits}; all: {len(faults)}"
    )


def _row(keys: Keys, number: int) -> dict[str, object]:
    sealed = {name: number.to_bytes(8, "big") * (size // 8 + 1) for name, size in SEALED.items()}
    row = {
        "person_id": number, "registration_id": number, "purpose": "membership", "decision": "given", "verdict": "1",
        "language": "hi", "flow": "confirm", "version": "a" * 64, "state": "ask", "prompt": f"{number:032x}",
        "prompt_gateway_id": f"SM{number:032x}", "prompt_status": "delivered", "prompt_at": 1.7e9 + number,
        "channel": "twilio", "inbound_id": f"SM{number:032x}", "turn_no": 2, "gateway_time": "", "at": 1.7e9 + number,
        "sent_to": "51969", "entered_by": '{"enroler":77,"appointed_by":[7,3],"areas":[1234567,12345,1234,12,1]}', **sealed,
        "report_word": "delivered", "report_at": 1.7e9 + number, "change_sealed": None, "notice": notices.hash_of(NOTICE),
    }  # fmt: skip
    return {"id": number, **row, "mac": keys.ledger_mac(ledger.digest(row))}


def _registration(number: int) -> dict[str, object]:
    return {
        "id": number, "ref": f"{number:08x}", "person_id": number, "area_id": AREA, "fields_sealed": b"",
        "status": "confirmed", "created_at": 1.7e9, "enroler_id": 77,
    }  # fmt: skip


def _member(number: int) -> dict[str, object]:
    return {
        "number": number, "person_id": number, "registration_id": number, "consent_id": number, "area_id": AREA,
        "status": "valid", "since": 1.7e9,
    }  # fmt: skip


if __name__ == "__main__":
    main()
