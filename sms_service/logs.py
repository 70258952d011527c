"""The log: one line an occurrence, to standard error, for an operator at night. No person's number, name or text in it."""

from __future__ import annotations

import logging
import sys

from sms_service.privacy import redact

QUIET = ("urllib3", "twilio", "httpx", "rq.worker", "rq.queue", "alembic")
"""Libraries that log requests, bodies or their own doings at INFO."""


class Redacted(logging.Formatter):
    """Takes long runs of digits out of every line, tracebacks too: a net under the rule that none is logged."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return super().formatTime(record, datefmt or "%H:%M:%S")


def set_up(process: str) -> None:
    """Logging of this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacted(f"%(asctime)s %(levelname)s {process}: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
