"""What the card's pages say, by language. A language without words gets the English ones."""

from __future__ import annotations

WORDS = {
    "en": {
        "lang": "en",
        "title": "Membership card",
        "number": "Member No",
        "name": "Name",
        "area": "Area",
        "since": "Since",
        "until": "Valid until",
        "png": "Save picture",
        "pdf": "Save PDF",
        "check": "Anybody can check this card here:",
        "wrong_data": "Is something wrong?",
        "help": "Send HELP by SMS to the number that sent you this link.",
        "care": "Do not forward this link.",
        "again": "The two buttons work for 15 minutes. Later, open the link again.",
        "ask_id": "Last 4 letters or digits of your ID number (voter ID)",
        "ask_phone": "Last 4 digits of your mobile number",
        "example_id": "For ABC1234567 type 4567",
        "example_phone": "For 98765 43210 type 3210",
        "open": "Open my card",
        "few": "Type 4 signs: the last 4 of the number.",
        "wrong": "This does not open the card. Look at the number and type its last 4 signs again.",
        "locked": "Too many wrong tries. Wait one hour, then try again.",
        "replaced": (
            "This link was replaced. Our newest SMS about the card has the link that opens it. Did it not "
            "come? Send CARD by SMS to the number that sent you this link."
        ),
        "revoked": "This card is no longer valid. You are still a member. Ask the office for a new card.",
        "expired": "This card has expired. You are still a member. Ask the office for a new card.",
        "withdrawn": (
            "This membership has ended, and its card with it. To become a member again, send JOIN by SMS "
            "to the number that sent you this link."
        ),
        "unknown_title": "This link opens no card",
        "unknown": (
            "A letter of the link may be missing, or it is no longer valid. Open it once more from the SMS itself."
        ),
        "unknown_ask": "It still does not open? Ask your enroler, the person who entered your name.",
    },
    "hi": {
        "lang": "hi",
        "title": "सदस्यता कार्ड",
        "number": "सदस्य संख्या",
        "name": "नाम",
        "area": "क्षेत्र",
        "since": "सदस्यता की तिथि",
        "until": "अंतिम तिथि",
        "png": "चित्र सहेजें",
        "pdf": "PDF सहेजें",
        "check": "यह कार्ड कोई भी यहाँ जाँच सकता है:",
        "wrong_data": "कुछ गलत है?",
        "help": "जिस नंबर से यह लिंक आया है, उस पर SMS से HELP भेजें।",
        "care": "यह लिंक किसी को न भेजें।",
        "again": "ये दोनों बटन 15 मिनट तक चलेंगे। बाद में लिंक फिर से खोलें।",
        "ask_id": "आपके पहचान पत्र (वोटर ID) के आखिरी 4 अक्षर या अंक",
        "ask_phone": "आपके मोबाइल नंबर के आखिरी 4 अंक",
        "example_id": "ABC1234567 हो तो 4567 लिखें",
        "example_phone": "98765 43210 हो तो 3210 लिखें",
        "open": "मेरा कार्ड खोलें",
        "few": "4 अक्षर लिखें: नंबर के आखिरी 4।",
        "wrong": "इससे कार्ड नहीं खुला। नंबर देखकर उसके आखिरी 4 अक्षर फिर से लिखें।",
        "locked": "बहुत बार गलत लिखा गया। एक घंटे बाद फिर कोशिश करें।",
        "replaced": (
            "यह लिंक बदल दिया गया है। कार्ड खोलने वाला लिंक हमारे सबसे नए SMS में है। नहीं मिला? जिस नंबर "
            "से यह लिंक आया है, उस पर SMS से CARD भेजें।"
        ),
        "revoked": "यह कार्ड अब मान्य नहीं है। आप अब भी सदस्य हैं। नया कार्ड कार्यालय से माँगें।",
        "expired": "इस कार्ड की अवधि पूरी हो गई है। आप अब भी सदस्य हैं। नया कार्ड कार्यालय से माँगें।",
        "withdrawn": (
            "यह सदस्यता समाप्त हो गई है, और उसका कार्ड भी। फिर से सदस्य बनना हो तो जिस नंबर से यह लिंक "
            "आया है, उस पर SMS से JOIN भेजें।"
        ),
        "unknown_title": "इस लिंक से कोई कार्ड नहीं खुलता",
        "unknown": ("लिंक का कोई अक्षर छूट गया है, या वह अब मान्य नहीं है। उसे SMS से ही एक बार फिर खोलें।"),
        "unknown_ask": "फिर भी न खुले तो उनसे पूछें जिन्होंने आपका नाम दर्ज किया था।",
    },
    "sw": {
        "lang": "sw",
        "title": "Kadi ya uanachama",
        "number": "Mwanachama Na.",
        "name": "Jina",
        "area": "Eneo",
        "since": "Tangu",
        "until": "Halali hadi",
        "png": "Hifadhi picha",
        "pdf": "Hifadhi PDF",
        "check": "Yeyote anaweza kuhakiki kadi hii hapa:",
        "wrong_data": "Kuna kosa?",
        "help": "Tuma HELP kwa SMS kwa namba iliyokutumia kiungo hiki.",
        "care": "Usimtumie mtu mwingine kiungo hiki.",
        "again": "Vitufe hivi viwili hufanya kazi kwa dakika 15. Baadaye fungua kiungo tena.",
        "ask_id": "Herufi au tarakimu 4 za mwisho za kitambulisho chako",
        "ask_phone": "Tarakimu 4 za mwisho za namba yako ya simu",
        "example_id": "Kwa ABC1234567 andika 4567",
        "example_phone": "Kwa 0712 345678 andika 5678",
        "open": "Fungua kadi yangu",
        "few": "Andika alama 4: nne za mwisho za namba.",
        "wrong": "Kadi haikufunguka. Angalia namba na uandike tena alama 4 za mwisho.",
        "locked": "Umekosea mara nyingi. Subiri saa moja, kisha jaribu tena.",
        "replaced": (
            "Kiungo hiki kimebadilishwa. SMS yetu ya mwisho kuhusu kadi ina kiungo kinachoifungua. "
            "Haikufika? Tuma CARD kwa SMS kwa namba iliyokutumia kiungo hiki."
        ),
        "revoked": "Kadi hii si halali tena. Wewe bado ni mwanachama. Omba kadi mpya ofisini.",
        "expired": "Muda wa kadi hii umekwisha. Wewe bado ni mwanachama. Omba kadi mpya ofisini.",
        "withdrawn": (
            "Uanachama huu umekwisha, na kadi yake pia. Ili kuwa mwanachama tena, tuma JIUNGE kwa SMS kwa "
            "namba iliyokutumia kiungo hiki."
        ),
        "unknown_title": "Kiungo hiki hakifungui kadi",
        "unknown": ("Huenda herufi imekosekana, au kiungo hakitumiki tena. Kifungue tena kutoka kwenye SMS yenyewe."),
        "unknown_ask": "Bado hakifunguki? Muulize aliyekuandikisha.",
    },
    "bn": {
        "lang": "bn",
        "title": "সদস্যপদ কার্ড",
        "number": "সদস্য নম্বর",
        "name": "নাম",
        "area": "এলাকা",
        "since": "সদস্য হওয়ার তারিখ",
        "until": "মেয়াদ শেষ",
        "png": "ছবি সেভ করুন",
        "pdf": "PDF সেভ করুন",
        "check": "যে কেউ এই কার্ড এখানে যাচাই করতে পারেন:",
        "wrong_data": "কিছু ভুল আছে?",
        "help": "যে নম্বর থেকে এই লিংক এসেছে, সেখানে SMS করে HELP পাঠান।",
        "care": "এই লিংক কাউকে পাঠাবেন না।",
        "again": "এই দুটি বোতাম 15 মিনিট কাজ করবে। পরে লিংকটি আবার খুলুন।",
        "ask_id": "আপনার পরিচয়পত্রের নম্বরের শেষ 4টি অক্ষর বা সংখ্যা",
        "ask_phone": "আপনার মোবাইল নম্বরের শেষ 4টি সংখ্যা",
        "example_id": "ABC1234567 হলে 4567 লিখুন",
        "example_phone": "98765 43210 হলে 3210 লিখুন",
        "open": "আমার কার্ড খুলুন",
        "few": "4টি অক্ষর বা সংখ্যা লিখুন: নম্বরের শেষ 4টি।",
        "wrong": "এতে কার্ড খোলেনি। নম্বরটি দেখে তার শেষ 4টি আবার লিখুন।",
        "locked": "অনেকবার ভুল হয়েছে। এক ঘণ্টা পরে আবার চেষ্টা করুন।",
        "replaced": (
            "এই লিংকটি বদলানো হয়েছে। যে লিংকে কার্ড খোলে, তা আমাদের সবচেয়ে নতুন SMS-এ আছে। আসেনি? যে "
            "নম্বর থেকে এই লিংক এসেছে, সেখানে SMS করে CARD পাঠান।"
        ),
        "revoked": "এই কার্ড আর বৈধ নয়। আপনি এখনও সদস্য। কার্যালয় থেকে নতুন কার্ড চেয়ে নিন।",
        "expired": "এই কার্ডের মেয়াদ শেষ হয়েছে। আপনি এখনও সদস্য। কার্যালয় থেকে নতুন কার্ড চেয়ে নিন।",
        "withdrawn": (
            "এই সদস্যপদ শেষ হয়েছে, তার কার্ডও। আবার সদস্য হতে চাইলে, যে নম্বর থেকে এই লিংক এসেছে সেখানে SMS করে JOIN পাঠান।"
        ),
        "unknown_title": "এই লিংকে কোনো কার্ড খোলে না",
        "unknown": "লিংকের কোনো অক্ষর বাদ পড়েছে, অথবা লিংকটি আর চলে না। SMS থেকেই আরেকবার খুলুন।",
        "unknown_ask": "তবুও না খুললে, যিনি আপনার নাম লিখিয়েছিলেন তাঁকে জিজ্ঞাসা করুন।",
    },
    "ta": {
        "lang": "ta",
        "title": "உறுப்பினர் அட்டை",
        "number": "உறுப்பினர் எண்",
        "name": "பெயர்",
        "area": "பகுதி",
        "since": "சேர்ந்த நாள்",
        "until": "கடைசி நாள்",
        "png": "படத்தைச் சேமி",
        "pdf": "PDF சேமி",
        "check": "இந்த அட்டையை யாரும் இங்கே சரிபார்க்கலாம்:",
        "wrong_data": "ஏதேனும் தவறா?",
        "help": "இந்த இணைப்பு வந்த எண்ணுக்கு HELP என SMS அனுப்புங்கள்.",
        "care": "இந்த இணைப்பை யாருக்கும் அனுப்பாதீர்கள்.",
        "again": "இந்த இரண்டு பொத்தான்களும் 15 நிமிடம் வேலை செய்யும். பிறகு இணைப்பை மீண்டும் திறங்கள்.",
        "ask_id": "உங்கள் அடையாள அட்டை எண்ணின் கடைசி 4 எழுத்துகள் அல்லது இலக்கங்கள்",
        "ask_phone": "உங்கள் மொபைல் எண்ணின் கடைசி 4 இலக்கங்கள்",
        "example_id": "ABC1234567 என்றால் 4567 என எழுதுங்கள்",
        "example_phone": "98765 43210 என்றால் 3210 என எழுதுங்கள்",
        "open": "என் அட்டையைத் திற",
        "few": "4 எழுத்துகள் அல்லது இலக்கங்களை எழுதுங்கள்: எண்ணின் கடைசி 4.",
        "wrong": "இதனால் அட்டை திறக்கவில்லை. எண்ணைப் பார்த்து அதன் கடைசி 4-ஐ மீண்டும் எழுதுங்கள்.",
        "locked": "பலமுறை தவறாக எழுதப்பட்டது. ஒரு மணி நேரம் கழித்து மீண்டும் முயலுங்கள்.",
        "replaced": (
            "இந்த இணைப்பு மாற்றப்பட்டது. அட்டையைத் திறக்கும் இணைப்பு எங்களின் புதிய SMS-இல் உள்ளது. "
            "வரவில்லையா? இந்த இணைப்பு வந்த எண்ணுக்கு CARD என SMS அனுப்புங்கள்."
        ),
        "revoked": ("இந்த அட்டை இனி செல்லாது. நீங்கள் இன்னும் உறுப்பினர்தான். புதிய அட்டையை அலுவலகத்தில் கேளுங்கள்."),
        "expired": ("இந்த அட்டையின் காலம் முடிந்தது. நீங்கள் இன்னும் உறுப்பினர்தான். புதிய அட்டையை அலுவலகத்தில் கேளுங்கள்."),
        "withdrawn": (
            "இந்த உறுப்பினர் நிலை முடிந்தது, அதன் அட்டையும் செல்லாது. மீண்டும் சேர, இந்த இணைப்பு வந்த எண்ணுக்கு JOIN என SMS அனுப்புங்கள்."
        ),
        "unknown_title": "இந்த இணைப்பால் எந்த அட்டையும் திறக்காது",
        "unknown": ("இணைப்பில் ஓர் எழுத்து விடுபட்டிருக்கலாம், அல்லது அது இனி செல்லாது. SMS-இலிருந்தே மீண்டும் ஒருமுறை திறங்கள்."),
        "unknown_ask": "இன்னும் திறக்கவில்லையா? உங்கள் பெயரைப் பதிவு செய்தவரைக் கேளுங்கள்.",
    },
    "ar": {
        "lang": "ar",
        "title": "بطاقة عضوية",
        "number": "رقم العضوية",
        "name": "الاسم",
        "area": "المنطقة",
        "since": "عضو منذ",
        "until": "صالحة حتى",
        "png": "حفظ الصورة",
        "pdf": "حفظ ملف PDF",
        "check": "يمكن لأي شخص التحقق من هذه البطاقة هنا:",
        "wrong_data": "هل هناك خطأ؟",
        "help": "أرسل HELP في رسالة SMS إلى الرقم الذي وصلك منه هذا الرابط.",
        "care": "لا ترسل هذا الرابط إلى أحد.",
        "again": "يعمل هذان الزران 15 دقيقة. بعدها افتح الرابط من جديد.",
        "ask_id": "آخر 4 أحرف أو أرقام من رقم بطاقة هويتك",
        "ask_phone": "آخر 4 أرقام من رقم هاتفك",
        "example_id": "إذا كان الرقم ABC1234567 فاكتب 4567",
        "example_phone": "إذا كان الرقم 0912345678 فاكتب 5678",
        "open": "افتح بطاقتي",
        "few": "اكتب 4 أحرف أو أرقام: آخر 4 من الرقم.",
        "wrong": "لم تفتح البطاقة بهذا. انظر إلى الرقم واكتب آخر 4 منه مرة أخرى.",
        "locked": "محاولات خاطئة كثيرة. انتظر ساعة ثم حاول مرة أخرى.",
        "replaced": (
            "استُبدل هذا الرابط. الرابط الذي يفتح البطاقة في أحدث رسالة SMS منا. لم تصلك؟ أرسل CARD في "
            "رسالة SMS إلى الرقم الذي وصلك منه هذا الرابط."
        ),
        "revoked": "هذه البطاقة لم تعد صالحة. ما زلت عضوًا. اطلب بطاقة جديدة من المكتب.",
        "expired": "انتهت مدة هذه البطاقة. ما زلت عضوًا. اطلب بطاقة جديدة من المكتب.",
        "withdrawn": (
            "انتهت هذه العضوية، وانتهت بطاقتها معها. لتصبح عضوًا من جديد أرسل JOIN في رسالة SMS إلى الرقم "
            "الذي وصلك منه هذا الرابط."
        ),
        "unknown_title": "هذا الرابط لا يفتح أي بطاقة",
        "unknown": "ربما نقص حرف من الرابط، أو لم يعد صالحًا. افتحه مرة أخرى من رسالة SMS نفسها.",
        "unknown_ask": "ما زال لا يفتح؟ اسأل من سجّل اسمك.",
    },
    "fr": {
        "lang": "fr",
        "title": "Carte de membre",
        "number": "Membre n°",
        "name": "Nom",
        "area": "Zone",
        "since": "Membre depuis le",
        "until": "Valable jusqu’au",
        "png": "Enregistrer l’image",
        "pdf": "Enregistrer le PDF",
        "check": "Chacun peut vérifier cette carte ici :",
        "wrong_data": "Une erreur ?",
        "help": "Envoyez HELP par SMS au numéro qui vous a envoyé ce lien.",
        "care": "N’envoyez ce lien à personne.",
        "again": "Ces deux boutons marchent 15 minutes. Ensuite, ouvrez le lien de nouveau.",
        "ask_id": "Les 4 derniers chiffres ou lettres du numéro de votre pièce d’identité",
        "ask_phone": "Les 4 derniers chiffres de votre numéro de téléphone",
        "example_id": "Pour ABC1234567, tapez 4567",
        "example_phone": "Pour 77 123 45 67, tapez 4567",
        "open": "Ouvrir ma carte",
        "few": "Tapez 4 signes : les 4 derniers du numéro.",
        "wrong": "Cela n’ouvre pas la carte. Regardez le numéro et retapez ses 4 derniers signes.",
        "locked": "Trop d’essais faux. Attendez une heure, puis essayez de nouveau.",
        "replaced": (
            "Ce lien a été remplacé. Notre dernier SMS sur la carte contient le lien qui l’ouvre. Il "
            "n’est pas arrivé ? Envoyez CARD par SMS au numéro qui vous a envoyé ce lien."
        ),
        "revoked": (
            "Cette carte n’est plus valable. Vous êtes toujours membre. Demandez une nouvelle carte au bureau."
        ),
        "expired": ("Cette carte a expiré. Vous êtes toujours membre. Demandez une nouvelle carte au bureau."),
        "withdrawn": (
            "Cette adhésion a pris fin, et sa carte avec elle. Pour redevenir membre, envoyez JOIN par "
            "SMS au numéro qui vous a envoyé ce lien."
        ),
        "unknown_title": "Ce lien n’ouvre aucune carte",
        "unknown": (
            "Il manque peut-être une lettre au lien, ou il n’est plus valable. Ouvrez-le encore une fois "
            "depuis le SMS lui-même."
        ),
        "unknown_ask": "Il ne s’ouvre toujours pas ? Demandez à la personne qui a inscrit votre nom.",
    },
}


def of(language: str) -> dict[str, str]:
    """The words in this language, else in English; `lang` says in which."""
    return WORDS.get(language, WORDS["en"])
