"""Sentences by which a stranger says who she is not: `I am not Ram`, `mimi si Juma`, `je ne suis pas Awa`.

No list holds the names, so each sentence has a place where a name stands, and a list of what stands there otherwise: `I am
not interested` is a refusal. What is wrongly taken for a name makes a refusal a wrong number; neither is a yes, but five
wrong numbers in a week suspend an enroler. So what somebody says of herself has to be written like a name: `I am not Ram`,
`i am not ram kumar`, `i am not ram`, which is common; `i am not educated` is a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

NAME = r"(?P<name>\S+(?: \S+)?)"
"""One word or two; each has to pass for a name."""

SELF = r"(?P<self>\S+(?: \S+)?)"
"""The same in what somebody says of herself, where any quality may stand: it has to be written like a name."""

NOT_HI = r"(?:nahi|nahin|nhi|nahee|नहीं|नही)"
BEFORE = r"(?:\S+ ){0,2}"
"""`no`, `sorry sir`: words before the sentence."""

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "en": (
        rf"(?:i am|im|i m|this is|it is|its) not {SELF}",
        rf"(?:this|it) isnt {SELF}",
        r"(?:(?:this|it) is |its )?not (?P<name>\S{2,}s) (?:number|phone|mobile)",
        r"(?:this|it) isnt (?P<name>\S{2,}s) (?:number|phone|mobile)",
        rf"(?:i am|im|my name is) \S+(?: \S+)? not {SELF}",
        rf"(?:i )?(?:dont|do not) know any {NAME}",
        r"(?:this is|this number is|number is) not (?P<name>\S+)(?: s)?(?: number| phone| mobile)?",
        rf"(?:there is )?no {NAME} here",
        rf"{NAME} (?:is not|does not live|doesnt live) here",
    ),
    "hi": (
        rf"(?:main|mai|mein|me|मैं|मै|में) {SELF} {NOT_HI} (?:hu|hoon|hun|ho|hoo|हूं|हुं|हू|हु)",
        rf"(?:ye |yeh |ये |यह )?(?:number|no|nambar|नंबर|नम्बर) {NAME} (?:ka|का) {NOT_HI}(?: hai| h| he| है)?",
        rf"{NAME} (?:yahan|yaha|yha|यहां|यहा) {NOT_HI}(?: \S+){{0,2}}",
        rf"(?:yahan|yaha|yha|यहां|यहा) (?:koi |कोई ){NAME} {NOT_HI}(?: hai| h| he| है| (?:rah|reh)t[aie]| रहता| रहती| रहते)*",
        rf"(?:main|mai|mein|me|मैं|मै|में) {NAME} (?:ko|को) {NOT_HI} (?:jan|jaan|जान)(?:ta|ti|ते|ता|ती)(?: \S+)?",
    ),
    "sw": (
        rf"mimi (?:si|sio|siyo) {SELF}",
        rf"siitwi {NAME}",
        rf"jina langu (?:si|sio|siyo) {SELF}",
        rf"(?:mimi )?naitwa \S+(?: \S+)? (?:si|sio|siyo) {SELF}",
        rf"hapa hakuna {NAME}",
        rf"hakuna {NAME} hapa",
        r"(?P<name>\S+) (?:hayupo|hayuko)(?: hapa)?",
    ),
    "fr": (
        rf"(?:je )?(?:ne )?suis pas (?:m |mr |mme |mlle |monsieur |madame )?{SELF}",
        rf"je (?:ne )?mappelle pas {NAME}",
        rf"(?:je )?(?:ne )?connais pas (?:de |d)?{NAME}",
        rf"moi (?:cest|ce nest) pas {SELF}",
        rf"(?:(?:il )?(?:ny|y|n y) a )?pas d(?:e )?{NAME} ici",
    ),
    "ar": (
        rf"(?:انا )?(?:لست|لستُ) {SELF}",
        rf"انا (?:مش|مو|ماني|مب|مانيش|ما) {SELF}",
        rf"(?:لا يوجد|ما في|مافي|مفيش|ماكو) {NAME} (?:هنا|عندنا)",
        rf"ana (?:mish|msh|mesh|mush|mosh|mo|moo|mu|mani|manish) {SELF}",
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
        educated literate rich poor stupid fool foolish idiot mad crazy blind deaf sick ill fit corrupt beggar
        thief liar slave student teacher farmer child kid minor adult married healthy jobless retired that
        english hindi details person people more other good great bad big small working correct
        kenyan alone well okay even but and or if because longer more much""",
    "hi": """taiyar tayar tayyar isme usme taiyaar ready interested member membar voter sadasya
        khush free busy available party politics neta is us ye yeh wo woh vo koi kisi abhi kabhi bhi
        to toh hi aisa aise yahan yaha wahan waha ghar pe par me mein se ko ka ki ke aur aapka aapke
        aapki aap inka unka iska uska tumhara jaan chahta chahti karta karti janta janti banta banti
        तैयार सदस्य इच्छुक खुश फ्री मेंबर मेम्बर वोटर पार्टी नेता इस उस यह ये वह वो कोई किसी अभी कभी
        भी तो ही ऐसा यहाँ वहाँ घर पर में पे से को का की के और आपका आपके आप चाहता चाहती करता करती
        जानता जानती padha likha padhi likhi anpadh gareeb garib amir ameer bewakoof pagal bimar beemar budha
        bachcha bacha kisan chhatra bahut itna utna thik theek accha achha gussa naraz akela akeli
        पढ़ा लिखा पढ़ी लिखी अनपढ़ गरीब अमीर बेवकूफ पागल बीमार बूढ़ा बच्चा किसान छात्र बहुत इतना उतना अच्छा
        नाराज अकेला अकेली""",
    "sw": """mwanachama memba member tayari mpiga mfuasi mwanasiasa raia mkenya mtanzania mwana mtu
        watu mwenye mgeni mkazi wa ya kwa na katika hapa huko wenu wako wangu chama kura sasa bado
        pesa mtandao shida tatizo matata neno kazi nafasi muda haja msomi tajiri maskini mjinga mpumbavu wazimu
        mgonjwa mzee mtoto kijana mwanafunzi mwalimu mkulima mwizi mwongo mkubwa mdogo mzuri mbaya""",
    "fr": """interesse interessee pret prete sur sure content contente convaincu convaincue dispo
        disponible la ici de du d le les un une ce cet cette ces votre vos ton ta mon ma en au aux a
        pour contre chez dans avec concerne concernee militant militante politicien politicienne
        politique inscrit inscrite electeur electrice majeur majeure libre oblige obligee encore
        vraiment tres trop capable malade parti venu fan sympathisant citoyen citoyenne bien vous ca
        cela rien tout quoi qui si plus riche pauvre stupide bete idiot idiote fou folle aveugle sourd sourde vieux
        vieille jeune marie mariee etudiant etudiante eleve lettre instruit instruite instruits voleur menteur
        esclave enfant mineur mineure grand petit bon bonne mauvais aussi assez tellement""",
    "ar": """مهتم مهتمة مهتما فاهم فاهمة عارف عارفة متأكد متأكدة فاضي فاضية موجود عضو عضوا جاهز
        جاهزة مستعد مستعدة مقتنع راغب راغبة محتاج قادر عايز عايزة عاوز داير دايرة حابب حابة ناوي
        ناوية مبسوط معكم معاكم منكم من في هنا هناك الان مشترك مسجل ناخب حزبي مع ضد متفق قابل راضي
        متعلم متعلمة غني غنية فقير فقيرة غبي غبية مجنون مجنونة اعمى مريض مريضة كبير صغير عجوز طالب طالبة
        مدرس فلاح عامل حرامي كذاب عبد طفل متزوج بخير كويس احد حد
        بحاجة على عن الى هذا هذه اي شيء مشكلة محتاجة كده كذا رايح جاي بدي عندي mohtam muhtam mohtama
        3aref fahem fadi m7tag mosta3ed nawi 7abeb interested ready member""",
}
"""What stands where the name would, by language. Words that answers.py knows need not be here: they are no names there."""


