"""A database remembers its service keys and what none of them may change; it begins with none but its own."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select

from sms_service.config import ConfigError, read_config
from sms_service.privacy import Keys, fingerprint, number_of
from sms_service.service import open_keys
from sms_service.store import installation
from sms_service.store.installation import NotItsKeys
from sms_service.store.tables import installation as table
from sms_service.store.tables import person
from tests.town import Town

ONE, TWO, THREE = (bytes([n]) * 32 for n in (1, 2, 3))


def opened(conn: Connection, *masters: bytes) -> Keys:
    return installation.keys_of(conn, masters)


def begun_before(conn: Connection, master: bytes) -> Keys:
    """What a release before revision 0006 left; its keys."""
    conn.execute(insert(table).values(name="key", value=fingerprint(master)))
    return Keys(master)


def test_the_first_key_settles_it(conn: Connection) -> None:
    first = opened(conn, ONE)
    with pytest.raises(NotItsKeys, match="begun with another service key"):
        opened(conn, TWO)
    assert opened(conn, ONE).index("phone", "1") == first.index("phone", "1")
    assert (first.number, first.numbers) == (1, (1,))


def test_the_keys_themselves_are_not_stored(conn: Connection) -> None:
    keys = opened(conn, ONE)
    stored = b"".join(conn.execute(select(table.c.value)).scalars())
    assert ONE not in stored
    assert keys.index("phone", "1") != Keys(ONE).index("phone", "1"), "a key alone, without the database, finds nobody"


def test_a_database_of_an_earlier_release_goes_on_finding_its_people(conn: Connection) -> None:
    before = begun_before(conn, ONE)
    wrapped = before.new_person_key()
    now = opened(conn, ONE)
    assert now.index("phone", "1") == before.index("phone", "1")
    assert now.public_key("card") == before.public_key("card")
    assert now.ledger_mac(b"d") == before.ledger_mac(b"d")
    assert now.person_key(wrapped)
    assert before.person_key(now.new_person_key()), "processes of that release go on beside us"
    assert conn.execute(select(table.c.value).where(table.c.name == "key")).scalar_one() == fingerprint(ONE)


def test_a_database_of_an_earlier_release_may_meet_its_new_key_at_once(conn: Connection) -> None:
    before = begun_before(conn, ONE)
    now = opened(conn, TWO, ONE)
    assert (now.numbers, now.index("phone", "1")) == ((2, 1), before.index("phone", "1"))
    with pytest.raises(NotItsKeys):
        opened(conn, THREE)


def test_an_earlier_release_refuses_a_database_that_was_begun_since(conn: Connection) -> None:
    """It would find nobody there: its hashes come from the service key."""
    opened(conn, ONE)
    assert conn.execute(select(table.c.value).where(table.c.name == "key")).scalar_one() != fingerprint(ONE)


def test_a_new_key_gets_the_next_number_and_changes_nothing_that_must_stay(conn: Connection) -> None:
    one = opened(conn, ONE)
    two = opened(conn, ONE, TWO)
    three = opened(conn, THREE, ONE, TWO)
    assert (two.numbers, three.numbers) == ((1, 2), (3, 1, 2))
    assert one.index("phone", "1") == two.index("phone", "1") == three.index("phone", "1")
    assert one.sign("ledger", b"d") == three.sign("ledger", b"d")


def test_a_machine_that_does_not_have_the_new_key_yet_starts_until_that_wraps(conn: Connection) -> None:
    opened(conn, ONE)
    opened(conn, ONE, TWO)
    assert opened(conn, ONE).numbers == (1,)
    opened(conn, TWO, ONE)
    with pytest.raises(NotItsKeys, match="service key 2 of this database is missing"):
        opened(conn, ONE)


def test_the_old_key_may_be_taken_away_when_nothing_is_under_it(conn: Connection) -> None:
    before = opened(conn, ONE)
    both = opened(conn, TWO, ONE)
    with pytest.raises(NotItsKeys, match=r"service key 1 .* may not be taken away before `sms-service keys rotate`"):
        opened(conn, TWO)
    assert installation.rewrap_root(conn, both)
    assert not installation.rewrap_root(conn, both)
    assert installation.root_number(conn) == 2
    installation.set_over(conn, [1])
    with pytest.raises(NotItsKeys, match="service key 1"):
        opened(conn, TWO)  # whatever was noted: somebody's row is under it
    conn.execute(delete(person))
    after = opened(conn, TWO)
    assert after.index("phone", "1") == before.index("phone", "1")
    assert opened(conn, ONE, TWO).number == 1, "and it may come back"
    with pytest.raises(NotItsKeys, match="service key 1"):
        opened(conn, TWO)


def test_nobody_writes_under_a_key_that_was_closed(conn: Connection) -> None:
    opened(conn, ONE)
    late, both = opened(conn, ONE, TWO), opened(conn, TWO, ONE)
    assert installation.to_write_with(conn, late) is late
    installation.close(conn, [1])
    assert installation.to_write_with(conn, both) is both
    now = installation.to_write_with(conn, late)
    assert (now.number, now.numbers, late.numbers) == (2, (2, 1), (1, 2))
    new = now.new_person_key()
    assert (number_of(new), number_of(now.service.encrypt("c", "x")), number_of(late.new_person_key())) == (2, 2, 1)
    assert late.person_key(new).decrypt("c", both.person_key(new).encrypt("c", "x")) == "x"
    assert now.service.decrypt("c", late.service.encrypt("c", "x")) == "x"
    alone = Keys(ONE, numbers=[1])
    with pytest.raises(NotItsKeys, match="service key 1 of this process was replaced"):
        installation.to_write_with(conn, alone)
    opened(conn, ONE, TWO)
    assert installation.to_write_with(conn, late) is late, "it was brought back, by a start with it as the first"


def test_whoever_closes_a_key_waits_for_those_who_write_under_it(engine: Engine) -> None:
    with engine.begin() as conn:
        keys = opened(conn, ONE)
        opened(conn, TWO, ONE)
    done = list[str]()

    def replace() -> None:
        with engine.begin() as conn:
            installation.close(conn, [1])
        with engine.begin() as conn:
            installation.wait_for_writers(conn, [1])
            done.append("nobody writes")

    with engine.begin() as conn:
        installation.to_write_with(conn, keys)
        replacing = threading.Thread(target=replace)
        replacing.start()
        replacing.join(0.3)
        assert not done
        done.append("written")
    replacing.join()
    assert done == ["written", "nobody writes"]


def test_more_keys_than_a_byte_can_count_are_refused(conn: Connection) -> None:
    opened(conn, ONE)
    conn.execute(insert(table).values(name="key 255", value=b"x"))
    conn.execute(insert(table).values(name="over 255", value=b""))
    with pytest.raises(NotItsKeys, match="had 255 service keys"):
        opened(conn, ONE, TWO)


def test_processes_that_start_together_agree(engine: Engine) -> None:
    together, found = threading.Barrier(4), list[Keys]()

    def start(masters: Sequence[bytes]) -> None:
        together.wait()
        with engine.begin() as conn:
            found.append(installation.keys_of(conn, masters))

    starts = [threading.Thread(target=start, args=([ONE, TWO],)) for _ in range(4)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert [one.numbers for one in found] == [(1, 2)] * 4
    assert len({one.index("phone", "1") for one in found}) == 1


def test_a_process_that_finds_another_one_just_done_with_it_agrees(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(conn, ONE)
    looks = iter([dict[int, bytes]()])  # it looked when nothing had been begun
    fingerprints = installation.fingerprints
    monkeypatch.setattr(installation, "fingerprints", lambda conn: next(looks, fingerprints(conn)))
    assert opened(conn, ONE).index("phone", "1") == first.index("phone", "1")


def test_a_service_with_another_key_does_not_start(any_town: Town) -> None:
    environment = {**any_town.environment, "SMS_SERVICE__PRIVACY__KEY": secrets.token_bytes(32).hex()}
    with pytest.raises(
        ConfigError, match="this database was begun with another service key: set SMS_SERVICE__PRIVACY__KEY"
    ):
        open_keys(read_config(environment), any_town.service.engine)


def test_a_database_that_lost_its_root_is_not_given_another_one(conn: Connection) -> None:
    opened(conn, ONE)
    conn.execute(delete(table).where(table.c.name == "root"))
    with pytest.raises(NotItsKeys, match="the root of this database is damaged or was deleted"):
        opened(conn, ONE)
