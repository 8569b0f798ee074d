"""Who is in the story, and what they post: always the same, from the two tables beside this."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from app.identity.rules import STAFF, Role
from app.listings.rules import ListingKind

BANK: Final = "kljuc"
AREAS: Final = ("center", "north", "east", "south", "west")
MINUTES: Final = (60, 45, 90, 30, 120)
COMMON_LANGUAGES: Final = ("sl", "en")
FROM_AFAR: Final = frozenset(
    {"cv_writing", "english_lessons", "job_search", "math_tutoring", "slovene_lessons"}
    | {"computer_help", "translation"}
)
"""What can be done from afar, too."""


@dataclass(frozen=True)
class Line:
    """One listing of the story."""

    id: str
    kind: ListingKind
    language: str
    category: str
    text: str
    minutes: int


@dataclass(frozen=True)
class Character:
    """One member of the story."""

    alias: str
    name: str
    languages: tuple[str, ...]
    area: str
    lines: tuple[Line, ...]

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.name}@example.org"

    @property
    def password(self) -> str:
        """Known to everybody: this is the demo."""
        return f"{self.name} shares an hour"

    @property
    def requests(self) -> tuple[Line, ...]:
        """What they ask for."""
        return tuple(line for line in self.lines if line.kind is ListingKind.REQUEST)


@dataclass(frozen=True)
class Desk:
    """One login of the demo's staff."""

    role: Role

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.role.value}@example.org"

    @property
    def password(self) -> str:
        """Known to everybody: this is the demo."""
        return f"{self.role.value} keeps the demo"


DESKS: Final = {role: Desk(role) for role in Role if role in STAFF}


@cache
def cast() -> tuple[Character, ...]:
    """All members, each with their listings: the lines of a language go round its speakers."""
    rows = _table("members.tsv")
    lines = [_line(number, row) for number, row in enumerate(_table("listings.tsv"))]
    speakers = [row["language"] for row in rows]
    shares: list[tuple[Line, ...]] = []
    for number, language in enumerate(speakers):
        spoken = [line for line in lines if line.language == language]
        turn = speakers[:number].count(language)
        shares.append(tuple(spoken[turn :: speakers.count(language)]))
    together = enumerate(zip(rows, shares, strict=True))
    return tuple(_character(number, row, share) for number, (row, share) in together)


def _character(number: int, row: dict[str, str], lines: tuple[Line, ...]) -> Character:
    language = row["language"]
    # Everybody speaks one of the two languages of the town beside their own.
    further = [one for one in COMMON_LANGUAGES if one != language]
    languages = (language, further[number % len(further)])
    return Character(row["alias"], row["name"], languages, AREAS[number % len(AREAS)], lines)


def _line(number: int, row: dict[str, str]) -> Line:
    return Line(
        id=row["id"],
        kind=ListingKind(row["kind"]),
        language=row["language"],
        category=row["category"],
        text=row["text"],
        minutes=MINUTES[number // 2 % len(MINUTES)],
    )


def _table(name: str) -> list[dict[str, str]]:
    text = resources.files("app.demo").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
