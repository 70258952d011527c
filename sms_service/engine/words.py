"""The words people answer with, by language: data only. answers.py says what they add up to.

Words and short phrases, between commas, in native and in Latin letters; spelling is united by `answers.fold` before they
are compared, so हाँ and हां, don't and dont, أوافق and اوافق need one entry each. Words of every language count whatever
the person's own is. A word with two meanings in two languages stands in FALSE_FRIENDS and nowhere else.

- yes, no, wrong_number, start, help: as they say. start and help count only alone; help has the questions who writes and
  what this is, in two words at least: a bare "what?" is unclear.
- joins: a yes to the membership and to nothing else: what names the joining, or that the data are right. `JOIN` after
  LEAVE ends no membership. joining: what is neutral beside a yes to the membership, and unknown beside any other.
- stop: the word alone, or first, or in a short text. no_more: phrases that ask to be left alone wherever they stand.
- neither: phrases that hold a negative or a STOP and mean something else ("no problem", "I do not know").
- polite: said before or after anything. neutral: what may stand beside a yes without changing it; any word that is in no
  list makes a yes unclear, so a word belongs here only if no question and no refusal can be made of it and a yes.
"""

from __future__ import annotations

from collections.abc import Mapping

from sms_service.engine.words_ar import ARABIC
from sms_service.engine.words_fr import FRENCH
from sms_service.engine.words_hi import HINDI
from sms_service.engine.words_sw import SWAHILI

CARRIER_STOP = "stop, stopall, unsubscribe, cancel, end, quit, revoke, optout"
"""What the carriers act on by themselves (FCC rule of 11 April 2025; Twilio's default list)."""

_STOP_THEM = ", ".join(
    f"{stop} {what}"
    for stop in ("stop", "cancel", "end", "quit")
    for what in (
        "these messages", "this messages", "the message", "this message", "your messages", "your sms", "the sms", "these sms",
        "these texts", "the texts", "your texts", "msging", "msgs", "sms me", "msg me", "text me", "contacting", "calling",
        "writing", "harassing", "annoying", "disturb", "spam", "this nonsense", "this rubbish", "this thing", "sending",
    )
)  # fmt: skip
"""Beside what is sent a STOP is one, wherever it stands: `ok stop these messages, I have had enough`."""

