"""The words of the data map: what a column holds, whose it is, and why it may be held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.rights.periods import Period


class Kind(StrEnum):
    """What a column holds."""

    KEY = "random id"
    PERSON = "random id of a member"
    STAFF = "random id of a login of staff"
    IDENTITY = "identifies a person"
    SECRET = "proves or looks up, and cannot be read back"  # noqa: S105 words for a page
    WORDS = "what a person wrote"
    FACT = "a fact about a person"
    TIME = "a time"
    RULE = "the bank's own"


class Basis(StrEnum):
    """Why it may be held (GDPR, Art. 6 (1))."""

    CONTRACT = "b: the membership"
    INTEREST = "f: a safe service"
    NONE = "no personal data"


@dataclass(frozen=True)
class Held:
    """What one table holds."""

    basis: Basis
    kept: Period
    columns: Mapping[Kind, str]
    """The columns of each kind, beside `bank_id`."""
    of: str = ""
    """The columns that name the person, or their login or account, whose row it is."""
    kept_apart: Mapping[str, Period] = field(default_factory=dict)
    """Columns that are emptied before their row goes."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a sealed column: what its text is about, as a word and columns."""

    def kind_of(self, column: str) -> Kind | None:
        """The kind of a column; None when it is not mapped."""
        if column == "bank_id":
            return Kind.KEY
        return next((kind for kind, names in self.columns.items() if column in names.split()), None)

    @property
    def names(self) -> list[str]:
        """Every column that is mapped."""
        return ["bank_id", *(name for names in self.columns.values() for name in names.split())]
