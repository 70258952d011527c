"""Every text of a flow file that a translator sees: its name, its place in the file, and what it is in each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from sms_service.authoring.load import Draft, read_draft
from sms_service.authoring.source import BrokenFlow, Path, read_source
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Ask, Choose, Collect, Flow, Option

BETWEEN = ", "
"""What stands between words that mean an option, in a PO file."""


@dataclass(frozen=True)
class Text:
    """One text. `name` is its msgctxt (`confirm.ask.say`), `slot` the same without flow and channel; `path` leads to the
    text in all its languages; `kind` is the channel where that matters (`sms`, `ussd`), else "".

    `words`: answers that mean an option; a language can do without any.
    """

    name: str
    slot: str
    path: Path
    kind: str = ""
    words: bool = False


@dataclass(frozen=True)
class FlowFile:
    """One flow file that can be read. `data` is all of it, as it lies on the disk."""

    file: File
    data: bytes
    draft: Draft
    flow: Flow

    def texts(self, language: str) -> list[Text]:
        """All texts in the order of the file. One that differs by channel, here or in `language`, is two."""
        source, flow = self.draft.source, self.flow
        found: list[Text] = []
        for slot, path in self._slots().items():
            both = [self._raw(path, one) for one in (flow.languages[0], language)]
            kinds = ("sms", "ussd") if any(isinstance(raw, dict) for raw in both) else ("",)
            for kind in kinds:
                name = f"{flow.name}.{slot}" + (f".{kind}" if kind else "")
                found.append(Text(name, slot, path, kind, words=path[-1] == "words"))
        found = [text for text in found if self.original(text)]
        return sorted(found, key=lambda text: source.place(text.path))

    def _slots(self) -> dict[str, Path]:
        """Each slot, and where the text stands in all its languages."""
        slots: dict[str, Path] = {}
        for key, path in self.draft.places.items():
            slot, by_language, rest = key.partition("@")
            if by_language:
                language = rest.partition(":")[0]
                by_kind = path[-1] in ("sms", "ussd") and len(path) > 1 and path[-2] == language
                # in a flow of one language a text may stand without it
                slots[slot] = path[:-2] if by_kind else path[:-1] if path[-1] == language else path
        for slot, path, option in options(self.flow):
            if option.labels:
                slots[f"{slot}.label"] = (*path, "label")
            if option.words:
                slots[f"{slot}.words"] = (*path, "words")
        return slots

    def original(self, text: Text) -> str:
        """The text in the flow's own language: what is translated. For words that only other languages have, the label."""
        own = self.in_language(text, self.flow.languages[0])
        if own or not text.words:
            return own
        label = Text(text.name, text.slot, (*text.path[:-1], "label"))
        return self.in_language(label, self.flow.languages[0]) or str(text.path[-2])

    def in_language(self, text: Text, language: str) -> str:
        """The text in this language, or ""."""
        raw = self._raw(text.path, language)
        if isinstance(raw, dict):
            raw = raw.get(text.kind)
        if isinstance(raw, list):
            return BETWEEN.join(map(str, raw))
        return "" if raw is None else str(raw)

    def _raw(self, path: Path, language: str) -> Any:
        data = self.draft.source.data
        for step in path:
            data = data.get(step) if isinstance(data, dict) else None
        if isinstance(data, dict):
            return data.get(language)
        return data if language == self.flow.languages[0] else None

    def line(self, text: Text) -> int:
        """The line (from 1) in which the text stands in the flow's own language."""
        return self.draft.source.place((*text.path, self.flow.languages[0]))[0]


def options(flow: Flow) -> Iterator[tuple[str, Path, Option]]:
    """Every option that has a label or words of its own: the slot and the place it stands at."""
    for name, state in flow.states.items():
        match state:
            case Choose():
                for option in state.options:
                    yield f"{name}.choose.{option.key}", ("states", name, "choose", option.key), option
            case Ask() | Collect():
                for field in state.fields if isinstance(state, Collect) else (state.field,):
                    base = ("collect", field.name) if isinstance(state, Collect) else ("ask",)
                    for option in field.options:
                        path = ("states", name, *base, "options", option.value)
                        yield f"{name}.{field.name}.options.{option.value}", path, option


def read_flows(files: Sequence[File], vocabulary: Vocabulary) -> list[FlowFile]:
    """The flows of these files. Raises BrokenFlow with all that keeps any of them from being read; other faults may stay."""
    found, findings = [], []
    for file in files:
        try:
            read_source(file)  # says what is wrong with a file that is too long, or no UTF-8
            found.append(flow_file(file, file.read_bytes(), vocabulary))
        except BrokenFlow as broken:
            findings += broken.findings
    if findings:
        raise BrokenFlow(findings)
    return found


def flow_file(file: File, data: bytes, vocabulary: Vocabulary) -> FlowFile:
    """The flow of a file that holds `data`. Raises BrokenFlow where that is no flow, or a state of it cannot be read."""
    draft = read_draft(data.decode("utf-8"), str(file), vocabulary)
    if draft.flow is None or draft.unread or draft.source.broken:
        raise BrokenFlow(draft.findings)
    return FlowFile(file, data, draft, draft.flow)
