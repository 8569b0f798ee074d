"""What must not exist: no field may say, or let anyone guess, who takes part in a programme.

Names are compared by whole snake_case words, wherever a name can stand: declared tables, the
migrated database, the HTTP contract, log lines.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from app.store.schema import metadata
from tests.databases import Cluster
from tests.schema import schema_of
from tests.source import sources

FORBIDDEN = (
    r"is_program\w*|programme|survivor|victim|shelter|safe_?house|stage|case_?(?:no|id)|worker"
    r"|referr\w*|nationalit\w*|citizen\w*|ethnic\w*|passport|emso|tax|residence|religion|health"
    r"|gps|lat|lon|geom|address|last_seen|online|real_name|surname|photo|birth_?date|followers"
    r"|rating_avg"
)
_WORDS = re.compile(rf"(?:^|_)(?:{FORBIDDEN})(?:_|$)")
_PHONE = re.compile(r"(?:^|_)phone(?:_|$)")
"""May be asked for, to block it; is kept sealed; is never answered and never a member's column."""
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


def forbidden(names: Iterator[str]) -> list[str]:
    return [name for name in names if _WORDS.search(name)]


@pytest.mark.parametrize(
    "name",
    ["is_programme_user", "home_address", "case_no", "nationality", "referral", "lat", "birthdate"],
)
def test_a_forbidden_field_is_recognised(name: str) -> None:
    assert forbidden(iter([name]))


@pytest.mark.parametrize(
    "name", ["relation", "caseload", "taxi", "latest", "stages_done", "onliner"]
)
def test_a_word_that_only_looks_alike_is_not(name: str) -> None:
    assert not forbidden(iter([name]))


def test_no_declared_table_has_a_forbidden_field() -> None:
    names = (
        name
        for table in metadata.tables.values()
        for name in (table.name, *table.columns.keys(), *_named_objects(table))
    )
    assert forbidden(names) == []
    assert not [one for one in metadata.tables["member"].columns if _PHONE.search(one.name)]


async def test_no_migrated_table_has_a_forbidden_field(cluster: Cluster, database: str) -> None:
    connection = await cluster.connect(database)
    everything = await schema_of(connection)
    await connection.close()
    names = (part for name in everything for part in re.split(r"[ .]", name))
    assert len(everything) > len(metadata.tables)
    assert forbidden(names) == []


def test_no_operation_asks_or_answers_a_forbidden_field(app: FastAPI) -> None:
    contract = app.openapi()
    names = list(_fields(_whole(contract, contract["paths"])))
    assert "available_minutes" in names
    assert forbidden(iter(names)) == []


def test_no_answer_has_a_telephone_number(app: FastAPI) -> None:
    contract = app.openapi()
    operations = [one for item in contract["paths"].values() for one in item.values()]
    answers = _whole(contract, [one["responses"] for one in operations])
    assert not [name for name in _fields(answers) if _PHONE.search(name)]


def test_no_log_line_has_a_forbidden_field() -> None:
    names = [
        keyword.arg
        for source in sources()
        for call in source.calls()
        if getattr(call.func, "attr", "") in LEVELS
        for keyword in call.keywords
        if keyword.arg
    ]
    assert "operation" in names
    assert forbidden(iter(names)) == []


def _named_objects(table: Any) -> Iterator[str]:
    yield from (str(one.name) for one in (*table.constraints, *table.indexes) if one.name)


def _whole(contract: dict[str, Any], node: Any) -> list[dict[str, Any]]:
    """Every object under this node of the contract, references followed once."""
    found: list[dict[str, Any]] = []
    references, waiting = set[str](), [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        if isinstance(one, dict):
            found.append(one)
            waiting += one.values()
            reference = str(one.get("$ref", "")).rpartition("/")[2]
            if reference and reference not in references:
                references.add(reference)
                waiting.append(contract["components"]["schemas"][reference])
    return found


def _fields(nodes: list[dict[str, Any]]) -> Iterator[str]:
    """The name of every property and parameter."""
    for node in nodes:
        if isinstance(node.get("properties"), dict):
            yield from node["properties"]
        if isinstance(node.get("in"), str):
            yield str(node["name"])
