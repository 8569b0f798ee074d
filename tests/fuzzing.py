"""What fuzzing needs: the contract, people who ask with real ids, and the checks of an answer.

Checks left out, and why: `positive_data_acceptance` knows a fixed list of refusals, while a rule of
ours may refuse what fits the schema (409, 412, 422 with a documented type); `use_after_free` and
`ensure_resource_availability` need chains of requests, and a withdrawn listing stays readable for
its author on purpose.
"""

import tempfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis import Case
from schemathesis.checks import CHECKS, CheckFunction, load_all_checks
from schemathesis.core import NotSet
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response

from app.identity.access import Needs
from app.kit.http import Guard, Route
from app.kit.idempotency import HEADER, KEY_MAX
from app.kit.settings import Environment, load_settings
from app.main import create_app
from tests.life import Life

BASE_URL = "http://testserver"
MADE_UP_IN = 4
"""One request in so many keeps the ids that were made up."""
STRANGER_IN = 5
"""One in so many is sent once more by somebody else, mostly one who may not."""
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
)
UNSIGNED_CHECKED = tuple(name for name in CHECKED if name != "unsupported_method")
"""Who has not signed in is told so before anything about methods."""
STRANGERS_CHECKED = tuple(
    name for name in CHECKED if not name.endswith(("_rejection", "_method", "_header"))
)
"""A stranger is refused as such, whatever is wrong with the request besides."""
Headers = dict[str, str]
AnyCase = Case[Any]


class StrangeProblem(Failure):
    """The problem's type is not among those that the operation documents for this status."""


def a_documented_problem(_: Any, response: Response, case: AnyCase) -> bool | None:
    """Check that a refusal is one of those that the operation documents, by its type."""
    told = case.operation.definition.raw["responses"].get(str(response.status_code), {})
    media = told.get("content", {}).get("application/problem+json")
    if media is not None:
        slug = str(response.json()["type"]).removeprefix("/problems/")
        known = ", ".join(media["examples"])
        if slug not in media["examples"]:
            raise StrangeProblem(
                operation=case.operation.label,
                title="Strange problem",
                message=f"{slug} is not among {known}",
            )
    return None


NO_UUIDS = frozenset({"area", "bank", "meeting_point", "seal_hash"})
"""What things are called that have other names than ids."""


@dataclass
class Served:
    """The program over a copy of the seeded bank, and what it answered so far."""

    session: requests.Session
    life: Life
    statuses: Counter[int] = field(default_factory=Counter)
    is_enforced: bool = False
    is_tried: bool = False

    def asks(self, case: AnyCase) -> None:
        """Send the case as somebody who may, mostly with ids that are there; check the answer."""
        turn = turn_of(case)
        # The first good one has real ids and comes from who may: short runs reach the rules too.
        is_first = is_positive(case) and not self.is_tried
        self.is_tried |= is_first
        self._make_real(case, turn, is_first=is_first)
        if case.headers and not is_positive(case) and is_key(case.headers.get(HEADER, "")):
            case.headers[HEADER] = str(turn)  # a kept answer is given whatever else is wrong
        admitted = self._admitted(name_of(case))
        headers = self._headers(admitted[0 if is_first else turn % len(admitted)])
        response = self._answer(case, headers, CHECKED if headers else UNSIGNED_CHECKED)
        if headers and httpx.codes.is_success(response.status_code) and not self.is_enforced:
            # This asks again without a token and with a wrong one: once is enough.
            self._answer(case, headers, ("ignored_auth",))
            self.is_enforced = True
        if turn % STRANGER_IN == 0:
            everyone = ["", *sorted(self.life.people)]
            stranger = everyone[turn // STRANGER_IN % len(everyone)]
            self._answer(case, self._headers(stranger), STRANGERS_CHECKED)

    def reached(self) -> bool:
        """Whether any request got through to what the operation is about."""
        codes = httpx.codes
        rules = {codes.CONFLICT, codes.PRECONDITION_FAILED}
        return any(codes.is_success(one) or one in rules for one in self.statuses)

    def _answer(self, case: AnyCase, headers: Headers, names: tuple[str, ...]) -> Response:
        checks = cast("list[CheckFunction]", CHECKS.get_by_names(list(names)))
        response = case.call(BASE_URL, self.session, headers)
        self.statuses[response.status_code] += 1
        case.validate_response(
            response,
            [*checks, a_documented_problem],
            headers=headers,
            transport_kwargs={"base_url": BASE_URL, "session": self.session, "headers": headers},
        )
        return response

    def _admitted(self, name: str) -> list[str]:
        guard = GUARDS[name]
        if not isinstance(guard, Needs):
            return [""]
        if name in self.life.secrets and (not guard.roles or "member" in guard.roles):
            return ["member"]
        roles = {"other": "member"}
        everyone = sorted(self.life.people, key=lambda name: (name != "member", name))
        if not guard.roles:
            return everyone
        return [name for name in everyone if roles.get(name, name) in guard.roles]

    def _headers(self, who: str) -> Headers:
        if not who:
            return {}
        return self.life.people[who].headers

    def _make_real(self, case: AnyCase, turn: int, *, is_first: bool) -> None:
        if turn % MADE_UP_IN == 0 and not is_first:
            return
        for holder in (case.path_parameters, case.body):
            values = holder if isinstance(holder, dict) else {}
            for name in self.life.ids.keys() & values.keys():
                is_in_path = holder is case.path_parameters and is_positive(case)
                if (name in NO_UUIDS and is_in_path) or is_uuid(values[name]):
                    ids = self.life.ids[name]
                    values[name] = ids[-1 if is_first else turn // MADE_UP_IN % len(ids)]
        if isinstance(case.body, dict) and is_positive(case):
            case.body |= self.life.secrets.get(name_of(case), {})


def repeatable(examples: int) -> hypothesis_settings:
    """So many examples of each operation, always the same ones."""
    return hypothesis_settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def turn_of(case: AnyCase) -> int:
    """A number that is the same for the same case, so that a failure comes again."""
    body = case.body if has_body(case) else None  # what stands for none has an address in its repr
    parts = (case.method, case.path_parameters, case.query, dict(case.headers or {}), body)
    return zlib.crc32(repr(parts).encode("utf-8", "replace"))


def has_body(case: AnyCase) -> bool:
    return not isinstance(case.body, NotSet)


def name_of(case: AnyCase) -> str:
    return str(case.operation.definition.raw["operationId"])


def is_positive(case: AnyCase) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def is_key(text: str) -> bool:
    return 0 < len(text) <= KEY_MAX and text.isascii() and text.isprintable()


def is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _program() -> FastAPI:
    """The program without a database, for its contract alone."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            environment=Environment.TEST, data_folder=Path(folder), log_level="ERROR"
        )
        return create_app(settings)


load_all_checks()
_PROGRAM = _program()
CONTRACT = schemathesis.openapi.from_dict(_PROGRAM.openapi())
GUARDS: dict[str, Guard] = {
    route.endpoint.__name__: route.guard
    for route in _PROGRAM.state.routes
    if isinstance(route, Route)
}
