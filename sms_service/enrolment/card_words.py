"""The words that are printed on a card, and its dates, by language. A language without words gets the English ones."""

from __future__ import annotations

from datetime import date

LABELS = {
    "en": {
        "card": "Membership card", "name": "Name", "area": "Area", "number": "Member No", "since": "Since",
        "until": "Valid until", "scan": "Scan to check",
    },
    "hi": {
        "card": "सदस्यता कार्ड", "name": "नाम", "area": "क्षेत्र", "number": "सदस्य संख्या", "since": "सदस्यता की तिथि",
        "until": "अंतिम तिथि", "scan": "जाँच के लिए स्कैन करें",
    },
    "sw": {
        "card": "Kadi ya uanachama", "name": "Jina", "area": "Eneo", "number": "Mwanachama Na.", "since": "Tangu",
        "until": "Halali hadi", "scan": "Skani kuhakiki",
    },
    "bn": {
        "card": "সদস্যপদ কার্ড", "name": "নাম", "area": "এলাকা", "number": "সদস্য নম্বর", "since": "সদস্য হওয়ার তারিখ",
        "until": "মেয়াদ শেষ", "scan": "যাচাই করতে স্ক্যান করুন",
    },
    "ta": {
        "card": "உறுப்பினர் அட்டை", "name": "பெயர்", "area": "பகுதி", "number": "உறுப்பினர் எண்", "since": "சேர்ந்த நாள்",
        "until": "கடைசி நாள்", "scan": "சரிபார்க்க ஸ்கேன் செய்க",
    },
    "ar": {
        "card": "بطاقة عضوية", "name": "الاسم", "area": "المنطقة", "number": "رقم العضوية", "since": "عضو منذ",
        "until": "صالحة حتى", "scan": "امسح الرمز للتحقق",
    },
    "fr": {
        "card": "Carte de membre", "name": "Nom", "area": "Zone", "number": "Membre n°", "since": "Depuis le",
        "until": "Valable jusqu’au", "scan": "Scannez pour vérifier",
    },
}  # fmt: skip

MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "hi": ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"],
    "sw": ["Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ago", "Sep", "Okt", "Nov", "Des"],
    "bn": [
        "জানুয়ারি", "ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন",
        "জুলাই", "আগস্ট", "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর",
    ],
    "ta": [
        "ஜனவரி", "பிப்ரவரி", "மார்ச்", "ஏப்ரல்", "மே", "ஜூன்",
        "ஜூலை", "ஆகஸ்ட்", "செப்டம்பர்", "அக்டோபர்", "நவம்பர்", "டிசம்பர்",
    ],
    "ar": [
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
        "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
}  # fmt: skip

RIGHT_TO_LEFT = ("ar",)
"""Languages whose cards are laid out from the right."""


def labels(language: str) -> dict[str, str]:
    """The labels in this language, else in English."""
    return LABELS[known(language)]


def known(language: str) -> str:
    """The language that the card is printed in: this one, else English."""
    return language if language in LABELS else "en"


def written_date(day: date, language: str) -> str:
    """`14 Mar 2026`, with the month in the card's language."""
    return f"{day.day} {MONTHS[known(language)][day.month - 1]} {day.year}"
