"""What the demo needs before its story: two banks, and staff for each."""

from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import IntegrityError

from app import founding
from app.banks.rules import Preset, SlugTaken
from app.demo.cast import BANK, DESKS
from app.identity.rules import Role
from app.identity.tables import ONE_APPROVED
from app.identity.tools import IdentityTools
from app.kit.db import violated
from app.kit.ground import Ground

BANKS: Final = (
    (BANK, "Časovna banka Ključ", Preset.NEIGHBOURS),
    ("zavetje", "Zavetje", Preset.SHELTERED),
)
BANK_KNOWN: Final = "uq_bank_slug"


async def found_demo(ground: Ground, tools: IdentityTools) -> None:
    """Found the two banks and make their staff's logins, as far as they are not there."""
    for slug, name, preset in BANKS:
        await _unless_there(BANK_KNOWN, _found(ground, slug, name, preset))
        for role in DESKS:
            await _unless_there(ONE_APPROVED, _add_staff(ground, tools, slug, role))


async def _found(ground: Ground, slug: str, name: str, preset: Preset) -> None:
    with suppress(SlugTaken):
        async with ground.database.begin() as session:
            work = ground.work(session)
            await founding.found_bank(work, slug=slug, name=name, preset=preset)


async def _add_staff(ground: Ground, tools: IdentityTools, bank: str, role: Role) -> None:
    desk = DESKS[role]
    async with ground.database.begin() as session:
        await founding.add_staff(
            ground.work(session),
            tools,
            bank=bank,
            role=role,
            email=desk.email,
            password=desk.password,
        )


async def _unless_there(constraint: str, making: Awaitable[None]) -> None:
    """Make it; another start of the demo may have been first, even at the same moment."""
    try:
        await making
    except IntegrityError as error:
        if violated(error) != constraint:
            raise
