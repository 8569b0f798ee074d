"""What staff's work leaves behind, and what signing in needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.rights.mapping import Basis, Held, Kind
from app.rights.periods import Period

_ANSWERED_FOR: Final = (Basis.INTEREST, Period.OPENINGS)
_RULES: Final = (Basis.NONE, Period.BANK)

DESK: Final[Mapping[str, Held]] = MappingProxyType(
    {
        "bank_safety": Held(
            *_RULES,
            {
                Kind.RULE: "vetting_ladder first_listings_read screening contacts_new_max"
                " contacts_max alerts"
            },
        ),
        "bank_change": Held(
            *_RULES,
            {
                Kind.KEY: "change_id",
                Kind.RULE: "before after",
                Kind.WORDS: "reason_sealed",
                Kind.STAFF: "login_id",
                Kind.TIME: "changed_at",
            },
        ),
        # In nobody's export: whoever is watched over, or used by another, must not be able to tell.
        "alert": Held(
            Basis.INTEREST,
            Period.ALERT,
            {
                Kind.KEY: "alert_id",
                Kind.PERSON: "member_id with_id",
                Kind.FACT: "kind minutes of_minutes people times days",
                Kind.WORDS: "reason_sealed",
                Kind.STAFF: "login_id closed_by",
                Kind.TIME: "found_at closed_at",
            },
            labels={"reason_sealed": ("alert", "bank_id", "alert_id")},
        ),
        "alert_threshold": Held(
            *_RULES,
            {
                Kind.RULE: "contacts_new contacts week_minutes share_percent share_minutes"
                " unspent_minutes same_percent same_minutes collector_people collector_minutes"
                " night_times organisation_minutes ring_times staff_people"
            },
        ),
        "watch_round": Held(
            *_RULES, {Kind.KEY: "after_id", Kind.RULE: "moved_since began_at is_done"}
        ),
        "clearing": Held(*_RULES, {Kind.KEY: "partner_bank_id account_id"}),
        "partner_agreement": Held(
            *_RULES,
            {
                Kind.KEY: "partner_bank_id account_id",
                Kind.RULE: "floor_minutes ceiling_minutes",
                Kind.STAFF: "agreed_by",
                Kind.TIME: "agreed_at withdrawn_at",
            },
        ),
        "transfer": Held(
            Basis.CONTRACT,
            Period.BOOKS,
            {
                Kind.KEY: "transfer_id partner_bank_id hold_id posting_id",
                Kind.PERSON: "member_id giver_id",
                Kind.FACT: "minutes status",
                Kind.TIME: "sent_at ended_at look_at",
            },
            of="member_id",
        ),
        "transfer_arrival": Held(
            Basis.CONTRACT,
            Period.BOOKS,
            {
                Kind.KEY: "transfer_id from_bank_id",
                Kind.FACT: "minutes is_accepted",
                Kind.TIME: "arrived_at",
            },
        ),
        "contact_attempt": Held(
            Basis.INTEREST,
            Period.CONTACT,
            {
                Kind.KEY: "attempt_id",
                Kind.PERSON: "member_id to_id",
                Kind.FACT: "refused",
                Kind.TIME: "tried_at",
            },
            of="member_id",
        ),
        # A member reads these with GET /v1/me/access-log, which staff's emergencies feed too.
        "opening": Held(
            *_ANSWERED_FOR,
            {
                Kind.KEY: "opening_id",
                Kind.PERSON: "member_id",
                Kind.STAFF: "by_sealed",
                Kind.FACT: "kind",
                Kind.WORDS: "reason_sealed",
                Kind.SECRET: "seq digest",
                Kind.TIME: "opened_at",
            },
            of="member_id",
            labels={"reason_sealed": ("opening", "bank_id", "opening_id")},
        ),
        "opening_chain": Held(*_RULES, {Kind.KEY: "chain", Kind.SECRET: "seq head"}),
        "opening_month": Held(*_RULES, {Kind.TIME: "month"}),
        "emergency": Held(
            *_ANSWERED_FOR,
            {
                Kind.KEY: "emergency_id",
                Kind.PERSON: "member_id",
                Kind.WORDS: "reason_sealed finding_sealed",
                Kind.STAFF: "asked_by released_by reviewed_by",
                Kind.TIME: "asked_at released_at reviewed_at",
            },
            kept_apart={"reason_sealed": Period.EMERGENCY, "finding_sealed": Period.EMERGENCY},
            labels={
                "reason_sealed": ("emergency", "bank_id", "emergency_id"),
                "finding_sealed": ("finding", "bank_id", "emergency_id"),
            },
        ),
        "recovery_code": Held(
            Basis.CONTRACT,
            Period.CODE,
            {
                Kind.KEY: "code_id",
                Kind.PERSON: "login_id",
                Kind.FACT: "by",
                Kind.WORDS: "reason_sealed",
                Kind.SECRET: "fingerprint",
                Kind.STAFF: "given_by",
                Kind.TIME: "created_at begun_at ready_at ended_at",
            },
            of="login_id",
            labels={"reason_sealed": ("recovery", "bank_id", "code_id")},
        ),
        "email_change": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.PERSON: "login_id",
                Kind.IDENTITY: "email_sealed",
                Kind.SECRET: "email_fingerprint password_hash",
                Kind.TIME: "asked_at ready_at",
            },
            of="login_id",
            labels={"email_sealed": ("email", "bank_id", "login_id")},
        ),
        "passkey": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.KEY: "passkey_id",
                Kind.PERSON: "login_id",
                Kind.SECRET: "credential_sealed sign_count",
                Kind.FACT: "device",
                Kind.TIME: "created_at used_at",
            },
            of="login_id",
        ),
        "passkey_challenge": Held(
            Basis.INTEREST,
            Period.HOUR,
            {
                Kind.PERSON: "login_id",
                Kind.FACT: "purpose",
                Kind.SECRET: "challenge",
                Kind.TIME: "made_at",
            },
            of="login_id",
        ),
        "sign_in_code": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.PERSON: "login_id",
                Kind.SECRET: "fingerprint",
                Kind.STAFF: "printed_by",
                Kind.TIME: "printed_at",
            },
            of="login_id",
        ),
        "terms_version": Held(
            *_RULES,
            {
                Kind.RULE: "version",
                Kind.WORDS: "reason_sealed",
                Kind.STAFF: "published_by",
                Kind.TIME: "published_at",
            },
        ),
        "terms_text": Held(*_RULES, {Kind.RULE: "version language words"}),
        "terms_acceptance": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {Kind.PERSON: "member_id", Kind.FACT: "version", Kind.TIME: "accepted_at"},
            of="member_id",
        ),
        "totp": Held(
            Basis.CONTRACT,
            Period.MEMBER,
            {
                Kind.PERSON: "login_id",
                Kind.SECRET: "seed_sealed last_step failures",
                Kind.TIME: "failed_at created_at confirmed_at",
            },
            of="login_id",
            labels={"seed_sealed": ("totp", "bank_id", "login_id")},
        ),
    }
)
