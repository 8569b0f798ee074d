"""The audit of who may see: every statement that the suite makes the program issue is judged.

A statement that reads a protected table must carry the one visibility predicate, or name the
reader's own rows; or the function that issues it stands in `REVIEWED`, with the reason.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

import greenlet
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from tests.source import ROOT

Finding = tuple[str, str, str]
"""The function that asks, the table that it reads, and its statement."""

REVIEWED: Final = {
    "app.exchanges.queries.list_messages": "of an exchange that was read as the caller's own",
    "app.exchanges.queries.lock_any_exchange": "moderators' outcomes, and time",
    "app.members.queries.find_active_accounts": "staff act for members named by id; books alone",
    "app.members.queries.find_owners": "a moderator's own case, and whom to tell; shown to nobody",
    "app.members.queries.get_account_ids": "accounts of both sides, for the books alone",
    "app.members.queries.get_me": "by the caller's own member id",
    "app.members.queries.get_member": "parts that act for everyone; shown to nobody else",
    "app.members.queries.list_applications": "coordinators; applicants are visible to no member",
    "app.members.queries.lock_member": "one's own record, or a coordinator's decision",
    "app.members.queries.lock_members": "locks and gives nothing back",
    "app.members.terms.queries.has_accepted": "by the caller's own member id",
    "app.moderation.queries.find_cases": "of disputes that were read as the caller may",
    "app.moderation.queries.find_dispute_of": "whether there was one; the exchange was judged",
    "app.moderation.queries.get_dispute": "moderators see the bank's, members through exchanges",
    "app.moderation.queries.list_disputes": "the same",
    "app.moderation.queries.lock_dispute": "the same; only moderators change one",
    "app.records.queries.get_record": "staff, for a reason that the member can read",
    "app.records.queries.list_by_alias": "the same",
    "app.rights.queries.has_open_case": "whether there is one; shown to nobody",
    "app.rights.queries.list_forgotten": "ids of the forgotten, for the keystore alone",
    "app.rights.queries.list_held": "rows that carry one of the caller's own ids",
    "app.rights.queries.list_rejected": "whom time forgets; shown to nobody",
    "app.rights.retention.sweep_cases": "time empties what is old; shown to nobody",
    "app.rights.retention.sweep_held": "the same",
    "app.rights.retention.sweep_messages": "the same",
    "app.rights.retention.sweep_notices": "the same",
    "app.rights.retention.sweep_reasons": "the same",
}
"""Functions that read protected rows past the predicate, and why each may."""
PROTECTED: Final = frozenset({"member", "listing", "exchange", "message", "dispute", "notice"})
OWN: Final = {
    "listing": {"author_id"},
    "exchange": {"giver_id", "receiver_id"},
    "notice": {"member_id", "role"},
}
"""Columns that say whose a row is: compared with what the reader brings, the row is their own."""
PARTNERS: Final = {"listing": "member", "message": "exchange", "dispute": "exchange"}
"""Tables that are seen through another one, in the same statement."""
_APP: Final = str(ROOT / "app")
_KIT: Final = str(ROOT / "app" / "kit")
_TOUCHES: Final = re.compile(rf"\b(?:FROM|JOIN)\s+(?:{'|'.join(sorted(PROTECTED))})\b")


class Audit:
    """What was heard so far, each statement of each function once."""

    def __init__(self) -> None:
        self.heard: set[tuple[str, str]] = set()

    def hear(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Listen to SQLAlchemy's `before_cursor_execute`."""
        if _TOUCHES.search(statement):
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


def asking_function() -> str | None:
    """The innermost function of the program, above the kit, that is on the stack."""
    for frame in _frames():
        name = frame.f_code.co_filename
        if name.startswith(_APP) and not name.startswith(_KIT):
            module = Path(name).relative_to(ROOT).with_suffix("")
            return f"{'.'.join(module.parts)}.{frame.f_code.co_qualname}"
    return None


