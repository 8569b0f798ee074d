"""The audit of locks: rows are locked in one bank at a time, and the statement says in which.

As a distributed database needs to be told: it keeps each bank on one server, and locks there only.
"""

import re
from functools import cache
from typing import Any, Final

_LOCK: Final = re.compile(r"\bFOR (?:NO KEY )?UPDATE\b(?: OF (\w+))?")
_FIRST: Final = re.compile(r"\s*SELECT (\w+)\.")
NOT_OURS: Final = frozenset({"pgqueuer"})
"""The queue of jobs is no bank's: a library's table, on one server."""


class Locks:
    """What was heard so far: statements that lock rows without saying of which bank."""

    def __init__(self) -> None:
        self.unbound: set[str] = set()

    def hear(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Listen to SQLAlchemy's `before_cursor_execute`."""
        if is_unbound(statement):
            self.unbound.add(statement)


@cache
def is_unbound(statement: str) -> bool:
    """Whether it locks rows of a table, and does not compare their bank with one value."""
    lock = _LOCK.search(statement)
    if lock is None:
        return False
    first = _FIRST.match(statement)
    table = lock[1] or (first[1] if first else "")
    return table not in NOT_OURS and not re.search(rf"\b{table}\.bank_id = \$\d", statement)
