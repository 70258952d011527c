"""Every version of every flow that ever served, by its hash."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from sms_service.store import flow_versions
from sms_service.store.tables import flow_version


def test_versions_are_kept_and_found_by_their_hash(conn: Connection) -> None:
    flow_versions.keep(conn, "confirm", "a" * 64, "flow: confirm # 1", 1.0)
    flow_versions.keep(conn, "confirm", "b" * 64, "flow: confirm # 2", 2.0)

    assert flow_versions.source_of(conn, "a" * 64) == "flow: confirm # 1"
    assert flow_versions.source_of(conn, "b" * 64) == "flow: confirm # 2"
    assert flow_versions.source_of(conn, "c" * 64) is None


def test_the_latest_is_the_one_that_served_last_not_the_one_that_is_new(conn: Connection) -> None:
    flow_versions.keep(conn, "confirm", "a" * 64, "first", 1.0)
    flow_versions.keep(conn, "confirm", "b" * 64, "second", 2.0)
    flow_versions.keep(conn, "help", "c" * 64, "other", 9.0)
    assert flow_versions.latest_of(conn, "confirm") == "second"

    flow_versions.keep(conn, "confirm", "a" * 64, "first", 3.0)  # taken back
    assert flow_versions.latest_of(conn, "confirm") == "first"
    assert flow_versions.latest_of(conn, "never") is None


def test_keeping_a_version_again_keeps_one_row(conn: Connection) -> None:
    for now in (1.0, 2.0, 3.0):
        flow_versions.keep(conn, "confirm", "a" * 64, "source", now)
    assert conn.execute(select(func.count()).select_from(flow_version)).scalar_one() == 1
