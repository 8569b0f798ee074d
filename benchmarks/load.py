"""An HTTP client that costs little: keep-alive connections, each asks again when it is answered.

It runs in a process of its own, `python -m benchmarks.load PLAN SEEN`, and writes what it saw into
the second file as JSON: a pipe may take less than it is given (PYTHONUNBUFFERED).
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any, Final

import uvloop

from benchmarks.measuring import Tally

_HEAD_ENDS: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_ACCEPTED: Final = range(200, 300)
_REFUSED: Final = range(400, 500)
CONNECT_SECONDS: Final = 0.005
"""Between two new connections: all at once would all fall to whichever process looks first."""


@dataclass(frozen=True)
class Plan:
    """What to ask, whom, how many at a time and how long."""

    port: int
    clients: int
    warm: float
    seconds: float
    asks: list[tuple[str, str]]
    """Heads without their last line, and bodies; sent in turn."""
    repeats: bool
    """Begin again after the last one; else stop."""
    key: str | None
    """Give each request its own Idempotency-Key that begins so."""

    def requests(self) -> Iterator[bytes]:
        """Every request as it is sent."""
        asks = cycle(self.asks) if self.repeats else iter(self.asks)
        for number, (head, body) in zip(count(), asks, strict=False):
            own = f"Idempotency-Key: {self.key}-{number}\r\n" if self.key else ""
            yield f"{head}{own}\r\n{body}".encode()


@dataclass
class Seen:
    """What came back."""

    tally: Tally
    cpu_seconds: float = 0.0
    """What asking took of a processor, without getting ready."""
    statuses: Counter[int] = field(default_factory=Counter)
    example: str = ""
    """The first answer that was neither accepted nor refused."""

    def answer(self, status: int, body: bytes) -> bool:
        """Count one answer; gives whether it was accepted."""
        self.statuses[status] += 1
        if status in _ACCEPTED:
            self.tally.accepted_in_all += 1
            return True
        if status not in _REFUSED:
            self.tally.errors += 1
        self.example = self.example or body.decode(errors="replace")[:300]
        return False


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, run: "Run") -> None:
        """Belong to a run."""
        self._run = run
        self._buffer = b""
        self._asked = 0.0
        self._transport: Any = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait until everyone is connected."""
        self._transport = transport

    def ask(self) -> None:
        """Send the next request, or leave when there is none or the time is over."""
        request = next(self._run.requests, None)
        self._asked = time.perf_counter()
        if request is None or self._asked >= self._run.ends:
            self._transport.close()
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Ask again once the answer is whole."""
        self._buffer += data
        head, found, rest = self._buffer.partition(_HEAD_ENDS)
        if not found or len(rest) < (length := _length(head)):
            return
        assert len(rest) == length, "nobody answers what was not asked"
        self._buffer = b""
        self._run.answered(self._asked, int(head[9:12]), rest)
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that this client is gone; in the middle of an answer it is an error."""
        if exc is not None or self._buffer:
            self._run.seen.tally.errors += 1
        self.done.set_result(None)


class Run:
    """All clients of one plan."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan."""
        self.plan = plan
        self.requests = plan.requests()
        self.seen = Seen(Tally())
        self.begins = self.ends = self.last = 0.0

    async def play(self) -> Seen:
        """Connect everyone, then ask until the time or the requests are over."""
        loop = asyncio.get_running_loop()
        clients = list[Client]()
        for _ in range(self.plan.clients):
            where = (lambda: Client(self), "127.0.0.1", self.plan.port)
            clients.append((await loop.create_connection(*where))[1])
            await asyncio.sleep(CONNECT_SECONDS)
        spent = time.process_time()
        self.begins = time.perf_counter() + self.plan.warm
        self.ends = self.begins + self.plan.seconds
        for client in clients:
            client.ask()
        await asyncio.gather(*(client.done for client in clients))
        self.seen.cpu_seconds = time.process_time() - spent
        # With the requests used up before the time, only the time that was used counts.
        self.seen.tally.seconds = min(self.plan.seconds, max(self.last - self.begins, 0.001))
        return self.seen

    def answered(self, asked: float, status: int, body: bytes) -> None:
        """Note one answer."""
        now = time.perf_counter()
        accepted = self.seen.answer(status, body)
        if self.begins <= now <= self.ends:
            self.last = now
            if accepted:
                self.seen.tally.took.append(now - asked)
            elif status in _REFUSED:
                self.seen.tally.refused += 1


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    assert at >= 0, "every answer here says its length"
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])


def read_plan(path: Path) -> Plan:
    """The plan in a file."""
    return Plan(**json.loads(path.read_text()))


def write_plan(path: Path, plan: Plan) -> None:
    """Put the plan into a file: it holds tokens, so only its owner may read it."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(plan)))


def main() -> None:
    """Play the plan that is named, and write down what was seen."""
    plan = read_plan(Path(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(Run(plan).play())
    said = {
        "tally": asdict(seen.tally),
        "statuses": dict(seen.statuses),
        "example": seen.example,
        "cpu_seconds": seen.cpu_seconds,
    }
    Path(sys.argv[2]).write_text(json.dumps(said))


if __name__ == "__main__":
    main()
