"""A receipt as a member gets it; bytes in hexadecimal."""

from typing import Literal
from uuid import UUID

from app.kit.values import Moment, View
from app.ledger.sealing.receipts import Receipt
from app.ledger.sealing.views import SealView


class SealedPostingView(View):
    """Everything that a posting says, as it is hashed. Sides are ledger accounts, not people."""

    bank_id: UUID
    posting_id: UUID
    deed_id: UUID
    kind: str
    debit_account_id: UUID
    credit_account_id: UUID
    minutes: int
    debit_seq: int
    credit_seq: int
    debit_balance: int
    credit_balance: int
    posted_at: Moment
    subject_id: UUID | None
    reverses_posting_id: UUID | None


class StepView(View):
    """A neighbour on the way to the root."""

    side: Literal["left", "right"]
    hash: str


class ReceiptView(View):
    """From `start_head`, the digests lead to the sealed head, and the path to the seal's root."""

    posting: SealedPostingView
    account_id: UUID
    start_seq: int
    start_head: str
    digests: list[str]
    merkle_path: list[StepView]
    seal: SealView

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        """The view of a receipt."""
        steps = [StepView(side=side, hash=node.hex()) for side, node in receipt.merkle_path]
        return cls(
            posting=SealedPostingView.model_validate(receipt.posting),
            account_id=receipt.start.account_id,
            start_seq=receipt.start.seq,
            start_head=receipt.start.head.hex(),
            digests=[digest.hex() for digest in receipt.digests],
            merkle_path=steps,
            seal=SealView.of(receipt.seal),
        )
