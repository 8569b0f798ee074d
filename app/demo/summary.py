"""What the demo shows in the end: what happened, the balances, sign-ins, where to look."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import httpx
from rich.console import Console
from rich.table import Table

from app.demo.cast import BANK, DESKS, cast
from app.demo.client import JSON, everyone
from app.demo.errors import StoryBroken
from app.demo.exchanging import Stage
from app.demo.story import desk
from app.identity.rules import Role
from app.web.docs import DOCS_PATH

SHOWN: Final = (Role.COORDINATOR, Role.MODERATOR, Role.AUDITOR, Role.ADMIN, Role.CASE_WORKER)


@dataclass(frozen=True)
class Happened:
    """Counts of the story."""

    members: int
    languages: int
    listings: int
    exchanges: dict[str, int]
    """By status."""
    settled_minutes: int


async def count(stage: Stage) -> Happened:
    """Count what happened, as the members see it."""
    exchanges: dict[str, JSON] = {}

    async def collect(email: str) -> None:
        async for one in stage.people[email].items("/v1/exchanges"):
            exchanges[one["id"]] = one

    await everyone(stage.people, collect)
    statuses = Counter(one["status"] for one in exchanges.values())
    minutes = sum(one["settled_minutes"] or 0 for one in exchanges.values())
    languages = {character.languages[0] for character in cast()}
    return Happened(len(stage.by_id), len(languages), len(stage.listings), dict(statuses), minutes)


async def read_proof(client: httpx.AsyncClient) -> JSON:
    """The books, as an auditor sees them proved.

    Raises:
        StoryBroken: when they are not.
    """
    auditor = await desk(client, Role.AUDITOR)
    proof = await auditor.get("/v1/ledger/verification")
    if not proof["proved"] or proof["sum_minutes"] != 0:
        raise StoryBroken("the books are not proved: see timebank ledger verify")
    return proof


def show_story(console: Console, happened: Happened, proof: JSON) -> None:
    """Print what happened."""
    table = Table(title="What happened", title_justify="left")
    table.add_column("What")
    table.add_column("Count", justify="right")
    table.add_row(f"members, in {happened.languages} languages", str(happened.members))
    table.add_row("listings", str(happened.listings))
    for status, number in sorted(happened.exchanges.items()):
        table.add_row(f"exchanges {status}", str(number))
    table.add_row("postings", str(proof["postings"]))
    table.add_row("minutes received and given", str(happened.settled_minutes))
    console.print(table)


def show_balances(console: Console, proof: JSON) -> None:
    """Print the trial balance."""
    table = Table(title="Balances, in minutes", title_justify="left")
    table.add_column("Kind of account")
    for title in ("Accounts", "Balance", "Held"):
        table.add_column(title, justify="right")
    for line in proof["trial_balance"]:
        numbers = (line["accounts"], line["balance_minutes"], line["held_minutes"])
        table.add_row(line["kind"], *map(str, numbers))
    table.add_section()
    table.add_row("sum", "", str(proof["sum_minutes"]), "")
    console.print(table)
    console.print(f"The books are proved by {len(proof['checks'])} checks.")


def show_signs(console: Console, url: str) -> None:
    """Print whom to sign in as, and where the documentation is."""
    table = Table(title=f"Sign-ins to try (bank {BANK})", title_justify="left")
    for title in ("Who", "E-mail", "Password"):
        table.add_column(title)
    for character in cast()[:2]:
        table.add_row(f"member {character.alias}", character.email, character.password)
    for role in SHOWN:
        table.add_row(role.value, DESKS[role].email, DESKS[role].password)
    console.print(table)
    console.print(f"Interactive documentation: {url}{DOCS_PATH} (Authorize, then try)")
    console.print(f"Serving on {url} - Ctrl-C stops it, the same command goes on from here.")
