"""The HTTP application: the only place where everything meets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm import configure_mappers
from starlette.exceptions import HTTPException

from app.alerts import api as alerts
from app.credentials import api as credentials
from app.credentials.emails import api as emails
from app.credentials.printed import api as printed
from app.exchanges import api as exchanges
from app.exchanges import messages_api as messages
from app.exchanges.cases import api as cases
from app.fund import api as fund
from app.groups import api as groups
from app.identity import api as identity
from app.identity.factors import api as factors
from app.identity.passkeys import api as passkeys
from app.identity.tools import IdentityTools
from app.kit.clock import Clock, system_clock
from app.kit.collecting import spare_collector
from app.kit.errors import AppError
from app.kit.ground import Ground
from app.kit.http import Route
from app.kit.lane import Lanes
from app.kit.limit_counts import keep_sharing
from app.kit.limits import Limiter
from app.kit.logs import configure_logs
from app.kit.middleware import Around, BodyLimit, HeadIsGet, Pages, allowing
from app.kit.problems import on_app_error, on_invalid
from app.kit.settings import Settings, load_settings
from app.kit.signposts import Signposts
from app.kit.straight import StraightWay
from app.kit.surfaces import Surface, serves
from app.ledger import api as ledger
from app.ledger.sealing.signing import sealer_of
from app.listings import api as listings
from app.matching import api as matching
from app.members import api as members
from app.members import bank_api as bank
from app.members import places_api as places
from app.members.accounts import api as account
from app.members.limits import api as limits_of_members
from app.members.terms import api as terms
from app.moderation import api as moderation
from app.moderation import blocks_api as blocks
from app.moderation.appeals import api as appeals
from app.moderation.flags import api as flags
from app.moderation.reversals import api as reversals
from app.moderation.statements import api as statements
from app.notices import api as notices
from app.openings import api as openings
from app.partners import api as partners
from app.records import api as records
from app.records import emergency_api as emergencies
from app.records.auditing import api as auditing
from app.rights import api as rights
from app.screening import api as screening
from app.sealed import api as sealed
from app.store.place import application_url, held_up
from app.web import docs, operating
from app.web.ceilings import CEILINGS
from app.web.routing import on_routing_error
from app.web.server import leave_with_parent

PARTS = (
    exchanges,
    messages,
    cases,
    fund,
    groups,
    identity,
    credentials,
    emails,
    printed,
    factors,
    passkeys,
    bank,
    places,
    terms,
    members,
    account,
    limits_of_members,
    listings,
    matching,
    moderation,
    statements,
    appeals,
    flags,
    rights,
    reversals,
    blocks,
    ledger,
    partners,
    notices,
    openings,
    auditing,
    records,
    emergencies,
    screening,
    alerts,
    sealed,
    operating,
)


def create_app(settings: Settings | None = None, clock: Clock = system_clock) -> FastAPI:
    """The application for these settings (default: the environment's).

    Raises:
        BadSettings: when the environment cannot be used.
    """
    settings = settings or load_settings()
    configure_logs(settings.log_level)
    # Not by `include_router`, which builds every route once more.
    routes = served(settings.surface)
    signposts = Signposts(routes)
    app = FastAPI(lifespan=_lifespan, routes=[signposts], **docs.described(settings))
    app.state.routes, app.state.signposts = routes, signposts
    app.state.ground = Ground.of(settings, application_url(settings), clock)
    app.state.lanes = Lanes()
    app.state.limiter = Limiter.of(settings, app.state.ground.vault.key("limits"), CEILINGS)
    app.state.identity = IdentityTools.of(settings, app.state.ground.vault)
    app.state.sealer = sealer_of(settings)
    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_routing_error)
    docs.mount(app, settings)
    app.add_middleware(StraightWay, routes=routes)
    app.add_middleware(BodyLimit, bytes_max=settings.body_bytes_max)
    app.add_middleware(HeadIsGet)
    if settings.origins:
        app.add_middleware(Pages, **allowing(settings.origins))
    app.add_middleware(Around, is_demo=settings.is_demo)
    return app


def served(surface: Surface) -> list[Route]:
    """The operations that belong to this surface; to a process of another they do not exist."""
    routes = [route for part in PARTS for route in part.router.routes]
    ours = [route for route in routes if isinstance(route, Route)]
    return [route for route in ours if serves(surface, route.guard.surfaces)]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold the embedded database up while serving, and finish what waits at the end."""
    ground: Ground = app.state.ground
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(held_up(ground.settings))
        stack.push_async_callback(ground.database.close)
        stack.push_async_callback(app.state.lanes.close)
        sharing = asyncio.create_task(keep_sharing(ground, app.state.limiter))
        stack.callback(sharing.cancel)
        leave_with_parent()
        configure_mappers()  # now, or the first who asks waits for it
        spare_collector()
        yield
