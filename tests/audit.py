"""The audit of who may see: every statement that the suite makes the program issue is judged.

A statement that reads a protected table must carry the one visibility predicate, or name the
reader's own rows; or the function that issues it stands in `REVIEWED`, with the reason. It counts
wherever it stands: in a join without a word, in a condition, in what an UPDATE gives back.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import sqlglot
from sqlglot import exp

from app.rights.cases_map import CASES
from app.rights.desk_map import DESK
from app.rights.mapping import Kind
from app.rights.people_map import PEOPLE
from tests.reviewed import REVIEWED
from tests.stacks import asking_function

Finding = tuple[str, str, str]
"""The function that asks, the table that it reads, and its statement."""

WHOSE: Final = {
    table: set(held.columns[Kind.PERSON].split())
    for table, held in {**PEOPLE, **CASES, **DESK}.items()
    if Kind.PERSON in held.columns
}
"""By the data map: what says whose a row is. Compared with what the reader brings, it is theirs."""
PROTECTED: Final = frozenset(WHOSE)
NOT_OWN: Final = frozenset({"member"})
"""Whose id anybody may bring: only the predicate says who may see them."""
MORE: Final = {"notice": {"role"}}
"""What says the same beside a person."""
PARTNERS: Final = {"listing": "member", "message": "exchange", "dispute": "exchange"}
"""Tables that are seen through another one, in the same statement."""
WITHHOLDS: Final = frozenset({"block", "screening"})
"""What only takes rows away, where it must not exist: half of the predicate, and held texts."""
_NAMES: Final = re.compile(rf"\b(?:{'|'.join(sorted(PROTECTED))})\b")
_PAIR: Final = frozenset({"bank_id", "blocker_id", "blocked_id"})
_NAMED: Final = frozenset({("block", "cause_id"), ("block", "blocked_id")})
_QUERIES: Final = (exp.Select, exp.Update, exp.Delete, exp.Insert)


class Audit:
    """What was heard so far, each unguarded statement of each function once."""

    def __init__(self) -> None:
        self.heard: set[tuple[str, str]] = set()

    def hear(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Listen to SQLAlchemy's `before_cursor_execute`."""
        if unguarded(statement):
            asking = asking_function()
            if asking is not None:
                self.heard.add((asking, statement))

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Hear nothing while a test takes a protection away."""
        before = set(self.heard)
        yield
        self.heard = before

    def findings(self) -> list[Finding]:
        """Whatever reads protected rows without the predicate, and was not reviewed."""
        return sorted(
            (asking, table, statement)
            for asking, statement in self.heard
            if asking not in REVIEWED
            for table in unguarded(statement)
        )


@cache
def unguarded(statement: str) -> tuple[str, ...]:
    """The protected tables that a statement reads without the predicate or the own-rows form."""
    if not _NAMES.search(statement):
        return ()
    tree = sqlglot.parse_one(statement, dialect="postgres")
    tables = [one for one in tree.find_all(exp.Table) if one.name in PROTECTED]
    return tuple(sorted({one.name for one in tables if not _is_harmless(one)}))


def _is_harmless(table: exp.Table) -> bool:
    """Whether this mention of a table shows nothing that may not be seen."""
    query = table.find_ancestor(*_QUERIES)
    if query is None or _is_only_written(query, table):
        return True
    if table.name in WITHHOLDS and _must_not_exist(query):
        return True
    return _is_guarded(query, table.alias_or_name, table.name)


def _is_only_written(query: exp.Expr, table: exp.Table) -> bool:
    """Whether it is the target of a statement that gives nothing back of what was there."""
    if isinstance(query, exp.Select) or query.this.find(exp.Table) is not table:
        return False
    if isinstance(query, exp.Insert):
        conflict = query.args.get("conflict")
        if conflict is None or not conflict.expressions:
            return True
    return not query.args.get("returning")


def _must_not_exist(query: exp.Expr) -> bool:
    """Whether the query stands in NOT EXISTS, joined to what is asked for."""
    exists = query.parent
    if not isinstance(exists, exp.Exists):
        return False
    outer = exists.parent
    while isinstance(outer, exp.Paren):
        outer = outer.parent
    return isinstance(outer, exp.Not)


def _is_guarded(query: exp.Expr, alias: str, table: str) -> bool:
    conditions = list(_conditions(query))
    if table in NOT_OWN:
        return any(_is_predicate(one, alias) for one in conditions)
    parts = [part for one in conditions for part in _flat(one)]
    if any(_is_own(part, alias, table) for part in parts):
        return table != "exchange" or any(_leaves_out_unseen(part, alias) for part in parts)
    partner = PARTNERS.get(table)
    joined = {one.alias_or_name: one.name for one in query.find_all(exp.Table)}
    return any(
        name == partner and _is_joined(parts, alias, other) and _is_guarded(query, other, name)
        for other, name in joined.items()
    )


def _conditions(query: exp.Expr) -> Iterator[exp.Expr]:
    """What decides over the rows: the WHERE, the joins, and columns that are judged."""
    where = query.args.get("where")
    ons = [join.args["on"] for join in query.args.get("joins") or () if join.args.get("on")]
    whole = [*([where.this] if where else []), *ons]
    if whole:
        yield exp.and_(*whole, copy=True)
    if isinstance(query, exp.Select):
        for column in query.expressions:
            yield column.unalias()


def _flat(condition: exp.Expr) -> list[exp.Expr]:
    """All that must hold for the condition to hold, parentheses taken away."""
    bare = condition.unnest()
    if not isinstance(bare, exp.And):
        return [bare]
    return [one for part in bare.flatten() for one in _flat(part)]


def _is_predicate(condition: exp.Expr, alias: str) -> bool:
    """Whether all of it must hold: active or oneself, and no block that hides them."""
    parts = _flat(condition)
    ways = {way for part in parts for way in _ways_blocked(part, alias)}
    active = any(
        column.name == "status" and column.table == alias
        for part in parts
        if not part.find(exp.Exists)
        for column in part.find_all(exp.Column)
    )
    return active and ways == {"blocker_id", "blocked_id"}


def _ways_blocked(part: exp.Expr, alias: str) -> Iterator[str]:
    """In which part the row's member stands in the block that must not exist.

    As its maker: whatever it follows from. As whom it is about: perhaps only where they were named.
    """
    if not (isinstance(part, exp.Not) and isinstance(part.this.unnest(), exp.Exists)):
        return
    inner = part.this.unnest().this
    block, where = inner.find(exp.Table), inner.args.get("where")
    if block is None or block.name != "block" or where is None:
        return
    equal = [_sides(one) for one in _flat(where.this)]
    theirs = (alias, "member_id")
    ways = {name for names in equal if theirs in names for _, name in names - {theirs}}
    used = {name for names in equal for table, name in names if table == block.alias_or_name}
    for way in ways:
        if used == (_PAIR | {"cause_id"} if way == "blocked_id" and _NAMED in equal else _PAIR):
            yield way


def _sides(one: exp.Expr) -> frozenset[tuple[str, str]]:
    """The columns that an equation is about, as table and name; of anything else, one of none."""
    if not isinstance(one, exp.EQ | exp.Is):  # staff who are no members look with a NULL
        return frozenset({("block", "")})
    return frozenset((column.table, column.name) for column in one.find_all(exp.Column))


def _is_own(part: exp.Expr, alias: str, table: str) -> bool:
    """Whether the part says, in each of its ways, that the row is the reader's."""
    bare = part.unnest()
    ways = list(bare.flatten()) if isinstance(bare, exp.Or) else [bare]
    owners = WHOSE[table] | MORE.get(table, set())
    return all(any(_names_owner(one, alias, owners) for one in _flat(way)) for way in ways)


def _names_owner(one: exp.Expr, alias: str, owners: set[str]) -> bool:
    """Whether a column of this table is compared with a value, not with another table's column."""
    is_asked = isinstance(one, exp.EQ | exp.In | exp.Is)
    if not is_asked or not isinstance(one.this, exp.Column):
        return False
    others = {column.table for column in one.find_all(exp.Column)} - {alias}
    is_given = all(other.startswith("anon_") for other in others)
    is_whose = one.this.table in {alias, ""} and one.this.name in owners
    return is_whose and is_given and not one.find(exp.Select)


def _leaves_out_unseen(part: exp.Expr, alias: str) -> bool:
    """Whether an exchange that never existed for the reader is left out."""
    column = part.this if isinstance(part, exp.NullSafeNEQ) else None
    return isinstance(column, exp.Column) and (column.table, column.name) == (alias, "unseen_by")


def _is_joined(parts: list[exp.Expr], alias: str, other: str) -> bool:
    return any(
        {column.table for column in part.find_all(exp.Column)} == {alias, other}
        for part in parts
        if isinstance(part, exp.EQ)
    )
