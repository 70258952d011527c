"""The ledger as a chain: whoever changes, deletes or rewrites a decision is found, whatever he has in his hands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update

from sms_service.enrolment import ledger, ledger_heads, ledger_members
from sms_service.enrolment.ledger import Fault, Head
from sms_service.enrolment.numbers import written
from sms_service.store.tables import consent, ledger_head, ledger_link, member, registration
from tests.town import Town

THREE = {"9876543210": "ABC1234567 Ram Kumar", "9812345678": "ABD1234568 Sita Devi", "9898989898": "ABE1234569 Hari Om"}


@pytest.fixture
def decided(any_town: Town) -> Town:
    """Three people said yes, and their decisions are chained."""
    for phone, who in THREE.items():
        any_town.enroler.texts(f"REG {phone} 12 {who}")
        any_town.phone(f"+91{phone}").texts("yes")
    assert len(any_town.rows(consent)) == 3
    with any_town.service.engine.begin() as conn:
        assert ledger.chain(conn) == 3
    return any_town


def faults(town: Town, *known: Head) -> list[Fault]:
    """What is wrong with the rows, then with the members who stand on them."""
    with town.service.engine.connect() as conn:
        found = [one for one in ledger.faults(conn, town.service.keys, known) if isinstance(one, Fault)]
        return found + list(ledger_members.faults(conn, ledger_members.figures(conn)))


@contextmanager
def unguarded(town: Town) -> Iterator[Connection]:
    """The database in the hands of somebody who may do anything with it: no triggers, no foreign keys."""
    engine = create_engine(town.service.engine.url)
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SET session_replication_role = replica"))
            yield conn
        else:
            triggers = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for one in triggers:
                conn.execute(text(f"DROP TRIGGER {one.name}"))
            yield conn
            for one in triggers:
                conn.exec_driver_sql(one.sql)
    engine.dispose()


def test_a_ledger_that_nobody_touched_has_no_fault(decided: Town) -> None:
    assert faults(decided) == []
    with decided.service.reads.begin() as conn:
        assert ledger.head(conn).seq == 3
        assert not ledger.is_behind(conn)


def changed(value: Any, column: str) -> Any:
    """The same, with one bit or sign another; of what is not there, the least that could be."""
    if value is None:
        return b"" if column.endswith("_sealed") else 0.0
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"
    return value + 1


@pytest.mark.parametrize("column", [column.name for column in consent.columns if column.name != "id"])
@pytest.mark.parametrize("chained", [True, False])
def test_an_edit_of_any_column_is_found_at_once(town: Town, column: str, chained: bool) -> None:
    town.enrols()
    [row] = town.rows(consent)
    with unguarded(town) as conn:
        if chained:
            ledger.chain(conn)
        conn.execute(update(consent).values({column: changed(getattr(row, column), column)}))
    found = faults(town)
    assert [one.row for one in found][:1] == [row.id]
    assert found[0].problem.startswith("it is not as it was" if chained else "it was changed")


def test_the_first_broken_row_is_named_first(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(update(consent).where(consent.c.id > 1).values(language="xx"))
    assert [(one.row, one.seq) for one in faults(decided)] == [(2, 2), (3, 3)]


def test_a_deleted_decision_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
    assert faults(decided) == [Fault(2, 2, "it was deleted")]


def test_a_decision_taken_away_with_its_link_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 2))
    assert [one.problem for one in faults(decided)] == [
        "1 links of the chain are missing before link 3",
        "the chain does not fit what comes before it",
    ]


def test_the_newest_decision_taken_away_leaves_a_member_without_her_yes(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 3))
        conn.execute(delete(consent).where(consent.c.id == 3))
    assert faults(decided) == [Fault(3, 0, f"member {written(3)} stands on it, and it is no yes of hers")]


def test_a_member_who_stands_on_the_yes_of_another_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.number == 2))
        conn.execute(update(member).where(member.c.number == 1).values(consent_id=2))
    assert faults(decided) == [
        Fault(2, 0, "member 0000013 stands on it, and it is no yes of hers"),
        Fault(2, 0, "it is a yes that counts, and there is no member who stands on it"),
    ]


def test_a_decision_made_up_by_somebody_without_our_key_is_found(decided: Town) -> None:
    [row, *_] = decided.rows(consent)
    for mac in (b"x" * 32, None):
        with unguarded(decided) as conn:
            conn.execute(insert(consent).values({**row._asdict(), "id": 9, "turn_no": 99, "mac": mac}))
        [fault] = faults(decided)
        assert (fault.row, "without our key" in fault.problem) == (9, True)
        with unguarded(decided) as conn:
            conn.execute(delete(consent).where(consent.c.id == 9))


def test_a_chain_rewritten_with_our_own_key_does_not_fit_the_head_that_somebody_kept(decided: Town) -> None:
    """Who has the service key too can write a new chain; he cannot take back the head of the day before."""
    keys = decided.service.keys
    with decided.service.reads.begin() as conn:
        kept = ledger.head(conn)
    with unguarded(decided) as conn:
        row = conn.execute(select(consent).where(consent.c.id == 1)).one()._asdict()
        row["verdict"] = "2"
        conn.execute(
            update(consent).where(consent.c.id == 1).values(verdict="2", mac=keys.ledger_mac(ledger.digest(row)))
        )
        conn.execute(delete(ledger_link))
        ledger.chain(conn)
    assert faults(decided) == []
    assert faults(decided, kept) == [
        Fault(3, 3, "the head that was kept is another one: the chain was rewritten up to here")
    ]


def test_a_chain_whose_end_was_cut_off_does_not_reach_the_head_that_somebody_kept(decided: Town) -> None:
    with decided.service.reads.begin() as conn:
        kept = ledger.head(conn)
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 3))
        conn.execute(delete(consent).where(consent.c.id == 3))
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 3))
    assert faults(decided) == []
    assert [one.problem for one in faults(decided, kept)] == [
        "a head of link 3 was kept, and there is no such link: the chain ends at 2"
    ]


def test_what_is_decided_later_is_chained_later_and_nothing_twice(decided: Town) -> None:
    with decided.service.engine.begin() as conn:
        assert ledger.chain(conn) == 0
    decided.enroler.texts("REG 9765432109 12 ABF1234560 Gita Rai")
    decided.phone("+919765432109").texts("no")
    with decided.service.engine.begin() as conn:
        assert ledger.is_behind(conn)
        assert ledger.chain(conn) == 1
    assert [row.consent_id for row in decided.rows(ledger_link)] == [1, 2, 3, 4]
    assert faults(decided) == []


def test_a_decision_that_committed_after_one_with_a_higher_number_is_chained_too(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(ledger_link))
        late = conn.execute(select(consent).where(consent.c.id == 2)).one()._asdict()
        held_by = conn.execute(select(member).where(member.c.consent_id == 2)).one()._asdict()
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
        assert ledger.chain(conn) == 2
        conn.execute(insert(consent).values(late))
        conn.execute(insert(member).values(held_by))
        assert ledger.chain(conn) == 1
    assert [row.consent_id for row in decided.rows(ledger_link)] == [1, 3, 2]
    assert faults(decided) == []


def test_the_evidence_tells_who_entered_her_and_how_far_the_question_had_come(any_town: Town) -> None:
    any_town.enrols()
    [row] = any_town.rows(consent)
    [made] = any_town.rows(member)
    assert row.entered_by.startswith('{"enroler":')
    assert f'"areas":[{made.area_id},' in row.entered_by
    assert row.prompt_status in ("sent", "delivered")
    assert row.prompt_at <= row.at


# --- the head of a day --------------------------------------------------------------------------------------------


def test_the_head_of_a_day_is_signed_once_and_read_back_from_its_file(decided: Town) -> None:
    keys = decided.service.keys
    with decided.service.engine.begin() as conn:
        assert not ledger_heads.is_closed(conn, "2026-11-21")
        closed = ledger_heads.close(conn, keys, "2026-11-21", 5.0)
        assert ledger_heads.is_closed(conn, "2026-11-21")
        assert not ledger_heads.is_closed(conn, "2026-11-22")
        assert ledger_heads.all_closed(conn) == [closed]
        assert closed.head == ledger.head(conn)
    told = ledger_heads.as_json(closed, "XYZ", keys.public_key("ledger"))
    assert ledger_heads.from_json(told, keys) == closed.head
    assert ledger_heads.is_ours(keys, closed)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"decisions": 3', '"decisions": 2', "its signature is not of this service, or the file was changed"),
        ("2026-11-21", "2026-11-20", "its signature is not of this service, or the file was changed"),
        ('"head"', '"hat"', "this is no file of `sms-service ledger head`"),
        ("{", "", "this is no file of `sms-service ledger head`"),
        ('"decisions": 3', '"decisions": null', "this is no file of `sms-service ledger head`"),
    ],
)
def test_a_file_that_is_no_head_of_ours_is_refused(decided: Town, old: str, new: str, why: str) -> None:
    keys = decided.service.keys
    with decided.service.reads.begin() as conn:
        signed = ledger_heads.sign(keys, "2026-11-21", ledger.head(conn))
    told = ledger_heads.as_json(signed, "XYZ", keys.public_key("ledger"))
    with pytest.raises(ledger_heads.NotAHead, match=why):
        ledger_heads.from_json(told.replace(old, new, 1), keys)


def test_the_day_before_is_that_of_utc() -> None:
    assert ledger_heads.day_before(1_795_305_600.0) == "2026-11-21"
    assert ledger_heads.day_before(1_795_305_599.0) == "2026-11-20"


def test_signed_heads_are_evidence(decided: Town) -> None:
    with decided.service.engine.begin() as conn:
        ledger_heads.close(conn, decided.service.keys, "2026-11-21", 5.0)
    for table in (ledger_head, ledger_link):
        with pytest.raises(Exception, match="evidence"), decided.service.engine.begin() as conn:
            conn.execute(delete(table))


# --- members and consents ------------------------------------------------------------------------------------------


def test_a_yes_whose_member_was_taken_away_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.number == 2))
    assert faults(decided) == [Fault(2, 0, "it is a yes that counts, and there is no member who stands on it")]


def test_a_member_who_was_ended_or_left_standing_against_her_newest_decision_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(update(member).where(member.c.number == 1).values(status="withdrawn"))
    decided.phone("+919812345678").texts("LEAVE")
    decided.phone("+919812345678").texts("1")
    with unguarded(decided) as conn:
        conn.execute(update(member).where(member.c.number == 2).values(status="valid"))
    assert [(one.row, one.problem) for one in faults(decided)] == [
        (1, "the newest decision on member 0000013 is given, and her membership is withdrawn"),
        (4, "the newest decision on member 0000021 is withdrawn, and her membership is valid"),
    ]


def test_the_figures_are_counted_from_the_rows_and_fit(decided: Town) -> None:
    decided.phone("+919812345678").texts("LEAVE")
    decided.phone("+919812345678").texts("1")
    decided.enroler.texts("REG 9765432109 12 ABF1234560 Gita Rai")
    decided.phone("+919765432109").texts("no")
    with decided.service.reads.begin() as conn:
        told = ledger_members.figures(conn)
    assert told.decisions == {"membership": {"given": 3, "refused": 1, "withdrawn": 1}}
    assert (told.given, told.withdrawn, told.late, told.members, told.fits) == (2, 1, 0, 2, True)
    assert faults(decided) == []


def test_a_yes_to_a_registration_that_was_over_makes_no_member_and_is_counted_apart(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.number == 2))
        conn.execute(update(registration).where(registration.c.id == 2).values(status="expired"))
    with decided.service.reads.begin() as conn:
        told = ledger_members.figures(conn)
    assert (told.given, told.late, told.members, told.fits) == (3, 1, 2, True)
    assert faults(decided) == []


# --- releases side by side -----------------------------------------------------------------------------------------


def test_a_row_that_the_sweeper_of_the_release_before_chained_is_sound_and_its_new_columns_are_guarded(
    town: Town,
) -> None:
    """That release knows nothing of the columns since: what it chains is the rest of the row, with its mac."""
    town.enrols()
    town.member.texts("FIX BOOTH 13")
    with unguarded(town) as conn:
        ledger.chain(conn)
        row = conn.execute(select(consent.c.mac, *ledger.COVERED).where(consent.c.id == 2)).one()
        mac, *covered = row
        older = ledger._linked(ledger._digest([*covered[: ledger.BEFORE], *ledger.NOTHING]), mac)
        before = conn.execute(select(ledger_link.c.head).where(ledger_link.c.seq == 1)).scalar_one()
        chained = {"digest": older, "head": ledger._next(before, 2, 2, older)}
        conn.execute(update(ledger_link).where(ledger_link.c.seq == 2).values(chained))
    assert faults(town) == []
    with unguarded(town) as conn:
        conn.execute(update(consent).where(consent.c.id == 2).values(change_sealed=b"other"))
    assert [one.problem for one in faults(town)] == [ledger.CHANGED]


def test_a_row_without_the_newer_columns_has_the_digest_that_it_had_before_them(town: Town) -> None:
    town.enrols()
    [row] = town.rows(consent)
    values = row._asdict()
    bare = {**values, **dict(zip(ledger.LATER, ledger.NOTHING, strict=True))}
    older = [bare[one.name] for one in ledger.COVERED[: ledger.BEFORE]]
    assert ledger.digest(bare) == hashlib.sha256(msgspec.msgpack.encode(older)).digest()
