"""The words people answer with, by language: data only. answers.py says what they add up to.

Words and short phrases, between commas, in native and in Latin letters; spelling is united by `answers.fold` before they
are compared, so हाँ and हां, don't and dont, أوافق and اوافق need one entry each. Words of every language count whatever
the person's own is. A word with two meanings in two languages stands in FALSE_FRIENDS and nowhere else.

- yes, no, wrong_number, start, help: as they say. start and help count only alone.
- stop: the word alone, or first, or in a short text. no_more: phrases that ask to be left alone wherever they stand.
- neither: phrases that hold a negative or a STOP and mean something else ("no problem", "I do not know").
- polite: said before or after anything. neutral: what may stand beside a yes without changing it; any word that is in no
  list makes a yes unclear, so a word belongs here only if no question and no refusal can be made of it and a yes.
"""

from __future__ import annotations

from collections.abc import Mapping

CARRIER_STOP = "stop, stopall, unsubscribe, cancel, end, quit, revoke, optout"
"""What the carriers act on by themselves (FCC rule of 11 April 2025; Twilio's default list)."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "yes": """yes, y, yess, yeah, yea, yep, yup, yah, yas, sure, surely, agree, agreed, i do, accept, accepted, confirm,
            confirmed, i consent, approve, approved, correct, right, thats right, ok, okay, okey, okk, okie, fine, alright,
            all right, all good, of course, ofcourse, ofc, for sure, absolutely, definitely, certainly, join, want to join,
            would like to join, i am in, im in, count me in""",
        "no": """no, n, noo, nope, nop, nah, naah, nay, not, never, none, neither, nor, noway, dont, don t, do not, doesnt, didnt,
            wont, wouldnt, shouldnt, cant, can t, cannot, couldnt, isnt, arent, aint, wasnt, havent, refuse, refused, reject,
            rejected, decline, declined, deny, denied, disagree, disagreed, negative, unwilling, uninterested, against""",
        "stop": f"{CARRIER_STOP}, opt out, opt me out, stop all, stop it, stopp, unsub",
        "no_more": """do not contact, dont contact, do not text, dont text, do not message, dont message, do not sms, dont sms,
            do not send, dont send, do not call, dont call, do not disturb, dont disturb, never contact, never text,
            remove me, remove my number, take me off, leave me alone, no more messages, no more message, no more sms,
            no more texts, no more text, stop sending, stop texting, stop messaging""",
        "start": "start, unstop, resume, resubscribe",
        "help": "help, info, help me",
        "wrong_number": """wrong number, wrong no, wrong num, wrong mobile, wrong phone, wrong person, rong number,
            not me, isnt me, not my no, not my number, not my phone, isnt my number, number is wrong, someone else, somebody else,
            wrongnumber""",
        "neither": """no problem, no problems, no prob, no issue, no issues, no worries, no doubt, no idea, no objection, no network,
            not sure, not bad, not a problem, not an issue, why not, dont know, don t know, do not know, didnt know,
            dont understand, do not understand, didnt understand, not understand, not understood, dont mind, do not mind,
            dont worry, cant read, cannot read, not a wrong number, not wrong number, not the wrong number, not my name,
            dont stop, do not stop, never stop, dont cancel, do not cancel, no stopping, yes and no, yes or no,
            i am fine, im fine, my no, mobile no, mob no, phone no, ph no, card no, id no, booth no, voter no, epic no,
            member no, membership no, mera no""",
        "polite": "please, pls, plz, plzz, kindly, hi, hello, hey, dear, sir, madam, maam, mam, bro, brother, sister, thank you, "
        "thanks, thankyou, thnx, thx",
        "neutral": """i, i am, im, i will, ill, we, we will, me, my, it is, its, this is, that is, thats, all, everything, details,
            detail, the, to, very, much, also, with, 1""",
    },
    "hi": {
        "yes": """haan, han, haa, hann, haanji, hanji, haan ji, hn, ji, jee, ji haan, ji han, bilkul, bilkool, sahi, theek,
            thik, teek, tik, theek hai, thik hai, theek he, thik he, thik h, theek h, tik hai, tik h, thik ahe, sehmat, sahmat,
            sahamat, manzoor, manjoor, manjur, manzur, swikar, sweekar, svikar, kabool, kabul, qubool, qabool, kubul, zaroor,
            jarur, jaroor, zarur, raji, raazi, judna hai, judna chahta, judna chahti, banna hai, banna chahta, banna chahti,
            हाँ, हा, हाँजी, जी, बिल्कुल, बिलकुल, सही, ठीक, सहमत, मंज़ूर, मंजुर, स्वीकार, स्वीकृत, कबूल, क़ुबूल, ज़रूर, जरुर, राज़ी,
            जुड़ना है, जुड़ना चाहता, जुड़ना चाहती, बनना है, बनना चाहता, बनना चाहती, यस, येस, ओके, ओ के, होय""",
        "no": """nahi, nahin, nahee, naheen, nahii, nai, naiin, nhi, nhin, nahe, naa, nahi ji, nako, mat, inkar, inkaar, mana,
            asahmat, asehmat, namanzoor, namanjur, नहीं, नही, नहि, नहिं, ना, न, मत, इनकार, इंकार, मना, असहमत, नामंज़ूर, अस्वीकार,
            अस्वीकृत, नाही, नको, नो, नॉट""",
        "stop": """band, bandh, band karo, band kro, band kar do, band kardo, band kijiye, band karen, roko, ruko, rok do,
            बंद, बन्द, बंद करो, बंद करें, बंद कीजिए, बंद कर दो, रोको, रुको, रोक दो, रोकें, रद्द, स्टॉप, स्टाप, अनसब्सक्राइब""",
        "no_more": """mat bhejo, mat bhejiye, mat bhejna, mat bheje, sms band, message band, msg band, bhejna band,
            मत भेजो, मत भेजिए, मत भेजें, मत भेजना, संदेश बंद, मैसेज बंद, एसएमएस बंद, भेजना बंद""",
        "start": "shuru, shuru karo, chalu, शुरू, शुरु, शुरू करो, चालू, स्टार्ट",
        "help": "madad, sahayata, sahayta, मदद, सहायता, हेल्प",
        "wrong_number": """galat number, galat nambar, galat no, galat num, galat nomber, galat aadmi, number galat, ye number galat,
            mera nahi, mera nhi, mera nahin, mera number nahi, mera no nahi, mera number nhi, mera number nahin, main nahi hoon, main wo nahi, main woh nahi,
            main nahi hu, main nahi hun, mai nahi hu, mai nahi hoon, mai nhi hu, main nhi hu, main nahin hoon, mein nahi hu,
            koi aur hai, गलत नंबर, गलत नम्बर, गलत नंबर है, गलत व्यक्ति, नंबर गलत, नम्बर गलत, रॉन्ग नंबर, रोंग नंबर, राँग नंबर, मेरा नहीं,
            मेरा नही, मेरा नंबर नहीं, मेरा नंबर नही, मेरा नम्बर नहीं, मैं नहीं हूँ, मैं नहीं हूं, मै नहीं हूँ, मैं नही हूँ, मै नही हूं, मैं नहीं हु, कोई और है""",
        "neither": """koi baat nahi, koi baat nhi, koi baat nahin, koi dikkat nahi, koi dikkat nhi, koi problem nahi, koi problem nhi,
            pata nahi, pata nhi, pata nahin, nahi pata, nhi pata, malum nahi, maloom nahi, samajh nahi, samajh nhi,
            samjha nahi, samjha nhi, samajh me nahi, samajh nahi aaya, nahi samjha, nahi samajh, kyu nahi, kyun nahi, kyon nahi,
            kyu nhi, band mat, band nahi, band na, mera naam nahi, कोई बात नहीं, कोई दिक्कत नहीं, कोई परेशानी नहीं, पता नहीं, पता नही,
            नहीं पता, मालूम नहीं, समझ नहीं, समझ नही, नहीं समझ, समझा नहीं, क्यों नहीं, बंद मत, बंद न, बंद नहीं, मेरा नाम नहीं""",
        "polite": "kripya, kripaya, shukriya, dhanyavad, dhanyawad, dhanyavaad, namaste, namaskar, bhai, bhaiya, bhaiji, didi, sahab, "
        "sir ji, madam ji, bhai ji, bhaiya ji, didi ji, hello ji, namaste ji, namaskar ji, ji namaste, ji namaskar, shukriya ji, "
        "नमस्ते जी, नमस्कार जी, जी नमस्ते, जी नमस्कार, भाई जी, सर जी, दीदी जी, धन्यवाद जी, "
        "कृपया, शुक्रिया, धन्यवाद, नमस्ते, नमस्कार, भाई, भैया, दीदी, सर, मैडम, साहब",
        "neutral": """hai, h, hain, hoon, hu, hun, main, mai, mein, mera, meri, mujhe, yeh, ye, sab, sabhi, karta, karti, kar, kiya,
            jankari, jaankari, है, हैं, हूँ, हूं, हु, मैं, मै, मेरा, मेरी, मुझे, यह, ये, सब, सभी, करता, करती, किया, जानकारी""",
    },
    "sw": {
        "yes": """ndiyo, ndio, ndyo, ndo, ndiyoo, eeh, sawa, sawasawa, sawa sawa, nakubali, ninakubali, nimekubali, kubali,
            nakubaliana, ninakubaliana, nimekubaliana, tumekubali, sahihi, kweli, ni kweli, ni sahihi, ni sawa, hakika, bila shaka,
            nataka kujiunga, ninataka kujiunga, nitajiunga, najiunga, nimekubali kujiunga, nakubali kujiunga, ninakubali kujiunga, naam ndiyo, poa""",
        "no": """hapana, hapan, hapna, apana, siyo, sio, sitaki, hatutaki, sikubali, sikubaliani, sitakubali, sijakubali, nakataa,
            ninakataa, nimekataa, kataa, sihitaji, sitahitaji, sipendi, sitapenda, siwezi, sitajiunga, sijiungi, kamwe, katu, hasha,
            hakuna, si sawa, si kweli, si sahihi, bila""",
        "stop": "simamisha, simama, sitisha, koma, komesha, acheni, jiondoe, niondoe, nitoe, ondoa",
        "no_more": """acha kutuma, acha kunitumia, acheni kutuma, acheni kunitumia, acha ujumbe, acha sms, acha meseji, niache,
            niacheni, achana nami, usinitumie, msinitumie, usitume, msitume, sitaki ujumbe, sitaki sms, sitaki meseji,
            sitaki jumbe""",
        "start": "anza, anzisha",
        "help": "msaada, nisaidie, saidia, usaidizi, maelezo",
        "wrong_number": """si mimi, sio mimi, siyo mimi, namba si yangu, namba sio yangu, namba siyo yangu, nambari si yangu,
            nambari sio yangu, nambari siyo yangu, si namba yangu, sio namba yangu, siyo namba yangu, si nambari yangu,
            sio nambari yangu, siyo nambari yangu, umekosea namba, umekosea nambari, mmekosea namba, mmekosea nambari, umekosea,
            mmekosea, namba mbaya, nambari mbaya, namba isiyo sahihi, nambari isiyo sahihi, namba sio sahihi, namba si sahihi, nambari si sahihi, si yangu,
            sio yangu, siyo yangu, mtu mwingine""",
        "neither": """hakuna shida, hakuna matata, hakuna tatizo, hakuna neno, hakuna mtandao, haina shida, haina neno, sijui, sielewi,
            sijaelewa, sikuelewa, sina uhakika, kwa nini siyo, kwa nini sio, kwanini sio, usiache, msiache, jina sio langu,
            si jina langu, sio jina langu""",
        "polite": "tafadhali, asante, asanteni, asante sana, ahsante, bwana, mama, habari, jambo, hujambo, shikamoo, karibu, mheshimiwa",
        "neutral": "mimi, kabisa, sana, yote, taarifa, hii",
    },
    "ar": {
        "yes": """نعم, أجل, ايوه, أيوة, ايوا, إيوه, بلى, موافق, موافقة, موافقين, أوافق, نوافق, أقبل, قبلت, اقبل, تمام, طيب, حاضر, صحيح,
            صحيحة, مضبوط, أكيد, بالتأكيد, بالتاكيد, طبعا, حسنا, حسنًا, أوكي, اوك, اوكيه, يس, أؤكد, أريد الانضمام, na3am, naam na3am,
            aiwa, aywa, aywah, aywa, aiwah, muwafiq, mowafeq, mwafeq, mwafiq, muwafeq, tamam, akeed, akid, tab3an, ajal""",
        "no": """لا, لأ, لاء, كلا, أرفض, ارفض, رفض, رافض, رافضة, مرفوض, نرفض, لن, ليس, ليست, لست, مش, مو, غير, ابدا, أبدا, ولا, لم,
            ما اوافق, ما اريد, ما بدي, ما ابي, ما ابغى, مابدي, ماابي, مابي, ماريد, ما أقبل, لااريد, لاأريد, لااوافق, laa, laaa, kalla, mish, mesh,
            mosh, mush, arfud, arfod""",
        "stop": """توقف, توقفوا, أوقف, أوقفوا, اوقف, وقف, وقفوا, قف, إيقاف, ايقاف, إلغاء, الغاء, ألغ, الغي, إلغاء الاشتراك, ستوب, كفى,
            tawaqaf, tawaqqaf, waqef, waqqef, ilgha""",
        "no_more": """لا ترسل, لا ترسلوا, لا ترسلي, لا تراسلني, لا تراسلوني, لا تتصل, لا تتصلوا, لا تزعجني, لا تزعجوني, لا ترسلون, احذف رقمي,
            احذفوا رقمي, أزل رقمي, بدون رسائل, لا اريد رسائل, لا أريد رسائل, لا أريد الرسائل""",
        "start": "بدء, بداية, ابدأ الآن, اشتراك, اشترك, استئناف",
        "help": "مساعدة, مساعده, ساعدني, ساعدوني, معلومات, musaada",
        "wrong_number": """رقم خطأ, رقم خاطئ, رقم غلط, الرقم خطأ, الرقم خاطئ, الرقم غلط, الرقم غير صحيح, رقم غير صحيح, النمرة غلط, نمرة غلط,
            مش انا, مو انا, لست انا, ليس انا, انا لست, ليس رقمي, مش رقمي, مو رقمي, لست المقصود, لست الشخص, شخص آخر, شخص اخر, غلطان, غلطان بالرقم""",
        "neither": """لا مشكلة, لا مانع, لا بأس, لا باس, مافي مشكلة, ما في مشكلة, مش مشكلة, لا أعرف, لا أدري, لا ادري, ما أعرف, ما ادري,
            لا أعلم, لا اعلم, لا أفهم, لم أفهم, ما فهمت, مش فاهم, مش عارف, لست متأكدا, لست متاكد, غير متأكد, مش متأكد, لم لا, لما لا, ليش لا,
            ليه لا, لا شك, بلا شك, لا توقف, لا تتوقف""",
        "polite": "من فضلك, من فضلكم, لو سمحت, لو سمحتم, شكرا, شكرا لك, شكرا لكم, شكرا جزيلا, مرحبا, السلام عليكم, أخي, اخي, سيدي, أستاذ, رجاء, "
        "shukran, min fadlak, salam",
        "neutral": "انا, أنا, نحن, جدا, تماما, كل, المعلومات, البيانات, ذلك, هذا, على, على ذلك",
    },
    "fr": {
        "yes": """oui, ouii, ouais, ouai, wi, d'accord, d accord, dacc, dac, accepte, j'accepte, j accepte, j'ai accepté, accepté,
            confirme, je confirme, confirmé, bien sûr, biensûr, c'est bon, c est bon, c'est correct, c'est exact, c'est ça, exact,
            exactement, exacte, entendu, volontiers, certainement, absolument, tout à fait, évidemment, vrai, c'est vrai,
            je consens, j'adhère, adhère""",
        "no": """non, nonn, nan, nenni, jamais, refuse, je refuse, refusé, rejette, aucun, aucune, pas d'accord, pas d accord,
            veux pas, souhaite pas, n'accepte pas, accepte pas, ne veux, ne souhaite, ne suis pas, pas intéressé, pas intéressée, pas du tout,
            surtout pas, pas question, pas maintenant, certainement pas, absolument pas, pas correct, pas exact""",
        "stop": """arrêt, arrêter, arrêtez, arrête, arrêté, stopper, stoppez, désabonner, désabonnement, désabonnez, me désabonner,
            désinscrire, désinscription, désinscrivez, annuler, annulez, annule, résilier, résiliez""",
        "no_more": """ne plus recevoir, plus de sms, plus de message, plus de messages, ne m'écrivez plus, m'écrivez plus,
            ne me contactez plus, me contactez plus, ne m'envoyez plus, m'envoyez plus, n'envoyez plus, laissez moi tranquille,
            laissez-moi, retirez mon numéro, supprimez mon numéro, enlevez mon numéro, ne me dérangez plus""",
        "start": "commencer, reprendre, démarrer, débuter",
        "help": "aide, aidez moi, aidez-moi, assistance, au secours",
        "wrong_number": """mauvais numéro, faux numéro, numéro faux, erreur de numéro, trompé de numéro, trompez de numéro, mauvaise personne,
            pas moi, c'est pas moi, pas mon numéro, pas le bon numéro, vous vous trompez, vous êtes trompé, vous trompez, numéro erroné,
            quelqu'un d'autre, pas la bonne personne""",
        "neither": """pas de problème, pas de probleme, pas de souci, pas de soucis, aucun problème, aucun souci, sans problème, sais pas,
            ne sais, ne sais pas, pourquoi pas, comprends pas, ne comprends, ne comprends pas, pas compris, pas sûr, pas sûre, pas mal, sans doute, aucun doute,
            pas encore, n'arrêtez pas, arrêtez pas, pas mon nom, oui et non, oui ou non""",
        "polite": "s'il vous plaît, s il vous plait, s'il te plaît, svp, stp, merci, merci beaucoup, merci bien, bonjour, bonsoir, salut, "
        "monsieur, madame",
        "neutral": "je, je suis, c'est, c'est bien, moi, tout, tout est, beaucoup, le, les, mes, informations",
    },
    "bn": {
        "yes": """হ্যাঁ, হ্যা, হাঁ, হা, জি, জী, ঠিক, ঠিক আছে, রাজি, রাজী, সম্মত, অবশ্যই, সঠিক, আচ্ছা ঠিক আছে, ওকে, ইয়েস, hyan, hya, hae, thik ache,
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
        "yes": """ஆம், ஆமாம், ஆமா, ஆமாங்க, சரி, சரிங்க, சம்மதம், சம்மதிக்கிறேன், ஒப்புக்கொள்கிறேன், ஒத்துக்கொள்கிறேன், ஓகே, எஸ், கண்டிப்பாக, நிச்சயமாக,
            aamaam, aama, aamam, aamanga, seri, sammatham, sammadham""",
        "no": """இல்லை, இல்ல, இல்லே, வேண்டாம், வேணாம், மாட்டேன், மறுக்கிறேன், முடியாது, கிடையாது, நோ, illai, illa, ille, vendam, vendaam, venam, venaam,
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
    "ya": {"en": "yes", ANY_OTHER: ""},  # Hindi: or; Swahili: of; Arabic: o
    "haya": {"sw": "yes", ANY_OTHER: ""},  # Swahili: very well; Hindi: shame
    "aam": {"ta": "yes", ANY_OTHER: ""},  # Tamil: yes; Hindi: common, mango
    "sari": {"ta": "yes", ANY_OTHER: ""},  # Tamil: all right; elsewhere the garment
    "اي": {"ar": "yes", ANY_OTHER: ""},  # Levantine: yes; elsewhere: which
    "ha": {"fr": "", ANY_OTHER: "yes"},  # Hindi: yes; doubled it is laughter
    "ha ha": {ANY_OTHER: ""},
    "ha ha ha": {ANY_OTHER: ""},
}

NEGATIVE_SIGNS = frozenset("👎❌🚫⛔🛑🙅✋✖❎🖕")
"""Signs that take a yes back. None of them is an answer by itself, nor is 👍: on many phones they arrive as a box."""

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