_STRIKE_OUT = ", ".join(
    f"{strike} {what}"
    for strike in ("remove", "delete", "erase", "drop", "clear", "block", "take off")
    for what in (
        "my number", "my no", "my num", "my nmbr", "my mobile", "my phone", "my contact", "my contacts", "my name", "my details",
        "my data", "my info", "this number", "this no", "this contact", "this phone",
    )
)  # fmt: skip

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "yes": """yes ma, yes pa, ok ma, ok pa, okay ma, okay pa, agree with it, agree to it, agree with this, agree to this,
            agree with that, agree to that, agree with you, agree with all, agree with everything, fine with me,
            fine by me, ok with me, okay with me, works for me, suits me, would love to, with joy, yws, yse,
            yrs, ues, yez, yeds, yesd, yesm, yeps, yepp, deal, okidoki, okey dokey, yessir, ready, i am ready,
            im ready, willing, i am willing, im willing, okay then, very well, yesyes, aggree, agre, oh yes,
            most certainly, accept it, confirm it, go ahead, indeed, affirmative, gladly, with pleasure, oky,
            okies, ok then, sure thing, yes, y, yess, yeah, yea, yep, yup, yah, yas, sure, surely, agree,
            agreed, i do, accept, accepted, confirm, confirmed, i consent, approve, approved, ok, okay, okey,
            okk, okie, fine, alright, all right, of course, ofcourse, ofc, for sure, absolutely, definitely,
            certainly, correct, right, thats right""",
        "joins": """am in, me in, iam in, want to register, want to enrol, want to enroll, want to sign up, like to join, love to
            join, happy to join, glad to join, ready to join, willing to join, wanna join, i wanna join, sign me
            up, sign me in, sign me, enrol me, enroll me, register me, enlist me, include me, i am interested,
            im interested, interested, let me join, i wish to join, wish to join, i am joining, im joining,
            joining, i agree to join, agree to join, i want to join, add me, all good,
            join, want to join, would like to join, i am in, im in, count me in""",
        "no": """no ma, no pa, nto, dnt, dint, donot, nono, nop thanks, nvr, i pass, no can do, over my dead body,
            count me out, i am out, im out, leave me out, nopes, nothing,
            no, n, noo, nope, nop, nah, naah, nay, not, never, none, neither, nor, noway, dont, don t,
            do not, doesnt, didnt,
            wont, wouldnt, shouldnt, cant, can t, cannot, couldnt, isnt, arent, aint, wasnt, havent, refuse,
            refused, reject,
            rejected, decline, declined, deny, denied, disagree, disagreed, negative, unwilling,
            uninterested, against""",
        "stop": f"{CARRIER_STOP}, stop all, stop it, stopp, stoop, unsub, unsubcribe, unsuscribe, unsubscibe, unsubscribed",
        "no_more": f"""{_STOP_THEM}, {_STRIKE_OUT}, time stop it, stop it now, remove this number,
            take this number off, delete this number, delete me, remove my details,
            no more msgs, no more msg, dont ever text, dont ever message, dont ever contact, dont bother,
            do not bother, take my number off, delete
            my contact, remove my contact, remove my name, never write, dont write,
            do not msg, dont msg, never message, never sms, delete my number, block me, stop disturbing,
            stop bothering,
            stop spamming, stop the messages, opt me out, opt out,
            do not contact, dont contact, do not text, dont text, do not message, dont message, do not sms,
            dont sms,
            do not send, dont send, do not call, dont call, do not disturb, dont disturb, never contact,
            never text,
            remove me, remove my number, take me off, leave me alone, no more messages, no more message,
            no more sms,
            no more texts, no more text, stop sending, stop texting, stop messaging""",
        "start": "start, unstop, resume, resubscribe",
        "help": "assist me, assistance, need assistance, send info, send details, explain, explain please, who is it, whos it, whos messaging, who is messaging, who is texting, whos texting, help us, whats this about, please explain, "
        "help please, please help, more info, more information, who are you, who r u, who are u, whos this, who is "
        "this, what is this, whats this, wat is this, what is it about, what is this about, what is it, who are you "
        "people, i need help, need help, "
        "help, info, help me",
        "wrong_number": """not him, not her, mistaken identity, not mine, isnt mine, heard of him,
            heard of her, heard of this person, heard of that person, number is not of,
            wronge number, wrong nmbr, wrong numbr, incorrect number, not the right number, not right number,
            not the
            right person, not right person, doesnt belong to, does not belong to, someone elses,
            somebody elses, by that
            name, by this name, not his phone, not her phone, rong no,
            am not him, am not her, im not him, im not her, not that person, not this person, not the person,
            am not that person, am not this person, im not that person,
            dont know him, dont know her, dont know this person, do not know this person, do not know him,
            do not know
            her, dont know that person, no such person, not his number, not her number, not their number,
            wrong guy,
            wrong contact, wrong recipient, wrong one, wrong address, wrong human, wrongno, wrong nr,
            wrong nber,
            wrong number, wrong no, wrong num, wrong mobile, wrong phone, wrong person, rong number,
            not me, isnt me, not my no, not my number, not my phone, isnt my number, number is wrong,
            someone else, somebody else,
            wrongnumber""",
        "neither": """not yet, i am out of, im out of, am out of, out of office, not my id,
            not my booth, not my age, not my address, not my details, cant talk, can t talk, cannot talk,
            cant open,
            cannot open, cant see, cannot see, cant hear,
            correct my, correct me, correct the, correct all, correct it, correct this, correct that,
            right my, right the, right me, right it, right this, right that, right all, right too, fine i,
            ok im, ok i am,
            no problem, no problems, no prob, no issue, no issues, no worries, no doubt, no idea,
            no objection, no network,
            not sure, not bad, not a problem, not an issue, why not, dont know, don t know, do not know,
            didnt know,
            dont understand, do not understand, didnt understand, not understand, not understood, dont mind,
            do not mind,
            dont worry, cant read, cannot read, not a wrong number, not wrong number, not the wrong number,
            not my name,
            dont stop, do not stop, never stop, dont cancel, do not cancel, no stopping, yes and no, yes or no,
            i am fine, im fine, my no, mobile no, mob no, phone no, ph no, card no, id no, booth no,
            voter no, epic no,
            member no, membership no, mera no""",
        "polite": "mum, mummy, dad, daddy, sis, oga, aunt, auntie, cousin, mate, buddy, guys, folks, pastor, doctor, professor, teacher, "
        "boss, chief, mr, mrs, miss, uncle, aunty, friend, my friend, my brother, my sister, good morning, good "
        "evening, good afternoon, god bless, god bless you, amen, "
        "please, pls, plz, plzz, pliz, plse, plis, helo, hallo, gud morning, gud mrng, good day, good night, thank u, tnx, thnks, thanx, kindly, hi, hello, hey, dear, sir, madam, maam, mam, bro, brother, sister, thank you, "
        "thanks, thankyou, thnx, thx",
        "neutral": """good, all is, i, am, im, will, ill, me, my, it is, its, this is, that is, thats, all, the, very, much, also,
            with, 1""",
        "joining": """join us, everything is, everythings, data is, data are, details are, info is, information is, everything,
            details, detail""",
    },
    "hi": HINDI,
    "sw": SWAHILI,
    "ar": ARABIC,
    "fr": FRENCH,
    "bn": {
        "yes": """হ্যাঁ, হ্যা, হাঁ, হা, জি, জী, ঠিক, ঠিক আছে, রাজি, রাজী, সম্মত, অবশ্যই, সঠিক, আচ্ছা ঠিক আছে,
            ওকে, ইয়েস, hyan, hya, hae, thik ache,
            thik achhe, thik ase, obossoi, obosshoi, shommoto""",
        "no": "না, নাহ, নয়, নেই, নই, চাই না, রাজি না, নো, noy, nei, nah ki, chai na",
        "stop": "বন্ধ, বন্ধ করুন, বন্ধ করো, থামুন, থামাও, থামান, স্টপ, bondho, bondho koro, bondho korun, thamun, thamao",
        "no_more": "পাঠাবেন না, মেসেজ পাঠাবেন না, sms পাঠাবেন না, pathaben na",
        "start": "শুরু, শুরু করুন, shuru korun",
        "help": "সাহায্য, সহায়তা, হেল্প, shahajjo, sahajjo",
        "wrong_number": "ভুল নম্বর, ভুল নাম্বার, রং নম্বর, রং নাম্বার, আমার নম্বর না, আমার নম্বর নয়, আমার নাম্বার না, আমি না, আমি নই, আমার না, bhul number, vul number",
        "neither": "জানি না, বুঝি না, বুঝিনি, বুঝলাম না, সমস্যা নেই, সমস্যা নাই, কোনো সমস্যা নেই, কেন না, বন্ধ করবেন না, jani na, bujhi na, somossa nai",
        "polite": "দয়া করে, ধন্যবাদ, নমস্কার, ভাই, দাদা, দিদি, স্যার, dhonnobad, dhonyobad",
        "neutral": "আমি, আছে, সব, আছি",
    },
    "ta": {
        "yes": """ஆம், ஆமாம், ஆமா, ஆமாங்க, சரி, சரிங்க, சம்மதம், சம்மதிக்கிறேன், ஒப்புக்கொள்கிறேன்,
            ஒத்துக்கொள்கிறேன், ஓகே, எஸ், கண்டிப்பாக, நிச்சயமாக,
            aamaam, aama, aamam, aamanga, seri, sammatham, sammadham""",
        "no": """இல்லை, இல்ல, இல்லே, வேண்டாம், வேணாம், மாட்டேன், மறுக்கிறேன், முடியாது, கிடையாது, நோ, illai,
            illa, ille, vendam, vendaam, venam, venaam,
            maatten, matten, mudiyathu, mudiyadhu""",
        "stop": "நிறுத்து, நிறுத்தவும், நிறுத்துங்கள், நிறுத்துங்க, ஸ்டாப், niruthu, niruthavum, niruthunga",
        "no_more": "அனுப்ப வேண்டாம், அனுப்பாதே, அனுப்பாதீர்கள், அனுப்பாதீங்க, anuppa vendam, anuppathe",
        "start": "தொடங்கு, தொடங்கவும், ஆரம்பி, thodangu",
        "help": "உதவி, உதவுங்கள், uthavi, udhavi",
        "wrong_number": "தவறான எண், தவறான நம்பர், ராங் நம்பர், நான் இல்லை, நான் இல்ல, என் எண் இல்லை, எனது எண் இல்லை, என் நம்பர் இல்லை, என்னுடையது இல்லை, naan illai, naan illa",
        "neither": "தெரியாது, தெரியவில்லை, தெரியல, புரியவில்லை, புரியல, பரவாயில்லை, பிரச்சனை இல்லை, ஏன் இல்லை, theriyathu, theriyala, puriyala, paravayillai",
        "polite": "நன்றி, தயவுசெய்து, வணக்கம், ஐயா, அம்மா, சார், nandri",
        "neutral": "நான், எல்லாம்",
    },
}

