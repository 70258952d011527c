"""What people answer: replies as they are typed on feature phones, and what each of them counts for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.answers import fold, read_answer, read_key
from sms_service.engine.words import FALSE_FRIENDS, WORDS

# One line a language where there are several; replies between bars.
YES = """
    yes | Yes! | YES. | y | Y | yess | yesss | YEEES | yeah | yep | ok | OK. | okay | okkk | sure | I agree |
    yes I agree | yes please | Yes sir | yes, thank you | agreed | accept | I accept | correct | that's right |
    yes all correct | i want to join | yes 1 | all details correct | of course | ofc yes |
    haan | Haan ji | haan | HAAN | han | hanji | ji | ji haan | jee haan | haanji | haaaan | theek hai | thik h |
    Theek hai ji | bilkul | bilkul sahi | sahi hai | haan sahi hai | main sehmat hoon | haan main sehmat hu |
    manzoor hai | हाँ | हां | हाँ जी | जी | जी हाँ | हाँ। | ठीक है | ठीक है। | सहमत | मैं सहमत हूँ | हाँ सही है |
    बिल्कुल | मंजूर है | स्वीकार है | यस | ओके | हाँ 👍 | "हाँ" | haa | judna hai | haan bhai | जी बिल्कुल |
    ndiyo | Ndio | NDIYO! | ndio nakubali | nakubali | sawa | sawa sawa | ndiyo asante | Ndiyo, sahihi | ni sahihi |
    ndiyo kabisa | nataka kujiunga | nimekubali | ndiyo bwana | ni kweli | bila shaka |
    نعم | نعم. | نعم أوافق | أوافق | موافق | موافقة | ايوه | أيوة | تمام | نعم شكرا | أنا موافق | نَعَم |
    نعم، موافق | اكيد | طيب | صحيح | na3am | aiwa |
    oui | Oui! | OUI | oui merci | d'accord | d’accord | oui d'accord | je suis d'accord | j'accepte | J’accepte |
    Y E S | yupp | ndioo | نعمم | yes boss | ndio mkuu |
    ndiyo ndugu | oui chef | oui le vieux | haan ji hazoor | نعم يا أستاذ |
    na3am inshallah | haan jod do | jodo | sawa mkuu | ايوه يا باشا | je suis pour | yes thank you very much sir |
    oui j'accepte | bien sûr | c'est bon | ok d'accord | je confirme | tout à fait | oui, bien sûr |
"""
NO = """
    no | No. | NO! | nope | nooo | n | no thanks | not yes | don't | I don't want | dont want | I do not agree |
    never | not interested | I refuse | no no | yes no | no yes | not correct | disagree | decline |
    No, I do not want to join | I will not join | don’t want this | no way |
    nahi | nahin | nhi | nahi ji | ji nahi | haan nahi | nahi haan | mat | naa | nahi chahiye | mujhe nahi chahiye |
    nahi banna | mana | inkaar | sehmat nahi | नहीं | नही | नहीं। | नहीं चाहिए | जी नहीं | ना | मना है |
    मैं सहमत नहीं हूँ | हाँ नहीं | नहीं हाँ | main is party me nahi aana chahta | मुझे नहीं जुड़ना | theek nahi |
    नो |
    hapana | Hapana. | hapana asante | sitaki | sitaki kabisa | sitaki kujiunga | sikubali | nakataa | siyo | sio |
    si sawa | ndiyo hapana | hapana ndiyo | sihitaji | sikubaliani |
    لا | لا. | لا شكرا | لا أوافق | لا أريد | غير موافق | أرفض | كلا | نعم لا | لا نعم | لست موافقا | مش موافق |
    ما اريد | لن انضم | مو موافق | n o | I am not interested | i am not joining | main taiyar nahi hu |
    je ne suis pas intéressé | لست مهتما | ما ابغى | mish 3ayez | sina haja | usinisajili |
    non | Non merci | NON! | je refuse | je ne veux pas | je n'accepte pas | pas d'accord | oui non | jamais |
    pas du tout | je ne suis pas d'accord | non jamais | oui mais pas maintenant | non, je ne veux pas adhérer |
