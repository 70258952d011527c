"""Wrong answers for which a language has no words, the flow's or the service's: she would be asked again, and not told why."""

from __future__ import annotations

from collections.abc import Iterator

from sms_service.authoring.load import Draft
from sms_service.authoring.schema import EVERY_LANGUAGE
from sms_service.authoring.source import Finding
from sms_service.authoring.surplus import asked_in
from sms_service.authoring.vocabulary import Vocabulary


def unsaid(draft: Draft, vocabulary: Vocabulary) -> Iterator[Finding]:
    """The first such language and problem of each question. Told here and not by the loader: a new release may know a new
    problem, and the flows that were published before go on all the same."""
    languages = draft.head.languages if draft.head else ()
    for name, part in draft.parts.items():
        if part.unclear and part.unclear.say:
            continue
        for asked, path in asked_in(part, ("states", name)):
            shape = vocabulary.types.get(asked.type)
            if shape is None or "" in asked.wrong:
                continue
            lacking = next(
                (
                    language
                    for problem, sentences in shape.problems.items()
                    for language in languages
                    if language not in sentences and problem not in asked.wrong
                ),
                "",
            )
            if lacking and EVERY_LANGUAGE not in asked.wrong:
                message = f'the service has no words in {lacking} for a wrong {asked.type}: add "wrong"'
                yield draft.source.finding(path, message)
