"""What a process owns (`Ground`), and what one request or job works with (`Work`)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import Clock, system_clock
from app.kit.db import Database
from app.kit.envelopes import Envelopes
from app.kit.keys import envelopes_of, vault_of
from app.kit.settings import Settings
from app.kit.vault import Vault


@dataclass(frozen=True)
class Ground:
    """The means of one process. It holds nothing that another process would need."""

    settings: Settings
    database: Database
    vault: Vault
    envelopes: Envelopes
    clock: Clock

    @classmethod
    def of(cls, settings: Settings, url: str, clock: Clock = system_clock) -> "Ground":
        """The ground for these settings, over the database at `url`.

        Raises:
            BadSettings: when the keystore cannot be opened.
        """
        vault = vault_of(settings)
        database = Database(
            url,
            pool_max=settings.database_pool_max,
            wait_seconds_max=settings.database_wait_seconds_max,
        )
        return cls(settings, database, vault, envelopes_of(settings, vault), clock)

    def work(self, session: AsyncSession) -> "Work":
        """The means of one request or job, in the transaction of this session."""
        return Work(session, self.settings, self.vault, self.envelopes, self.clock)


@dataclass(frozen=True)
class Work:
    """One deed's means: its transaction, its moment, the settings, the keys."""

    session: AsyncSession
    settings: Settings
    vault: Vault
    envelopes: Envelopes
    clock: Clock

    @cached_property
    def now(self) -> datetime:
        """The moment of this deed: read once, the same wherever it is written."""
        return self.clock()

    async def pause(self) -> None:
        """Give the connection back before slow work that needs no database (hashing a password).

        What was read so far is from an earlier transaction: decide nothing on it without a lock.
        """
        assert not self.session.new, "pause before the first change"
        await self.session.commit()
