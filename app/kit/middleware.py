"""What stands around every request: its id, its log line and numbers, its limits."""

import time
from functools import cache
from http import HTTPStatus
from typing import Any, ClassVar, Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.errors import AppError, Fault, NotPermitted, Said, TooLarge
from app.kit.ids import new_id
from app.kit.logs import log, where
from app.kit.metrics import REQUESTS, SECONDS
from app.kit.problems import respond

CLIENT_CLOSED: Final = 499
"""In logs and numbers only: the client hung up before it had said all."""
PREFLIGHT_SECONDS: Final = 600
HEADERS_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer tells a browser."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ONLY_TLS: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
"""Two years. Not in the demo, which is served without TLS."""


def allowing(origins: list[str]) -> dict[str, Any]:
    """What web pages of these origins may do: all that the API offers, without cookies."""
    return {
        "allow_origins": origins,
        "allow_methods": sorted(_METHODS),
        "allow_headers": [
            *("Authorization", "Content-Type", "Idempotency-Key", "If-Match"),
            "Opening-Reason",
        ],
        "expose_headers": ["ETag", "Idempotency-Replayed", "Retry-After", "X-Request-Id"],
        "max_age": PREFLIGHT_SECONDS,
    }


class ForeignPage(NotPermitted):
    """A web page asks from where nobody allowed it to."""

    said: ClassVar = {
        "en": Said("This page may not do that", "Its origin, method or header is not allowed."),
        "sl": Said("Ta stran tega ne sme", "Njen izvor, metoda ali glava ni dovoljena."),
    }


class Pages(CORSMiddleware):
    """What web pages may do; a browser that asks for more is answered with a problem."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser asks before it sends what a page wants."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == HTTPStatus.OK:
            return answer
        asked = Request({"type": "http", "headers": request_headers.raw})
        refusal = respond(asked, ForeignPage())
        refusal.headers["Vary"] = answer.headers["Vary"]
        return refusal


class Around:
    """The outermost layer: a request id, a log line, numbers, and no error that escapes."""

    def __init__(self, app: ASGIApp, *, is_demo: bool) -> None:
        """Wrap the application."""
        self.app = app
        headers = HEADERS_ALWAYS if is_demo else HEADERS_ALWAYS | _ONLY_TLS
        self.headers = [(name.lower().encode(), one.encode()) for name, one in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, self.headers)
        structlog.contextvars.bind_contextvars(request_id=str(answer.request_id))
        try:
            await self.app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = CLIENT_CLOSED
        except Exception as error:  # noqa: BLE001 a bug must not show its text to anybody
            log.error("request failed", error=type(error).__name__, where=where(error))
            if not answer.status:
                await respond(Request(scope), Fault())(scope, receive, answer.send)
        finally:
            _record(scope, answer)
            structlog.contextvars.clear_contextvars()


class BodyLimit:
    """Refuses larger bodies, announced or in chunks, before they fill the memory."""

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        """Wrap the application with a named limit."""
        self.app = app
        self.bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not self._fits(Headers(scope=scope).get("content-length", "0")):
            await respond(Request(scope), self._refusal())(scope, receive, send)
            return
        count = 0

        async def counted() -> Message:
            nonlocal count
            if count <= self.bytes_max:  # or whoever reads a second time waits for nothing
                message = await receive()
                count += len(message.get("body", b""))
            if count > self.bytes_max:
                raise self._refusal()
            return message

        await self.app(scope, counted, send)

    def _fits(self, announced: str) -> bool:
        # Python's digits are more than ASCII's, and reading thousands of them raises.
        is_number = announced.isascii() and announced.isdigit()
        is_short = len(announced) <= len(str(self.bytes_max))
        return is_number and is_short and int(announced) <= self.bytes_max

    def _refusal(self) -> AppError:
        return TooLarge(bytes_max=self.bytes_max)


class HeadIsGet:
    """Answers HEAD as GET without its body, on every path that has GET."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn HEAD into GET and keep the body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, without_body)
        finally:
            scope["route"] = asked.get("route")  # the numbers are kept by operation


class _Answer:
    """What is known of the answer on its way out."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.request_id = new_id()
        self.status = 0
        self.began = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = [*message["headers"], (b"x-request-id", str(self.request_id).encode())]
            there = {name for name, _ in named}
            message["headers"] = named + [one for one in self._headers if one[0] not in there]
        await self._send(message)


@cache  # as many as there are operations and statuses; finding them takes as long as counting
def _numbers(operation: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(operation, method, str(status)), SECONDS.labels(operation)


def _record(scope: Scope, answer: _Answer) -> None:
    """One log line and two numbers, by the name of the operation and never by the path."""
    operation = getattr(scope.get("route"), "name", None) or "none"
    seconds = time.perf_counter() - answer.began
    method = scope["method"] if scope["method"] in _METHODS else "other"
    requests, took = _numbers(operation, method, answer.status)
    requests.inc()
    took.observe(seconds)
    log.info(
        "request",
        operation=operation,
        method=method,
        status=answer.status,
        milliseconds=round(seconds * 1000, 1),
    )
