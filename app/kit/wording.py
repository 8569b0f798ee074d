"""What a name or a title may be made of, so that it looks like what it is.

Characters that cannot be seen, that turn the direction of writing, or that pile up on others would
let one name look like another.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Final

from app.kit.misfits import Misfit, Wording

HIDDEN: Final = Wording(
    "Invisible and control characters are not text.", "Nevidni in nadzorni znaki niso besedilo."
)
PILED_UP: Final = Wording("Too many marks on one letter.", "Preveč znamenj na eni črki.")
UNREADABLE: Final = Wording(
    "Must hold something that can be read.", "Vsebovati mora nekaj, kar se da prebrati."
)
MARKS_MAX: Final = 3
"""Accents on one letter: Vietnamese needs two, pointed Hebrew three."""
_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # fillers that count as letters or signs
)
_SELECTORS: Final = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"))
_JOINER: Final = "\u200d"
_COLOURED: Final = "\ufe0f"
_HIDDEN_KINDS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACES: Final = re.compile(r"\s+")
LATIN_LIKE: Final = str.maketrans(
    "аеорсухіјѕԁһмвнктοεαρτυνικı",
    "aeopcyxijsdhmbhktoeaptuviki",
)
"""Small letters of other scripts that are read as Latin ones."""
_LOOKS_LIKE: Final = LATIN_LIKE | str.maketrans("013", "oie")


def shown_text(text: str) -> str:
    """The text as it is kept: composed (NFC), its spaces plain and single.

    Raises:
        Misfit: when it holds what cannot be seen, or nothing that can.
    """
    composed = unicodedata.normalize("NFC", text)
    for before, sign in pairwise(f" {composed}"):
        if _is_hidden(sign) and not _joins_pictures(before, sign):
            raise Misfit(HIDDEN)
    if _piles_up(composed):
        raise Misfit(PILED_UP)
    plain = _SPACES.sub(" ", composed).strip()  # only spaces of a line are left by now
    if not any(unicodedata.category(sign)[0] in "LNPS" for sign in plain):
        raise Misfit(UNREADABLE)
    return plain


def skeleton(text: str) -> str:
    """What a text looks like to a quick reader: bare Latin letters, as far as they can be told."""
    latin = unicodedata.normalize("NFKD", text).casefold().translate(_LOOKS_LIKE)
    return "".join(sign for sign in latin if unicodedata.category(sign)[0] == "L")


def _is_hidden(sign: str) -> bool:
    return (
        unicodedata.category(sign) in _HIDDEN_KINDS
        or sign in _INVISIBLE
        or any(first <= sign <= last for first, last in _SELECTORS)
    )


def _joins_pictures(before: str, sign: str) -> bool:
    """Whether this belongs to an emoji: the joiner of a family, the selector of its colours."""
    is_picture = unicodedata.category(before) in {"So", "Sk"} or before == _COLOURED
    return sign in {_JOINER, _COLOURED} and is_picture


def _piles_up(text: str) -> bool:
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign)[0] == "M" else 0
        if marks > MARKS_MAX:
            return True
    return False
