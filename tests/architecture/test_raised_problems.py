"""What an operation can raise, as far as its calls can be followed by name, is in its contract.

Followed are plain functions and methods of classes, down through all parts; not followed are
methods of values (`work.vault.open`) and errors that are kept in a variable before they are raised.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from app.kit.errors import AppError
from app.kit.settings import Settings
from app.main import create_app

Errors = frozenset[type[AppError]]


@pytest.fixture(scope="module")
def app(base_settings: Settings) -> FastAPI:
    return create_app(base_settings)


def test_an_operation_documents_what_it_raises(app: FastAPI) -> None:
    silent = {
        f"{route.operation_id} raises {error.__name__}"
        for route in app.state.routes
        for error in raised_by(route.endpoint)
        if error.slug() not in documented(route.responses)
    }
    assert silent == set()


def test_calls_are_followed_through_the_parts(app: FastAPI) -> None:
    (deliver,) = [one for one in app.state.routes if one.operation_id == "deliver_exchange"]
    names = {error.__name__ for error in raised_by(deliver.endpoint)}
    assert {"StepNotOpen", "NotYourStep"} <= names


def documented(responses: dict[int | str, dict[str, Any]]) -> set[str]:
    """The slugs of all problems in a route's responses."""
    media = [one for told in responses.values() for one in told.get("content", {}).values()]
    return {slug for one in media for slug in one.get("examples", ())}


@cache
def raised_by(function: FunctionType, *trail: FunctionType) -> Errors:
    """The problems that a function raises, itself or through what it calls."""
    inner = inspect.unwrap(function)
    if function in trail or not inner.__module__.startswith("app."):
        return frozenset()
    tree = ast.parse(textwrap.dedent(inspect.getsource(inner)))
    names = dict(inner.__globals__)
    return frozenset(_raised(tree, names, (*trail, function)))


def _raised(node: ast.AST, names: dict[str, Any], trail: tuple[FunctionType, ...]) -> Iterator[Any]:
    if isinstance(node, ast.Try):
        caught = tuple(_caught(node, names))
        inside = [one for part in node.body for one in _raised(part, names, trail)]
        yield from (one for one in inside if not issubclass(one, caught))
        below: list[ast.AST] = [*node.handlers, *node.orelse, *node.finalbody]
    else:
        below = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Raise) and node.exc is not None:
        yield from filter(_is_problem, (_meaning(one, names) for one in ast.walk(node.exc)))
    if isinstance(node, ast.Call):
        called = _meaning(node.func, names)
        if inspect.isfunction(called):
            yield from raised_by(called, *trail)
    for one in below:
        yield from _raised(one, names, trail)


def _caught(node: ast.Try, names: dict[str, Any]) -> Iterator[type[BaseException]]:
    for handler in node.handlers:
        meant = [_meaning(one, names) for one in ast.walk(handler.type or handler)]
        yield from (one for one in meant if isinstance(one, type))


def _is_problem(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, AppError)


def _meaning(node: ast.AST, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _meaning(node.value, names)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType | type) else None
    return None
