"""`sms-service ledger verify|head`: what the office types, and what an auditor is given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select, text, update
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.enrolment import ledger, ledger_heads, ledger_notes
from sms_service.store.tables import consent, installation, ledger_link
from tests.town import Town
from workers import sweep


@pytest.fixture
def office(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """One member, and the settings of the service in the environment."""
    for name, value in town.environment.items():
        monkeypatch.setenv(name, value)
    town.enrols()
    return town


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def write(office: Town, *queries: str) -> None:
    """Somebody with the database, and without its triggers, writes what he likes."""
    engine = create_engine(office.service.engine.url)
    with engine.begin() as conn:
        for (name,) in conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            conn.execute(text(f"DROP TRIGGER {name}"))
        for query in queries:
            conn.execute(text(query))
    engine.dispose()


def edit(town: Town) -> None:
    """Somebody with the database changes the language of a decision."""
    engine = create_engine(town.service.engine.url)
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER consent_no_update"))
        conn.execute(update(consent).values(language="xx"))
    engine.dispose()


def test_a_sound_ledger_is_told_with_its_head(office: Town) -> None:
    sweep.decisions(office.service)
    [link] = office.rows(ledger_link)
    done = typed("ledger", "verify")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"1 decisions, chained to {link.head.hex()}: each is as it was taken (")
    told = json.loads(typed("ledger", "verify", "--json").stdout)
    assert (told["decisions"], told["head"], told["faults"]) == (1, link.head.hex(), [])


def test_the_figures_are_told_with_what_lists_the_rows_behind_them(office: Town) -> None:
    done = typed("ledger", "verify")
    assert [" ".join(line.split()) for line in done.stdout.splitlines()[1:]] == [
        "membership given 1 sms-service ledger list --purpose membership --decision given",
        "1 consents to membership stand = 1 members",
    ]
    assert json.loads(typed("ledger", "verify", "--json").stdout)["figures"] == {
        "decisions": {"membership": {"given": 1}}, "given": 1, "withdrawn": 0, "late": 0, "odd": 0, "members": 1, "fits": True,
    }  # fmt: skip


def test_a_yes_without_its_member_is_named_and_the_exit_code_is_1(office: Town) -> None:
    engine = create_engine(office.service.engine.url)
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM card"))
        conn.execute(text("DELETE FROM member"))
    engine.dispose()
    done = typed("ledger", "verify")
    assert done.exit_code == 1
    assert "decision 1: it is a yes that counts, and there is no member who stands on it" in done.stdout
    assert "1 consents to membership stand BUT 0 members" in done.stdout


def test_an_edit_is_named_and_the_exit_code_is_1(office: Town) -> None:
    sweep.decisions(office.service)
    edit(office)
    done = typed("ledger", "verify")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == [
        "1 faults in 1 decisions; the first one:",
        "  decision 1 (link 1): it is not as it was when it was chained",
    ]
    done = typed("ledger", "verify", "--json")
    assert (done.exit_code, json.loads(done.stdout)["faults"][0]["row"]) == (1, 1)


def test_the_head_that_is_kept_is_held_against_the_ledger_later(office: Town, tmp_path: Path) -> None:
    kept = tmp_path / "head.json"
    kept.write_text(typed("ledger", "head").stdout)
    assert typed("ledger", "verify", "--head", str(kept)).exit_code == 0
    engine = create_engine(office.service.engine.url)
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER ledger_link_no_delete"))
        conn.execute(text("DELETE FROM ledger_link"))
    engine.dispose()
    done = typed("ledger", "verify", "--head", str(kept))
    assert done.exit_code == 1
    assert (
        "the chain (link 1): a head of link 1 was kept, and there is no such link: the chain ends at 0" in done.stdout
    )


def test_a_file_that_is_no_head_ends_with_a_sentence(office: Town, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    done = typed("ledger", "verify", "--head", str(wrong))
    assert (done.exit_code, "wrong.json cannot be read" in done.stderr) == (1, True)
    wrong.write_text("{}")
    done = typed("ledger", "verify", "--head", str(wrong))
    assert (done.exit_code, done.stderr) == (1, f"{wrong}: this is no file of `sms-service ledger head`\n")


def test_the_sweeper_chains_and_leaves_the_signed_head_of_the_day_before(office: Town) -> None:
    sweep.decisions(office.service)
    sweep.decisions(office.service)
    assert len(office.rows(ledger_link)) == 1
    [file] = sorted((office.config.data_dir / "ledger").iterdir())
    head = ledger_heads.from_json(file.read_text(), office.service.keys).head
    assert head.hash == office.rows(ledger_link)[0].head
    file.unlink()
    sweep.decisions(office.service)
    assert file.exists(), "another machine, or a lost disk: it is written anew"


def test_a_head_with_another_signature_is_a_fault(office: Town) -> None:
    sweep.decisions(office.service)
    engine = create_engine(office.service.engine.url)
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER ledger_head_no_update"))
        conn.execute(text("UPDATE ledger_head SET day = '2020-01-01'"))
    engine.dispose()
    done = typed("ledger", "verify")
    assert (done.exit_code, "the head of 2020-01-01 does not bear our signature" in done.stdout) == (1, True)


# --- the files of the days -------------------------------------------------------------------------------------------


@pytest.fixture
def closed(office: Town) -> Path:
    """The file of the head of a day that is over."""
    sweep.decisions(office.service)
    assert typed("ledger", "verify").exit_code == 0
    [file] = ledger_heads.folder(office.config.data_dir).iterdir()
    return file


def test_a_day_that_has_a_file_and_no_head_is_a_fault(office: Town, closed: Path) -> None:
    write(office, "DELETE FROM ledger_head")
    done = typed("ledger", "verify")
    said = f"a file was left with the head of {closed.stem}, and the database has none"
    assert (done.exit_code, said in done.stdout) == (1, True)


def test_a_ledger_written_anew_with_our_own_key_does_not_fit_the_files_that_were_left(
    office: Town, closed: Path
) -> None:
    keys, day = office.service.keys, closed.stem
    with office.service.reads.begin() as conn:
        row = conn.execute(select(consent)).one()._asdict() | {"verdict": "2"}
    write(office, "DELETE FROM ledger_link", "DELETE FROM ledger_head", "DELETE FROM consent")
    with office.service.engine.begin() as conn:
        conn.execute(text("PRAGMA defer_foreign_keys = ON"))
        conn.execute(insert(consent).values(row | {"mac": keys.ledger_mac(ledger.digest(row))}))
        value = ledger_notes.note(keys, ledger_notes.NEWEST, ledger_notes.Head(0, ledger_notes.GENESIS))
        conn.execute(update(installation).where(installation.c.name == ledger_notes.NEWEST).values(value=value))
        ledger.chain(conn, keys)
        ledger_heads.close(conn, keys, day, 5.0)
    done = typed("ledger", "verify")
    assert done.exit_code == 1
    assert f"the head of {day} in the database is not the one in the file of that day" in done.stdout
    assert "the head that was kept is another one: the chain was rewritten up to here" in done.stdout
    closed.unlink()
    assert typed("ledger", "verify").exit_code == 0, "who has database, key and files: only what others keep shows it"


def test_a_file_of_a_day_that_is_none_of_ours_is_a_fault_and_others_are_let_be(office: Town, closed: Path) -> None:
    closed.with_name("notes.json").write_text("{}")
    assert typed("ledger", "verify").exit_code == 0
    told = closed.read_text()
    for name, content, said in (
        ("2020-01-01.json", told, f"the file 2020-01-01.json has the head of {closed.stem}"),
        ("2020-01-02.json", "{}", "the file 2020-01-02.json: this is no file of `sms-service ledger head`"),
        ("2020-01-03.json", "\0", "the file 2020-01-03.json: this is no file of `sms-service ledger head`"),
    ):
        closed.with_name(name).write_text(content)
        done = typed("ledger", "verify")
        assert (done.exit_code, said in done.stdout) == (1, True)


def test_a_day_without_its_file_is_no_fault(office: Town, closed: Path) -> None:
    closed.unlink()
    assert typed("ledger", "verify").exit_code == 0
