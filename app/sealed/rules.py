"""What a sealed record says, and what the trace of an opening of it says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Cohort(StrEnum):
    """Whether somebody takes part in the Society's programme."""

    PUBLIC = "public"
    PROGRAMME = "programme"


class AgeBand(StrEnum):
    """Which protections of the young apply."""

    YOUNG = "15-17"
    ADULT = "18+"


class Deed(StrEnum):
    """What was done with a record."""

    BEGUN = "begun"
    """With the approval, as everybody's."""
    READ = "read"
    WRITTEN = "written"
    READ_OUT = "read_out"
    """Who had opened it was told to its owner."""


@dataclass(frozen=True)
class Record:
    """What is sealed about a member; everybody begins with the same."""

    cohort: Cohort = Cohort.PUBLIC
    age_band: AgeBand = AgeBand.ADULT


@dataclass(frozen=True)
class Trace:
    """Who did what with whose record, when and why."""

    deed: Deed
    member_id: UUID
    login_id: UUID
    at: datetime
    reason: str = ""
