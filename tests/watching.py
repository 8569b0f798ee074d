"""What the program does while it answers: its SQL statements, and the passwords it hashes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from argon2 import PasswordHasher, low_level
from fastapi import FastAPI
from sqlalchemy import event

from app.identity import passwords
from app.kit.ground import Ground


@dataclass
class Seen:
    """What was done, in order; values are left out."""

    statements: list[str] = field(default_factory=list)
    hashes: int = 0

    @property
    def all(self) -> tuple[tuple[str, ...], int]:
        return tuple(self.statements), self.hashes


@contextmanager
def watched(app: FastAPI) -> Iterator[Seen]:
    """Watch the program's connections and its hashing of passwords."""
    ground: Ground = app.state.ground
    seen, engine = Seen(), ground.database.engine.sync_engine
    hashing, hash_secret = PasswordHasher.hash, low_level.hash_secret

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.statements.append(statement)

    def counted(way: Any) -> Any:
        def count(*arguments: Any, **named: Any) -> Any:
            seen.hashes += 1
            return way(*arguments, **named)

        return count

    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PasswordHasher, "hash", counted(hashing))
        patch.setattr(passwords, "hash_secret", counted(hash_secret))
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)
