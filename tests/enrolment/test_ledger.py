"""The ledger as a chain: whoever changes, deletes or rewrites a decision is found, whatever he has in his hands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update

from sms_service.enrolment import ledger, ledger_heads, ledger_members, ledger_notes, ledger_notices
from sms_service.enrolment.ledger import Fault
from sms_service.enrolment.ledger_notes import Head
from sms_service.enrolment.numbers import written
from sms_service.privacy import KEY_BYTES, Keys
from sms_service.service import open_keys
from sms_service.store.tables import consent, installation, ledger_head, ledger_link, member, notice, registration
from tests.town import Town

THREE = {"9876543210": "ABC1234567 Ram Kumar", "9812345678": "ABD1234568 Sita Devi", "9898989898": "ABE1234569 Hari Om"}


CUT = "a head of link 3 was kept, and there is no such link: the chain ends at 2"
REWRITTEN = "the head that was kept is another one: the chain was rewritten up to here"
OTHER_KEYS = Keys(b"o" * KEY_BYTES)


@pytest.fixture
def decided(any_town: Town) -> Town:
    """Three people said yes, and their decisions are chained."""
    for phone, who in THREE.items():
        any_town.enroler.texts(f"REG {phone} 12 {who}")
        any_town.phone(f"+91{phone}").texts("yes")
    assert len(any_town.rows(consent)) == 3
    with any_town.service.engine.begin() as conn:
        assert ledger.chain(conn, any_town.service.keys) == 3
    return any_town


def faults(town: Town, *known: Head) -> list[Fault]:
    """What is wrong with the rows, then with the notices that they name, then with the members who stand on them."""
    with town.service.engine.connect() as conn:
        found = [one for one in ledger.faults(conn, town.service.keys, known) if isinstance(one, Fault)]
        found += ledger_notices.faults(conn)
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


def anew(conn: Connection, keys: Keys) -> None:
    """The chain is taken away by somebody who has our key, and begins from nothing."""
    conn.execute(delete(ledger_link))
    value = ledger_notes.note(keys, ledger_notes.NEWEST, Head(0, ledger_notes.GENESIS))
    conn.execute(update(installation).where(installation.c.name == ledger_notes.NEWEST).values(value=value))


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
            ledger.chain(conn, town.service.keys)
        conn.execute(update(consent).values({column: changed(getattr(row, column), column)}))
    found = faults(town)
    assert [one.row for one in found][:1] == [row.id]
    assert found[0].problem.startswith("it is not as it was" if chained else "it was changed")


@pytest.mark.parametrize("column", ["wording_sealed", "mac"])
def test_text_in_a_column_of_bytes_is_named(town: Town, column: str) -> None:
    town.enrols()
    town.sweep()
    with unguarded(town) as conn:
        conn.execute(text(f"UPDATE consent SET {column} = 'text'"))
    assert [(one.row, one.problem) for one in faults(town)] == [(1, "it is not as it was when it was chained")]


def test_the_first_broken_row_is_named_first(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(update(consent).where(consent.c.id > 1).values(language="xx"))
    assert [(one.row, one.seq) for one in faults(decided)] == [(2, 2), (3, 3)]


def test_a_deleted_decision_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
    assert faults(decided)[0] == Fault(2, 2, "it was deleted")


def test_a_decision_taken_away_with_its_link_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 2))
    assert [one.problem for one in faults(decided)] == [
        "1 links of the chain are missing before link 3",
        "the chain does not fit what comes before it",
        f"registration {decided.rows(registration)[1].ref} is confirmed, and there is no member of it",
    ]


def test_the_newest_decision_taken_away_leaves_a_member_without_her_yes(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 3))
        conn.execute(delete(consent).where(consent.c.id == 3))
    assert faults(decided) == [
        Fault(0, 3, "a head of link 3 was kept, and there is no such link: the chain ends at 2"),
        Fault(3, 0, f"member {written(3)} stands on it, and it is no yes of hers"),
    ]


def test_a_member_who_stands_on_the_yes_of_another_is_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.number == 2))
        conn.execute(update(member).where(member.c.number == 1).values(consent_id=2))
    assert faults(decided) == [
        Fault(2, 0, "member 0000013 stands on it, and it is no yes of hers"),
        Fault(2, 0, "it is a yes that counts, and there is no member who stands on it"),
    ]


def forged(town: Town, mac: bytes | None) -> int:
    """A member out of nothing, by somebody who may write to the database as it is, triggers and all, and has no key: her yes,
    her registration, herself. The id of the yes."""
    town.enroler.texts("REG 9765432109 12 ABF1234560 Gita Rai")
    with town.service.engine.begin() as conn:
        hers = conn.execute(select(registration).where(registration.c.status == "waiting")).one()
        yes = conn.execute(select(consent).limit(1)).one()._asdict()
        yes |= {"person_id": hers.person_id, "registration_id": hers.id, "turn_no": 99, "inbound_id": "x", "mac": mac}
        yes |= {"reply_sealed": b"x", "wording_sealed": b"x", "from_sealed": None}
        del yes["id"]
        [made] = conn.execute(insert(consent).values(yes)).inserted_primary_key or (0,)
        conn.execute(update(registration).where(registration.c.id == hers.id).values(status="confirmed"))
        one = conn.execute(select(member).order_by(member.c.number.desc()).limit(1)).one()._asdict()
        one |= {
            "number": one["number"] + 1,
            "person_id": hers.person_id,
            "registration_id": hers.id,
            "consent_id": made,
        }
        conn.execute(insert(member).values(one))
    return int(made)


@pytest.mark.parametrize("mac", [None, b"x" * 32, "of another"])
@pytest.mark.parametrize("swept", [False, True])
def test_a_decision_made_up_by_somebody_without_our_key_is_found_swept_or_not(
    decided: Town, mac: bytes | str | None, swept: bool
) -> None:
    made = forged(decided, decided.rows(consent)[0].mac if isinstance(mac, str) else mac)
    if swept:
        decided.sweep()
    [fault] = faults(decided)
    assert (fault.row, bool(fault.seq), "without our key" in fault.problem) == (made, swept, True)
    with decided.service.reads.begin() as conn:
        assert "without our key" in ledger.held(conn, decided.service.keys, made).problem


@pytest.mark.parametrize("mac", [None, b"x" * 32, "its own"])
def test_what_was_sealed_again_before_the_sweeper_came_is_found_after_it(town: Town, mac: bytes | str | None) -> None:
    town.enrols()
    with unguarded(town) as conn:
        change = {"wording_sealed": b"x"} | ({} if isinstance(mac, str) else {"mac": mac})
        conn.execute(update(consent).values(change))
    town.sweep()
    [fault] = faults(town)
    assert (fault.row, fault.seq, "without our key" in fault.problem) == (1, 1, True)


def without_mac(town: Town) -> None:
    """The three decisions as a release before revision 0004 left them; nobody has settled up to where."""
    with unguarded(town) as conn:
        conn.execute(delete(ledger_link))
        conn.execute(
            delete(installation).where(installation.c.name.in_((ledger_notes.WITHOUT_MAC, ledger_notes.NEWEST)))
        )
        conn.execute(update(consent).values({"mac": None, **dict(zip(ledger.LATER, ledger.NOTHING, strict=True))}))


def test_decisions_of_a_release_without_macs_are_settled_once_and_none_can_be_added(decided: Town) -> None:
    service = decided.service
    without_mac(decided)
    open_keys(decided.config, service.engine)
    assert faults(decided) == []
    with service.reads.begin() as conn:
        assert ledger_notes.noted(conn, service.keys, ledger_notes.WITHOUT_MAC) == (ledger.head(conn), "")
        assert [ledger.held(conn, service.keys, one).problem for one in (1, 2, 3)] == [""] * 3
    made = forged(decided, None)
    open_keys(decided.config, service.engine)  # another process starts
    decided.sweep()
    assert faults(decided) == [Fault(made, 4, ledger.WITHOUT_MAC)]


def test_a_row_put_in_among_those_without_macs_does_not_fit_the_head_that_was_noted(decided: Town) -> None:
    """In a gap that a transaction left which was taken back; the chain is made anew, right in every hash."""
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 2))
        other = conn.execute(select(consent).where(consent.c.id == 2)).one()._asdict()
        conn.execute(delete(consent).where(consent.c.id == 2))
    without_mac(decided)
    open_keys(decided.config, decided.service.engine)
    with unguarded(decided) as conn:
        conn.execute(insert(consent).values({**other, "mac": None}))
        conn.execute(delete(ledger_link))
        ledger.chain(conn, decided.service.keys)
    assert "the head that was kept is another one: the chain was rewritten up to here" in [
        one.problem for one in faults(decided)
    ]


@pytest.mark.parametrize("how", ["deleted", "of another link", "cut"])
def test_a_note_that_was_deleted_or_changed_excuses_nothing_and_is_not_written_anew(decided: Town, how: str) -> None:
    made = forged(decided, None)
    decided.sweep()
    with decided.service.engine.begin() as conn:
        mine = installation.c.name == ledger_notes.WITHOUT_MAC
        note = conn.execute(select(installation.c.value).where(mine)).scalar_one()
        if how == "deleted":
            conn.execute(delete(installation).where(mine))
        else:
            value = bytes(7) + b"\x09" + note[8:] if how == "of another link" else note[:-1]
            conn.execute(update(installation).where(mine).values(value=value))
    open_keys(decided.config, decided.service.engine)
    wrong = [] if how == "deleted" else [Fault(0, 0, ledger_notes.NOT_OURS[ledger_notes.WITHOUT_MAC])]
    assert faults(decided) == [*wrong, Fault(made, 4, ledger.WITHOUT_MAC)]


def test_a_decision_that_is_too_old_to_be_chained_is_named(decided: Town) -> None:
    """What has no link can be taken away unseen."""
    with unguarded(decided) as conn:
        anew(conn, decided.service.keys)
        ours = conn.execute(select(consent).where(consent.c.id == 3)).one()._asdict()
        conn.execute(delete(member).where(member.c.consent_id == 3))
        conn.execute(delete(consent).where(consent.c.id == 3))
        conn.execute(insert(consent).values({**ours, "id": ledger.LATE + 2}))  # its id is not in the mac
        last = {"number": 3, "consent_id": ledger.LATE + 2, "person_id": ours["person_id"], "area_id": 1}
        last |= {"registration_id": ours["registration_id"], "status": "valid", "since": 1.0}
        conn.execute(insert(member).values(last))
        first = conn.execute(select(consent).where(consent.c.id == 1)).one()._asdict()
        conn.execute(delete(consent).where(consent.c.id == 1))
        assert ledger.chain(conn, decided.service.keys) == 2
        conn.execute(insert(consent).values({**first, "id": 1}))
    with decided.service.reads.begin() as conn:
        assert not ledger.is_behind(conn)
    assert [one for one in faults(decided) if one.row == 1] == [Fault(1, 0, ledger.NEVER_CHAINED)]


def test_a_decision_that_commits_late_is_chained_though_nothing_newer_comes(decided: Town) -> None:
    with unguarded(decided) as conn:
        late = conn.execute(select(consent).where(consent.c.id == 2)).one()._asdict()
        held_by = conn.execute(select(member).where(member.c.consent_id == 2)).one()._asdict()
        anew(conn, decided.service.keys)
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
        ledger.chain(conn, decided.service.keys)
        conn.execute(insert(consent).values(late))
        conn.execute(insert(member).values(held_by))
    decided.sweep()
    assert [row.consent_id for row in decided.rows(ledger_link)] == [1, 3, 2]
    assert faults(decided) == []


def test_a_head_that_somebody_kept_counts_beside_one_of_the_same_link_that_was_signed_anew(decided: Town) -> None:
    """Who has our key writes the chain anew, and the heads of days beside it; not what others hold."""
    keys = decided.service.keys
    with decided.service.reads.begin() as conn:
        kept = ledger.head(conn)
    with unguarded(decided) as conn:
        row = conn.execute(select(consent).where(consent.c.id == 1)).one()._asdict() | {"verdict": "2"}
        new = {"verdict": "2", "mac": keys.ledger_mac(ledger.digest(row))}
        conn.execute(update(consent).where(consent.c.id == 1).values(new))
        anew(conn, decided.service.keys)
        ledger.chain(conn, decided.service.keys)
        remade = ledger.head(conn)
    for known in ((kept, remade), (remade, kept)):
        assert [one.problem for one in faults(decided, *known)] == [
            "the head that was kept is another one: the chain was rewritten up to here"
        ]


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
        anew(conn, decided.service.keys)
        ledger.chain(conn, decided.service.keys)
    assert faults(decided) == []
    assert faults(decided, kept) == [
        Fault(3, 3, "the head that was kept is another one: the chain was rewritten up to here")
    ]


def test_a_chain_whose_end_was_cut_off_does_not_reach_the_link_that_is_noted(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.consent_id == 3))
        conn.execute(delete(consent).where(consent.c.id == 3))
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 3))
    assert faults(decided)[0] == Fault(0, 3, CUT)


def test_what_is_decided_later_is_chained_later_and_nothing_twice(decided: Town) -> None:
    with decided.service.engine.begin() as conn:
        assert ledger.chain(conn, decided.service.keys) == 0
    decided.enroler.texts("REG 9765432109 12 ABF1234560 Gita Rai")
    decided.phone("+919765432109").texts("no")
    with decided.service.engine.begin() as conn:
        assert ledger.is_behind(conn)
        assert ledger.chain(conn, decided.service.keys) == 1
    assert [row.consent_id for row in decided.rows(ledger_link)] == [1, 2, 3, 4]
    assert faults(decided) == []


def test_a_decision_that_committed_after_one_with_a_higher_number_is_chained_too(decided: Town) -> None:
    with unguarded(decided) as conn:
        anew(conn, decided.service.keys)
        late = conn.execute(select(consent).where(consent.c.id == 2)).one()._asdict()
        held_by = conn.execute(select(member).where(member.c.consent_id == 2)).one()._asdict()
        conn.execute(delete(member).where(member.c.consent_id == 2))
        conn.execute(delete(consent).where(consent.c.id == 2))
        assert ledger.chain(conn, decided.service.keys) == 2
        conn.execute(insert(consent).values(late))
        conn.execute(insert(member).values(held_by))
        assert ledger.chain(conn, decided.service.keys) == 1
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


# --- the chain made anew by somebody without our key --------------------------------------------------------------


def refuses(town: Town) -> int:
    """Somebody says no, and it is chained. The id of that decision."""
    town.enroler.texts("REG 9765432109 12 ABF1234560 Gita Rai")
    town.phone("+919765432109").texts("no")
    town.sweep()
    return int(town.rows(consent)[-1].id)


@pytest.mark.parametrize("macs", [None, "of another key"])
def test_a_refusal_taken_away_and_the_chain_made_anew_is_found(decided: Town, macs: str | None) -> None:
    """All heads with it: what is left to hold the chain against is what was noted under our key."""
    refused = refuses(decided)
    decided.phone("+919812345678").texts("LEAVE")
    decided.phone("+919812345678").texts("1")
    decided.sweep()
    with unguarded(decided) as conn:
        conn.execute(delete(consent).where(consent.c.id == refused))
        conn.execute(delete(ledger_link))
        conn.execute(delete(ledger_head))
        ledger.chain(conn, OTHER_KEYS)
        if macs is None:
            conn.execute(update(ledger_link).values(mac=None))
    missing = CUT.replace("link 3", "link 5").replace("at 2", "at 4")
    wrong = [] if macs is None else [(seq, ledger.NOT_OUR_LINK) for seq in range(1, 5)]
    assert [(one.seq, one.problem) for one in faults(decided)] == [*wrong, (5, missing)]


def test_what_was_decided_since_does_not_cover_up_for_a_chain_made_anew(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(ledger_link))
        ledger.chain(conn, OTHER_KEYS)
        conn.execute(update(ledger_link).where(ledger_link.c.seq == 3).values(head=b"x" * 32))
        conn.execute(update(ledger_link).values(mac=None))
    refuses(decided)
    assert REWRITTEN in [one.problem for one in faults(decided)]


def test_a_withdrawal_taken_away_on_the_same_day_is_found_and_stays_so(decided: Town) -> None:
    decided.phone("+919812345678").texts("LEAVE")
    decided.phone("+919812345678").texts("1")
    decided.sweep()
    with unguarded(decided) as conn:
        conn.execute(delete(consent).where(consent.c.id == 4))
        conn.execute(delete(ledger_link).where(ledger_link.c.seq == 4))
        conn.execute(update(member).where(member.c.number == 2).values(status="valid"))
    assert [one.problem for one in faults(decided)] == [CUT.replace("link 3", "link 4").replace("at 2", "at 3")]
    refuses(decided)
    assert [one.problem for one in faults(decided)] == [REWRITTEN]


def test_all_links_taken_away_are_found(decided: Town) -> None:
    with unguarded(decided) as conn:
        conn.execute(delete(ledger_link))
    assert faults(decided) == [Fault(0, 3, CUT.replace("at 2", "at 0"))]
    decided.sweep()  # the chain as it was: nothing is lost
    assert faults(decided) == []


@pytest.mark.parametrize("what", ["taken away", "of another key", "put back"])
def test_the_note_of_the_newest_link_excuses_nothing_and_is_not_written_anew(decided: Town, what: str) -> None:
    mine = installation.c.name == ledger_notes.NEWEST
    with decided.service.engine.begin() as conn:
        earlier = conn.execute(select(installation.c.value).where(mine)).scalar_one()
    refuses(decided)
    with decided.service.engine.begin() as conn:
        if what == "taken away":
            conn.execute(delete(installation).where(mine))
        else:
            forged = ledger_notes.note(OTHER_KEYS, ledger_notes.NEWEST, Head(1, b"x" * 32))
            conn.execute(update(installation).where(mine).values(value=earlier if what == "put back" else forged))
    said = {
        "taken away": ledger_notes.GONE,
        "of another key": ledger_notes.NOT_OURS[ledger_notes.NEWEST],
        "put back": ledger_notes.PUT_BACK,
    }
    assert [one.problem for one in faults(decided)] == [said[what]]
    open_keys(decided.config, decided.service.engine)  # another process starts
    decided.sweep()
    assert [one.problem for one in faults(decided)] == [said[what]]


def test_a_link_that_the_sweeper_of_the_release_before_wrote_has_no_mac_and_is_no_fault(decided: Town) -> None:
    with unguarded(decided) as conn:
        value = ledger_notes.note(decided.service.keys, ledger_notes.NEWEST, Head(2, decided.rows(ledger_link)[1].head))
        conn.execute(update(ledger_link).where(ledger_link.c.seq == 3).values(mac=None))
        conn.execute(update(installation).where(installation.c.name == ledger_notes.NEWEST).values(value=value))
    assert faults(decided) == []
    refuses(decided)
    assert faults(decided) == []


@pytest.mark.parametrize("column", ["digest", "head", "mac"])
def test_a_link_that_was_edited_is_named(decided: Town, column: str) -> None:
    with unguarded(decided) as conn:
        conn.execute(update(ledger_link).where(ledger_link.c.seq == 2).values({column: b"x" * 32}))
    assert (faults(decided)[0].row, faults(decided)[0].seq) == (2, 2)
    with decided.service.reads.begin() as conn:
        assert ledger.held(conn, decided.service.keys, 2).problem


# --- the notices that decisions were taken under --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (delete(notice), "is missing"),
        (update(notice).values(hash="0" * 64), "is missing"),
        (update(notice).values(text="We sell your data."), "was changed"),
        (update(notice).values(language="xx"), "is in another language than hers"),
        (update(notice).values(since=4e9), "was not in force yet"),
    ],
)
def test_a_notice_that_is_not_as_it_was_is_named_with_the_first_decision_under_it(
    decided: Town, edit: Any, said: str
) -> None:
    with unguarded(decided) as conn:
        conn.execute(edit)
    assert faults(decided) == [Fault(1, 0, f"the notice that it was taken under {said}")]


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
    assert ledger_heads.from_json(told, keys) == closed
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


def test_a_member_who_was_moved_is_found_and_one_who_moved_herself_is_none(decided: Town) -> None:
    decided.phone("+919812345678").texts("FIX BOOTH 13")
    assert decided.rows(member)[1].area_id != decided.rows(member)[0].area_id
    assert faults(decided) == []
    there = decided.rows(member)[1].area_id
    with unguarded(decided) as conn:
        conn.execute(update(member).where(member.c.number == 1).values(area_id=there))
        conn.execute(update(member).where(member.c.number == 3).values(area_id=there))
        conn.execute(update(registration).where(registration.c.id == 3).values(area_id=there))
    assert faults(decided) == [
        Fault(1, 0, "of member 0000013: she and her registration are of different areas"),
        Fault(3, 0, f"of member {written(3)}: she is of another area than the decision says"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("status", "expired", "her registration is expired"),
        ("person_id", 1, "her registration is another person's"),
        ("enroler_id", None, "her registration names another enroler than the decision"),
    ],
)
def test_a_registration_that_is_not_what_the_decision_says_is_found(
    decided: Town, column: str, value: Any, said: str
) -> None:
    with unguarded(decided) as conn:
        conn.execute(update(registration).where(registration.c.id == 2).values({column: value}))
    assert faults(decided) == [Fault(2, 0, f"of member 0000021: {said}")]


@pytest.mark.parametrize("status", ["confirmed", "refused"])
def test_a_former_member_who_was_taken_away_is_found(decided: Town, status: str) -> None:
    decided.phone("+919812345678").texts("LEAVE")
    decided.phone("+919812345678").texts("1")
    with unguarded(decided) as conn:
        conn.execute(delete(member).where(member.c.number == 2))
        conn.execute(update(registration).where(registration.c.id == 2).values(status=status))
    assert faults(decided) == [Fault(4, 0, "it ends a membership, and there is no member who had it")]


def test_a_registration_that_is_counted_as_confirmed_without_a_yes_is_found(decided: Town) -> None:
    refused = refuses(decided)
    ref = decided.rows(registration)[3].ref
    with unguarded(decided) as conn:
        conn.execute(update(registration).where(registration.c.ref == ref).values(status="confirmed"))
    assert faults(decided) == [Fault(refused, 0, f"registration {ref} is confirmed, and there is no member of it")]


# --- releases side by side -----------------------------------------------------------------------------------------


def test_a_row_that_the_sweeper_of_the_release_before_chained_is_sound_and_its_new_columns_are_guarded(
    town: Town,
) -> None:
    """That release knows nothing of the columns since: what it chains is the rest of the row, with its mac."""
    town.enrols()
    town.member.texts("FIX BOOTH 13")
    with unguarded(town) as conn:
        ledger.chain(conn, town.service.keys)
        row = conn.execute(select(consent.c.mac, *ledger.COVERED).where(consent.c.id == 2)).one()
        mac, *covered = row
        older = ledger._linked(ledger._digest([*covered[: ledger.BEFORE], *ledger.NOTHING]), mac)
        before = conn.execute(select(ledger_link.c.head).where(ledger_link.c.seq == 1)).scalar_one()
        chained = {"digest": older, "head": ledger._next(before, 2, 2, older), "mac": None}
        end = ledger_notes.note(town.service.keys, ledger_notes.NEWEST, Head(1, before))
        conn.execute(update(installation).where(installation.c.name == ledger_notes.NEWEST).values(value=end))
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
