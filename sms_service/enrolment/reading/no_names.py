"""Words that no name has: what a text holds of them is a sentence, or a second person, and is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sms_service.engine.answers import fold

IN_SENTENCES = """not,
    does, dont, doesnt, did, didnt, know, known, dunno, wait, waiting, later, tomorrow, yesterday, she, he, they, them,
    it, this, that, these, those, there, the, is, was, were, have, had, what, who, when, where, which, why, how, but, because,
    or, tell, told, ask, asked, send, sent, sending, call, called, calling, me, my, your, you, we, our, his, with, without,
    for, from, wrong, incorrect, correct, mistake, spelling, spelled, spelt, delete, deleted, remove, cancel, change, changed,
    update, again, already, other, another, sorry, unknown, nobody, someone, something, nothing, none, maybe, cannot, cant,
    wont, yet, entry,
    nahi, nahin, malum, maloom, mujhe, tum, aap, kaun, kab, kahan, kyun, kyon, kaise, hoga, hogi, hain, bata, batao, bataungi,
    bataunga, batayegi, batayenge, baad, galat, ruko, rukiye, rukna, intezar, bhejo, bhejenge, bhejungi, chahiye, lekin,
    magar, sirf, hatao,
    नहीं, मालूम, कल, आज, मैं, में, मुझे, तुम, आप, वह, वो, यह, ये, क्या, कौन, कब, कहां, क्यों, कैसे, था, थी, होगा, होगी, हैं,
    बताओ, बताऊंगी, बताऊंगा, बताएगी, बताएंगे, बाद, गलत, रुको, रुकिए, रुकें, इंतजार, भेजो, भेजें, भेजेंगे, चाहिए, लेकिन, सिर्फ, हटाओ,
    mimi, wewe, yeye, sisi, ninyi, sijui, hajui, hatujui, najua, anajua, kesho, baadaye, baadae, subiri, ngoja, nitatuma,
    atatuma, tutatuma, nitasema, atasema, nitakuambia, atakuambia, lakini, hapa, huyu, hiyo, hii, kwamba, nani, wapi, gani,
    sio, siyo, bado, kosa, makosa, futa, badilisha, sahihisha"""
"""Pronouns, verbs and particles of English, Hindi and Swahili. None is a name in use: no will, do, said, both, hawa, leo."""

COUNTING = """one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen,
    seventeen, eighteen, nineteen, twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety, hundred"""
"""Numbers in English; those of Hindi are names as well (Das)."""

JOINING, IN_PASSING = "and, aur, na, tatha, evam, और, तथा, एवं", "and, aur, और"
"""Between two names they are of two people; beside a number or a label some of them are said in passing. `na` is a name."""

INTRODUCING = """change, update, badlo, badilisha,
    my, his, her, their, the, this, mera, meri, mere, uska, uski, unka, unki, iska, iski, inka, inki, मेरा, मेरी,
    उसका, उसकी, उनका, उनकी, इसका, इसकी, इनका, इनकी"""
"""What a label may follow: `mera naam Ram`, `change name to Ram`."""


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(word) for word in listed.split(","))


def strange(words: Sequence[str]) -> frozenset[int]:
    """The places of the `words` (folded) that no name has."""
    known = _words(f"{IN_SENTENCES}, {COUNTING}")
    return frozenset(place for place, word in enumerate(words) if word in known)


def joining(words: Sequence[str]) -> frozenset[int]:
    """The places of words like `and`."""
    return frozenset(place for place, word in enumerate(words) if word in _words(JOINING))


def in_passing(words: Sequence[str]) -> frozenset[int]:
    """The places of words that mean nothing between numbers."""
    return frozenset(place for place, word in enumerate(words) if word in _words(IN_PASSING))


def introduces(word: str) -> bool:
    """Whether a label may follow this word."""
    return word in _words(INTRODUCING) or word in _words(JOINING)
