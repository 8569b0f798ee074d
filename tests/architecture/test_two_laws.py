"""The two laws of every endpoint: GET asks queries, everything else does exactly one deed.

A deed is a function of an `operations` module that takes the means to write (`work`, or a
`session`) first. Paths through a function are counted by its branches; a path that ends in `raise`
does nothing and is not counted.
"""

import ast
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType

import pytest

from tests.source import Function, Source, called, sources

VERBS = frozenset({"get", "post", "put", "patch", "delete"})
MEANS = ("work", "session")
APIS = [*sources("app/**/api.py"), *sources("app/**/*_api.py")]
OPERATING = "app/web/operating.py"
"""For the operator: asks the database only whether it is there, so it is no part's API."""
Counts = frozenset[int]
NOTHING: Counts = frozenset({0})


def is_deed(value: object) -> bool:
    if not inspect.isfunction(value) or not value.__module__.endswith(".operations"):
        return False
    return next(iter(inspect.signature(value).parameters), "") in MEANS


@dataclass
class Api:
    """One API module: its endpoints, its helpers, and what its names mean."""

    source: Source
    functions: dict[str, Function] = field(default_factory=dict)
    endpoints: list[tuple[str, Function]] = field(default_factory=list)
    rechecks: set[str] = field(default_factory=set)
    batched: dict[str, str] = field(default_factory=dict)
    """For an endpoint whose requests are done together: the function that does them."""

    def __post_init__(self) -> None:
        for node in self.source.tree.body:
            if isinstance(node, Function):
                self.functions[node.name] = node
                for call in (one for one in node.decorator_list if isinstance(one, ast.Call)):
                    self._decorated(node, call)

    @cached_property
    def names(self) -> dict[str, object]:
        return vars(self.source.module)

    def _decorated(self, node: Function, call: ast.Call) -> None:
        if called(call) in VERBS:
            self.endpoints.append((called(call), node))
        elif called(call) == "in_batches":
            (done_by,) = [name.id for name in call.args if isinstance(name, ast.Name)]
            self.batched[node.name] = done_by
        elif called(call) == "rechecked_by":
            self.rechecks |= {name.id for name in call.args if isinstance(name, ast.Name)}

    def deeds(self, node: ast.AST) -> int:
        """How many deeds the code under this node calls directly."""
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        return sum(is_deed(self._meaning(call.func)) for call in calls)

    def counts_of(self, name: str, trail: tuple[str, ...] = ()) -> Counts:
        """How many deeds each path through a function of this module does."""
        assert name not in trail, f"{name} calls itself"
        through, ended = self._paths(self.functions[name].body, (*trail, name))
        here = through | ended
        return plus(here, self.counts_of(self.batched[name])) if name in self.batched else here

    def _paths(self, body: Iterable[ast.stmt], trail: tuple[str, ...]) -> tuple[Counts, Counts]:
        """Deeds on paths that go on after these statements, and on those that return."""
        here, ended = NOTHING, Counts()
        for statement in body:
            through, returned = self._statement(statement, trail)
            ended |= plus(here, returned)
            here = plus(here, through)
        return here, ended

    def _statement(self, node: ast.stmt, trail: tuple[str, ...]) -> tuple[Counts, Counts]:
        if isinstance(node, ast.Raise):
            return Counts(), Counts()
        if isinstance(node, ast.Return):
            return Counts(), self._expression(node, trail)
        if isinstance(node, ast.If):
            yes, no = self._paths(node.body, trail), self._paths(node.orelse, trail)
            asked = self._expression(node.test, trail)
            return plus(asked, yes[0] | no[0]), plus(asked, yes[1] | no[1])
        return self._expression(node, trail), Counts()

    def _expression(self, node: ast.AST, trail: tuple[str, ...]) -> Counts:
        counts = frozenset({self.deeds(node)})
        for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in self.functions:
                counts = plus(counts, self.counts_of(call.func.id, trail))
        return counts

    def _meaning(self, node: ast.expr) -> object:
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._meaning(node.value)
            return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        return None


def plus(first: Counts, second: Counts) -> Counts:
    return frozenset(one + other for one in first for other in second)


@pytest.mark.parametrize("source", APIS, ids=str)
def test_a_get_asks_and_everything_else_does_one_deed(source: Source) -> None:
    api = Api(source)
    assert api.endpoints, f"{source} has no endpoint"
    broken = [
        f"{node.name}: {sorted(counts)}"
        for verb, node in api.endpoints
        if (counts := api.counts_of(node.name)) != frozenset({0 if verb == "get" else 1})
    ]
    assert broken == []


@pytest.mark.parametrize("source", APIS, ids=str)
def test_what_is_asked_again_before_a_replay_does_nothing(source: Source) -> None:
    api = Api(source)
    assert {name: api.counts_of(name) for name in api.rechecks} == dict.fromkeys(
        api.rechecks, NOTHING
    )


@pytest.mark.parametrize("source", APIS, ids=str)
def test_no_view_loop_or_try_hides_a_deed(source: Source) -> None:
    api = Api(source)
    hiding = ast.ClassDef | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.IfExp | ast.Lambda
    hidden = [
        node for node in ast.walk(source.tree) if isinstance(node, hiding) and api.deeds(node)
    ]
    assert [node.lineno for node in hidden if hasattr(node, "lineno")] == []
    assert not any(isinstance(node, ast.Try) for node in ast.walk(source.tree))


def test_endpoints_live_in_api_modules_only() -> None:
    strange = [str(one) for one in sources() if one not in APIS and Api(one).endpoints]
    assert strange == [OPERATING]


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ("await sessions.sign_out(work, caller, one)", {1}),
        ("if one:\n  return await sessions.sign_out(work)\nraise ValueError", {1}),
        ("if one:\n  await operations.rotate(work)", {0, 1}),
        ("if one:\n  await sessions.sign_out(work)\nawait operations.rotate(work)", {1, 2}),
        ("return await _granted(work, tools, form)", {1}),
        ("return jwks(tools.ring, work.now)", {0}),
    ],
)
def test_paths_are_counted_as_they_are(body: str, counts: set[int]) -> None:
    (identity,) = sources("app/identity/api.py")
    api = Api(identity)
    api.functions["tried"] = _function(body)
    assert api.counts_of("tried") == counts


def _function(body: str) -> Function:
    lines = "\n".join(f"  {line}" for line in body.splitlines())
    (node,) = ast.parse(f"async def tried():\n{lines}").body
    assert isinstance(node, Function)
    return node
