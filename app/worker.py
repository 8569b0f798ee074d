"""The worker: what is done later and without being asked, from the durable queue.

Any number of workers may run, in processes of their own or beside the server in its loop; each job
is done by one of them, and what is due while none runs is done when one comes.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.credentials.emails import operations as emails
from app.credentials.emails.jobs import TAKE_EMAIL
from app.exchanges import operations as exchanges
from app.exchanges.jobs import EXPIRE
from app.exchanges.waiting import operations as waiting
from app.identity.jobs import TELL_ENDED
from app.kit.clock import Clock, system_clock
from app.kit.errors import NotFound
from app.kit.ground import Ground, Work
from app.kit.settings import Settings
from app.kit.trying import BankSweep, Deed, Pace, Shift, Sweep
from app.kit.working import work_off
from app.ledger.sealing import operations as sealing
from app.members.blocks import operations as blocks
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.partners import operations as partners
from app.partners.arriving import operations as arriving
from app.partners.jobs import CONCLUDE, DELIVER
from app.rights import operations as rights
from app.rights import retention
from app.store.place import application_url
from app.watch import staff
from app.watch.operations import look_on


async def _expire(work: Work, ids: dict[str, UUID]) -> None:
    with suppress(NotFound):
        await exchanges.expire(work, ids["bank_id"], ids["exchange_id"])


async def _deliver(work: Work, ids: dict[str, UUID]) -> None:
    await arriving.deliver(work, ids["bank_id"], ids["transfer_id"])


async def _conclude(work: Work, ids: dict[str, UUID]) -> None:
    await arriving.conclude(work, ids["bank_id"], ids["transfer_id"])


async def _take_email(work: Work, ids: dict[str, UUID]) -> None:
    moved = await emails.take(work, ids["bank_id"], ids["login_id"])
    if moved is not None:
        await blocks.meet_newcomer(work, ids["bank_id"], moved.member_id, [moved.fingerprint])


async def _tell_ended(work: Work, ids: dict[str, UUID]) -> None:
    bank_id, login_id, session_id = ids["bank_id"], ids["login_id"], ids["session_id"]
    kind = NoticeKind.SESSION_ENDED
    await notices.tell_login_once(work, bank_id, login_id, kind, session_id)


async def _forget(work: Work, ids: dict[str, UUID]) -> None:
    await rights.forget(work, ids["bank_id"], ids["member_id"])


async def _destroy(work: Work, ids: dict[str, UUID]) -> None:
    await rights.destroy_key(work, ids["bank_id"], ids["member_id"])


JOBS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        EXPIRE: _expire,
        DELIVER: _deliver,
        CONCLUDE: _conclude,
        TAKE_EMAIL: _take_email,
        TELL_ENDED: _tell_ended,
        rights.FORGET: _forget,
        rights.DESTROY: _destroy,
    }
)
SWEEPS: Final[Mapping[str, Sweep | BankSweep]] = MappingProxyType(
    {
        "look_after_exchanges": Sweep("7 * * * *", waiting.end_over),
        "tell_of_silence": Sweep("37 * * * *", waiting.tell_of_silence),
        "look_after_transfers": BankSweep("17 * * * *", partners.list_due, partners.look_again),
        "seal_books": BankSweep("27 * * * *", sealing.list_due, sealing.seal_again),
        "look_at_staff": BankSweep("3-59/10 * * * *", staff.list_due, staff.look_at_staff),
        "look_for_patterns": Sweep("27 4 * * *", look_on),
        "look_after_keys": Sweep("47 3 * * *", retention.sweep_keys),
        **{f"keep_{period.name.lower()}": one for period, one in retention.SWEEPS.items()},
    }
)
PACE: Final = Pace()


async def run(
    settings: Settings, stop: asyncio.Event, *, clock: Clock = system_clock, pace: Pace = PACE
) -> None:
    """Do what is due until `stop` is set; jobs in progress are finished first.

    The database may come and go meanwhile. An embedded one must be kept up by the caller.
    """
    ground = Ground.of(settings, application_url(settings), clock)
    try:
        await work_off(Shift(ground, JOBS, SWEEPS, stop, pace))
    finally:
        await ground.database.close()
