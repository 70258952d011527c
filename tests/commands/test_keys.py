"""`sms-service keys list|rotate`: a new service key takes over while everything goes on, and the old one may go."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.config import ConfigError, read_config
from sms_service.enrolment import erasure
from sms_service.privacy import Keys, Unreadable
from sms_service.service import open_keys
from sms_service.store import outbox, people, rotation, spool
from sms_service.store.installation import NotItsKeys
from sms_service.store.rotation import KEPT, Block
from sms_service.store.spool import Spool
from sms_service.store.tables import outbox as messages
from sms_service.store.tables import person
from tests.conftest import KEY
from tests.town import MEMBER, Town

NEW = bytes(range(32, 64)).hex()
PEOPLE = KEPT[0]


@pytest.fixture
def office(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """One member, and the settings of the service in the environment."""
    for name, value in any_town.environment.items():
        monkeypatch.setenv(name, value)
    any_town.enrols()
    return any_town


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def given(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """The operator sets privacy.key."""
    monkeypatch.setenv("SMS_SERVICE__PRIVACY__KEY", ",".join(keys))


def listed() -> list[dict[str, Any]]:
    done = typed("keys", "list", "--json")
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def under(what: str) -> dict[int, int]:
    return {one["key"]: one["under"][what] for one in listed()}


def keys_now(town: Town) -> Keys:
    return open_keys(read_config(), town.service.engine)


def test_one_key_has_it_all(office: Town) -> None:
    [only] = listed()
    everybody = len(office.rows(person))
    assert (only["key"], only["here"]) == (1, "wraps")
    assert only["under"] == {**dict.fromkeys(only["under"], 0), "people": everybody, "root": 1}
    shown = typed("keys", "list").stdout
    assert only["fingerprint"] in shown
    assert KEY not in shown


def test_a_key_is_replaced_and_the_old_one_taken_away(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    before, everybody = office.service.keys, len(office.rows(person))
    office.service.spool.put(1.0, "id", b"kept")

    given(monkeypatch, NEW, KEY)
    assert [(one["key"], one["here"]) for one in listed()] == [(1, "opens"), (2, "wraps")]
    done = typed("keys", "rotate")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{everybody} rows and 1 kept messages are under key 2 now.\n"
    for what, count in (("people", everybody), ("root", 1), ("spool", 1)):
        assert under(what) == {1: 0, 2: count}

    given(monkeypatch, NEW)
    after = keys_now(office)
    with office.service.reads.begin() as conn:
        her = people.by_phone(conn, after, MEMBER)
    assert her
    assert her.phone == MEMBER
    assert after.public_key("card") == before.public_key("card")
    assert typed("ledger", "verify").exit_code == 0
    kept = Spool(office.config.data_dir / "spool", after.service)
    assert [one.data for one in kept.waiting()] == [b"kept"]
    with pytest.raises(Unreadable):
        before.person_key(wrapped(office))


def wrapped(town: Town) -> bytes:
    """The newest person's key, as it is stored."""
    key: bytes = town.rows(person)[-1].wrapped_key
    return key


def test_processes_that_have_both_keys_go_on_meanwhile(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, KEY, NEW)
    beside = keys_now(office)
    given(monkeypatch, NEW, KEY)
    assert typed("keys", "rotate").exit_code == 0
    with office.service.engine.begin() as conn:
        her = people.by_phone(conn, beside, MEMBER)
        assert her
        assert her.phone == MEMBER
        people.find_or_add(conn, beside, "+919000000001", "en", "twilio", 1.0)
    assert under("people")[1] == 0, "who was not started anew writes under the new key all the same"
    given(monkeypatch, NEW)
    after = keys_now(office)
    with office.service.reads.begin() as conn:
        newest = people.by_phone(conn, after, "+919000000001")
    assert newest
    assert newest.phone == "+919000000001"


def test_a_process_that_has_the_old_key_alone_writes_nothing_that_is_lost_with_it(
    office: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, NEW, KEY)
    assert typed("keys", "rotate").exit_code == 0
    with (
        office.service.engine.begin() as conn,
        pytest.raises(NotItsKeys, match="service key 1 of this process was replaced"),
    ):
        people.find_or_add(conn, office.service.keys, "+919000000001", "en", "twilio", 1.0)


def test_a_key_that_a_process_of_an_earlier_release_still_wrote_under_is_not_taken_away(
    office: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, NEW, KEY)
    assert typed("keys", "rotate").exit_code == 0
    with office.service.engine.begin() as conn:
        late = Keys(base64.b64decode(KEY), numbers=[1]).new_person_key()
        conn.execute(update(person).where(person.c.id == office.rows(person)[0].id).values(wrapped_key=late))
    given(monkeypatch, NEW)
    with pytest.raises(ConfigError, match="service key 1 of this database is missing"):
        keys_now(office)
    given(monkeypatch, NEW, KEY)
    assert typed("keys", "rotate").stdout.startswith("1 rows ")
    given(monkeypatch, NEW)
    assert keys_now(office).numbers == (2,)


