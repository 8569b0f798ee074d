"""What is no HTTP gets a problem, too: such a request reaches no application."""

from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.kit.errors import Said, Unreadable
from app.kit.middleware import HEADERS_ALWAYS
from app.kit.problems import LANGUAGE_DEFAULT, ProblemResponse, problem_of


class NotHttp(Unreadable):
    """A method that nobody knows, control characters in a header, or no HTTP at all."""

    said: ClassVar = {
        "en": Said("This is not HTTP", "Its first line or a header cannot be read."),
        "sl": Said("To ni HTTP", "Prve vrstice ali glave ni mogoče prebrati."),
    }


class Protocol(HttpToolsProtocol):
    """Uvicorn's own, but for how it refuses what it cannot parse."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Answer a problem and hang up; what the parser says of it is for nobody."""
        self.transport.write(_refusal())
        self.transport.close()


def _refusal() -> bytes:
    own = {"Content-Language": LANGUAGE_DEFAULT, "Connection": "close"}
    answer = ProblemResponse(problem_of(NotHttp()), NotHttp.status, HEADERS_ALWAYS | own)
    lines = [b"%b: %b" % one for one in answer.raw_headers]
    return b"\r\n".join((b"HTTP/1.1 400 Bad Request", *lines, b"", bytes(answer.body)))
