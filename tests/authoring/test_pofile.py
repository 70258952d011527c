"""PO files as translators' tools write them, and as we do."""

from __future__ import annotations

import io

import pytest
from babel.messages.pofile import read_po as babel_read_po

from sms_service.authoring.pofile import BrokenPo, Entry, PoFile, parse_po, po_text

HEADER = 'msgid ""\nmsgstr ""\n"Language: hi\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
ENTRY = 'msgctxt "menu.ask.say"\nmsgid "Hello"\nmsgstr "नमस्ते"\n'


def parse(text: str) -> PoFile:
    return parse_po(text.encode(), "hi.po")


def findings(data: str | bytes) -> list[str]:
    with pytest.raises(BrokenPo) as caught:
        parse_po(data if isinstance(data, bytes) else data.encode(), "hi.po")
    return str(caught.value).splitlines()


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + ENTRY).encode(),
        ENTRY.encode(),
        (HEADER + ENTRY).encode("utf-8-sig"),
        (HEADER + ENTRY).encode("utf-16"),
        (HEADER + ENTRY).replace("\n", "\r\n").encode(),
        (HEADER + ENTRY).replace("UTF-8", "CHARSET").encode(),
        (HEADER + 'msgctxt ""\n"menu."\n"ask.say"\nmsgid ""\n"Hel"\n"lo"\nmsgstr ""\n"नम"\n"स्ते"\n').encode(),
        (HEADER + '  msgctxt\t"menu.ask.say"\nmsgid"Hello"\nmsgstr   "नमस्ते"').encode(),
    ],
    ids=["plain", "no header", "BOM", "UTF-16", "CRLF", "charset unset", "wrapped", "other spaces"],
)
def test_an_entry_is_read_however_the_file_is_written(data: bytes) -> None:
    [entry] = parse_po(data, "hi.po").entries
    assert (entry.context, entry.id, entry.text) == ("menu.ask.say", "Hello", "नमस्ते")


def test_another_character_set_is_read_as_the_header_says() -> None:
    data = (HEADER.replace("UTF-8", "ISO-8859-1") + 'msgctxt "a.b"\nmsgid "x"\nmsgstr "é"\n').encode("latin-1")
    assert parse_po(data, "fr.po").entries[0].text == "é"


def test_all_of_an_entry_is_read() -> None:
    po = parse(
        "# by hand\n" + HEADER + "#  mine\n#. a note\n#: flows/menu.yaml:12 flows/x.yaml:3\n#, fuzzy, no-wrap\n"
        '#| msgctxt "menu.ask.say"\n#| msgid "old \\"one\\""\n' + ENTRY + '\n#~ msgid "gone"\n#~ msgstr "x"\n'
    )
    entry, gone = po.entries
    assert po.headers == {"Language": "hi", "Content-Type": "text/plain; charset=UTF-8"}
    assert po.comments == ["by hand"]
    assert entry.comments == ["mine"]
    assert entry.notes == ["a note"]
    assert entry.places == ["flows/menu.yaml:12", "flows/x.yaml:3"]
    assert entry.flags == {"fuzzy", "no-wrap"}
    assert entry.previous == 'old "one"'
    assert entry.line == 15
    assert gone.obsolete
    assert not entry.obsolete


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            'msgid "a"\nmsgstr "b\n',
            "hi.po:2:1: not a line of a PO file: expected msgctxt, msgid or msgstr and a text in quotes",
        ),
        ("hello\n", "hi.po:1:1: not a line of a PO file: expected msgctxt, msgid or msgstr and a text in quotes"),
        ('"a"\n', "hi.po:1:1: a text in quotes without msgid or msgstr before it"),
        ('msgid "a"\n\n#. next\nmsgid "b"\nmsgstr ""\n', "hi.po:3:1: the entry that ends here has no msgstr"),
        ('msgstr "a"\n', "hi.po:2:1: the entry that ends here has no msgid"),
        (
            ENTRY + ENTRY.replace("नमस्ते", "x"),
            "hi.po:6:1: menu.ask.say is translated a second time (first in line 3): keep one of them",
        ),
        (
            HEADER.replace("UTF-8", "MORSE"),
            'hi.po:1:1: there is no character set "MORSE": save the file as UTF-8, and say so in its header',
        ),
    ],
)
def test_what_is_no_po_file_is_told_with_its_line(text: str, finding: str) -> None:
    assert findings(text) == [finding]


def test_a_file_in_another_encoding_than_it_says_is_told_with_its_line() -> None:
    assert findings(HEADER.encode() + b'msgid "x"\nmsgstr "\xe9"\n') == [
        "hi.po:7:1: not UTF-8 (byte 99): save the file as UTF-8, and say so in its header"
    ]


# --- writing ------------------------------------------------------------------------------------------------------

WRITTEN = PoFile(
    {"Language": "hi", "X-Crowdin-Project": "17"},
    ["by hand"],
    [
        Entry(
            "a.say", 'Say "x"\\\n\tnow', "क", comments=["mine"], notes=["a note " * 30], places=["flows/my a.yaml:3"]
        ),
        Entry("b.say", "100 % der {% if a %}", flags={"fuzzy"}, previous="long " * 60 + "\nline"),
        Entry("b.say", "gone", "x", obsolete=True),
    ],
)


def test_what_is_written_is_read_again() -> None:
    text = po_text(WRITTEN)
    read = parse(text)
    assert po_text(read) == text
    assert [(one.context, one.id, one.text, one.previous) for one in read.entries] == [
        (one.context, one.id, one.text, one.previous) for one in WRITTEN.entries
    ]
    assert read.headers["X-Crowdin-Project"] == "17"
    assert read.entries[1].flags == {"fuzzy"}, "100 % der is no format of Python's"


def test_other_tools_read_it_too() -> None:
    catalogue = babel_read_po(io.BytesIO(po_text(WRITTEN).encode()), abort_invalid=True)
    assert catalogue.get('Say "x"\\\n\tnow', context="a.say").string == "क"  # type: ignore[union-attr]
    assert len(catalogue.obsolete) == 1
