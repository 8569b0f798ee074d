"""A person at the HTTP API: signs in, asks, does; knows nothing but the contract."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

import httpx

from app.demo.cast import BANK
from app.demo.errors import StoryBroken

CONNECT_SECONDS_MAX: Final = 5.0
ANSWER_SECONDS_MAX: Final = 20.0
PAGE_LIMIT: Final = 100
PAGES_MAX: Final = 100
TRIES_MAX: Final = 5
WAIT_SECONDS_MAX: Final = 5.0
AT_ONCE: Final = 4
"""How many people act at the same time."""
_LATER: Final = frozenset({429, 503})
_SUCCESS: Final = range(200, 300)
_REPLAYED: Final = "Idempotency-Replayed"
JSON = dict[str, Any]
Item = TypeVar("Item")


class Refusal(StoryBroken):
    """The API said no; `slug` is the stable name of the problem."""

    def __init__(self, answer: httpx.Response) -> None:
        """Read the problem document."""
        self.status = answer.status_code
        self.slug = _slug(answer)
        request = answer.request
        super().__init__(
            f"{request.method} {request.url.path} answered {self.status} ({self.slug})"
        )


class Done(NamedTuple):
    """What a POST answered, and whether it happened just now and not in an earlier run."""

    body: JSON
    is_fresh: bool


def connect(url: str) -> httpx.AsyncClient:
    """A client of the server at this address; no proxy stands between."""
    timeout = httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
    return httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False)


@dataclass
class Person:
    """Somebody at the API, signed in or not."""

    client: httpx.AsyncClient
    email: str
    password: str
    tokens: JSON = field(default_factory=dict)

    async def sign_in(self) -> None:
        """Begin a session."""
        credentials = {"username": self.email, "password": self.password, "bank": BANK}
        await self.take_tokens("password", credentials)

    async def rotate(self) -> None:
        """Exchange the refresh token for the next one."""
        await self.take_tokens("refresh_token", {"refresh_token": self.tokens["refresh_token"]})

    async def take_tokens(self, grant: str, form: dict[str, str]) -> None:
        """Get tokens and keep them."""
        answer = await self._send("POST", "/v1/token", data={"grant_type": grant, **form})
        self.tokens = answer.json()

    async def get(self, path: str, **query: str | int) -> JSON:
        """Read.

        Raises:
            Refusal: when the API says no.
        """
        body: JSON = (await self._send("GET", path, params=query)).json()
        return body

    async def items(self, path: str, **query: str | int) -> AsyncIterator[JSON]:
        """Read a list to its end."""
        for _ in range(PAGES_MAX):
            page = await self.get(path, limit=PAGE_LIMIT, **query)
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    async def post(self, path: str, body: JSON, key: str) -> Done:
        """Do something once: the key makes a repetition harmless.

        Raises:
            Refusal: when the API says no.
        """
        headers = {"Idempotency-Key": f"demo:{key}"}
        answer = await self._send("POST", path, json=body, headers=headers)
        return Done(answer.json(), _REPLAYED not in answer.headers)

    async def delete(self, path: str) -> None:
        """Remove."""
        await self._send("DELETE", path)

    async def _send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        token = self.tokens.get("access_token")
        headers = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        for _ in range(TRIES_MAX):
            try:
                answer = await self.client.request(method, path, headers=headers, **more)
            except httpx.TransportError as error:
                reason = f"{method} {path} got no answer ({type(error).__name__})"
                raise StoryBroken(reason) from None
            if answer.status_code in _SUCCESS:
                return answer
            if answer.status_code not in _LATER:
                break
            await asyncio.sleep(min(float(answer.headers.get("Retry-After", 1)), WAIT_SECONDS_MAX))
        raise Refusal(answer)


async def everyone(items: Iterable[Item], do: Callable[[Item], Awaitable[None]]) -> None:
    """Do it for each, a few at a time; the first failure stops the rest."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def in_turn(item: Item) -> None:
        async with slots:
            await do(item)

    try:
        async with asyncio.TaskGroup() as tasks:
            for item in items:
                tasks.create_task(in_turn(item))
    except ExceptionGroup as several:
        raise several.exceptions[0] from None


def _slug(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["type"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError):
        return "no problem document"
