"""`sms-service ledger show|list`: what an office clerk reads about one person, and the rows behind a figure."""

from __future__ import annotations

import json

from sqlalchemy import create_engine, text, update

from sms_service.enrolment import ledger_heads
from sms_service.store.tables import consent, registration
from tests.commands.test_ledger import office, typed, write
from tests.enrolment.test_effects_calling import rings
from tests.town import MEMBER, Town
from workers import sweep

__all__ = ["office"]


def test_show_tells_who_was_asked_what_and_answered_what(office: Town) -> None:
    sweep.decisions(office.service)
    [row] = office.rows(consent)
    done = typed("ledger", "show", "0000013")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    for part in (
        "Member 0000013, valid,",
        f"Phone {MEMBER}; name Ram Kumar, voter_id ABC1234567, booth 12",
        "said yes (membership), decision 1",
        f"by message {row.prompt}, at the gateway {row.prompt_gateway_id}",
        "Delivery sent when she answered",
        'Text (en) "XYZ: Anil entered you as Ram Kumar',
        f"Notice {office.config.url}/notice/{row.notice}",
        f"Flow confirm, state ask, version {row.version[:12]}",
        'Answered "1", read as 1',
        f"Numbers from {MEMBER} to -, by handset, {row.inbound_id}",
        "the gateway's not told",
        "Entered by Anil Oraon (..002), sms",
        "Areas Booth 12 (JH-N-RAN-KAN-12) < Kanke (JH-N-RAN-KAN) < Ranchi",
        "Hashes hold; link 1 of the chain, under the signed head of",
    ):
        assert part in told


def test_show_by_reference_in_json_and_for_nobody(office: Town) -> None:
    [saved] = office.rows(registration)
    told = json.loads(typed("ledger", "show", saved.ref.lower(), "--json").stdout)
    assert (told["number"], told["ref"], told["proofs"][0]["answer"]["text"]) == ("0000013", saved.ref, "1")
    for nobody in ("0000021", "Ram", "0000014", ""):
        done = typed("ledger", "show", nobody)
        assert (done.exit_code, "there is no member and no registration" in done.stderr) == (1, True)


def test_show_of_one_whom_nobody_has_heard_yet(office: Town) -> None:
    office.enroler.texts("REG 9812345678 12 ABD1234568 Sita Devi")
    done = typed("ledger", "show", office.rows(registration)[1].ref)
    assert (done.exit_code, "Nobody has decided anything" in done.stdout) == (0, True)


def test_show_of_a_correction_tells_before_and_after(office: Town) -> None:
    office.member.texts("FIX NAME Ram Kumari")
    told = " ".join(typed("ledger", "show", "0000013").stdout.split())
    assert "corrected her data (data), decision 2 Asked by nobody: it was her own text" in told
    assert "Before name Ram Kumar After name Ram Kumari" in told


def test_show_of_a_forgotten_person_has_the_proof_and_nothing_of_her(office: Town) -> None:
    office.member.texts("FIX NAME Ram Kumari")
    office.member.texts("NEWS")
    office.member.texts("1")
    office.member.texts("FORGET")
    office.member.texts("1")
    sweep.sweep(office.service)
    done = typed("ledger", "show", "0000013")
    assert done.exit_code == 0
    assert "Her data: erased on " in done.stdout
    assert "; the proof holds" in done.stdout
    assert done.stdout.count("Hashes     hold; link") == 5
    for hers in ("Ram", "Kumar", MEMBER[1:], "ABC", '"1"', "may we text you"):
        assert hers not in done.stdout
    assert typed("ledger", "verify").exit_code == 0


def test_show_names_a_row_that_was_edited(office: Town) -> None:
    sweep.decisions(office.service)
    engine = create_engine(office.service.engine.url)
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER consent_no_update"))
        conn.execute(update(consent).values(language="xx"))
    engine.dispose()
    done = typed("ledger", "show", "0000013")
    assert (done.exit_code, "BROKEN: it is not as it was when it was chained" in done.stdout) == (1, True)


