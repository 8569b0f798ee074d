"""Every problem can be told to a person, in each language, with the facts that it promises."""

import ast
import re
import string
from collections.abc import Iterator

import pytest

from app.kit.errors import AppError, Said
from app.kit.problems import LANGUAGES
from tests.source import called, sources

KINDS = "app.kit.errors"
NEVER_ANSWERED = {"Conflict"}
"""A kind whose subclasses say which rule was broken; it says nothing itself."""


def every_problem() -> Iterator[type[AppError]]:
    for source in sources("app/**/*.py"):
        if any("Said" in name for name in source.imports()):
            _ = source.module
    waiting = [AppError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("app."):
            yield one


PROBLEMS = sorted(every_problem(), key=lambda one: one.__name__)
BY_NAME = {one.__name__: one for one in PROBLEMS}


def facts(said: Said) -> set[str]:
    fields = string.Formatter().parse(said.title + said.detail)
    return {name for _, name, _, _ in fields if name is not None}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.__name__)
def test_a_problem_is_said_in_every_language_with_the_same_facts(problem: type[AppError]) -> None:
    assert set(problem.said) == set(LANGUAGES)
    first, *others = [facts(said) for said in problem.said.values()]
    assert all(other == first for other in others)
    assert all(said.title and not facts(Said(said.title)) for said in problem.said.values())
    assert all(re.fullmatch(r"(.*[.?!}])?", said.detail) for said in problem.said.values())
    assert len({said.title for said in problem.said.values()}) == len(LANGUAGES)


def test_a_problem_has_words_of_its_own() -> None:
    borrowed = {
        one.__name__ for one in PROBLEMS if one.__module__ != KINDS and "said" not in vars(one)
    }
    assert borrowed == set()
    kinds = {one.__name__ for one in PROBLEMS if one.__module__ == KINDS and one is not AppError}
    silent = {name for name in kinds if BY_NAME[name].said is AppError.said}
    assert silent == NEVER_ANSWERED | {"Fault"}


def test_no_two_problems_share_a_type() -> None:
    slugs = [one.slug() for one in PROBLEMS]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def test_only_kinds_that_say_nothing_are_never_raised() -> None:
    raised = {name for source in sources() for name, _, _ in _raised(source.tree)}
    assert raised & NEVER_ANSWERED == set()


def test_whoever_raises_a_problem_gives_the_facts_that_its_words_name() -> None:
    lacking = [
        f"{source}:{line} {name} lacks {missing}"
        for source in sources()
        for name, given, line in _raised(source.tree)
        if (missing := _promised(name) - given)
    ]
    assert lacking == []


def _promised(name: str) -> set[str]:
    problem = BY_NAME[name]
    if problem.__init__ is not AppError.__init__:
        return set()  # gives its facts itself
    return facts(problem.said["en"])


def _raised(tree: ast.Module) -> Iterator[tuple[str, set[str], int]]:
    """Every problem that is made or raised: its name, the facts that it gets, the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in BY_NAME:
            yield called(node), {one.arg for one in node.keywords if one.arg}, node.lineno
        if isinstance(node, ast.Raise) and getattr(node.exc, "id", "") in BY_NAME:
            yield ast.unparse(node).split()[1], set(), node.lineno