CONDITIONS = """if, unless, provided, only when, agar, yadi, अगर, यदि, kama, ikiwa, iwapo, endapo,
            à condition, sauf, إذا, اذا, لو,
    بشرط, lau, iza"""
"""Where a text holds both, a yes under one of these is no refusal: `agar paise nahi lagenge to haan`. Nor is it a yes."""

ANY_OTHER = "*"

FALSE_FRIENDS: Mapping[str, Mapping[str, str]] = {
    # the language of the person decides; "" as a meaning is no word at all, and so never stands beside a yes
    "acha": {"hi": "", "bn": "", "ta": "", "": "", ANY_OTHER: "stop"},  # Swahili: leave off; Hindi: I see
    "na": {"sw": "", ANY_OTHER: "no"},  # Swahili: and
    "la": {"fr": "", ANY_OTHER: "no"},  # Arabic and Swahili: no; French: the
    "si": {"sw": "no", ANY_OTHER: ""},  # Swahili: is not; French, Spanish, Portuguese: yes, if
    "pas": {"hi": "", "bn": "", "ta": "", ANY_OTHER: "no"},  # French: not; Hindi: near
    "ni": {"sw": "neutral", "fr": "no", ANY_OTHER: ""},  # Swahili: is; French: nor
    "ne": {"fr": "no", ANY_OTHER: ""},  # Hindi: the mark of the doer
    "naam": {"ar": "yes", "sw": "yes", ANY_OTHER: ""},  # Arabic: yes; Hindi: name
    "ya": {"en": "yes", "ar": "polite", ANY_OTHER: ""},  # Arabic: o (sir); Hindi: or; Swahili: of
    "haya": {"sw": "yes", ANY_OTHER: ""},  # Swahili: very well; Hindi: shame
    "aam": {"ta": "yes", ANY_OTHER: ""},  # Tamil: yes; Hindi: common, mango
    "sari": {"ta": "yes", ANY_OTHER: ""},  # Tamil: all right; elsewhere the garment
    "اي": {"ar": "yes", ANY_OTHER: ""},  # Levantine: yes; elsewhere: which
    "yeh": {"en": "yes", ANY_OTHER: "neutral"},  # English, shortened: yes; Hindi: this
    "we": {"fr": "yes", "sw": "", ANY_OTHER: "neutral"},  # West African French: oui; English: we; Swahili: you
    "wacha": {"hi": "", ANY_OTHER: "stop"},  # Swahili: leave off
    "pa": {"fr": "no", ANY_OTHER: ""},  # French, shortened: pas; West African English: father, see "yes pa"
    "g": {"hi": "polite", ANY_OTHER: ""},  # Hindi, shortened: ji, and alone as little an answer as sir is
    "o": {"fr": "yes", ANY_OTHER: ""},  # French, shortened: oui, as on a form (O/N)
    "dak": {"fr": "yes", ANY_OTHER: ""},  # French, shortened: d'accord
    "kk": {"en": "yes", ANY_OTHER: ""},  # English: ok, doubled
    "noon": {ANY_OTHER: ""},  # no slip of non
    "k": {"en": "yes", ANY_OTHER: ""},  # English: ok; elsewhere a letter, Hindi: of
    "sw": {"sw": "yes", ANY_OTHER: ""},  # Swahili, shortened: sawa
    "ee": {"sw": "yes", ANY_OTHER: ""},  # Swahili: yes; elsewhere a sound
    "ehe": {"sw": "yes", ANY_OTHER: ""},
    "ah": {"ar": "yes", ANY_OTHER: ""},  # Egyptian: yes; elsewhere a sigh
    "aah": {"ar": "yes", ANY_OTHER: ""},
    "aha": {"ar": "yes", ANY_OTHER: ""},  # Arabic: yes; elsewhere: I see
    "mashi": {"ar": "yes", ANY_OTHER: ""},  # Egyptian: fine
    "mashy": {"ar": "yes", ANY_OTHER: ""},
    "tayeb": {"ar": "yes", ANY_OTHER: ""},  # Arabic: fine; elsewhere a name
    "tayyib": {"ar": "yes", ANY_OTHER: ""},
    "tayyeb": {"ar": "yes", ANY_OTHER: ""},
    "sah": {"ar": "yes", ANY_OTHER: ""},  # Arabic: right; Hindi: bear
    "je": {"fr": "neutral", ANY_OTHER: ""},  # Swahili: a question begins
    "lala": {"ar": "no", ANY_OTHER: ""},  # Arabic: no no; Swahili: sleep
    "mo": {"ar": "no", ANY_OTHER: ""},  # Gulf: not; Hindi: mobile
    "ma": {"ar": "no", ANY_OTHER: ""},  # Arabic: not; French: my; West African English: madam, see "yes ma"
    "nn": {"fr": "no", ANY_OTHER: ""},  # French, shortened: non
    "naan": {"fr": "no", ANY_OTHER: ""},  # French, stretched: nan; Hindi: bread
    "hata": {"sw": "no", ANY_OTHER: ""},  # Swahili: not even; Hindi: remove
    "ha": {"fr": "", "sw": "", "ar": "", ANY_OTHER: "yes"},  # Hindi: yes; doubled it is laughter
    "ha ha": {ANY_OTHER: ""},
    "ha ha ha": {ANY_OTHER: ""},
    "हा हा": {ANY_OTHER: ""},
    "हा हा हा": {ANY_OTHER: ""},
}

