"""`timebank ledger`: the books."""

from typing import Annotated

import typer

commands = typer.Typer(no_args_is_help=True, help="The books: prove them.")
Bank = Annotated[str | None, typer.Option(help="Only this bank (slug). All when left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


@commands.callback()
def ledger() -> None:
    """The books: prove them."""


@commands.command()
def verify(*, bank: Bank = None, json: AsJson = False) -> None:
    """Recompute the books from their postings, and say whether they are proved.

    Works while the server runs. Every check is one read-only statement.

    **Exit codes**

    - 0 the books are proved
    - 1 there are findings
    - 2 it could not run

    **Examples**

        timebank ledger verify

        timebank ledger verify --bank market-town --json
    """
    from app.cli.proof import verify as run

    if not run(bank, as_json=json):
        raise typer.Exit(1)
