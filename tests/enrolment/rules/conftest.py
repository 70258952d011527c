"""A town whose rules have thresholds that a test reaches, and entries at any hour without waiting for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from sms_service.config import Rules
from sms_service.engine.model import Inbound, Session
from sms_service.enrolment.effects import Act, Done, perform
from sms_service.store import people
from sms_service.store.tables import hold, registration
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, Town

NOON = 1_772_366_400.0


@dataclass
class Desk:
    """Enters people by the effect itself, as a flow would have it done, at any time."""

    town: Town
    rules: Rules = field(default_factory=Rules)

    def enters(
        self, mobile: str = "+919876543210", now: float = NOON, by: str = ENROLER, text: str = "REG", **fields: Any
    ) -> Done:
        entered = {"mobile": mobile, "name": "Ram Kumar", "booth": "12", **fields}
        inbound = Inbound(channel="handset", id="x", kind="sms", phone=by, to="", text=text, received_at=now)
        session = Session(
            id="s", flow="register", version="v", state="save", language="en", kind="sms", variables=entered
        )
        service = self.town.service
        with service.engine.begin() as conn:
            somebody: Any = people.by_phone(conn, service.keys, by)
            act = Act(conn, service.keys, now, somebody, session, inbound, self.rules, ways=service.shelf.ways)
            return perform("save_registration", act, {})

    def held(self) -> list[tuple[str, str]]:
        """Every reason that stands in the queue: rule and detail."""
        return [(row.rule, row.detail) for row in self.town.rows(hold)]

    def statuses(self) -> list[str]:
        with self.town.service.reads.begin() as conn:
            return list(conn.execute(select(registration.c.status).order_by(registration.c.id)).scalars())


@pytest.fixture
def desk(any_town: Town) -> Desk:
    """The default thresholds."""
    return Desk(any_town)


@pytest.fixture
def ruled(stack: dict[str, str], twilio: Twilio, africastalking: AfricasTalking) -> Iterator[Callable[..., Town]]:
    """Opens the whole service with other thresholds."""
    with ExitStack() as towns:

        def open_town(**rules: object) -> Town:
            settings = {f"RULES__{name.upper()}": str(value) for name, value in rules.items()}
            return towns.enter_context(Town({**stack, **settings}, twilio, africastalking))

        yield open_town
