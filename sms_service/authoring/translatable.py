"""Every text of a flow file that a translator sees: its name, its place in the file, and what it is in each language."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from sms_service.authoring.load import Draft, read_draft
from sms_service.authoring.source import BrokenFlow, Path, read_source
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Ask, Choose, Collect, Consent, Flow, Option
from sms_service.engine.walk import fields_of

BETWEEN = ", "
"""What stands between words that mean an option, in a PO file."""


@dataclass(frozen=True)
class Text:
    """One text. `name` is its msgctxt (`confirm.ask.say`), `slot` the same without flow and channel; `path` leads to the
    text in all its languages; `kind` is the channel where that matters (`sms`, `ussd`), else "".

    `words`: answers that mean an option; a language can do without any. `service`: these are the service's own words for
    a wrong answer, which it does not have in this language, and translated once for all fields of a type: the msgctxt of
    that (`type:name.too_short`). `path` is then where the flow can have words of its own.
    """

    name: str
    slot: str
    path: Path
    kind: str = ""
    words: bool = False
    service: str = ""

    @property
    def entry(self) -> str:
        """The msgctxt of the entry that it is translated in."""
        return self.service or self.name


@dataclass(frozen=True)
class FlowFile:
    """One flow file that can be read. `data` is all of it, as it lies on the disk."""

    file: File
    data: bytes
    draft: Draft
    flow: Flow
    vocabulary: Vocabulary

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
        found += self._of_the_service(language)
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

    def _of_the_service(self, language: str) -> Iterator[Text]:
        """What the flow leaves to the service to say of wrong answers, as far as the service cannot say it in `language`."""
        own = {key.partition("@")[0] for key in self.draft.places}
        for name, state in self.flow.states.items():
            for field in fields_of(state):
                wrong = f"{name}.{field.name}.wrong"
                shape = self.vocabulary.types.get(field.type)
                if shape is None or wrong in own or f"{name}.unclear" in own:
                    continue
                path: Path = ("states", name, *(("collect", field.name) if isinstance(state, Collect) else ("ask",)))
                for problem, sentences in shape.problems.items():
                    slot, here = f"{wrong}.{problem}", (*path, "wrong", problem)
                    raw = self._raw(here, language)
                    lacking = raw is not None or language not in sentences
                    if lacking and self._raw(here, self.flow.languages[0]) is None and not isinstance(raw, dict):
                        service = f"type:{field.type}.{problem}"
                        yield Text(f"{self.flow.name}.{slot}", slot, here, service=service)

    def originals(self, text: Text) -> Collection[str]:
        """What an entry for this text may hold as its original: the service's words in any language, as flows of several
        first languages share them."""
        if not text.service:
            return (self.original(text),)
        return self._sentences(text).values()

    def _sentences(self, text: Text) -> Mapping[str, str]:
        kind, problem = text.service.removeprefix("type:").split(".")
        return self.vocabulary.types[kind].problems[problem]

    def original(self, text: Text) -> str:
        """The text in the flow's own language: what is translated. For words that only other languages have, the label."""
        if text.service:
            return self._sentences(text).get(self.flow.languages[0], "")
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
            case Consent():
                for option in state.others:
                    yield f"{name}.other.{option.key}", ("states", name, "consent", "other", option.key), option
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
    return FlowFile(file, data, draft, draft.flow, vocabulary)
