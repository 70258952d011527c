"""The four signs that open a card: what counts as the same, and how often somebody may be wrong.

Counted in SQL, in the card's own row: a guess is noted before it is looked at, so that a hundred at once are a hundred.
"""

from __future__ import annotations

import unicodedata

from sqlalchemy import Connection, case, or_, update

from sms_service import privacy
from sms_service.store.tables import card

SIGNS = 4
"""Signs that are asked for. `masked` shows the last three, so that an ID seen in an SMS is not enough."""

WRONG_MAX = 5
"""Wrong guesses at one card in WRONG_SECONDS. At 10,000 combinations whoever has the link needs 42 days for one in two."""

WRONG_SECONDS = 3600.0

TYPED_MAX = 64
"""Characters of what was typed that are looked at."""

ALIKE = str.maketrans("OIL", "011")
"""Signs that are written for one another."""


def signs(text: str) -> str:
    """The last four letters and digits, in capitals, digits of every script as 0-9. Fewer, where there are fewer."""
    known = (c for c in unicodedata.normalize("NFKC", text[:TYPED_MAX]).upper() if c.isalnum())
    plain = "".join(str(unicodedata.digit(c, c)) for c in known)
    return plain.translate(ALIKE)[-SIGNS:]


def guess(conn: Connection, card_id: int, typed: str, secret: str, now: float) -> bool | None:
    """Whether the four signs typed are the last ones of `secret`; None: there were too many wrong ones, and nobody looked.

    Nothing is counted for fewer than four signs, which are no guess, nor for the right ones.
    """
    given = signs(typed)
    if len(given) < SIGNS:
        return False
    over = or_(card.c.wrong_since.is_(None), card.c.wrong_since <= now - WRONG_SECONDS)
    noted = conn.execute(
        update(card)
        .where(card.c.id == card_id, or_(over, card.c.wrong < WRONG_MAX))
        .values(wrong=case((over, 1), else_=card.c.wrong + 1), wrong_since=case((over, now), else_=card.c.wrong_since))
    )
    if noted.rowcount != 1:
        return None
    right = privacy.same(given, signs(secret))
    if right:
        conn.execute(update(card).where(card.c.id == card_id).values(wrong=card.c.wrong - 1))
    return right
