"""Writing the books. `settle_many` is the only way that minutes move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.bulk import insert_many
from app.kit.clock import Clock
from app.kit.db import Base, once_committed, once_over
from app.kit.fetching import fetch
from app.kit.ground import Work
from app.kit.ids import new_ordered_id
from app.kit.metrics import DEEDS
from app.ledger import chaining, queries
from app.ledger.deciding import Decision, PostedLeg, decide
from app.ledger.rules import Instruction, LimitReached, Refusal
from app.ledger.states import AccountState, OpenHold
from app.ledger.tables import Deed, Hold, HoldEnd, Posting

_UPDATE_ACCOUNTS: Final = text("""
    UPDATE account SET balance_minutes = now.balance, held_minutes = now.held,
           held_in_minutes = now.held_in, floor_minutes = now.floor,
           ceiling_minutes = now.ceiling, seq = now.seq, posted_at = now.posted_at,
           head = now.head
      FROM unnest(CAST(:account_ids AS uuid[]),
                  CAST(:balances AS bigint[]), CAST(:helds AS bigint[]),
                  CAST(:helds_in AS bigint[]), CAST(:floors AS bigint[]),
                  CAST(:ceilings AS bigint[]), CAST(:seqs AS bigint[]),
                  CAST(:posted_ats AS timestamptz[]), CAST(:heads AS bytea[]))
           AS now (account_id, balance, held, held_in, floor, ceiling, seq, posted_at, head)
     WHERE account.bank_id = :bank_id AND account.account_id = now.account_id
