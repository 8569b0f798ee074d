"""The audit of statements itself: it must find each way in which one can forget who may see."""

import importlib

import pytest

from tests.audit import MORE, NOT_OWN, PARTNERS, PROTECTED, WITHHOLDS, Audit, unguarded
from tests.reviewed import REVIEWED

BLOCKED_BY_THEM = (
    " AND NOT (EXISTS (SELECT block.blocked_id FROM block WHERE block.bank_id = member.bank_id"
    " AND block.blocker_id = member.member_id AND block.blocked_id = $2::UUID{}))"
)
BLOCKED_BY_ME = (
    " AND NOT (EXISTS (SELECT block.blocked_id FROM block WHERE block.bank_id = member.bank_id"
    " AND block.blocker_id = $1::UUID AND block.blocked_id = member.member_id{}))"
)
NAMED = " AND block.cause_id = block.blocked_id"
BLOCKS = BLOCKED_BY_THEM.format("") + BLOCKED_BY_ME.format(NAMED)
EITHER = BLOCKED_BY_THEM.format("") + BLOCKED_BY_ME.format("")
NARROWED = BLOCKED_BY_THEM.format(NAMED) + BLOCKED_BY_ME.format(NAMED)
ACTIVE = "member.bank_id = $3::UUID AND (member.status = 'active' OR member.member_id = $4::UUID)"
LISTED = "SELECT listing.title FROM listing JOIN member ON member.member_id = listing.author_id"
EXISTS_FOR_ME = "exchange.unseen_by IS DISTINCT FROM $1"
PARTY = f"(exchange.giver_id = $1 OR exchange.receiver_id = $1) AND {EXISTS_FOR_ME}"
ABOUT = "exchange.exchange_id = dispute.exchange_id"
BROUGHT = f"exchange.exchange_id = anon_1.id AND exchange.giver_id = anon_1.me AND {EXISTS_FOR_ME}"
HELD = "EXISTS (SELECT * FROM screening WHERE screening.subject_id = listing.listing_id)"
SAFE = [
    f"SELECT member.alias FROM member WHERE {ACTIVE}{BLOCKS}",
    f"SELECT member.alias FROM member WHERE {ACTIVE}{EITHER}",
    f"SELECT member.alias FROM member WHERE ({ACTIVE}{BLOCKS}) AND member.alias = $5 LIMIT $6",
    f"SELECT m.alias, ({ACTIVE}{BLOCKS}) AS shown FROM member AS m".replace("member.", "m."),
    f"{LISTED} WHERE listing.bank_id = $5 AND {ACTIVE}{BLOCKS} AND NOT ({HELD})",
    "SELECT listing.title FROM listing WHERE listing.bank_id = $1 AND listing.author_id = $2",
    f"SELECT exchange.minutes FROM exchange WHERE {PARTY}",
    f"SELECT dispute.status FROM dispute JOIN exchange ON {ABOUT} WHERE {PARTY}",
    f"SELECT exchange.status FROM exchange JOIN unnest($1, $2) AS anon_1(id, me) ON {BROUGHT}",
    "SELECT notice.kind FROM notice WHERE notice.role IN ($1, $2) OR notice.member_id = $3",
    "SELECT block.created_at FROM block WHERE block.blocker_id = $1",
    "SELECT account.floor_minutes FROM account WHERE account.bank_id = $1",
    "UPDATE member SET alias = $1 WHERE member.member_id = $2",
    "UPDATE listing SET title = $1 WHERE listing.author_id = $2 RETURNING listing.body",
    "INSERT INTO block (blocked_id) SELECT login.member_id FROM login WHERE login.login_id = $1",
    "INSERT INTO message (text_sealed) VALUES ($1) ON CONFLICT DO NOTHING RETURNING message_id",
    "DELETE FROM block WHERE block.cause_id = $1",
]
UNSAFE = {
    "nothing asked": "SELECT member.alias FROM member",
    "active only": f"SELECT member.alias FROM member WHERE {ACTIVE}",
    "one way only": f"SELECT member.alias FROM member WHERE {ACTIVE}{BLOCKED_BY_ME.format(NAMED)}",
    "the other way only": "SELECT member.alias FROM member"
    f" WHERE {ACTIVE}{BLOCKED_BY_THEM.format('')}",
    "a contact does not hide": f"SELECT member.alias FROM member WHERE {ACTIVE}{NARROWED}",
    "some blocks": f"SELECT member.alias FROM member WHERE {ACTIVE}{BLOCKS}".replace(
        " = $2::UUID", " = $2::UUID AND block.created_at > $5"
    ),
    "blocks only": f"SELECT member.alias FROM member WHERE true{BLOCKS}",
    "or anything": f"SELECT member.alias FROM member WHERE ({ACTIVE}{BLOCKS}) OR member.kind = $5",
    "turned round": f"SELECT member.alias FROM member WHERE {ACTIVE}{BLOCKS}".replace("NOT ", ""),
    "about somebody else": f"SELECT a.alias FROM member AS a, member WHERE {ACTIVE}{BLOCKS}",
    "counted": "SELECT count(*) FROM listing WHERE listing.status = 'open'",
    "not through its author": f"{LISTED} WHERE listing.status = 'open'",
    "not joined": f"SELECT listing.title FROM listing, member WHERE {ACTIVE}{BLOCKS}",
    "own or open": "SELECT listing.title FROM listing WHERE listing.author_id = $1"
    " OR listing.status = 'open'",
    "a join is no owner": "SELECT listing.title FROM listing JOIN exchange"
    " ON listing.author_id = exchange.giver_id",
    "one's own choice": "SELECT listing.title FROM listing WHERE listing.author_id IN"
    " (SELECT account.account_id FROM account)",
    "one's own, and what never was": "SELECT exchange.minutes FROM exchange"
    " WHERE exchange.giver_id = $1 OR exchange.receiver_id = $1",
    "hidden in a part": "SELECT x.alias FROM (SELECT member.alias FROM member) AS x",
    "hidden in a condition": "SELECT account.kind FROM account WHERE account.account_id IN"
    " (SELECT member.account_id FROM member)",
    "hidden above": "WITH x AS (SELECT message.text_sealed FROM message) SELECT * FROM x",
    "hidden in what goes in": "INSERT INTO account (kind) SELECT member.alias FROM member",
    "joined without a word": "SELECT member.alias FROM account, member"
    " WHERE account.account_id = member.account_id",
    "given back by a change": "UPDATE member SET version = 2 WHERE member.status = 'left'"
    " RETURNING member.alias",
    "given back on a conflict": "INSERT INTO message (text_sealed) VALUES ($1)"
    " ON CONFLICT (message_id) DO UPDATE SET sent_at = now() RETURNING message.text_sealed",
    "given back on going": "DELETE FROM message WHERE message.sent_at < $1 RETURNING text_sealed",
    "decides a change": "UPDATE account SET kind = 'fund' FROM member"
    " WHERE account.account_id = member.account_id",
    "decides what goes": "DELETE FROM hold USING member WHERE hold.account_id = member.account_id",
    "changed and read above": "WITH x AS (UPDATE member SET version = 2 RETURNING member.alias)"
    " SELECT x.alias FROM x",
    "another's notices": "SELECT notice.kind FROM notice WHERE notice.bank_id = $1",
    "who blocks me": "SELECT block.blocker_id FROM block WHERE block.blocked_id = $1",
    "who is blocked": f"SELECT account.kind FROM account WHERE {HELD}".replace(
        "screening", "block"
    ),
    "what is held": f"SELECT account.kind FROM account WHERE {HELD}",
    "looked at": "SELECT opening.role FROM opening",
    "reached outside": "SELECT emergency.reason_sealed FROM emergency WHERE emergency.bank_id = $1",
    "second factors": "SELECT totp.seed_sealed FROM totp",
    "codes": "SELECT recovery_code.fingerprint FROM recovery_code WHERE true",
    "whose address": "SELECT login.member_id FROM login WHERE login.email_fingerprint = $1",
}


@pytest.mark.parametrize("statement", SAFE)
def test_what_asks_who_may_see_or_whose_it_is_passes(statement: str) -> None:
    assert unguarded(statement) == ()


@pytest.mark.parametrize("statement", UNSAFE.values(), ids=UNSAFE)
def test_what_does_not_is_found(statement: str) -> None:
    assert set(unguarded(statement)) & PROTECTED


def test_whatever_the_data_map_says_of_people_is_protected() -> None:
    assert {"screening", "block", "opening", "emergency", "totp", "recovery_code"} < PROTECTED
    assert NOT_OWN | MORE.keys() | PARTNERS.keys() | WITHHOLDS < PROTECTED


def test_only_reviewed_functions_may_read_past_it() -> None:
    audit = Audit()
    audit.heard = {(name, UNSAFE["counted"]) for name in ("app.new.queries.count", *REVIEWED)}
    assert [asking for asking, *_ in audit.findings()] == ["app.new.queries.count"]


@pytest.mark.parametrize("name", REVIEWED)
def test_what_was_reviewed_is_still_there(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))
    assert REVIEWED[name]
