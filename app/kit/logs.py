"""Structured logs without personal data: one JSON line an event, on standard error.

An event has fixed words and the fields named here; no text that a person wrote, no path with an
id, no query string, no address, and of an error only its type and where it was raised (its message
may quote a row).
"""

import logging
import re
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import structlog

FIELDS: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "operation",
        "status",
        "milliseconds",
        "error",
        "where",
        "job",
        "count",
        "port",
        "version",
    }
)
FRAMES_MAX: Final = 8
_OBJECTS: Final = re.compile(r"[<(\n].*", re.DOTALL)
_PACKAGE: Final = Path(__file__).resolve().parents[1]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class _StandardError:
    """Writes lines to the standard error of the moment, which is flushed at each end of a line."""

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):  # full or closed: answers go out all the same
            sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = msg


def configure_logs(level: str) -> None:
    """Send every log line of this process, libraries' included, through the allow-list."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _only_known_fields,
    ]
    # Our own lines do not pass through `logging`: that costs more than the line, with each request.
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=lambda *_: _StandardError(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,  # putting it together costs as much as a line
    )
    vars(log).pop("bind", None)  # as it was put together before, with another level
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_without_exception, _without_objects, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _quiet_libraries()


def _quiet_libraries() -> None:
    for name in ("httpx", "httpcore", "app.kit.pool"):  # addresses, and every pool that is closed
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"


def where(error: BaseException) -> list[str]:
    """The last frames of this program in an error: never its message or its values."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    return [
        f"{Path(frame.filename).relative_to(_PACKAGE)}:{frame.lineno}"
        for frame in ours[-FRAMES_MAX:]
    ]


def _only_known_fields(_logger: Any, _name: str, event: Any) -> Any:
    return {key: value for key, value in event.items() if key in FIELDS or key.startswith("_")}


def _without_exception(_logger: Any, _name: str, event: Any) -> Any:
    record = event.get("_record")
    if record is not None and record.exc_info:
        kind, error, _ = record.exc_info
        event["error"] = kind.__name__ if kind else "unknown"
        event["where"] = where(error) if error else []
        record.exc_info = None
        record.exc_text = None
    return event


def _without_objects(_logger: Any, _name: str, event: Any) -> Any:
    """Cut what asyncio shows of objects: a task's result or error, the arguments of a callback."""
    if getattr(event.get("_record"), "name", None) == "asyncio":
        event["event"] = _OBJECTS.sub("", str(event["event"])).strip()
    return event
