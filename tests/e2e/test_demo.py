import re
import signal
from collections import Counter
from pathlib import Path

import pytest

from app.demo.cast import BANK, DESKS, FROM_AFAR, cast
from app.identity.passwords import check_acceptable
from app.identity.rules import Role
from app.kit.embedded import lease
from app.kit.values import TITLE_MAX
from app.listings.categories import CATEGORIES
from tests.e2e.commands import as_superuser, postgres_lives, running, timebank
from tests.e2e.story import PLAYED, it_was_played_once, killed_in_the_middle, staff


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


@pytest.mark.deep
async def test_killed_in_the_middle_and_started_a_day_later_it_is_played_once(
    empty_folder: Path,
) -> None:
    seen = killed_in_the_middle(empty_folder)
    with lease(empty_folder):
        await as_superuser(empty_folder, "DELETE FROM idempotency_key")
    with running(empty_folder, "demo", "--port", "0") as again:
        again.wait_for(PLAYED)
        it_was_played_once(again, seen)
        assert again.stop() == 128 + signal.SIGTERM
