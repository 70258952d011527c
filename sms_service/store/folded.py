"""How a name is kept so that it is found however it is spelt: folded, beside itself, in a column with an index."""

from __future__ import annotations

from sqlalchemy.engine.default import DefaultExecutionContext

from sms_service.engine.answers import fold

FOLDED_MAX = 200
"""Characters. Folding can lengthen a text (one sign of Arabic becomes eighteen letters), and an index holds short ones."""


def folded(text: str) -> str:
    """`text` as it is looked for: `answers.fold`, and no longer than its column."""
    return fold(text)[:FOLDED_MAX]


def name_folded(context: DefaultExecutionContext) -> str | None:
    """The default of area.name_folded, for whoever writes an area without it."""
    return _folded(context, "name")


def code_folded(context: DefaultExecutionContext) -> str | None:
    """The default of area.code_folded."""
    return _folded(context, "code")


def _folded(context: DefaultExecutionContext, column: str) -> str | None:
    value = context.get_current_parameters().get(column)  # type: ignore[no-untyped-call]  # it has no types there
    return None if value is None else folded(value)
