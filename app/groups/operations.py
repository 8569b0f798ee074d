"""Posting a group session."""

from dataclasses import dataclass
from uuid import UUID

from app.banks import queries as banks
from app.groups.rules import Shares, SomebodyNotMet, Terms, shares_of
from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger import queries as books
from app.ledger.netting import legs_for
from app.ledger.notes import note as note_down
from app.ledger.operations import Posted
from app.ledger.rules import AccountKind, Instruction, Leg, LimitReached
from app.members.accounts import queries as purses
from app.members.operations import took_part
from app.notices import operations as notices
from app.notices.operations import Told
from app.notices.rules import NoticeKind
from app.openings.rules import Concerned


@dataclass(frozen=True)
class Done:
    """A session as it was posted."""

    posted: Posted
    terms: Terms
    shares: Shares


async def post_session(work: Work, caller: Caller, terms: Terms, note: str | None) -> Done:
    """Post what everybody gave and received in a session: all of it, or nothing.

    Raises:
        Concerned: when the coordinator took part. Who only knows somebody there may post it: it
            says who was there, and favours nobody.
        NotFound: when somebody named is no active member of the bank.
        NotEnoughHours, OverCeiling: when a limit of somebody's, named in it, or of the fund's does
            not allow it.
        AccountClosed: when somebody's account is closed.
        SomebodyNotMet: where there is a ladder and somebody is not on its first step.
    """
    if caller.member_id in terms.people:
        raise Concerned
    accounts = await purses.find_active_accounts(work.session, caller.bank_id, terms.people)
    if accounts.keys() != terms.people:
        raise NotFound
    await _climb(work, caller.bank_id, terms.people)
    fund = await books.get_bank_account(work.session, caller.bank_id, AccountKind.FUND)
    shares = shares_of(terms)
    changes = {accounts[one]: minutes for one, minutes in shares.people.items()}
    legs = legs_for(changes | {fund: shares.fund})
    legs += tuple(
        Leg(fund, accounts[one], terms.companions[one]) for one in sorted(terms.companions)
    )
    reference = f"group-session:{new_id()}"
    asked = Instruction(caller.bank_id, "group_session", reference, legs=legs)
    try:
        posted = await ledger.settle(work, asked)
    except LimitReached as refusal:
        owners: dict[UUID | None, UUID] = {accounts[one]: one for one in accounts}
        raise refusal.naming(member_id=owners.get(refusal.account_id)) from None
    about = min(terms.givers if len(terms.givers) == 1 else terms.receivers)
    await note_down(
        work, caller.bank_id, posted.deed_id, by=caller.login_id, reason=note, about=about
    )
    await _tell(work, caller.bank_id, posted.deed_id, terms)
    return Done(posted, terms, shares)


async def _climb(work: Work, bank_id: UUID, people: frozenset[UUID]) -> None:
    """Where there is a ladder, whoever takes part goes up on it."""
    safety = await banks.get_safety(work.session, bank_id)
    if safety.vetting_ladder and not await took_part(work, bank_id, people):
        raise SomebodyNotMet


async def _tell(work: Work, bank_id: UUID, deed_id: UUID, terms: Terms) -> None:
    kind = NoticeKind.GROUP_SESSION_POSTED
    told = [Told(bank_id, kind, deed_id, member_id=one) for one in sorted(terms.people)]
    await notices.tell_many(work, told)
