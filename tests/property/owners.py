"""Members of whom no more is known than that an account is theirs."""

from uuid import UUID

from app.banks.tables import Bank
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger.accounts import operations as accounts
from app.members.tables import Member

ANYBODY = {"kind": "person", "status": "applicant", "alias": "Ana", "languages": ["sl"]}
NUMBERS = dict.fromkeys(("level", "terms_version", "version"), 1)


async def open_account(work: Work, bank: Bank) -> UUID:
    """The account of a new member."""
    known = {"bank_id": bank.bank_id, "member_id": new_id(), "requested_at": work.now}
    member = Member(**known, **ANYBODY, **NUMBERS)
    work.session.add(member)
    await work.session.flush()
    member.account_id = await accounts.open_member_account(work, bank, member.member_id)
    return member.account_id
