"""A receipt as a member gets it; bytes in hexadecimal."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.values import Moment, View
from app.ledger.sealing.receipts import Receipt
from app.ledger.sealing.views import SealView


class SealedPostingView(View):
    """Everything that a posting says of my account, as it is hashed; of the other side, nothing."""

    bank_id: UUID
    account_id: UUID
    posting_id: UUID
    deed_id: UUID
    kind: str
    change_minutes: int = Field(description="Negative where the minutes left.")
    seq: int
    balance_minutes: int
    posted_at: Moment
    effective_at: Moment = Field(description="When it happened: never after it was posted.")
    subject_id: UUID | None
    reverses_posting_id: UUID | None


class StepView(View):
    """A neighbour on the way to the root."""

    side: Literal["left", "right"]
    hash: str


class ReceiptView(View):
    """From `start_head`, the digests lead to the sealed head, and the path to the seal's root."""

    posting: SealedPostingView
    start_seq: int
    start_head: str
    digests: list[str]
    leaf_salt: str
    merkle_path: list[StepView]
    seal: SealView

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        """The view of a receipt."""
        steps = [StepView(side=side, hash=node.hex()) for side, node in receipt.merkle_path]
        return cls(
            posting=SealedPostingView(**receipt.posting._asdict(), **receipt.leg._asdict()),
            start_seq=receipt.start.seq,
            start_head=receipt.start.head.hex(),
            digests=[digest.hex() for digest in receipt.digests],
            leaf_salt=receipt.leaf_salt.hex(),
            merkle_path=steps,
            seal=SealView.of(receipt.seal),
        )
