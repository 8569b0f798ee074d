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
                Kind.FACT: "kind balance_minutes held_minutes floor_minutes policy_floor_minutes",
                Kind.SECRET: "seq closed_seq head",
                Kind.TIME: "posted_at created_at closed_at",
            },
            of="account_id",
        ),
        "account_change": Held(
            *_BOOKS,
            {
                Kind.KEY: "account_id deed_id",
                Kind.FACT: "number kind",
                Kind.TIME: "changed_at",
            },
            of="account_id",
        ),
        "deed": Held(
            *_BOOKS,
            {Kind.KEY: "deed_id subject_id", Kind.RULE: "kind reference", Kind.TIME: "posted_at"},
        ),
        "deed_note": Held(
            Basis.INTEREST,
            Period.BOOKS,
            {Kind.KEY: "deed_id", Kind.STAFF: "done_by", Kind.WORDS: "reason_sealed"},
        ),
        "hold": Held(
            *_BOOKS,
            {
                Kind.KEY: "hold_id deed_id account_id",
                Kind.FACT: "minutes",
                Kind.TIME: "posted_at",
            },
            of="account_id",
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
        "seal": Held(
            *_BOOKS,
            {
                Kind.RULE: "seal_no accounts postings root previous_hash hash key_id signature",
                Kind.TIME: "taken_at",
            },
        ),
        "sealed_head": Held(*_BOOKS, {Kind.RULE: "seal_no seq head", Kind.KEY: "account_id"}),
    }
)
