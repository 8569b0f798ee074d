"""Once only: a client's `Idempotency-Key`, kept in the same transaction as the effect.

The key row is written first, so a concurrent twin waits for it and then replays; only a 2xx answer
is kept, sealed; anything else rolls the key back with the effect.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, cast, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.bulk import arrays, given, table_of
from app.kit.db import Base
from app.kit.errors import AppError, NotFound, Said, Unfit
from app.kit.fetching import fetch
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

    pointer = "/header/idempotency-key"
    said: ClassVar = {
        "en": Said("This key was used for something else", "Use a new Idempotency-Key."),
        "sl": Said("Ta ključ je bil že uporabljen drugje", "Uporabite nov Idempotency-Key."),
    }


class BadKey(Unfit):
    """The key is not 1 to 255 printable ASCII characters."""

    pointer = "/header/idempotency-key"
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
        CheckConstraint("deed_id IS NULL OR status IS NOT NULL", name="deed"),
        Index(None, "created_at"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None]
    answer: Mapped[bytes | None]
    deed_id: Mapped[UUID | None]
    """The last deed in the books that the request did. No foreign key: the proof (V11) looks."""
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Kept:
    """The first answer, and whose it is."""

    status: int
    body: bytes
    owner_id: UUID
    deed_id: UUID | None = None


@dataclass(frozen=True)
class Use:
    """A key as a request brings it: whose it is, its text, and what it is used for."""

    bank_id: UUID
    login_id: UUID
    text: str
    request_hash: bytes

    @property
    def key(self) -> dict[str, Any]:
        """The primary key of its row."""
        return {"bank_id": self.bank_id, "login_id": self.login_id, "key": self.text}

    @property
    def is_usable(self) -> bool:
        """Whether the text is printable ASCII of the named length."""
        text = self.text
        return 0 < len(text) <= KEY_MAX and text.isascii() and text.isprintable()


@dataclass(frozen=True)
class Key:
    """A key in use by this request, with the answer that was kept before, if there is one."""

    use: Use
    kept: Kept | None


_TABLE: Final = table_of(IdempotencyKey)
_COLUMNS: Final = _TABLE.c
_ID: Final = {name: _COLUMNS[name].type for name in ("bank_id", "login_id", "key")}
_TAKEN: Final = given(
    **_ID, request_hash=_COLUMNS.request_hash.type, created_at=_COLUMNS.created_at.type
)
# The upsert that changes nothing returns the row as it is after the wait, in one round trip.
# In order, so that two batches with the same keys cannot wait for each other.
_TAKE: Final = (
    insert(_TABLE)
    .from_select(
        list(_TAKEN.c.keys()),
        _TAKEN.select().order_by(_TAKEN.c.bank_id, _TAKEN.c.login_id, _TAKEN.c.key),
    )
    .on_conflict_do_update(
        index_elements=["bank_id", "login_id", "key"], set_={"key": _COLUMNS.key}
    )
    .returning(
        *(_COLUMNS[name] for name in ("bank_id", "login_id", "key", "request_hash", "status")),
        cast(_COLUMNS.answer, LargeBinary),
    )
)
_ENDED: Final = given(
    **{name: column.type for name, column in _COLUMNS.items()},
)
# The keys are there, taken in this transaction: the upsert finds each by its primary key. An UPDATE
# joined to what is given reads the whole table, by a plan that was made when that was small.
_KEPT: Final = insert(_TABLE).from_select(list(_ENDED.c.keys()), _ENDED.select())
_KEEP: Final = _KEPT.on_conflict_do_update(
    index_elements=list(_ID),
    set_={name: _KEPT.excluded[name] for name in ("status", "answer", "deed_id")},
)
_FORGOTTEN: Final = given(**_ID)
_FORGET: Final = delete(_TABLE).where(
    *(_COLUMNS[name] == _FORGOTTEN.c[name] for name in _ID),
    _COLUMNS.status.is_(None),  # never an answer that a twin has kept meanwhile
)


async def begin_many(work: Work, uses: Sequence[Use]) -> list[Key | AppError]:
    """Take these keys, all different; a twin of one waits here until the first one has ended.

    Returns:
        For each its key, or `BadKey`, or `KeyReused` when it came before with another request.
    """
    rows = [
        one.key | {"request_hash": one.request_hash, "created_at": work.now}
        for one in uses
        if one.is_usable
    ]
    known = await fetch(work.session, _TAKE, arrays(rows)) if rows else []
    found = {(bank_id, login_id, key): rest for bank_id, login_id, key, *rest in known}
    return [
        _key(work, one, *found[one.bank_id, one.login_id, one.text]) if one.is_usable else BadKey()
        for one in uses
    ]


def _key(
    work: Work, use: Use, known_hash: bytes, status: int | None, answer: bytes | None
) -> Key | AppError:
    if known_hash != use.request_hash:
        return KeyReused()
    if status is None or answer is None:
        return Key(use, None)
    body = work.envelopes.open(answer, "answer", *use.key.values())
    return Key(use, Kept(status, body.encode(), use.login_id)) if body is not None else NotFound()


async def begin(work: Work, use: Use) -> Key:
    """Take the key for this request: `begin_many` of one.

    Raises:
        BadKey: when the key is not printable ASCII of the named length.
        KeyReused: when the key came before with another request.
    """
    (key,) = await begin_many(work, [use])
    if isinstance(key, AppError):
        raise key
    return key


async def keep_many(work: Work, answers: Sequence[tuple[Key, Kept]]) -> None:
    """Keep good answers with their effects; forget the keys of those that are no success."""
    good = [_row(work, key, kept) for key, kept in answers if kept.status in _KEEPABLE]
    if good:
        await fetch(work.session, _KEEP, arrays(good))
    await forget_many(work, [key for key, kept in answers if kept.status not in _KEEPABLE])


async def forget_many(work: Work, keys: Sequence[Key]) -> None:
    """Give back the keys of refused requests, as if they had never been taken."""
    if keys:
        await fetch(work.session, _FORGET, arrays([key.use.key for key in keys]))


@asynccontextmanager
async def in_use(work: Work, key: Key) -> AsyncIterator[None]:
    """While inside, the request is done; a refusal whose trace is committed gives the key back."""
    try:
        yield
    except AppError as refusal:
        if refusal.leaves_trace:
            await forget_many(work, [key])
        raise


def _row(work: Work, key: Key, kept: Kept) -> dict[str, Any]:
    return key.use.key | {
        "request_hash": key.use.request_hash,
        "status": kept.status,
        "answer": _sealed(work, key, kept),
        "deed_id": kept.deed_id,
        "created_at": work.now,
    }


def _sealed(work: Work, key: Key, kept: Kept) -> bytes:
    return work.envelopes.seal(kept.owner_id, kept.body.decode(), "answer", *key.use.key.values())


async def sweep(work: Work) -> int:
    """Forget keys older than `KEPT_HOURS`, with their answers; a batch, gives its size."""
    before = work.now - timedelta(hours=KEPT_HOURS)
    return await delete_some(work.session, IdempotencyKey, IdempotencyKey.created_at < before)
