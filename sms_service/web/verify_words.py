"""What the page says on which anybody checks a card, by language: the verdict in a word, and what it means."""

from __future__ import annotations

from typing import TypedDict


class Words(TypedDict):
    """`verdict` and `said` by how the card stands (web/card.py); `said` has `coded` besides: valid, with a genuine code."""

    lang: str
    title: str
    number: str
    masked: str
    area: str
    until: str
    checked: str
    verdict: dict[str, str]
    said: dict[str, str]


WORDS: dict[str, Words] = {
    "en": {
        "lang": "en",
        "title": "Check of a membership card",
        "number": "Member No",
        "masked": "Name, partly hidden",
        "area": "Area",
        "until": "Valid until",
        "checked": "Checked",
        "verdict": {
            "valid": "VALID",
            "withdrawn": "NOT VALID",
            "revoked": "NOT VALID",
            "expired": "EXPIRED",
            "replaced": "REPLACED",
            "forged": "NOT OURS",
            "mistyped": "MISTYPED",
            "unknown": "NOT FOUND",
        },
        "said": {
            "coded": (
                "The code on this card is genuine, and it is the member's newest card. Compare the name and "
                "the area with the card in front of you."
            ),
            "valid": "This number belongs to a member. To see whose it is, scan the code on the card.",
            "withdrawn": "This membership has ended. A card with this number is no longer valid.",
            "revoked": "This card was revoked. A card with this number is not valid now.",
            "expired": "This card has reached its last day. The member needs a new one.",
            "replaced": "The code is genuine, but the member has a newer card. This one is no longer valid.",
            "forged": (
                "The code does not carry our signature for this number. Scan it once more; if this page comes "
                "again, the card is not ours."
            ),
            "mistyped": (
                "No number of ours is written so: a digit is wrong, missing, or two changed places; or it is "
                "an old card, whose number has only six. Compare each digit with the card and type it again."
            ),
            "unknown": (
                "No member has this number. Compare each digit with the card. If they are the same, the card "
                "is not ours."
            ),
        },
    },
    "hi": {
        "lang": "hi",
        "title": "सदस्यता कार्ड की जाँच",
        "number": "सदस्य संख्या",
        "masked": "नाम, कुछ छिपा हुआ",
        "area": "क्षेत्र",
        "until": "अंतिम तिथि",
        "checked": "जाँच का समय",
        "verdict": {
            "valid": "मान्य है",
            "withdrawn": "मान्य नहीं",
            "revoked": "मान्य नहीं",
            "expired": "अवधि समाप्त",
            "replaced": "बदला गया",
            "forged": "हमारा नहीं",
            "mistyped": "संख्या गलत",
            "unknown": "नहीं मिला",
        },
        "said": {
            "coded": ("कार्ड का कोड असली है, और यह सदस्य का सबसे नया कार्ड है। नाम और क्षेत्र को सामने के कार्ड से मिलाएँ।"),
            "valid": "यह संख्या एक सदस्य की है। किसकी है, यह देखने के लिए कार्ड का कोड स्कैन करें।",
            "withdrawn": "यह सदस्यता समाप्त हो गई है। इस संख्या का कार्ड अब मान्य नहीं है।",
            "revoked": "यह कार्ड रद्द किया गया है। इस संख्या का कार्ड अभी मान्य नहीं है।",
            "expired": "इस कार्ड की अवधि पूरी हो गई है। सदस्य को नया कार्ड चाहिए।",
            "replaced": "कोड असली है, पर सदस्य के पास नया कार्ड है। यह कार्ड अब मान्य नहीं है।",
            "forged": ("इस कोड पर इस संख्या के लिए हमारा हस्ताक्षर नहीं है। फिर से स्कैन करें; यही पन्ना आए तो कार्ड हमारा नहीं है।"),
            "mistyped": (
                "हमारी कोई संख्या ऐसी नहीं होती: कोई अंक गलत या छूटा है, या दो अंक बदल गए हैं; या यह पुराना "
                "कार्ड है, जिस पर केवल छह अंक हैं। हर अंक कार्ड से मिलाकर फिर से लिखें।"
            ),
            "unknown": ("इस संख्या का कोई सदस्य नहीं है। हर अंक कार्ड से मिलाएँ। अंक वही हों तो कार्ड हमारा नहीं है।"),
        },
    },
    "sw": {
        "lang": "sw",
        "title": "Uhakiki wa kadi ya uanachama",
        "number": "Mwanachama Na.",
        "masked": "Jina, limefichwa kiasi",
        "area": "Eneo",
        "until": "Halali hadi",
        "checked": "Imehakikiwa",
        "verdict": {
            "valid": "NI HALALI",
            "withdrawn": "SI HALALI",
            "revoked": "SI HALALI",
            "expired": "MUDA UMEKWISHA",
            "replaced": "IMEBADILISHWA",
            "forged": "SI YETU",
            "mistyped": "NAMBA SI SAHIHI",
            "unknown": "HAIPO",
        },
        "said": {
            "coded": (
                "Msimbo wa kadi hii ni wa kweli, na ndiyo kadi mpya zaidi ya mwanachama. Linganisha jina na "
                "eneo na kadi iliyo mbele yako."
            ),
            "valid": "Namba hii ni ya mwanachama. Kuona ni ya nani, skani msimbo ulio kwenye kadi.",
            "withdrawn": "Uanachama huu umekwisha. Kadi yenye namba hii si halali tena.",
            "revoked": "Kadi hii imefutwa. Kadi yenye namba hii si halali sasa.",
            "expired": "Kadi hii imefika siku yake ya mwisho. Mwanachama anahitaji mpya.",
            "replaced": "Msimbo ni wa kweli, lakini mwanachama ana kadi mpya zaidi. Hii si halali tena.",
            "forged": ("Msimbo hauna sahihi yetu kwa namba hii. Skani tena; ukurasa huu ukija tena, kadi si yetu."),
            "mistyped": (
                "Hakuna namba yetu inayoandikwa hivi: tarakimu moja si sahihi, imekosekana, au mbili "
                "zimebadilishana; au ni kadi ya zamani yenye tarakimu sita tu. Linganisha kila tarakimu na "
                "kadi, kisha andika tena."
            ),
            "unknown": (
                "Hakuna mwanachama mwenye namba hii. Linganisha kila tarakimu na kadi. Zikiwa sawa, kadi si yetu."
            ),
        },
    },
    "bn": {
        "lang": "bn",
        "title": "সদস্যপদ কার্ড যাচাই",
        "number": "সদস্য নম্বর",
        "masked": "নাম, কিছুটা গোপন",
        "area": "এলাকা",
        "until": "মেয়াদ শেষ",
        "checked": "যাচাইয়ের সময়",
        "verdict": {
            "valid": "বৈধ",
            "withdrawn": "বৈধ নয়",
            "revoked": "বৈধ নয়",
            "expired": "মেয়াদ শেষ",
            "replaced": "বদলানো হয়েছে",
            "forged": "আমাদের নয়",
            "mistyped": "নম্বর ভুল",
            "unknown": "পাওয়া যায়নি",
        },
        "said": {
            "coded": ("কার্ডের কোড আসল, আর এটি সদস্যের সবচেয়ে নতুন কার্ড। নাম ও এলাকা সামনের কার্ডের সঙ্গে মিলিয়ে দেখুন।"),
            "valid": "এই নম্বর একজন সদস্যের। কার, তা দেখতে কার্ডের কোড স্ক্যান করুন।",
            "withdrawn": "এই সদস্যপদ শেষ হয়েছে। এই নম্বরের কার্ড আর বৈধ নয়।",
            "revoked": "এই কার্ড বাতিল হয়েছে। এই নম্বরের কার্ড এখন বৈধ নয়।",
            "expired": "এই কার্ডের শেষ দিন পার হয়েছে। সদস্যের নতুন কার্ড দরকার।",
            "replaced": "কোড আসল, কিন্তু সদস্যের নতুন কার্ড আছে। এটি আর বৈধ নয়।",
            "forged": ("এই কোডে এই নম্বরের জন্য আমাদের স্বাক্ষর নেই। আবার স্ক্যান করুন; এই পাতাই এলে কার্ডটি আমাদের নয়।"),
            "mistyped": (
                "আমাদের কোনো নম্বর এভাবে লেখা হয় না: একটি অঙ্ক ভুল বা বাদ, বা দুটি জায়গা বদলেছে; অথবা এটি "
                "পুরোনো কার্ড, যার নম্বরে মাত্র ছয়টি অঙ্ক। প্রতিটি অঙ্ক কার্ডের সঙ্গে মিলিয়ে আবার লিখুন।"
            ),
            "unknown": ("এই নম্বরে কোনো সদস্য নেই। প্রতিটি অঙ্ক কার্ডের সঙ্গে মিলিয়ে দেখুন। একই হলে কার্ডটি আমাদের নয়।"),
        },
    },
    "ta": {
        "lang": "ta",
        "title": "உறுப்பினர் அட்டை சரிபார்ப்பு",
        "number": "உறுப்பினர் எண்",
        "masked": "பெயர், பாதி மறைத்து",
        "area": "பகுதி",
        "until": "கடைசி நாள்",
        "checked": "சரிபார்த்த நேரம்",
        "verdict": {
            "valid": "செல்லும்",
            "withdrawn": "செல்லாது",
            "revoked": "செல்லாது",
            "expired": "காலம் முடிந்தது",
            "replaced": "மாற்றப்பட்டது",
            "forged": "எங்களுடையது அல்ல",
            "mistyped": "எண் தவறு",
            "unknown": "இல்லை",
        },
        "said": {
            "coded": (
                "அட்டையின் குறியீடு உண்மையானது, இதுவே உறுப்பினரின் புதிய அட்டை. பெயரையும் பகுதியையும் உங்கள் "
                "முன் உள்ள அட்டையுடன் ஒப்பிடுங்கள்."
            ),
            "valid": ("இந்த எண் ஓர் உறுப்பினருடையது. யாருடையது என அறிய அட்டையின் குறியீட்டை ஸ்கேன் செய்யுங்கள்."),
            "withdrawn": "இந்த உறுப்பினர் நிலை முடிந்தது. இந்த எண் கொண்ட அட்டை இனி செல்லாது.",
            "revoked": "இந்த அட்டை ரத்து செய்யப்பட்டது. இந்த எண் கொண்ட அட்டை இப்போது செல்லாது.",
            "expired": "இந்த அட்டையின் கடைசி நாள் முடிந்தது. உறுப்பினருக்குப் புதிய அட்டை தேவை.",
            "replaced": "குறியீடு உண்மையானது, ஆனால் உறுப்பினரிடம் புதிய அட்டை உள்ளது. இது இனி செல்லாது.",
            "forged": (
                "இந்தக் குறியீட்டில் இந்த எண்ணுக்கான எங்கள் கையொப்பம் இல்லை. மீண்டும் ஸ்கேன் செய்யுங்கள்; இதே பக்கம் வந்தால் அட்டை எங்களுடையது அல்ல."
            ),
            "mistyped": (
                "எங்கள் எண் எதுவும் இப்படி எழுதப்படுவதில்லை: ஓர் இலக்கம் தவறு, விடுபட்டது, அல்லது இரண்டு இடம் "
                "மாறின; அல்லது ஆறு இலக்கம் மட்டும் கொண்ட பழைய அட்டை. ஒவ்வோர் இலக்கத்தையும் அட்டையுடன் "
                "ஒப்பிட்டு மீண்டும் எழுதுங்கள்."
            ),
            "unknown": (
                "இந்த எண்ணில் உறுப்பினர் இல்லை. ஒவ்வோர் இலக்கத்தையும் அட்டையுடன் ஒப்பிடுங்கள். அவை ஒன்றே என்றால் அட்டை எங்களுடையது அல்ல."
            ),
        },
    },
    "ar": {
        "lang": "ar",
        "title": "التحقق من بطاقة عضوية",
        "number": "رقم العضوية",
        "masked": "الاسم، مخفي جزئيًا",
        "area": "المنطقة",
        "until": "صالحة حتى",
        "checked": "وقت التحقق",
        "verdict": {
            "valid": "صالحة",
            "withdrawn": "غير صالحة",
            "revoked": "غير صالحة",
            "expired": "منتهية",
            "replaced": "مستبدلة",
            "forged": "ليست بطاقتنا",
            "mistyped": "رقم خاطئ",
            "unknown": "غير موجود",
        },
        "said": {
            "coded": ("الرمز على هذه البطاقة أصلي، وهي أحدث بطاقة للعضو. قارن الاسم والمنطقة بالبطاقة التي أمامك."),
            "valid": "هذا الرقم لأحد الأعضاء. لمعرفة صاحبه امسح الرمز الموجود على البطاقة.",
            "withdrawn": "انتهت هذه العضوية. البطاقة التي تحمل هذا الرقم لم تعد صالحة.",
            "revoked": "أُلغيت هذه البطاقة. البطاقة التي تحمل هذا الرقم ليست صالحة الآن.",
            "expired": "بلغت هذه البطاقة آخر يوم لها. يحتاج العضو إلى بطاقة جديدة.",
            "replaced": "الرمز أصلي، لكن للعضو بطاقة أحدث. هذه البطاقة لم تعد صالحة.",
            "forged": (
                "الرمز لا يحمل توقيعنا لهذا الرقم. امسحه مرة أخرى؛ إذا ظهرت هذه الصفحة ثانية فالبطاقة ليست منا."
            ),
            "mistyped": (
                "لا يُكتب أي رقم لنا هكذا: رقم خاطئ أو ناقص، أو تبادل رقمان مكانيهما؛ أو هي بطاقة قديمة رقمها "
                "من ستة أرقام فقط. قارن كل رقم بالبطاقة واكتبه مرة أخرى."
            ),
            "unknown": "لا يوجد عضو بهذا الرقم. قارن كل رقم بالبطاقة. إذا تطابقت الأرقام فالبطاقة ليست منا.",
        },
    },
    "fr": {
        "lang": "fr",
        "title": "Vérification d’une carte de membre",
        "number": "Membre n°",
        "masked": "Nom, en partie caché",
        "area": "Zone",
        "until": "Valable jusqu’au",
        "checked": "Vérifié le",
        "verdict": {
            "valid": "VALABLE",
            "withdrawn": "NON VALABLE",
            "revoked": "NON VALABLE",
            "expired": "EXPIRÉE",
            "replaced": "REMPLACÉE",
            "forged": "PAS DE NOUS",
            "mistyped": "NUMÉRO FAUX",
            "unknown": "INCONNU",
        },
        "said": {
            "coded": (
                "Le code de cette carte est authentique, et c’est la carte la plus récente du membre. "
                "Comparez le nom et la zone avec la carte devant vous."
            ),
            "valid": "Ce numéro est celui d’un membre. Pour voir de qui, scannez le code de la carte.",
            "withdrawn": "Cette adhésion a pris fin. Une carte avec ce numéro n’est plus valable.",
            "revoked": "Cette carte a été annulée. Une carte avec ce numéro n’est pas valable à présent.",
            "expired": "Cette carte a atteint son dernier jour. Il en faut une nouvelle au membre.",
            "replaced": (
                "Le code est authentique, mais le membre a une carte plus récente. Celle-ci n’est plus valable."
            ),
            "forged": (
                "Le code ne porte pas notre signature pour ce numéro. Scannez-le encore une fois ; si cette "
                "page revient, la carte n’est pas de nous."
            ),
            "mistyped": (
                "Aucun de nos numéros ne s’écrit ainsi : un chiffre est faux, manque, ou deux ont changé de "
                "place ; ou c’est une ancienne carte, dont le numéro n’a que six chiffres. Comparez chaque "
                "chiffre avec la carte et retapez-le."
            ),
            "unknown": (
                "Aucun membre n’a ce numéro. Comparez chaque chiffre avec la carte. S’ils sont les mêmes, la "
                "carte n’est pas de nous."
            ),
        },
    },
}
