"""How a text may be read: without what cannot be seen, and with look-alikes as what they show.

Who wants to get past a reader of patterns writes digits as words, letters as digits, letters of
other scripts, or with something unseen between them. Each shape undoes one of these.
"""

import re
import unicodedata
from pathlib import Path
from typing import Final

from app.kit.wording import LATIN_LIKE

_FOLDER: Final = Path(__file__).parent
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
"""Kinds of signs that are not seen by themselves; accents go with them."""
_FILLERS: Final = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
_WHOLE: Final = str.maketrans("đĐłŁøØ", "dDlLoO")
"""Latin letters that Unicode does not take apart."""
_AS_LETTERS: Final = str.maketrans("0134$@", "oleasa")
_AS_DIGITS: Final = str.maketrans("oilsbz|", "0115821")
_MIXED: Final = re.compile(r"(?<![\w|])(?=[\w|]*\d)[\doilsbz|]{2,}(?![\w|])")
_SPACED: Final = re.compile(r"(?:(?<=\s)|^)(?:\S ){3,}\S(?=\s|$)")
_GLUED: Final = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")


def bare(text: str) -> str:
    """The text without accents and whatever cannot be seen; digits of all scripts as 0 to 9."""
    plain = unicodedata.normalize("NFKD", _FILLERS.sub("", text)).translate(_WHOLE)
    seen = (one for one in plain if unicodedata.category(one) not in _UNSEEN)
    return "".join(_digit(one) if one.isdecimal() else one for one in seen)


def latin(text: str) -> str:
    """A bare text with letters of other scripts as the Latin ones that they look like."""
    return unspaced(text.casefold().translate(LATIN_LIKE))


def lettered(text: str) -> str:
    """A bare text with digits and signs as the letters that they look like."""
    return text.translate(_AS_LETTERS)


def numbered(text: str) -> str:
    """A bare text with numbers that are written as words, or with letters, in digits."""
    digits = _MIXED.sub(lambda found: found[0].translate(_AS_DIGITS), unspaced(text.casefold()))
    return _NUMERAL.sub(lambda found: f"{_NUMERALS[found[1]]} ", _GLUED.sub(" ", digits))


def unspaced(text: str) -> str:
    """A text with `w o r d s` that are written so as `words`."""
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), text)


def _digit(sign: str) -> str:
    return str(unicodedata.digit(sign))


def _numerals() -> dict[str, str]:
    """Words for numbers, and the digits that are dialled when they are said."""
    lines = (_FOLDER / "numerals.txt").read_text("utf-8").splitlines()
    rows = (line.split("=") for line in lines if line and not line.startswith("#"))
    return {
        bare(word).casefold(): digits.strip() for digits, words in rows for word in words.split()
    }


_NUMERALS: Final = _numerals()
_LONGEST_FIRST: Final = sorted(_NUMERALS, key=len, reverse=True)
_NUMERAL: Final = re.compile(rf"\b({'|'.join(map(re.escape, _LONGEST_FIRST))})\b,?\s*(?:y\b\s*)?")
