"""The first slice of every part.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("terms_version", sa.BigInteger(), nullable=False),
        sa.Column("floor_minutes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("preset IN ('neighbours', 'sheltered')", name=op.f("ck_bank_preset")),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'", name=op.f("ck_bank_slug")),
        sa.CheckConstraint(
            "cardinality(languages) BETWEEN 1 AND 12", name=op.f("ck_bank_languages")
        ),
        sa.CheckConstraint("floor_minutes <= 0", name=op.f("ck_bank_floor_minutes")),
        sa.CheckConstraint("terms_version > 0", name=op.f("ck_bank_terms_version")),
        sa.PrimaryKeyConstraint("bank_id", name=op.f("pk_bank")),
        sa.UniqueConstraint("slug", name=op.f("uq_bank_slug")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("answer", postgresql.BYTEA(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status IS NULL) = (answer IS NULL)", name=op.f("ck_idempotency_key_kept_whole")
        ),
        sa.CheckConstraint(
            "octet_length(request_hash) = 32", name=op.f("ck_idempotency_key_request_hash")
        ),
        sa.PrimaryKeyConstraint("bank_id", "login_id", "key", name=op.f("pk_idempotency_key")),
        info={"deletable": True},
    )
    op.create_index(
        op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False
    )
    op.create_table(
        "account",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("balance_minutes", sa.BigInteger(), nullable=False),
        sa.Column("held_minutes", sa.BigInteger(), nullable=False),
        sa.Column("floor_minutes", sa.BigInteger(), nullable=False),
        sa.Column("policy_floor_minutes", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('member', 'fund', 'issuing')", name=op.f("ck_account_kind")),
        sa.CheckConstraint(
            "balance_minutes - held_minutes >= floor_minutes", name=op.f("ck_account_floor")
        ),
        sa.CheckConstraint(
            "balance_minutes BETWEEN -4611686018427387904 AND 4611686018427387904 AND floor_minutes >= -4611686018427387904",
            name=op.f("ck_account_no_overflow"),
        ),
        sa.CheckConstraint("floor_minutes <= 0", name=op.f("ck_account_floor_not_above_zero")),
        sa.CheckConstraint("held_minutes >= 0", name=op.f("ck_account_held")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_account_seq")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_account_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "account_id", name=op.f("pk_account")),
        postgresql_with={"fillfactor": 60},
    )
    op.create_table(
        "area",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("label_sl", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'", name=op.f("ck_area_slug")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_area_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "slug", name=op.f("pk_area")),
    )
    op.create_table(
        "bank_category",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank.bank_id"], name=op.f("fk_bank_category_bank_id")
        ),
        sa.PrimaryKeyConstraint("bank_id", "slug", name=op.f("pk_bank_category")),
    )
    op.create_table(
        "deed",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("deed_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "char_length(reference) BETWEEN 1 AND 200", name=op.f("ck_deed_reference")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_deed_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "deed_id", name=op.f("pk_deed")),
        sa.UniqueConstraint("bank_id", "reference", name=op.f("uq_deed_bank_id_reference")),
        info={"append_only": True},
    )
    op.create_table(
        "meeting_point",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("label_sl", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'", name=op.f("ck_meeting_point_slug")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank.bank_id"], name=op.f("fk_meeting_point_bank_id")
        ),
        sa.PrimaryKeyConstraint("bank_id", "slug", name=op.f("pk_meeting_point")),
    )
    op.create_table(
        "hold",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("deed_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_hold_minutes")),
        sa.ForeignKeyConstraint(
            ["bank_id", "account_id"],
            ["account.bank_id", "account.account_id"],
            name=op.f("fk_hold_bank_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "deed_id"],
            ["deed.bank_id", "deed.deed_id"],
            name=op.f("fk_hold_bank_id_deed_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "hold_id", name=op.f("pk_hold")),
        info={"append_only": True},
    )
    op.create_table(
        "member",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("terms_version", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.CheckConstraint(
            "(status = 'applicant') = (decided_at IS NULL)",
            name=op.f("ck_member_decided_once_not_applicant"),
        ),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name=op.f("ck_member_kind")),
        sa.CheckConstraint(
            "status <> 'active' OR account_id IS NOT NULL",
            name=op.f("ck_member_active_has_account"),
        ),
        sa.CheckConstraint(
            "status IN ('applicant', 'active', 'rejected', 'left')", name=op.f("ck_member_status")
        ),
        sa.CheckConstraint(
            "cardinality(languages) BETWEEN 1 AND 12", name=op.f("ck_member_languages")
        ),
        sa.CheckConstraint("char_length(alias) BETWEEN 1 AND 40", name=op.f("ck_member_alias")),
        sa.ForeignKeyConstraint(
            ["bank_id", "account_id"],
            ["account.bank_id", "account.account_id"],
            name=op.f("fk_member_bank_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_member_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "member_id", name=op.f("pk_member")),
        sa.UniqueConstraint("bank_id", "account_id", name=op.f("uq_member_bank_id_account_id")),
    )
    op.create_index(
        "ix_member_waiting",
        "member",
        ["bank_id", "requested_at", "member_id"],
        unique=False,
        postgresql_where=sa.text("status = 'applicant'"),
    )
    op.create_table(
        "posting",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("deed_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.BigInteger(), nullable=False),
        sa.Column("debit_account_id", sa.Uuid(), nullable=False),
        sa.Column("credit_account_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("debit_seq", sa.BigInteger(), nullable=False),
        sa.Column("credit_seq", sa.BigInteger(), nullable=False),
        sa.Column("debit_balance_minutes", sa.BigInteger(), nullable=False),
        sa.Column("credit_balance_minutes", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reverses_posting_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "debit_account_id <> credit_account_id", name=op.f("ck_posting_two_accounts")
        ),
        sa.CheckConstraint("debit_seq > 0 AND credit_seq > 0", name=op.f("ck_posting_seq")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_posting_minutes")),
        sa.ForeignKeyConstraint(
            ["bank_id", "credit_account_id"],
            ["account.bank_id", "account.account_id"],
            name=op.f("fk_posting_bank_id_credit_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "debit_account_id"],
            ["account.bank_id", "account.account_id"],
            name=op.f("fk_posting_bank_id_debit_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "deed_id"],
            ["deed.bank_id", "deed.deed_id"],
            name=op.f("fk_posting_bank_id_deed_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "reverses_posting_id"],
            ["posting.bank_id", "posting.posting_id"],
            name=op.f("fk_posting_bank_id_reverses_posting_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "posting_id", name=op.f("pk_posting")),
        sa.UniqueConstraint(
            "bank_id",
            "credit_account_id",
            "credit_seq",
            name=op.f("uq_posting_bank_id_credit_account_id_credit_seq"),
        ),
        sa.UniqueConstraint(
            "bank_id",
            "debit_account_id",
            "debit_seq",
            name=op.f("uq_posting_bank_id_debit_account_id_debit_seq"),
        ),
        sa.UniqueConstraint(
            "bank_id", "reverses_posting_id", name=op.f("uq_posting_bank_id_reverses_posting_id")
        ),
        info={"append_only": True},
    )
    op.create_table(
        "hold_end",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("deed_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('settled', 'released', 'expired')", name=op.f("ck_hold_end_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "deed_id"],
            ["deed.bank_id", "deed.deed_id"],
            name=op.f("fk_hold_end_bank_id_deed_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "hold_id"],
            ["hold.bank_id", "hold.hold_id"],
            name=op.f("fk_hold_end_bank_id_hold_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "hold_id", name=op.f("pk_hold_end")),
        info={"append_only": True},
    )
    op.create_table(
        "listing",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("availability", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("posted_month", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('offer', 'request')", name=op.f("ck_listing_kind")),
        sa.CheckConstraint("status IN ('open', 'withdrawn')", name=op.f("ck_listing_status")),
        sa.CheckConstraint(
            "cardinality(languages) BETWEEN 1 AND 12", name=op.f("ck_listing_languages")
        ),
        sa.CheckConstraint("char_length(body) <= 4000", name=op.f("ck_listing_body")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 120", name=op.f("ck_listing_title")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 6000", name=op.f("ck_listing_minutes")),
        sa.ForeignKeyConstraint(
            ["bank_id", "area"], ["area.bank_id", "area.slug"], name=op.f("fk_listing_bank_id_area")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "author_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_listing_bank_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "category"],
            ["bank_category.bank_id", "bank_category.slug"],
            name=op.f("fk_listing_bank_id_category"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "listing_id", name=op.f("pk_listing")),
    )
    op.create_index(
        "ix_listing_author", "listing", ["bank_id", "author_id", "listing_id"], unique=False
    )
    op.create_index(
        "ix_listing_match", "listing", ["bank_id", "category", "kind", "status"], unique=False
    )
    op.create_index(
        "ix_listing_recent",
        "listing",
        ["bank_id", "status", "posted_month", "listing_id"],
        unique=False,
    )
    op.create_index(
        "ix_listing_words",
        "listing",
        [sa.literal_column("to_tsvector('simple', title || ' ' || body)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "login",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("email_fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("email_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT ('member' = ANY (roles) AND member_id IS NULL)",
            name=op.f("ck_login_a_member_has_a_record"),
        ),
        sa.CheckConstraint(
            "roles <@ ARRAY['member','coordinator','moderator','case_worker','auditor','admin']",
            name=op.f("ck_login_roles"),
        ),
        sa.CheckConstraint(
            "octet_length(email_fingerprint) = 32", name=op.f("ck_login_email_fingerprint")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_login_bank_id_member_id"),
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_login_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "login_id", name=op.f("pk_login")),
        sa.UniqueConstraint(
            "bank_id", "email_fingerprint", name=op.f("uq_login_bank_id_email_fingerprint")
        ),
        sa.UniqueConstraint("bank_id", "member_id", name=op.f("uq_login_bank_id_member_id")),
    )
    op.create_table(
        "notice",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(member_id IS NULL) <> (role IS NULL)", name=op.f("ck_notice_one_recipient")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_notice_bank_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "notice_id", name=op.f("pk_notice")),
    )
    op.create_index(
        op.f("ix_notice_bank_id_member_id_created_at"),
        "notice",
        ["bank_id", "member_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_notice_bank_id_role_created_at"),
        "notice",
        ["bank_id", "role", "created_at"],
        unique=False,
    )
    op.create_table(
        "exchange",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("proposer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("delivered_minutes", sa.BigInteger(), nullable=True),
        sa.Column("settled_minutes", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("meeting_point", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("settlement_id", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status <> 'settled' OR (settled_minutes IS NOT NULL AND settled_at IS NOT NULL)",
            name=op.f("ck_exchange_settled_whole"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'accepted', 'delivered', 'settled', 'disputed', 'declined', 'cancelled', 'expired')",
            name=op.f("ck_exchange_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('accepted', 'delivered') OR hold_id IS NOT NULL",
            name=op.f("ck_exchange_holds"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('proposed', 'accepted') OR expires_at IS NOT NULL",
            name=op.f("ck_exchange_ends"),
        ),
        sa.CheckConstraint(
            "delivered_minutes BETWEEN 1 AND 6000", name=op.f("ck_exchange_delivered_minutes")
        ),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_exchange_two_people")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 6000", name=op.f("ck_exchange_minutes")),
        sa.CheckConstraint(
            "proposer_id IN (giver_id, receiver_id)", name=op.f("ck_exchange_proposer_is_party")
        ),
        sa.CheckConstraint(
            "settled_minutes BETWEEN 1 AND 6000", name=op.f("ck_exchange_settled_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "giver_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_exchange_bank_id_giver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "hold_id"],
            ["hold.bank_id", "hold.hold_id"],
            name=op.f("fk_exchange_bank_id_hold_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "listing_id"],
            ["listing.bank_id", "listing.listing_id"],
            name=op.f("fk_exchange_bank_id_listing_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "meeting_point"],
            ["meeting_point.bank_id", "meeting_point.slug"],
            name=op.f("fk_exchange_bank_id_meeting_point"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "receiver_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_exchange_bank_id_receiver_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "exchange_id", name=op.f("pk_exchange")),
        sa.UniqueConstraint("bank_id", "hold_id", name=op.f("uq_exchange_bank_id_hold_id")),
    )
    op.create_index(
        "ix_exchange_giver", "exchange", ["bank_id", "giver_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_exchange_receiver", "exchange", ["bank_id", "receiver_id", "created_at"], unique=False
    )
    op.create_table(
        "session",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rotated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "refresh_counter BETWEEN 0 AND 4294967295", name=op.f("ck_session_refresh_counter")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_session_bank_id_login_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "session_id", name=op.f("pk_session")),
    )
    op.create_index(
        op.f("ix_session_bank_id_login_id"), "session", ["bank_id", "login_id"], unique=False
    )
    op.create_table(
        "dispute",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("opener_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("resolution_sealed", postgresql.BYTEA(), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'resolved') = (num_nulls(outcome, resolution_sealed, resolved_by, resolved_at) = 0)",
            name=op.f("ck_dispute_resolved_whole"),
        ),
        sa.CheckConstraint(
            "outcome IN ('as_agreed', 'adjusted', 'void')", name=op.f("ck_dispute_outcome")
        ),
        sa.CheckConstraint("status IN ('open', 'resolved')", name=op.f("ck_dispute_status")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 6000", name=op.f("ck_dispute_minutes")),
        sa.ForeignKeyConstraint(
            ["bank_id", "exchange_id"],
            ["exchange.bank_id", "exchange.exchange_id"],
            name=op.f("fk_dispute_bank_id_exchange_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "opener_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_dispute_bank_id_opener_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "resolved_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_dispute_bank_id_resolved_by"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "dispute_id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("bank_id", "exchange_id", name=op.f("uq_dispute_bank_id_exchange_id")),
    )
    op.create_index(
        op.f("ix_dispute_bank_id_status_opened_at"),
        "dispute",
        ["bank_id", "status", "opened_at"],
        unique=False,
    )
    op.create_table(
        "message",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id", "author_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_message_bank_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "exchange_id"],
            ["exchange.bank_id", "exchange.exchange_id"],
            name=op.f("fk_message_bank_id_exchange_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "message_id", name=op.f("pk_message")),
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_message_bank_id_exchange_id_sent_at"),
        "message",
        ["bank_id", "exchange_id", "sent_at"],
        unique=False,
    )
    op.create_foreign_key(
        op.f("fk_member_bank_id_decided_by"),
        "member",
        "login",
        ["bank_id", "decided_by"],
        ["bank_id", "login_id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_member_bank_id_decided_by"), "member", type_="foreignkey")
    op.drop_index(op.f("ix_message_bank_id_exchange_id_sent_at"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_dispute_bank_id_status_opened_at"), table_name="dispute")
    op.drop_table("dispute")
    op.drop_index(op.f("ix_session_bank_id_login_id"), table_name="session")
    op.drop_table("session")
    op.drop_index("ix_exchange_receiver", table_name="exchange")
    op.drop_index("ix_exchange_giver", table_name="exchange")
    op.drop_table("exchange")
    op.drop_index(op.f("ix_notice_bank_id_role_created_at"), table_name="notice")
    op.drop_index(op.f("ix_notice_bank_id_member_id_created_at"), table_name="notice")
    op.drop_table("notice")
    op.drop_table("login")
    op.drop_index("ix_listing_words", table_name="listing", postgresql_using="gin")
    op.drop_index("ix_listing_recent", table_name="listing")
    op.drop_index("ix_listing_match", table_name="listing")
    op.drop_index("ix_listing_author", table_name="listing")
    op.drop_table("listing")
    op.drop_table("hold_end")
    op.drop_table("posting")
    op.drop_index(
        "ix_member_waiting", table_name="member", postgresql_where=sa.text("status = 'applicant'")
    )
    op.drop_table("member")
    op.drop_table("hold")
    op.drop_table("meeting_point")
    op.drop_table("deed")
    op.drop_table("bank_category")
    op.drop_table("area")
    op.drop_table("account")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_table("bank")
