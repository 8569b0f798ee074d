import ast

from tests.source import Source, called, sources

APP = sources()
SPEAKS_WITH_THE_FRAMEWORK = {
    "app/kit/hot.py",
    "app/kit/problems.py",
    "app/main.py",
    "app/web/routing.py",
}
"""Turn the framework's own refusals into problems; nobody raises them."""
FROM_ARRAYS = {"app/kit/bulk.py", "app/kit/idempotency.py", "app/kit/limit_counts.py"}
"""Select from the rows that a statement was given, and from no table."""
ACCOUNT_LOCK = "app/ledger/queries.py"
"""Locks accounts by plain columns, which no earlier read of the session can stand in for."""
ROW_LOCK = "app/kit/db.py"
CLOCK = "app/kit/clock.py"
COMMANDS = "app/cli/"
"""A command imports what it needs when it runs, so that `--help` answers at once."""
WRITES_SQL = {
    "app/ledger/audit.py": "proves the books with statements that share nothing with operations",
    "app/ledger/journal/queries.py": "sets how long a slow reader may hold the snapshot",
    "app/ledger/queries.py": "finds a past balance by halving, in one statement",
    "app/ledger/reversing/queries.py": "follows what was put in a posting's place, step by step",
    "app/ledger/sealing/queries.py": "reads each posting as both of its accounts see it",
    "app/ledger/operations.py": "changes all accounts of a batch in one statement",
    "app/sealed/queries.py": "becomes the one role that may read sealed records",
    "app/store/migrate.py": "asks for the revision, before there need be any table",
    "app/store/privileges.py": "GRANT and REVOKE have no other form",
}
"""Where SQL may be written as text, and why."""
WALL_CLOCKS = frozenset(
    {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "clock_timestamp"}
)


def calling(name: str) -> set[str]:
    return {str(one) for one in APP if any(called(call) == name for call in one.calls())}


def naming(name: str) -> set[str]:
    return {str(one) for one in APP if any(found == name for found, _ in one.names())}


def test_only_our_own_errors_are_raised() -> None:
    assert naming("HTTPException") == SPEAKS_WITH_THE_FRAMEWORK
    assert calling("HTTPException") == set()


def test_every_select_is_in_queries() -> None:
    elsewhere = {one for one in calling("select") if not one.endswith("/queries.py")}
    assert elsewhere == FROM_ARRAYS
    elsewhere = {one for one in naming("select") if not one.endswith("/queries.py")}
    assert elsewhere <= FROM_ARRAYS


def test_sql_is_text_only_where_there_is_a_reason() -> None:
    writing = {one for one in calling("text") if not one.endswith("/tables.py")}
    assert writing == set(WRITES_SQL), "beside the conditions of a table, which are text too"


def test_rows_are_locked_one_by_one_or_many_in_order_and_accounts_by_their_columns() -> None:
    locks = [str(one) for one in APP for call in one.calls() if called(call) == "with_for_update"]
    assert sorted(locks) == [ROW_LOCK, ROW_LOCK, ACCOUNT_LOCK]


def test_no_sql_as_text_locks_a_row() -> None:
    assert [str(one) for one in APP if "for update" in _texts(one).lower()] == []


def test_relations_are_foreign_keys_and_nothing_loads_by_itself() -> None:
    assert naming("relationship") == set()


def test_nobody_commits_but_the_kit() -> None:
    assert {one for one in calling("commit") if not one.startswith("app/kit/")} == set()


def test_one_module_reads_the_clock() -> None:
    readers = {str(one) for one in APP for call in one.calls() if called(call) in WALL_CLOCKS}
    assert readers == {CLOCK}


def test_the_database_is_not_asked_for_the_time() -> None:
    clocks = ("now()", "current_timestamp", "current_date", "localtimestamp")
    asking = [str(one) for one in APP if any(clock in _texts(one).lower() for clock in clocks)]
    assert asking == []


def test_imports_stand_at_the_top() -> None:
    imports = ast.Import | ast.ImportFrom
    lower = [
        f"{source}:{node.lineno}"
        for source in APP
        for node in ast.walk(source.tree)
        if isinstance(node, imports) and node.col_offset and not str(source).startswith(COMMANDS)
    ]
    assert lower == []


def test_a_part_says_what_it_is_for_and_hides_no_code() -> None:
    parts = {str(one): one.tree for one in sources("app/**/__init__.py")}
    assert {name for name, tree in parts.items() if not ast.get_docstring(tree)} == set()
    plain = ast.Expr | ast.ImportFrom | ast.Assign
    code = {name for name, tree in parts.items() for one in tree.body if not isinstance(one, plain)}
    assert code == set()


def _texts(source: Source) -> str:
    """Every string of the module but its docstrings."""
    tree = source.tree
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return "\n".join(str(one.value) for one in strings if one not in docstrings)
