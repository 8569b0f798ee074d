"""Limits of size: what is short can be read.

A module counts all its lines. A function counts the lines of its body that hold code: no
docstring, no blank lines, no comments; its signature and decorators are not counted, and what an
inner function holds counts for the outer one too. An endpoint counts its statements.
"""

import ast
import io
import tokenize

from tests.source import Function, called, sources

MODULE_LINES_MAX = 250
FUNCTION_LINES_MAX = 30
ENDPOINT_STATEMENTS_MAX = 5
NO_CODE = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
)
EVERY_MODULE = [*sources(), *sources("benchmarks/*.py"), *sources("tests/**/*.py")]


def test_a_module_can_be_read_in_one_go() -> None:
    sizes = {str(one): len(one.text.splitlines()) for one in EVERY_MODULE}
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES_MAX} == {}


def test_a_function_fits_on_a_screen() -> None:
    sizes = {
        f"{source}: {node.name}": len(lines_of_code(source.text) & body_lines(node))
        for source in EVERY_MODULE
        for node in source.functions()
        if len(body_lines(node)) > FUNCTION_LINES_MAX  # telling code from the rest takes long
    }
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES_MAX} == {}


def test_an_endpoint_has_a_few_statements() -> None:
    apis = [*sources("app/**/api.py"), *sources("app/**/*_api.py")]
    sizes = {node.name: statements(node) for api in apis for node in api.functions() if asked(node)}
    assert len(sizes) > 80
    assert {name: n for name, n in sizes.items() if n > ENDPOINT_STATEMENTS_MAX} == {}


def asked(node: Function) -> bool:
    """Whether it is an endpoint."""
    return any(called(one) == "reaches" for one in node.decorator_list if isinstance(one, ast.Call))


def statements(node: Function) -> int:
    """Its statements, those of its branches too; the docstring is none."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return sum(isinstance(one, ast.stmt) for part in body for one in ast.walk(part))


def test_only_lines_of_the_body_with_code_are_counted() -> None:
    lines = ("def one(", "    two: int,", ") -> int:", "    'Doc.'", "", "    # why")
    text = "\n".join([*lines, "    three = (1,", "             2)", "    return two"])
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    assert lines_of_code(text) & body_lines(node) == {7, 8, 9}


def lines_of_code(text: str) -> set[int]:
    lines = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return lines


def body_lines(node: Function) -> set[int]:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return set()
    return set(range(body[0].lineno, (body[-1].end_lineno or 0) + 1))
