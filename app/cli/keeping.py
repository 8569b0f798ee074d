"""What `timebank ledger seal` and `timebank ledger export` do."""

import sys

from rich.console import Console

from app.cli.means import ask, ready
from app.cli.proof import chosen_banks
from app.cli.refusals import CouldNotRun
from app.kit.ground import Ground
from app.kit.settings import load_settings
from app.ledger.journal.formats import stream_journal
from app.ledger.journal.forms import JournalFormat
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import Sealer, sealer_of

_screen = Console(highlight=False, soft_wrap=True, markup=False)


def seal(slug: str | None) -> None:
    """Seal one bank, or all; prints what to keep."""
    settings = load_settings()
    sealer = sealer_of(settings)
    if sealer is None:
        raise CouldNotRun("TIMEBANK_SEAL_KEY is needed to seal: see the README")

    with ready(settings):
        for line in ask(settings, lambda ground: _sealed(ground, slug, sealer)):
            _screen.print(line)


def export(slug: str, form: JournalFormat) -> None:
    """Write a bank's journal, and nothing else, on standard output."""
    settings = load_settings()

    async def write(ground: Ground) -> None:
        (bank,) = await chosen_banks(ground, slug)
        async for piece in stream_journal(ground, bank.bank_id, form):
            sys.stdout.write(piece)
        sys.stdout.flush()

    with ready(settings):
        ask(settings, write)


async def _sealed(ground: Ground, slug: str | None, sealer: Sealer) -> list[str]:
    lines = []
    for bank in await chosen_banks(ground, slug):
        async with ground.database.begin() as session:
            taken = await take_seal(ground.work(session), bank.bank_id, sealer)
        lines.append(f"{bank.slug}: seal {taken.seal_no} {taken.hash.hex()}")
    return lines
