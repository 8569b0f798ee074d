"""The whole main job by a client that knows nothing but the contract: a started server, and HTTP.

The bank and its staff are made by the operator's commands (in this process, which spares five
starts of Python); the rest of the program is not called here.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import DEVNULL

import httpx
import pytest
from typer.testing import CliRunner

from app.cli.program import program
from app.store.migrate import Urls
from tests.e2e.commands import Running, environment, running, signed_in, stranger
from tests.town import JSON, good, refused

BANK = "main-street"
PASSWORD = "three plain words"
DESKS = ("coordinator", "moderator", "auditor")
LISTING = {"category": "slovene_lessons", "languages": ["sl", "en"], "area": "center"}


@pytest.fixture
def server(urls: Urls, tmp_path: Path) -> Iterator[Running]:
    """A server with a bank and its desks, which commands made."""
    told = {"TIMEBANK_DATABASE_URL": urls.application, "TIMEBANK_DEFAULT_BANK": BANK}
    with running(tmp_path, "serve", "--port", "0", stdin=DEVNULL, **told) as server:
        here = CliRunner(env=environment(tmp_path, **told))
        makes_desks = [
            f"staff create --bank {BANK} --role {one} --email {_email(one)}" for one in DESKS
        ]
        for words in (f"bank create {BANK} --name Main", *makes_desks):
            done = here.invoke(program, words, input=PASSWORD, catch_exceptions=False)
            assert done.exit_code == 0, done.output
        yield server


def _email(name: str) -> str:
    return f"{name}@example.org"


class Client:
    """Somebody with a token; every path is under /v1."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str) -> JSON:
        return good(self._client.get(f"/v1{path}"))

    def post(self, path: str, body: JSON | None = None) -> JSON:
        return good(self._client.post(f"/v1{path}", json=body or {}))

    def step(self, exchange: JSON, noun: str, body: JSON | None = None) -> JSON:
        return self.post(f"/exchanges/{exchange['id']}/{noun}", body)

    def minutes(self) -> tuple[int, int, int]:
        """Balance, held and available."""
        account = self.get("/me/account")
        return tuple(account[f"{name}_minutes"] for name in ("balance", "held", "available"))

    def lines(self) -> list[tuple[str, int, str]]:
        items = self.get("/me/account/postings")["items"]
        return [(one["direction"], one["minutes"], one["counterpart_alias"]) for one in items]

    def listing(self, kind: str, title: str, language: str) -> JSON:
        text = {"kind": kind, "title": title, "body": "", "language": language, "remote": False}
        return self.post("/listings", text | LISTING)

    def reasons(self, mine: JSON, other: JSON) -> set[str]:
        """Why the other listing fits mine."""
        items = self.get(f"/listings/{mine['id']}/matches")["items"]
        (found,) = [one for one in items if one["listing"]["id"] == other["id"]]
        return {reason["code"] for reason in found["reasons"]}


class People:
    """Everybody of the story, each signed in."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self._url, self._stack = url, stack
        anybody = stack.enter_context(stranger(url))
        for alias in ("Zala", "Luka"):
            body = {"alias": alias, "email": _email(alias), "password": PASSWORD}
            asked = anybody.post("/v1/members", json=body | {"languages": ["sl"]})
            assert (asked.status_code, asked.json()) == (202, {"status": "received"})
        self.coordinator, self.moderator, self.auditor = map(self.of, DESKS)
        refused(anybody.get("/v1/me"), 401, "not-authenticated")

    def of(self, name: str) -> Client:
        signing_in = signed_in(self._url, _email(name), PASSWORD, BANK)
        return Client(self._stack.enter_context(signing_in))


def test_a_client_of_the_contract_does_the_whole_main_job(server: Running) -> None:
    with ExitStack() as stack:
        people = People(server.url(), stack)
        for one in people.coordinator.get("/applications")["items"]:
            path = f"/applications/{one['id']}/approval"
            people.coordinator.post(path, {"reason": "We met at the library."})
        zala, luka = people.of("Zala"), people.of("Luka")
        offer = find_each_other(zala, luka)
        an_hour_moves(zala, luka, offer)
        dispute = disagree(zala, luka, offer)
        path = f"/disputes/{dispute['id']}/resolution"
        decided = {"outcome": "adjusted", "minutes": 30, "reason": "Both say half an hour."}
        assert people.moderator.post(path, decided)["status"] == "resolved"
        assert luka.get(f"/exchanges/{dispute['exchange_id']}")["settled_minutes"] == 30
        assert (zala.minutes(), luka.minutes()) == ((90, 0, 90), (-90, 0, -90))
        proof = people.auditor.get("/ledger/verification")
        assert (proof["sum_minutes"], proof["findings"], proof["proved"]) == (0, [], True)


def find_each_other(zala: Client, luka: Client) -> JSON:
    """An offer and a request, each among the other's matches; gives the offer."""
    offer = zala.listing("offer", "Učim slovenščino", "sl")
    request = luka.listing("request", "First steps in Slovene", "en")
    why = {"same_service", "same_area", "both_speak"}
    assert luka.reasons(request, offer) == zala.reasons(offer, request) == why
    return offer


def an_hour_moves(zala: Client, luka: Client, offer: JSON) -> None:
    exchange = luka.post("/exchanges", {"listing_id": offer["id"], "minutes": 60})
    assert (exchange["giver"]["alias"], exchange["receiver"]["alias"]) == ("Zala", "Luka")
    assert zala.step(exchange, "acceptance")["status"] == "accepted"
    assert luka.minutes() == (0, 60, -60)
    assert zala.step(exchange, "delivery", {"minutes": 60})["status"] == "delivered"
    assert luka.step(exchange, "confirmation")["status"] == "settled"
    assert (zala.minutes(), luka.minutes()) == ((60, 0, 60), (-60, 0, -60))
    assert (zala.lines(), luka.lines()) == ([("in", 60, "Luka")], [("out", 60, "Zala")])


def disagree(zala: Client, luka: Client, offer: JSON) -> JSON:
    """Another exchange, on which the two disagree; gives the dispute."""
    exchange = luka.post("/exchanges", {"listing_id": offer["id"], "minutes": 60})
    zala.step(exchange, "acceptance")
    zala.step(exchange, "delivery")
    dispute = luka.step(exchange, "dispute", {"reason": "We met for half an hour."})
    assert dispute["exchange_id"] == exchange["id"]
    assert luka.get(f"/exchanges/{exchange['id']}")["status"] == "disputed"
    assert luka.minutes() == (-60, 60, -120), "the hold stays"
    return dispute
