"""A canary for each thing that people write, planted by the operations that take it.

Every column of the data map that holds words, or what identifies a person, has a canary of its own:
whoever adds such a column plants one, or a test fails.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.kit.ground import Work
from app.openings.reasons import HEADER
from app.rights.data_map import DATA_MAP
from app.rights.mapping import Kind
from app.sealed.box import unseal_trace
from tests.doings import SUSPICIOUS, alert_of, flag_of, sql, take
from tests.town import JSON, PASSWORD, Person, Town, good

WRITTEN: Final = frozenset({Kind.WORDS, Kind.IDENTITY})
PLAIN: Final = {
    "block.alias_sealed": "the alias that its maker saw, as its owner shows it to others",
    "idempotency_key.key": "a client's own random word, for a day",
    "listing.availability": "the search shows it",
    "listing.body": "the search reads it",
    "listing.title": "the search reads it",
    "member.alias": "a name that its owner invented, shown to others",
}
"""Columns that are not sealed, and why they need not be."""
THEIRS: Final = "kept_words.text_sealed"
"""What the other side wrote and she kept: with her key her copy goes, with theirs their own."""
OF_OTHERS: Final = frozenset(
    {
        "appeal.resolution_other_sealed",
        "dispute.resolution_other_sealed",
        "statement.text_other_sealed",
    }
)
"""A moderator's words to the other side, sealed with their key: they stay when she is forgotten."""
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def columns() -> set[str]:
    """Every column that holds what somebody wrote, or what says who they are."""
    return {
        f"{table}.{name}"
        for table, held in DATA_MAP.items()
        for kind in WRITTEN & held.columns.keys()
        for name in held.columns[kind].split()
    }


def _some_letters() -> str:
    return secrets.token_hex(6).translate(_LETTERS)


@dataclass(frozen=True)
class Canaries:
    """Words that occur nowhere else: all that are sealed begin alike, and so do the plain ones."""

    sealed: str = field(default_factory=lambda: f"zlatovranka{_some_letters()}")
    plain: str = field(default_factory=lambda: f"kraljestvo{_some_letters()}")

    def of(self, column: str) -> str:
        """The canary of a column."""
        tail = hashlib.sha256(column.encode()).hexdigest()[:8].translate(_LETTERS)
        return (self.plain if column in PLAIN else self.sealed) + tail


async def plant(town: Town, canaries: Canaries) -> Person:
    """Eva's life: everything that is written is hers or about her. She stays signed in."""
    word = canaries.of
    staff = {one: await town.staff(one) for one in ("coordinator", "moderator", "case_worker")}
    desk, admin = staff["coordinator"], await town.staff("admin")
    eva = await _joined(town, word, desk)
    bor = await town.member(word("block.alias_sealed"), minutes=600)
    await town.give(eva, 300)
    await _meets(town, word, eva, bor, staff["moderator"])
    good(await bor.post("/v1/donations", {"minutes": 120}))
    about = {"member_id": str(eva.member_id)}
    reason = word("fund_grant.reason_sealed")
    good(await desk.post("/v1/grants", about | {"minutes": 30, "reason": reason}))
    limits = {"floor_minutes": -120, "reason": word("deed_note.reason_sealed")}
    good(await desk.patch(f"/v1/members/{eva.member_id}/limits", limits))
    changed = {"screening": True, "reason": word("bank_change.reason_sealed")}
    good(await admin.patch("/v1/bank/safety", changed))
    await _is_looked_at(word, eva, staff, admin)
    await _is_screened(town, word, eva, bor, staff["moderator"])
    await _is_watched_over(town, word, eva, staff["case_worker"])
    assert (await eva.ask("PUT", f"/v1/me/blocks/{bor.member_id}")).status_code == 204
    nobody = {"email": f"{canaries.sealed}@example.org"}
    assert (await eva.post("/v1/me/blocks", nobody)).status_code == 204
    moved = {"email": f"{word('email_change.email_sealed')}@example.org", "password": PASSWORD}
    good(await eva.post("/v1/me/email", moved))
    terms = {"texts": {"en": "An hour."}, "reason": word("terms_version.reason_sealed")}
    good(await admin.post("/v1/bank/terms", terms))
    return eva


Word = Callable[[str], str]


async def _joined(town: Town, word: Word, desk: Person) -> Person:
    email = f"{word('login.email_sealed')}@example.org"
    joining = {"alias": word("member.alias"), "email": email, "languages": ["sl"]}
    joining["invitation"] = word("member.invitation_sealed")
    asked = await town.client.post("/v1/members", json=joining | {"password": PASSWORD})
    assert asked.status_code == 202
    (waiting,) = good(await desk.get("/v1/applications"))["items"]
    reason = {"reason": word("member.decision_reason_sealed")}
    good(await desk.post(f"/v1/applications/{waiting['id']}/approval", reason))
    return await town.signed_in(email)


