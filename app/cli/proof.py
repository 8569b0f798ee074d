"""What `timebank ledger verify` does."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.banks import queries as banks
from app.banks.tables import Bank
from app.cli.means import ask, ready
from app.cli.refusals import CouldNotRun
from app.kit.ground import Ground
from app.kit.settings import load_settings
from app.ledger import queries
from app.ledger.audit import Finding
from app.ledger.queries import Balance
from app.ledger.sealing.signing import sealer_of
from app.ledger.verifying import CHECKS, prove

_screen = Console(highlight=False, markup=False)
_aside = Console(stderr=True)


@dataclass(frozen=True)
class Proof:
    """What the checks found in one bank's books, in minutes."""

    bank: str
    postings: int
    trial_balance: list[Balance]
    findings: list[Finding]

    @property
    def sum_minutes(self) -> int:
        """Over all accounts; zero when the books are whole."""
        return sum(line.balance_minutes for line in self.trial_balance)

    @property
    def is_good(self) -> bool:
        """Whether the books are proved."""
        return not self.findings and self.sum_minutes == 0

    def document(self) -> dict[str, Any]:
        """The members of `GET /v1/ledger/verification`, and the bank's slug."""
        return {
            "bank": self.bank,
            "proved": self.is_good,
            "sum_minutes": self.sum_minutes,
            "postings": self.postings,
            "trial_balance": [line._asdict() for line in self.trial_balance],
            "checks": list(CHECKS),
            "findings": [asdict(finding) for finding in self.findings],
        }


def verify(slug: str | None, *, as_json: bool) -> bool:
    """Check one bank, or all; whether everything is proved."""
    settings = load_settings()

    async def prove_all(ground: Ground) -> list[Proof]:
        chosen = await chosen_banks(ground, slug)
        with Progress(console=_aside, transient=True, disable=not _aside.is_terminal) as progress:
            return [await _proof(ground, bank, progress) for bank in chosen]

    with ready(settings):
        proofs = ask(settings, prove_all)
    if as_json:
        _print_json(proofs)
    else:
        _print_table(proofs)
    return all(proof.is_good for proof in proofs)


async def chosen_banks(ground: Ground, slug: str | None) -> list[Bank]:
    """The bank of this slug, or all of them.

    Raises:
        CouldNotRun: when there is none.
    """
    async with ground.database.begin() as session:
        known = await banks.list_banks(session)
    chosen = [bank for bank in known if slug in {None, bank.slug}]
    if not chosen:
        which = "no bank yet" if slug is None else f"no bank {slug}"
        raise CouldNotRun(f"there is {which} here: see timebank bank create --help")
    return chosen


async def _proof(ground: Ground, bank: Bank, progress: Progress) -> Proof:
    task = progress.add_task(bank.slug, total=len(CHECKS))
    sealer = sealer_of(ground.settings)
    findings = await prove(ground, bank.bank_id, sealer, lambda _: progress.advance(task))
    async with ground.database.begin() as session:
        lines = await queries.list_trial_balance(session, bank.bank_id)
        postings = await queries.count_postings(session, bank.bank_id)
    return Proof(bank.slug, postings, lines, findings)


def _print_json(proofs: list[Proof]) -> None:
    proved = all(proof.is_good for proof in proofs)
    document = {"proved": proved, "banks": [proof.document() for proof in proofs]}
    _screen.print(json.dumps(document, indent=2, default=str), soft_wrap=True)


def _print_table(proofs: list[Proof]) -> None:
    table = Table()
    for title in ("Bank", "Postings", "Sum, minutes", "Checks", "Books"):
        table.add_column(title, justify="left" if title in {"Bank", "Books"} else "right")
    for proof in proofs:
        verdict = "proved" if proof.is_good else f"{len(proof.findings)} findings"
        counts = (proof.postings, proof.sum_minutes, len(CHECKS))
        table.add_row(proof.bank, *map(str, counts), verdict)
    _screen.print(table)
    for proof in proofs:
        for one in proof.findings:
            line = f"{proof.bank}: {one.check} {one.detail} ({one.subject_id})"
            _screen.print(line, soft_wrap=True)
