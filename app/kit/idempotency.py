"""Once only: a client's `Idempotency-Key`, kept in the same transaction as the effect.

The key row is written first, so a concurrent twin waits for it and then replays; only a 2xx answer
is kept, sealed; anything else rolls the key back with the effect.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, cast, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base
from app.kit.errors import Said, Unfit
from app.kit.ground import Work
from app.kit.sweeping import delete_some

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEY_MAX: Final = 255
KEPT_HOURS: Final = 24
PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Do this once: the same key and body replay the first answer for a day.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_MAX,
        "pattern": "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
    },
}
_KEEPABLE = range(200, 300)


class KeyReused(Unfit):
    """The same key came with another request."""

    said: ClassVar = {
        "en": Said("This key was used for something else", "Use a new Idempotency-Key."),
        "sl": Said("Ta ključ je bil že uporabljen drugje", "Uporabite nov Idempotency-Key."),
    }


class BadKey(Unfit):
    """The key is not 1 to 255 printable ASCII characters."""

    said: ClassVar = {
        "en": Said("Unusable Idempotency-Key", "It must be 1 to 255 printable ASCII characters."),
        "sl": Said("Neuporaben Idempotency-Key", "Imeti mora od 1 do 255 znakov ASCII."),
    }


class IdempotencyKey(Base):
    """One key of one login, with the hash of its request and the sealed answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("octet_length(request_hash) = 32", name="request_hash"),
        CheckConstraint("(status IS NULL) = (answer IS NULL)", name="kept_whole"),
        Index(None, "created_at"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None]
    answer: Mapped[bytes | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Kept:
    """The first answer."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Key:
    """A key in use by this request."""

    bank_id: UUID
    login_id: UUID
    text: str
    kept: Kept | None


async def begin(work: Work, *, owner: tuple[UUID, UUID], key: str, request_hash: bytes) -> Key:
    """Take the key for this request; a twin waits here until the first one has ended.

    Raises:
        BadKey: when the key is not printable ASCII of the named length.
        KeyReused: when the key came before with another request.
    """
    if not (0 < len(key) <= KEY_MAX and key.isascii() and key.isprintable()):
        raise BadKey
    bank_id, login_id = owner
    # The upsert that changes nothing returns the row as it is after the wait, in one round trip.
    statement = (
        insert(IdempotencyKey)
        .values(
            bank_id=bank_id,
            login_id=login_id,
            key=key,
            request_hash=request_hash,
            created_at=work.now,
        )
        .on_conflict_do_update(
            index_elements=["bank_id", "login_id", "key"],
            set_={"key": key},
        )
        .returning(
            IdempotencyKey.request_hash,
            IdempotencyKey.status,
            cast(IdempotencyKey.answer, LargeBinary),
        )
    )
    known_hash, status, answer = (await work.session.execute(statement)).one()
    if known_hash != request_hash:
        raise KeyReused
    if status is None:
        return Key(bank_id, login_id, key, None)
    body = work.vault.open(answer, "answer", bank_id, login_id, key)
    return Key(bank_id, login_id, key, Kept(status, body.encode()))


async def keep(work: Work, key: Key, status: int, body: bytes) -> None:
    """Keep a good answer with its effect; forget the key when the answer is no success."""
    mine = (
        IdempotencyKey.bank_id == key.bank_id,
        IdempotencyKey.login_id == key.login_id,
        IdempotencyKey.key == key.text,
    )
    if status not in _KEEPABLE:
        await work.session.execute(delete(IdempotencyKey).where(*mine))
        return
    answer = work.vault.seal(body.decode(), "answer", key.bank_id, key.login_id, key.text)
    await work.session.execute(
        update(IdempotencyKey).where(*mine).values(status=status, answer=answer)
    )


async def sweep(work: Work) -> int:
    """Forget keys older than `KEPT_HOURS`, with their answers; a batch, gives its size."""
    before = work.now - timedelta(hours=KEPT_HOURS)
    return await delete_some(work.session, IdempotencyKey, IdempotencyKey.created_at < before)
