"""What is no YAML is told where it is to be mended, in the words of whoever wrote it."""

from __future__ import annotations

import pytest

from sms_service.authoring.source import BrokenFlow, Source

FLOW = """\
flow: x
states:
  first:
    say:
      en: "Your name?"
      hi: "आपका नाम?"
    ask: {into: who, type: name}
    next: thanks
  thanks:
    end: true
"""


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ('"Your name?"', '"Your name?', '5:11: the quote " that opens here is never closed'),
        ('"आपका नाम?"', "'आपका नाम?", "6:11: the quote ' that opens here is never closed"),
        ('"Your name?"', "'It's me'", "5:14: the text ends at this quote, and more follows: put a text with an apostrophe"),
        ('"Your name?"', '"A "B" C"', "5:14: the text ends at this quote, and more follows: put a text with quotes in '...'"),
        ('"Your name?"', "Note: a name", "5:11: a text with a colon in it must stand in quotes"),
        ('"Your name?"', "“Note: a name”", '5:11: “ is no quote to a computer: write straight ones, "..."'),
        ('"Your name?"', "{{ who }}?", "5:11: a text with {{ }} must stand in quotes"),
        ('"Your name?"', "[1] name", "5:11: a text that begins with [ must stand in quotes"),
        ('"Your name?"', "% off", "5:11: a text that begins with % must stand in quotes"),
        ('"Your name?"', "@home", "5:11: a text that begins with @ must stand in quotes"),
        ('"Your name?"', "`home`", "5:11: a text that begins with ` must stand in quotes"),
        ('"Your name?"', "*384*96#", "5:11: a text that begins with * must stand in quotes"),
        ('"Your name?"', "& you", "5:11: a text that begins with & must stand in quotes"),
        ('"Your name?"', "| you", "5:11: a text that begins with | must stand in quotes"),
        ('"Your name?"', "> you", "5:11: a text that begins with > must stand in quotes"),
        ('"Your name?"', "- you", "5:11: a text that begins with - must stand in quotes"),
        ('"Your name?"', "? you", "5:11: a text that begins with ? must stand in quotes"),
        ('"Your name?"', ", you", "5:11: a text that begins with , must stand in quotes"),
        ('"Your name?"', "!e!you", "5:11: a text that begins with ! must stand in quotes"),
        ('"Your name?"', '"a\\d"', '5:13: in "..." a \\ has a meaning of its own'),
        ('"Your name?"', '"a\\u12"', '5:15: in "..." a \\ has a meaning of its own'),
        ('"Your name?"', ">-\n      Your name?", "6:7: the text below >- must be indented more"),
        ("    say:\n", "    say\n", '4:5: a colon is missing after "say"'),
        ("      hi:", "      hi", '6:7: a colon is missing after "hi"'),
        ("      en:", "      en", '5:7: a colon is missing after "en"'),
        ("  thanks:\n", "  thanks\n", '9:3: a colon is missing after "thanks"'),
        ("    next: thanks", "    next:thanks", "8:10: a space is missing after the colon"),
        ("    ask: {into", "    ask:{into", "7:9: a space is missing after the colon"),
        ("    next: thanks", "\ufeff    next: thanks", "8:1: this looks like a space and is none: type it anew"),
        ("    next: thanks", "    next：thanks", "8:9: ： is no colon: write `key: value`"),
        ("    next: thanks", "    next; thanks", "8:9: ; is no colon: write `key: value`"),
        ("    next: thanks", "    next: thanks end: true", '8:18: "end" needs a line of its own'),
        ("    next: thanks", "    next:\u00a0thanks", "8:10: this looks like a space and is none: type it anew"),
        ("    next: thanks", "     next: thanks", "8:6: this line is indented by 5, the lines around it by 4"),
        ("    next: thanks", "   next: thanks", "8:4: this line is indented by 3, the lines around it by 2 or 4"),
        ("  thanks:\n", " thanks:\n", "9:2: this line is indented by 1, the lines around it by 0 or 2"),
        ("    say:\n", "    say: Hello\n", '5:7: "say" has its value in the line above'),
        ("    say:\n", '    say: "Hello"\n', '5:7: "say" has its value in the line above'),
        ("  first:\n", "  - first:\n", '9:3: the lines above begin with "- " and this one does not'),
        ("type: name}", "type: name", "7:10: this { is never closed: add }"),
        ("type: name}", "type: name}}", "7:33: this } closes nothing: leave it out"),
        ("who, type", "who type", '7:21: a comma is missing before "type"'),
        ("who, type", "who,\n          , type", "8:11: nothing stands before this comma: leave it out"),
        ("who, type: name}", "who\n          type: name}", '8:11: a comma is missing before "type"'),
        ("{into: who", "{into: {{ who }} here", "7:17: a text with {{ }} must stand in quotes"),
        ("{into: who", "{into: who [1]", "7:21: a text with a brace or a bracket in it must stand in quotes"),
        ("{into: who", "{into: #who", "7:17: what follows # is a comment: put a text with # in quotes"),
        ("{into: who", "{into:, x: who", "7:15: behind this colon a space and a value are missing"),
        ("flow: x", "```\nflow: x", "1:1: this line is Markdown, not YAML: leave it out"),
        ("flow: x", "%flow: x", "1:1: a text that begins with % must stand in quotes"),
        ("    end: true", "    choose: {1: ask", "10:13: this { is never closed: add }"),
        ("    end: true", "    choose: [1, ask", "10:13: this [ is never closed: add ]"),
    ],
)  # fmt: skip
def test_it_is_told_where_it_is_to_be_mended(right: str, wrong: str, found: str) -> None:
    with pytest.raises(BrokenFlow) as caught:
        Source(FLOW.replace(right, wrong, 1), "x.yaml")
    assert str(caught.value).startswith(f"x.yaml:{found}"), str(caught.value)
    assert len(caught.value.findings) == 1


def test_whatever_is_cut_off_says_one_thing_at_a_place_in_the_file() -> None:
    """However a flow breaks off, nothing but findings comes of it."""
    for end in range(len(FLOW)):
        text = FLOW[:end]
        try:
            found = Source(text, "x.yaml").findings
        except BrokenFlow as broken:
            found = broken.findings
            assert len(found) == 1
        for finding in found:
            assert finding.line <= text.count("\n") + 2
            assert not finding.message.startswith("this cannot be read"), (text[-30:], finding.message)


@pytest.mark.parametrize("sign", list("\"'{}[]:,#&*!|>%@`-?= \t\n\\"))
def test_one_strange_sign_anywhere_says_something_at_a_place_in_the_file(sign: str) -> None:
    for place in range(len(FLOW)):
        text = FLOW[:place] + sign + FLOW[place:]
        try:
            found = Source(text, "x.yaml").findings
        except BrokenFlow as broken:
            found = broken.findings
            assert found
        assert all(1 <= finding.line <= text.count("\n") + 2 and finding.column >= 1 for finding in found)
