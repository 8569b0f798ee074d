"""What `timebank staff list`, `role`, `remove` and `sign-out` do."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from rich.console import Console

from app import founding
from app.cli.desk import staff_role
from app.cli.means import ask, fitting, ready
from app.cli.proof import chosen_banks
from app.cli.refusals import Refused
from app.identity.rules import Role
from app.identity.staffing import operations, queries
from app.identity.tables import Login
from app.kit.errors import NotFound
from app.kit.ground import Ground, Work
from app.kit.settings import load_settings
from app.kit.values import Email

_screen = Console(highlight=False, soft_wrap=True, markup=False)
Result = TypeVar("Result")
Deed = Callable[[Work, UUID], Awaitable[Result]]


def list_staff(bank: str) -> None:
    """Show who is staff: the login's id, since when, the address, the roles."""

    async def read(work: Work, bank_id: UUID) -> list[str]:
        rows = await queries.list_staff(work.session, bank_id)
        return [_line(work, row) for row in rows]

    for line in _in_bank(bank, read):
        _screen.print(line)


def give_roles(bank: str, email: str, roles: list[str]) -> None:
    """Give somebody exactly these staff roles."""
    email, desks = _address(email), [staff_role(one) for one in roles]

    async def give(work: Work, bank_id: UUID) -> Login:
        return await operations.give_roles(work, bank_id, email, desks)

    _of_staff(bank, email, give)
    _screen.print(f"{email} is {_named(desks)} in {bank} now, and signed out.")


def remove_staff(bank: str, email: str) -> None:
    """Take every staff role of somebody away."""
    email = _address(email)

    async def remove(work: Work, bank_id: UUID) -> Login:
        return await founding.remove_staff(work, bank_id, email)

    login = _of_staff(bank, email, remove)
    left = "unknown there from now on" if login.member_id is None else "a member there still"
    _screen.print(f"{email} is no longer staff in {bank}: signed out, and {left}.")


def sign_out(bank: str, email: str) -> None:
    """End every session of somebody of the staff."""
    email = _address(email)

    async def end(work: Work, bank_id: UUID) -> None:
        await operations.sign_out(work, bank_id, email)

    _of_staff(bank, email, end)
    _screen.print(f"{email} is signed out everywhere in {bank}.")


def _address(email: str) -> str:
    return fitting(Email, email, "--email takes an address: desk@example.org")


def _of_staff(bank: str, email: str, deed: Deed[Result]) -> Result:
    try:
        return _in_bank(bank, deed)
    except NotFound:
        raise Refused(
            f"{bank} has nobody there with the address {email}: timebank staff list --bank {bank}"
        ) from None


def _in_bank(slug: str, deed: Deed[Result]) -> Result:
    """Run a deed in one transaction on the bank of this slug."""
    settings = load_settings()

    async def run(ground: Ground) -> Result:
        (bank,) = await chosen_banks(ground, slug)
        async with ground.database.begin() as session:
            return await deed(ground.work(session), bank.bank_id)

    with ready(settings):
        return ask(settings, run)


def _line(work: Work, row: Login) -> str:
    email = work.envelopes.open(row.email_sealed, "email", row.bank_id, row.login_id)
    roles = _named([Role(one) for one in row.roles]) if row.closed_at is None else "removed"
    since = (row.closed_at or row.created_at).date().isoformat()
    return f"{row.login_id}  {since}  {email}  {roles}"


def _named(roles: list[Role]) -> str:
    return ", ".join(sorted(roles))