def test_show_names_what_cannot_be_read_and_shows_the_rest(office: Town) -> None:
    office.member.texts("FIX NAME Ram Kumari")
    write(
        office,
        "UPDATE consent SET wording_sealed = x'00', reply_sealed = x'', entered_by = '{' WHERE id = 1",
        "UPDATE consent SET change_sealed = 'text' WHERE id = 2",
        "UPDATE registration SET fields_sealed = x'0102'",
    )
    done = typed("ledger", "show", "0000013")
    assert (done.exit_code, done.exception.__class__) == (1, SystemExit)
    told = " ".join(done.stdout.split())
    for part in (
        f"Phone {MEMBER}; unreadable BROKEN: the bytes of registration.fields were changed",
        "Text (en) unreadable",
        "Answered unreadable, read as 1 As it came",
        "BROKEN the bytes of consent.wording, consent.reply, consent.entered_by were changed",
        f"Numbers from {MEMBER}",
        "BROKEN the bytes of consent.change were changed",
    ):
        assert part in told
    listed = typed("ledger", "list")
    assert (listed.exit_code, listed.stdout.splitlines()[-1]) == (0, "2 decisions")


def test_show_of_one_whose_key_was_changed_has_the_plain_part(office: Town) -> None:
    write(office, "UPDATE person SET wrapped_key = x'00112233'")
    done = typed("ledger", "show", "0000013")
    assert done.exit_code == 1
    for part in (
        "BROKEN: the bytes of person.wrapped_key were changed",
        "said yes (membership), decision 1",
        "(unreadable)",
    ):
        assert part in done.stdout
    assert "(unreadable)" in typed("ledger", "list").stdout


def test_show_names_a_notice_that_was_changed(office: Town) -> None:
    write(office, "UPDATE notice SET text = 'We sell your data.'")
    done = typed("ledger", "show", "0000013")
    assert (done.exit_code, "BROKEN: the notice that it was taken under was changed" in done.stdout) == (1, True)


def test_show_lists_missed_calls_as_weaker_evidence(office: Town) -> None:
    office.enroler.texts("REG 9812345678 12 ABD1234568 Sita Devi")
    rings(office, "+919812345678")
    done = typed("ledger", "show", office.rows(registration)[1].ref)
    assert "Rang us on " in done.stdout
    assert "while she was asked: weaker than a text, covered by no hash, and no consent" in done.stdout
    assert "Nobody has decided anything" in done.stdout


# --- the list -------------------------------------------------------------------------------------------------------


def rows(*words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in typed("ledger", "list", "--json", *words).stdout.splitlines()]


def test_list_has_the_rows_behind_each_figure_and_no_more_of_a_person_than_needed(office: Town) -> None:
    office.enroler.texts("REG 9812345678 12 ABD1234568 Sita Devi")
    office.phone("+919812345678").texts("no")
    office.member.texts("NEWS")
    office.member.texts("1")
    told = json.loads(typed("ledger", "verify", "--json").stdout)["figures"]["decisions"]
    for purpose, decisions in told.items():
        for decision, count in decisions.items():
            assert len(rows("--purpose", purpose, "--decision", decision)) == count
    assert [(one["name"], one["phone"], one["number"], one["area"]) for one in rows("--decision", "given")] == [
        ("R. Kumar", "..210", "0000013", "JH-N-RAN-KAN-12"), ("", "..210", "", ""),
    ]  # fmt: skip
    done = typed("ledger", "list")
    assert done.stdout.splitlines()[-1] == "3 decisions"
    assert "S. Devi, JH-N-RAN-KAN-12" in done.stdout
    assert MEMBER[1:] not in done.stdout


def test_list_of_an_area_holds_all_that_lies_in_it(office: Town) -> None:
    for code, count in (("JH", 1), ("JH-N-RAN-KAN", 1), ("JH-N-RAN-KAN-12", 1), ("JH-N-RAN-KAN-13", 0)):
        assert len(rows("--area", code)) == count


def test_list_of_a_day_is_that_of_utc(office: Town) -> None:
    [row] = office.rows(consent)
    day = ledger_heads.day_before(row.at + ledger_heads.DAY)
    assert len(rows("--day", day)) == 1
    assert rows("--day", ledger_heads.day_before(row.at)) == []


def test_list_says_what_is_mistyped(office: Town) -> None:
    for words, said in (
        (("--day", "22.11.2026"), "--day is a day like 2026-11-22"),
        (("--area", "nowhere"), "there is no area with the code nowhere"),
        (("--decision", "maybe"), "--decision is one of given, refused"),
    ):
        done = typed("ledger", "list", *words)
        assert (done.exit_code, said in done.stderr) == (1, True)
