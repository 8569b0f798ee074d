"""Every error as `application/problem+json` (RFC 9457), in the reader's language."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from app.kit.errors import (
    AppError,
    Busy,
    Fault,
    NotAuthenticated,
    TooLarge,
    TooMuch,
    Unfit,
    Unreadable,
)
from app.kit.misfits import OF_TYPE, told

MEDIA_TYPE: Final = "application/problem+json"
LANGUAGE_DEFAULT: Final = "en"
LANGUAGES: Final = ("en", "sl")
ERRORS_MAX: Final = 20
ACCEPT_LANGUAGE_MAX: Final = 200
AcceptLanguage = Annotated[
    str | None,
    Header(
        alias="Accept-Language",
        max_length=ACCEPT_LANGUAGE_MAX,
        description="In which language the labels are: `en` or `sl`.",
    ),
]
"""What the reader likes to read, as a parameter of an endpoint; see `language_of`."""
_WEIGHT: Final = re.compile(r"\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*")
_HEADERS_ALWAYS: Final[dict[str, Any]] = {
    "Content-Language": {
        "description": "The language of title and detail.",
        "required": True,
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    }
}
_RETRY_AFTER: Final[dict[str, Any]] = {
    "Retry-After": {
        "description": "When trying again makes sense, in seconds.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
_HEADERS: Final = {
    NotAuthenticated.status: {
        "WWW-Authenticate": {
            "description": "The scheme that is expected (RFC 6750).",
            "required": True,
            "schema": {"type": "string"},
        }
    },
    TooMuch.status: _RETRY_AFTER,
    Busy.status: _RETRY_AFTER,
}
_SCHEMA_REF: Final = {"$ref": "#/components/schemas/Problem"}


class FieldProblem(BaseModel):
    """One place in the request that does not fit."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `type` is stable; title and detail follow Accept-Language."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


class ProblemResponse(JSONResponse):
    """A problem as an answer."""

    media_type = MEDIA_TYPE


def language_of(accept_language: str | None) -> str:
    """The language that the client likes best of those that we speak (RFC 9110, 12.5.4)."""
    best, most = LANGUAGE_DEFAULT, 0.0
    for part in (accept_language or "").split(","):
        tag, _, liking = part.partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _WEIGHT.fullmatch(liking)
        liked = float(weight[1]) if weight else 1.0
        if primary in LANGUAGES and liked > most:
            best, most = primary, liked
    return best


def problem_of(error: AppError, language: str = LANGUAGE_DEFAULT) -> dict[str, Any]:
    """The problem document: standard members first, then the error's facts."""
    said = error.said.get(language) or error.said[LANGUAGE_DEFAULT]
    detail = said.detail.format_map(error.facts)
    return {
        "type": f"/problems/{error.slug()}",
        "title": said.title,
        "status": error.status,
        "detail": detail,
        **{name: _plain(fact) for name, fact in error.facts.items()},
        **_where(type(error), detail or said.title),
    }


def respond(request: Request, error: AppError) -> ProblemResponse:
    """The answer to this request for this error."""
    language = language_of(request.headers.get("accept-language"))
    headers = {**error.headers, "Content-Language": language}
    return ProblemResponse(problem_of(error, language), error.status, headers)


async def on_app_error(request: Request, error: Exception) -> ProblemResponse:
    """Answer one of our own errors."""
    assert isinstance(error, AppError)
    return respond(request, error)


async def on_invalid(request: Request, error: Exception) -> ProblemResponse:
    """Answer a request that does not fit its schema, or whose JSON is broken."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return respond(request, Unreadable())
    language = language_of(request.headers.get("accept-language"))
    errors = [_place(fault, language) for fault in faults[:ERRORS_MAX]]
    return respond(request, Unfit(errors=errors))


async def on_http_exception(request: Request, error: Exception) -> ProblemResponse:
    """Answer what the framework itself raises while it reads a body."""
    assert isinstance(error, HTTPException)
    if error.status_code == TooLarge.status:
        bytes_max = request.app.state.ground.settings.body_bytes_max
        return respond(request, TooLarge(bytes_max=bytes_max))
    known = {Unreadable.status: Unreadable}
    return respond(request, known.get(error.status_code, Fault)())


def raises(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that can answer these errors."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = by_status.setdefault(error.status, _documented(error.status))
        examples = entry["content"][MEDIA_TYPE]["examples"]
        examples[error.slug()] = {"value": _example(error)}
        titles = [example["value"]["title"] for example in examples.values()]
        entry["description"] = "; ".join(dict.fromkeys(titles))
    return by_status


def merged(
    *several: Mapping[int | str, dict[str, Any]],
) -> dict[int | str, dict[str, Any]]:
    """Several `raises(…)` as one, keeping every example of a status."""
    result: dict[int | str, dict[str, Any]] = {}
    for responses in several:
        for status, entry in responses.items():
            if status in result and MEDIA_TYPE in entry.get("content", {}):
                known = result[status]["content"][MEDIA_TYPE]["examples"]
                known.update(entry["content"][MEDIA_TYPE]["examples"])
                titles = [example["value"]["title"] for example in known.values()]
                result[status]["description"] = "; ".join(dict.fromkeys(titles))
            else:
                result[status] = json.loads(json.dumps(entry))
    return result


def _documented(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": _SCHEMA_REF, "examples": {}}}
    return {"content": content, "headers": _HEADERS_ALWAYS | _HEADERS.get(status, {})}


def _example(error: type[AppError]) -> dict[str, Any]:
    said = error.said[LANGUAGE_DEFAULT]
    example: dict[str, Any] = {
        "type": f"/problems/{error.slug()}",
        "title": said.title,
        "status": error.status,
        "detail": said.detail,
        **_where(error, said.detail or said.title),
    }
    if error is Unfit:
        example["errors"] = [{"pointer": "/body/minutes", "detail": OF_TYPE["missing"].en}]
    return example


def _where(error: type[AppError], detail: str) -> dict[str, Any]:
    """The place of a rule that was broken in one place, as faults of the schema have theirs."""
    pointer = error.pointer if issubclass(error, Unfit) else None
    return {"errors": [{"pointer": pointer, "detail": detail}]} if pointer else {}


def _place(fault: Mapping[str, Any], language: str) -> dict[str, str]:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in fault["loc"]]
    pointer = "/" + "/".join(part.encode("utf-8", "replace").decode() for part in parts)
    return {"pointer": pointer, "detail": told(fault, language)}


def _plain(fact: object) -> object:
    return str(fact) if isinstance(fact, UUID) else fact
