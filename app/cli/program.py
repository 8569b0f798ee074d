"""The command's front: its help, what runs where, and one line when something fails."""

import gc
import io
import signal
import sys
from typing import Annotated, Final

import typer

from app.cli import books, database, keys, people, sessions
from app.kit.stopping import EXIT_BY_SIGNAL, Leaving, leave_on_signals
from app.web.listening import HOST_DEFAULT, PORT_DEFAULT, PORT_MAX

USAGE_EXIT: Final = 2
WORKERS_MAX: Final = 64
COLLECTION_THRESHOLD: Final = 100_000
"""So many new objects until the collector looks through them; Python's own default is 700.

What is imported stays: a start spent an eighth of its time in looking for rubbish there.
"""

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every one.")]
Port = Annotated[
    int, typer.Option(envvar="PORT", min=0, max=PORT_MAX, help="Port; 0 for any free one.")
]
Workers = Annotated[int, typer.Option(min=1, max=WORKERS_MAX, help="Server processes.")]

program = typer.Typer(
    name="timebank",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""A time bank: members give and receive hours, and every minute is in the books.

    With nothing set, every command works on the embedded PostgreSQL in **.timebank**, also while
    the server runs. TIMEBANK_DATABASE_URL names another one; the README has every setting.

    **Try it**: timebank demo

    **Begin in earnest**: timebank db upgrade, then timebank bank create, timebank staff create,
    timebank serve and, beside it, timebank worker.

    **Exit codes**

    - 0 fine
    - 1 a refusal, or findings
    - 2 it could not run: settings, usage, port taken, database away
    - 128 + n ended by signal n (Ctrl-C: 130, SIGTERM: 143)
    """,
)
program.add_typer(database.commands, name="db")
program.add_typer(people.banks, name="bank")
program.add_typer(people.staff, name="staff")
program.add_typer(books.commands, name="ledger")
program.add_typer(keys.commands, name="keys")
program.add_typer(sessions.commands, name="sessions")


@program.command()
def serve(host: Host = HOST_DEFAULT, port: Port = PORT_DEFAULT, workers: Workers = 1) -> None:
    """Serve the HTTP API until a signal stops it.

    The embedded database is started and migrated first. A named one has to be migrated already:
    **timebank db upgrade**. Timers need **timebank worker** beside it.

    **Examples**

        timebank serve

        timebank serve --host 0.0.0.0 --port 8080 --workers 4
    """
    from app.cli.serving import serve as run

    run(host, port, workers)


@program.command()
def demo(host: Host = HOST_DEFAULT, port: Port = PORT_DEFAULT) -> None:
    """Serve a demo bank: the first time, forty members fill it through the HTTP API.

    It prints sign-ins to try. Stopped in the middle, even by kill -9, it goes on where it was.
    Refused where TIMEBANK_ENVIRONMENT is production.

    **Examples**

        timebank demo

        PORT=8001 timebank demo
    """
    from app.cli.showing import demo as run

    run(host, port)


@program.command()
def worker() -> None:
    """Do what is due (expiry, seals, clearing away) until a signal stops it.

    Several may run at once. **timebank demo** has its own.

    **Example**

        timebank worker
    """
    from app.cli.serving import worker as run

    run()


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 shows ? and goes on
    leave_on_signals()
    gc.set_threshold(COLLECTION_THRESHOLD)
    sys.exit(_run())


def _run() -> int:
    try:
        code = typer.main.get_command(program).main(prog_name="timebank", standalone_mode=False)
    except typer.TyperException as error:
        return _usage(error)
    except (typer.Abort, KeyboardInterrupt):
        return EXIT_BY_SIGNAL + signal.SIGINT
    except Exception as error:  # noqa: BLE001 an operator gets one line, whatever it is
        if Leaving.by is not None:  # what was cut off may call it an error of its own
            return EXIT_BY_SIGNAL + Leaving.by
        from app.cli.faults import complain, explain

        line, exit_code = explain(error)
        complain(line)
        return exit_code
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> int:
    command = getattr(getattr(error, "ctx", None), "command_path", "timebank")
    line = " ".join(error.format_message().split())
    if line:  # empty when there were no arguments, and the help was shown
        sys.stderr.write(f"timebank: {line.rstrip('.')}: see {command} --help\n")
    return USAGE_EXIT
