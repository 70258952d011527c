"""Translations taken from a PO file into the flow files: `flow texts import`. All of them or, where one is wrong, none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as File

from sms_service.authoring.catalogues import Share, share
from sms_service.authoring.check import check
from sms_service.authoring.notes import PRINTED
from sms_service.authoring.pofile import Entry, PoFile
from sms_service.authoring.rewrite import Rewrite
from sms_service.authoring.saving import ChangedMeanwhile, save
from sms_service.authoring.source import Finding, Path
from sms_service.authoring.suggest import did_you_mean
from sms_service.authoring.translatable import FlowFile, Text, flow_file
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.templates import Templates
from sms_service.privacy import FILTERS

COMMAS = re.compile(r"\s*[,،、，;؛\n]\s*")
"""What translators put between words, each by the keyboard of his language."""

QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
NAMED = 3
"""Texts that one finding names; the others are counted."""


@dataclass(frozen=True)
class Change:
    """One text that the import changes; `old` is "" where there was none. `line` is that of its entry in the PO file."""

    name: str
    file: str
    line: int
    old: str
    new: str


@dataclass
class Import:
    """What an import would do. With `problems` it must do nothing; `warnings` are for the reader.

    Left out are: entries marked `fuzzy`, those `outdated` (the text has changed since the export), and `empty` ones.
    `shares` says how much is translated afterwards.
    """

    language: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    fuzzy: int = 0
    outdated: int = 0
    empty: int = 0
    shares: list[Share] = field(default_factory=list)
    rewritten: dict[File, tuple[bytes, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Wanted:
    """A translation that differs from what the flow file has."""

    file: FlowFile
    text: Text
    entry: Entry
    old: str
    new: str


def read_import(
    po: PoFile, po_name: str, language: str, files: Sequence[FlowFile], vocabulary: Vocabulary, everything: bool = True
) -> Import:
    """What taking `po` into `files` comes to; nothing is written. Without `everything`, other flows' entries are passed over.

    Raises NotRewritten where a file is written in a way that no text of it can be exchanged.
    """
    return _Importing(po_name, language, vocabulary).read(po, files, everything)


def write_import(planned: Import) -> None:
    """Writes the files. Raises ChangedMeanwhile (before anything is written, if it can be seen by then), OSError."""
    for file, (old, _) in planned.rewritten.items():
        if file.read_bytes() != old:
            raise ChangedMeanwhile(f"{file} was changed meanwhile: nothing was written; do this once more")
    for file, (old, new) in planned.rewritten.items():
        save(file, old, new)


class _Importing:
    """One import under way."""

    def __init__(self, po_name: str, language: str, vocabulary: Vocabulary) -> None:
        self.po_name, self.language, self.vocabulary = po_name, language, vocabulary
        self.found = Import(language)

    def read(self, po: PoFile, files: Sequence[FlowFile], everything: bool) -> Import:
        found = self.found
        files = [file for file in files if file.flow.languages[0] != self.language]
        texts: dict[str, list[tuple[FlowFile, Text]]] = {}
        for file in files:
            for text in file.texts(self.language):
                texts.setdefault(text.entry, []).append((file, text))
        wanted: dict[File, list[_Wanted]] = {}
        for entry in po.entries:
            if entry.context in texts:
                for one in self.each(entry, texts[entry.context]):
                    wanted.setdefault(one.file.file, []).append(one)
            elif not entry.obsolete and everything:
                self.gone(entry, list(texts))
        after: dict[File, FlowFile] = {}
        for file in files:
            changes = self.fitting(file, wanted.get(file.file, []))
            if changes:
                after[file.file] = self.rewritten(file, changes)
        self.judge([one for one in files if one.file in after], after, wanted)
        found.shares = [share(after.get(file.file, file), self.language) for file in files]
        for kind in (found.problems, found.warnings):
            kind[:] = sorted(set(kind))
        return found

    # -- entry by entry --

    def say(self, entry: Entry, message: str, *, problem: bool) -> None:
        finding = Finding(self.po_name, entry.line, 1, message, "error" if problem else "warning")
        (self.found.problems if problem else self.found.warnings).append(finding)

    def gone(self, entry: Entry, names: list[str]) -> None:
        if not entry.context:
            message = f'"{entry.id}" has no msgctxt, so that nobody can say which text it is: export once more'
        else:
            message = f"there is no text {entry.context} in the flows (any more){did_you_mean(entry.context, names)}"
        self.say(entry, message, problem=False)

    def each(self, entry: Entry, places: Sequence[tuple[FlowFile, Text]]) -> Iterator[_Wanted]:
        """The translation at each of its places. Words of the service have several; those that somebody has changed at one
        of them stay."""
        now = [file.in_language(text, self.language) for file, text in places]
        shown = next(filter(None, now), "")  # what the export shows
        for (file, text), old in zip(places, now, strict=True):
            if old in ("", shown) and entry.text != old:
                if (one := self.taken(entry, file, text)) is None:
                    return  # and so it would be at the others
                yield one

    def taken(self, entry: Entry, file: FlowFile, text: Text) -> _Wanted | None:
        """The translation, if it is one and is new."""
        found, old, original = self.found, file.in_language(text, self.language), file.original(text)
        if entry.obsolete or entry.text == old:
            return None
        if not entry.text.strip():
            found.empty += 1
        elif entry.fuzzy:
            found.fuzzy += 1
        elif entry.id not in file.originals(text):
            found.outdated += 1
            message = f"{text.name} has changed since the export: export over this file, and look at its translation"
            self.say(entry, message, problem=False)
        elif entry.plural:
            self.say(entry, f"{text.name} has plural forms, which flows do not know: give one msgstr", problem=True)
        else:
            if not text.words:
                for message in braces(original, old, entry.text):
                    self.say(entry, f"{text.name}: {message}", problem=True)
            return _Wanted(file, text, entry, old, entry.text)
        return None

    # -- file by file --

    def fitting(self, file: FlowFile, wanted: list[_Wanted]) -> list[_Wanted]:
        """Without halves: a text that differs by channel needs both, and a new language all texts of its flow."""
        new = {one.text.name for one in wanted}

        def has(text: Text) -> bool:
            return text.name in new or bool(file.in_language(text, self.language))

        texts = file.texts(self.language)
        lacking = {text.path: text.name for text in texts if text.kind and not has(text)}
        for one in wanted:
            if one.text.path in lacking:
                message = f"{one.text.name} is left out as long as {lacking[one.text.path]} is not translated too"
                self.say(one.entry, message, problem=False)
        wanted = [one for one in wanted if one.text.path not in lacking]
        if wanted and self.language not in file.flow.languages:
            missing = list(dict.fromkeys(text.entry for text in texts if not text.words and not has(text)))
            if missing:
                place = file.draft.source.place(("languages",))
                message = (
                    f"{self.language} is new to flow {file.flow.name}, and {len(missing)} of its texts "
                    f"{'is' if len(missing) == 1 else 'are'} not translated yet: {named(missing)}"
                )
                self.found.warnings.append(Finding(str(file.file), *place, message, "warning"))
                return []
        return wanted

    def rewritten(self, file: FlowFile, wanted: list[_Wanted]) -> FlowFile:
        """The file with these translations in it."""
        rewrite = Rewrite(file.data.decode("utf-8"), str(file.file))
        languages = list(file.flow.languages)
        if self.language not in languages:
            languages.append(self.language)
            rewrite.add_language(self.language)
        kinds: dict[Path, dict[str, str]] = {}
        new_keys: dict[Path, dict[str, dict[str, str]]] = {}
        for one in wanted:
            if one.text.service and not rewrite.has(one.text.path):
                *field, _, problem = one.text.path
                new_keys.setdefault(tuple(field), {})[str(problem)] = {self.language: one.new}
            elif one.text.kind:
                both = (replace(one.text, kind=kind) for kind in ("sms", "ussd"))
                now = {text.kind: file.in_language(text, self.language) for text in both}
                kinds.setdefault(one.text.path, now)[one.text.kind] = one.new
            else:
                value = [word for word in COMMAS.split(one.new.strip()) if word] if one.text.words else one.new
                rewrite.put(one.text.path, self.language, value, languages)
            line = one.entry.line
            self.found.changes.append(Change(one.text.name, str(file.file), line, one.old, one.new))
        for path, texts in kinds.items():
            rewrite.put(path, self.language, texts, languages)
        for path, by_problem in new_keys.items():  # last, so that they stand below what the others add to the field
            rewrite.add(path, "wrong", by_problem)
        new = rewrite.result().encode()
        self.found.rewritten[file.file] = (file.data, new)
        return flow_file(file.file, new, self.vocabulary)

    # -- all of it --

    def judge(
        self, files: Sequence[FlowFile], after: Mapping[File, FlowFile], wanted: Mapping[File, list[_Wanted]]
    ) -> None:
        """What the checker has against the new files and had not against the old ones."""
        paths = [file.file for file in files]
        texts = {path: after[path].data.decode("utf-8") for path in paths}
        known = set()
        old = {str(file.file): Rewrite(file.data.decode("utf-8"), str(file.file)) for file in files}
        for finding in check(paths, self.vocabulary).findings if paths else ():
            known.add((finding.file, old[finding.file].path_at(finding.line, finding.column), finding.message))
        new = {str(path): Rewrite(text, str(path)) for path, text in texts.items()}
        changed = {str(path): wanted[path] for path in paths}
        for finding in check(paths, self.vocabulary, texts).findings if paths else ():
            path = new[finding.file].path_at(finding.line, finding.column)
            if (finding.file, path, finding.message) not in known:
                self.blame(finding, path, changed[finding.file])

    def blame(self, finding: Finding, path: Path, wanted: list[_Wanted]) -> None:
        """Tells a finding at the entry, or entries, that it comes from."""
        kind = self.found.problems if finding.level == "error" else self.found.warnings
        causes = list(_causes(path, self.language, wanted))
        if not causes:
            kind.append(replace(finding, message=f"with these translations: {finding.message}"))
            return
        message = f"{named([one.text.name for one in causes])}: {finding.message}"
        kind.append(Finding(self.po_name, causes[0].entry.line, 1, message, finding.level))


def _causes(path: Path, language: str, wanted: list[_Wanted]) -> Iterator[_Wanted]:
    """The translations that a finding at `path` is about: that very text, else those under it, else those of its state."""
    own = [one for one in wanted if one.text.path == path[: len(one.text.path)] and language in path]
    if len(own) > 1:
        own = [one for one in own if one.text.kind == path[-1]] or own
    under = [one for one in wanted if path == one.text.path[: len(path)]] if len(path) > 1 else []
    option = [one for one in wanted if one.text.path[-1] in ("label", "words") and one.text.path[:2] == path[:2]]
    yield from own or under or option


def braces(original: str, old: str, new: str) -> Iterator[str]:
    """What is wrong with the variables of a translation, in sentences. What the translation had or lacked before may stay."""
    wanted, was, has = _printed(original), _printed(old), _printed(new)
    for expression, written in wanted.items():
        if expression not in has and not (old and expression not in was):
            yield f"{{{{ {written} }}}} is missing: what stands in braces must stand in the translation too"
    for expression, written in has.items():
        if expression not in wanted and expression not in was:
            yield f"{{{{ {written} }}}} does not stand in the text that is translated: leave it out"
    surplus = _used(new) - _used(original) - _used(old)
    for variable in sorted(surplus):
        if not any(expression.startswith(variable) for expression in has):
            yield f"{variable} does not stand in the text that is translated: leave it out"


def _printed(text: str) -> dict[str, str]:
    """What a text prints, without spaces and quoted words (a default may be translated), and as it is written."""
    return {re.sub(r"\s+", "", QUOTED.sub("''", found)): found for found in PRINTED.findall(text)}


def _used(text: str) -> set[str]:
    """All variables of a text, those of its conditions too; none where it cannot be read (the checker says why)."""
    templates, failures = Templates.readable({"it": text}, FILTERS)
    return set() if failures else templates.variables("it")


def named(names: Sequence[str]) -> str:
    """`one, two, three and 4 more`."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
