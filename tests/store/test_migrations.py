"""What the release before left in the database works in this one: every revision, upwards with data in it, and down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Engine, text

from sms_service.store import database, flow_versions, sessions
from sms_service.store.database import MIGRATIONS

A, B, C, GONE = "a" * 64, "b" * 64, "c" * 64, "d" * 64


@pytest.fixture
def at_0001(url: str) -> Iterator[Engine]:
    """A database of the first release, with a person in the middle of a dialogue."""
    engine = database.open_database(url)
    migrate_to(engine, "0001")
    with engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO person (phone_index, phone_sealed, language, channel, turn_no, created_at) "
                "VALUES (:sealed, :sealed, 'hi', 'twilio', 1, 1.0)"
            ),
            {"sealed": b"x"},
        )
        [person] = conn.execute(text("SELECT id FROM person")).scalars()
        conn.execute(
            text(
                "INSERT INTO turn VALUES (:person, 1, 'twilio', 'SM1', 'sms', 'confirm', :version, '', 'ask', 1.0, '', "
                ":sealed, :sealed, :ends, :sealed)"
            ),
            {"person": person, "version": B, "sealed": b"x", "ends": True},
        )
        conn.execute(text("INSERT INTO timer VALUES ('s1', :person, 9.0)"), {"person": person})
    yield engine
    engine.dispose()


def migrate_to(engine: Engine, revision: str, down: bool = False) -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
        connection.commit()


def served(engine: Engine, *rows: tuple[str, str, float]) -> None:
    with engine.begin() as conn:
        for flow, version, seen_at in rows:
            values = {"flow": flow, "version": version, "source": f"flow: {flow}", "seen_at": seen_at}
            conn.execute(text("INSERT INTO flow_version VALUES (:version, :flow, :source, :seen_at)"), values)


def test_what_served_in_the_release_before_serves_at_once(at_0001: Engine) -> None:
    served(at_0001, ("confirm", A, 1.0), ("confirm", B, 5.0), ("help", C, 5.0), ("gone", GONE, 2.0))

    database.migrate(at_0001)

    with at_0001.begin() as conn:
        assert flow_versions.current(conn) == {"confirm": B, "help": C}, "a flow whose file was gone does not come back"
        listed = [(one.flow, one.version, one.at, one.how) for one in flow_versions.publications(conn, "confirm")]
    assert listed == [("confirm", B, 5.0, "earlier release"), ("confirm", A, 1.0, "earlier release")]


def test_where_nothing_ever_served_nothing_is_published(at_0001: Engine) -> None:
    database.migrate(at_0001)
    with at_0001.begin() as conn:
        assert flow_versions.newest(conn) == 0


def test_rows_of_the_release_before_are_there_and_say_nothing_of_what_it_did_not_write(at_0001: Engine) -> None:
    database.migrate(at_0001)

    with at_0001.begin() as conn:
        turn: Any = conn.execute(text("SELECT * FROM turn")).one()
        assert (turn.turn_no, turn.state_after, turn.path, turn.language) == (1, "ask", "", "")
        [unknown] = sessions.standing(conn)
    assert (unknown.flow, unknown.version, unknown.state, unknown.sessions) == ("", "", "", 1)


def test_processes_of_the_release_before_go_on_writing(at_0001: Engine) -> None:
    database.migrate(at_0001)
    with at_0001.begin() as conn:
        conn.execute(text("INSERT INTO timer (session_id, person_id, due_at) SELECT 's2', person_id, 3.0 FROM timer"))
        assert sessions.standing(conn)[0].sessions == 2


def enters(engine: Engine, ref: str) -> None:
    """A registration, as a process of the first release writes it."""
    with engine.begin() as conn:
        for statement in (
            "INSERT INTO area (code, level, name) SELECT 'A', 'booth', 'Booth 1' WHERE NOT EXISTS (SELECT 1 FROM area)",
            """INSERT INTO enroler (person_id, area_id, level, name_sealed, status, created_at)
                SELECT person.id, area.id, 'booth', phone_sealed, 'activated', 1.0 FROM person, area
                WHERE NOT EXISTS (SELECT 1 FROM enroler)""",
            """INSERT INTO registration (ref, person_id, enroler_id, area_id, fields_sealed, status, created_at)
                SELECT :ref, person_id, person_id, area_id, name_sealed, 'held', 1.0 FROM enroler""",
        ):
            conn.execute(text(statement), {"ref": ref} if ":ref" in statement else {})


def test_registrations_of_the_release_before_are_counted_and_so_is_what_it_goes_on_writing(at_0001: Engine) -> None:
    for ref in ("R1", "R2"):
        enters(at_0001, ref)
    database.migrate(at_0001)
    enters(at_0001, "R3")
    with at_0001.begin() as conn:
        changes = conn.execute(text("SELECT status, change FROM tally_change ORDER BY id")).all()
        assert [tuple(row) for row in changes] == [("held", 2), ("held", 1)]
        assert conn.execute(text("SELECT name_folded FROM area")).scalars().all() == ["booth 1"]

    migrate_to(at_0001, "0002", down=True)
    enters(at_0001, "R4")
    database.migrate(at_0001)
    with at_0001.begin() as conn:
        assert conn.execute(text("SELECT change FROM tally_change")).scalars().all() == [4]


def test_down_and_up_again(at_0001: Engine) -> None:
    database.migrate(at_0001)
    migrate_to(at_0001, "base", down=True)
    database.migrate(at_0001)
    assert database.is_current(at_0001)
