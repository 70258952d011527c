"""The log: one line an occurrence, to standard error, for an operator at night. No person's number, name or text in it."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

from sms_service.privacy import redact

QUIET = ("urllib3", "twilio", "httpx", "rq.worker", "rq.queue", "alembic")
"""Libraries that log requests, bodies or their own doings at INFO."""

CAUSES_MAX = 10
"""Errors of one chain that are shown; a chain can be a circle."""

Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Redacted(logging.Formatter):
    """Takes long runs of digits out of every line, tracebacks too: a net under the rule that none is logged."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatException(self, ei: Failure) -> str:  # noqa: N802
        """Where it failed and by which kinds of error, from the first cause on. Never their messages: an error about a
        person's text holds that text."""
        error, told = ei[1], list[str]()
        while error is not None and len(told) < CAUSES_MAX:
            told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nled to\n".join(reversed(told))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return super().formatTime(record, datefmt or "%H:%M:%S")


def set_up(process: str) -> None:
    """Logging of this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacted(f"%(asctime)s %(levelname)s {process}: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
