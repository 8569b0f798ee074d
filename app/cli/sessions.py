"""`timebank sessions`: where people are signed in."""

from typing import Annotated

import typer

commands = typer.Typer(no_args_is_help=True, help="Where people are signed in.")
Bank = Annotated[str | None, typer.Option(help="Only this bank (slug). All when left out.")]


@commands.callback()
def sessions() -> None:
    """Where people are signed in."""


@commands.command()
def end(*, bank: Bank = None) -> None:
    """End every session at once: everybody has to sign in again.

    For a breach: whatever tokens somebody has copied open nothing any more. For all banks, the key
    of the refresh tokens is replaced too, so that they stay worthless even where an older copy of
    the database is put back. Works while the server runs, a transaction for each bank; run again,
    it ends what has begun since.

    **Examples**

        timebank sessions end

        timebank sessions end --bank market-town
    """
    from app.cli.ending import end as run

    run(bank)