DATA = """name, surname, booth, id, age, address, village, ward, naam, umar, pata, gaon, नाम, बूथ, उम्र, पता,
            गाँव, jina, kituo, umri,
    kitambulisho, kata, kijiji, الاسم, اسمي, العمر, المركز, العنوان, el esm, esmi, nom, prénom, bureau, âge,
            adresse, quartier"""
NOT_RIGHT = """not correct, not right, isnt correct, isnt right, not spelled, not spelt, sahi nahi,
            sahi nahin, sahi nhi, theek nahi,
    thik nahi, theek nhi, thik nhi, सही नहीं, सही नही, ठीक नहीं, ठीक नही, si sahihi, sio sahihi, siyo sahihi,
            si sawa, sio sawa, siyo sawa,
    غير صحيح, مش صح, مو صح, مش صحيح, مو صحيح, ليس صحيحا, pas correct, pas exact, pas bon, pas juste"""
"""One of DATA that is NOT_RIGHT is a mistake in what was entered: neither yes nor no."""

SIGNS_BESIDE_A_YES = frozenset("👍🙏✅✔☑👌💯🙂😊😀😃😄☺❤💚💙🧡🎉🌹🌷💐🌸🤝✊💪⭐🌟")
"""Pictures and signs that change nothing beside a yes. Any other one (a cross, a ban,
            an angry face) takes it back. None of
them is an answer by itself, nor is 👍: on many phones they arrive as a box."""

