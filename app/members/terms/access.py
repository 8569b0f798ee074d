"""Who may reach other people: members who have accepted the terms in force."""

from typing import Annotated

from fastapi import Depends, Request

from app.identity.access import Needs
from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.members.terms import queries
from app.members.terms.rules import TermsNotAccepted


class NeedsTerms(Needs):
    """Admits members once they have accepted the terms in force."""

    def __init__(self) -> None:
        """Document the refusal."""
        super().__init__(Role.MEMBER)
        self.documented = (*self.documented, TermsNotAccepted)

    async def admit(self, request: Request, work: Work) -> Caller:
        """The caller.

        Raises:
            NotAuthenticated, NotAMember: as for every member.
            TermsNotAccepted: when there are newer terms than the caller has accepted.
        """
        caller = await super().admit(request, work)
        if not await queries.has_accepted(work.session, caller):
            raise TermsNotAccepted
        return caller


OnTerms = Annotated[Caller, Depends(NeedsTerms())]
"""A member on the way to other people: posting, proposing, agreeing, writing."""
