"""`timebank keys`: the keys that stand outside the database."""

import typer

commands = typer.Typer(
    no_args_is_help=True,
    help="The keys outside the database: people's data keys and the master key over them.",
)


@commands.command()
def rotate() -> None:
    """Wrap every data key with the present master key.

    Before: put the old master key into TIMEBANK_MASTER_KEY_PREVIOUS, the new one into
    TIMEBANK_MASTER_KEY, and restart every process. After: take the old one away. Stopped in the
    middle, it goes on where it was when it is run again.

    **Example**

        timebank keys rotate
    """
    from app.cli.keyring import rotate as run

    run()


@commands.command()
def adopt() -> None:
    """Give keys to people who joined before there was a keystore; whoever has one keeps it.

    For installations of earlier versions, once. What was sealed then stays readable.

    **Example**

        timebank keys adopt
    """
    from app.cli.keyring import adopt as run

    run()


@commands.command()
def status() -> None:
    """Count the keys; exit code 1 when one cannot be opened or still waits for rotate.

    **Example**

        timebank keys status
    """
    from app.cli.keyring import status as run

    if not run():
        raise typer.Exit(1)
