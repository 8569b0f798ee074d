"""Whose operations a process serves: those of members, those of staff, or all.

By default one process serves all. Served apart, staff's operations do not exist where members ask:
not their paths, not their roles, not the key of the sealed record. Which surface an operation
belongs to is said by its guard, and by nothing else.
"""

from enum import StrEnum
from typing import Final


class Surface(StrEnum):
    """A side of the contract."""

    ALL = "all"
    MEMBERS = "members"
    STAFF = "staff"


Surfaces = frozenset[Surface]
BOTH: Final[Surfaces] = frozenset({Surface.MEMBERS, Surface.STAFF})


def serves(here: Surface, wanted: Surfaces) -> bool:
    """Whether a process of this surface serves what belongs to these."""
    return here is Surface.ALL or here in wanted
