"""The words people answer with in Hindi, in Devanagari and Latin letters: data only. words.py says what each list is for."""

from __future__ import annotations

from collections.abc import Mapping

_MEND = ", ".join(
    f"{right} {make}"
    for right in ("sahi", "theek", "thik", "teek", "tik", "सही", "ठीक")
    for make in (
        "kar", "karo", "karen", "kare", "kardo", "karna", "karke", "kijiye", "kijie", "kr", "kro", "krdo",
        "करो", "करें", "करे", "कर", "करना", "कीजिए", "कीजिये", "किया",
    )
)  # fmt: skip
"""Put right, make right: who asks for that has not said that it is right."""

_STOP_THEM = ", ".join(
    phrase
    for what in ("ab", "ye", "yeh", "ye sab", "yeh sab", "yah sab", "sab", "अब", "ये", "यह", "ये सब", "यह सब", "सब")
    for stop in ("band", "bnd", "बंद")
    for make in ("karo", "kro", "kar do", "kardo", "karen", "kare", "kijiye", "करो", "करें", "कर दो", "कीजिए")
    if what.isascii() == stop.isascii() == make.isascii()
    for phrase in (f"{what} {stop} {make}", f"{stop} {make} {what}")
)
"""Beside what is sent a STOP is one, wherever it stands: `bahut ho gaya, ab band karo ye sab`."""

_I_SEE_YES = ", ".join(
    f"{see} {well}"
    for see in ("acha", "accha", "achha", "achchha", "achcha", "acchha", "अच्छा")
    for well in (
        "theek hai", "thik hai", "theek h", "thik h", "theek he", "thik he", "theek", "thik", "ji", "haan", "han",
        "ठीक है", "ठीक", "जी", "हाँ",
    )
    if see.isascii() == well.isascii()
)  # fmt: skip
"""I see, all right: a yes with that behind it. Alone it says only that she has read."""

_POLITE = """hazoor, huzoor, sarkar, malik, chacha, kaka, beta, behen, bahan, behenji, mataji, babuji,
    netaji, sahib, saab, saheb, yaar, dost, guru, ram ram, jai hind, jai shri ram, radhe radhe,
    pranam, adab, salaam, हजूर, हुज़ूर, सरकार, चाचा, काका, बहन, बहनजी, माताजी, बाबूजी, नेताजी, साहेब,
    साब, यार, दोस्त, राम राम, जय हिंद, जय हिन्द, जय श्री राम, राधे राधे, प्रणाम, आदाब, सलाम, प्लीज,
    थैंक्यू, थैंक यू, kripya, kripaya, shukriya, dhanyavad, dhanyawad, dhanyavaad, namaste, namaskar,
    bhai, bhaiya, bhaiji, didi, sahab, sir ji, madam ji, bhai ji, bhaiya ji, didi ji, hello ji,
    namaste ji, namaskar ji, ji namaste, ji namaskar, shukriya ji, नमस्ते जी, नमस्कार जी, जी नमस्ते,
    जी नमस्कार, भाई जी, सर जी, दीदी जी, धन्यवाद जी, कृपया, शुक्रिया, धन्यवाद, नमस्ते, नमस्कार, भाई,
    भैया, दीदी, सर, मैडम, साहब"""


def _honoured(phrases: str) -> str:
    """Each of them alone and with ji behind it, which there is a title (`ram ram ji`, `सर जी`) and no yes."""
    told = [phrase.strip() for phrase in f"{phrases}, good morning, good evening, hello, hi, sir, madam".split(",")]
    return ", ".join([phrases, *(f"{phrase} {ji}" for phrase in told for ji in ("ji", "jee", "जी"))])


