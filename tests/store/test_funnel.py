"""Who went where: people and times, way by way, from the paths of the turn log."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from sms_service.engine.model import Session
from sms_service.privacy import Keys
from sms_service.store import funnel, people, sessions
from tests.store.conftest import NOW
from tests.store.test_inbox import turn


def log(engine: Engine, keys: Keys, *turns: tuple[int, str, str, str]) -> None:
    """Turns, each of a person (by number), in a flow, from a state ("" where the session begins), with a path."""
    with engine.begin() as conn:
        for number, (who, flow, before, path) in enumerate(turns, start=1):
            her = people.find_or_add(conn, keys, f"+9198000000{who:02}", "hi", "twilio", NOW)
            row = {**turn(her, number, f"in-{number}"), "flow": flow, "state_before": before, "path": path}
            sessions.add_turn(conn, {**row, "at": NOW + number})


def counted(engine: Engine, flow: str) -> dict[tuple[str, str, str], tuple[int, int]]:
    found = funnel.funnel(engine, flow, lambda _done, _of: None)
    assert set(found.people) == set(found.times)
    return {step: (found.people[step], times) for step, times in found.times.items()}


def test_people_are_counted_once_and_times_each_time(engine: Engine, keys: Keys) -> None:
    log(
        engine, keys,
        (1, "register", "", "details"),
        (1, "register", "details", "details next save saved saved"),
        (1, "register", "", "details next save saved saved"),
        (2, "register", "", "details next save waiting waiting"),
    )  # fmt: skip

    assert counted(engine, "register") == {
        ("", "", "details"): (2, 3),
        ("details", "next", "save"): (2, 3),
        ("save", "saved", "saved"): (1, 2),
        ("save", "waiting", "waiting"): (1, 1),
    }


def test_who_stays_and_who_never_answers(engine: Engine, keys: Keys) -> None:
    log(
        engine, keys,
        (1, "confirm", "ask", "ask unclear"),
        (1, "confirm", "ask", "ask unclear office done held"),
        (2, "confirm", "ask", "ask remind"),
        (2, "confirm", "ask", "ask expired expired done (done)"),
        (3, "short", "ask", "ask expired"),
    )  # fmt: skip

    assert counted(engine, "confirm") == {
        ("ask", "unclear", ""): (1, 1),
        ("ask", "unclear", "office"): (1, 1),
        ("office", "done", "held"): (1, 1),
        ("ask", "remind", ""): (1, 1),
        ("ask", "expired", "expired"): (1, 1),
        ("", "expired", "expired"): (1, 1),
        ("expired", "done", "(done)"): (1, 1),
    }
    assert counted(engine, "short") == {("ask", "expired", ""): (1, 1)}


def test_two_sessions_that_one_clock_moved_are_counted_each_in_its_flow(engine: Engine, keys: Keys) -> None:
    log(
        engine, keys,
        (1, "join", "which", "which timeout late tea/: ask remind"),
        (2, "join", "which", "which remind join/: which expired tea/: tea2 expired"),
    )  # fmt: skip

    assert counted(engine, "join") == {
        ("which", "timeout", "late"): (1, 1),
        ("which", "remind", ""): (1, 1),
        ("which", "expired", ""): (1, 1),
    }
    assert counted(engine, "tea") == {("ask", "remind", ""): (1, 1), ("tea2", "expired", ""): (1, 1)}


CALLS = (
    (1, "join", "", "name"),
    (1, "join", "name", "name next home area/ask"),
    (1, "join", "ask", "area/ask next area/found area/done return home done thanks"),
    (2, "join", "home", "home area/ask"),
    (2, "join", "ask", "area/ask unclear area/lost return home given_up office"),
    (3, "area", "", "ask"),
)
"""`join` calls `area` in its state `home`. (`area/found` of the second is a call too: of a flow that ends at once.)"""


def test_a_called_flow_is_a_way_of_the_one_that_calls(engine: Engine, keys: Keys) -> None:
    log(engine, keys, *(one for one in CALLS if one[3] != CALLS[2][3]))

    assert counted(engine, "join") == {
        ("", "", "name"): (1, 1),
        ("name", "next", "home"): (1, 1),
        ("home", "given_up", "office"): (1, 1),
    }


def test_a_flow_that_is_called_is_counted_wherever_it_was_gone_through(engine: Engine, keys: Keys) -> None:
    log(engine, keys, *(one for one in CALLS if one[3] != CALLS[2][3]))

    assert counted(engine, "area") == {("", "", "ask"): (3, 3), ("ask", "unclear", "lost"): (1, 1)}


@pytest.mark.parametrize(
    ("path", "flow", "outermost", "found"),
    [
        ("a b/x b/y", "a", True, []),
        ("a b/x c/y return b/z done b/e return a done a2", "a", True, [("a", "done", "a2")]),
        ("b/q next b/x c/y return b/x done b/z", "b", False, [("q", "next", "x"), ("x", "done", "z")]),
        ("ask yes", "a", True, [("ask", "yes", "")]),
        ("ask", "a", True, []),
        ("", "a", True, []),
    ],
)
def test_paths_through_calls_in_calls_and_paths_that_were_cut(
    path: str, flow: str, outermost: bool, found: list[tuple[str, str, str]]
) -> None:
    assert funnel.steps(path.split(), flow, outermost, begun=False) == found


def test_turns_of_before_there_were_paths_and_turns_that_went_nowhere_are_left_out(engine: Engine, keys: Keys) -> None:
    log(engine, keys, (1, "confirm", "", ""), (1, "confirm", "ask", "ask yes join"), (2, "other", "", "ask"))

    found = funnel.funnel(engine, "confirm", lambda _done, _of: None)

    assert dict(found.times) == {("ask", "yes", "join"): 1}
    assert found.since == NOW + 2


def test_nothing_counted_is_since_never(engine: Engine) -> None:
    found = funnel.funnel(engine, "confirm", lambda _done, _of: None)

    assert (found.since, dict(found.times), dict(found.standing)) == (None, {}, {})


def test_a_name_that_only_resembles_another_is_another_flow(engine: Engine, keys: Keys) -> None:
    log(
        engine, keys, (1, "join", "ask", "my_area/ask next my_area/end"), (1, "join", "ask", "myxarea/a next myxarea/b")
    )

    assert counted(engine, "area") == {}
    assert counted(engine, "my_area") == {("ask", "next", "end"): (1, 1)}


def test_the_log_is_read_in_steps_and_nobody_is_counted_twice(
    engine: Engine, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(funnel, "CHUNK", 2)
    log(
        engine,
        keys,
        *((who, "confirm", "", "ask") for who in range(5)),
        *((who, "confirm", "", "ask") for who in range(5)),
    )

    told: list[tuple[int, int]] = []
    found = funnel.funnel(engine, "confirm", lambda done, of: told.append((done, of)))

    assert (found.people["", "", "ask"], found.times["", "", "ask"]) == (5, 10)
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_who_stands_where_now_in_whatever_version(engine: Engine, keys: Keys) -> None:
    with engine.begin() as conn:
        for number, (flow, version, state) in enumerate(
            [("confirm", "v1", "ask"), ("confirm", "v2", "ask"), ("confirm", "v2", "sure"), ("other", "v1", "ask")]
        ):
            her = people.find_or_add(conn, keys, f"+91980000000{number}", "hi", "twilio", NOW)
            session = Session(id=f"s{number}", flow=flow, version=version, state=state, language="hi", kind="sms")
            sessions.set_timers(conn, her.id, [], [(session, NOW)])

    assert funnel.funnel(engine, "confirm", lambda _done, _of: None).standing == {"ask": 2, "sure": 1}
