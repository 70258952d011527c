"""The gateways' requests and answers in tests/vectors/gateway-vectors.json, as parameters of tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sms_service.channels.base import Request

FILE = Path(__file__).parents[1] / "vectors" / "gateway-vectors.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text())["cases"]


def cases(*kinds: str) -> list[dict[str, Any]]:
    """The cases of these kinds. Raises LookupError if there are none, so that no test runs empty."""
    found = [case for case in CASES if case["kind"] in kinds]
    if not found:
        raise LookupError(f"no vectors of {kinds}")
    return found


def case_id(case: dict[str, Any]) -> str:
    """The name of a case in pytest's output."""
    return str(case["id"])


def scheme_and_host(url: str) -> str:
    """What public_url is for a request to `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def request_of(case: dict[str, Any], route: str, secret: str = "") -> Request:
    """The case as the web layer hands it to a channel."""
    return Request(
        method=case.get("method", "POST"),
        target=case.get("url", "/").removeprefix(scheme_and_host(case.get("url", "/"))),
        route=route,
        secret=secret,
        header={name.lower(): text for name, text in case.get("headers", {}).items()},
        form=tuple((name, value) for name, value in case["params"] or ()),
        body=(case.get("raw_json_body") or case.get("raw_body") or "").encode(),
    )
