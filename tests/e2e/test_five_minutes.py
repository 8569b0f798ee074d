import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.identity.rules import Role
from tests.documents import blocks, quoted, rows, section
from tests.e2e.commands import (
    Running,
    free_port,
    new_folder,
    postgres_lives,
    read,
    running,
    signed_in,
    timebank,
)
from tests.e2e.story import PLAYED, it_was_played_once, killed_in_the_middle, staff
from tests.processes import ran
from tests.source import ROOT

API_OF_THE_README = "http://127.0.0.1:8000"
READER = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def interrupted() -> Iterator[tuple[Path, set[str]]]:
    """The data of a demo that was killed in the middle of its story, and postings seen before."""
    with new_folder() as folder:
        seen = killed_in_the_middle(folder)
        assert timebank(folder, "ledger", "verify").returncode == 0
        yield folder, seen


@pytest.fixture(scope="module")
def demo(interrupted: tuple[Path, set[str]]) -> Iterator[Running]:
    """What `make run` starts, with passwords that are cheap to check, once more after that."""
    folder, _ = interrupted
    port = str(free_port())
    with running(folder, "demo", PORT=port, COLUMNS="200") as demo:
        demo.wait_for(PLAYED)
        assert demo.url() == f"http://127.0.0.1:{port}"
        yield demo


@pytest.fixture(scope="module")
def five_minutes(demo: Running, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The README's blocks as one script, as a reader would type them; every JSON that came back."""
    assert shutil.which("curl"), "the README needs curl"
    return _followed(demo, tmp_path_factory.mktemp("reader"))


def _followed(demo: Running, folder: Path) -> list[Any]:
    script = "set -euo pipefail\n" + "\n".join(blocks("tested"))
    assert API_OF_THE_README in script
    script = script.replace(API_OF_THE_README, demo.url())
    done = ran(["bash", "-c", script], READER, folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return _values(done.stdout)


def _values(text: str) -> list[Any]:
    """The JSON documents and bare words of an output, in order."""
    decoder, found, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        if rest[0] in "{[":
            value, end = decoder.raw_decode(rest)
        else:
            value = rest.split(maxsplit=1)[0]
            end = len(value)
        found.append(value)
        rest = rest[end:].lstrip()
    return found


def test_killed_in_the_middle_the_demo_goes_on_and_plays_its_story_once(
    interrupted: tuple[Path, set[str]], demo: Running
) -> None:
    _, seen = interrupted
    it_was_played_once(demo, seen)


def test_the_five_minutes_of_the_readme_go_from_joining_to_a_statement(
    five_minutes: list[Any],
) -> None:
    joined, approved = five_minutes[0:2], five_minutes[2:4]
    assert joined == [{"status": "received"}] * 2
    assert [one["status"] for one in approved] == ["active"] * 2
    assert [one["alias"] for one in approved] == ["Zala", "Luka"]


def test_the_reader_finds_the_offer_with_its_reasons(five_minutes: list[Any]) -> None:
    offer, matches = five_minutes[4:6]
    found = {one["listing"]["id"]: one for one in matches["items"]}
    codes = {reason["code"] for reason in found[offer["id"]]["reasons"]}
    assert codes == {"same_service", "same_area", "both_speak"}


def test_the_reader_sees_the_hour_held_and_then_moved_once(five_minutes: list[Any]) -> None:
    accepted, account, delivered, settled, hers, his, total = five_minutes[6:]
    assert (accepted["status"], delivered["status"], settled) == (
        "accepted",
        "delivered",
        "settled",
    )
    assert (account["held_minutes"], account["available_minutes"]) == (60, -60)
    (given,), (received,) = hers["items"], his["items"]
    assert (given["direction"], given["minutes"], given["counterpart_alias"]) == ("in", 60, "Luka")
    assert (received["direction"], received["balance_after_minutes"]) == ("out", -60)
    assert total == "0"


def test_the_reader_may_do_it_all_once_more(
    five_minutes: list[Any], demo: Running, tmp_path: Path
) -> None:
    words = [one for one in five_minutes if isinstance(one, str)]
    again = _followed(demo, tmp_path)
    assert [one for one in again if isinstance(one, str)] == words == ["settled", "0"]


def test_the_sign_ins_of_the_readme_are_those_that_the_demo_shows(demo: Running) -> None:
    script = "".join(blocks("tested"))
    used = re.findall(r'sign_in (\S+@example\.org) "([^"]+)"', script)
    assert len(used) > 1
    for email, password in used:
        assert re.search(f"{email}\\W+{password}", demo.said()), email


def test_what_the_readme_says_is_there_is_in_the_contract_and_what_is_not_is_not(
    demo: Running,
) -> None:
    asked = ran(["curl", "-sS", f"{demo.url()}/openapi.json"], READER, ROOT)
    paths = json.loads(asked.stdout)["paths"]
    state = section("The state of things")
    there, _, missing = state.partition("| Not yet |")
    assert len(_paths(there)) > 10
    for path in _paths(there):
        assert f"/v1{path}" in paths
    for path in _paths(missing):
        assert f"/v1{path}" not in paths, f"{path} is there now: say so"


def test_interrupted_it_stops_all_and_the_next_time_it_serves_the_same_data(
    interrupted: tuple[Path, set[str]], demo: Running
) -> None:
    folder, _ = interrupted
    before = _postings(demo)
    assert demo.stop(signal.SIGINT) == 128 + signal.SIGINT
    assert demo.complained() == ""
    assert not postgres_lives(folder)

    with running(folder, "demo", "--port", "0") as again:
        said = again.wait_for(PLAYED)
        assert "The story was played before." in said
        assert "The story begins" not in said
        assert _postings(again) == before
        with signed_in(again.url(), *staff(Role.COORDINATOR)) as coordinator:
            assert read(coordinator, "/v1/applications")["items"] == []
        assert again.stop() == 128 + signal.SIGTERM
    assert not postgres_lives(folder)


def _postings(demo: Running) -> int:
    with signed_in(demo.url(), *staff(Role.AUDITOR)) as auditor:
        postings: int = read(auditor, "/v1/ledger/verification")["postings"]
    return postings


def _paths(text: str) -> list[str]:
    return [path for cells in rows(text) for path in quoted(cells[1])]