NUMBERED = """voter, id, epic, booth, card, वोटर, आईडी, आइडी, एपिक, बूथ, कार्ड, kitambulisho, kituo, kadi,
            carte, électeur, d'électeur,
    bureau, البطاقة, بطاقتي, بطاقة, الهوية, المركز, مركز, الناخب, بطاقه"""
"""What has a number of its own: beside one of these a wrong number is a mistake in what was entered,
            not a stranger's phone."""

QUESTION_MARKS = frozenset("?？؟¿⁇⁈⁉❓❔﹖")

NUMBERS: Mapping[str, str] = {
    # one to ten; other spellings after a slash
    "en": "one, two, three, four, five, six, seven, eight, nine, ten",
    "hi": "ek/एक, do/दो, teen/tin/तीन, char/chaar/चार, paanch/panch/पाँच/पांच/पाच, chhah/chhe/chah/chhay/छह/छः/छ/छे, saat/sat/सात, "
    "aath/ath/आठ, nau/नौ, das/dus/दस",
    "sw": "moja, mbili, tatu, nne, tano, sita, saba, nane, tisa, kumi",
    "ar": "واحد/واحدة, اثنان/اثنين/اتنين, ثلاثة/تلاتة, أربعة, خمسة, ستة, سبعة, ثمانية/تمانية, تسعة, عشرة",
    "fr": "un/une, deux, trois, quatre, cinq, six, sept, huit, neuf, dix",
    "bn": "এক, দুই, তিন, চার, পাঁচ, ছয়, সাত, আট, নয়, দশ",
    "ta": "ஒன்று, இரண்டு, மூன்று, நான்கு, ஐந்து, ஆறு, ஏழு, எட்டு, ஒன்பது, பத்து",
}
