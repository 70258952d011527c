"""The texts of flows as a PO file for translators, and how many of them are translated: `flow texts export` and `status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale, UnknownLocaleError

from sms_service.authoring.notes import Notes
from sms_service.authoring.pofile import Entry, PoFile, timestamp
from sms_service.authoring.translatable import FlowFile
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Flow

FUZZY = "fuzzy"


@dataclass(frozen=True)
class Share:
    """How much of a flow is translated: of `texts`, `missing` names those that are not. Words of options do not count:
    a language can do without."""

    flow: str
    language: str
    texts: int
    missing: tuple[str, ...]

    @property
    def translated(self) -> int:
        """How many are."""
        return self.texts - len(self.missing)


def share(file: FlowFile, language: str) -> Share:
    """How much of this flow is translated into `language`."""
    texts = [text for text in file.texts(language) if not text.words]
    missing = dict.fromkeys(text.entry for text in texts if not file.in_language(text, language))
    return Share(file.flow.name, language, len({text.entry for text in texts}), tuple(missing))


def export(
    language: str,
    files: Sequence[FlowFile],
    flows: Mapping[str, Flow],
    vocabulary: Vocabulary,
    now: datetime,
    old: PoFile | None = None,
    everything: bool = True,
) -> PoFile:
    """The texts of `files` for translation into `language`; flows that are written in it are left out. The service's own
    words that these need in it stand last, each once.

    `flows` are all flows at hand (for the notes). With `old`, the file that is written over, nothing of the translators'
    is lost: their comments and whatever was not imported yet stay, a translation whose text has changed is marked fuzzy with
    what it was before, and texts that are gone stay as obsolete. Without `everything`, so do the entries of other flows.
    """
    translated = [file for file in files if file.flow.languages[0] != language]
    notes = Notes(language, flows, vocabulary)
    entries: list[Entry] = []
    shared: dict[str, Entry] = {}
    for file in translated:
        for text in file.texts(language):
            place = f"{file.file.as_posix()}:{file.line(text)}"
            if text.service in shared:
                entry = shared[text.service]
                entry.places += [place] if place not in entry.places else []
                entry.text = entry.text or file.in_language(text, language)
                continue
            entry = Entry(text.entry, file.original(text), file.in_language(text, language), places=[place])
            entry.notes = notes.of(text, file)
            if text.service:
                shared[text.service] = entry
            else:
                entries.append(entry)
    entries += shared.values()
    first = translated[0].flow.languages[0] if translated else ""
    po = PoFile(_headers(language, first, now), _top(language), entries)
    if old is not None:
        exported = {file.flow.name for file in translated} if not everything else None
        _merge(po, old, exported)
    return po


def _headers(language: str, first: str, now: datetime) -> dict[str, str]:
    return {
        "Project-Id-Version": "sms-service flows",
        "POT-Creation-Date": timestamp(now),
        "PO-Revision-Date": timestamp(now),
        "Last-Translator": "",
        "Language-Team": "",
        "Language": language,
        "X-Source-Language": first,
    }


def _top(language: str) -> list[str]:
    try:
        name = Locale.parse(language).english_name or language
    except (UnknownLocaleError, ValueError):
        name = language
    return [
        f"The texts of the flows in {name}. Each entry says what it is and how long it may become.",
        "What stands in {{ }} is filled in by the service: leave it as it is, at the place where your language wants it.",
    ]


def _merge(po: PoFile, old: PoFile, exported: set[str] | None) -> None:
    """Keeps what the translators did. `exported` are the flows that are written anew; None for all."""
    created = po.headers["POT-Creation-Date"]
    po.headers = {**po.headers, **old.headers, "Language": po.headers["Language"], "POT-Creation-Date": created}
    po.comments = old.comments or po.comments
    before = {entry.context: entry for entry in sorted(old.entries, key=lambda entry: not entry.obsolete)}
    for entry in po.entries:
        if entry.context in before:
            _take_over(entry, before[entry.context])
    here = {entry.context for entry in po.entries}
    for entry in old.entries:
        if entry.context in here and not entry.obsolete:
            continue
        gone = exported is None or entry.context.partition(".")[0] in exported
        if gone and not entry.text:
            continue
        if gone and not entry.obsolete:
            entry.obsolete, entry.notes, entry.places = True, [], []
        if not (entry.obsolete and entry.context in here and before[entry.context] is entry):  # else it is back
            po.entries.append(entry)


def _take_over(entry: Entry, old: Entry) -> None:
    """What the translators said of this text before."""
    entry.comments, now = old.comments, entry.text
    entry.flags = old.flags - {FUZZY}
    if not old.text:
        return
    changed = old.id != entry.id
    if old.fuzzy or changed or now not in ("", old.text):
        entry.flags.add(FUZZY)
    if changed:
        entry.text = now or old.text
        entry.previous = old.previous if old.fuzzy and old.previous else old.id
        return
    entry.text, entry.previous = old.text, old.previous
    if now not in ("", old.text):  # nobody can tell which of the two is the newer one
        entry.notes.append(f"The flow file has another translation: {' '.join(now.split())}")