HINDI: Mapping[str, str] = {
    "yes": f"""{_I_SEE_YES},
        हाँा, हांा, hsan, haam, haanm, haanj, हाँआँ, हाआँ, हाआ, हाँऽ, manzur hai, razi, razi hu, raazi hu, राज़ी हूँ,
        badhiya hai, chalega, chalegi, चलेगा, taiyar, taiyaar, tayar, tayyar, तैयार, हाॅं, हाॅ, हॉं, हॉ,
        swikaar, sweekaar, ठिक है, ठिक, thk hai, thk h, haan kar do, haan kardo, haan karo, हाँ कर दो, हाँ करो,
        hnji, jihaan, jihan, avashya, awashya, pakka, अवश्य, पक्का, हाँ जी, जी हाँ, haan, han, haa, hann,
        haanji, hanji, haan ji, hn, ji, jee, ji haan, ji han, bilkul, bilkool, sahi, theek, thik, teek, tik,
        theek hai, thik hai, theek he, thik he, thik h, theek h, tik hai, tik h, thik ahe, sehmat, sahmat,
        sahamat, manzoor, manjoor, manjur, manzur, swikar, sweekar, svikar, kabool, kabul, qubool, qabool,
        kubul, zaroor, jarur, jaroor, zarur, raji hu, raji hoon, raji hun, raazi, हाँ, हा, हाँजी, जी, बिल्कुल,
        बिलकुल, सही, ठीक, सहमत, मंज़ूर, मंजुर, स्वीकार, स्वीकृत, कबूल, क़ुबूल, ज़रूर, जरुर, राज़ी, यस, येस, ओके,
        ओ के, होय""",
    "joins": """naam likh lo, naam likho, naam jod do, नाम लिख लो, नाम जोड़ दो, mera naam jod do, मेरा नाम जोड़ दो, bna do, bana
        do, judna chahta hu, judna chahti hu, judunga, judungi, jud jaunga, जुड़ूंगा, जुड़ूंगी, shamil hona hai,
        शामिल होना है, shamil karo, shamil kar lo, shamil kijiye, शामिल करो, शामिल कर लो, शामिल कीजिए, सदस्य
        बनूंगा, सदस्य बनूंगी, sadasya banunga, sadasya banungi, member banunga, member banungi, मेंबर बनूंगा,
        sadasya banna chahta, sadasya banna chahti, member banna hai, sadasya banna hai, jodo, jod do, jod lo,
        jod dijiye, jodiye, jodna hai, banao, bana dijiye, bana lo, जोड़ो, जोड़ दो, जोड़ लो, जोड़ दीजिए, जोड़िए,
        बनाओ, बना दो, बना दीजिए, बना लो, बनाइए, judna hai, judna chahta, judna chahti, banna hai, banna chahta,
        banna chahti, जुड़ना है, जुड़ना चाहता, जुड़ना चाहती, बनना है, बनना चाहता, बनना चाहती""",
    "no": """rehne do, rahne do, rehne dijiye, rahne dijiye, jaane do, chhodo, chodo, chhod do, रहने दो,
        रहने दीजिए, जाने दो, छोड़ो, छोड़ दो, koi zarurat nahi, zarurat nahi, जरूरत नहीं, naam hatao,
        naam hata do, naam kaat do, नाम हटाओ, नाम हटा दो, नाम काट दो, nhee, mujhe nahi,
        inkaar hai, hargiz nahi, हरगिज़ नहीं, namanjoor, नामंजूर, nahi, nahin, nahee, naheen, nahii, nai,
        naiin, nhi, nhin, nahe, naa, nahi ji, nako, mat, inkar, inkaar, mana, asahmat, asehmat, namanzoor,
        namanjur, नहीं, नही, नहि, नहिं, ना, न, मत, इनकार, इंकार, मना, असहमत, नामंज़ूर, अस्वीकार, अस्वीकृत,
        नाही, नको, नो, नॉट""",
    "stop": """bas karo, bas kro, bas kar do, bas kijiye, bas karen, बस करो, बस करें,
        बस कीजिए, bnd, bnd kro, bnd karo, bnd kar do, bund karo, band kre, बंद करे, band, bandh, band karo,
        band kro, band kar do, band kardo, band kijiye, band karen, roko,
        ruko, rok do, बंद, बन्द, बंद करो, बंद करें, बंद कीजिए, बंद कर दो, रोको, रुको, रोक दो, रोकें, रद्द,
        स्टॉप, स्टाप, अनसब्सक्राइब""",
    "no_more": f"""{_STOP_THEM}, no msg, no message, no sms, se naam hatao, se naam hata do, से नाम हटाओ,
        से नाम हटा दो, na bhejein,
        na bhejiyega, number block,
        paresan mat, preshan mat, presan mat, mt bhejo, mt bhejna, msg mt, sms mt, message mt, no hatao, no
        hata do, mera no hatao, mera no hata do, mujhe hatao, mujhe hata do, muje hatao, hatao
        mujhe, मुझे हटाओ, मुझे हटा दो, मुझे हटाइए, हटाओ मुझे,
        na bheje, na bhejen, na bhejo, na bhejiye, na bhejna, न भेजें, न भेजे, न भेजिए, न भेजो, ना
        भेजें, ना भेजो, list se hatao, list se hata do, लिस्ट से हटाओ, लिस्ट से हटा दो, message na kare,
        message na karen, message na karo, msg na kare, msg na karen, msg na karo, sms na kare, sms na
        karen, sms na karo, मैसेज न करें, मैसेज ना करें, मैसेज न करे, एसएमएस न करें, sms न करें, message
        mat, message nahi chahiye, message nhi chahiye, msg mat, msg nahi chahiye, msg nhi chahiye, sms
        mat, sms nahi chahiye, sms nhi chahiye, mesage mat, mesage nahi chahiye, mesage nhi chahiye,
        massage mat, massage nahi chahiye, massage nhi chahiye, मैसेज मत, मैसेज नहीं चाहिए, मैसेज नही
        चाहिए, मेसेज मत, मेसेज नहीं चाहिए, मेसेज नही चाहिए, संदेश मत, संदेश नहीं चाहिए, संदेश नही चाहिए,
        एसएमएस मत, एसएमएस नहीं चाहिए, एसएमएस नही चाहिए, sms मत, sms नहीं चाहिए, sms नही चाहिए, band karo
        sms, pareshan mat, tang mat, disturb mat, परेशान मत, तंग मत, डिस्टर्ब मत, number hatao, number
        hata do, number hataiye, number delete, no delete karo, नंबर हटाओ, नंबर हटा दो, नंबर हटाइए, नम्बर
        हटाओ, नम्बर हटा दो, नंबर डिलीट, akela chhod do, akela chhodo, akela chod do, peecha chhodo, picha
        chhodo, picha chodo, peecha chodo, पीछा छोड़ो, अकेला छोड़ दो, bhejna mat, भेजना मत, mat bhejo, mat
        bhejiye, mat bhejna, mat bheje, sms band, message band, msg band, bhejna band, मत भेजो, मत भेजिए,
        मत भेजें, मत भेजना, संदेश बंद, मैसेज बंद, एसएमएस बंद, भेजना बंद""",
    "start": "shuru, shuru karo, chalu, शुरू, शुरु, शुरू करो, चालू, स्टार्ट",
    "help": """sahayta chahiye, sahayta karo, ye msg kya hai, yeh msg kya hai, ye message kya hai,
        yeh message kya
        hai, yah message kya hai, यह मैसेज क्या है, ये मैसेज क्या है,
        सहायता करें, सहायता करो, sahayata karo, sahayata karen, कौन बोल रहे हो, kaun bol rahe ho, kon bol
        raha hai, kon hai, kon h, kaun hai, kaun h, कौन है, ap kon, ap kaun, ap kon ho, ap kaun ho,
        aap kon h, aap kaun h,
        यह क्या है जी, ये क्या है जी, ye kya hai ji, kya hai ji, aap kaun ji, kaun ji, help karo, help
        kijiye, help chahiye, help karen, help kare, हेल्प करो, हेल्प चाहिए, kya hai ye sab, ye sab kya
        hai, ये सब क्या है, यह सब क्या है, मदद कर दो, madad kare, madad karo, madad chahiye, madad kijiye,
        madad karen, sahayata chahiye, jankari chahiye, jankari do, मदद चाहिए, मदद करो, मदद कीजिए, मदद
        करें, सहायता चाहिए, जानकारी चाहिए, जानकारी दीजिए, kya hai ye, kya hai yeh, kya h ye, ye kya hai,
        ye kya h, yeh kya hai, kya hai yah, yah kya hai, यह क्या है, ये क्या है, क्या है ये, क्या है यह,
        kaun ho, kon ho, kaun ho aap, kon ho aap, kaun ho tum, aap kaun, aap kon, aap kaun ho, aap kon ho,
        aap kaun hai, aap kaun hain, aap kon hai, tum kaun ho, tum kon ho, tum kaun, kaun bol raha hai,
        kaun hai ye, ye kaun hai, कौन हो, आप कौन, आप कौन हैं, आप कौन हो, आप कौन है, तुम कौन हो, कौन हो आप,
        कौन हैं आप, ये कौन है, यह कौन है, कौन है ये, ye kis liye hai, madad, sahayata, sahayta, मदद,
        सहायता, हेल्प""",
    "wrong_number": """glt number, glt no, glt nambar, glat number, glat no, galt no, glt nmbr, galat nmber,
        vo insaan nahi, wo insaan nahi, wo insan nahi, wo vyakti nahi, vo vyakti nahi, wo aadmi nahi, vo
        aadmi nahi, वो इंसान नहीं, वह इंसान नहीं, वो आदमी नहीं, वह व्यक्ति नहीं,
        वो मैं नहीं, वह मैं नहीं, wo main nahi, wo mai nahi, woh main nahi, raung number, इसे नहीं जानता,
        इसे नहीं जानती, उसे नहीं जानती, ise nahi janta, ise nahi janti, isko nahi janti, usko nahi
        janti,
        koi aur hu, koi aur hoon, koi aur hun, koi or hu, कोई और हूँ, कोई और हूं, dusra aadmi,
        doosra aadmi, dusra insaan, दूसरा आदमी, naam ka koi nahi, naam ka koi nhi, नाम का कोई नहीं, नाम का
        कोई नही, rong nambar, wrong nambar, wrong numbr, गलत नंबर पर, use nahi janta, unko nahi janta,
        inko nahi janta, isko nahi janta, usko nahi janta, unhe nahi janta, inhe nahi janta, उसे नहीं
        जानता, उनको नहीं जानता, इनको नहीं जानता, इसको नहीं जानता, उसको नहीं जानता, उन्हें नहीं जानता,
        इन्हें नहीं जानता, galt number, galat numbr, galat nmbr, rong number, wrong namber, no galat,
        nambar galat, kisi aur ka, kisi aur ka number, kisi or ka number, dusre ka number, ka number nahi,
        ka no nahi, ka number nhi, का नंबर नहीं, का नंबर नही, का नम्बर नहीं, unka number nahi, uska number
        nahi, iska number nahi, galat insaan, galat vyakti, galat jagah, गलत आदमी, गलत इंसान, गलत जगह,
        किसी और का, दूसरे का नंबर, main vo nahi, main voh nahi, मैं वो नहीं, मैं वह नहीं, रांग नंबर, रॉंग
        नंबर, रोंग नम्बर, रॉन्ग नम्बर, galat number, galat nambar, galat no, galat num, galat nomber,
        galat aadmi, number galat, ye number galat, mera nahi, mera nhi, mera nahin, mera number nahi,
        mera no nahi, mera number nhi, mera number nahin, main nahi hoon, main wo nahi, main woh nahi,
        main nahi hu, main nahi hun, mai nahi hu, mai nahi hoon, mai nhi hu, main nhi hu, main nahin hoon,
        mein nahi hu, koi aur hai, गलत नंबर, गलत नम्बर, गलत नंबर है, गलत व्यक्ति, नंबर गलत, नम्बर गलत,
        रॉन्ग नंबर, रोंग नंबर, राँग नंबर, मेरा नहीं, मेरा नही, मेरा नंबर नहीं, मेरा नंबर नही, मेरा नम्बर
        नहीं, मैं नहीं हूँ, मैं नहीं हूं, मै नहीं हूँ, मैं नही हूँ, मै नही हूं, मैं नहीं हु, कोई और है""",
    "neither": f"""समझ में नहीं, समझ में नही, samajh mein nahi, samajh m nahi, smjh nahi, smjh nhi,
        {_MEND},
        theek hu, theek hoon, theek hun, thik hu, thik hoon, thik hun, ठीक हूँ, ठीक हूं, ठीक हु,
        nahi janta, nahi jaanta, nahi janti, nhi janta, nahin janta, नहीं जानता, नहीं जानती, नही जानता,
        kyon nhi, mana nahi, मना नहीं, galat nahi, गलत नहीं, galat nhi, nahi kaha, नहीं कहा, nahi bola,
        नहीं बोला, naam ye nahi, naam yeh nahi, नाम ये नहीं, नाम यह नहीं, kuch nahi, कुछ नहीं, koi baat
        nahi, koi baat nhi, koi baat nahin, koi dikkat nahi, koi dikkat nhi, koi problem nahi, koi problem
        nhi, pata nahi, pata nhi, pata nahin, nahi pata, nhi pata, malum nahi, maloom nahi, samajh nahi,
        samajh nhi, samjha nahi, samjha nhi, samajh me nahi, samajh nahi aaya, nahi samjha, nahi samajh,
        kyu nahi, kyun nahi, kyon nahi, kyu nhi, band mat, band nahi, band na, mera naam nahi, कोई बात
        नहीं, कोई दिक्कत नहीं, कोई परेशानी नहीं, पता नहीं, पता नही, नहीं पता, मालूम नहीं, समझ नहीं, समझ
        नही, नहीं समझ, समझा नहीं, क्यों नहीं, बंद मत, बंद न, बंद नहीं, मेरा नाम नहीं""",
    "polite": _honoured(_POLITE),
    "neutral": """hme, hmko, humen, mujhko, muje, हम, हमें, हमको, hum, hume, hame, hamein, humein, humko, hai, h, hain, hoon, hu,
        hun, main, mai, mein, mera, meri, mujhe, ye, sab, sabhi, karta, karti, kar, kiya, है, हैं, हूँ, हूं, हु,
        मैं, मै, मेरा, मेरी, मुझे, यह, ये, सब, सभी, करता, करती, किया""",
    "joining": """judna, jurna, जुड़ना, sadasyata, सदस्यता, sadasya, सदस्य, jankari, jaankari, जानकारी""",
}
