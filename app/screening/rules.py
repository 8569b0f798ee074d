"""Which words are signals, and when they are enough for a person to look.

The groups follow the indicators of exploitation that services for victims publish: work that pays
with a bed, somebody else keeping papers, debts, haste and secrecy, services of the body at home.
Each alone is everyday talk, so it takes two groups that weigh enough together.
"""

import re
import unicodedata
from enum import StrEnum
from pathlib import Path
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
_FOLDER: Final = Path(__file__).parent


def _read(line: str) -> tuple[str, tuple[int, re.Pattern[str]]]:
    head, *words = (part.strip() for part in line.split(" | "))
    weight, name = head.split()
    either = "|".join(words)
    return name, (int(weight), re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE))


_PATTERNS: Final = dict(
    _read(line)
    for line in (_FOLDER / "signals.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
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
