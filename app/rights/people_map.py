"""What is held of people and of banks, beside the books."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.rights.mapping import Basis, Held, Kind
from app.rights.periods import Period

_RULES: Final = (Basis.NONE, Period.BANK)

PEOPLE: Final[Mapping[str, Held]] = MappingProxyType(
    {
        "area": Held(*_RULES, {Kind.RULE: "slug label_sl label_en withdrawn_at"}),
        "bank": Held(
            *_RULES,
            {
                Kind.RULE: "slug name preset time_zone languages terms_version floor_minutes"
                " ceiling_minutes opening_credit_minutes grant_cap_minutes grant_budget_minutes",
                Kind.TIME: "created_at",
            },
        ),
        "bank_category": Held(*_RULES, {Kind.RULE: "slug"}),
        "block": Held(
            Basis.INTEREST,
            Period.MEMBER,
            {
                Kind.PERSON: "blocker_id",
                Kind.KEY: "blocked_id cause_id",
                Kind.WORDS: "alias_sealed",
                Kind.TIME: "created_at",
            },
            of="blocker_id",
            labels={"alias_sealed": ("block", "bank_id", "blocked_id")},
        ),
        "contact_block": Held(
            Basis.INTEREST,
            Period.MEMBER,
            {
                Kind.KEY: "block_id",
                Kind.PERSON: "blocker_id",
                Kind.FACT: "kind",
                Kind.SECRET: "fingerprint",
                Kind.TIME: "created_at",
            },
            of="blocker_id",
        ),
        "contact_block_attempt": Held(
            Basis.INTEREST,
            Period.ATTEMPT,
            {Kind.KEY: "attempt_id", Kind.PERSON: "blocker_id", Kind.TIME: "tried_at"},
            of="blocker_id",
        ),
        "exchange": Held(
            Basis.CONTRACT,
            Period.BOOKS,
            {
                Kind.KEY: "exchange_id listing_id hold_id settlement_id",
                Kind.PERSON: "giver_id receiver_id proposer_id",
                Kind.FACT: "status minutes delivered_minutes settled_minutes meeting_point version",
                Kind.WORDS: "reason_sealed",
                Kind.SECRET: "unseen_by",
                Kind.TIME: "starts_at created_at delivered_at settled_at expires_at look_at",
            },
            of="giver_id receiver_id",
            kept_apart={"reason_sealed": Period.REASON},
            labels={"reason_sealed": ("exchange-reason", "bank_id", "exchange_id")},
        ),
        "fund_grant": Held(
            Basis.CONTRACT,
            Period.BOOKS,
            {
                Kind.KEY: "grant_id posting_id",
                Kind.PERSON: "member_id",
                Kind.FACT: "minutes",
                Kind.WORDS: "reason_sealed",
                Kind.STAFF: "granted_by",
                Kind.TIME: "granted_at",
            },
            of="member_id",
            labels={"reason_sealed": ("grant", "bank_id", "grant_id")},
        ),
        "idempotency_key": Held(
            Basis.INTEREST,
            Period.ANSWER,
            {
                Kind.PERSON: "login_id",
                Kind.KEY: "deed_id",
                Kind.WORDS: "key",
                Kind.SECRET: "request_hash answer",
                Kind.FACT: "status",
                Kind.TIME: "created_at",
            },
            of="login_id",
        ),
        "kept_words": Held(
            Basis.INTEREST,
            Period.MESSAGE,
            {
                Kind.KEY: "subject_id exchange_id",
                Kind.PERSON: "keeper_id",
                Kind.WORDS: "text_sealed",
                Kind.TIME: "written_at",
            },
            of="keeper_id",
            labels={"text_sealed": ("kept", "bank_id", "subject_id")},
        ),
        "listing": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.KEY: "listing_id",
                Kind.PERSON: "author_id",
                Kind.WORDS: "title body availability decision_reason_sealed",
                Kind.STAFF: "decided_by",
                Kind.FACT: "kind status category language languages area remote minutes version",
                Kind.TIME: "posted_month created_at expires_at decided_at",
            },
            of="author_id",
            labels={"decision_reason_sealed": ("listing-decision", "bank_id", "listing_id")},
        ),
        "login": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.PERSON: "login_id member_id",
                Kind.IDENTITY: "email_sealed",
                # Whose else the address is, its owner must not be able to tell.
                Kind.SECRET: "email_fingerprint phone_fingerprint password_hash shares_email",
                Kind.FACT: "roles",
                Kind.TIME: "created_at closed_at",
            },
            of="login_id",
            labels={"email_sealed": ("email", "bank_id", "login_id")},
        ),
        "meeting_point": Held(*_RULES, {Kind.RULE: "slug label_sl label_en withdrawn_at"}),
        "member": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.PERSON: "member_id",
                Kind.KEY: "account_id",
                Kind.IDENTITY: "alias",
                Kind.FACT: "kind status level languages terms_version version",
                Kind.WORDS: "decision_reason_sealed invitation_sealed",
                Kind.STAFF: "decided_by",
                Kind.TIME: "requested_at decided_at forgotten_at",
            },
            of="member_id",
            labels={
                "decision_reason_sealed": ("decision", "bank_id", "member_id"),
                "invitation_sealed": ("invitation", "bank_id", "member_id"),
            },
        ),
        "message": Held(
            Basis.CONTRACT,
            Period.MESSAGE,
            {
                Kind.KEY: "message_id exchange_id",
                Kind.PERSON: "author_id",
                Kind.WORDS: "text_sealed",
                Kind.TIME: "sent_at",
            },
            of="author_id",
            labels={"text_sealed": ("message", "bank_id", "message_id")},
        ),
        "notice": Held(
            Basis.CONTRACT,
            Period.NOTICE,
            {
                Kind.KEY: "notice_id subject_id",
                Kind.PERSON: "member_id",
                Kind.SECRET: "kept_from",
                Kind.FACT: "role kind",
                Kind.TIME: "created_at read_at",
            },
            of="member_id",
        ),
        "rate_count": Held(
            Basis.INTEREST,
            Period.HOUR,
            {Kind.SECRET: "subject", Kind.FACT: "counted count", Kind.TIME: "window_at"},
        ),
        # Opened by case workers only, who read it out: it is in nobody's export.
        "sealed_opening": Held(
            Basis.INTEREST,
            Period.OPENINGS,
            {Kind.KEY: "seq", Kind.WORDS: "box", Kind.SECRET: "digest"},
        ),
        # Of every member the same.
        "sealed_record": Held(
            Basis.INTEREST,
            Period.MEMBER,
            {Kind.PERSON: "member_id", Kind.FACT: "box"},
        ),
        "session": Held(
            Basis.CONTRACT,
            Period.SESSION,
            {
                Kind.PERSON: "login_id",
                Kind.KEY: "session_id",
                Kind.SECRET: "refresh_counter",
                Kind.FACT: "means device",
                Kind.TIME: "created_at rotated_at expires_at ended_at proved_at",
            },
            of="login_id",
        ),
    }
)