def test_a_key_is_not_taken_away_too_early(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, NEW, KEY)
    keys_now(office)
    given(monkeypatch, NEW)
    with pytest.raises(ConfigError, match="service key 1 of this database is missing"):
        keys_now(office)


def test_what_was_cut_off_goes_on_where_it_was(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BLOCK", 2)
    given(monkeypatch, NEW, KEY)
    keys, everybody = keys_now(office), len(office.rows(person))
    with office.service.engine.begin() as conn:
        assert rotation.rotate_block(conn, keys, PEOPLE, 0).changed == 2
    assert under("people") == {1: everybody - 2, 2: 2}
    assert typed("keys", "rotate").stdout.startswith(f"{everybody - 2} rows ")


def test_whoever_is_forgotten_in_between_stays_so(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, NEW, KEY)
    keys = keys_now(office)
    rewrapped = Keys.rewrapped

    def forgotten_meanwhile(self: Keys, sealed: bytes) -> bytes:
        # as another transaction would that came first: PostgreSQL looks at the row anew when it is its turn
        conn.execute(update(person).where(person.c.wrapped_key == sealed).values(wrapped_key=None))
        return rewrapped(self, sealed)

    monkeypatch.setattr(Keys, "rewrapped", forgotten_meanwhile)
    with office.service.engine.begin() as conn:
        block = rotation.rotate_block(conn, keys, PEOPLE, 0)
        nobody = conn.execute(select(func.count()).where(person.c.wrapped_key.is_not(None))).scalar_one()
    assert block == Block(last=office.rows(person)[-1].id, changed=0, unreadable=0)
    assert nobody == 0


def test_a_row_under_a_key_that_is_nowhere_is_told_and_left_as_it_is(
    office: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Keys(b"l" * 32, numbers=[1]).new_person_key()
    with office.service.engine.begin() as conn:
        conn.execute(update(person).where(person.c.id == office.rows(person)[0].id).values(wrapped_key=lost))
    given(monkeypatch, NEW, KEY)
    done = typed("keys", "rotate")
    assert done.exit_code == 1
    assert "1 rows are under a key that is not here; add it to privacy.key, behind the first." in done.stderr
    assert "still under another key: 1 people" in done.stderr
    given(monkeypatch, NEW)
    with pytest.raises(ConfigError, match="service key 1"):
        keys_now(office)


def farewell_waits(conn: Connection, town: Town) -> None:
    sealed = outbox.farewell(town.service.keys, MEMBER, "You are forgotten.")
    newest = select(func.max(messages.c.id)).scalar_subquery()
    conn.execute(update(messages).where(messages.c.id == newest).values(farewell_sealed=sealed))


def test_the_last_text_of_a_forgotten_person_is_taken_along(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.service.engine.begin() as conn:
        farewell_waits(conn, office)
    given(monkeypatch, NEW, KEY)
    assert typed("keys", "rotate").exit_code == 0
    assert under("farewells") == {1: 0, 2: 1}
    sealed = office.rows(messages)[-1].farewell_sealed
    given(monkeypatch, NEW)
    assert keys_now(office).service.decrypt(outbox.FAREWELL, sealed) == f"{MEMBER}\nYou are forgotten."


def test_forgotten_people_have_no_key_to_rotate(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.service.engine.begin() as conn:
        her = people.by_phone(conn, office.service.keys, MEMBER)
        assert her
        erasure.forget(conn, office.service.keys, her, 1.0)
    everybody = len(office.rows(person))
    given(monkeypatch, NEW, KEY)
    assert typed("keys", "rotate").exit_code == 0
    assert under("people") == {1: 0, 2: everybody - 1}


def test_all_that_is_kept_on_this_machines_disk_comes_along(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = office.service.spool
    monkeypatch.setattr(spool, "MAX_TRIES", 1)
    folder.failed(folder.put(1.0, "aside", b"set aside"), 1.0)
    folder.put(2.0, "waits", b"waits")
    given(monkeypatch, NEW, KEY)
    assert " and 2 kept messages are under key 2 now." in typed("keys", "rotate").stdout
    after = Spool(office.config.data_dir / "spool", Keys(bytes.fromhex(NEW), numbers=[2]).service)
    assert sorted(one.data for one in after.kept()) == [b"set aside", b"waits"]
    assert " and 0 kept messages" in typed("keys", "rotate").stdout
