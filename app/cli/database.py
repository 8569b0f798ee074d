"""`timebank db`: the schema of the database."""

import sys
from typing import Annotated

import typer

commands = typer.Typer(
    no_args_is_help=True,
    help="The database's schema: bring it up to date, take it back, look at it.",
)
Revision = Annotated[str, typer.Argument(help="Where to go back to: -1, base, or a revision.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@commands.command()
def upgrade() -> None:
    """Bring the schema up to date, and set what the application's role may do.

    A named database needs TIMEBANK_OWNER_DATABASE_URL: its owner migrates. Nothing happens when
    it is up to date; several at once wait for each other.

    **Example**

        timebank db upgrade
    """
    from app.cli.schema import upgrade as run

    run()


@commands.command(context_settings={"ignore_unknown_options": True})  # -1 is a revision
def downgrade(revision: Revision = "-1", *, yes: Yes = False) -> None:
    """Take the schema back, one revision or more. Data that it held is lost.

    In production it asks first, or needs --yes.

    **Examples**

        timebank db downgrade

        timebank db downgrade base --yes
    """
    from app.cli.schema import downgrade as run
    from app.kit.settings import load_settings

    if not (yes or load_settings().is_demo):
        _ask_first(revision)
    run(revision)


@commands.command()
def status() -> None:
    """Say whether the schema is up to date; exit code 1 when it is not.

    **Example**

        timebank db status
    """
    from app.cli.schema import status as run

    if not run():
        raise typer.Exit(1)


def _ask_first(revision: str) -> None:
    from app.cli.refusals import Refused

    if not sys.stdin.isatty():
        raise Refused("this loses data in production: say --yes if it is meant")
    if not typer.confirm(f"Take the production schema back to {revision}, and lose its data?"):
        raise Refused("nothing was changed")
