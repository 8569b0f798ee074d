"""The demo as it is played: killed in the middle, gone on with, and what must have happened."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from app.demo.cast import BANK, DESKS, cast
from app.identity.rules import Role
from app.kit.cluster import cluster_of
from app.kit.programs import pids, works_in
from tests.e2e.commands import CONTROL, Running, read, running, signed_in, stranger

PLAYED = "Interactive documentation"
HAPPENED = {
    "members, in 8 languages": 40,
    "listings": 120,
    "exchanges accepted": 4,
    "exchanges cancelled": 8,
    "exchanges declined": 4,
    "exchanges delivered": 4,
    "exchanges proposed": 4,
    "exchanges settled": 36,
    "postings": 36,
}


def rows(said: str) -> list[list[str]]:
    """What the tables say."""
    return [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in said.splitlines()
        if line.startswith("│")
    ]


def counted(said: str) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in rows(said) if row[0] in HAPPENED}


def staff(role: Role) -> tuple[str, str, str]:
    return DESKS[role].email, DESKS[role].password, BANK


def every_sign_in_works(url: str, said: str) -> None:
    shown = [row for row in rows(said) if len(row) == 3 and "@" in row[1]]
    assert len(shown) == 7
    for _, email, password in shown:
        with signed_in(url, email, password, BANK) as person:
            assert read(person, "/v1/me")["roles"]


def the_contract_is_shown(url: str, said: str) -> None:
    with stranger(url) as client:
        assert client.get("/openapi.json").is_success
        assert client.get("/docs").is_success
    assert f"{url}/docs" in said


def the_dispute_is_resolved_and_the_books_are_proved(url: str) -> None:
    with signed_in(url, *staff(Role.MODERATOR)) as moderator:
        (dispute,) = read(moderator, "/v1/disputes", status="resolved")["items"]
    assert (dispute["outcome"], dispute["minutes"]) == ("adjusted", 75)
    with signed_in(url, *staff(Role.AUDITOR)) as auditor:
        proof = read(auditor, "/v1/ledger/verification")
    assert (proof["proved"], proof["sum_minutes"]) == (True, 0)


def it_was_played_once(demo: Running, seen: set[str]) -> None:
    """Everything has happened and nothing twice; what was seen before the kill is there."""
    said = demo.said()
    assert CONTROL.search(said) is None
    assert "The story begins" in said
    assert counted(said) == HAPPENED, "nothing happened twice, and nothing is missing"
    assert ["sum", "", "0", ""] in rows(said)
    with some_signed_in(demo.url()) as members:
        assert seen <= postings(members), "every posting that was seen is there"
    every_sign_in_works(demo.url(), said)
    the_contract_is_shown(demo.url(), said)
    the_dispute_is_resolved_and_the_books_are_proved(demo.url())


def killed_in_the_middle(folder: Path) -> set[str]:
    """Play the story until a few postings were seen, then kill everything; their ids."""
    with running(folder, "demo", "--port", "0") as demo:
        demo.wait_for("Members sign in and post")
        with some_signed_in(demo.url()) as members:
            seen = postings(members)
            while len(seen) < 4:
                assert PLAYED not in demo.said(), "the story ended without postings"
                seen = postings(members)
            kill_everything(demo, folder)
        assert "A dispute is resolved" not in demo.said(), "it was killed too late to prove much"
    return seen


@contextmanager
def some_signed_in(url: str) -> Iterator[list[httpx.Client]]:
    """Those whose requests are the first to be answered."""
    with ExitStack() as stack:
        each = [signed_in(url, one.email, one.password, BANK) for one in cast()[:8]]
        yield [stack.enter_context(one) for one in each]


def postings(members: list[httpx.Client]) -> set[str]:
    """The ids of all postings on these members' statements."""
    pages = [read(member, "/v1/me/account/postings", limit=100) for member in members]
    return {line["id"] for page in pages for line in page["items"]}


def kill_everything(demo: Running, folder: Path) -> None:
    """The server and its database at once, as near to a power cut as processes come."""
    demo.process.kill()
    for pid in [one for one in pids() if works_in(cluster_of(folder), one, if_hidden=False)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    demo.process.wait()