QUALITY = ("ly", "ed", "ing", "ive", "ent", "ful", "able", "al", "ous", "less", "ish", "ique", "eux", "euse")
"""How English and French words end that say how somebody is: no name, unless it has a capital (Ahmed)."""


NAMES = """ram mohan shyam raju ramesh suresh mukesh rahul amit anil sanjay vijay rajesh ravi ashok manoj sita gita
    geeta sunita anita rekha pooja puja priya radha lakshmi abdul imran salim ali ahmed ahmad mohamed mohammed
    muhammad mohammad mahmoud hassan hussein omar khaled khalid ibrahim yusuf youssef mustafa fatima aisha amina
    mariam zainab juma hamisi asha neema baraka rehema john peter paul james david joseph mary jane grace awa
    fatou aminata mamadou moussa ousmane cheikh jean pierre marie"""
"""Given names that are common where the service runs: names also in small letters, alone."""


def says_whom_she_is_not(text: str, words: list[str], fold: Callable[[str], str], known: Callable[[str], bool]) -> bool:
    """Whether the folded words of `text` are one of the sentences, with a name in it: words neither `known` nor in
    OTHERWISE, and where one speaks of herself written like a name."""
    others = _others(fold)
    for sentence in _SENTENCES:
        if found := sentence.fullmatch(" ".join(words)):
            of_herself = found.groupdict().get("self")
            parts = (of_herself or found["name"]).split()
            if any(part in others or known(part) or not _may_be_name(part) for part in parts):
                continue
            if not of_herself or _written_like_a_name(parts, text, fold):
                return True
    return False


def _written_like_a_name(parts: list[str], text: str, fold: Callable[[str], str]) -> bool:
    """With a capital (Ram; not EDUCATED), in a script that has none, a common one, or two words that are no qualities."""
    if not any(part.isascii() for part in parts) or not _NAMES.isdisjoint(parts):
        return True
    typed = {fold(word) for word in text.split() if word[:1].isupper() and not word[1:2].isupper()}
    return not typed.isdisjoint(parts) or (len(parts) > 1 and not any(part.endswith(QUALITY) for part in parts))


AFTER = (
    r"(?: (?:i am|im|my name is|mimi ni|ni|naitwa|je suis|cest|je mappelle|انا|اسمي|ana|main|मैं) (?:\S+(?: \S+){0,2}))?"
)
"""`I am not Ram, I am Shyam`: who she is, behind who she is not."""

_SENTENCES = [re.compile(BEFORE + sentence + AFTER) for sentences in SENTENCES.values() for sentence in sentences]
_NAMES = frozenset(NAMES.split())
_FOLDED: set[str] = set()


def _others(fold: Callable[[str], str]) -> set[str]:
    if not _FOLDED:
        _FOLDED.update(fold(word) for words in OTHERWISE.values() for word in words.split())
    return _FOLDED


def _may_be_name(word: str) -> bool:
    """`joining`, `مهتما` (indefinite, as adjectives after `لست` are) and numbers are none."""
    return len(word) > 1 and not any(letter.isdigit() for letter in word) and not word.endswith(("ing", "ا"))