def _frames() -> Iterator[FrameType]:
    """This stack, and below it the one that waits for SQLAlchemy's greenlet."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back
    parent = greenlet.getcurrent().parent
    frame = parent.gr_frame if parent is not None else None
    while frame is not None:
        yield frame
        frame = frame.f_back


@cache
def unguarded(statement: str) -> tuple[str, ...]:
    """The protected tables that a statement reads without the predicate or the own-rows form."""
    tree = sqlglot.parse_one(statement, dialect="postgres")
    return tuple(
        sorted(
            {
                source.name
                for scope in traverse_scope(tree)
                if isinstance(scope.expression, exp.Select)
                for alias, source in scope.sources.items()
                if isinstance(source, exp.Table) and source.name in PROTECTED
                if not _is_guarded(scope.expression, alias, source.name)
            }
        )
    )


def _is_guarded(select: exp.Expr, alias: str, table: str) -> bool:
    conditions = list(_conditions(select))
    if table == "member":
        return any(_is_predicate(one, alias) for one in conditions)
    if any(_is_own(part, alias, table) for one in conditions for part in _flat(one)):
        return True
    partner = PARTNERS.get(table)
    joined = {one.alias_or_name: one.name for one in select.find_all(exp.Table)}
    return any(
        name == partner
        and _is_joined(conditions, alias, other)
        and _is_guarded(select, other, name)
        for other, name in joined.items()
    )


def _conditions(select: exp.Expr) -> Iterator[exp.Expr]:
    """What decides over the rows of a select: its WHERE, its joins, and columns that are judged."""
    where = select.args.get("where")
    ons = [join.args["on"] for join in select.args.get("joins") or () if join.args.get("on")]
    whole = [*([where.this] if where else []), *ons]
    if whole:
        yield exp.and_(*whole, copy=True)
    for column in select.expressions:
        yield column.unalias()


def _flat(condition: exp.Expr) -> list[exp.Expr]:
    """All that must hold for the condition to hold, parentheses taken away."""
    bare = condition.unnest()
    if not isinstance(bare, exp.And):
        return [bare]
    return [one for part in bare.flatten() for one in _flat(part)]


def _is_predicate(condition: exp.Expr, alias: str) -> bool:
    """Whether all of it must hold: active or oneself, and no block either way."""
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
    """In which part the row's member stands in the block that must not exist."""
    if not (isinstance(part, exp.Not) and isinstance(part.this.unnest(), exp.Exists)):
        return
    inner = part.this.unnest().this
    block = inner.find(exp.Table)
    where = inner.args.get("where")
    if block is None or block.name != "block" or where is None:
        return
    for one in _flat(where.this):
        if isinstance(one, exp.EQ):
            names = {(side.table, side.name) for side in one.find_all(exp.Column)}
            if (alias, "member_id") in names:
                yield from (name for table, name in names if table == block.alias_or_name)


def _is_own(part: exp.Expr, alias: str, table: str) -> bool:
    """Whether the part says, in each of its ways, that the row is the reader's."""
    bare = part.unnest()
    ways = list(bare.flatten()) if isinstance(bare, exp.Or) else [bare]
    return all(
        any(_names_owner(one, alias, OWN.get(table, set())) for one in _flat(way)) for way in ways
    )


def _names_owner(one: exp.Expr, alias: str, owners: set[str]) -> bool:
    """Whether a column of this table is compared with a value, not with another table's column."""
    if not isinstance(one, exp.EQ | exp.In) or not isinstance(one.this, exp.Column):
        return False
    others = {column.table for column in one.find_all(exp.Column)} - {alias}
    is_given = all(other.startswith("anon_") for other in others)
    return one.this.table == alias and one.this.name in owners and is_given


def _is_joined(conditions: list[exp.Expr], alias: str, other: str) -> bool:
    return any(
        {column.table for column in part.find_all(exp.Column)} == {alias, other}
        for one in conditions
        for part in _flat(one)
        if isinstance(part, exp.EQ)
    )
