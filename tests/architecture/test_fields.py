"""What whose answers hold: a new field shows in review, and moderators get what they need alone.

The expected table is tests/fields.txt; the real answers are held to it where every caller asks for
everything (`test_authorisation`).
"""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import groupby
from pathlib import Path
from textwrap import wrap

import pytest
from fastapi import FastAPI

from app.identity.rules import Role
from app.kit.settings import Settings
from app.main import create_app
from app.sealed.api import SealedView, TraceView
from tests.architecture.test_authorisation import asked_of
from tests.fields import told_by, who_gets

TABLE = Path(__file__).parents[1] / "fields.txt"
HEAD = """\
# What the answers of each operation hold, and who gets them. What lies within a field stands in a
# line of its own after its name; * is a name that the contract leaves open. Errors are not here:
# they are problem documents. A difference fails, and is shown as a patch: judge it, then apply it.
"""
OWN = "own"
WIDTH = 100
NOT_MODERATORS = frozenset({"email", "phone", "level", "contact", "openings"})
"""Names that no answer to a moderator about others has, beside those of the sealed record."""


def table_of(app: FastAPI) -> str:
    """The whole table as it is now."""
    blocks = sorted((route.name, who_gets(route), told_by(asked)) for asked, route in asked_of(app))
    return HEAD + "".join(_block(name, who, fields) for name, who, fields in blocks)


def _block(name: str, who: tuple[str, ...], fields: frozenset[str]) -> str:
    lines = [f"\n{name}: {' '.join(who)}", *_lines(fields)]
    return "\n".join(lines) + "\n"


def _lines(fields: frozenset[str]) -> Iterator[str]:
    split = sorted((parent, own) for parent, _, own in (one.rpartition(".") for one in fields))
    for parent, group in groupby(split, key=lambda one: one[0]):
        names = " ".join(own for _, own in group)
        text = f"{parent}: {names}" if parent else names
        yield from wrap(text, WIDTH, initial_indent="    ", subsequent_indent="        ")


@pytest.fixture(scope="module")
def app(base_settings: Settings) -> FastAPI:
    """The program without a database: nobody asks it anything here."""
    return create_app(base_settings)


def test_answers_hold_what_the_table_says_and_nothing_else(app: FastAPI) -> None:
    kept, now = TABLE.read_text("utf-8"), table_of(app)
    was, is_now = kept.splitlines(), now.splitlines()
    patch = "\n".join(
        unified_diff(was, is_now, "tests/fields.txt", "tests/fields.txt", lineterm="")
    )
    assert patch == "", f"judge this, then apply it:\n{patch}"


def test_moderators_get_no_address_no_level_and_nothing_sealed(app: FastAPI) -> None:
    """Of others: what is their own in their own record and sessions they get as anybody does."""
    sealed = {*SealedView.model_fields, *TraceView.model_fields} - {"at", "reason"}
    found = [
        f"{route.name}: {field}"
        for asked, route in asked_of(app)
        if Role.MODERATOR in who_gets(route) and route.reach.relation != OWN
        for field in told_by(asked)
        if field.rpartition(".")[2] in NOT_MODERATORS | sealed
    ]
    assert found == []
