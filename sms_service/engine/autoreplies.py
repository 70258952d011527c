"""Whether a machine wrote a text, and what else stands in it: of somebody who drives, of an office that is closed. Pure.

The phrases are those that phones and mailboxes send by themselves, in the languages of our flows and those that people
around them speak; spelling is united by `answers.fold`. A phrase belongs here only if nobody who answers us would write
it: what holds one and nothing that can be read is answered by nobody, and answers nothing. What people write when they
are busy or polite (`call you later`, `in a meeting`, `thanks for your message`) does not belong here, though phones offer
it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sms_service.engine.answers import CLAUSE, fold, is_number, read_answer

MARK = re.compile(
    r"\W*auto(?:mat(?:ic|ed))?[\s\-_]*(?:repl(?:y|ies)|respon(?:se|der)|answer)?\s*[:\])>–—]", re.IGNORECASE
)
"""What stands first in such a text: `Auto:`, `[Auto-Reply]`, `Automatic reply:`."""

PHRASES: Mapping[str, str] = {
    "en": """auto reply, autoreply, automatic reply, automated reply, auto response, autoresponse, auto responder,
        autoresponder, automatic response, automated response, automatic message, automated message, auto generated message,
        auto generated sms, system generated message, this is an automated, do not reply to this, please do not reply,
        this number is not monitored, this inbox is not monitored, this mailbox is not monitored,
        i am driving, im driving, driving right now, driving at the moment, currently driving, i am currently driving,
        do not disturb while driving, ill see your message when, will see your message when i get,
        out of office, out of the office, we will get back to you, we have received your message,
        thank you for contacting, thanks for contacting, our office hours, our business hours, sent from my car""",
    "hi": """स्वचालित उत्तर, स्वचालित जवाब, स्वचालित संदेश, ऑटो रिप्लाई, ऑटो जवाब, मैं गाड़ी चला रहा हूँ, मैं गाड़ी चला रही हूँ,
        गाड़ी चला रहा हूँ, गाड़ी चला रही हूँ, ड्राइव कर रहा हूँ, ड्राइव कर रही हूँ, कार्यालय से बाहर, इस संदेश का उत्तर न दें,
        gaadi chala raha, gaadi chala rahi, gadi chala raha, gadi chala rahi, drive kar raha, drive kar rahi""",
    "sw": """jibu la moja kwa moja, jibu otomatiki, jibu la kiotomatiki, ujumbe wa kiotomatiki, ujumbe otomatiki,
        ninaendesha gari, naendesha gari, niko nje ya ofisi, nipo nje ya ofisi, usijibu ujumbe huu,
        asante kwa kuwasiliana nasi, tumepokea ujumbe wako""",
    "fr": """réponse automatique, message automatique, je conduis, je suis au volant, absent du bureau,
        merci de ne pas répondre, nous avons bien reçu votre message""",
    "ar": "رد تلقائي, رد آلي, رسالة تلقائية, رسالة آلية, أنا أقود, أقود السيارة, أقود الآن, خارج المكتب",
    "bn": "স্বয়ংক্রিয় উত্তর, স্বয়ংক্রিয় বার্তা, গাড়ি চালাচ্ছি, অফিসের বাইরে",
    "ta": "தானியங்கி பதில், தானியங்கு பதில், வண்டி ஓட்டுகிறேன்",
}

_PARTS = re.compile(rf"(?<!\d){CLAUSE.pattern}|{CLAUSE.pattern}(?!\d)")
"""Between clauses: not within `9:30`."""

_FOLDED = sorted((f" {fold(phrase)} " for phrases in PHRASES.values() for phrase in phrases.split(",")), key=len)[::-1]


def beside_autoreply(text: str) -> str | None:
    """What stands beside the phrases of a machine, folded; None: there are none. Whoever adds `stop texting me` to `I am
    driving` has said something; `please do not reply` is no refusal."""
    folded = rest = f" {fold(MARK.sub(' ', text, count=1))} "
    for phrase in _FOLDED:
        rest = rest.replace(phrase, "  ")
    return " ".join(rest.split()) if rest != folded or MARK.match(text) else None


def holds_answer(text: str, language: str) -> bool:
    """Whether a text with a machine's phrase in it holds something that is somebody's: a yes, a no, a STOP or the like, or a
    key, as all that stands beside the phrases or as a clause of it. It is not read here: what it says as a whole the normal
    path finds out, which takes no yes that stands beside anything else."""
    rests = (one if (rest := beside_autoreply(one)) is None else rest for one in (text, *_PARTS.split(text)))
    return any(is_number(one) or read_answer(one, language, "consent") != "unclear" for one in rests)
