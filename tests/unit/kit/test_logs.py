"""Only known fields reach the log, whoever writes: no message, no path, no person."""

import asyncio
import errno
import gc
import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from app.kit.logs import FIELDS, FRAMES_MAX, configure_logs, log, where
from app.kit.vault import Tampered, Vault
from tests.town import JSON

CANARY = "canary"


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    yield
    configure_logs("ERROR")
    logging.getLogger().handlers[:] = [logging.StreamHandler(sys.__stderr__)]


def lines(capfd: pytest.CaptureFixture[str]) -> list[JSON]:
    captured = capfd.readouterr()
    assert CANARY not in captured.out + captured.err
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_is_one_json_object_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    log.info("job done", job="expire", count=3)
    (line,) = lines(capfd)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "job done", "level": "info", "job": "expire", "count": 3}


def test_an_unknown_field_is_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")
    log.info("request", path=CANARY, email=CANARY, alias=CANARY, status=200)
    with structlog.contextvars.bound_contextvars(request_id="1", member_id=CANARY):
        log.warning("request")
    first, second = lines(capfd)
    assert set(first) == {"event", "level", "timestamp", "status"}
    assert set(second) == {"event", "level", "timestamp", "request_id"}


def test_no_field_has_a_name_for_what_people_write() -> None:
    for name in ("path", "query", "url", "message", "exception", "email", "alias", "client"):
        assert name not in FIELDS


def test_an_error_is_logged_by_its_type_and_place_alone(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO")
    vault = Vault(bytes(range(32)))
    for logger in (log, logging.getLogger("of.a.library")):
        try:
            vault.open(CANARY.encode(), CANARY)
        except Tampered as error:
            error.add_note(CANARY)
            logger.exception("it failed")
    ours, theirs = lines(capfd)
    assert "exception" not in ours
    assert (theirs["error"], theirs["event"]) == ("Tampered", "it failed")
    assert theirs["where"][0].startswith("kit/vault.py:")


def test_where_names_our_last_frames_only() -> None:
    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        Vault(b"").open(b"", CANARY)

    with pytest.raises(Tampered) as caught:
        deep(3)
    assert [place.split(":")[0] for place in where(caught.value)] == ["kit/vault.py"]
    assert len(where(caught.value)) <= FRAMES_MAX
    assert where(ValueError(CANARY)) == []


async def test_a_task_that_nobody_awaits_does_not_show_its_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO")

    async def stumble() -> None:
        raise ValueError(CANARY)

    task = asyncio.create_task(stumble(), name=CANARY)
    await asyncio.wait([task])
    del task
    gc.collect()
    (line,) = lines(capfd)
    assert line["event"] == "Task exception was never retrieved"
    assert (line["level"], line["error"]) == ("error", "ValueError")


def test_the_access_log_and_the_clients_requests_are_silent(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logs("INFO")
    logging.getLogger("uvicorn.access").info('"GET /v1/members/%s"', CANARY)
    logging.getLogger("httpx").info("HTTP Request: GET %s", CANARY)
    logging.getLogger("httpcore.connection").info(CANARY)
    logging.getLogger("sqlalchemy.engine.Engine").info(CANARY)
    assert lines(capfd) == []
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    (line,) = lines(capfd)
    assert line["event"] == "Started server process [7]"


def test_the_level_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("ERROR")
    logging.getLogger("of.a.library").warning(CANARY)
    assert lines(capfd) == []
    logging.getLogger("of.a.library").error("it failed")
    assert [line["level"] for line in lines(capfd)] == ["error"]


def test_a_standard_error_that_is_full_or_closed_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    configure_logs("INFO")
    monkeypatch.setattr(sys, "stderr", Full())
    log.info("request")
    sys.stderr.close()
    log.info("request")
