"""For a member, the paths of staff do not exist: not by status, bytes or headers."""

import itertools
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.identity.access import Needs
from app.identity.rules import STAFF
from tests.contract import METHODS, operations
from tests.doings import varying
from tests.town import Town, good, refused

JSON_TYPE = {"Content-Type": "application/json"}
SHARE = 11
"""One in so many of all paths, methods and kinds, by turns; a deep run asks them all."""


async def endless() -> AsyncIterator[bytes]:
    for _ in range(200):
        yield b"x" * 1_000


def requests() -> dict[str, dict[str, Any]]:
    """Requests that an operation would answer in its own way, if it looked at them."""
    return {
        "without a body": {},
        "with a broken body": {"content": b"{", "headers": JSON_TYPE},
        "with a good body": {"content": b'{"reason": "x"}', "headers": JSON_TYPE},
        "with a body that is too large": {"content": b"x" * 100_000},
        "with chunks that are too large": {"content": endless(), "headers": JSON_TYPE},
        "with a bad key": {"headers": {"Idempotency-Key": "x" * 256}},
        "with a bad query": {"params": {"limit": "x", "cursor": "x", "reason": ""}},
        "in Slovene": {"headers": {"Accept-Language": "sl"}},
    }


def staff_paths(app: FastAPI, *, but: str = "") -> set[str]:
    """Paths of which every operation is staff's, and none of this role's."""
    everyone, staffs = set[str](), dict[str, str]()
    for _, path, guard in operations(app):
        roles, shape = guard.roles if isinstance(guard, Needs) else frozenset(), shape_of(path)
        if roles and roles <= STAFF - {but}:
            staffs[shape] = path
        else:
            everyone.add(shape)
    return {path for shape, path in staffs.items() if shape not in everyone}


def shape_of(path: str) -> str:
    """The path whatever ids stand in it: its operations are asked with ids of their own."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "{}", path)


def test_there_are_paths_of_staff(app: FastAPI) -> None:
    kinds = {path.split("/")[2] for path in staff_paths(app)}
    assert {"applications", "disputes", "ledger"} <= kinds


@pytest.mark.parametrize("share", [SHARE, pytest.param(1, marks=pytest.mark.deep)])
async def test_a_path_of_staff_is_answered_like_an_unknown_one(
    town: Town, app: FastAPI, share: int
) -> None:
    ana = await town.member()
    every = list(itertools.product(sorted(staff_paths(app)), METHODS, requests()))
    for path, method, kind in every[::share]:
        unknown = await ana.ask(method, "/v1/nowhere", **requests()[kind])
        answer = await ana.ask(method, path, **requests()[kind])
        assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content)
        assert varying(answer) == varying(unknown), (method, path)
        too_large = answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
        assert too_large == (kind == "with a body that is too large"), (method, path, kind)
        assert too_large or answer.status_code == httpx.codes.NOT_FOUND


async def test_staff_of_another_role_get_the_same(town: Town, app: FastAPI) -> None:
    auditor = await town.staff("auditor")
    good(await auditor.get("/v1/ledger/verification"))
    for path in staff_paths(app, but="auditor"):
        for method in ("GET", "POST"):
            unknown = await auditor.ask(method, "/v1/nowhere", content=b"{")
            answer = await auditor.ask(method, path, content=b"{")
            refused(answer, 404, "not-found")
            assert (answer.content, varying(answer)) == (unknown.content, varying(unknown))
