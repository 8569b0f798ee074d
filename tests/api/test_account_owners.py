"""Whose an account is: written once, not to be changed by the program, and sealed."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.sealing import queries
from app.ledger.sealing.tree import Head
from app.store import migrate
from tests.databases import Cluster
from tests.doings import account_id, books_are_whole, proof, sealed, sql
from tests.town import Town

ONCE: Final = "uq_member_bank_id_account_id"
THEIRS: Final = "fk_member_bank_id_account_id_member_id"
A_MEMBERS: Final = "fk_account_owner_bank_id_account_id_kind"
SWAPPED: Final = """
    UPDATE {table} SET account_id = '{issuing}' WHERE account_id = '{ana}';
    UPDATE {table} SET account_id = '{ana}' WHERE account_id = '{bor}';
    UPDATE {table} SET account_id = '{bor}' WHERE account_id = '{issuing}';
"""


@dataclass(frozen=True)
class Scene:
    """Ana has given Bor an hour, the bank has a fund, and Nova waits for an answer."""

    town: Town
    ana: UUID
    bor: UUID
    fund: UUID
    issuing: UUID
    nova: UUID

    def swap(self, *tables: str) -> str:
        """The statements that give Ana's account to Bor and his to her."""
        return "".join(SWAPPED.format(table=one, **vars(self)) for one in tables)

    async def found(self) -> set[tuple[str, UUID]]:
        """What auditors read: the checks, and what each is about."""
        findings = (await proof(self.town))["findings"]
        return {(one["check"], UUID(one["subject_id"])) for one in findings}


@pytest.fixture
async def scene(town: Town) -> Scene:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor)
    ours = await sql(town, "SELECT kind, account_id FROM account WHERE kind <> 'member'")
    names = {one["kind"]: one["account_id"] for one in ours}
    nova = (await town.applicant()).member_id
    assert nova is not None
    return Scene(town, await account_id(town, ana), await account_id(town, bor), nova=nova, **names)


def _wrongs(scene: Scene) -> dict[str, str]:
    """What the program could ask for, and the constraint that refuses it."""
    given = f"UPDATE member SET account_id = {{}} WHERE account_id = '{scene.bor}'"
    to_nova = f"UPDATE member SET account_id = '{{}}' WHERE member_id = '{scene.nova}'"
    kind = "UPDATE account SET kind = '{}' WHERE account_id = '{}'"
    owned = f"""INSERT INTO account_owner (bank_id, account_id, member_id, kind)
                SELECT bank_id, '{{}}', '{scene.nova}', '{{}}' FROM bank"""
    again = f"""INSERT INTO account_owner (bank_id, account_id, member_id, kind)
                SELECT o.bank_id, '{uuid4()}', member_id, kind FROM account_owner o"""
    return {
        given.format(f"'{scene.issuing}'"): THEIRS,  # so it began when two were swapped
        given.format(f"'{scene.fund}'"): THEIRS,
        given.format("gen_random_uuid()"): THEIRS,
        given.format(f"'{scene.ana}'"): ONCE,
        given.format("NULL"): "ck_member_active_has_account",
        to_nova.format(scene.ana): ONCE,
        to_nova.format(scene.fund): THEIRS,
        kind.format("clearing", scene.bor): A_MEMBERS,
        owned.format(scene.ana, "member"): "pk_account_owner",
        owned.format(scene.fund, "member"): A_MEMBERS,
        owned.format(scene.fund, "fund"): "ck_account_owner_kind",
        again: "uq_account_owner_bank_id_member_id",
    }


async def test_the_program_cannot_give_anybody_the_account_of_another(
    scene: Scene, urls: migrate.Urls
) -> None:
    application = await asyncpg.connect(urls.application.replace("+asyncpg", ""), timeout=10)
    for statement, constraint in _wrongs(scene).items():
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
            await application.execute(statement)
        assert refusal.value.constraint_name == constraint, statement
    for statement in (scene.swap("account_owner"), "DELETE FROM account_owner"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement)
    await application.close()
    await books_are_whole(scene.town)


@pytest.mark.parametrize("tables", [("member",), ("account_owner",), ("member", "account_owner")])
async def test_whoever_may_do_anything_and_swaps_two_accounts_is_found(
    scene: Scene, cluster: Cluster, database: str, tables: tuple[str, ...]
) -> None:
    """In both places at once by the seals, by those that follow too."""
    both = {("V17", scene.ana), ("V17", scene.bor)}
    await sealed(scene.town)
    replica = "SET session_replication_role = replica;"
    await cluster.run(replica + scene.swap(*tables), database)
    assert await scene.found() == both
    await sealed(scene.town)
    assert await scene.found() == both
    await cluster.run(replica + scene.swap(*tables), database)
    again = both if "account_owner" in tables else set()  # what was sealed meanwhile tells
    assert await scene.found() == again


async def test_seals_from_before_owners_were_kept_are_believed_and_the_next_one_has_them_all(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        known = queries.list_heads

        async def nobodys(session: AsyncSession, bank_id: UUID) -> list[Head]:
            return [one._replace(owner_id=None) for one in await known(session, bank_id)]

        before.setattr(queries, "list_heads", nobodys)
        await sealed(scene.town)
    assert await scene.found() == set()
    await sealed(scene.town)
    kept = "SELECT seal_no, account_id FROM sealed_head WHERE owner_id IS NOT NULL"
    rows = {tuple(one.values()) for one in await sql(scene.town, kept)}
    assert rows == {(2, scene.ana), (2, scene.bor)}
    assert await scene.found() == set()