async def _meets(town: Town, word: Word, eva: Person, bor: Person, moderator: Person) -> None:
    """Listings, messages, an exchange that is called off, one that is disputed and decided."""
    told = {one: word(f"listing.{one}") for one in ("title", "body", "availability")}
    await town.listing(eva, **told)
    for step, column in (("cancellation", "exchange"), ("dispute", "dispute")):
        exchange = await town.accepted(eva, bor)
        path, text = f"/v1/exchanges/{exchange['id']}", word("message.text_sealed")
        key = f"{word('idempotency_key.key')}-{step}"
        good(await eva.post(f"{path}/messages", {"text": text}, key=key))
        seen = f"{word(THEIRS)} {word('flag.evidence_sealed')}"
        good(await bor.post(f"{path}/messages", {"text": seen}))
        good(await take(eva, exchange, step, {"reason": word(f"{column}.reason_sealed")}))
    (case,) = good(await moderator.get("/v1/disputes"))["items"]
    path = f"/v1/disputes/{case['id']}"

    def both(name: str) -> str:
        return f"{word(name)} {word(name.replace('_sealed', '_other_sealed'))}"

    good(await moderator.post(f"{path}/statements", {"text": both("statement.text_sealed")}))
    decision = {"outcome": "void", "reason": both("dispute.resolution_sealed")}
    good(await moderator.post(f"{path}/resolution", decision, key="decide"))
    good(await eva.post(f"{path}/appeal", {"reason": word("appeal.reason_sealed")}))
    decision = {"outcome": "void", "reason": both("appeal.resolution_sealed")}
    good(await (await town.staff("moderator")).post(f"{path}/resolution", decision))
    told = {"subject": "exchange", "subject_id": case["exchange_id"]}
    flag = good(await eva.post("/v1/flags", told | {"reason": word("flag.reason_sealed")}))
    found = {"outcome": "upheld", "reason": word("flag.resolution_sealed")}
    good(await moderator.post(f"/v1/flags/{flag['id']}/resolution", found))
    path = f"/v1/flags/{await flag_of(bor, await town.listing(eva))}/resolution"
    found |= {"send_away_because": word("listing.decision_reason_sealed")}
    good(await moderator.post(path, found | {"reason": "Papers."}))


async def _is_looked_at(word: Word, eva: Person, staff: dict[str, Person], admin: Person) -> None:
    """A look-up, an emergency from beginning to end, a recovery code, the sealed record."""
    desk, worker = staff["coordinator"], staff["case_worker"]
    look_up = {"email": eva.email, "alias": None, "reason": word("opening.reason_sealed")}
    good(await desk.post("/v1/members/lookup", look_up))
    asked = {"member_id": str(eva.member_id), "reason": word("emergency.reason_sealed")}
    emergency = good(await desk.post("/v1/emergencies", asked))
    path = f"/v1/emergencies/{emergency['id']}"
    good(await worker.post(f"{path}/release"))
    assert good(await desk.post(f"{path}/contact"))["email"] == eva.email
    good(await admin.post(f"{path}/review", {"finding": word("emergency.finding_sealed")}))
    code = {"reason": word("recovery_code.reason_sealed")}
    good(await desk.post(f"/v1/members/{eva.member_id}/recovery", code))
    why = {HEADER: word("sealed_opening.box")}
    good(await worker.get(f"/v1/sealed/{eva.member_id}", headers=why))


async def _is_watched_over(town: Town, word: Word, eva: Person, worker: Person) -> None:
    """An alert that was closed."""
    path = f"/v1/alerts/{await alert_of(town, eva)}/closure"
    good(await worker.post(path, {"reason": word("alert.reason_sealed")}))


async def _is_screened(town: Town, word: Word, eva: Person, bor: Person, moderator: Person) -> None:
    """A message that is held, and the decision on it."""
    exchange = await town.accepted(bor, eva)
    path = f"/v1/exchanges/{exchange['id']}/messages"
    good(await eva.post(path, {"text": f"{SUSPICIOUS} {word('screening.text_sealed')}"}))
    (held,) = good(await moderator.get("/v1/screenings"))["items"]
    kept = {"outcome": "kept", "reason": word("screening.reason_sealed")}
    good(await moderator.post(f"/v1/screenings/{held['id']}/resolution", kept))
    reason = {"reason": word("exchange.reason_sealed")}
    good(await take(eva, exchange, "cancellation", reason))


OF_THE_BANK: Final[dict[str, Callable[[Work, JSON], str | None]]] = {
    "bank_change.reason_sealed": lambda work, row: work.vault.open(
        row["reason_sealed"], "bank-change", row["bank_id"], row["change_id"]
    ),
    "sealed_opening.box": lambda work, row: (
        unseal_trace(work, row["bank_id"], row["seq"], row["box"]).reason
    ),
    "terms_version.reason_sealed": lambda work, row: work.envelopes.open(
        row["reason_sealed"] or b"", "terms", row["bank_id"], str(row["version"])
    ),
}
"""Sealed, and not with the key of a member: it stays when the member is forgotten."""


async def opened(town: Town, column: str) -> list[str]:
    """All that is written in a column, opened with the keys as they are now."""
    table, _, name = column.partition(".")
    rows = await sql(town, f"SELECT * FROM {table}")
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
    return [text for row in rows if (text := _text(work, table, name, row)) is not None]


async def left_open(town: Town, canaries: Canaries) -> dict[str, list[str]]:
    """What still opens of what was written by or of somebody who is forgotten, by column."""
    left = {}
    for column in sorted(columns() - PLAIN.keys() - OF_THE_BANK.keys() - OF_OTHERS):
        told = [text for text in await opened(town, column) if canaries.sealed in text]
        theirs = canaries.of(THEIRS) if column == "message.text_sealed" else canaries.plain
        if hers := [text for text in told if theirs not in text]:
            left[column] = hers
    return left


def _text(work: Work, table: str, name: str, row: JSON) -> str | None:
    held, label = row[name], DATA_MAP[table].labels.get(name)
    if f"{table}.{name}" in OF_THE_BANK:
        return OF_THE_BANK[f"{table}.{name}"](work, row)
    if label and held:
        return work.envelopes.open(held, label[0], *(row[one] for one in label[1:]))
    return None if label else held
