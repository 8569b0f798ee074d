"""What is asked over HTTP: one plan for each operation, over the town's people."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.identity.claims import Access
from app.identity.tokens import issue
from app.identity.tools import IdentityTools
from app.kit.ground import Ground
from app.kit.ids import new_id
from app.kit.values import as_rfc3339
from benchmarks.filling import History
from benchmarks.load import Plan
from benchmarks.measuring import Window
from benchmarks.town import Delivered, Person, Town

REPLAYERS_MAX: Final = 50
"""Few, so that the first answers all fall into the warm-up."""
DONATION: Final = '{"minutes":1}'


@dataclass(frozen=True)
class Means:
    """What plans are made of."""

    tokens: Sequence[str]
    """Of the first of the town's people, in order."""
    delivered: Sequence[Delivered]
    """For one cell alone: each can be confirmed once."""
    receivers: dict[object, int]
    """Which of the tokens a receiver has, by session."""
    history: History
    clients: int
    window: Window

    def plan(
        self, asks: Iterable[tuple[str, str]], *, key: str | None = None, repeats: bool = True
    ) -> Plan:
        """A plan for a server that is not known yet."""
        warm, seconds = self.window.warm, self.window.seconds
        return Plan(0, self.clients, warm, seconds, list(asks), repeats, key)


def tokens(ground: Ground, town: Town, people: Sequence[Person]) -> list[str]:
    """Access tokens of these people's sessions, signed as at a sign-in, good for ten minutes."""
    tools = IdentityTools.of(ground.settings, ground.vault)
    at = ground.clock().replace(microsecond=0)
    until = at + timedelta(seconds=ground.settings.access_seconds)
    issuer = ground.settings.issuer
    return [
        issue(
            tools.ring,
            Access(issuer, town.bank_id, one.login_id, one.session_id, new_id(), at, until),
        )
        for one in people
    ]


def _head(method: str, path: str, token: str | None, body: str = "", more: str = "") -> str:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines.append("Content-Type: application/json")
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "".join(f"{line}\r\n" for line in lines) + more


def noop(means: Means) -> Plan:
    """The yardstick: what an answer costs here that needs nothing."""
    return means.plan([(_head("GET", "/healthz", None), "")])


def donation(means: Means) -> Plan:
    """Many members give to the one fund."""
    asks = [(_head("POST", "/v1/donations", one, DONATION), DONATION) for one in means.tokens]
    return means.plan(asks, key=str(new_id()))


def confirmation(means: Means) -> Plan:
    """Receivers confirm: a hold ends, hours move, an exchange is settled, a notice is written."""
    asks = []
    for exchange_id, receiver in means.delivered:
        token = means.tokens[means.receivers[receiver.session_id]]
        asks.append((_head("POST", f"/v1/exchanges/{exchange_id}/confirmation", token), ""))
    return means.plan(asks, key=str(new_id()), repeats=False)


def replay(means: Means) -> Plan:
    """The same request with the same key, again and again."""
    key = f"Idempotency-Key: {new_id()}\r\n"
    few = means.tokens[:REPLAYERS_MAX]
    return means.plan((_head("POST", "/v1/donations", one, DONATION, key), DONATION) for one in few)


def statement(means: Means) -> Plan:
    """The first page of one's own statement."""
    return means.plan((_head("GET", "/v1/me/account/postings", one), "") for one in means.tokens)


def balance(means: Means) -> Plan:
    """One's own balance now."""
    return means.plan((_head("GET", "/v1/me/account", one), "") for one in means.tokens)


def balance_at(means: Means) -> Plan:
    """One's own balance at some moment of the past."""
    chance = random.Random(1)
    moments = [as_rfc3339(means.history.somewhere(chance)) for _ in means.tokens]
    return means.plan(
        (_head("GET", f"/v1/me/account/balance?at={at}", one), "")
        for at, one in zip(moments, means.tokens, strict=True)
    )


PLANS: Final[dict[str, Callable[[Means], Plan]]] = {
    "noop": noop,
    "donation.hot": donation,
    "confirmation.uniform": confirmation,
    "replay": replay,
    "statement": statement,
    "balance": balance,
    "balance_at": balance_at,
}
