"""What `timebank sessions end` does."""

from uuid import UUID

from rich.console import Console
from rich.progress import Progress

from app.cli.means import ask, ready
from app.cli.proof import chosen_banks
from app.identity.sessions.operations import end_every
from app.identity.tools import IdentityTools
from app.kit.ground import Ground
from app.kit.retrying import with_retries
from app.kit.settings import load_settings

_screen = Console(highlight=False, soft_wrap=True, markup=False)
_aside = Console(stderr=True)


def end(slug: str | None) -> None:
    """End the sessions of one bank, or of all and the key of their refresh tokens with them."""
    settings = load_settings()
    with ready(settings):
        for line in ask(settings, lambda ground: _end(ground, slug)):
            _screen.print(line)


async def _end(ground: Ground, slug: str | None) -> list[str]:
    banks, lines = await chosen_banks(ground, slug), list[str]()
    if slug is None:
        IdentityTools.of(ground.settings, ground.vault).refresh.renew()
        lines.append("Refresh tokens have a new key.")
    with Progress(console=_aside, transient=True, disable=not _aside.is_terminal) as progress:
        for bank in progress.track(banks, description="Ending sessions…"):

            async def ended(bank_id: UUID = bank.bank_id) -> int:
                async with ground.database.begin() as session:
                    return await end_every(ground.work(session), bank_id)

            lines.append(f"{bank.slug}: {await with_retries(ended)} sessions ended.")
    return lines
