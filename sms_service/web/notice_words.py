"""What the page of the notice says around it, by language; the notice itself lies in enrolment/notices. Else in English."""

from __future__ import annotations

NAMES = {
    "en": "English", "hi": "हिन्दी", "sw": "Kiswahili", "bn": "বাংলা", "ta": "தமிழ்", "ar": "العربية", "fr": "Français",
}  # fmt: skip
"""Languages as whoever reads them calls them. One that is missing stands as its code."""

WORDS = {
    "en": {"since": "In force since", "until": "This is an old wording. It was in force until",
           "now": "The notice as it is now", "others": "In another language"},
    "hi": {"since": "लागू तिथि", "until": "यह पुराना पाठ है। यह इस तिथि तक लागू था:", "now": "वर्तमान सूचना",
           "others": "दूसरी भाषा में"},
    "sw": {"since": "Inatumika tangu", "until": "Haya ni maneno ya zamani. Yalitumika hadi", "now": "Taarifa ya sasa",
           "others": "Kwa lugha nyingine"},
    "bn": {"since": "কার্যকর", "until": "এটি পুরনো বয়ান। কার্যকর ছিল এই তারিখ পর্যন্ত:", "now": "বর্তমান বিজ্ঞপ্তি", "others": "অন্য ভাষায়"},
    "ta": {"since": "நடைமுறைக்கு வந்த நாள்", "until": "இது பழைய வாசகம். நடைமுறையில் இருந்த கடைசி நாள்:",
           "now": "இப்போதைய அறிவிப்பு", "others": "வேறு மொழியில்"},
    "ar": {"since": "ساري منذ", "until": "هذا نص قديم. كان ساريا حتى", "now": "النص الحالي", "others": "بلغة أخرى"},
    "fr": {"since": "En vigueur depuis le", "until": "Ceci est un ancien texte. Il était en vigueur jusqu'au",
           "now": "Le texte actuel", "others": "Dans une autre langue"},
}  # fmt: skip


def of(language: str) -> dict[str, str]:
    """The words in this language, else in English."""
    return WORDS.get(language, WORDS["en"])