""")


@dataclass(frozen=True)
class Posted:
    """A deed that was written, and the ids of its postings in the order of its legs."""

    deed_id: UUID
    posting_ids: tuple[UUID, ...]
    legs: tuple[PostedLeg, ...]
    posted_at: datetime
    passed_limits: bool = False


@dataclass
class _Batch:
    """Rows to write for every accepted instruction."""

    deeds: list[dict[str, Any]]
    postings: list[dict[str, Any]]
    holds: list[dict[str, Any]]
    hold_ends: list[dict[str, Any]]

    def add(self, asked: Instruction, decision: Decision) -> Posted:
        """Lay out the rows of one accepted instruction."""
        at = decision.posted_at
        deed_id = new_ordered_id(at)
        key = {"bank_id": asked.bank_id, "deed_id": deed_id}
        self.deeds.append(
            key
            | {
                "kind": asked.kind,
                "reference": asked.reference,
                "subject_id": asked.subject_id,
                "posted_at": at,
                "effective_at": decision.effective_at,
                "passed_limits": decision.passed_limits,
            }
        )
        rows = _posting_rows(key, decision)
        self.postings += rows
        if asked.opens is not None:
            self.holds.append(key | vars(asked.opens) | {"posted_at": at})
        if asked.ends is not None:
            ended = {"hold_id": asked.ends.hold_id, "outcome": asked.ends.outcome.value}
            self.hold_ends.append(key | ended | {"ended_at": at})
        ids = tuple(row["posting_id"] for row in rows)
        return Posted(deed_id, ids, decision.legs, at, decision.passed_limits)


async def settle_many(
    session: AsyncSession, asked: Sequence[Instruction], clock: Clock
) -> list[Posted | Refusal]:
    """Do each instruction whole or refuse it whole; one answer for each, in order.

    Locks every account first, in one fixed order, and reads the clock only then, so that history
    is right under overlap. Each instruction is decided on what those before it left behind. All
    are of one bank: no statement is about two.
    """
    if not asked:
        return []
    (bank_id,) = {one.bank_id for one in asked}
    wanted = {account for one in asked for account in one.accounts}
    states, heads = await queries.lock_chains(session, bank_id, wanted)
    ended = [one.ends.hold_id for one in asked if one.ends]
    holds = await queries.list_holds(session, bank_id, ended) if ended else {}
    batch, touched = _Batch([], [], [], []), set[UUID]()
    answers: list[Posted | Refusal] = []
    for one in asked:
        done, decision = _decided(one, states, holds, clock)
        if not isinstance(decision, Decision):
            answers.append(decision)
            continue
        posted = batch.add(done, decision)
        states |= decision.after
        touched |= decision.after.keys()
        if (new := done.opens) is not None:
            holds[new.hold_id] = OpenHold(new.minutes, new.account_id, new.for_account_id)
        if done.ends is not None:
            del holds[done.ends.hold_id]
        answers.append(posted)
    chaining.chain(heads, batch.deeds, batch.postings)
    await _write_rows(session, batch)
    after = {account: states[account] for account in touched}
    await _write_accounts(session, bank_id, after, [heads[account] for account in touched])
    _count(session, answers)
    return answers


def _decided(
    asked: Instruction, states: dict[UUID, AccountState], holds: dict[UUID, OpenHold], clock: Clock
) -> tuple[Instruction, Decision | Refusal]:
    """What is done, and what it does: what was asked, or what may be done instead."""
    decision = decide(asked, states, holds, clock())
    if isinstance(decision, LimitReached) and asked.otherwise is not None:
        return asked.otherwise, decide(asked.otherwise, states, holds, clock())
    return asked, decision


def _count(session: AsyncSession, answers: Sequence[Posted | Refusal]) -> None:
    """For the operator: the accepted when they are committed, refusals when nothing is retried."""
    refused = [one.slug() for one in answers if not isinstance(one, Posted)]
    for slug in refused:
        once_over(session, DEEDS.labels(slug).inc)
    accepted = len(answers) - len(refused)
    once_committed(session, partial(DEEDS.labels("accepted").inc, accepted))


async def settle(work: Work, asked: Instruction) -> Posted:
    """Do one instruction: a batch of one.

    Raises:
        NotEnoughHours, OverCeiling: when it would take an account past a limit.
        TooManyMinutes: when that is more than the books can hold.
        HoldEnded: when the hold that it ends has ended before.
        AccountClosed: when it touches an account that was closed.
    """
    (posted,) = await settle_all(work, [asked])
    return posted


async def settle_all(work: Work, asked: Sequence[Instruction]) -> list[Posted]:
    """Do all of these instructions, or none; every account is locked at once, in the one order.

    Raises:
        NotEnoughHours, OverCeiling, TooManyMinutes, HoldEnded, AccountClosed: as `settle`.
    """
    done: list[Posted] = []
    for answer in await settle_many(work.session, asked, work.clock):
        if not isinstance(answer, Posted):
            raise answer
        done.append(answer)
    work.deeds.extend(one.deed_id for one in done)
    return done


def _posting_rows(key: dict[str, UUID], decision: Decision) -> list[dict[str, Any]]:
    """The legs as rows; their ids ascend, so that they sort as they were posted."""
    ids = [new_ordered_id(decision.posted_at) for _ in decision.legs]
    ids.sort()
    return [
        key
        | {
            "posting_id": ids[number - 1],
            "leg": number,
            "debit_account_id": one.leg.debit,
            "credit_account_id": one.leg.credit,
            "minutes": one.leg.minutes,
            "debit_seq": one.debit_seq,
            "credit_seq": one.credit_seq,
            "debit_balance_minutes": one.debit_balance,
            "credit_balance_minutes": one.credit_balance,
            "posted_at": decision.posted_at,
            "reverses_posting_id": one.leg.reverses,
        }
        for number, one in enumerate(decision.legs, start=1)
    ]


async def _write_rows(session: AsyncSession, batch: _Batch) -> None:
    tables: tuple[tuple[type[Base], list[dict[str, Any]]], ...] = (
        (Deed, batch.deeds),
        (Posting, batch.postings),
        (Hold, batch.holds),
        (HoldEnd, batch.hold_ends),
    )
    for table, rows in tables:
        await insert_many(session, table, rows)


async def _write_accounts(
    session: AsyncSession, bank_id: UUID, after: dict[UUID, AccountState], heads: list[bytes]
) -> None:
    if not after:
        return
    states = list(after.values())
    columns = {
        "bank_id": bank_id,
        "account_ids": list(after),
        "balances": [state.balance for state in states],
        "helds": [state.held for state in states],
        "helds_in": [state.held_in for state in states],
        "floors": [state.floor for state in states],
        "ceilings": [state.ceiling for state in states],
        "seqs": [state.seq for state in states],
        "posted_ats": [state.posted_at for state in states],
        "heads": heads,
    }
    await fetch(session, _UPDATE_ACCOUNTS, columns)
