"""Founding a bank and keeping its staff: an operator's deeds, composed of the parts' own."""

from uuid import UUID

from app.banks import operations as banks
from app.banks import queries as bank_queries
from app.banks.rules import Preset
from app.banks.tables import Bank
from app.credentials import operations as credentials
from app.identity import operations as identity
from app.identity.rules import Role
from app.identity.staffing import operations as staffing
from app.identity.tables import Login
from app.identity.tools import IdentityTools, refuse_weak
from app.kit.ground import Work
from app.ledger.accounts import operations as ledger
from app.listings import operations as listings


async def found_bank(
    work: Work, *, slug: str, name: str, language: str = "sl", preset: Preset = Preset.NEIGHBOURS
) -> Bank:
    """A new bank with its books, its lists and all categories.

    Raises:
        SlugTaken: when the installation has a bank of this slug.
    """
    bank = await banks.create_bank(work, slug=slug, name=name, language=language, preset=preset)
    await ledger.open_bank_accounts(work, bank.bank_id)
    await listings.enable_all_categories(work, bank.bank_id)
    return bank


async def add_staff(
    work: Work, tools: IdentityTools, *, bank: str, role: Role, email: str, password: str
) -> Login:
    """A login for staff, with one role.

    Raises:
        NotFound: when there is no such bank.
        WeakPassword: when the password is too short, too common or too regular.
        IntegrityError: when the address has an approved login of the bank already.
    """
    known = await bank_queries.get_bank(work.session, bank)
    refuse_weak(password, email, known.name)
    password_hash = await identity.hash_for(work, tools, known.bank_id, email, password)
    return await identity.create_login(
        work,
        bank_id=known.bank_id,
        email=email,
        password_hash=password_hash,
        roles=[role],
        member_id=None,
    )


async def remove_staff(work: Work, bank_id: UUID, email: str) -> Login:
    """Take every staff role of somebody away; who is no member cannot get back in.

    Raises:
        NotFound: when nobody of the staff has this address.
    """
    login = await staffing.remove(work, bank_id, email)
    if login.member_id is None:
        await credentials.drop_codes(work, bank_id, login.login_id)
    return login
