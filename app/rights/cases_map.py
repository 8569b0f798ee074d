"""What moderators decide on: disputes and what is said in them, flags, held texts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.rights.mapping import Basis, Held, Kind
from app.rights.periods import Period

CASES: Final[Mapping[str, Held]] = MappingProxyType(
    {
        "dispute": Held(
            Basis.INTEREST,
            Period.BOOKS,
            {
                Kind.KEY: "dispute_id exchange_id",
                Kind.PERSON: "opener_id",
                Kind.FACT: "status outcome minutes",
                Kind.WORDS: "reason_sealed resolution_sealed resolution_other_sealed",
                Kind.STAFF: "resolved_by",
                Kind.TIME: "opened_at resolved_at",
            },
            of="opener_id",
            kept_apart={
                "reason_sealed": Period.CASE,
                "resolution_sealed": Period.CASE,
                "resolution_other_sealed": Period.CASE,
            },
            labels={
                "reason_sealed": ("dispute", "bank_id", "dispute_id"),
                "resolution_sealed": ("resolution", "bank_id", "dispute_id"),
                "resolution_other_sealed": ("resolution", "bank_id", "dispute_id"),
            },
        ),
        "statement": Held(
            Basis.INTEREST,
            Period.CASE,
            {
                Kind.KEY: "statement_id dispute_id",
                Kind.PERSON: "member_id",
                Kind.STAFF: "login_id",
                Kind.WORDS: "text_sealed text_other_sealed",
                Kind.TIME: "said_at",
            },
            of="member_id",
            labels={
                "text_sealed": ("statement", "bank_id", "statement_id"),
                "text_other_sealed": ("statement", "bank_id", "statement_id"),
            },
        ),
        "appeal": Held(
            Basis.INTEREST,
            Period.BOOKS,
            {
                Kind.KEY: "appeal_id dispute_id",
                Kind.PERSON: "appellant_id",
                Kind.FACT: "outcome minutes",
                Kind.WORDS: "reason_sealed resolution_sealed resolution_other_sealed",
                Kind.STAFF: "first_by resolved_by",
                Kind.TIME: "appealed_at resolved_at",
            },
            of="appellant_id",
            kept_apart={
                "reason_sealed": Period.CASE,
                "resolution_sealed": Period.CASE,
                "resolution_other_sealed": Period.CASE,
            },
            labels={
                "reason_sealed": ("appeal", "bank_id", "appeal_id"),
                "resolution_sealed": ("appeal-resolution", "bank_id", "appeal_id"),
                "resolution_other_sealed": ("appeal-resolution", "bank_id", "appeal_id"),
            },
        ),
        # In the export of whoever flagged; whoever is flagged must not be able to tell.
        "flag": Held(
            Basis.INTEREST,
            Period.FLAG,
            {
                Kind.KEY: "flag_id listing_id exchange_id",
                Kind.PERSON: "flagger_id flagged_id",
                Kind.FACT: "status",
                Kind.WORDS: "reason_sealed evidence_sealed resolution_sealed",
                Kind.STAFF: "resolved_by",
                Kind.TIME: "flagged_at resolved_at",
            },
            of="flagger_id",
            labels={
                "reason_sealed": ("flag", "bank_id", "flag_id"),
                "evidence_sealed": ("flag-evidence", "bank_id", "flag_id"),
                "resolution_sealed": ("flag-resolution", "bank_id", "flag_id"),
            },
        ),
        # In nobody's export: whose text is held must not be able to tell.
        "screening": Held(
            Basis.INTEREST,
            Period.MEMBER,
            {
                Kind.KEY: "screening_id subject_id told_of",
                Kind.PERSON: "author_id told_id",
                Kind.FACT: "subject signals status",
                Kind.WORDS: "text_sealed reason_sealed",
                Kind.STAFF: "resolved_by",
                Kind.TIME: "held_at resolved_at",
            },
            kept_apart={"text_sealed": Period.HELD, "reason_sealed": Period.HELD},
            labels={
                "text_sealed": ("screening", "bank_id", "screening_id"),
                "reason_sealed": ("screening-reason", "bank_id", "screening_id"),
            },
        ),
    }
)
