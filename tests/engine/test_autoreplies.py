"""What phones and mailboxes send by themselves, and what people write that sounds like it."""

from __future__ import annotations

import pytest

from sms_service.engine.answers import read_answer
from sms_service.engine.autoreplies import PHRASES, beside_autoreply, holds_answer


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving right now. I'll see your message when I get where I'm going.",
        "(I'm not receiving notifications. I am driving.)",
        "Auto: I am in a meeting",
        "[Auto-Reply] away until Monday",
        "Automatic reply: Out of office",
        "AUTO REPLY - thanks",
        "This is an automated message, please do not reply.",
        "Thank you for contacting Sharma Stores. We will get back to you.",
        "मैं गाड़ी चला रहा हूँ, बाद में कॉल करूँगा।",
        "main gaadi chala raha hun",
        "यह एक स्वचालित संदेश है",
        "Naendesha gari. Nitakupigia baadaye.",
        "Hili ni jibu la kiotomatiki",
        "Je suis au volant, je vous rappelle",
        "رد تلقائي: أنا أقود السيارة",
    ],
)
def test_an_auto_reply(text: str) -> None:
    assert beside_autoreply(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "REG 9876543210 ABC1234567 12 Auto Nagar",
        "REG 9876543210 ABC1234567 12 Ram Driver",
        "Auto-rickshaw driver",
        "autorickshaw: 12",
        "1",
        "yes",
        "STOP",
        "do not reply",
        "Message me later",
        "the office is closed",
        "who is this",
        "Thank you for your message",
        "Thanks for your message, I am away.",
        "Can't talk now. Call you later.",
        "I'm in a meeting",
        "I will call you back",
        "meeting mein hun, baad mein call karunga",
        "मीटिंग में हूँ, बाद में कॉल करूँगा",
        "Niko kwenye mkutano, nitakupigia baadaye",
        "Je suis en réunion, je vous rappelle",
        "في اجتماع، سأتصل بك لاحقا",
        "gaadi",
        "गाड़ी",
        "gari",
    ],
)
def test_what_a_person_writes(text: str) -> None:
    assert beside_autoreply(text) is None


@pytest.mark.parametrize("phrase", [one.strip() for phrases in PHRASES.values() for one in phrases.split(",")])
def test_a_phrase_alone_leaves_nothing(phrase: str) -> None:
    """`please do not reply` would be read as a refusal."""
    assert beside_autoreply(phrase) == ""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("I am driving, stop texting me", "stop"),
        ("Driving right now. Wrong number", "wrong_number"),
        ("I am driving. No", "no"),
        ("Thanks for contacting. Yes", "yes"),
        ("This is an automated message, please do not reply.", "unclear"),
        ("This number is not monitored", "unclear"),
        ("Do not disturb while driving", "unclear"),
    ],
)
def test_what_stands_beside_it_is_read_by_itself(text: str, answer: str) -> None:
    assert read_answer(beside_autoreply(text) or "", "en", "consent") == answer


@pytest.mark.parametrize(
    "text",
    [
        "Yes, I am driving",
        "I am driving. No",
        "1 driving right now",
        "I'm driving right now.\n2",
        "Naendesha gari, ndiyo",
        "I am driving, stop texting me",
        "I am driving with my family, we all say: yes!",
        "Auto-Reply: yes",
    ],
)
def test_an_answer_beside_it_is_somebodys(text: str) -> None:
    assert beside_autoreply(text) is not None
    assert holds_answer(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving right now. I'll see your message when I get where I'm going.",
        "This is an automated message, please do not reply.",
        "Thank you for contacting Sharma Stores. Our office hours: Monday to Friday, 9:30 to 17:30.",
        "We have received your message. Ticket 12345",
        "मैं गाड़ी चला रहा हूँ",
    ],
)
def test_a_machine_s_text_holds_none(text: str) -> None:
    assert beside_autoreply(text) is not None
    assert not holds_answer(text, "en")
