"""Which words are signals, and when they are enough for a person to look.

The groups follow the indicators of exploitation that services for victims publish: work that pays
with a bed, somebody else keeping papers, debts, haste and secrecy, services of the body at home.
Each alone is everyday talk, so it takes two groups that weigh enough together. Contact data need
nothing beside them: they are no word, and contact goes through the relay (`contact_data`).
"""

import re
from pathlib import Path
from typing import Final

from app.screening.contact_data import contact_data
from app.screening.shapes import bare, lettered

HELD_FROM: Final = 4
"""The weight from which text is held."""
GROUPS_MIN: Final = 2
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


def judge(text: str) -> list[str]:
    """The signals for which a text is to be held, in order; empty when it is not."""
    plain = bare(text)
    shapes = (plain, lettered(plain))
    found = {
        name: weight
        for name, (weight, pattern) in _PATTERNS.items()
        if any(pattern.search(shape) for shape in shapes)
    }
    enough = sum(found.values()) >= HELD_FROM and len(found) >= GROUPS_MIN
    return [*contact_data(text), *(sorted(found) if enough else [])]
