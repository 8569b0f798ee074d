"""What an operator reads when a command fails: one line that says what to do, and no secret."""

import errno
import sys
from enum import IntEnum
from typing import Final

import asyncpg
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.cli.refusals import CouldNotRun, Refused
from app.demo.errors import StoryBroken
from app.kit.errors import AppError, Busy
from app.kit.logs import where
from app.kit.programs import EmbeddedUnavailable
from app.kit.settings import BadSettings
from app.web.listening import CannotListen


class Exit(IntEnum):
    """How a command ends."""

    FINE = 0
    REFUSED = 1
    COULD_NOT_RUN = 2


_OWN: Final = (BadSettings, EmbeddedUnavailable, CannotListen, CouldNotRun, CommandError)
_DATABASE: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)
_OUTPUT: Final = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EPIPE}
_SIGN_IN: Final = "the database refuses this role: check its name and password in {variables}"
_BY_STATE: Final = {
    "23505": "somebody did the same at the same moment: look what is there now",
    "28": _SIGN_IN,
    "3D": "the database does not exist: create it, or correct {variables}",
    "42501": "this role may not do that: see the two roles and {variables} in the README",
    "42": "the schema is not as expected: run timebank db upgrade",
    "53": "the database has no room for another connection: try again in a moment",
    "55": "somebody else holds what this needs: try again in a moment",
    "57": "the database is stopping, starting, or took too long: try again in a moment",
    "08": "the database does not speak with us: check {variables}",
}
"""By SQLSTATE, or its class (PostgreSQL, appendix A). Never its own message: it quotes rows."""
_VARIABLES: Final = "TIMEBANK_DATABASE_URL and TIMEBANK_OWNER_DATABASE_URL"


def explain(error: BaseException) -> tuple[str, Exit]:
    """The line for this error, and how the command ends."""
    if isinstance(error, BaseExceptionGroup):
        return explain(error.exceptions[0])
    if isinstance(error, Refused | StoryBroken):
        return str(error), Exit.REFUSED
    if isinstance(error, _OWN):
        return _one_line(str(error)), Exit.COULD_NOT_RUN
    if isinstance(error, AppError):
        return _said(error), Exit.COULD_NOT_RUN if isinstance(error, Busy) else Exit.REFUSED
    return _of_machine(error), Exit.COULD_NOT_RUN


def complain(line: str) -> None:
    """Write the line where errors belong."""
    sys.stderr.write(f"timebank: {line}\n")


def _said(error: AppError) -> str:
    said = error.said["en"]
    return ": ".join(filter(None, [said.title, said.detail.format_map(error.facts)]))


def _of_machine(error: BaseException) -> str:
    if isinstance(error, _DATABASE):
        return _of_database(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OSError) and error.errno in _OUTPUT:
        return f"what it says cannot be written ({error.strerror})"
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return f"the database cannot be reached ({reason}): see that it runs, check {_VARIABLES}"
    places = ", ".join(where(error)[-1:]) or "outside this program"
    return f"a fault of ours ({type(error).__name__} in {places}): please report it"


def _of_database(error: BaseException) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(cause, "sqlstate", None) or "")
    words = _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    if words is None:
        kind = f"SQLSTATE {state}" if state else type(cause).__name__
        return f"the database did not do it ({kind}): see its log"
    return words.format(variables=_VARIABLES)


def _one_line(text: str) -> str:
    return " ".join(text.split())
