"""Every version of every flow that ever served, by its hash, and which of them serves."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from sms_service.store import flow_versions
from sms_service.store.flow_versions import EARLIER, Publication
from sms_service.store.tables import flow_version, publication

A, B, C = "a" * 64, "b" * 64, "c" * 64


def publish(conn: Connection, flow: str, version: str, how: flow_versions.How = "published", now: float = 1.0) -> None:
    flow_versions.keep(conn, flow, version, f"flow: {flow} # {version[0]}", now)
    flow_versions.publish(conn, flow, version, how, now)


def test_versions_are_kept_and_found_by_their_hash(conn: Connection) -> None:
    flow_versions.keep(conn, "confirm", A, "flow: confirm # 1", 1.0)
    flow_versions.keep(conn, "confirm", B, "flow: confirm # 2", 2.0)

    assert flow_versions.source_of(conn, A) == "flow: confirm # 1"
    assert flow_versions.source_of(conn, B) == "flow: confirm # 2"
    assert flow_versions.source_of(conn, C) is None


def test_keeping_a_version_again_changes_nothing_and_says_so(conn: Connection) -> None:
    assert [flow_versions.keep(conn, "confirm", A, "source", now) for now in (1.0, 2.0, 3.0)] == [True, False, False]
    assert conn.execute(select(func.count(), func.max(flow_version.c.seen_at))).one() == (1, 1.0)


def test_a_version_is_found_by_how_its_hash_begins(conn: Connection) -> None:
    flow_versions.keep(conn, "confirm", "ab" * 32, "1", 1.0)
    flow_versions.keep(conn, "confirm", "ac" * 32, "2", 1.0)
    flow_versions.keep(conn, "help", "ad" * 32, "3", 1.0)

    assert flow_versions.beginning_with(conn, "confirm", "ab") == ["ab" * 32]
    assert sorted(flow_versions.beginning_with(conn, "confirm", "a")) == ["ab" * 32, "ac" * 32]
    assert flow_versions.beginning_with(conn, "confirm", "a%") == []


# --- publications -------------------------------------------------------------------------------------------------


def test_before_the_first_publication_nothing_serves(conn: Connection) -> None:
    assert flow_versions.newest(conn) == 0
    assert flow_versions.current(conn) == {}
    assert flow_versions.moments(conn) == []
    assert flow_versions.publications(conn) == []


def test_the_newest_publication_of_a_flow_serves_not_the_newest_version(conn: Connection) -> None:
    publish(conn, "confirm", A)
    publish(conn, "help", C)
    publish(conn, "confirm", B)
    assert flow_versions.current(conn) == {"confirm": B, "help": C}
    seen = flow_versions.newest(conn)

    publish(conn, "confirm", A, "rolled back")

    assert flow_versions.current(conn) == {"confirm": A, "help": C}
    assert flow_versions.newest(conn) > seen


def test_what_was_withdrawn_does_not_serve_until_it_is_published_again(conn: Connection) -> None:
    publish(conn, "confirm", A)
    publish(conn, "help", C)
    publish(conn, "help", C, "withdrawn")
    assert (flow_versions.current(conn), flow_versions.withdrawn(conn)) == ({"confirm": A}, {"help": C})
    seen = flow_versions.newest(conn)

    publish(conn, "help", C)

    assert (flow_versions.current(conn), flow_versions.withdrawn(conn)) == ({"confirm": A, "help": C}, {})
    assert (flow_versions.since(conn, seen), flow_versions.since(conn, seen + 1)) == (["help"], [])


def test_what_was_published_at_once_is_told_together(conn: Connection) -> None:
    publish(conn, "confirm", A, "first start", 1.0)
    publish(conn, "help", C, "first start", 1.0)
    publish(conn, "confirm", B, "published", 2.0)
    publish(conn, "confirm", A, "published", 2.0)
    publish(conn, "help", C, "withdrawn", 3.0)

    assert flow_versions.moments(conn) == [
        {"confirm": A, "help": C}, {"confirm": B}, {"confirm": A}, {"help": ""}
    ]  # fmt: skip


def test_publications_are_listed_flow_by_flow_the_newest_first(conn: Connection) -> None:
    publish(conn, "help", C, "first start", 1.0)
    publish(conn, "confirm", A, "first start", 2.0)
    publish(conn, "confirm", B, "published", 3.0)
    publish(conn, "confirm", A, "rolled back", 4.0)

    confirm = [
        Publication("confirm", A, 4.0, "rolled back"),
        Publication("confirm", B, 3.0, "published"),
        Publication("confirm", A, 2.0, "first start"),
    ]
    assert flow_versions.publications(conn, "confirm") == confirm
    assert flow_versions.publications(conn) == [*confirm, Publication("help", C, 1.0, "first start")]


def test_versions_from_before_publications_were_written_down_are_listed_last(conn: Connection) -> None:
    flow_versions.keep(conn, "confirm", B, "second", 2.0)
    flow_versions.keep(conn, "confirm", A, "first", 1.0)
    publish(conn, "confirm", C, "published", 0.5)

    assert [(one.version, one.how) for one in flow_versions.publications(conn, "confirm")] == [
        (C, "published"),
        (B, EARLIER),
        (A, EARLIER),
    ]


@pytest.mark.parametrize("change", [update(publication).values(version=A), delete(publication)])
def test_the_database_refuses_to_change_what_served_when(conn: Connection, change: object) -> None:
    publish(conn, "confirm", A)
    with pytest.raises(DBAPIError, match="evidence"):
        conn.execute(change)  # type: ignore[call-overload]


def test_only_a_stored_version_can_be_published(conn: Connection) -> None:
    with pytest.raises(DBAPIError):
        conn.execute(insert(publication).values(flow="confirm", version=C, how="published", at=1.0))


def test_who_publishes_waits_for_another_who_does_so_that_numbers_come_in_order(engine: Engine) -> None:
    """A publication with a lower number that is committed after a higher one would be seen by nobody."""
    done: list[str] = []

    def second() -> None:
        with engine.begin() as conn:
            flow_versions.one_at_a_time(conn)
            publish(conn, "help", C)
            done.append("second")

    thread = threading.Thread(target=second)
    with engine.begin() as conn:
        flow_versions.one_at_a_time(conn)
        publish(conn, "confirm", A)
        thread.start()
        if conn.dialect.name == "postgresql":  # SQLite: the other cannot even begin
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'publication'::regclass"
            while thread.is_alive() and not conn.execute(text(waits)).scalar_one():
                pass
        done.append("first")
    thread.join()

    assert done == ["first", "second"]
    with engine.begin() as conn:
        assert conn.execute(select(publication.c.flow).order_by(publication.c.id)).scalars().all() == [
            "confirm",
            "help",
        ]
