"""The names of all that answers hold: as the contract tells them, and as they are."""

from collections.abc import Iterator
from typing import Any, Final

from app.identity.access import Needs
from app.identity.rules import Role
from app.kit.http import Route
from tests.asking import JSON_BODY, Asked
from tests.town import JSON

ANY_NAME: Final = "*"
"""In the place of a name that the contract leaves open: a table of an export."""
EVERYBODY: Final = ("anybody",)
FILES: Final = frozenset({"export_journal"})
"""Files for other programs, whose fields the contract leaves to their formats."""
SIGNED_IN: Final = ("applicant", *sorted(Role))


def told_by(asked: Asked) -> frozenset[str]:
    """Every field of its good answers, those within others after a dot; lists say nothing."""
    found = set[str]()
    for status, told in asked.told["responses"].items():
        content = told.get("content", {}) if status.startswith("2") else {}
        for kind, body in content.items():
            names = _told(asked.contract, body.get("schema", {}), "") if kind == JSON_BODY else ()
            found.update(names)
    return frozenset(found)


def said_in(answer: Any, place: str = "") -> Iterator[str]:
    """Every field of an answer that came."""
    if isinstance(answer, list):
        for one in answer:
            yield from said_in(one, place)
    elif isinstance(answer, dict):
        for name, one in answer.items():
            yield place + name
            yield from said_in(one, f"{place}{name}.")


def is_told(name: str, told: frozenset[str]) -> bool:
    """Whether the contract tells of a field; what lies within open names is open."""
    parts = name.split(".")
    starts = [".".join(parts[:count]) for count in range(len(parts))]
    return name in told or any(f"{one}.{ANY_NAME}".lstrip(".") in told for one in starts)


def who_gets(route: Route) -> tuple[str, ...]:
    """The classes of callers that its guard admits."""
    if not isinstance(route.guard, Needs):
        return EVERYBODY
    return tuple(sorted(route.guard.roles)) or SIGNED_IN


def _told(contract: JSON, schema: JSON, place: str) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _told(contract, contract["components"]["schemas"][name], place)
    for one in (*schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
        yield from _told(contract, one, place)
    for name, one in schema.get("properties", {}).items():
        yield place + name
        yield from _told(contract, one, f"{place}{name}.")
    if schema.get("additionalProperties"):
        yield place + ANY_NAME
