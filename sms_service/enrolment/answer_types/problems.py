"""What can be wrong with an answer, and what is said of it: by answer type, problem and language.

A sentence says what is wrong and what to send, in one SMS (160 septets; 70 characters of Hindi). It is a template, whose
variables are the parameters that the flow gave; where the flow gave none, the defaults of the readers stand here too.
"""

from __future__ import annotations

from collections.abc import Mapping

Sentences = Mapping[str, str]

_MIN, _MAX, _LENGTH = "{{ min|default(0) }}", "{{ max|default(999999999) }}", "{{ max|default(160) }}"
_FIRST = "{{ min|default('1900-01-01') }}"
_LAST = "{{ max|default('2099-12-31') }}"


def _day(bound: str, of_today: str, otherwise: str) -> str:
    """One sentence for `today`, whose word is English, and one for a day."""
    return "{% if " + bound + "|default('') == 'today' %}" + of_today + "{% else %}" + otherwise + "{% endif %}"


PROBLEMS: Mapping[str, Mapping[str, Sentences]] = {
    "name": {
        "not_a_name": {
            "en": "Name: only the name, in letters, please, like Ram Kumar.",
            "hi": "नाम: केवल नाम भेजें, अक्षरों में, जैसे राम कुमार।",
            "sw": "Jina: tuma jina tu, kwa herufi, kama Amina Wanjiru.",
        },
        "has_digits": {
            "en": "Name: without digits, please, like Ram Kumar.",
            "hi": "नाम में अंक नहीं होते। नाम भेजें, जैसे राम कुमार।",
            "sw": "Jina halina tarakimu. Tuma herufi tu, kama Amina Wanjiru.",
        },
        "too_short": {
            "en": "Name: please send the whole name, like Ram Kumar.",
            "hi": "नाम: पूरा नाम भेजें, जैसे राम कुमार।",
            "sw": "Jina: tuma jina kamili, kama Amina Wanjiru.",
        },
        "too_long": {
            "en": "Name: at most 60 letters, please, like Ram Kumar.",
            "hi": "नाम: 60 अक्षर तक का नाम भेजें, जैसे राम कुमार।",
            "sw": "Jina: tuma herufi 60 au pungufu, kama Amina Wanjiru.",
        },
        "two_values": {
            "en": "Name: more than one, or a word too many. Please send the name alone, like Ram Kumar.",
            "hi": "नाम साफ़ नहीं। केवल नाम भेजें, जैसे राम कुमार।",
            "sw": "Jina halieleweki. Tuma jina tu, kama Amina Wanjiru.",
        },
    },
    "mobile": {
        "not_a_number": {
            "en": "Mobile: digits only, please, like 9876543210.",
            "hi": "मोबाइल: केवल अंक भेजें, जैसे 9876543210।",
            "sw": "Simu: tuma tarakimu tu, kama 0712345678.",
        },
        "too_short": {
            "en": "Mobile: digits are missing. Please send all, like 9876543210.",
            "hi": "मोबाइल: अंक कम हैं। पूरा नंबर भेजें, जैसे 9876543210।",
            "sw": "Simu: tarakimu hazitoshi. Tuma zote, kama 0712345678.",
        },
        "too_long": {
            "en": "Mobile: too many digits. Please send the number again, like 9876543210.",
            "hi": "मोबाइल: अंक ज़्यादा हैं। सही नंबर भेजें, जैसे 9876543210।",
            "sw": "Simu: tarakimu zimezidi. Tuma namba tena, kama 0712345678.",
        },
        "not_mobile": {
            "en": "This is not the number of a mobile. Please send one, like 9876543210.",
            "hi": "यह मोबाइल नंबर नहीं है। मोबाइल भेजें, जैसे 9876543210।",
            "sw": "Hii si namba ya simu ya mkononi. Tuma kama 0712345678.",
        },
        "two_values": {
            "en": "Mobile: two numbers. Please send the right one, like 9876543210.",
            "hi": "मोबाइल: दो नंबर आए। सही वाला भेजें, जैसे 9876543210।",
            "sw": "Simu: namba mbili. Tuma iliyo sahihi, kama 0712345678.",
        },
    },
    "voter_id": {
        "wrong_shape": {
            "en": "Voter ID: 3 letters and 7 digits, please, like ABC1234567.",
            "hi": "वोटर ID: 3 अक्षर और 7 अंक भेजें, जैसे ABC1234567।",
            "sw": "Kitambulisho: tuma herufi 3 na tarakimu 7, kama ABC1234567.",
        },
        "two_values": {
            "en": "Voter ID: two of them. Please send the right one, like ABC1234567.",
            "hi": "वोटर ID: दो आए। सही वाला भेजें, जैसे ABC1234567।",
            "sw": "Kitambulisho: viwili. Tuma kilicho sahihi, kama ABC1234567.",
        },
    },
    "booth": {
        "not_a_booth": {
            "en": "Booth: only its number, please, like 12 or 12A.",
            "hi": "बूथ: केवल नंबर भेजें, जैसे 12 या 12A।",
            "sw": "Kituo: tuma namba tu, kama 12 au 12A.",
        },
        "too_large": {
            "en": "Booth: at most 9999. Please send its number, like 12.",
            "hi": "बूथ: 9999 तक का नंबर भेजें, जैसे 12।",
            "sw": "Kituo: tuma namba isiyozidi 9999, kama 12.",
        },
        "two_values": {
            "en": "Booth: two numbers. Please send the right one, like BOOTH 12.",
            "hi": "बूथ: दो नंबर आए। सही वाला भेजें, जैसे 12।",
            "sw": "Kituo: namba mbili. Tuma iliyo sahihi, kama 12.",
        },
    },
    "national_id": {
        "wrong_shape": {
            "en": "This is not the number of such a card. Please send all its letters and digits.",
            "hi": "यह कार्ड नंबर नहीं है। सभी अक्षर और अंक भेजें।",
            "sw": "Hii si namba ya kitambulisho hicho. Tuma herufi na tarakimu zote.",
        },
        "wrong_check_digit": {
            "en": "A letter or digit in it is wrong. Please look at the card and send the number again.",
            "hi": "कोई अक्षर या अंक गलत है। कार्ड देखकर नंबर फिर भेजें।",
            "sw": "Kuna herufi au tarakimu yenye kosa. Angalia kadi utume namba tena.",
        },
    },
    "number": {
        "not_a_number": {
            "en": "Please send one number in digits, like 25.",
            "hi": "एक नंबर अंकों में भेजें, जैसे 25।",
            "sw": "Tuma namba moja kwa tarakimu, kama 25.",
        },
        "too_small": {
            "en": f"At least {_MIN}, please. Send a number.",
            "hi": f"कम से कम {_MIN}। नंबर भेजें।",
            "sw": f"Angalau {_MIN}. Tuma namba.",
        },
        "too_large": {
            "en": f"At most {_MAX}, please. Send a number.",
            "hi": f"ज़्यादा से ज़्यादा {_MAX}। नंबर भेजें।",
            "sw": f"Isizidi {_MAX}. Tuma namba.",
        },
    },
    "date": {
        "not_a_date": {
            "en": "Please send day, month and year, like 31/12/1990.",
            "hi": "दिन, महीना और साल भेजें, जैसे 31/12/1990।",
            "sw": "Tuma siku, mwezi na mwaka, kama 31/12/1990.",
        },
        "no_such_day": {
            "en": "There is no such day. Please send day, month and year, like 31/12/1990.",
            "hi": "ऐसी तारीख नहीं होती। दिन, महीना, साल भेजें: 31/12/1990",
            "sw": "Hakuna tarehe hiyo. Tuma siku, mwezi na mwaka, kama 31/12/1990.",
        },
        "too_early": {
            "en": _day(
                "min", "This day is past. Please send a later one.", f"Not before {_FIRST}. Please send a date."
            ),
            "hi": _day("min", "यह तारीख बीत चुकी है। आगे की तारीख भेजें।", f"{_FIRST} या उसके बाद की तारीख भेजें।"),
            "sw": _day("min", "Siku hiyo imepita. Tuma ya baadaye.", f"Isiwe kabla ya {_FIRST}. Tuma tarehe."),
        },
        "too_late": {
            "en": _day(
                "max", "This day is still to come. Please send a date.", f"Not after {_LAST}. Please send a date."
            ),
            "hi": _day("max", "यह तारीख अभी नहीं आई। पहले की तारीख भेजें।", f"{_LAST} या उससे पहले की तारीख भेजें।"),
            "sw": _day("max", "Siku hiyo haijafika. Tuma ya zamani.", f"Isiwe baada ya {_LAST}. Tuma tarehe."),
        },
    },
    "choice": {
        "not_an_option": {
            "en": "Please send the number of one line.",
            "hi": "किसी एक पंक्ति का नंबर भेजें।",
            "sw": "Tuma namba ya mstari mmoja.",
        },
    },
    "yes_no": {
        "unclear": {
            "en": "Please send 1 for yes or 2 for no.",
            "hi": "हाँ के लिए 1, नहीं के लिए 2 भेजें।",
            "sw": "Tuma 1 kwa ndiyo au 2 kwa hapana.",
        },
    },
    "text": {
        "too_short": {
            "en": "Please send your answer in words.",
            "hi": "अपना उत्तर शब्दों में भेजें।",
            "sw": "Tuma jibu lako kwa maneno.",
        },
        "too_long": {
            "en": f"Too long: at most {_LENGTH} letters, please. Send it shorter.",
            "hi": f"बहुत लंबा है। {_LENGTH} अक्षर तक में भेजें।",
            "sw": f"Ndefu mno: isizidi herufi {_LENGTH}. Tuma fupi.",
        },
    },
    "area": {
        "no_such_area": {
            "en": "We know no such place. Please send its code, or its name as on the list.",
            "hi": "यह जगह नहीं मिली। सूची से उसका कोड या नाम भेजें।",
            "sw": "Hatujui eneo hilo. Tuma msimbo wake, au jina kama kwenye orodha.",
        },
    },
    "receipt": {
        "not_a_receipt": {
            "en": "Receipt: the letters of the book and the number, please, like B1207.",
            "hi": "रसीद: बुक का अक्षर और नंबर भेजें, जैसे B1207।",
            "sw": "Risiti: tuma herufi za kitabu na namba, kama B1207.",
        },
    },
    "amount": {
        "not_an_amount": {
            "en": "Amount: in digits, please, like 5 or 5.00.",
            "hi": "राशि: अंकों में भेजें, जैसे 5 या 5.00।",
            "sw": "Kiasi: tuma kwa tarakimu, kama 50 au 50.00.",
        },
        "too_large": {
            "en": "Amount: at most 999999. Please send what stands on the receipt, like 5.",
            "hi": "राशि: 999999 तक। रसीद की राशि भेजें, जैसे 5।",
            "sw": "Kiasi: kisizidi 999999. Tuma kilichoandikwa kwenye risiti, kama 50.",
        },
    },
    "whom": {
        "nobody": {
            "en": "Whom? Please send the enroler's mobile number or name, like 9876543210.",
            "hi": "किसे? कार्यकर्ता का मोबाइल या नाम भेजें, जैसे 9876543210।",
            "sw": "Nani? Tuma namba ya simu au jina la mwandikishaji, kama 0712345678.",
        },
    },
    "ref": {
        "wrong_shape": {
            "en": "Reference: 5 signs, please, like R4K7P. LIST shows the latest.",
            "hi": "कोड: 5 अक्षर-अंक भेजें, जैसे R4K7P। LIST से देखें।",
            "sw": "Kumbukumbu: tuma herufi 5, kama R4K7P. ORODHA huonyesha za karibuni.",
        },
        "confused_sign": {
            "en": "A reference has no O, 0, I or 1. Please look again; LIST shows the latest.",
            "hi": "कोड में O, 0, I, 1 नहीं होते। फिर देखें, LIST भेजें।",
            "sw": "Kumbukumbu haina O, 0, I wala 1. Angalia tena; ORODHA huonyesha za karibuni.",
        },
        "wrong_check_sign": {
            "en": "This reference is mistyped. Please look again; LIST shows the latest.",
            "hi": "कोड में गलती है। फिर देखकर भेजें, या LIST भेजें।",
            "sw": "Kumbukumbu ina kosa. Angalia tena; ORODHA huonyesha za karibuni.",
        },
    },
    "line": {
        "nothing": {
            "en": "Nothing could be read. Please send it again.",
            "hi": "कुछ पढ़ा नहीं गया। कृपया फिर भेजें।",
            "sw": "Hakuna kilichosomeka. Tafadhali tuma tena.",
        },
        "too_long": {
            "en": "This is too long: 160 characters at most, please.",
            "hi": "यह बहुत लंबा है। 160 अक्षर तक भेजें।",
            "sw": "Ni ndefu mno. Tuma herufi 160 au pungufu.",
        },
    },
    "photo": {
        "no_photo": {
            "en": "No photo came. Please send a photo, or its link (https://...).",
            "hi": "फोटो नहीं मिली। फोटो या उसका लिंक (https://...) भेजें।",
            "sw": "Picha haijafika. Tuma picha au kiungo chake (https://...).",
        },
    },
    "link": {
        "not_a_link": {
            "en": "Please send one link, like https://example.org/page.",
            "hi": "एक लिंक भेजें, जैसे https://example.org/page",
            "sw": "Tuma kiungo kimoja, kama https://example.org/page",
        },
    },
}
