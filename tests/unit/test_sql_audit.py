"""The audit of statements itself: it must find each way in which one can forget who may see."""

import importlib

import pytest

from tests.audit import PROTECTED, REVIEWED, Audit, unguarded

BLOCKS = (
    " AND NOT (EXISTS (SELECT block.blocked_id FROM block WHERE block.bank_id = member.bank_id"
    " AND block.blocker_id = $1::UUID AND block.blocked_id = member.member_id))"
    " AND NOT (EXISTS (SELECT block.blocked_id FROM block WHERE block.bank_id = member.bank_id"
    " AND block.blocker_id = member.member_id AND block.blocked_id = $2::UUID))"
)
ACTIVE = "member.bank_id = $3::UUID AND (member.status = 'active' OR member.member_id = $4::UUID)"
LISTED = "SELECT listing.title FROM listing JOIN member ON member.member_id = listing.author_id"
PARTY = "exchange.giver_id = $1 OR exchange.receiver_id = $1"
ABOUT = "exchange.exchange_id = dispute.exchange_id"
BROUGHT = "exchange.exchange_id = anon_1.id AND exchange.giver_id = anon_1.me"
SAFE = [
    f"SELECT member.alias FROM member WHERE {ACTIVE}{BLOCKS}",
    f"SELECT member.alias FROM member WHERE ({ACTIVE}{BLOCKS}) AND member.alias = $5 LIMIT $6",
    f"SELECT m.alias, ({ACTIVE}{BLOCKS}) AS shown FROM member AS m".replace("member.", "m."),
    f"{LISTED} WHERE listing.bank_id = $5 AND {ACTIVE}{BLOCKS}",
    "SELECT listing.title FROM listing WHERE listing.bank_id = $1 AND listing.author_id = $2",
    f"SELECT exchange.minutes FROM exchange WHERE {PARTY}",
    f"SELECT dispute.status FROM dispute JOIN exchange ON {ABOUT} WHERE {PARTY}",
    f"SELECT exchange.status FROM exchange JOIN unnest($1, $2) AS anon_1(id, me) ON {BROUGHT}",
    "SELECT notice.kind FROM notice WHERE notice.role IN ($1, $2) OR notice.member_id = $3",
    "SELECT account.floor_minutes FROM account WHERE account.bank_id = $1",
]
UNSAFE = {
    "nothing asked": "SELECT member.alias FROM member",
    "active only": f"SELECT member.alias FROM member WHERE {ACTIVE}",
    "one way only": f"SELECT member.alias FROM member WHERE {ACTIVE}{BLOCKS[: len(BLOCKS) // 2]}",
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
    "hidden in a part": "SELECT x.alias FROM (SELECT member.alias FROM member) AS x",
    "hidden in a condition": "SELECT account.kind FROM account WHERE account.account_id IN"
    " (SELECT member.account_id FROM member)",
    "hidden above": "WITH x AS (SELECT message.text_sealed FROM message) SELECT * FROM x",
    "another's notices": "SELECT notice.kind FROM notice WHERE notice.bank_id = $1",
}


@pytest.mark.parametrize("statement", SAFE)
def test_what_asks_who_may_see_or_whose_it_is_passes(statement: str) -> None:
    assert unguarded(statement) == ()


@pytest.mark.parametrize("statement", UNSAFE.values(), ids=UNSAFE)
def test_what_does_not_is_found(statement: str) -> None:
    assert set(unguarded(statement)) & PROTECTED


def test_only_reviewed_functions_may_read_past_it() -> None:
    audit = Audit()
    audit.heard = {(name, UNSAFE["counted"]) for name in ("app.new.queries.count", *REVIEWED)}
    assert [asking for asking, *_ in audit.findings()] == ["app.new.queries.count"]


@pytest.mark.parametrize("name", REVIEWED)
def test_what_was_reviewed_is_still_there(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))
    assert REVIEWED[name]
