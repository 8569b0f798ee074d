"""For the operator: is it alive, is it ready, what are its numbers."""

import hmac
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Header, Response

from app.kit.errors import Busy, NotFound, Said
from app.kit.http import Public, Route, Working
from app.kit.metrics import exposition
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import View
from app.store import migrate

METRICS = {
    "schema": {"type": "string"},
    "example": 'timebank_ledger_deeds_total{outcome="accepted"} 42.0\n',
}
router = APIRouter(route_class=Route, tags=["operating"])


class NotMigrated(Busy):
    """The database's schema is not the one that this program knows."""

    said: ClassVar = {
        "en": Said("Not ready", "The migrations are not current: run timebank db upgrade."),
        "sl": Said("Ni pripravljeno", "Migracije niso posodobljene: timebank db upgrade."),
    }


class HealthView(View):
    """It answers."""

    status: Literal["ok"] = "ok"


@router.get("/healthz")
@reaches(Relation.NOBODYS, rate=Rate.FREE)
async def get_health(_: Public) -> HealthView:
    """The process answers; says nothing of the database."""
    return HealthView()


@router.get("/readyz", responses=raises(NotMigrated))
@reaches(Relation.NOBODYS, rate=Rate.FREE)
async def get_readiness(work: Working, _: Public) -> HealthView:
    """The database answers and its migrations are current."""
    if await migrate.revision_of(await work.session.connection()) != migrate.head():
        raise NotMigrated
    return HealthView()


@router.get(
    "/metrics",
    responses=raises(NotFound) | {200: {"content": {"text/plain": METRICS}}},
    response_class=Response,
)
@reaches(Relation.NOBODYS, rate=Rate.FREE)
async def get_metrics(
    work: Working, _: Public, authorization: Annotated[str | None, Header()] = None
) -> Response:
    """The operator's numbers in the Prometheus text format; with the metrics token."""
    token = work.settings.metrics_token
    if token is None:
        if not work.settings.is_demo:
            raise NotFound
    elif not hmac.compare_digest(
        (authorization or "").encode(), f"Bearer {token.get_secret_value()}".encode()
    ):
        raise NotFound
    return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
