"""What the books hold: minutes, and random ids."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.rights.mapping import Basis, Held, Kind
from app.rights.periods import Period

_BOOKS: Final = (Basis.INTEREST, Period.BOOKS)

BOOKS: Final[Mapping[str, Held]] = MappingProxyType(
    {
        "account": Held(
            *_BOOKS,
            {
                Kind.KEY: "account_id",
                Kind.FACT: "kind balance_minutes held_minutes held_in_minutes floor_minutes"
                " ceiling_minutes policy_floor_minutes policy_ceiling_minutes has_own_limits",
                Kind.SECRET: "seq closed_seq head",
                Kind.TIME: "posted_at created_at closed_at",
            },
            of="account_id",
        ),
        "account_change": Held(
            *_BOOKS,
            {
                Kind.KEY: "account_id deed_id",
                Kind.FACT: "number kind policy_floor_minutes policy_ceiling_minutes",
                Kind.TIME: "changed_at",
            },
            of="account_id",
        ),
        # As random as the ids of the account and of the member that it joins, and kept like both.
        "account_owner": Held(
            *_BOOKS,
            {Kind.KEY: "account_id", Kind.PERSON: "member_id", Kind.RULE: "kind"},
            of="member_id",
        ),
        "deed": Held(
            *_BOOKS,
            {
                Kind.KEY: "deed_id subject_id",
                Kind.RULE: "kind reference passed_limits",
                Kind.TIME: "posted_at effective_at",
            },
        ),
        "deed_note": Held(
            Basis.INTEREST,
            Period.BOOKS,
            {Kind.KEY: "deed_id", Kind.STAFF: "done_by", Kind.WORDS: "reason_sealed"},
            labels={"reason_sealed": ("deed", "bank_id", "deed_id")},
        ),
        "hold": Held(
            *_BOOKS,
            {
                Kind.KEY: "hold_id deed_id",
                Kind.PERSON: "account_id for_account_id",
                Kind.FACT: "minutes",
                Kind.TIME: "posted_at",
            },
            of="account_id for_account_id",
        ),
        "hold_end": Held(
            *_BOOKS, {Kind.KEY: "hold_id deed_id", Kind.FACT: "outcome", Kind.TIME: "ended_at"}
        ),
        "posting": Held(
            *_BOOKS,
            {
                Kind.KEY: "posting_id deed_id reverses_posting_id",
                Kind.PERSON: "debit_account_id credit_account_id",
                Kind.FACT: "leg minutes",
                Kind.SECRET: "debit_seq credit_seq debit_balance_minutes credit_balance_minutes",
                Kind.TIME: "posted_at",
            },
            of="debit_account_id credit_account_id",
        ),
        "reversal": Held(
            *_BOOKS,
            {
                Kind.KEY: "original_id posting_id",
                Kind.FACT: "number previous_number minutes before_minutes after_minutes"
                " original_minutes",
            },
        ),
        "seal": Held(
            *_BOOKS,
            {
                Kind.RULE: "seal_no accounts postings salt root contents previous_hash hash"
                " key_id signature",
                Kind.TIME: "taken_at",
            },
        ),
        "sealed_head": Held(
            *_BOOKS,
            {
                Kind.RULE: "seal_no seq head",
                Kind.KEY: "account_id",
                Kind.PERSON: "owner_id",
            },
        ),
    }
)
