"""Blocks over HTTP: silent, immediate, and the same answer for whatever id or contact is named."""

from functools import partial
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from app.identity.access import Member
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Email, Moment, Phone, RequestBody, View
from app.members.blocks import operations as blocks
from app.members.blocks import queries
from app.members.blocks.queries import Blocked
from app.members.blocks.rules import (
    ContactKind,
    NoTelephone,
    OneContact,
    TooManyBlocks,
    TooManyContactBlocks,
)
from app.moderation.parting import operations

router = APIRouter(prefix="/v1/me/blocks", route_class=Route, tags=["members"])


class BlockView(View):
    """Somebody I block: a member as I saw them then, or a contact, of which only its kind."""

    id: UUID = Field(description="Takes the block back: `DELETE /v1/me/blocks/{id}`.")
    kind: Literal["member", "email", "phone"]
    alias: str | None
    created_at: Moment

    @classmethod
    def of(cls, work: Work, caller: Caller, row: Blocked) -> "BlockView":
        """The view of a block, its alias opened."""
        sealed, key = row.alias_sealed or b"", (caller.bank_id, row.id)
        alias = work.envelopes.open(sealed, "block", *key)
        return cls.model_validate(row._asdict() | {"alias": alias})


class BlockContact(RequestBody):
    """An e-mail or a telephone; only a keyed hash of it is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "somebody@example.org"}]})

    email: Email | None = None
    phone: Phone | None = None

    def named(self) -> tuple[ContactKind, str]:
        """The one contact that was given.

        Raises:
            OneContact: when there is none, or both.
        """
        if self.email and not self.phone:
            return ContactKind.EMAIL, self.email
        if self.phone and not self.email:
            return ContactKind.PHONE, self.phone
        raise OneContact


@router.get("")
@reaches(Relation.OWN)
async def list_blocks(caller: Member, work: Working, page: Paging) -> Page[BlockView]:
    """Whom I block, oldest first."""
    pager = Pager(work.vault, caller.login_id, "blocks", page)
    rows = await queries.list_blocks(
        work.session, caller, after=pager.after_moment(), limit=pager.rows_max
    )
    view = partial(BlockView.of, work, caller)
    return pager.page(rows, lambda row: (row.created_at, row.id), view)


@router.post(
    "",
    status_code=204,
    responses=raises(OneContact, NoTelephone, TooManyBlocks, TooManyContactBlocks),
)
@reaches(Relation.OWN)
async def block_contact(body: BlockContact, caller: Member, work: Working) -> None:
    """Hide me from whoever has this contact, now or when they join.

    Nothing says whether anybody has: what I see stays as it is, and what I have in progress goes
    on. Whoever I find here all the same, I can block by their id.
    """
    await blocks.block_contact(work, caller, *body.named())


@router.put("/{member_id}", status_code=204, responses=raises(TooManyBlocks))
@reaches(Relation.WHOEVER)
async def block_member(member_id: UUID, caller: Member, work: Working) -> None:
    """Block a member: neither sees the other from now on, and what we had open ends."""
    await operations.block(work, caller, member_id)


@router.delete("/{member_id}", status_code=204)
@reaches(Relation.WHOEVER)
async def unblock_member(member_id: UUID, caller: Member, work: Working) -> None:
    """Take a block back, by the id in my list."""
    await blocks.unblock(work, caller, member_id)
