"""Pages while SQL cannot be read: 503 and a sentence, never a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sms_service.web.app import AWAY, create_app
from tests.town import Town

PAGES = ("/verify/0000013", "/card/?abcdefgh", "/notice/", "/ledger/", "/ledger/2026-01-01.json")
ERRORS = (
    OperationalError("SELECT", {}, Exception("canceling statement due to lock timeout")),
    PoolTimeout("no connection free"),
)


def asked(town: Town, error: Exception) -> list[tuple[str, Any]]:
    """The answers of pages that read SQL, while each statement ends in `error`."""

    def fails(*_: Any) -> None:
        raise error

    browser = create_app(town.service).test_client()
    event.listen(town.service.engine, "before_cursor_execute", fails)
    try:
        answers = [(page, browser.get(page)) for page in PAGES]
        handset = {"json": {"phone": "+254711000111"}, "headers": {"X-Handset": "1"}}
        answers += [(page, browser.post(page, **handset)) for page in ("/phone/people", "/phone/messages")]
    finally:
        event.remove(town.service.engine, "before_cursor_execute", fails)
    return answers


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_page_says_that_it_cannot_answer_now(town: Town, error: Exception) -> None:
    answers = asked(town, error)

    read = [(page, answer) for page, answer in answers if answer.status_code != 200]
    assert {page for page, _ in read} >= {"/verify/0000013", "/notice/", "/ledger/", "/phone/people", "/phone/messages"}
    for page, answer in read:
        assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, AWAY, "60"), page


def test_a_statement_of_ours_that_is_wrong_is_a_fault(town: Town) -> None:
    answers = asked(town, ProgrammingError("SELEC", {}, Exception("syntax error")))
    assert {answer.status_code for page, answer in answers if page == "/ledger/"} == {500}
    with town.service.reads.begin() as conn:
        assert conn.execute(text("SELECT 1")).scalar_one() == 1
