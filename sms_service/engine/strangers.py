"""Sentences by which a stranger says who she is not: `I am not Ram`, `mimi si Juma`, `je ne suis pas Awa`.

No list holds the names, so each sentence has a place where a name stands, and a list of what stands there otherwise: `I am
not interested` is a refusal. What is wrongly taken for a name makes a refusal a wrong number; neither is a yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

NAME = r"(?P<name>\S+(?: \S+)?)"
"""One word or two; each has to pass for a name."""

NOT_HI = r"(?:nahi|nahin|nhi|nahee|नहीं|नही)"
BEFORE = r"(?:\S+ ){0,2}"
"""`no`, `sorry sir`: words before the sentence."""

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "en": (
        rf"(?:i am|im|i m|this is|it is|its) not {NAME}",
        rf"(?:this|it) isnt {NAME}",
        r"(?:this is|this number is|number is) not (?P<name>\S+)(?: s)?(?: number| phone| mobile)?",
        rf"(?:there is )?no {NAME} here",
        rf"{NAME} (?:is not|does not live|doesnt live) here",
    ),
    "hi": (
        rf"(?:main|mai|mein|me|मैं|मै|में) {NAME} {NOT_HI} (?:hu|hoon|hun|ho|hoo|हूं|हुं|हू|हु)",
        rf"(?:ye |yeh |ये |यह )?(?:number|no|nambar|नंबर|नम्बर) {NAME} (?:ka|का) {NOT_HI}(?: hai| h| he| है)?",
        rf"(?:yahan|yaha|yha|यहां|यहा) (?:koi |कोई ){NAME} {NOT_HI}(?: hai| h| he| है| rahta| रहता)*",
    ),
    "sw": (
        rf"mimi (?:si|sio|siyo) {NAME}",
        rf"siitwi {NAME}",
        rf"hakuna {NAME} hapa",
        r"(?P<name>\S+) (?:hayupo|hayuko)(?: hapa)?",
    ),
    "fr": (
        rf"(?:je )?(?:ne )?suis pas (?:m |mr |mme |mlle |monsieur |madame )?{NAME}",
        rf"(?:je )?(?:ne )?connais pas {NAME}",
        rf"(?:il )?(?:ny|y|n y) a pas de {NAME} ici",
    ),
    "ar": (
        rf"(?:انا )?(?:لست|لستُ) {NAME}",
        rf"انا (?:مش|مو|ماني|مب|مانيش|ما) {NAME}",
        rf"ana (?:mish|msh|mesh|mush|mosh|mo|moo|mu|mani|manish) {NAME}",
    ),
}

OTHERWISE: Mapping[str, str] = {
    "en": """interested ready sure willing happy able eligible available free busy old young well
        bad allowed registered convinced comfortable member voter politician supporter fan citizen
        resident party politics political a an the your our my his her any anybody anyone someone
        this that it what who why how when him them you they in at on from of for to with about into
        here there yet now anymore any so very really going possible fair legal true funny necessary
        important useful safe real genuine needed clear easy nice cool acceptable fun lawful mine
        ours yours number one way such need money time objection aware signed hindu muslim indian
        kenyan alone well okay even but and or if because longer more much""",
    "hi": """taiyar tayar tayyar isme usme taiyaar ready interested member membar voter sadasya
        khush free busy available party politics neta is us ye yeh wo woh vo koi kisi abhi kabhi bhi
        to toh hi aisa aise yahan yaha wahan waha ghar pe par me mein se ko ka ki ke aur aapka aapke
        aapki aap inka unka iska uska tumhara jaan chahta chahti karta karti janta janti banta banti
        तैयार सदस्य इच्छुक खुश फ्री मेंबर मेम्बर वोटर पार्टी नेता इस उस यह ये वह वो कोई किसी अभी कभी
        भी तो ही ऐसा यहाँ वहाँ घर पर में पे से को का की के और आपका आपके आप चाहता चाहती करता करती
        जानता जानती""",
    "sw": """mwanachama memba member tayari mpiga mfuasi mwanasiasa raia mkenya mtanzania mwana mtu
        watu mwenye mgeni mkazi wa ya kwa na katika hapa huko wenu wako wangu chama kura sasa bado
        pesa mtandao shida tatizo matata neno kazi nafasi muda haja""",
    "fr": """interesse interessee pret prete sur sure content contente convaincu convaincue dispo
        disponible la ici de du d le les un une ce cet cette ces votre vos ton ta mon ma en au aux a
        pour contre chez dans avec concerne concernee militant militante politicien politicienne
        politique inscrit inscrite electeur electrice majeur majeure libre oblige obligee encore
        vraiment tres trop capable malade parti venu fan sympathisant citoyen citoyenne bien vous ca
        cela rien tout quoi qui si plus""",
    "ar": """مهتم مهتمة مهتما فاهم فاهمة عارف عارفة متأكد متأكدة فاضي فاضية موجود عضو عضوا جاهز
        جاهزة مستعد مستعدة مقتنع راغب راغبة محتاج قادر عايز عايزة عاوز داير دايرة حابب حابة ناوي
        ناوية مبسوط معكم معاكم منكم من في هنا هناك الان مشترك مسجل ناخب حزبي مع ضد متفق قابل راضي
        بحاجة على عن الى هذا هذه اي شيء مشكلة محتاجة كده كذا رايح جاي بدي عندي mohtam muhtam mohtama
        3aref fahem fadi m7tag mosta3ed nawi 7abeb interested ready member""",
}
"""What stands where the name would, by language. Words that answers.py knows need not be here: they are no names there."""


def says_whom_she_is_not(words: list[str], fold: Callable[[str], str], known: Callable[[str], bool]) -> bool:
    """Whether the folded words are one of the sentences, with a name in it: words neither `known` nor in OTHERWISE."""
    text = " ".join(words)
    others = _others(fold)
    for sentence in _SENTENCES:
        if found := sentence.fullmatch(text):
            parts = found["name"].split()
            if not any(part in others or known(part) or not _may_be_name(part) for part in parts):
                return True
    return False


_SENTENCES = [re.compile(BEFORE + sentence) for sentences in SENTENCES.values() for sentence in sentences]
_FOLDED: set[str] = set()


def _others(fold: Callable[[str], str]) -> set[str]:
    if not _FOLDED:
        _FOLDED.update(fold(word) for words in OTHERWISE.values() for word in words.split())
    return _FOLDED


def _may_be_name(word: str) -> bool:
    """`joining`, `مهتما` (indefinite, as adjectives after `لست` are) and numbers are none."""
    return len(word) > 1 and not any(letter.isdigit() for letter in word) and not word.endswith(("ing", "ا"))