"""
STOP = """
    stop | STOP | Stop. | STOP!! | stopp | STOPPP | yes stop | YES STOP | please stop | Stop. Thank you |
    STOP 12345 | stop sending me messages | unsubscribe | unsubscribe me | opt out | I opt out | optout | REVOKE |
    END. | cancel | quit | stopall | ok stop messaging me please | do not contact me | don't text me again |
    no more sms | remove me | stop yes | no stop | haan stop | बंद | बंद करो | band karo | SMS band karo |
    mat bhejo | मैसेज मत भेजो | स्टॉप | simamisha | acha kunitumia ujumbe | niondoe | usinitumie ujumbe |
    ndiyo simamisha | توقف | إيقاف | أوقف | الغاء الاشتراك | نعم توقف | لا ترسل | arrêt | arrêter | ARRETEZ |
    désabonner | oui stop | arrêtez de m'écrire | stop sms | STOP please | ne m'écrivez plus | plus de sms |
    S T O P | stoppp | msg mat karo | pareshan mat karo | mera number hatao | acha kunisumbua | usinisumbue tena |
    متبعتش رسائل | سيبوني في حالي | cessez de m'écrire | je ne veux plus de vos messages | I want to opt out |
    wrong number stop | বন্ধ | நிறுத்து | can you stop? |
"""
WRONG_NUMBER = """
    wrong number | Wrong number! | wrong no | sorry wrong number | you have the wrong number |
    sorry you have a wrong number | not me | this is not me | that's not me | not my number | wrong person |
    galat number | galat number hai | ye galat number hai | mera nahi | ye mera number nahi hai | main nahi hoon |
    गलत नंबर | ग़लत नंबर है | मेरा नहीं | यह मेरा नंबर नहीं है | मैं नहीं हूँ | si mimi | sio mimi |
    namba si yangu | hii si namba yangu | umekosea namba | رقم خطأ | الرقم غلط | مش انا | ليس رقمي |
    mauvais numéro | pas moi | c'est pas moi | ce n'est pas moi | faux numero | vous avez le mauvais numéro |
    I am not Ram | sorry, I'm not Sunita Devi | main Ram nahi hoon | मैं मोहन नहीं हूँ | mimi si Juma | Juma hayupo |
    je ne suis pas Awa | لست أحمد | انا مش احمد | this is not Ram's number | simjui huyo | ra2m ghalat |
    No, wrong number | yes wrong number | ভুল নম্বর | தவறான எண் |
"""
HELP = """
    help | HELP | Help! | info | madad | मदद | सहायता | msaada | مساعدة | aide | Aide! | help please | mujhe madad chahiye |
    who are you | who is this? | what is this | kya hai ye? | यह क्या है | आप कौन हैं | wewe ni nani | nini hii | من انت |
    ما هذا؟ | enta meen | c'est quoi ? | qui êtes-vous ? |
"""
START = """
    start | START | unstop | शुरू | shuru | anza | بدء | commencer |
"""
UNCLEAR = """
    1 | 2 | 3 | १ | 12 | 👍 | 👎 | Y2K | yes? | yes?? | हाँ? | ok? | yes but | yes but maybe | haan par | haan lekin |
    oui mais | ndiyo lakini | yes I want to join your party | why | kaun |
    kya |
    क्या है | maybe | later | shayad | no problem | no doubt, yes | fine no problem | koi baat nahi | pata nahi |
    पता नहीं | sijui | hakuna matata | pas de problème | je ne sais pas | لا مشكلة | لا أعرف | don't know |
    not sure | why not | hello | namaste | Ram Kumar | yes 2 | y2 | yes ❌ | yes 👎 | haha | ha ha | ha ha ha |
    is it ok | ok? | is this right | don't stop | band mat karo | help yes | start yes | yes help |
    help me please now | we have got to stop this terrible bill | I think we should stop here |
    in my village the bus does stop | galat | naam galat hai | I am 16 | yes my name is wrong | no idea |
    samajh nahi aaya | call me | yes if free | oui ? | nani | pourquoi | ماذا |
    हा हा हा | theek hu |
    my name is not correct | jina si sahihi | naam sahi nahi hai | mon nom n'est pas correct | الاسم غير صحيح |
    laissez-moi réfléchir | acha nifikirie | Raji | yes who are you |
    hmm | ye | yes or no | yes and no | no network here who is this? | how much money |
    yes to stop the corruption in my village |
