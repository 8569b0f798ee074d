import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from app.demo.cast import BANK, DESKS, FROM_AFAR, cast
from app.identity.passwords import check_acceptable
from app.identity.rules import Role
from app.kit.cluster import cluster_of
from app.kit.embedded import lease
from app.kit.programs import pids, works_in
from app.kit.values import TITLE_MAX
from app.listings.categories import CATEGORIES
from tests.e2e.commands import (
    CONTROL,
    Running,
    as_superuser,
    free_port,
    postgres_lives,
    read,
    running,
    signed_in,
    stranger,
    timebank,
)

PLAYED = "Interactive documentation"
SECOND_START_SECONDS_MAX = 15.0  # a few, and the machine may be busy with other tests
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


def test_forty_members_in_eight_languages_have_two_to_four_listings_each() -> None:
    members = cast()
    assert len(members) == 40
    assert len({one.email for one in members}) == 40
    assert len({one.alias for one in members}) == 40
    assert len({one.languages[0] for one in members}) == 8
    assert {len(one.lines) for one in members} == {2, 3, 4}
    assert len({line.id for one in members for line in one.lines}) == 120


def test_everybody_shares_a_language_with_the_town_and_asks_for_what_they_do_not_offer() -> None:
    for one in cast():
        assert {"sl", "en"} & set(one.languages)
        assert all(line.language == one.languages[0] for line in one.lines)
        assert max(Counter((line.category, line.kind) for line in one.lines).values()) == 1
        assert max(Counter(line.text[:TITLE_MAX] for line in one.lines).values()) == 1


def test_the_story_uses_the_projects_categories_and_acceptable_passwords() -> None:
    assert {line.category for one in cast() for line in one.lines} <= CATEGORIES.keys()
    assert CATEGORIES.keys() >= FROM_AFAR
    for password in [one.password for one in cast()] + [one.password for one in DESKS.values()]:
        assert check_acceptable(password) is None


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


@pytest.mark.parametrize(
    "keys_are_kept", [True, pytest.param(False, marks=pytest.mark.deep, id="a-day-later")]
)
async def test_killed_in_the_middle_it_goes_on_plays_its_story_once_and_is_up_quickly_after_that(
    empty_folder: Path, keys_are_kept: bool
) -> None:
    seen = killed_in_the_middle(empty_folder)
    assert timebank(empty_folder, "ledger", "verify").returncode == 0
    if not keys_are_kept:
        with lease(empty_folder):
            await as_superuser(empty_folder, "DELETE FROM idempotency_key")

    port = str(free_port())
    with running(empty_folder, "demo", PORT=port) as again:
        said = again.wait_for(PLAYED)
        assert again.url() == f"http://127.0.0.1:{port}"
        assert CONTROL.search(said) is None
        assert "The story begins" in said
        assert counted(said) == HAPPENED, "nothing happened twice, and nothing is missing"
        assert ["sum", "", "0", ""] in rows(said)
        with some_signed_in(again.url()) as members:
            assert seen <= postings(members), "every posting that was seen is there"
        every_sign_in_works(again.url(), said)
        the_contract_is_shown(again.url(), said)
        the_dispute_is_resolved_and_the_books_are_proved(again.url())
        assert again.stop(signal.SIGINT) == 128 + signal.SIGINT
        assert again.complained() == ""
    assert not postgres_lives(empty_folder)
    it_is_up_quickly_with_the_same_data(empty_folder)


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


def it_is_up_quickly_with_the_same_data(folder: Path) -> None:
    began = time.monotonic()
    with running(folder, "demo", "--port", "0") as again:
        said = again.wait_for(PLAYED)
        assert time.monotonic() - began < SECOND_START_SECONDS_MAX
        assert "The story was played before." in said
        assert "The story begins" not in said
        with signed_in(again.url(), *staff(Role.AUDITOR)) as auditor:
            assert read(auditor, "/v1/ledger/verification")["postings"] == HAPPENED["postings"]
        with signed_in(again.url(), *staff(Role.COORDINATOR)) as coordinator:
            assert read(coordinator, "/v1/applications")["items"] == []
        assert again.stop() == 128 + signal.SIGTERM
    assert not postgres_lives(folder)


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


def test_where_the_desk_has_another_password_the_story_says_so_and_all_is_stopped(
    empty_folder: Path,
) -> None:
    assert timebank(empty_folder, "bank", "create", BANK, "--name", "Ours").returncode == 0
    email, _, _ = staff(Role.MODERATOR)
    words = ("staff", "create", "--bank", BANK, "--role", "moderator", "--email", email)
    assert timebank(empty_folder, *words, stdin="our own plain words").returncode == 0
    done = timebank(empty_folder, "demo", "--port", "0")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert re.match(f"timebank: {email} has another password", line)
    assert not postgres_lives(empty_folder)
