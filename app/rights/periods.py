"""How long what is kept: the one table of periods."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Term:
    """A period in days after an event; None is as long as the reason stands."""

    days: float | None
    after: str


class Period(Enum):
    """Every period; a safeguarding lead may ask for others, here."""

    BANK = Term(None, "the bank exists")
    OPENINGS = Term(None, "the bank exists: staff answer for what they looked at")
    BOOKS = Term(None, "the bank exists: the books name nobody")
    MEMBER = Term(None, "the member is one; emptied when they are forgotten")
    HOUR = Term(1 / 24, "the request")
    ANSWER = Term(1, "the request")
    ATTEMPT = Term(1, "the attempt to block a contact")
    SESSION = Term(30, "the session ended or expired (TIMEBANK_SESSION_DAYS)")
    JOB = Term(30, "the job was done")
    CODE = Term(30, "the code was used, stopped or ran out; emptied when they are forgotten")
    MESSAGE = Term(90, "the message, once its exchange and any dispute are over")
    HELD = Term(90, "a moderator decided on the text, or its message or statement was deleted")
    REJECTED = Term(90, "the application was declined; then the applicant is forgotten")
    CONTACT = Term(30, "the attempt to reach somebody for the first time")
    NOTICE = Term(180, "the notice")
    REASON = Term(180, "the exchange was proposed, once it is over")
    ALERT = Term(730, "the alert was closed")
    CASE = Term(730, "the dispute was resolved")
    FLAG = Term(730, "the flag was resolved")
    EMERGENCY = Term(1_825, "the emergency was asked for; who looked at whom stays")

    @property
    def days(self) -> float:
        """Its length, where it has one."""
        assert self.value.days is not None, "this one has no length"
        return self.value.days

    @property
    def words(self) -> str:
        """The period for a person."""
        term: Term = self.value
        if term.days is None:
            return f"as long as {term.after}"
        length = f"{term.days:g} days" if term.days >= 1 else f"{term.days * 24:g} hour"
        return f"{length} after {term.after}"
