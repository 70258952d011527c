"""What the card's pages say, by language. A language without words gets the English ones."""

from __future__ import annotations

WORDS = {
    "en": {
        "lang": "en", "title": "Membership card", "number": "Member No", "name": "Name", "area": "Area", "since": "Since",
        "until": "Valid until", "png": "Save picture", "pdf": "Save PDF", "check": "Anybody can check this card here:",
        "wrong_data": "Is something wrong?", "help": "Send HELP by SMS to the number that sent you this link.",
        "care": "Do not forward this link.",
        "again": "The two buttons work for 15 minutes. Later, open the link again.",
        "ask_id": "Last 4 letters or digits of your ID number (voter ID)",
        "ask_phone": "Last 4 digits of your mobile number",
        "example_id": "For ABC1234567 type 4567", "example_phone": "For 98765 43210 type 3210",
        "open": "Open my card",
        "few": "Type 4 signs: the last 4 of the number.",
        "wrong": "This does not open the card. Look at the number and type its last 4 signs again.",
        "locked": "Too many wrong tries. Wait one hour, then try again.",
        "replaced": "This link was replaced. A newer SMS from us has the link to your new card.",
        "revoked": "This card is no longer valid. Ask the office for a new one.",
        "expired": "This card has expired. Ask the office for a new one.",
        "withdrawn": "This membership has ended, and its card with it.",
    },
    "hi": {
        "lang": "hi", "title": "सदस्यता कार्ड", "number": "सदस्य संख्या", "name": "नाम", "area": "क्षेत्र", "since": "सदस्यता की तिथि",
        "until": "अंतिम तिथि", "png": "चित्र सहेजें", "pdf": "PDF सहेजें", "check": "यह कार्ड कोई भी यहाँ जाँच सकता है:",
        "wrong_data": "कुछ गलत है?", "help": "जिस नंबर से यह लिंक आया है, उस पर SMS से HELP भेजें।",
        "care": "यह लिंक किसी को न भेजें।",
        "again": "ये दोनों बटन 15 मिनट तक चलेंगे। बाद में लिंक फिर से खोलें।",
        "ask_id": "आपके पहचान पत्र (वोटर ID) के आखिरी 4 अक्षर या अंक",
        "ask_phone": "आपके मोबाइल नंबर के आखिरी 4 अंक",
        "example_id": "ABC1234567 हो तो 4567 लिखें", "example_phone": "98765 43210 हो तो 3210 लिखें",
        "open": "मेरा कार्ड खोलें",
        "few": "4 अक्षर लिखें: नंबर के आखिरी 4।",
        "wrong": "इससे कार्ड नहीं खुला। नंबर देखकर उसके आखिरी 4 अक्षर फिर से लिखें।",
        "locked": "बहुत बार गलत लिखा गया। एक घंटे बाद फिर कोशिश करें।",
        "replaced": "यह लिंक बदल दिया गया है। आपके नए कार्ड का लिंक हमारे नए SMS में है।",
        "revoked": "यह कार्ड अब मान्य नहीं है। नया कार्ड कार्यालय से माँगें।",
        "expired": "इस कार्ड की अवधि पूरी हो गई है। नया कार्ड कार्यालय से माँगें।",
        "withdrawn": "यह सदस्यता समाप्त हो गई है, और उसका कार्ड भी।",
    },
    "sw": {
        "lang": "sw", "title": "Kadi ya uanachama", "number": "Mwanachama Na.", "name": "Jina", "area": "Eneo",
        "since": "Tangu",
        "until": "Halali hadi", "png": "Hifadhi picha", "pdf": "Hifadhi PDF",
        "check": "Yeyote anaweza kuhakiki kadi hii hapa:",
        "wrong_data": "Kuna kosa?", "help": "Tuma HELP kwa SMS kwa namba iliyokutumia kiungo hiki.",
        "care": "Usimtumie mtu mwingine kiungo hiki.",
        "again": "Vitufe hivi viwili hufanya kazi kwa dakika 15. Baadaye fungua kiungo tena.",
        "ask_id": "Herufi au tarakimu 4 za mwisho za kitambulisho chako",
        "ask_phone": "Tarakimu 4 za mwisho za namba yako ya simu",
        "example_id": "Kwa ABC1234567 andika 4567", "example_phone": "Kwa 0712 345678 andika 5678",
        "open": "Fungua kadi yangu",
        "few": "Andika alama 4: nne za mwisho za namba.",
        "wrong": "Kadi haikufunguka. Angalia namba na uandike tena alama 4 za mwisho.",
        "locked": "Umekosea mara nyingi. Subiri saa moja, kisha jaribu tena.",
        "replaced": "Kiungo hiki kimebadilishwa. SMS yetu mpya ina kiungo cha kadi yako mpya.",
        "revoked": "Kadi hii si halali tena. Omba mpya ofisini.",
        "expired": "Muda wa kadi hii umekwisha. Omba mpya ofisini.",
        "withdrawn": "Uanachama huu umekwisha, na kadi yake pia.",
    },
}  # fmt: skip


def of(language: str) -> dict[str, str]:
    """The words in this language, else in English; `lang` says in which."""
    return WORDS.get(language, WORDS["en"])
