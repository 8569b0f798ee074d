"""Which words are signals, and when they are enough for a person to look.

The groups follow the indicators of exploitation that services for victims publish: work that pays
with a bed, somebody else keeping papers, debts, haste and secrecy, services of the body at home.
Each alone is everyday talk, so it takes two groups that weigh enough together.
"""

import re
import unicodedata
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

HELD_FROM: Final = 4
"""The weight from which text is held."""
GROUPS_MIN: Final = 2


class Subject(StrEnum):
    """What is held."""

    LISTING = "listing"
    MESSAGE = "message"


class ScreeningStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    RELEASED = "released"
    KEPT = "kept"


class ScreeningResolved(Conflict):
    """Somebody decided on it before."""

    said: ClassVar = {
        "en": Said("This screening is resolved already"),
        "sl": Said("O tem besedilu je že odločeno"),
    }


FIRST: Final = "first_listings"
"""The signal of authors whose listings are read before others see them."""
_SIGNALS: Final[dict[str, tuple[int, str]]] = {
    "body": (
        2,
        r"escort|erotic\w*|erotik\w*|intim\w*|sensual\w*|sexy?|seks\w*|nude|gol[ai]?\b|"
        r"adult model\w*|massag\w* at (?:my|your) (?:home|place)|masa\w* na domu",
    ),
    "live_in": (
        2,
        r"live[- ]?in|au[- ]?pair|room (?:and board|for work|in exchange)|bed and food|"
        r"free (?:room|accommodation|bed)|stanovanje za delo|brezplac\w* (?:soba|stanovanje)|"
        r"soba v zameno|prespi\w*|bivanj\w* pri|проживани\w*|житло",
    ),
    "travel": (
        2,
        r"travel (?:included|paid|with me)|ticket paid|work abroad|(?:delo|sluzba) v tujini|"
        r"prevoz v tujino|placan\w* (?:pot|vozovnic\w*)|tujin\w*|за кордон\w*|границ\w*",
    ),
    "papers": (
        2,
        r"passport\w*|visa\w*|permit\w*|your documents|potni\w* list\w*|vizum\w*|dovoljenj\w*|"
        r"osebn\w* dokument\w*|документ\w*|паспорт\w*",
    ),
    "debt": (
        2,
        r"pay (?:me )?back|loan\w*|debt\w*|advance payment|posojil\w*|dolg\w*|predujem|kredit\w*|"
        r"кредит\w*|борг\w*",
    ),
    "money": (
        1,
        r"cash|euros?\b|eur\b|€|paypal|revolut|western union|bitcoin|crypto\w*|kripto\w*|gotovin\w*|"
        r"denar\w*|placilo|грош\w*|деньг\w*",
    ),
    "model": (2, r"model(?:l?ing|s wanted)|photo ?shoot\w*|fotomodel\w*|casting"),
    "hours": (
        1,
        r"(?:1[0-9]|2[0-4]) ?(?:h|hours?|ur)\b(?: (?:a|per|na) (?:day|dan))?|all day every day|"
        r"7 days a week|day and night|ves dan|noc in dan|vsak dan od jutra",
    ),
    "young": (2, r"young (?:girls?|wom[ae]n|lad(?:y|ies))|mlad\w* (?:dekle\w*|zensk\w*)|девушк\w*"),
    "secret": (
        2,
        r"(?:do not|don'?t|dont) tell|between us|our secret|discreet\w*|ne povej\w*|med nama|"
        r"diskretn\w*|skrivnost\w*|не кажи\w*",
    ),
    "haste": (1, r"right now|tonight|urgent\w*|immediately|takoj\b|nujno|se danes|nocoj"),
    "alone": (1, r"come alone|just you|only you|pridi sam[ao]?|samo ti|ne vodi nikogar"),
    "elsewhere": (
        1,
        r"whats ?app|telegram|viber|signal app|instagram|snapchat|\b\w+@\w+\.\w+|https?://|www\.|"
        r"(?:\+|00)?\d[\d ()/-]{7,}\d|my number|moja stevilka",
    ),
}
_PATTERNS: Final = {
    name: (weight, re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE))
    for name, (weight, pattern) in _SIGNALS.items()
}
_LOOKALIKES: Final = str.maketrans("0134$@", "oleasa")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def judge(text: str) -> list[str]:
    """The signals for which a text is to be held, in order; empty when it is not."""
    shapes = _shapes(text)
    found = {
        name: weight
        for name, (weight, pattern) in _PATTERNS.items()
        if any(pattern.search(shape) for shape in shapes)
    }
    enough = sum(found.values()) >= HELD_FROM and len(found) >= GROUPS_MIN
    return sorted(found) if enough else []


def _shapes(text: str) -> tuple[str, str]:
    """The text as it is read: without accents and unseen characters, and with 3 as e and so on."""
    seen = unicodedata.normalize("NFKD", _UNSEEN.sub("", text))
    plain = "".join(one for one in seen if not unicodedata.combining(one))
    return plain, plain.translate(_LOOKALIKES)