"""

REPLIES = [
    (reply.strip(), answer)
    for answer, replies in {
        "yes": YES,
        "no": NO,
        "stop": STOP,
        "wrong_number": WRONG_NUMBER,
        "help": HELP,
        "start": START,
        "unclear": UNCLEAR,
    }.items()
    for reply in replies.split("|")
    if reply.strip()
]

LANGUAGES = [*WORDS, ""]


def phrases(*meanings: str) -> list[str]:
    return [phrase.strip() for words in WORDS.values() for m in meanings for phrase in words.get(m, "").split(",")]


@pytest.mark.parametrize(("reply", "answer"), REPLIES)
def test_a_reply_counts_the_same_whatever_the_language_of_the_person(reply: str, answer: str) -> None:
    assert {read_answer(reply, language, "consent") for language in LANGUAGES} == {answer}


@pytest.mark.parametrize(("reply", "answer"), REPLIES)
def test_without_a_question_nothing_is_a_yes_or_a_no(reply: str, answer: str) -> None:
    expected = "unclear" if answer in ("yes", "no") else answer
    assert read_answer(reply, "hi", "none") == expected


@pytest.mark.parametrize(
    ("reply", "language", "answer"),
    [
        ("acha", "sw", "stop"),
        ("acha", "hi", "unclear"),
        ("acha", "", "unclear"),
        ("haan acha", "hi", "unclear"),
        ("naam", "sw", "yes"),
        ("naam", "hi", "unclear"),
        ("la", "ar", "no"),
        ("oui la", "fr", "unclear"),
        ("si", "sw", "no"),
        ("si", "fr", "unclear"),
        ("na", "hi", "no"),
        ("ndiyo na", "sw", "unclear"),
        ("mere pas phone", "hi", "unclear"),
        ("aam", "ta", "yes"),
        ("aam", "hi", "unclear"),
        ("ya", "en-IN", "yes"),
        ("na3am ya akhi", "ar", "yes"),
        ("haan ya", "hi", "unclear"),
        ("haan to", "hi", "unclear"),
        ("sawa je", "sw", "unclear"),
        ("aywa ya basha", "ar", "yes"),
        ("mimi si mwanachama", "sw", "no"),
        ("we", "fr", "yes"),
        ("we", "en", "unclear"),
        ("eh", "ar", "unclear"),
        ("ah", "ar", "yes"),
        ("ah", "fr", "unclear"),
        ("ha", "sw", "unclear"),
        ("k", "en", "yes"),
        ("k", "hi", "unclear"),
    ],
)
def test_a_word_of_two_languages_is_read_in_the_persons_own(reply: str, language: str, answer: str) -> None:
    assert read_answer(reply, language, "consent") == answer


@given(
    yes=st.sampled_from(phrases("yes")),
    against=st.sampled_from([*phrases("no", "stop", "no_more", "wrong_number", "neither"), *FALSE_FRIENDS]),
    more=st.sampled_from(["", *phrases("yes", "polite", "neutral")]),
    between=st.sampled_from([" ", ", ", ". ", "-", "\n", "/", " 👍 "]),
    language=st.sampled_from(LANGUAGES),
    order=st.permutations([0, 1, 2]),
)
def test_no_text_that_holds_a_no_or_a_stop_is_a_yes(
    yes: str, against: str, more: str, between: str, language: str, order: list[int]
) -> None:
    if FALSE_FRIENDS.get(against, {}).get(language, FALSE_FRIENDS.get(against, {}).get("*")) not in (
        "yes",
        "neutral",
        "polite",
    ):
        parts = [yes, against, more]
        assert read_answer(between.join(parts[place] for place in order), language, "consent") != "yes"


@given(st.text(alphabet="yesnohaji ?!.,'👍हाँनहीं\u200dلانعم", max_size=30), st.sampled_from(LANGUAGES))
def test_a_word_in_no_list_makes_a_yes_unclear(text: str, language: str) -> None:
    assert read_answer(text + " yes xyzzy", language, "consent") != "yes"


@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_folding_twice_changes_nothing(text: str, language: str) -> None:
    assert read_answer(text, language, "none") in {"stop", "start", "help", "wrong_number", "unclear"}
    assert fold(fold(text)) == fold(text)


def test_silence_is_no_answer() -> None:
    assert {read_answer(text, "hi", "consent") for text in ("", " ", "\n", "...", "\u200d")} == {"unclear"}


def test_a_letter_of_many_words_is_for_a_person_to_read() -> None:
    assert read_answer("no " + "word " * 12, "en", "consent") == "unclear"
    assert read_answer("STOP " + "word " * 40, "en", "consent") == "stop"


def test_no_word_has_two_meanings() -> None:
    meanings: dict[str, set[str]] = {fold(word): {"by language"} for word in FALSE_FRIENDS}
    for words in WORDS.values():
        for meaning, listed in words.items():
            for phrase in listed.split(","):
                meanings.setdefault(fold(phrase), set()).add(meaning)
    assert {word: found for word, found in meanings.items() if len(found) > 1 or not word} == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("हाँ", "हां"),
        ("ज़रूर", "जरूर"),
        ("don’t", "DONT"),
        ("ＹＥＳ", "yes"),
        ("अप\u200dना", "अपना"),
        ("أوافق", "اوافق"),
        ("نَعَم", "نعم"),
        ("Arrêt", "arret"),
        ("हाँ।", "हां"),
        ("  Haan,\n ji!! 😀", "haan ji"),
        ("1️⃣", "1"),
        ("१२ ١٢ ۱۲ ১২", "12 12 12 12"),
    ],
)
def test_spellings_are_united(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "typed", ["1", "1.", " 1 ", "(1)", "1)", "१", "১", "١", "1️⃣", "one", "ONE", "ek", "एक", "moja", "واحد", "un"]
)
def test_a_key_is_read_in_any_script_and_as_a_word(typed: str) -> None:
    assert read_key(typed, ["1", "2"]) == "1"


@pytest.mark.parametrize(
    "typed", ["12", "1 2", "1.5", "3", "three", "", " ", "?", "yes", "1 yes", "11", "01", "-", "👍"]
)
def test_what_is_not_exactly_one_key_is_none(typed: str) -> None:
    assert read_key(typed, ["1", "2"]) is None


def test_keys_need_not_be_numbers() -> None:
    assert read_key("00", ["0", "00", "98"]) == "00"
    assert read_key("b.", ["A", "B"]) == "B"


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("I'm not educated", "no"),
        ("i am not rich", "no"),
        ("i am not stupid", "no"),
        ("I AM NOT EDUCATED", "no"),
        ("i am not politically active", "no"),
        ("main padha likha nahi hu", "no"),
        ("main gareeb nahi hu", "no"),
        ("मैं पढ़ा लिखा नहीं हूँ", "no"),
        ("je ne suis pas riche", "no"),
        ("انا مش متعلم", "no"),
        ("i am not kavita", "no"),
        ("I am not Kavita", "wrong_number"),
        ("i am not kavita devi", "wrong_number"),
        ("i am not ram", "wrong_number"),
        ("I'm not Ahmed", "wrong_number"),
        ("मैं कविता नहीं हूँ", "wrong_number"),
    ],
)
def test_whom_she_says_she_is_not_has_to_be_written_like_a_name(reply: str, answer: str) -> None:
    assert {read_answer(reply, language, "consent") for language in LANGUAGES} == {answer}


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("wrong number on my voter card", "unclear"),
        ("booth number galat hai", "unclear"),
        ("ram ram ji", "unclear"),
        ("good morning ji", "unclear"),
        ("haan ji, ram ram ji", "yes"),
    ],
)
def test_a_number_of_hers_and_a_greeting_are_what_they_are(reply: str, answer: str) -> None:
    assert {read_answer(reply, language, "consent") for language in LANGUAGES} == {answer}


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("accha theek hai", "yes"),
        ("acha", "unclear"),
        ("bas karo", "stop"),
        ("موش موافق", "no"),
        ("yahan koi ram nahi rehta", "wrong_number"),
        ("👍", "unclear"),
        ("haan main judna chahta hun", "unclear"),
        ("हां मुझे सदस्य बनना है", "unclear"),
    ],
)
def test_replies_that_a_reviewer_sent(reply: str, answer: str) -> None:
    assert read_answer(reply, "", "consent") == answer


@pytest.mark.parametrize(
    "reply",
    ["JOIN", "join", "I want to join", "yes join", "sadasya banna hai", "जुड़ना है", "nataka kujiunga", "najiunga",
     "nataka uanachama", "je veux adhérer", "أريد الانضمام", "count me in", "haan sadasyata", "START", "CARD", "ME"],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_names_the_joining_has_not_agreed_to_leave(reply: str, language: str) -> None:
    assert read_answer(reply, language, "yes_no") != "yes"


@pytest.mark.parametrize("reply", ["yes", "OK", "sawa", "theek hai", "correct", "ndiyo", "oui", "نعم"])
def test_a_plain_yes_is_one_to_every_question(reply: str) -> None:
    assert {read_answer(reply, "", question) for question in ("consent", "yes_no")} == {"yes"}


def test_a_clause_with_an_id_in_the_text_names_somebody_and_stops_nothing() -> None:
    assert read_answer("REG 9655888004, HHE1234567, 12, Acha", "sw", "consent") == "unclear"
    assert read_answer("messages every day to 9655888004, stop", "en", "consent") == "stop"
