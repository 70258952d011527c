"""Texts of a flow file replaced or added, each at its exact place: every other byte of the file stays as it was.

No YAML library writes a file back as a person wrote it (long lines, blank lines, quotes, `{en: "...", hi: "..."}`), so
nothing is written back: the parser says where a value begins and ends, and only what stands there is exchanged.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from sms_service.authoring.source import BrokenFlow, Path, Source

BOM = "\ufeff"
STEP = 2
"""Spaces that a new level is indented by, as in the flows that come with the service."""

PLAIN, BLOCKS = (None, ""), ("|", ">")
BLANKS = re.compile(r"[ \t]*")
HEADER = re.compile(r"[|>](?P<signs>[-+0-9]*)(?P<comment>[^\r\n]*)")
REST = re.compile(r"[ \t]*(#[^\r\n]*)?(?=\r?\n|\Z)")
"""What may stand between a value and the end of its line, if the next line is to be ours."""

UNSEEN = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not take as it is, or takes for the end of a line."""

Value = str | Sequence[str] | Mapping[str, str]
"""A text; words that mean an option; or a text by channel (`sms`, `ussd`)."""


class NotRewritten(Exception):
    """The file is written in a way in which a text cannot be exchanged. The message is a sentence with its place."""


class Rewrite:
    """One flow file under change. `text` is the file's own, with its line ends. Raises BrokenFlow where it is no YAML."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._bom = BOM if text.startswith(BOM) else ""
        self._text = text.removeprefix(BOM)
        self._eol = "\r\n" if "\r\n" in text else "\n"
        source = Source(self._text, file)
        if source.broken:  # an alias, say: the tree of nodes below would follow it without an end
            raise BrokenFlow(source.findings)
        self._expected = copy.deepcopy(source.data)
        self._nodes: dict[Path, yaml.Node] = {}
        self._keys: dict[Path, yaml.Node] = {}
        self._inline: set[Path] = set()
        self._edits: list[tuple[int, int, str]] = []
        if root := yaml.compose(self._text, Loader=yaml.CSafeLoader):
            self._read(root, (), inline=False)

    def _read(self, node: yaml.Node, path: Path, inline: bool) -> None:
        self._nodes[path] = node
        if inline:
            self._inline.add(path)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, str(key.value))
                self._keys[here] = key
                self._read(value, here, inline or bool(node.flow_style))
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._read(item, (*path, number), inline or bool(node.flow_style))

    # -- what can be asked for --

    def path_at(self, line: int, column: int) -> Path:
        """The innermost key or item that a place in the file (counted from 1) belongs to."""
        found: Path = ()
        for path, node in self._nodes.items():
            start, end = self._keys.get(path, node).start_mark, node.end_mark
            if start and end and (start.line, start.column) <= (line - 1, column - 1) < (end.line, end.column):
                found = path if len(path) > len(found) else found
        return found

    def put(self, path: Path, language: str, value: Value, languages: Sequence[str]) -> None:
        """Sets the text at `path` in `language`. A new one stands in the order of `languages`, the flow's, its own first."""
        node, here = self._nodes[path], (*path, language)
        place = _at(self._expected, path[:-1])
        if not isinstance(node, yaml.MappingNode):
            place[path[-1]] = {languages[0]: place[path[-1]], language: _plain(value)}
            self._spread(path, languages[0], language, value)
            return
        texts = place[path[-1]]
        if here in self._nodes:
            self._replace(here, value)
        else:
            before = [one for one in languages[: list(languages).index(language)] if one in texts]
            self._insert((*path, before[-1]) if before else (*path, next(reversed(texts))), language, value)
        texts[language] = _plain(value, texts.get(language))

    def has(self, path: Path) -> bool:
        """Whether something stands at `path`."""
        return path in self._nodes

    def add(self, path: Path, key: str, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Adds texts by language, each under a new name, to `key` of what stands at `path`. Where there is no such key it
        becomes the last one."""
        under = (*path, key)
        is_new = under not in self._nodes
        node = self._nodes[path if is_new else under]
        if not isinstance(node, yaml.MappingNode) or not node.value:
            line = node.start_mark.line + 1
            raise NotRewritten(f"{self.file}:{line}: {key} is not a list of texts by name: write it another way")
        _at(self._expected, path).setdefault(key, {}).update({name: dict(by) for name, by in texts.items()})
        lines = [f"{name}: {self._inlined(by, node)}" for name, by in texts.items()]
        end, indent = self._end(node.value[-1][1]), " " * node.value[0][0].start_mark.column
        if not node.flow_style and under not in self._inline and path not in self._inline:
            head = [f"{indent}{key}:"] if is_new else []
            deeper = indent + " " * STEP * is_new
            self._new_line(end, self._eol.join([*head, *(f"{deeper}{line}" for line in lines)]))
            return
        around = next(path[:n] for n in range(len(path), -1, -1) if path[:n] not in self._inline)
        column = self._keys[around].start_mark.column + STEP if around in self._keys else STEP
        new = f",{self._eol}{' ' * column}".join(["", *lines])  # a line for each, deeper than what it belongs to
        self._edit(end, end, f", {key}: {{{new[1:]}}}" if is_new else new)

    def add_language(self, language: str) -> None:
        """Adds a language to the flow's list of them."""
        path: Path = ("languages",)
        node = self._nodes[path]
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise NotRewritten(f"{self.file}: languages is not a list: add {language} to it by hand")
        last = node.value[-1]
        if node.flow_style:
            self._edit(self._end(last), self._end(last), f", {language}")
        else:
            self._new_line(self._end(last), f"{' ' * (node.start_mark.column)}- {language}")
        self._expected["languages"].append(language)

    def result(self) -> str:
        """The new text. Raises NotRewritten unless it reads as the old one with just these texts changed."""
        parts, place = [self._bom], 0
        for start, end, new in sorted(self._edits, key=lambda edit: edit[:2]):
            parts += (self._text[place:start], new)
            place = end
        text = "".join([*parts, self._text[place:]])
        try:
            read = Source(text.removeprefix(BOM), self.file).data
        except BrokenFlow as error:
            raise NotRewritten(f"{self.file}: cannot be changed by itself, change it by hand ({error})") from error
        if read != self._expected:
            raise NotRewritten(f"{self.file}: cannot be changed by itself, change it by hand")
        return text

    # -- how it is done --

    def _edit(self, start: int, end: int, new: str) -> None:
        self._edits.append((start, end, new))

    def _replace(self, path: Path, value: Value) -> None:
        node = self._nodes[path]
        inline = path in self._inline
        if isinstance(value, Mapping) and isinstance(node, yaml.MappingNode):
            for kind, text in value.items():
                self._replace((*path, kind), text)
        elif isinstance(node, yaml.ScalarNode) and isinstance(value, str):
            if node.value != value:
                self._edit(node.start_mark.index, self._end(node), self._scalar(value, node, inline))
        elif isinstance(node, yaml.SequenceNode) and len(node.value) == len(value):
            for number, word in enumerate(value):
                self._replace((*path, number), word)
        elif isinstance(node, yaml.SequenceNode) and not node.flow_style:
            between = f"{self._eol}{' ' * node.start_mark.column}- "
            items = between.join(self._scalar(word, None, inline) for word in value)
            self._edit(node.start_mark.index, self._end(node), f"- {items}")
        else:
            self._edit(node.start_mark.index, self._end(node), self._inlined(value))

    def _insert(self, sibling: Path, key: str, value: Value) -> None:
        """A new key after its sibling, written as that one is."""
        node, mark = self._nodes[sibling], self._keys[sibling].start_mark
        end, indent = self._end(node), mark.column
        if sibling not in self._inline:
            self._new_line(end, f"{' ' * indent}{key}:{self._beside(value, node, indent)}")
            return
        new = f"{key}: {self._inlined(value, node)}"
        comma = re.compile(r"[ \t]*,").match(self._text, end)
        alone = self._text[: mark.index].rpartition("\n")[2].strip() == ""  # each language has a line of its own
        if alone and comma and REST.match(self._text, comma.end()):
            self._new_line(comma.end(), f"{' ' * indent}{new},")
        elif alone and REST.match(self._text, end):
            self._edit(end, end, ",")
            self._new_line(end, f"{' ' * indent}{new}")
        else:
            self._edit(end, end, f", {new}")

    def _spread(self, path: Path, own: str, language: str, value: Value) -> None:
        """A text that stood without a language becomes one by language."""
        node = self._nodes[path]
        start, end = node.start_mark.index, self._end(node)
        if path in self._inline:
            self._edit(start, start, f"{{{own}: ")
            self._edit(end, end, f", {language}: {self._inlined(value, node)}}}")
            return
        indent = " " * (self._keys[path].start_mark.column + STEP)
        space = len(self._text[:start]) - len(self._text[:start].rstrip(" \t\r\n"))
        self._edit(start - space, start, f"{self._eol}{indent}{own}: ")
        for line in re.finditer(r"\n(?=[^\r\n])", self._text[start:end]):  # what follows must stay deeper than its key
            self._edit(start + line.end(), start + line.end(), " " * STEP)
        deeper = " " * (len(indent) + STEP)
        self._new_line(end, f"{indent}{language}: {self._scalar(str(value), node, False, deeper)}")

    def _new_line(self, after: int, line: str) -> None:
        """A line below the one that `after` is in."""
        place = self._text.find("\n", after)
        if place < 0:
            self._edit(len(self._text), len(self._text), self._eol + line)
        else:
            self._edit(place + 1, place + 1, line + self._eol)

    def _beside(self, value: Value, like: yaml.Node, indent: int) -> str:
        """A value after `key:`, on lines of its own where the one it is like has such."""
        inner = f"{self._eol}{' ' * (indent + STEP)}"
        if isinstance(value, Mapping) and isinstance(like, yaml.MappingNode) and not like.flow_style:
            styles = {key.value: kind for key, kind in like.value}
            deeper = " " * (indent + 2 * STEP)
            return "".join(f"{inner}{kind}: {self._scalar(text, styles.get(kind), False, deeper)}"
                           for kind, text in value.items())  # fmt: skip
        if isinstance(value, str):
            return f" {self._scalar(value, like, False, ' ' * (indent + STEP))}"
        if isinstance(value, Mapping) or not isinstance(like, yaml.SequenceNode) or like.flow_style:
            return f" {self._inlined(value, like)}"
        return "".join(f"{inner}- {self._scalar(word, None, False)}" for word in value)

    def _inlined(self, value: Value, like: yaml.Node | None = None) -> str:
        if isinstance(value, str):
            return self._scalar(value, like, True)
        if isinstance(value, Mapping):
            styles = {key.value: kind for key, kind in like.value} if isinstance(like, yaml.MappingNode) else {}
            texts = (f"{kind}: {self._scalar(text, styles.get(kind, like), True)}" for kind, text in value.items())
            return f"{{{', '.join(texts)}}}"
        return f"[{', '.join(self._scalar(word, None, True) for word in value)}]"

    def _scalar(self, value: str, like: yaml.Node | None, inline: bool, indent: str = "") -> str:
        """`value` as YAML, in the style of another text where that can hold it, else in double quotes. Without another,
        plain where it can be."""
        style = like.style if isinstance(like, yaml.ScalarNode) else '"' if isinstance(like, yaml.MappingNode) else ""
        new = _quoted(value)
        if style in PLAIN:
            new = value
        elif style == "'":
            new = "'" + value.replace("'", "''") + "'"
        elif style in BLOCKS and not inline and isinstance(like, yaml.ScalarNode):
            new = self._block(value, like, indent)
        seen = not UNSEEN.search(value.replace("\n", ""))
        return new if seen and _reads(new, value, inline) else _quoted(value)

    def _block(self, value: str, like: yaml.ScalarNode, indent: str) -> str:
        """`value` as a block of lines, in the place of another block (then indented as that was) or beside it."""
        old = self._text[like.start_mark.index : self._end(like)]
        lines = [line for line in old.split("\n")[1:] if line.strip()]
        header = HEADER.match(old)
        comment = header["comment"] if header and not indent else ""
        if not indent:
            indent = min((line[: len(line) - len(line.lstrip(" "))] for line in lines), key=len, default="")
        chomping = "" if value.endswith("\n") else "-"
        texts = value.removesuffix("\n").split("\n")
        if like.style == ">":  # a line end is a blank line there, and a line is broken where that one's were
            width = max((len(line.strip()) for line in lines), default=0)
            texts = [line for text in texts for line in (*_wrapped(text, width), "")][:-1]
        return self._eol.join([f"{like.style}{chomping}{comment}", *(f"{indent}{text}".rstrip(" ") for text in texts)])

    def _end(self, node: yaml.Node) -> int:
        """Where a value ends: after its last character, before what the parser counts to it up to the next key."""
        if isinstance(node, yaml.ScalarNode):
            if node.style not in BLOCKS:
                return int(node.end_mark.index)
            written = self._text[node.start_mark.index : node.end_mark.index]
            header = HEADER.match(written)
            if header and "+" in header["signs"]:  # there the blank lines below are part of the text
                return int(node.start_mark.index) + len(written.removesuffix("\n").removesuffix("\r"))
            found = BLANKS.match(self._text, node.start_mark.index + len(written.rstrip()))
            return found.end() if found else int(node.end_mark.index)
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        return int(node.end_mark.index)


# --- pieces of YAML -----------------------------------------------------------------------------------------------


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _plain(value: Value, old: Any = None) -> Any:
    """`value` as it will be read. Of as many words as before, those that stay are not touched: 1 stays a number."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(old, list) or len(old) != len(value):
        return list(value)
    return [was if str(was) == word else word for was, word in zip(old, value, strict=True)]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + UNSEEN.sub(lambda found: f"\\U{ord(found[0]):08X}", escaped) + '"'


def _wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width`, broken only where one space stands between words: that is what folding restores."""
    lines = [""]
    for word in re.split(r"(?<=\S) (?=\S)", text):
        if lines[-1] and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        elif lines[-1]:
            lines.append(word)
        else:
            lines[-1] = word
    return lines


def _reads(written: str, value: str, inline: bool) -> bool:
    """Whether this piece of YAML is the text `value`, also for a reader that takes `no` for false and 12:30 for 750."""
    try:
        node = yaml.compose(f"{{k: {written}}}" if inline else f"k: {written}\n", Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    found = node.value[0][1]
    return isinstance(found, yaml.ScalarNode) and found.tag == "tag:yaml.org,2002:str" and found.value == value
