"""Opening accounts."""

from uuid import UUID

from sqlalchemy import insert

from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger.chain import genesis
from app.ledger.rules import ISSUING_FLOOR_MINUTES, AccountKind
from app.ledger.tables import Account


async def open_bank_accounts(work: Work, bank_id: UUID) -> None:
    """The fund and the issuing account of a new bank."""
    await _open(work, bank_id, AccountKind.FUND, 0)
    await _open(work, bank_id, AccountKind.ISSUING, ISSUING_FLOOR_MINUTES)


async def open_member_account(work: Work, bank_id: UUID, floor_minutes: int) -> UUID:
    """A new member's account, empty."""
    return await _open(work, bank_id, AccountKind.MEMBER, floor_minutes)


async def _open(work: Work, bank_id: UUID, kind: AccountKind, floor_minutes: int) -> UUID:
    account_id = new_id()
    await work.session.execute(
        insert(Account).values(
            bank_id=bank_id,
            account_id=account_id,
            kind=kind.value,
            balance_minutes=0,
            held_minutes=0,
            floor_minutes=floor_minutes,
            policy_floor_minutes=floor_minutes,
            seq=0,
            posted_at=work.now,
            head=genesis(bank_id, account_id),
            created_at=work.now,
        )
    )
    return account_id
