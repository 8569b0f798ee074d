"""`timebank ledger`: the books."""

from typing import Annotated

import typer

from app.ledger.journal.forms import JournalFormat

commands = typer.Typer(no_args_is_help=True, help="The books: prove, seal and export them.")
Bank = Annotated[str | None, typer.Option(help="Only this bank (slug). All when left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]


@commands.callback()
def ledger() -> None:
    """The books: prove, seal and export them."""


@commands.command()
def verify(*, bank: Bank = None, json: AsJson = False) -> None:
    """Recompute the books from their postings, and say whether they are proved.

    Works while the server runs, on one snapshot, and changes nothing.

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


@commands.command()
def seal(*, bank: Bank = None) -> None:
    """Seal the books as they are: sign all accounts' heads with a key outside the database.

    Keep a printed hash somewhere else, and nobody can show you other books later. The worker
    seals every hour what has changed.

    **Example**

        timebank ledger seal --bank market-town
    """
    from app.cli.keeping import seal as run

    run(bank)


@commands.command()
def export(
    *,
    bank: Annotated[str, typer.Option(help="The bank's slug.")],
    form: Annotated[JournalFormat, typer.Option("--format", help="Who will read it.")],
) -> None:
    """Write the whole journal on standard output, in whole minutes, and nothing else there.

    **Examples**

        timebank ledger export --bank market-town --format hledger > market-town.journal

        timebank ledger export --bank market-town --format beancount > market-town.beancount
    """
    from app.cli.keeping import export as run

    run(bank, form)
