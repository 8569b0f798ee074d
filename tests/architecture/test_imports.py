import sys

from tests.source import sources

RULES_MAY_KNOW = ("app.kit.errors.", "app.kit.wording.")
TABLES_MAY_KNOW = ("app.kit.db.Base", "app.banks.rules.OPENING_CREDIT_MINUTES_MAX")
"""The base, and a number that stands in one place."""


def test_rules_know_the_standard_library_and_the_kinds_of_error_only() -> None:
    strange = [
        f"{source}: {name}"
        for source in sources("app/**/rules.py")
        for name in source.imports()
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith(RULES_MAY_KNOW)
    ]
    assert strange == []


def test_tables_point_at_each_other_by_foreign_keys_and_not_by_imports() -> None:
    strange = [
        f"{source}: {name}"
        for source in sources("app/**/tables.py")
        for name in source.imports()
        if name.startswith("app.") and name not in TABLES_MAY_KNOW
    ]
    assert strange == []


SPEAKS = ("httpx", "http.client", "urllib.request", "requests", "aiohttp", "smtplib", "ftplib")
MAY_SPEAK = "app/demo/"
"""The demo plays its story through its own server."""


def test_nothing_speaks_to_anybody_elsewhere() -> None:
    """No map, font, count of visitors, sender of mail: what is asked stays here."""
    found = [
        str(source)
        for source in sources("app/**/*.py")
        for name in source.imports()
        if name.startswith(SPEAKS)
    ]
    assert found
    assert [one for one in found if not one.startswith(MAY_SPEAK)] == []
