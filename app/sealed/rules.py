"""What a sealed record says."""

from dataclasses import dataclass
from enum import StrEnum


class Cohort(StrEnum):
    """Whether somebody takes part in the Society's programme."""

    PUBLIC = "public"
    PROGRAMME = "programme"


class AgeBand(StrEnum):
    """Which protections of the young apply."""

    YOUNG = "15-17"
    ADULT = "18+"


class Opening(StrEnum):
    """What was done with a record."""

    READ = "read"
    WRITTEN = "written"


@dataclass(frozen=True)
class Record:
    """What is sealed about a member; everybody begins with the same."""

    cohort: Cohort = Cohort.PUBLIC
    age_band: AgeBand = AgeBand.ADULT
